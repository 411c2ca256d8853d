//! ONNX Runtime alone.

use anyhow::{bail, Result};
use ort::{
	session::{Session, SessionInputValue},
	value::TensorRef,
};
use tercet_tensors::{Dtype, TensorMap};
use tercet_worker::Engine;

/// A session with one thread and nothing else of ours.
pub fn session(engine: &Engine, model: &[u8]) -> Result<Session> {
	let builder = Session::builder(engine.environment())?;
	let mut builder = builder.with_intra_threads(1).map_err(ort::Error::<()>::from)?;
	Ok(builder.commit_from_memory(model)?)
}

/// An input as a program would have it that knows nothing of maps.
pub struct Values(Vec<(String, Vec<usize>, Elements)>);

enum Elements {
	F32(Vec<f32>),
	I64(Vec<i64>),
}

impl Values {
	/// Those of `input`.
	pub fn of(input: &TensorMap) -> Result<Self> {
		let values = input.iter().map(|(port, tensor)| {
			let elements = match tensor.dtype() {
				Dtype::F32 => Elements::F32(tensor.to_f32()?),
				Dtype::I64 => Elements::I64(tensor.to_i64()?),
				other => bail!("no subject has inputs of {other:?}"),
			};
			Ok((port.to_owned(), tensor.shape().to_vec(), elements))
		});
		Ok(Self(values.collect::<Result<_>>()?))
	}

	/// Runs `session`: the number of its outputs.
	pub fn run(&self, session: &mut Session) -> Result<usize> {
		let values = self.0.iter().map(|(port, shape, elements)| {
			let value: SessionInputValue<'_> = match elements {
				Elements::F32(elements) => {
					TensorRef::from_array_view((shape.clone(), elements.as_slice()))?.into()
				},
				Elements::I64(elements) => {
					TensorRef::from_array_view((shape.clone(), elements.as_slice()))?.into()
				},
			};
			Ok((port.as_str(), value))
		});
		Ok(session.run(values.collect::<Result<Vec<_>>>()?)?.len())
	}
}
