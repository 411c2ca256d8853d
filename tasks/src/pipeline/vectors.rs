//! Responses made of vectors: what is left of answers that were compared by them alone.
//!
//! Documents are left out of such answers, because nothing proves them. But labels follow from logits,
//! and an embedding is its vector: whoever has package and requests can make those responses again.

use serde::de::DeserializeOwned;
use serde_json::Value;
use tercet_tensors::{Dtype, TensorMap};

use super::{
	feature_extraction,
	labels::{self, Labels},
};
use crate::{
	json::{self, number, Answer, FEATURES},
	manifest::{Pooling, Task},
	package::Package,
	OpenError, RequestError, TaskError,
};

/// Why there are no responses.
#[derive(Debug, thiserror::Error)]
pub enum VectorsError {
	/// The package is not what its task needs.
	#[error(transparent)]
	Package(#[from] OpenError),
	/// Requests or results are not those of the task.
	#[error(transparent)]
	Task(#[from] TaskError),
	/// The responses of this task say more than their vectors.
	#[error("responses of `{0}` do not follow from vectors")]
	NotInVectors(&'static str),
}

/// The responses to the requests in `input`, as documents, of the vectors in `result`.
///
/// # Errors
/// [`VectorsError`]. What cannot be said about one request is that item's response.
pub fn responses(
	package: &Package,
	input: &TensorMap,
	result: &TensorMap,
) -> Result<TensorMap, VectorsError> {
	let vectors = vectors(input, result)?;
	match package.manifest().task {
		Task::TextClassification | Task::ImageClassification => {
			let labels = Labels::open(package, vectors.first().map(Vec::len))?;
			let respond = |parameters: labels::Parameters, vector: &[f32]| {
				parameters.check()?;
				Ok(serde_json::json!(labels.score(vector, &parameters)))
			};
			Ok(answer(input, &vectors, respond)?)
		},
		Task::FeatureExtraction => {
			let default = feature_extraction::pooling(package)?;
			let respond =
				|parameters: feature_extraction::Parameters, vector: &[f32]| match parameters
					.pooling
					.unwrap_or(default)
				{
					Pooling::None => Err(RequestError::Averaged),
					_ => Ok(vector.iter().copied().map(number).collect()),
				};
			Ok(answer(input, &vectors, respond)?)
		},
		task => Err(VectorsError::NotInVectors(task.name())),
	}
}

/// The vector of each item.
fn vectors(input: &TensorMap, result: &TensorMap) -> Result<Vec<Vec<f32>>, TaskError> {
	let missing = || TaskError::MissingInput(FEATURES.into());
	let tensor = result.tensor(FEATURES).ok_or_else(missing)?;
	let found = tensor.shape().to_vec();
	let (&[items, width], Dtype::F32) = (tensor.shape(), tensor.dtype()) else {
		let expected = "[items, numbers] of f32".into();
		return Err(TaskError::WrongOutput { name: FEATURES.into(), expected, found });
	};
	if items != input.items() as usize {
		return Err(TaskError::OutputItems { expected: input.items(), found: result.items() });
	}
	let elements = tensor.to_f32()?;
	Ok(elements.chunks_exact(width.max(1)).map(<[f32]>::to_vec).collect())
}

fn answer<P: DeserializeOwned + Default>(
	input: &TensorMap,
	vectors: &[Vec<f32>],
	mut respond: impl FnMut(P, &[f32]) -> Answer<Value>,
) -> Result<TensorMap, TaskError> {
	let requests = json::requests::<Value, P>(input)?.into_iter().zip(vectors);
	let answers = requests.map(|(request, vector)| {
		let request = request?;
		let several = request.inputs.as_array().map(Vec::len);
		if several.is_some_and(|texts| texts != 1) {
			return Err(RequestError::Averaged);
		}
		// Zeros stand where a request was refused; no model gives nothing but zeros.
		if vector.iter().all(|x| *x == 0.0) {
			return Err(RequestError::Refused);
		}
		let response = respond(request.parameters.unwrap_or_default(), vector)?;
		Ok(if several.is_some() { Value::Array(vec![response]) } else { response })
	});
	json::responses(answers.collect())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{archive, manifest};
	use tercet_tensors::Tensor;

	fn package(task: &str, bytes: &mut Vec<u8>) {
		let manifest = format!(r#"{{"task": "{task}", "pooling": "mean"}}"#);
		let config = br#"{"id2label": {"0": "no", "1": "yes"}}"#;
		let files = [("config.json", &config[..]), (manifest::PATH, manifest.as_bytes())];
		archive::write(files, bytes).unwrap();
	}

	fn respond(
		task: &str,
		requests: &[&str],
		elements: &[f32],
	) -> Result<Vec<Value>, VectorsError> {
		let mut bytes = Vec::new();
		package(task, &mut bytes);
		let input = TensorMap::from_documents(requests).unwrap();
		let features = Tensor::f32(&[elements.len() / 2, 2], elements).unwrap();
		let result = TensorMap::new([(FEATURES, features)]).unwrap();
		let responses = responses(&Package::read(&bytes).unwrap(), &input, &result)?;
		let documents = responses.documents().unwrap().into_iter();
		Ok(documents.map(|document| serde_json::from_slice(document).unwrap()).collect())
	}

	#[test]
	fn responses_are_labels_when_vectors_are_logits() {
		let requests = [
			r#"{"inputs": "a"}"#,
			r#"{"inputs": ["b"], "parameters": {"top_k": 1}}"#,
			r#"{"inputs": ["c", "d"]}"#,
			r#"{"inputs": "e", "parameters": {"top_k": 0}}"#,
			r#"{"inputs": "refused"}"#,
			"{",
		];
		let three = 3.0_f32.ln();
		let elements = [0.0, three, three, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
		let found = respond("text-classification", &requests, &elements).unwrap();
		let yes = serde_json::json!([
			{"label": "yes", "score": 0.75}, {"label": "no", "score": 0.25}
		]);
		assert_eq!(found[0], yes);
		assert_eq!(found[1], serde_json::json!([[{"label": "no", "score": 0.75}]]));
		for (index, reason) in [(2, "mean"), (3, "top_k"), (4, "refused"), (5, "JSON")] {
			let error = found[index]["error"].as_str().unwrap();
			assert!(error.contains(reason) || reason == "JSON", "{error}");
		}
	}

	#[test]
	fn responses_are_the_vectors_when_these_are_embeddings() {
		let requests =
			[r#"{"inputs": "a"}"#, r#"{"inputs": "b", "parameters": {"pooling": "none"}}"#];
		let found = respond("feature-extraction", &requests, &[0.5, -1.0, 0.25, 2.0]).unwrap();
		assert_eq!(found[0], serde_json::json!([0.5, -1.0]));
		assert!(found[1]["error"].as_str().unwrap().contains("mean"), "{}", found[1]);
	}

	#[test]
	fn responses_fail_when_vectors_do_not_tell_or_items_differ() {
		let requests = [r#"{"inputs": "a"}"#];
		let error = respond("text-generation", &requests, &[1.0, 2.0]).unwrap_err();
		assert!(matches!(error, VectorsError::NotInVectors("text-generation")), "{error}");
		let error = respond("feature-extraction", &requests, &[1.0; 4]).unwrap_err();
		assert!(matches!(error, VectorsError::Task(TaskError::OutputItems { .. })), "{error}");
	}
}
