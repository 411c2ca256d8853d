//! ONNX Runtime under one setting.

use std::path::Path;

use ort::{
	environment::Environment,
	session::{builder::SessionBuilder, Session, SessionInputValue},
	value::ValueType,
};
use tercet_primitives::ItemSet;
use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::engine::convert::{dtype_of, from_value, to_value};

use crate::{
	settings::{Device, Setting},
	Error,
};

/// A loaded ONNX Runtime. A process can only load one library.
pub struct Runner {
	environment: Environment,
}

impl Runner {
	/// Loads the library at `library`.
	///
	/// # Errors
	/// [`Error::Library`].
	pub fn load(library: &Path) -> Result<Self, Error> {
		let builder = ort::init_from(library).map_err(|error| Error::Library(error.to_string()))?;
		let environment = builder
			.with_name("tercet-calibrate")
			.with_telemetry(false)
			.build()
			.map_err(|error| Error::Library(error.to_string()))?;
		environment.set_log_level(ort::logging::LogLevel::Error);
		Ok(Self { environment })
	}

	/// Why CUDA cannot run `model`; `None` if it can.
	pub fn why_no_cuda(&self, model: &[u8], setting: &Setting) -> Option<String> {
		let setting = Setting { device: Device::Cuda, ..setting.clone() };
		self.session(model, &setting).err()
	}

	/// The answer of `variant`, whose ONNX file is `model`, to all items of `input`.
	///
	/// # Errors
	/// [`Error::Session`], [`Error::Run`].
	pub fn run(
		&self,
		variant: &str,
		model: &[u8],
		input: &TensorMap,
		setting: &Setting,
	) -> Result<TensorMap, Error> {
		let mut session = self.session(model, setting).map_err(|reason| Error::Session {
			variant: variant.into(),
			setting: setting.clone(),
			reason,
		})?;
		run_batches(&mut session, input, setting.batch).map_err(|reason| Error::Run {
			variant: variant.into(),
			setting: setting.clone(),
			reason,
		})
	}

	/// A session as the worker opens it, but for the level.
	fn session(&self, model: &[u8], setting: &Setting) -> Result<Session, String> {
		let option = |error: ort::Error<SessionBuilder>| ort::Error::<()>::from(error).to_string();
		let mut builder = Session::builder(&self.environment)
			.map_err(|error| error.to_string())?
			.with_optimization_level(setting.level.into())
			.map_err(option)?
			.with_intra_threads(setting.threads.max(1).into())
			.map_err(option)?
			.with_inter_threads(1)
			.map_err(option)?
			.with_intra_op_spinning(false)
			.map_err(option)?;
		if setting.device == Device::Cuda {
			// Without this, a missing driver silently means the CPU.
			let cuda = ort::ep::CUDA::default().build().error_on_failure();
			builder = builder.with_execution_providers([cuda]).map_err(option)?;
		}
		builder.commit_from_memory(model).map_err(|error| error.to_string())
	}
}

/// All items of `input` in batches of `size`, joined again.
fn run_batches(session: &mut Session, input: &TensorMap, size: u32) -> Result<TensorMap, String> {
	let mut parts = Vec::new();
	for start in (0..input.items()).step_by(size.max(1) as usize) {
		let end = start.saturating_add(size.max(1)).min(input.items());
		let batch: ItemSet = (start..end).collect();
		let batch = input.select(&batch).ok_or("the input has no items")?;
		let part = run_batch(session, &batch)?;
		if part.items() != batch.items() {
			let (found, expected) = (part.items(), batch.items());
			return Err(format!("results for {found} items where the input has {expected}"));
		}
		parts.push(part);
	}
	join(&parts)
}

fn run_batch(session: &mut Session, input: &TensorMap) -> Result<TensorMap, String> {
	let names: Vec<String> =
		session.outputs().iter().map(|output| output.name().to_owned()).collect();
	let values = input.iter().map(|(name, tensor)| {
		let takes = session.inputs().iter().find(|input| input.name() == name);
		let kind = takes.and_then(|input| match input.dtype() {
			ValueType::Tensor { ty, .. } => Some(*ty),
			_ => None,
		});
		let kind = kind.filter(|kind| dtype_of(*kind) == Some(tensor.dtype()));
		let kind =
			kind.ok_or_else(|| format!("the model takes no `{name}` of type {}", tensor.dtype()))?;
		let value = to_value(tensor, kind).map_err(|error| error.to_string())?;
		Ok((name.to_owned(), SessionInputValue::from(value)))
	});
	let values = values.collect::<Result<Vec<_>, String>>()?;
	let results = session.run(values).map_err(|error| error.to_string())?;
	let mut tensors = Vec::with_capacity(names.len());
	for name in names {
		let value =
			results.get(name.as_str()).ok_or_else(|| format!("output `{name}` is missing"))?;
		let tensor = from_value(&name, value).map_err(|error| error.to_string())?;
		tensors.push((name, tensor));
	}
	TensorMap::new(tensors).map_err(|error| error.to_string())
}

/// One map of the items of all parts, in order.
fn join(parts: &[TensorMap]) -> Result<TensorMap, String> {
	let first = parts.first().ok_or("the input has no items")?;
	let items: usize = parts.iter().map(|part| part.items() as usize).sum();
	let tensors = first.iter().map(|(name, tensor)| {
		let mut data = Vec::new();
		for part in parts {
			let same = part.tensor(name).filter(|part| {
				part.dtype() == tensor.dtype() && part.shape()[1..] == tensor.shape()[1..]
			});
			let same = same.ok_or_else(|| format!("output `{name}` changes its shape"))?;
			data.extend_from_slice(same.data());
		}
		let shape = [items].into_iter().chain(tensor.shape().iter().skip(1).copied()).collect();
		let joined = Tensor::new(tensor.dtype(), shape, data).map_err(|error| error.to_string())?;
		Ok((name, joined))
	});
	TensorMap::new(tensors.collect::<Result<Vec<_>, String>>()?).map_err(|error| error.to_string())
}
