//! Packages whose files were tampered with: refused or answered, but nothing falls over.

mod common;

use std::path::Path;

use serde_json::Value;
use tercet_tasks::{archive, random::Random, Folder, Package, Precision};
use tercet_tensors::TensorMap;

/// Tampered packages of every example.
const ROUNDS: usize = 150;

/// What files get instead of one of their values.
fn strange(random: &mut Random) -> Value {
	let values = [
		Value::Null,
		Value::from(0),
		Value::from(-1),
		Value::from(u64::MAX),
		Value::from(1e300),
		Value::from(""),
		Value::from("\u{0}("),
		Value::from(vec![0; 0]),
		Value::from(true),
		Value::Object(Default::default()),
	];
	values[pick(random, values.len())].clone()
}

fn pick(random: &mut Random, count: usize) -> usize {
	(random.uniform() * count as f64) as usize
}

/// Replaces or removes one value somewhere inside.
fn tamper(value: &mut Value, random: &mut Random) {
	let stop = random.uniform() < 0.15;
	match value {
		Value::Object(members) if !members.is_empty() && !stop => {
			let key = members.keys().nth(pick(random, members.len())).unwrap().clone();
			if random.uniform() < 0.15 {
				members.remove(&key);
			} else {
				tamper(&mut members[&key], random);
			}
		},
		Value::Array(values) if !values.is_empty() && !stop => {
			let index = pick(random, values.len());
			tamper(&mut values[index], random);
		},
		_ => *value = strange(random),
	}
}

#[test]
fn pipeline_survives_when_a_file_of_its_package_was_tampered_with() {
	let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
	let mut random = Random::new(Some(20), [0; 32]);
	for (example, request) in [
		("text-classification", r#"{"inputs": "a good day"}"#),
		("text-generation", r#"{"inputs": "The", "parameters": {"max_new_tokens": 3}}"#),
		("feature-extraction", r#"{"inputs": ["a", ""]}"#),
		(
			"image-classification",
			r#"{"inputs": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"}"#,
		),
		("automatic-speech-recognition", r#"{"inputs": [0.5, 0.25]}"#),
	] {
		let folder = Folder::discover(&examples.join(example)).unwrap();
		let artifact = folder.variant(Precision::Fp32).unwrap().to_bytes().unwrap();
		let package = Package::read(&artifact).unwrap();
		let files: Vec<(&str, &[u8])> = package.files().collect();
		let json: Vec<_> = files.iter().filter(|(path, _)| path.ends_with(".json")).collect();
		let (mut refused, mut answered) = (0, 0);
		for round in 0..ROUNDS {
			let (path, bytes) = json[pick(&mut random, json.len())];
			let mut value: Value = serde_json::from_slice(bytes).unwrap();
			tamper(&mut value, &mut random);
			let text = value.to_string();
			let changed = files.iter().map(|(other, bytes)| {
				(*other, if other == path { text.as_bytes() } else { bytes })
			});
			let mut artifact = Vec::new();
			archive::write(changed, &mut artifact).unwrap();
			let Ok(package) = Package::read(&artifact) else {
				refused += 1;
				continue;
			};
			let attempt = std::panic::AssertUnwindSafe(|| {
				let mut pipeline = tercet_tasks::open(&package, &mut common::graph).ok()?;
				let input = TensorMap::from_documents(&[request]).unwrap();
				// A graph may well fail on tokens that it does not know.
				Some(pipeline.run(&input, &|_| [0; 32]).is_ok())
			});
			match std::panic::catch_unwind(attempt) {
				Ok(Some(_)) => answered += 1,
				Ok(None) => refused += 1,
				Err(_) => panic!("{example}, round {round}: {path} of {:.300}", text),
			}
		}
		println!("{example}: {refused} refused, {answered} opened");
		assert!(refused > 0 && answered > 0);
	}
}
