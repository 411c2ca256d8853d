//! Every example model, in every variant, against what its reference in Python expects.
//!
//! How answers are compared is written in `examples/README.md`. All requests of a folder run in one
//! map, as a job's items do, and each alone, as the reference ran them. Batches change what is rounded:
//! dynamic int8 takes its scales from the whole batch, and a token of a coarse variant may become
//! another one. There, only the latter is compared.

mod common;

use std::{
	collections::BTreeMap,
	fs,
	path::{Path, PathBuf},
};

use base64::{engine::general_purpose::STANDARD, Engine};
use serde::Deserialize;
use serde_json::{json, Value};
use tercet_tasks::{Folder, Pipeline, Precision, Task, Variant};
use tercet_tensors::TensorMap;

#[derive(Deserialize)]
struct Expected {
	tolerance: f64,
	responses: Vec<Value>,
}

/// Folders whose results are to be compared.
fn folders() -> Vec<PathBuf> {
	let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
	let entries = fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
	let mut folders: Vec<_> = entries.filter(|path| path.join("expected.json").is_file()).collect();
	folders.sort();
	folders
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
	let bytes = fs::read(path).unwrap();
	serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The responses; images stand in them as base64 of their pixels.
fn run(pipeline: &mut dyn Pipeline, requests: &[String]) -> Vec<Value> {
	let input = TensorMap::from_documents(requests).unwrap();
	let result = pipeline.run(&input, &|item| [item as u8; 32]).unwrap();
	let images = result.tensor("image");
	let response = |(item, document): (usize, &&[u8])| {
		let response: Value = serde_json::from_slice(document).unwrap();
		match images {
			Some(images) if response.get("error").is_none() => {
				let length = images.data().len() / images.shape()[0];
				json!({"image": STANDARD.encode(&images.data()[item * length..][..length])})
			},
			_ => response,
		}
	};
	result.documents().unwrap().iter().enumerate().map(response).collect()
}

/// How far apart two answers are: the largest difference of numbers.
fn distance(found: &Value, expected: &Value) -> Result<f64, String> {
	let largest = |distances: Vec<f64>| distances.into_iter().fold(0.0, f64::max);
	match (found, expected) {
		(_, Value::Null) => Ok(0.0),
		(Value::Object(found), Value::Object(expected)) if expected.contains_key("error") => {
			let only_error = found.len() == 1 && found.contains_key("error");
			only_error.then_some(0.0).ok_or_else(|| format!("no error but {found:?}"))
		},
		(Value::Object(found), Value::Object(expected)) if expected.contains_key("image") => {
			let bytes = |object: &serde_json::Map<String, Value>| {
				let text = object.get("image").and_then(Value::as_str).unwrap_or_default();
				STANDARD.decode(text).unwrap()
			};
			let expected =
				image::load_from_memory(&bytes(expected)).unwrap().into_rgb8().into_raw();
			let found = bytes(found);
			if found.len() != expected.len() {
				return Err(format!("{} bytes instead of {}", found.len(), expected.len()));
			}
			let pairs = found.iter().zip(&expected);
			Ok(largest(pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).collect()))
		},
		(Value::Number(found), Value::Number(expected)) => {
			Ok((found.as_f64().unwrap() - expected.as_f64().unwrap()).abs())
		},
		(Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
			if let (Some(found), Some(expected)) = (scores(found), scores(expected)) {
				let label = |(label, expected): (&String, &f64)| match found.get(label) {
					Some(score) => Ok((score - expected).abs()),
					None => Err(format!("no label {label}")),
				};
				return Ok(largest(expected.iter().map(label).collect::<Result<_, _>>()?));
			}
			let pairs = found.iter().zip(expected);
			Ok(largest(pairs.map(|(a, b)| distance(a, b)).collect::<Result<_, _>>()?))
		},
		(Value::Object(found), Value::Object(expected)) if found.keys().eq(expected.keys()) => {
			let pairs = found.values().zip(expected.values());
			Ok(largest(pairs.map(|(a, b)| distance(a, b)).collect::<Result<_, _>>()?))
		},
		_ if found == expected => Ok(0.0),
		_ => Err(format!("{found} instead of {expected}")),
	}
}

/// Labels and scores, if that is what they are.
fn scores(values: &[Value]) -> Option<BTreeMap<String, f64>> {
	let score = |value: &Value| {
		Some((value.get("label")?.as_str()?.to_string(), value.get("score")?.as_f64()?))
	};
	values.iter().map(score).collect()
}

fn check(folder: &Path, variant: &Variant, requests: &[String], expected: &Expected) {
	let name = format!("{} {}", folder.file_name().unwrap().display(), variant.precision);
	let artifact = variant.to_bytes().unwrap();
	let mut pipeline =
		common::pipeline(&artifact).unwrap_or_else(|error| panic!("{name}: {error}"));
	let together = run(&mut *pipeline, requests);
	let alone =
		requests.iter().flat_map(|request| run(&mut *pipeline, std::slice::from_ref(request)));
	for (how, found) in [("together", together), ("alone", alone.collect())] {
		assert_eq!(found.len(), expected.responses.len(), "{name}");
		let coarse = match variant.precision {
			Precision::Fp32 => false,
			Precision::Int8 => true,
			_ => expected.tolerance == 0.0,
		};
		if coarse && how == "together" {
			continue;
		}
		let mut worst = 0.0_f64;
		for (index, (found, expected_one)) in found.iter().zip(&expected.responses).enumerate() {
			let distance = distance(found, expected_one)
				.unwrap_or_else(|error| panic!("{name}, {how}, request {index}: {error}"));
			assert!(
				distance <= expected.tolerance,
				"{name}, {how}, request {index}: off by {distance}: {found} instead of {expected_one}"
			);
			worst = worst.max(distance);
		}
		println!("{name}, {how}: {} requests, off by {worst:.2e} at most", found.len());
	}
}

#[test]
fn results_equal_the_references_when_examples_run() {
	for folder in folders() {
		let found = Folder::discover(&folder).unwrap();
		if found.task == Task::Tensor {
			continue;
		}
		let requests: Vec<Value> = read(&folder.join("requests.json"));
		let requests: Vec<_> = requests.iter().map(Value::to_string).collect();
		let expected: BTreeMap<String, Expected> = read(&folder.join("expected.json"));
		let names: Vec<_> = found.variants.iter().map(|v| v.precision.name().to_string()).collect();
		for (name, expected) in &expected {
			let variant = found.variants.iter().find(|variant| variant.precision.name() == name);
			let variant = variant.unwrap_or_else(|| panic!("{folder:?} has {names:?}, not {name}"));
			check(&folder, variant, &requests, expected);
		}
	}
}
