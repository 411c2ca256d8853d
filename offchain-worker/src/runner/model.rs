//! Opening artifacts, inside the runner's process: bare ONNX files, and packages.

use tercet_tasks::{archive, Graph, OpenError, Package, Pipeline, TaskError};
use tercet_tensors::TensorMap;

use crate::{
	compute::{Failure, FailureKind},
	engine::{is_memory, Engine, EngineError},
	items::{Model, Seed},
	model_check,
};

/// Opens an artifact with `threads` threads inside each operator.
///
/// # Errors
/// [`FailureKind::Promise`] if its weights alone are larger than what its record declares; else as
/// [`Engine::session`], and for packages as [`tercet_tasks::open`].
pub(super) fn open(
	engine: &Engine,
	artifact: &[u8],
	threads: usize,
	declared: Option<u64>,
) -> Result<Box<dyn Model>, Failure> {
	if !archive::is_archive(artifact) {
		check(artifact, declared)?;
		return Ok(Box::new(engine.checked_session(artifact, threads)?));
	}
	let refused = |reason: &dyn ToString| Failure::new(FailureKind::Model, reason.to_string());
	let package = Package::read(artifact).map_err(|error| refused(&error))?;
	// Why a graph was refused, which says more than what the pipeline makes of it.
	let mut failure = None;
	let opened = tercet_tasks::open(&package, &mut |name, bytes| {
		let session = check(bytes, declared)
			.and_then(|()| Ok(engine.bare_session(bytes, threads)?))
			.map_err(|why| {
				let (graph, reason) = (name.to_owned(), why.to_string());
				failure = Some(why);
				OpenError::Refused { graph, reason }
			})?;
		Graph::new(name, session)
	});
	match opened {
		Ok(pipeline) => Ok(Box::new(Task(pipeline))),
		Err(error) if error.is_local() => Err(Failure::new(FailureKind::Machine, error)),
		Err(error) => Err(failure.unwrap_or_else(|| refused(&error))),
	}
}

/// Looks at an ONNX file before ONNX Runtime does.
fn check(model: &[u8], declared: Option<u64>) -> Result<(), Failure> {
	let facts = model_check::check(model).map_err(EngineError::from)?;
	match declared {
		Some(declared) if facts.weights > declared => {
			let weights = facts.weights;
			let text = format!(
				"weights of {weights} bytes; the model's record says that {declared} suffice"
			);
			Err(Failure::new(FailureKind::Promise, text))
		},
		_ => Ok(()),
	}
}

/// A package, opened for its task.
struct Task(Box<dyn Pipeline>);

impl Model for Task {
	fn run(&mut self, input: &TensorMap, seed: Seed<'_>) -> Result<TensorMap, EngineError> {
		self.0.run(input, seed).map_err(translated)
	}
}

/// The same errors have the same meaning, whether a task or the engine has them.
fn translated(error: TaskError) -> EngineError {
	match error {
		TaskError::MissingInput(name) => EngineError::MissingInput(name),
		TaskError::UnexpectedInput(name) => EngineError::UnexpectedInput(name),
		TaskError::WrongDtype { name, expected, found } => {
			EngineError::WrongDtype { name, expected, found }
		},
		TaskError::WrongShape { name, expected, found } => {
			EngineError::WrongShape { name, expected, found }
		},
		TaskError::Run(text) if is_memory(&text) => EngineError::Memory(text),
		TaskError::Run(text) => EngineError::Run(text),
		TaskError::UnsupportedOutput { name, found } => {
			EngineError::UnsupportedOutput { name, found }
		},
		TaskError::Output(error) => EngineError::Output(error),
		TaskError::OutputItems { expected, found } => EngineError::OutputItems { expected, found },
		TaskError::WrongOutput { .. } => EngineError::Malformed(error.to_string()),
	}
}
