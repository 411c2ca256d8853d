//! Requests and responses as JSON, one document per item.
//!
//! A map of documents has one tensor, named [`DOCUMENTS`]; see [`tercet_tensors::documents`].
//! Responses are written without whitespace, members in the order that each pipeline states, floats
//! rounded to [`DECIMALS`] decimals and then written as short as possible; what is not finite is
//! `null`. An item whose request cannot be answered has the response `{"error":"…"}`.

use serde::{de::DeserializeOwned, Deserialize, Serialize};
use tercet_tensors::{
	documents::{self, DOCUMENTS},
	Dtype, Tensor, TensorMap,
};

use crate::{
	limits::{MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES},
	RequestError, TaskError,
};

/// Name of the tensor that holds one vector per item, for fingerprints.
pub const FEATURES: &str = "features";

/// Decimals of the floats in responses.
pub const DECIMALS: u32 = 6;

/// What an item has if its request was good: what follows from it; why not, otherwise.
pub(crate) type Answer<T> = Result<T, RequestError>;

/// A request in the shape of the Hugging Face task API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request<Inputs, Parameters> {
	/// What the task is about.
	pub inputs: Inputs,
	/// How it is to be done.
	#[serde(default = "Option::default")]
	pub parameters: Option<Parameters>,
	/// Accepted and ignored: it is about caches of a server that does not exist here.
	#[serde(default, rename = "options")]
	_options: Option<serde::de::IgnoredAny>,
}

/// The requests of a map, item by item.
pub(crate) fn requests<Inputs: DeserializeOwned, Parameters: DeserializeOwned>(
	map: &TensorMap,
) -> Result<Vec<Answer<Request<Inputs, Parameters>>>, TaskError> {
	let parse = |document: &[u8]| {
		if document.len() > MAX_REQUEST_BYTES {
			return Err(RequestError::TooLong(document.len()));
		}
		serde_json::from_slice(document).map_err(|error| RequestError::Malformed(error.to_string()))
	};
	Ok(documents(map)?.into_iter().map(parse).collect())
}

fn documents(map: &TensorMap) -> Result<Vec<&[u8]>, TaskError> {
	if let Some((name, _)) = map.iter().find(|(name, _)| *name != DOCUMENTS) {
		return Err(TaskError::UnexpectedInput(name.into()));
	}
	let tensor = map.tensor(DOCUMENTS).ok_or_else(|| TaskError::MissingInput(DOCUMENTS.into()))?;
	let name = DOCUMENTS.into();
	if tensor.dtype() != Dtype::U8 {
		let expected = "bytes of JSON".into();
		return Err(TaskError::WrongDtype { name, expected, found: tensor.dtype() });
	}
	map.documents().ok_or_else(|| {
		let found = tensor.shape().to_vec();
		TaskError::WrongShape { name, expected: vec![-1, -1], found }
	})
}

/// The result of a map: the responses, and, where items have a vector, the vectors; zeros stand where
/// a request was refused.
pub(crate) fn results<Response: Serialize>(
	answers: Vec<Answer<(Response, Vec<f32>)>>,
	width: usize,
) -> Result<TensorMap, TaskError> {
	let items = answers.len();
	let mut features = Vec::with_capacity(items * width);
	let mut responses = Vec::with_capacity(items);
	for answer in answers {
		let response = answer.map(|(response, vector)| {
			features.extend_from_slice(&vector);
			response
		});
		responses.push(response);
		features.resize(responses.len() * width, 0.0);
	}
	let features = Tensor::f32(&[items, width], &features)?;
	Ok(TensorMap::new([(DOCUMENTS, responses_tensor(responses)?), (FEATURES, features)])?)
}

/// The result of a map whose items have no vector.
pub(crate) fn responses<Response: Serialize>(
	answers: Vec<Answer<Response>>,
) -> Result<TensorMap, TaskError> {
	Ok(TensorMap::new([(DOCUMENTS, responses_tensor(answers)?)])?)
}

/// The tensor of responses.
pub(crate) fn responses_tensor<Response: Serialize>(
	answers: Vec<Answer<Response>>,
) -> Result<Tensor, TaskError> {
	let rows: Vec<_> = answers.into_iter().map(document).collect();
	Ok(documents::tensor(&rows)?)
}

/// The document of one response.
fn document<Response: Serialize>(answer: Answer<Response>) -> Vec<u8> {
	#[derive(Serialize)]
	struct Refusal {
		error: String,
	}
	let refusal = |error: RequestError| {
		serde_json::to_vec(&Refusal { error: error.to_string() })
			.expect("a string has a JSON form; qed")
	};
	let document = answer.and_then(|response| {
		let bytes = serde_json::to_vec(&response)
			.map_err(|error| RequestError::Malformed(error.to_string()))?;
		match bytes.len() {
			0..=MAX_RESPONSE_BYTES => Ok(bytes),
			length => Err(RequestError::ResponseTooLong(length)),
		}
	});
	document.unwrap_or_else(refusal)
}

/// A number as responses have it.
pub(crate) fn number(value: f32) -> f64 {
	let scale = f64::from(10_u32.pow(DECIMALS));
	let value = f64::from(value);
	// Beyond this, floats have no such decimals.
	if value.abs() < 1e9 {
		// The sum turns -0 into 0.
		(value * scale).round() / scale + 0.0
	} else {
		value
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn documents_are_refused_by_name_when_the_map_is_another() {
		let bytes = Tensor::u8(&[1, 2], b"{}").unwrap();
		let map = |tensors: Vec<(&str, Tensor)>| TensorMap::new(tensors).unwrap();
		let refused = |tensors| documents(&map(tensors)).unwrap_err();
		assert!(matches!(refused(vec![("x", bytes.clone())]), TaskError::UnexpectedInput(_)));
		let both = vec![(DOCUMENTS, bytes.clone()), ("x", bytes)];
		assert!(matches!(refused(both), TaskError::UnexpectedInput(_)));
		let floats = Tensor::f32(&[1, 1], &[0.0]).unwrap();
		assert!(matches!(refused(vec![(DOCUMENTS, floats)]), TaskError::WrongDtype { .. }));
		let flat = Tensor::u8(&[2], b"{}").unwrap();
		assert!(matches!(refused(vec![(DOCUMENTS, flat)]), TaskError::WrongShape { .. }));
	}

	#[test]
	fn requests_fail_alone_when_one_is_not_what_the_task_takes() {
		#[derive(Debug, Deserialize)]
		#[serde(deny_unknown_fields)]
		#[allow(dead_code, reason = "only its shape counts")]
		struct Parameters {
			top_k: Option<usize>,
		}
		let map = TensorMap::from_documents(&[
			r#"{"inputs": "a"}"#,
			r#"{"inputs": "a", "parameters": {"top_k": 2}, "options": {"use_cache": false}}"#,
			r#"{"inputs": 1}"#,
			r#"{"inputs": "a", "parameters": {"topk": 2}}"#,
			r#"{"inputs": "a"} {"#,
			"\u{0}",
		]);
		let requests = requests::<String, Parameters>(&map.unwrap()).unwrap();
		let good: Vec<_> = requests.iter().map(Result::is_ok).collect();
		assert_eq!(good, [true, true, false, false, false, false]);
	}

	#[test]
	fn results_have_zeros_where_a_request_was_refused() {
		let refused = RequestError::out_of_range("top_k", "at least 1");
		let map = results(vec![Ok(("yes", vec![1.0, 2.0])), Err(refused)], 2).unwrap();
		assert_eq!(map.tensor(FEATURES).unwrap().to_f32().unwrap(), [1.0, 2.0, 0.0, 0.0]);
		let error = br#"{"error":"`top_k` must be at least 1"}"#;
		assert_eq!(map.documents().unwrap(), [&br#""yes""#[..], error]);
	}

	#[test]
	fn responses_are_refused_when_they_are_too_long() {
		let map = responses(vec![Ok("a".repeat(MAX_RESPONSE_BYTES))]).unwrap();
		assert!(map.documents().unwrap()[0].starts_with(br#"{"error":"the answer takes"#));
	}

	#[test]
	fn number_has_six_decimals_at_most_when_it_is_written() {
		let text = |value| serde_json::to_string(&number(value)).unwrap();
		assert_eq!(text(0.1), "0.1");
		assert_eq!(text(0.123_456_78), "0.123457");
		assert_eq!(text(-1e-9), "0.0");
		assert_eq!(text(12_345.678), "12345.677734");
		assert_eq!(text(f32::NAN), "null");
		assert_eq!(text(f32::INFINITY), "null");
	}
}
