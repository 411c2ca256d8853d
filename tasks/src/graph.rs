//! One graph of a model, ready to run.

use ort::{
	session::{Session, SessionInputValue},
	value::{DynValue, TensorElementType, ValueType},
};
use tercet_tensors::Tensor;

use crate::{value::dtype_of, OpenError, TaskError};

/// A session of ONNX Runtime with its inputs and outputs.
///
/// Whoever opens a package makes the sessions, and decides on devices and threads.
pub struct Graph {
	name: String,
	session: Session,
	inputs: Vec<Port>,
	outputs: Vec<Port>,
}

/// An input or output of a graph.
#[derive(Clone, Debug)]
pub struct Port {
	/// Its name.
	pub name: String,
	/// Its element type; undefined for outputs that are no tensors.
	pub kind: TensorElementType,
	/// Its shape; -1 stands for any size.
	pub shape: Vec<i64>,
}

impl Graph {
	/// The graph called `name` in its package, in `session`.
	///
	/// # Errors
	/// [`OpenError::Refused`] if it takes anything but tensors.
	pub fn new(name: &str, session: Session) -> Result<Self, OpenError> {
		let mut inputs = Vec::new();
		for outlet in session.inputs() {
			let reason =
				|| format!("input `{}` is a {}, not a tensor", outlet.name(), outlet.dtype());
			let refused = || OpenError::Refused { graph: name.into(), reason: reason() };
			inputs.push(tensor_port(outlet.name(), outlet.dtype()).ok_or_else(refused)?);
		}
		let port = |name: &str, kind: &ValueType| {
			let none =
				|| Port { name: name.into(), kind: TensorElementType::Undefined, shape: vec![] };
			tensor_port(name, kind).unwrap_or_else(none)
		};
		let outputs = session.outputs().iter().map(|outlet| port(outlet.name(), outlet.dtype()));
		let outputs = outputs.collect();
		Ok(Self { name: name.into(), session, inputs, outputs })
	}

	/// Path in the package.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// What the graph takes.
	pub fn inputs(&self) -> &[Port] {
		&self.inputs
	}

	/// What the graph gives.
	pub fn outputs(&self) -> &[Port] {
		&self.outputs
	}

	/// The input called `name`.
	pub fn input(&self, name: &str) -> Option<&Port> {
		self.inputs.iter().find(|port| port.name == name)
	}

	/// Runs the graph. Values go in by reference and come out owned, so that caches pass from step to
	/// step without a copy.
	///
	/// # Errors
	/// [`TaskError::Run`].
	pub fn run(&mut self, inputs: &[(&str, &DynValue)]) -> Result<Values, TaskError> {
		let inputs = inputs.iter().map(|(name, value)| (*name, SessionInputValue::from(*value)));
		let inputs: Vec<_> = inputs.collect();
		let mut results = self.session.run(inputs)?;
		let mut values = Vec::with_capacity(self.outputs.len());
		for port in &self.outputs {
			if let Some(value) = results.remove(&port.name) {
				values.push((port.name.clone(), value));
			}
		}
		Ok(Values(values))
	}

	/// The input called `name`, which its task needs, if its elements are what `fits` wants.
	pub(crate) fn require_input(
		&self,
		name: &str,
		fits: impl Fn(TensorElementType) -> bool,
	) -> Result<&Port, OpenError> {
		let missing = || OpenError::MissingPort { graph: self.name.clone(), name: name.into() };
		let port = self.input(name).ok_or_else(missing)?;
		if fits(port.kind) {
			Ok(port)
		} else {
			Err(OpenError::unsupported(&self.name, format!("an input `{name}` of {}", port.kind)))
		}
	}

	/// The first of `names` that is an output.
	pub(crate) fn require_output(&self, names: &[&str]) -> Result<&Port, OpenError> {
		let found = names.iter().find_map(|name| self.outputs.iter().find(|p| p.name == *name));
		found.ok_or_else(|| OpenError::MissingPort {
			graph: self.name.clone(),
			name: names.join("` or `"),
		})
	}

	/// Fails if there is an input that `known` does not know.
	pub(crate) fn check_inputs(&self, known: impl Fn(&Port) -> bool) -> Result<(), OpenError> {
		match self.inputs.iter().find(|port| !known(port)) {
			None => Ok(()),
			Some(port) => {
				Err(OpenError::UnknownInput { graph: self.name.clone(), name: port.name.clone() })
			},
		}
	}
}

/// The outputs of one run.
pub struct Values(Vec<(String, DynValue)>);

impl Values {
	/// Takes the output called `name`.
	///
	/// # Errors
	/// [`TaskError::Run`] if there is none.
	pub fn take(&mut self, name: &str) -> Result<DynValue, TaskError> {
		let missing = || TaskError::Run(format!("output `{name}` is missing"));
		let index = self.0.iter().position(|(other, _)| other == name).ok_or_else(missing)?;
		Ok(self.0.swap_remove(index).1)
	}
}

impl Port {
	/// Size of dimension `index`, if it is fixed.
	pub(crate) fn fixed(&self, index: usize) -> Option<usize> {
		self.shape.get(index).and_then(|size| usize::try_from(*size).ok())
	}

	/// Whether `tensor` can be given to this input.
	pub(crate) fn check(&self, tensor: &Tensor) -> Result<(), TaskError> {
		if dtype_of(self.kind) != Some(tensor.dtype()) {
			return Err(TaskError::WrongDtype {
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
			return Err(TaskError::WrongShape {
				name: self.name.clone(),
				expected: self.shape.clone(),
				found: found.to_vec(),
			});
		}
		Ok(())
	}
}

fn tensor_port(name: &str, kind: &ValueType) -> Option<Port> {
	match kind {
		ValueType::Tensor { ty, shape, .. } => {
			Some(Port { name: name.into(), kind: *ty, shape: shape.to_vec() })
		},
		_ => None,
	}
}
