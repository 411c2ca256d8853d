//! Graphs, nodes and what holds them together.

use std::collections::HashSet;

use super::{
	name, operators, plain,
	tensor::{check_tensor, check_value},
	Facts, ModelError, Once,
};
use crate::protobuf::fields;

/// Depth to which graphs may nest inside the branches of operators.
const MAX_DEPTH: usize = 8;

/// Nodes of all graphs.
const MAX_NODES: u32 = 200_000;

/// Attributes of one node.
const MAX_ATTRIBUTES: usize = 256;

/// Longest text among the attributes, in bytes.
const MAX_TEXT_BYTES: usize = 64 << 10;

/// TensorProto.DataType of texts.
const STRING: u64 = 8;

/// The model's graph and everything in it.
pub(super) fn check(graph: &[u8]) -> Result<Facts, ModelError> {
	let mut check = Check::default();
	check.graph(graph)?;
	Ok(check.facts)
}

#[derive(Default)]
struct Check<'a> {
	facts: Facts,
	/// Values that can be used, those of the outermost graph first.
	made: Vec<HashSet<&'a str>>,
}

/// The parts of a graph, which a file may have in any order.
#[derive(Default)]
struct Parts<'a> {
	nodes: Vec<&'a [u8]>,
	tensors: Vec<&'a [u8]>,
	inputs: Vec<&'a [u8]>,
	outputs: Vec<&'a [u8]>,
	others: Vec<&'a [u8]>,
}

impl<'a> Check<'a> {
	fn graph(&mut self, graph: &'a [u8]) -> Result<(), ModelError> {
		if self.made.len() > MAX_DEPTH {
			return Err(ModelError::NotOnnx("graphs nest too deeply"));
		}
		let mut parts = Parts::default();
		for field in fields(graph) {
			let field = field?;
			let list = match field.number {
				1 => &mut parts.nodes,
				5 => &mut parts.tensors,
				11 => &mut parts.inputs,
				12 => &mut parts.outputs,
				13 => &mut parts.others,
				15 => return Err(ModelError::Unsupported("sparse tensors")),
				_ => continue,
			};
			list.push(field.value.bytes()?);
		}
		if parts.outputs.is_empty() {
			return Err(ModelError::NotOnnx("a graph without outputs"));
		}
		let mut values = HashSet::new();
		for input in parts.inputs {
			add(&mut values, check_value(input)?)?;
		}
		// An initialiser may give an input its default.
		let inputs = values.clone();
		for bytes in parts.tensors {
			let tensor = check_tensor(bytes)?;
			self.weigh(tensor.memory)?;
			if !inputs.contains(tensor.name) {
				add(&mut values, tensor.name)?;
			}
		}
		for value in parts.others {
			check_value(value)?;
		}
		self.made.push(values);
		for node in parts.nodes {
			self.node(node)?;
		}
		for output in parts.outputs {
			self.used(check_value(output)?)?;
		}
		self.made.pop();
		Ok(())
	}

	fn node(&mut self, node: &'a [u8]) -> Result<(), ModelError> {
		self.facts.nodes += 1;
		if self.facts.nodes > MAX_NODES {
			return Err(ModelError::TooMany { what: "nodes", limit: MAX_NODES as usize });
		}
		let (mut operator, mut domain, mut inputs) = ("", "", 0);
		let (mut outputs, mut attributes) = (Vec::new(), Vec::new());
		for field in fields(node) {
			let field = field?;
			match field.number {
				1 => {
					self.used(name(field.value)?)?;
					inputs += 1;
				},
				2 => outputs.push(name(field.value)?),
				3 => {
					name(field.value)?;
				},
				4 => operator = name(field.value)?,
				5 => attributes.push(field.value.bytes()?),
				7 => domain = name(field.value)?,
				_ => {},
			}
		}
		check_operator(domain, operator)?;
		// The third says whether it is training, which is random.
		if operator == "Dropout" && inputs > 2 {
			return Err(ModelError::ForbiddenOperator("Dropout with three inputs".into()));
		}
		if attributes.len() > MAX_ATTRIBUTES {
			return Err(ModelError::TooMany { what: "attributes", limit: MAX_ATTRIBUTES });
		}
		for attribute in attributes {
			self.attribute(attribute, operator)?;
		}
		let made = self.made.last_mut().ok_or(ModelError::NotOnnx("no graph"))?;
		outputs.into_iter().filter(|output| !output.is_empty()).try_for_each(|name| add(made, name))
	}

	fn attribute(&mut self, attribute: &'a [u8], operator: &str) -> Result<(), ModelError> {
		let (mut called, mut integer) = ("", None);
		let (mut tensor, mut graph) = (Once::default(), Once::default());
		for field in fields(attribute) {
			let field = field?;
			match field.number {
				1 => called = name(field.value)?,
				3 => integer = Some(field.value.integer()?),
				4 | 9 => {
					let text = field.value.text()?;
					if text.len() > MAX_TEXT_BYTES {
						let limit = MAX_TEXT_BYTES;
						return Err(ModelError::TooMany { what: "bytes in a text", limit });
					}
					plain(text)?;
				},
				5 => {
					tensor.set(field.value.bytes()?)?;
					self.weigh(check_tensor(field.value.bytes()?)?.memory)?;
				},
				6 => {
					graph.set(field.value.bytes()?)?;
					self.graph(field.value.bytes()?)?;
				},
				10 => self.weigh(check_tensor(field.value.bytes()?)?.memory)?,
				11 => self.graph(field.value.bytes()?)?,
				14 | 15 => return Err(ModelError::Unsupported("types as attributes")),
				21 => return Err(ModelError::Unsupported("attributes of functions")),
				22 | 23 => return Err(ModelError::Unsupported("sparse tensors")),
				_ => {},
			}
		}
		let makes_text = match operator {
			"Constant" => called.starts_with("value_string"),
			"Cast" => called == "to" && integer == Some(STRING),
			_ => false,
		};
		match makes_text {
			true => Err(ModelError::Unsupported("string tensors")),
			false => Ok(()),
		}
	}

	/// Refuses a value that is neither here nor in a graph around this one.
	fn used(&self, value: &str) -> Result<(), ModelError> {
		// An optional input that is left out.
		if value.is_empty() || self.made.iter().rev().any(|made| made.contains(value)) {
			return Ok(());
		}
		Err(ModelError::Unmade(value.into()))
	}

	fn weigh(&mut self, memory: u64) -> Result<(), ModelError> {
		let sum = self.facts.weights.checked_add(memory);
		self.facts.weights = sum.ok_or(ModelError::NotOnnx("weights beyond measure"))?;
		Ok(())
	}
}

fn add<'a>(values: &mut HashSet<&'a str>, name: &'a str) -> Result<(), ModelError> {
	match values.insert(name) {
		true => Ok(()),
		false => Err(ModelError::DuplicateName(name.into())),
	}
}

fn check_operator(domain: &str, operator: &str) -> Result<(), ModelError> {
	let known = match domain {
		"" | "ai.onnx" => operators::STANDARD,
		"com.microsoft" => operators::MICROSOFT,
		_ => return Err(ModelError::UnknownDomain(domain.into())),
	};
	match known.binary_search(&operator) {
		Ok(_) => Ok(()),
		Err(_) => Err(ModelError::ForbiddenOperator(operator.into())),
	}
}
