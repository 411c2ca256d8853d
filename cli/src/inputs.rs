//! What a requester has at hand, as the input of a job: tensors, or requests in JSON.

use std::{fs, path::Path};

use anyhow::{bail, ensure, Context as _, Result};
use base64::{engine::general_purpose::STANDARD, Engine};
use serde_json::{json, Map, Value};
use tercet_primitives::MAX_ITEMS;
use tercet_tensors::TensorMap;

use crate::args::InputArgs;

/// Task of models that take tensors as they are.
const TENSOR_TASK: &str = "tensor";

/// An input and its bytes.
#[derive(Clone, Debug)]
pub struct Input {
	/// What it means.
	pub map: TensorMap,
	/// A safetensors file: the requester's own, wherever there is one, so that its digest is that of
	/// the job.
	pub bytes: Vec<u8>,
}

impl From<TensorMap> for Input {
	fn from(map: TensorMap) -> Self {
		let bytes = map.to_canonical_bytes();
		Self { map, bytes }
	}
}

/// The input that the command line names.
///
/// # Errors
/// If a file cannot be read or is no input, or the items are too many.
pub fn load(args: &InputArgs) -> Result<Input> {
	let input = match &args.input {
		Some(path) => from_file(path, args.parameters.as_ref())?,
		None => {
			let texts = args.texts.iter().map(|text| Ok(json!({ "inputs": text })));
			let files = args.files.iter().map(|path| {
				let bytes =
					fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
				Ok(json!({ "inputs": STANDARD.encode(bytes) }))
			});
			requests(texts.chain(files).collect::<Result<_>>()?, args.parameters.as_ref())?
		},
	};
	ensure!(
		args.parameters.is_none() || input.map.documents().is_some(),
		"--parameters are for requests in JSON; tensors have none"
	);
	Ok(input)
}

/// Fails if a model of this task does not take `input`.
///
/// # Errors
/// Says what the model takes.
pub fn check(input: &TensorMap, task: &str) -> Result<()> {
	match (task == TENSOR_TASK, input.documents().is_some()) {
		(true, true) => bail!("the model takes tensors: name a safetensors file with --input"),
		(false, false) => bail!("the model does {task} and takes requests: name them with --text, --file, or --input requests.jsonl"),
		_ => Ok(()),
	}
}

/// The input in a file: safetensors, .json or .jsonl.
///
/// # Errors
/// If it cannot be read or is none of them.
pub fn from_file(path: &Path, parameters: Option<&Map<String, Value>>) -> Result<Input> {
	let shown = path.display();
	let bytes = fs::read(path).with_context(|| format!("cannot read the input {shown}"))?;
	let extension = path.extension().unwrap_or_default();
	if extension == "jsonl" {
		let text = String::from_utf8(bytes).with_context(|| format!("{shown} is not UTF-8"))?;
		let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
		let parsed = lines.map(|(index, line)| {
			let line_number = index + 1;
			serde_json::from_str(line)
				.with_context(|| format!("{shown}, line {line_number}, is no JSON"))
		});
		requests(parsed.collect::<Result<_>>()?, parameters)
	} else if extension == "json" {
		match serde_json::from_slice(&bytes).with_context(|| format!("{shown} is no JSON"))? {
			Value::Array(all) => requests(all, parameters),
			one => requests(vec![one], parameters),
		}
	} else {
		let map = TensorMap::from_bytes(&bytes).with_context(|| {
			format!(
				"{shown} is not an input: it must be safetensors with the items as first dimension, \
				 or requests in .json or .jsonl"
			)
		})?;
		Ok(Input { map, bytes })
	}
}

/// One item for each request; parameters are for those that have none of their own.
fn requests(requests: Vec<Value>, parameters: Option<&Map<String, Value>>) -> Result<Input> {
	ensure!(!requests.is_empty(), "there are no requests");
	let (found, most) = (requests.len(), MAX_ITEMS as usize);
	ensure!(found <= most, "{found} requests; a job has {most} items at most: submit several jobs");
	let document = |(index, mut request): (usize, Value)| {
		let fields = request.as_object_mut().filter(|fields| fields.contains_key("inputs"));
		let fields = fields.with_context(|| {
			format!("request {index} is no object with `inputs`, like {{\"inputs\": \"a text\"}}")
		})?;
		if let Some(parameters) = parameters {
			fields.entry("parameters").or_insert_with(|| Value::Object(parameters.clone()));
		}
		Ok(request.to_string())
	};
	let documents = requests.into_iter().enumerate().map(document).collect::<Result<Vec<_>>>()?;
	Ok(TensorMap::from_documents(&documents)?.into())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn args() -> InputArgs {
		InputArgs { input: None, texts: Vec::new(), files: Vec::new(), parameters: None }
	}

	fn documents(map: &TensorMap) -> Vec<Value> {
		let documents = map.documents().unwrap();
		documents.iter().map(|document| serde_json::from_slice(document).unwrap()).collect()
	}

	fn written(name: &str, content: &[u8]) -> (tempfile::TempDir, InputArgs) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join(name);
		fs::write(&path, content).unwrap();
		(dir, InputArgs { input: Some(path), ..args() })
	}

	#[test]
	fn load_makes_requests_when_texts_and_files_are_named() {
		let (_dir, file) = written("picture.png", b"\x89PNG");
		let files = vec![file.input.unwrap()];
		let texts = vec!["one".to_string()];
		let map = load(&InputArgs { texts, files, ..args() }).unwrap().map;
		assert_eq!(documents(&map), [json!({"inputs": "one"}), json!({"inputs": "iVBORw=="})]);
	}

	#[test]
	fn load_keeps_parameters_when_a_request_has_its_own() {
		let lines = "{\"inputs\":\"a\"}\n\n{\"inputs\":\"b\",\"parameters\":{\"top_k\":1}}\n";
		let (_dir, file) = written("requests.jsonl", lines.as_bytes());
		let parameters = json!({ "top_k": 5 }).as_object().cloned();
		let map = load(&InputArgs { parameters, ..file }).unwrap().map;
		let ks = documents(&map)
			.iter()
			.map(|doc| doc["parameters"]["top_k"].clone())
			.collect::<Vec<_>>();
		assert_eq!(ks, [json!(5), json!(1)]);
	}

	#[test]
	fn load_reads_one_or_many_when_the_file_is_json() {
		for (content, expected) in [("{\"inputs\":1}", 1), ("[{\"inputs\":1},{\"inputs\":2}]", 2)] {
			let (_dir, file) = written("requests.json", content.as_bytes());
			assert_eq!(load(&file).unwrap().map.items(), expected);
		}
	}

	#[test]
	fn load_fails_and_says_where_when_a_request_is_wrong() {
		let many = "{\"inputs\":0}\n".repeat(513);
		for (name, content, reason) in [
			("a.jsonl", "{\"inputs\":1}\n{", "line 2"),
			("a.jsonl", "{\"inputs\":1}\n{\"input\":2}", "request 1"),
			("a.jsonl", "", "no requests"),
			("a.jsonl", many.as_str(), "512"),
			("a.json", "7", "request 0"),
			("a.bin", "seven", "safetensors"),
		] {
			let (_dir, file) = written(name, content.as_bytes());
			let error = format!("{:#}", load(&file).unwrap_err());
			assert!(error.contains(reason), "{error}");
		}
	}

	#[test]
	fn check_names_what_the_model_takes_when_it_is_something_else() {
		let tensor = tercet_tensors::Tensor::f32(&[1], &[0.0]).unwrap();
		let tensors = TensorMap::new([("x", tensor)]).unwrap();
		let requests = TensorMap::from_documents(&["{}"]).unwrap();
		assert!(check(&tensors, "tensor").is_ok());
		assert!(check(&requests, "text-generation").is_ok());
		assert!(check(&requests, "tensor").unwrap_err().to_string().contains("safetensors"));
		let error = check(&tensors, "text-generation").unwrap_err().to_string();
		assert!(error.contains("text-generation") && error.contains("--text"), "{error}");
	}
}
