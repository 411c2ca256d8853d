//! The worker's time per batch against ONNX Runtime alone.

use std::{
	path::Path,
	time::{Duration, Instant},
};

use anyhow::{anyhow, Result};
use comfy_table::Table;
use ort::{session::Session, value::TensorRef};
use serde::Serialize;
use tercet_cli::devnet::{find_binary, search_path};
use tercet_e2e::{example, images};
use tercet_primitives::{ItemSet, H256, MAX_ITEMS};
use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::{
	compute::{Opening, Request},
	engine::Device,
	items::{answer, Batch, Work},
	library,
	runner::{Runner, RunnerSettings},
	Engine,
};
use tokio_util::sync::CancellationToken;

use crate::percentile;

/// Width of the large model's layers, their number, and the items of its batch.
const LARGE: (usize, usize, usize) = (2048, 4, 128);

/// Batches that each has in a row, before it is another's turn: throughput is of busy processors, whose
/// caches hold the model.
const ROW: u32 = 20;

/// Median times for one batch of a model, all of them in turn in one run.
#[derive(Serialize)]
pub struct Overhead {
	model: String,
	items: u32,
	/// ONNX Runtime alone: from a tensor to the model's output.
	bare_micros: f64,
	/// The worker's session: from a map of tensors to a map of tensors, names, types and shapes
	/// checked.
	session_micros: f64,
	/// All that is computed for an answer: from the input's bytes to the result's bytes and the
	/// digest of every item.
	answer_micros: f64,
	/// The same by the process that models run in, with the way there and back.
	runner_micros: f64,
}

/// Measures one batch of the digits models and of a large one, about `repetitions` times each.
pub fn measure(onnxruntime: Option<&Path>, repetitions: u32) -> Result<Vec<Overhead>> {
	let library = library::locate(onnxruntime)?;
	let engine = Engine::load(&library)?;
	let program = find_binary("tercet-worker", &search_path())?;
	let settings = RunnerSettings { program, ..RunnerSettings::new(library, Device::Cpu, 1) };
	let digits = images(MAX_ITEMS)?;
	let (width, layers, items) = LARGE;
	let values: Vec<f32> = (0..items * width).map(|i| (i % 17) as f32 / 17.0).collect();
	let large = TensorMap::new([("x", Tensor::f32(&[items, width], &values)?)])?;
	let name = format!("{layers} layers of {width} × {width}");
	let subjects = [
		("digits, fp32".to_owned(), std::fs::read(example("onnx/model.onnx"))?, digits.clone()),
		("digits, int8".to_owned(), std::fs::read(example("onnx/model_int8.onnx"))?, digits),
		(name, multiplications(width, layers), large),
	];
	let one = |(name, model, input): &(String, Vec<u8>, TensorMap)| {
		Subject { engine: &engine, settings: &settings, model, input }
			.measure(name.clone(), repetitions.div_ceil(ROW).max(1))
	};
	subjects.iter().map(one).collect()
}

struct Subject<'a> {
	engine: &'a Engine,
	settings: &'a RunnerSettings,
	model: &'a [u8],
	input: &'a TensorMap,
}

impl Subject<'_> {
	fn measure(&self, name: String, rows: u32) -> Result<Overhead> {
		let mut bare = Session::builder(self.engine.environment())?
			.with_intra_threads(1)
			.map_err(ort::Error::<()>::from)?
			.commit_from_memory(self.model)?;
		let mut session = self.engine.session(self.model, 1)?;
		let mut runner = Runner::start(self.settings)?;
		let opening = Opening { digest: H256::zero(), declared: Some(1 << 30), confirming: false };
		let cancel = CancellationToken::new();
		runner.open(&opening, self.model, &cancel)?;

		let (items, bytes) = (self.input.items(), self.input.to_canonical_bytes());
		let asked = ItemSet::first(items);
		let (port, tensor) = self.input.iter().next().ok_or_else(|| anyhow!("no input"))?;
		let (shape, values) = (tensor.shape().to_vec(), tensor.to_f32()?);
		let work = Work {
			artifact: &opening.digest,
			input: &bytes,
			declared: items,
			asked: &asked,
			batch: Batch::Asked,
			vectors_only: false,
			key: None,
		};
		let request = Request {
			input: &bytes,
			items,
			asked,
			batch: Batch::Asked,
			vectors_only: false,
			key: None,
			cancel: cancel.clone(),
		};

		let mut times = [const { Vec::new() }; 4];
		let [bares, sessions, answers, runners] = &mut times;
		for _ in 0..rows {
			timed(bares, || {
				let value = TensorRef::from_array_view((shape.clone(), values.as_slice()))?;
				Ok(bare.run(ort::inputs![port => value])?.len())
			})?;
			timed(sessions, || Ok(session.run(self.input)?))?;
			timed(answers, || Ok(answer(&mut session, work)?))?;
			timed(runners, || Ok(runner.run(&opening, &request)?))?;
		}
		let [bare_micros, session_micros, answer_micros, runner_micros] = times.map(|mut times| {
			times.sort_unstable();
			percentile(&times, 0.5).as_secs_f64() * 1e6
		});
		let (model, items) = (name, items);
		Ok(Overhead { model, items, bare_micros, session_micros, answer_micros, runner_micros })
	}
}

/// The time of one of a row of batches.
fn timed<T>(times: &mut Vec<Duration>, mut work: impl FnMut() -> Result<T>) -> Result<()> {
	let start = Instant::now();
	for _ in 0..ROW {
		std::hint::black_box(work()?);
	}
	times.push(start.elapsed() / ROW);
	Ok(())
}

/// An ONNX file: `x` of shape `[batch, width]`, multiplied by as many matrices, each time cut at zero.
fn multiplications(width: usize, layers: usize) -> Vec<u8> {
	let value = |i: usize| if i == layers { "y".to_owned() } else { format!("v{i}") };
	let weights: Vec<u8> =
		(0..width * width).flat_map(|i| ((i % 31) as f32 / 31e3 - 4e-4).to_le_bytes()).collect();
	let mut graph = Vec::new();
	for layer in 0..layers {
		let from = if layer == 0 { "x".to_owned() } else { value(layer) };
		let (to, product, matrix) = (value(layer + 1), format!("p{layer}"), format!("w{layer}"));
		field(&mut graph, 1, &node("MatMul", &[&from, &matrix], &product));
		field(&mut graph, 1, &node("Relu", &[&product], &to));
		let mut tensor = vec![];
		integer(&mut tensor, 1, width as u64);
		integer(&mut tensor, 1, width as u64);
		integer(&mut tensor, 2, 1);
		field(&mut tensor, 8, matrix.as_bytes());
		field(&mut tensor, 9, &weights);
		field(&mut graph, 5, &tensor);
	}
	field(&mut graph, 2, b"g");
	field(&mut graph, 11, &port("x", width));
	field(&mut graph, 12, &port("y", width));
	let (mut model, mut operators) = (vec![], vec![]);
	integer(&mut model, 1, 8);
	field(&mut model, 7, &graph);
	integer(&mut operators, 2, 17);
	field(&mut model, 8, &operators);
	model
}

fn node(operator: &str, inputs: &[&str], output: &str) -> Vec<u8> {
	let mut node = vec![];
	inputs.iter().for_each(|input| field(&mut node, 1, input.as_bytes()));
	field(&mut node, 2, output.as_bytes());
	field(&mut node, 4, operator.as_bytes());
	node
}

fn port(name: &str, width: usize) -> Vec<u8> {
	let [mut batch, mut columns, mut shape, mut tensor, mut kind, mut port] = [const { vec![] }; 6];
	field(&mut batch, 2, b"batch");
	integer(&mut columns, 1, width as u64);
	field(&mut shape, 1, &batch);
	field(&mut shape, 1, &columns);
	integer(&mut tensor, 1, 1);
	field(&mut tensor, 2, &shape);
	field(&mut kind, 1, &tensor);
	field(&mut port, 1, name.as_bytes());
	field(&mut port, 2, &kind);
	port
}

/// Field `number` of a protobuf message: an integer.
fn integer(message: &mut Vec<u8>, number: u8, value: u64) {
	message.push(number << 3);
	varint(message, value);
}

/// Field `number` of a protobuf message: bytes.
fn field(message: &mut Vec<u8>, number: u8, value: &[u8]) {
	message.push(number << 3 | 2);
	varint(message, value.len() as u64);
	message.extend_from_slice(value);
}

fn varint(message: &mut Vec<u8>, mut value: u64) {
	while value >= 0x80 {
		message.push(value as u8 | 0x80);
		value >>= 7;
	}
	message.push(value as u8);
}

/// For people.
pub fn table(overheads: &[Overhead]) -> Table {
	let mut table = Table::new();
	table.set_header(["model", "items per batch", "what", "median (µs)", "speed"]);
	for overhead in overheads {
		let mut name = overhead.model.as_str();
		for (what, micros) in [
			("bare ONNX Runtime", overhead.bare_micros),
			("session in the same process", overhead.session_micros),
			("whole answer in the same process", overhead.answer_micros),
			("whole answer from the runner", overhead.runner_micros),
		] {
			table.add_row([
				std::mem::take(&mut name).to_string(),
				overhead.items.to_string(),
				what.to_string(),
				format!("{micros:.0}"),
				format!("{:.1} %", 100.0 * overhead.bare_micros / micros),
			]);
		}
	}
	table
}
