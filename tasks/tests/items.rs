//! What items of a map share, and what they do not.

mod common;

use std::path::Path;

use tercet_tasks::{json::FEATURES, Blame, Folder, Pipeline, Precision};
use tercet_tensors::{Tensor, TensorMap};

fn pipeline(example: &str) -> Box<dyn Pipeline> {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example);
	let folder = Folder::discover(&folder).unwrap();
	common::pipeline(&folder.variant(Precision::Fp32).unwrap().to_bytes().unwrap()).unwrap()
}

fn texts(map: &TensorMap) -> Vec<String> {
	let documents = map.documents().unwrap().into_iter();
	documents.map(|document| String::from_utf8(document.to_vec()).unwrap()).collect()
}

#[test]
fn items_draw_from_their_own_seeds_when_requests_have_none() {
	let mut pipeline = pipeline("text-generation");
	let request = |seed: &str| {
		format!(
			r#"{{"inputs": "The", "parameters": {{"do_sample": true, "max_new_tokens": 12{seed}}}}}"#
		)
	};
	let (open, fixed) = (request(""), request(r#", "seed": 3"#));
	let input = TensorMap::from_documents(&[&open, &fixed, &open, &fixed, &open]).unwrap();
	// The last item has the seed of the first.
	let mut run =
		|job: u8| texts(&pipeline.run(&input, &|item| [job + (item % 4) as u8; 32]).unwrap());
	let first = run(1);
	assert_eq!(first, run(1));
	assert_eq!(first[0], first[4]);
	assert_eq!(first[1], first[3]);
	assert_ne!(first[0], first[2]);
	assert_ne!(first[0], first[1]);
	let other = run(101);
	assert_eq!(first[1], other[1]);
	assert_ne!(first[0], other[0]);
}

#[test]
fn features_have_one_width_when_some_items_are_refused() {
	for (example, inputs) in [
		("text-classification", [r#""good""#, "3", r#"["good", "bad"]"#]),
		("feature-extraction", [r#""a matrix""#, "3", r#"["a matrix", "a vector"]"#]),
	] {
		let requests = inputs.map(|inputs| format!(r#"{{"inputs": {inputs}}}"#));
		let input = TensorMap::from_documents(&requests).unwrap();
		let result = pipeline(example).run(&input, &|_| [0; 32]).unwrap();
		let texts = texts(&result);
		assert!(texts[1].starts_with(r#"{"error":"#), "{}", texts[1]);
		assert!(texts[2].starts_with("[["), "{}", texts[2]);
		let features = result.tensor(FEATURES).unwrap();
		let width = features.shape()[1];
		let features = features.to_f32().unwrap();
		let rows: Vec<_> = features.chunks(width).collect();
		assert!(rows[0].iter().any(|x| *x != 0.0));
		assert!(rows[1].iter().all(|x| *x == 0.0));
		assert_ne!(rows[0], rows[2]);
	}
}

#[test]
fn map_is_refused_by_name_when_it_has_no_documents() {
	let input = TensorMap::new([("image", Tensor::f32(&[1, 1], &[0.0]).unwrap())]).unwrap();
	let error = pipeline("text-classification").run(&input, &|_| [0; 32]).unwrap_err();
	assert_eq!(error.blame(), Blame::Input, "{error}");
}
