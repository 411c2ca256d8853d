//! `tensor`: tensors in, tensors out, the whole map as one batch.

use ort::value::DynValue;
use tercet_tensors::TensorMap;

use super::{graph, Opener, Pipeline};
use crate::{
	package::{Package, MODEL},
	value::{from_value, to_value},
	Graph, OpenError, TaskError,
};

pub(super) struct Tensors {
	graph: Graph,
	outputs: Vec<String>,
}

impl Tensors {
	pub fn open(package: &Package, open: &mut Opener) -> Result<Self, OpenError> {
		let graph = graph(package, open, &[MODEL])?;
		let outputs = graph.outputs().iter().map(|port| port.name.clone()).collect();
		Ok(Self { graph, outputs })
	}

	fn bind(&self, input: &TensorMap) -> Result<Vec<(String, DynValue)>, TaskError> {
		if let Some((name, _)) = input.iter().find(|(name, _)| self.graph.input(name).is_none()) {
			return Err(TaskError::UnexpectedInput(name.into()));
		}
		let bind = |port: &crate::Port| {
			let missing = || TaskError::MissingInput(port.name.clone());
			let tensor = input.tensor(&port.name).ok_or_else(missing)?;
			port.check(tensor)?;
			Ok((port.name.clone(), to_value(tensor, port.kind)?))
		};
		self.graph.inputs().iter().map(bind).collect()
	}
}

impl Pipeline for Tensors {
	fn run(
		&mut self,
		input: &TensorMap,
		_: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError> {
		let bound = self.bind(input)?;
		let bound: Vec<_> = bound.iter().map(|(name, value)| (name.as_str(), value)).collect();
		let mut values = self.graph.run(&bound)?;
		let mut tensors = Vec::with_capacity(self.outputs.len());
		for name in &self.outputs {
			tensors.push((name.as_str(), from_value(name, &values.take(name)?)?));
		}
		let output = TensorMap::new(tensors)?;
		let (expected, found) = (input.items(), output.items());
		if found != expected {
			return Err(TaskError::OutputItems { expected, found });
		}
		Ok(output)
	}
}
