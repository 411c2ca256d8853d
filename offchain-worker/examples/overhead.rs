//! Time per batch: what a worker does with a batch (check and bind the input, run, encode, digest
//! every item) against the bare ONNX Runtime on the same tensor, on the same machine.
//!
//! ```sh
//! cargo run --release -p tercet-worker --example overhead -- MODEL.onnx INPUT.safetensors [RUNS]
//! ```
//!
//! Prints one JSON object; times in microseconds.

use std::time::Instant;

use ort::{session::Session, value::TensorRef};
use tercet_tensors::TensorMap;
use tercet_worker::{library, Engine};

fn main() -> anyhow::Result<()> {
	let mut arguments = std::env::args().skip(1);
	let (Some(model), Some(input)) = (arguments.next(), arguments.next()) else {
		anyhow::bail!("usage: overhead MODEL.onnx INPUT.safetensors [RUNS]");
	};
	let runs = arguments.next().map_or(Ok(200), |runs| runs.parse())?;
	let (model, input) = (std::fs::read(model)?, std::fs::read(input)?);

	let engine = Engine::load(&library::locate(None)?)?;
	let session = engine.session(&model, 1)?;
	let worker = median(runs, || {
		let output = session.run(&TensorMap::from_bytes(&input)?)?;
		Ok((output.root(), output.to_canonical_bytes().len()))
	})?;

	let mut bare_session = Session::builder(engine.environment())?
		.with_intra_threads(1)
		.map_err(ort::Error::<()>::from)?
		.commit_from_memory(&model)?;
	let map = TensorMap::from_bytes(&input)?;
	let items = map.items();
	let (_, tensor) = map.iter().next().ok_or_else(|| anyhow::anyhow!("no input"))?;
	let (shape, elements) = (tensor.shape().to_vec(), tensor.to_f32()?);
	let bare = median(runs, || {
		let view = TensorRef::from_array_view((shape.clone(), elements.as_slice()))?;
		Ok(bare_session.run(ort::inputs![view])?.len())
	})?;

	let overhead = worker as f64 / bare as f64 - 1.0;
	println!(
		"{}",
		serde_json::json!({
			"items": items, "runs": runs, "worker_us": worker, "bare_us": bare, "overhead": overhead,
		})
	);
	Ok(())
}

/// Median time of `work` in microseconds, after a tenth of the runs to warm up.
fn median<T>(runs: usize, mut work: impl FnMut() -> anyhow::Result<T>) -> anyhow::Result<u128> {
	let mut times = Vec::with_capacity(runs);
	for run in 0..runs + runs / 10 {
		let started = Instant::now();
		std::hint::black_box(work()?);
		if run >= runs / 10 {
			times.push(started.elapsed().as_micros());
		}
	}
	times.sort_unstable();
	times.get(runs / 2).copied().ok_or_else(|| anyhow::anyhow!("no runs"))
}
