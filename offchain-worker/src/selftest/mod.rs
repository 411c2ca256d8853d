//! Which determinism classes this machine reproduces: measured, not believed.
//!
//! A provider that offers a pool of exact agreement promises bits. Whether a machine keeps that promise
//! depends on its processor, its ONNX Runtime, its driver and its settings; so a handful of small
//! graphs, made of the operators that models are made of, run again and again the way jobs will: on the
//! same session and on fresh ones, one at a time and several at once. Then:
//!
//! - **The pinned class** is the machine's if all runs of the same batch have the same bits, and these
//!   are the [recorded](reference) bits of the class, where they are known. A class on CUDA is its own
//!   only with a record: its name does not say which GPU, and GPUs differ.
//! - **The portable class** is the machine's if static int8 graphs (QOperator form, unsigned) have the
//!   recorded bits, whatever the number of threads, and whether items run together or alone.
//!
//! A machine that fails offers no exact pool of that class. Results that are compared by similarity
//! need neither.

mod onnx;
mod reference;

use std::{
	fs, io,
	path::Path,
	time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tercet_primitives::DeterminismClass;
use tercet_tensors::{Tensor, TensorMap};

use crate::engine::{Device, Engine, EngineError, Session};

/// Changes with the graphs and with what is asked of them.
const VERSION: u32 = 1;

/// Sessions per setting, and runs of each.
const REPEATS: usize = 3;

/// Sizes of batches.
const BATCHES: [usize; 3] = [1, 7, 32];

/// How sessions of this worker are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
	/// Threads inside each operator.
	pub threads: u8,
	/// Jobs that run at the same time.
	pub parallel: u16,
}

/// Which classes a machine reproduces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTest {
	/// Where it ran: `cpu`, `cuda:0`.
	pub device: String,
	/// What it holds for: library, processor, driver, settings.
	pub tested: String,
	/// The name of the pinned class, if these instructions have one.
	pub class: Option<String>,
	/// Whether the machine reproduces it.
	pub pinned: Outcome,
	/// Whether it reproduces the portable class.
	pub portable: Outcome,
	/// Roots of the float graph's results, for the record: batches of 1, 7 and 32.
	pub digests: Vec<String>,
	/// Root of the int8 graph's results.
	pub portable_digest: String,
	/// How long it took.
	pub took: Duration,
}

/// Whether a machine reproduces a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
	/// All runs have the recorded bits.
	Equal,
	/// All runs have the same bits; nobody has recorded what others have.
	Repeatable,
	/// It does not, or not for sure.
	Not(String),
}

impl Outcome {
	/// Whether to promise bits of that class.
	pub fn holds(&self) -> bool {
		!matches!(self, Self::Not(_))
	}
}

impl std::fmt::Display for Outcome {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		match self {
			Self::Equal => f.write_str("reproduced: the recorded bits"),
			Self::Repeatable => {
				f.write_str("reproduced: the same bits each time; none are on record")
			},
			Self::Not(reason) => write!(f, "not reproduced: {reason}"),
		}
	}
}

impl SelfTest {
	/// The pinned class, if the machine reproduces it.
	pub fn pinned_class(&self, engine: &Engine, threads: u8) -> Option<DeterminismClass> {
		engine.pinned_class(threads).filter(|_| self.pinned.holds())
	}
}

/// The outcome on this machine: that of an earlier start if nothing has changed since, and kept in
/// `dir` for the next. `driver` is that of the GPU, if one is used. Blocks for a second or two.
///
/// # Errors
/// [`EngineError`] if the graphs do not run at all: then no model will.
pub fn outcome(
	engine: &Engine,
	settings: Settings,
	driver: Option<&str>,
	dir: &Path,
) -> Result<SelfTest, EngineError> {
	let tested = fingerprint(engine, settings, driver);
	if let Some(kept) = load(engine.device(), dir).filter(|kept| kept.tested == tested) {
		return Ok(kept);
	}
	let outcome = SelfTest { tested, ..run(engine, settings)? };
	// A directory that does not exist yet is somebody's who only asks.
	if let Err(error) = save(engine.device(), dir, &outcome) {
		tracing::debug!(%error, "cannot keep the outcome of the self-test");
	}
	Ok(outcome)
}

/// Runs the graphs.
///
/// # Errors
/// [`EngineError`] if one does not run at all.
pub fn run(engine: &Engine, settings: Settings) -> Result<SelfTest, EngineError> {
	let started = Instant::now();
	let class = engine.pinned_class(settings.threads).map(|class| class.to_string());
	let (pinned, digests) = pinned(engine, settings, class.as_deref())?;
	// Integer-exact graphs run on the processor, whatever else there is.
	let (portable, portable_digest) = portable(&engine.on(Device::Cpu), settings)?;
	let took = started.elapsed();
	let device = engine.device().to_string();
	Ok(SelfTest {
		device,
		tested: String::new(),
		class,
		pinned,
		portable,
		digests,
		portable_digest,
		took,
	})
}

/// What the outcome depends on.
fn fingerprint(engine: &Engine, settings: Settings, driver: Option<&str>) -> String {
	let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
	// ARM has numbers instead of names.
	let named = |line: &&str| line.starts_with("model name") || line.starts_with("CPU part");
	let processor = cpuinfo.lines().find(named).and_then(|line| line.split(": ").nth(1));
	format!(
		"{VERSION}; ONNX Runtime {}; {:?}; {}; {} processors; driver {}; {settings:?}",
		engine.version(),
		engine.device(),
		processor.unwrap_or("unknown processor"),
		std::thread::available_parallelism().map_or(0, usize::from),
		driver.unwrap_or("none"),
	)
}

/// Where the outcome is kept inside the state directory.
fn file(device: Device) -> String {
	format!("selftest-{}.json", device.to_string().replace(':', "-"))
}

fn load(device: Device, dir: &Path) -> Option<SelfTest> {
	serde_json::from_slice(&fs::read(dir.join(file(device))).ok()?).ok()
}

fn save(device: Device, dir: &Path, outcome: &SelfTest) -> io::Result<()> {
	let kept = tempfile::NamedTempFile::new_in(dir)?;
	fs::write(kept.path(), serde_json::to_vec_pretty(outcome)?)?;
	kept.persist(dir.join(file(device)))?;
	Ok(())
}

/// A graph of float operators: convolution, matrix products, layer normalisation, softmax.
fn float_graph() -> Vec<u8> {
	onnx::Graph::default()
		.input("x", &[3, 16, 16])
		.floats("kernel", &[24, 3, 3, 3])
		.floats("kernel_bias", &[24])
		.node("Conv", &["x", "kernel", "kernel_bias"], "convolved")
		.node("Relu", &["convolved"], "rectified")
		.node("Flatten", &["rectified"], "flat")
		.floats("first", &[24 * 14 * 14, 192])
		.node("MatMul", &["flat", "first"], "projected")
		.floats("norm_scale", &[192])
		.floats("norm_bias", &[192])
		.node("LayerNormalization", &["projected", "norm_scale", "norm_bias"], "normal")
		.node("Sigmoid", &["normal"], "gate")
		.node("Mul", &["normal", "gate"], "gated")
		.floats("second", &[192, 160])
		.node("MatMul", &["gated", "second"], "logits")
		.node("Softmax", &["logits"], "y")
		.output("normal", &[192])
		.output("y", &[160])
		.file()
}

/// A static int8 graph in QOperator form, activations and weights unsigned.
fn int8_graph() -> Vec<u8> {
	let quantized = |graph: onnx::Graph, name: &str, scale: f32, zero: u8| {
		graph.scale(&format!("{name}_s"), scale).zero(&format!("{name}_z"), zero)
	};
	let graph = onnx::Graph::default()
		.input("x", &[3, 16, 16])
		.unsigned("k", &[24, 3, 3, 3])
		.integers("k_b", &[24])
		.unsigned("w", &[24 * 14 * 14, 160]);
	let graph = quantized(graph, "x", 0.031, 128);
	let graph = quantized(graph, "k", 0.0021, 128);
	let graph = quantized(graph, "c", 0.017, 96);
	let graph = quantized(graph, "w", 0.0013, 128);
	let graph = quantized(graph, "y", 0.27, 120);
	graph
		.node("QuantizeLinear", &["x", "x_s", "x_z"], "x_q")
		.node("QLinearConv", &["x_q", "x_s", "x_z", "k", "k_s", "k_z", "c_s", "c_z", "k_b"], "c")
		.node("Flatten", &["c"], "f")
		.node("QLinearMatMul", &["f", "c_s", "c_z", "w", "w_s", "w_z", "y_s", "y_z"], "y_q")
		.node("DequantizeLinear", &["y_q", "y_s", "y_z"], "y")
		.output("y", &[160])
		.file()
}

fn images(items: usize) -> Result<TensorMap, EngineError> {
	let dims = [items as u64, 3, 16, 16];
	let pixels: Vec<f32> =
		onnx::numbers("pixels", &dims).map(|number| f32::from(number as i8) / 32.0).collect();
	let tensor = Tensor::f32(&[items, 3, 16, 16], &pixels)?;
	Ok(TensorMap::new([("x", tensor)])?)
}

/// The pinned class: every batch has the same bits each time.
fn pinned(
	engine: &Engine,
	settings: Settings,
	class: Option<&str>,
) -> Result<(Outcome, Vec<String>), EngineError> {
	let (graph, threads) = (float_graph(), usize::from(settings.threads));
	let open = || engine.checked_session(&graph, threads);
	let mut digests = Vec::new();
	for items in BATCHES {
		let input = images(items)?;
		let first = root(&open()?, &input)?;
		for _ in 0..REPEATS {
			let session = open()?;
			for _ in 0..REPEATS {
				if root(&session, &input)? != first {
					let reason = format!("a batch of {items} has other bits when it runs again");
					return Ok((Outcome::Not(reason), digests));
				}
			}
		}
		// As many at once as there will be jobs.
		let sessions: Vec<Session> =
			(0..settings.parallel.clamp(1, 4)).map(|_| open()).collect::<Result<_, _>>()?;
		for found in at_once(&sessions, &input) {
			if found? != first {
				let reason = format!("a batch of {items} has other bits when several run at once");
				return Ok((Outcome::Not(reason), digests));
			}
		}
		digests.push(first);
	}
	Ok((judge(engine.device(), class, &digests), digests))
}

fn judge(device: Device, class: Option<&str>, digests: &[String]) -> Outcome {
	let Some(class) = class else {
		return Outcome::Not("these instructions have no class".into());
	};
	match reference::recorded(class) {
		Some(recorded) if recorded.iter().copied().eq(digests.iter().map(String::as_str)) => {
			Outcome::Equal
		},
		Some(_) => Outcome::Not(format!("the bits differ from those on record for {class}")),
		None if device == Device::Cpu => Outcome::Repeatable,
		None => Outcome::Not(format!(
			"the bits are the same each time, but none are on record for {class}, whose name does \
			 not say which GPU"
		)),
	}
}

fn at_once(sessions: &[Session], input: &TensorMap) -> Vec<Result<String, EngineError>> {
	std::thread::scope(|scope| {
		let running: Vec<_> =
			sessions.iter().map(|session| scope.spawn(|| root(session, input))).collect();
		let crashed = |_| Err(EngineError::Run("the self-test panicked".into()));
		running.into_iter().map(|run| run.join().unwrap_or_else(crashed)).collect()
	})
}

/// The portable class: the recorded bits, whatever the setting. And the first bits found.
fn portable(engine: &Engine, settings: Settings) -> Result<(Outcome, String), EngineError> {
	let graph = int8_graph();
	let whole = images(9)?;
	let first = root(&engine.checked_session(&graph, 1)?, &whole)?;
	if first != reference::PORTABLE {
		return Ok((Outcome::Not("int8 bits differ from those on record".into()), first));
	}
	let mut threads = vec![1, 2, usize::from(settings.threads)];
	threads.sort_unstable();
	threads.dedup();
	for threads in threads {
		let session = engine.checked_session(&graph, threads)?;
		let together = session.run(&whole)?;
		if hex::encode(together.root()) != first {
			let reason = format!("int8 bits differ with {threads} threads");
			return Ok((Outcome::Not(reason), first));
		}
		for (item, digest) in (0u32..).zip(together.item_digests()) {
			let Some(alone) = whole.item(item) else { continue };
			if session.run(&alone)?.item_digests() != [digest] {
				let reason =
					format!("int8 bits differ when an item runs alone, with {threads} threads");
				return Ok((Outcome::Not(reason), first));
			}
		}
	}
	Ok((Outcome::Equal, first))
}

fn root(session: &Session, input: &TensorMap) -> Result<String, EngineError> {
	Ok(hex::encode(session.run(input)?.root()))
}

#[cfg(test)]
mod tests {
	use super::*;

	const CPU: Device = Device::Cpu;

	#[test]
	fn judge_holds_a_class_without_a_record_only_on_the_processor() {
		let digests = ["aa".to_owned()];
		assert_eq!(judge(CPU, Some("cpu/nowhere"), &digests), Outcome::Repeatable);
		assert!(!judge(Device::Cuda(0), Some("cuda/nowhere"), &digests).holds());
		assert!(!judge(CPU, None, &digests).holds());
	}

	#[test]
	fn judge_refuses_bits_that_are_not_those_on_record() {
		let (class, recorded) = reference::PINNED[0];
		let digests: Vec<String> = recorded.iter().map(|digest| (*digest).into()).collect();
		assert_eq!(judge(CPU, Some(class), &digests), Outcome::Equal);
		assert!(!judge(CPU, Some(class), &digests[1..]).holds());
		let other: Vec<String> = digests.iter().rev().cloned().collect();
		assert!(!judge(CPU, Some(class), &other).holds());
	}
}
