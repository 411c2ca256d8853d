//! Time per batch: what a worker does with a batch (read the input, bind it, run, encode, digest every
//! item), in this process and in the one that models run in, against the bare ONNX Runtime on the same
//! tensor, on the same machine, in the same run.
//!
//! ```sh
//! cargo run --release -p tercet-worker --example overhead -- MODEL.onnx INPUT.safetensors [RUNS]
//! ```
//!
//! Prints one JSON object; times in microseconds. The worker's program must be built.

use std::time::{Duration, Instant};

use ort::{session::Session, value::TensorRef};
use tercet_primitives::{ItemSet, H256};
use tercet_tensors::TensorMap;
use tercet_worker::{
	compute::{Opening, Request},
	engine::Device,
	items::{answer, Batch, Work},
	library,
	runner::{Runner, RunnerSettings},
	Engine,
};
use tokio_util::sync::CancellationToken;

/// Batches that each has in a row: throughput is of busy processors, whose caches hold the model.
const ROW: usize = 20;

fn main() -> anyhow::Result<()> {
	let mut arguments = std::env::args().skip(1);
	let (Some(model), Some(input)) = (arguments.next(), arguments.next()) else {
		anyhow::bail!("usage: overhead MODEL.onnx INPUT.safetensors [RUNS]");
	};
	let runs: usize = arguments.next().map_or(Ok(200), |runs| runs.parse())?;
	let (model, bytes) = (std::fs::read(model)?, std::fs::read(input)?);
	let map = TensorMap::from_bytes(&bytes)?;
	let items = map.items();

	let library = library::locate(None)?;
	let engine = Engine::load(&library)?;
	let program = std::env::current_exe()?.with_file_name("../tercet-worker");
	let settings = RunnerSettings { program, ..RunnerSettings::new(library, Device::Cpu, 1) };
	let cancel = CancellationToken::new();
	let started = Instant::now();
	let mut runner = Runner::start(&settings)?;
	let start = started.elapsed();
	let opening = Opening { digest: H256::zero(), declared: Some(1 << 30), confirming: false };
	let started = Instant::now();
	runner.open(&opening, &model, &cancel)?;
	let open = started.elapsed();
	let mut session = engine.session(&model, 1)?;
	let started = Instant::now();
	let mut bare = Session::builder(engine.environment())?
		.with_intra_threads(1)
		.map_err(ort::Error::<()>::from)?
		.commit_from_memory(&model)?;
	let bare_open = started.elapsed();

	let (_, tensor) = map.iter().next().ok_or_else(|| anyhow::anyhow!("no input"))?;
	let (shape, elements) = (tensor.shape().to_vec(), tensor.to_f32()?);
	let (asked, batch) = (ItemSet::first(items), Batch::Asked);
	let digest = H256::zero();
	let work = Work {
		artifact: &digest,
		input: &bytes,
		declared: items,
		asked: &asked,
		batch,
		vectors_only: false,
		key: None,
	};
	let request =
		Request { input: &bytes, items, asked, batch, vectors_only: false, key: None, cancel };
	let mut times = [const { Vec::new() }; 3];
	let [bares, answers, runners] = &mut times;
	// The first row warms up; all three in turn, so that each sees the same machine.
	for row in 0..=runs.div_ceil(ROW) {
		let warm = row > 0;
		timed(bares, warm, || {
			let view = TensorRef::from_array_view((shape.clone(), elements.as_slice()))?;
			Ok(bare.run(ort::inputs![view])?.len())
		})?;
		timed(answers, warm, || Ok(answer(&mut session, work)?))?;
		timed(runners, warm, || Ok(runner.run(&opening, &request)?))?;
	}
	let [bare, answer, median_runner] = times.map(median);
	println!(
		"{}",
		serde_json::json!({
			"items": items, "runs": runs, "bare_us": bare, "answer_us": answer,
			"runner_us": median_runner,
			"speed": bare / median_runner, "start_us": start.as_micros(), "open_us": open.as_micros(),
			"bare_open_us": bare_open.as_micros(), "model_bytes": model.len(),
			"resident_bytes": runner.resident(),
		})
	);
	Ok(())
}

fn timed<T>(
	times: &mut Vec<Duration>,
	warm: bool,
	mut work: impl FnMut() -> anyhow::Result<T>,
) -> anyhow::Result<()> {
	let started = Instant::now();
	for _ in 0..ROW {
		std::hint::black_box(work()?);
	}
	if warm {
		times.push(started.elapsed() / ROW as u32);
	}
	Ok(())
}

/// Median in microseconds.
fn median(mut times: Vec<Duration>) -> f64 {
	times.sort_unstable();
	times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}
