//! The worker's time per batch against ONNX Runtime alone.

use std::{path::Path, time::Instant};

use anyhow::Result;
use comfy_table::Table;
use ndarray::Array2;
use ort::{session::Session, value::Tensor};
use serde::Serialize;
use tercet_e2e::{example, images};
use tercet_primitives::MAX_ITEMS;
use tercet_tensors::TensorMap;
use tercet_worker::{library, Engine};

use crate::percentile;

/// Median times for one batch of the digits model, interleaved in one run.
#[derive(Serialize)]
pub struct Overhead {
	items: u32,
	/// ONNX Runtime alone: from a tensor to the model's output.
	bare_micros: f64,
	/// The worker's session: from a map of tensors to a map of tensors, names, types and shapes
	/// checked.
	session_micros: f64,
	/// All that a worker computes for an answer: from the input's bytes to the result's bytes and
	/// Merkle root.
	answer_micros: f64,
}

/// Measures a batch of [`MAX_ITEMS`] items, `repetitions` times.
pub fn measure(onnxruntime: Option<&Path>, repetitions: u32) -> Result<Overhead> {
	let engine = Engine::load(&library::locate(onnxruntime)?)?;
	let model = std::fs::read(example("onnx/model_int8.onnx"))?;
	let ours = engine.session(&model, 1)?;
	let mut bare = Session::builder(engine.environment())?
		.with_intra_threads(1)
		.map_err(ort::Error::<()>::from)?
		.commit_from_memory(&model)?;

	let input = images(MAX_ITEMS)?;
	let bytes = input.to_canonical_bytes();
	let (name, tensor) = input.iter().next().expect("one input");
	let values = tensor.to_f32()?;
	let pixels = values.len() / MAX_ITEMS as usize;
	let value = Tensor::from_array(Array2::from_shape_vec((MAX_ITEMS as usize, pixels), values)?)?;

	let (mut bare_times, mut session_times, mut answer_times) = (vec![], vec![], vec![]);
	for _ in 0..repetitions.max(1) {
		let start = Instant::now();
		std::hint::black_box(bare.run(ort::inputs![name => &value])?);
		bare_times.push(start.elapsed());

		let start = Instant::now();
		std::hint::black_box(ours.run(&input)?);
		session_times.push(start.elapsed());

		let start = Instant::now();
		let result = ours.run(&TensorMap::from_bytes(&bytes)?)?;
		std::hint::black_box((result.to_canonical_bytes(), result.root()));
		answer_times.push(start.elapsed());
	}
	let median = |mut times: Vec<std::time::Duration>| {
		times.sort_unstable();
		percentile(&times, 0.5).as_secs_f64() * 1e6
	};
	Ok(Overhead {
		items: MAX_ITEMS,
		bare_micros: median(bare_times),
		session_micros: median(session_times),
		answer_micros: median(answer_times),
	})
}

impl Overhead {
	/// For people.
	pub fn table(&self) -> Table {
		let mut table = Table::new();
		table.set_header(["items per batch", "what", "median (µs)", "ratio"]);
		for (what, micros) in [
			("bare ONNX Runtime", self.bare_micros),
			("worker's session", self.session_micros),
			("worker's whole answer", self.answer_micros),
		] {
			table.add_row([
				self.items.to_string(),
				what.to_string(),
				format!("{micros:.0}"),
				format!("{:.2}", micros / self.bare_micros),
			]);
		}
		table
	}
}
