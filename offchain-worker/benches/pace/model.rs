//! What is measured: a small model and a large one.

use anyhow::Result;
use tercet_primitives::{BlobRef, ItemSet, H256};
use tercet_tensors::{Tensor, TensorMap};

use crate::common::{digits, onnx};

/// A model, and a batch for it.
pub struct Subject {
	pub name: String,
	pub model: Vec<u8>,
	pub input: TensorMap,
}

impl Subject {
	/// How the chain would refer to the model.
	pub fn artifact(&self) -> BlobRef {
		let digest = H256(tercet_walrus_client::digest(&self.model));
		BlobRef { blob_id: digest.0, digest, size: self.model.len() as u64 }
	}

	/// The first `items` of the batch.
	pub fn first(&self, items: u32) -> TensorMap {
		self.input.select(&ItemSet::first(items)).expect("the batch has as many")
	}
}

/// Models of the examples, and a large one.
pub fn subjects() -> Result<Vec<Subject>> {
	let images = TensorMap::from_bytes(&digits("held-out.safetensors"))?;
	let subject = |name: &str, model, input: &TensorMap| Subject {
		name: name.into(),
		model,
		input: input.clone(),
	};
	Ok(vec![
		subject("digits, fp32", digits("onnx/model.onnx"), &images),
		subject("digits, int8", digits("onnx/model_int8.onnx"), &images),
		image_classification(64)?,
		text_classification(512, 32)?,
		layers(2048, 4, 128)?,
	])
}

/// The graph of the example that labels images.
fn image_classification(items: usize) -> Result<Subject> {
	let pixels: Vec<f32> =
		(0..items * 3 * 32 * 32).map(|i| (i % 255) as f32 / 127.5 - 1.0).collect();
	let pixels = Tensor::f32(&[items, 3, 32, 32], &pixels)?;
	let input = TensorMap::new([("pixel_values", pixels)])?;
	example("image-classification", input)
}

/// The graph of the example that labels texts, each `length` tokens long.
fn text_classification(items: usize, length: usize) -> Result<Subject> {
	let tokens: Vec<i64> = (0..items * length).map(|i| (i % 1000) as i64).collect();
	let shape = [items, length];
	let input = TensorMap::new([
		("input_ids", Tensor::i64(&shape, &tokens)?),
		("attention_mask", Tensor::i64(&shape, &vec![1; items * length])?),
	])?;
	example("text-classification", input)
}

/// The first variant of an example.
fn example(folder: &str, input: TensorMap) -> Result<Subject> {
	let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
	let model = std::fs::read(format!("{examples}/{folder}/onnx/model.onnx"))?;
	Ok(Subject { name: format!("{folder}, fp32"), model, input })
}

/// `x` of shape `[items, width]`, multiplied by as many matrices, each time cut at zero.
pub fn layers(width: usize, layers: usize, items: usize) -> Result<Subject> {
	let values: Vec<f32> = (0..items * width).map(|i| (i % 17) as f32 / 17.0).collect();
	let input = TensorMap::new([("x", Tensor::f32(&[items, width], &values)?)])?;
	let weights: Vec<f32> = (0..width * width).map(|i| (i % 31) as f32 / 31e3 - 4e-4).collect();
	let value = |layer| if layer == layers { "y".to_owned() } else { format!("v{layer}") };
	let (wide, mut from) = (width as u64, "x".to_owned());
	let mut graph = onnx::message().bytes(2, "g");
	for layer in 0..layers {
		let (to, product, matrix) = (value(layer + 1), format!("p{layer}"), format!("w{layer}"));
		graph = graph
			.bytes(1, onnx::node("MatMul", &[&from, &matrix], &[&product]))
			.bytes(1, onnx::node("Relu", &[&product], &[&to]))
			.bytes(5, onnx::tensor(&matrix, &[wide, wide], &weights));
		from = to;
	}
	let graph = graph
		.bytes(11, onnx::port("x", onnx::FLOAT, &[wide]))
		.bytes(12, onnx::port("y", onnx::FLOAT, &[wide]));
	let name = format!("{layers} layers of {width} × {width}, fp32");
	Ok(Subject { name, model: onnx::model(graph).0, input })
}
