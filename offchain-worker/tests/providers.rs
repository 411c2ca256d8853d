//! Results of different execution providers, held against each other as the chain does.

mod common;

use common::{digits, engine};
use tercet_primitives::{hamming_distance, Feature, ItemSet, H256};
use tercet_tensors::{fingerprint::fingerprints, TensorMap};
use tercet_worker::{
	engine::{DeviceChoice, Session},
	library, Engine,
};

/// Far more than honest machines differ, far less than models do: `docs/calibration.md`.
const MAX_DISTANCE: u16 = 12;

/// The largest distance between fingerprints of one image.
fn furthest(a: &Session, b: &Session) -> u16 {
	let images = TensorMap::from_bytes(&digits("held-out.safetensors")).unwrap();
	let all: ItemSet = (0..images.items()).collect();
	let prints = |session: &Session| {
		let logits = session.run(&images).unwrap();
		fingerprints(&logits, &all, &all, Feature::Flat, &H256([7; 32])).unwrap()
	};
	let (a, b) = (prints(a), prints(b));
	a.iter().zip(&b).map(|(a, b)| hamming_distance(a, b)).max().unwrap()
}

#[test]
fn providers_agree_by_fingerprints_and_another_model_does_not() {
	let fp32 = digits("onnx/model.onnx");
	let cpu = engine().session(&fp32, 1).unwrap();
	assert!(furthest(&cpu, &engine().session(&fp32, 2).unwrap()) <= MAX_DISTANCE);
	let wrong = engine().session(&digits("onnx/model_wrong.onnx"), 1).unwrap();
	assert!(furthest(&cpu, &wrong) > MAX_DISTANCE);

	let library = library::locate(None).unwrap();
	for choice in [DeviceChoice::Cuda, DeviceChoice::Tensorrt] {
		match Engine::load_on_all(&library, choice) {
			Err(reason) => println!("skipped: {reason}"),
			Ok(engines) => {
				for engine in engines {
					let gpu = engine.session(&fp32, 1).unwrap();
					let furthest = furthest(&cpu, &gpu);
					println!("{}: at most {furthest} of 256 bits from the CPU", engine.device());
					assert!(furthest <= MAX_DISTANCE, "{}: {furthest}", engine.device());
				}
			},
		}
	}
}
