//! A loaded model.

use std::sync::{Mutex, PoisonError};

use ort::{
	environment::Environment,
	ep::ExecutionProviderDispatch,
	error::ErrorCode,
	session::{Session as OrtSession, SessionInputValue},
	value::{TensorElementType, ValueType},
};
use tercet_tensors::{Tensor, TensorMap};

use super::{
	convert::{dtype_of, from_value, to_input},
	error::is_memory,
	Device, EngineError,
};

/// A model that is ready to run.
///
/// Runs one batch at a time: what is gained by overlapping runs is lost again in the processor.
pub struct Session {
	inner: Mutex<OrtSession>,
	inputs: Vec<Port>,
	outputs: Vec<String>,
}

/// An input of a model.
#[derive(Clone, Debug)]
pub struct Port {
	/// Its name.
	pub name: String,
	/// Its element type.
	pub kind: TensorElementType,
	/// Its shape; -1 stands for any size.
	pub shape: Vec<i64>,
}

impl Session {
	pub(super) fn open(
		environment: &Environment,
		device: Device,
		model: &[u8],
		threads: usize,
	) -> Result<Self, EngineError> {
		let inner = bare(environment, device, model, threads)?;
		let inputs = inner.inputs().iter().map(|input| port(input.name(), input.dtype()));
		let inputs = inputs.collect::<Result<_, _>>()?;
		let outputs = inner.outputs().iter().map(|output| output.name().to_owned()).collect();
		Ok(Self { inner: Mutex::new(inner), inputs, outputs })
	}

	/// What the model takes.
	pub fn inputs(&self) -> &[Port] {
		&self.inputs
	}

	/// Names of the model's outputs.
	pub fn outputs(&self) -> &[String] {
		&self.outputs
	}

	/// Runs all items of `input` as one batch; the result has one slice per item for each output.
	///
	/// # Errors
	/// [`EngineError::MissingInput`], [`EngineError::UnexpectedInput`], [`EngineError::WrongDtype`]
	/// and [`EngineError::WrongShape`] if the input does not fit the model; [`EngineError::Memory`] and
	/// [`EngineError::Run`] if the graph fails; [`EngineError::UnsupportedOutput`], [`EngineError::Output`] and
	/// [`EngineError::OutputItems`] if its results cannot be an answer.
	pub fn run(&self, input: &TensorMap) -> Result<TensorMap, EngineError> {
		let values = self.bind(input)?;
		// A panic elsewhere while the lock was held leaves nothing half-written in a session.
		let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
		let results = inner.run(values).map_err(|error| EngineError::running(&error))?;
		let mut tensors = Vec::with_capacity(self.outputs.len());
		for name in &self.outputs {
			let missing = || EngineError::Run(format!("output `{name}` is missing"));
			let value = results.get(name).ok_or_else(missing)?;
			tensors.push((name.as_str(), from_value(name, value)?));
		}
		let output = TensorMap::new(tensors)?;
		let (expected, found) = (input.items(), output.items());
		if found != expected {
			return Err(EngineError::OutputItems { expected, found });
		}
		Ok(output)
	}

	fn bind<'i>(
		&self,
		input: &'i TensorMap,
	) -> Result<Vec<(&str, SessionInputValue<'i>)>, EngineError> {
		let known = |name: &str| self.inputs.iter().any(|port| port.name == name);
		if let Some((name, _)) = input.iter().find(|(name, _)| !known(name)) {
			return Err(EngineError::UnexpectedInput(name.into()));
		}
		let bind = |port: &Port| {
			let missing = || EngineError::MissingInput(port.name.clone());
			let tensor = input.tensor(&port.name).ok_or_else(missing)?;
			port.check(tensor)?;
			to_input(tensor, port.kind)
		};
		self.inputs.iter().map(|port| Ok((port.name.as_str(), bind(port)?))).collect()
	}
}

impl Port {
	fn check(&self, tensor: &Tensor) -> Result<(), EngineError> {
		if dtype_of(self.kind) != Some(tensor.dtype()) {
			return Err(EngineError::WrongDtype {
				name: self.name.clone(),
				expected: self.kind.to_string(),
				found: tensor.dtype(),
			});
		}
		let found = tensor.shape();
		let fits = |(expected, found): (&i64, &usize)| {
			*expected < 0 || usize::try_from(*expected) == Ok(*found)
		};
		if self.shape.len() != found.len() || !self.shape.iter().zip(found).all(fits) {
			return Err(EngineError::WrongShape {
				name: self.name.clone(),
				expected: self.shape.clone(),
				found: found.to_vec(),
			});
		}
		Ok(())
	}
}

/// The binding's own session: the settings that results depend on are all here.
pub(super) fn bare(
	environment: &Environment,
	device: Device,
	model: &[u8],
	threads: usize,
) -> Result<OrtSession, EngineError> {
	let session = |error: ort::Error| EngineError::Session(error.to_string());
	let option = |error: ort::Error<ort::session::builder::SessionBuilder>| session(error.into());
	let mut builder = OrtSession::builder(environment)
		.map_err(session)?
		.with_intra_threads(threads.max(1))
		.map_err(option)?
		.with_inter_threads(1)
		.map_err(option)?
		// A worker idles most of the time and shares the machine; spinning would burn a core.
		.with_intra_op_spinning(false)
		.map_err(option)?;
	if let Some(gpu) = device.gpu() {
		builder = builder
			.with_execution_providers(providers(device, gpu))
			.map_err(option)?
			.with_deterministic_compute(true)
			.map_err(option)?;
	}
	builder.commit_from_memory(model).map_err(unloadable)
}

/// ONNX Runtime's providers for a GPU.
fn providers(device: Device, gpu: u32) -> Vec<ExecutionProviderDispatch> {
	let gpu = i32::try_from(gpu).unwrap_or(i32::MAX);
	// By default, convolutions are chosen by measuring them, which has other bits at each start.
	let search = ort::ep::cuda::ConvAlgorithmSearch::Heuristic;
	let cuda = ort::ep::CUDA::default().with_device_id(gpu).with_conv_algorithm_search(search);
	let mut providers = vec![cuda.build()];
	if matches!(device, Device::TensorRt(_)) {
		providers.insert(0, ort::ep::TensorRT::default().with_device_id(gpu).build());
	}
	// Without this, a missing driver silently means the CPU, and with it another class.
	providers.into_iter().map(ExecutionProviderDispatch::error_on_failure).collect()
}

/// Tells a file that is no model anywhere from a model that cannot be loaded here.
///
/// An invalid graph is among the former: [`crate::model_check`] lets only operators and versions pass
/// that every version of ONNX Runtime which workers may use knows.
fn unloadable(error: ort::Error) -> EngineError {
	let text = error.to_string();
	match error.code() {
		_ if is_memory(&text) => EngineError::Memory(text),
		ErrorCode::InvalidProtobuf | ErrorCode::NoModel | ErrorCode::InvalidGraph => {
			EngineError::Malformed(text)
		},
		_ => EngineError::Session(text),
	}
}

fn port(name: &str, kind: &ValueType) -> Result<Port, EngineError> {
	match kind {
		ValueType::Tensor { ty, shape, .. } => {
			Ok(Port { name: name.into(), kind: *ty, shape: shape.to_vec() })
		},
		other => Err(EngineError::Session(format!("input `{name}` is a {other}, not a tensor"))),
	}
}
