//! Refuses ONNX files that could do more than compute.
//!
//! An ONNX file comes from a stranger. ONNX Runtime would follow paths in it to other files, look
//! up operators in libraries, and allocate whatever sizes it names. So the file is read here first,
//! as plain protobuf, and only a graph of standard operators with all its data inside passes.
//!
//! Field numbers are those of [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

use crate::protobuf::{fields, integers, Malformed};

/// Longest file that is looked at, in bytes: what protobuf itself allows.
pub const MAX_MODEL_BYTES: u64 = (1 << 31) - 1;

/// Depth to which graphs may nest inside the branches of operators.
const MAX_DEPTH: usize = 8;

/// Bytes in memory per byte in the file, at most: an `int64` zero takes one byte in a packed list.
const MAX_EXPANSION: u64 = 8;

/// Operators of allowed domains that reach outside: it loads a compiled graph from a path.
const FORBIDDEN_OPERATORS: &[&str] = &["EPContext"];

/// Why an ONNX file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
	/// The bytes are not an ONNX model.
	#[error("not an ONNX model: {0}")]
	NotOnnx(&'static str),
	/// The data of a tensor is in another file.
	#[error("tensor `{0}` keeps its data outside the model")]
	ExternalData(String),
	/// Operators that are not part of ONNX or of ONNX Runtime.
	#[error("unknown operator domain `{0}`")]
	UnknownDomain(String),
	/// An operator of a known domain that reaches outside the model.
	#[error("operator `{0}` is not allowed")]
	ForbiddenOperator(String),
	/// A part of ONNX that this worker does not accept.
	#[error("{0} are not supported")]
	Unsupported(&'static str),
	/// The file is too long.
	#[error("a model of {size} bytes; at most {limit} are allowed")]
	TooLarge {
		/// Length of the file, in bytes.
		size: u64,
		/// The limit, in bytes.
		limit: u64,
	},
	/// A tensor claims to be larger than the data that it comes with.
	#[error("tensor `{0}` claims more data than it has")]
	OversizedTensor(String),
}

impl From<Malformed> for ModelError {
	fn from(_: Malformed) -> Self {
		Self::NotOnnx("malformed protobuf")
	}
}

/// Checks that `model` is an ONNX model that may be given to ONNX Runtime.
///
/// # Errors
/// The first [`ModelError`] met.
pub fn check(model: &[u8]) -> Result<(), ModelError> {
	let size = model.len() as u64;
	if size > MAX_MODEL_BYTES {
		return Err(ModelError::TooLarge { size, limit: MAX_MODEL_BYTES });
	}
	// ONNX Runtime's own flatbuffer format carries this mark and would skip everything below.
	if model.get(4..8) == Some(b"ORTM") {
		return Err(ModelError::NotOnnx("an ORT-format file"));
	}
	let (mut versioned, mut opsets, mut graph) = (false, 0, Once::default());
	for field in fields(model) {
		let field = field?;
		match field.number {
			1 => versioned = field.value.integer()? > 0,
			7 => graph.set(field.value.bytes()?)?,
			8 => {
				check_opset(field.value.bytes()?)?;
				opsets += 1;
			},
			25 => return Err(ModelError::Unsupported("model-local functions")),
			_ => {},
		}
	}
	if !versioned || opsets == 0 {
		return Err(ModelError::NotOnnx("no version"));
	}
	check_graph(graph.0.ok_or(ModelError::NotOnnx("no graph"))?, 0)
}

/// A message field that may occur once. Protobuf merges repeated ones, so that parts which look
/// harmless could add up to something else.
#[derive(Default)]
struct Once<'a>(Option<&'a [u8]>);

impl<'a> Once<'a> {
	fn set(&mut self, message: &'a [u8]) -> Result<(), ModelError> {
		match self.0.replace(message) {
			None => Ok(()),
			Some(_) => Err(ModelError::NotOnnx("a repeated message")),
		}
	}
}

fn check_opset(opset: &[u8]) -> Result<(), ModelError> {
	for field in fields(opset) {
		let field = field?;
		if field.number == 1 {
			check_domain(field.value.text()?)?;
		}
	}
	Ok(())
}

fn check_domain(domain: &str) -> Result<(), ModelError> {
	match domain {
		"" | "ai.onnx" | "com.microsoft" => Ok(()),
		_ => Err(ModelError::UnknownDomain(domain.into())),
	}
}

fn check_graph(graph: &[u8], depth: usize) -> Result<(), ModelError> {
	if depth > MAX_DEPTH {
		return Err(ModelError::NotOnnx("graphs nest too deeply"));
	}
	let mut outputs = 0;
	for field in fields(graph) {
		let field = field?;
		match field.number {
			1 => check_node(field.value.bytes()?, depth)?,
			5 => check_tensor(field.value.bytes()?)?,
			12 => outputs += 1,
			15 => return Err(ModelError::Unsupported("sparse tensors")),
			_ => {},
		}
	}
	if outputs == 0 {
		return Err(ModelError::NotOnnx("a graph without outputs"));
	}
	Ok(())
}

fn check_node(node: &[u8], depth: usize) -> Result<(), ModelError> {
	for field in fields(node) {
		let field = field?;
		match field.number {
			4 => {
				let operator = field.value.text()?;
				if FORBIDDEN_OPERATORS.contains(&operator) {
					return Err(ModelError::ForbiddenOperator(operator.into()));
				}
			},
			5 => check_attribute(field.value.bytes()?, depth)?,
			7 => check_domain(field.value.text()?)?,
			_ => {},
		}
	}
	Ok(())
}

fn check_attribute(attribute: &[u8], depth: usize) -> Result<(), ModelError> {
	let (mut tensor, mut graph) = (Once::default(), Once::default());
	for field in fields(attribute) {
		let field = field?;
		match field.number {
			5 => {
				tensor.set(field.value.bytes()?)?;
				check_tensor(field.value.bytes()?)?;
			},
			6 => {
				graph.set(field.value.bytes()?)?;
				check_graph(field.value.bytes()?, depth + 1)?;
			},
			10 => check_tensor(field.value.bytes()?)?,
			11 => check_graph(field.value.bytes()?, depth + 1)?,
			22 | 23 => return Err(ModelError::Unsupported("sparse tensors")),
			_ => {},
		}
	}
	Ok(())
}

fn check_tensor(tensor: &[u8]) -> Result<(), ModelError> {
	let (mut elements, mut bits, mut external, mut name) = (Some(1u64), 64, false, "");
	for field in fields(tensor) {
		let field = field?;
		match field.number {
			1 => {
				for dim in integers(field.value)? {
					elements = elements.and_then(|elements| elements.checked_mul(dim));
				}
			},
			2 => bits = element_bits(field.value.integer()?)?,
			8 => name = field.value.text()?,
			13 => external = true,
			14 => external |= field.value.integer()? != 0,
			_ => {},
		}
	}
	if external {
		return Err(ModelError::ExternalData(name.into()));
	}
	let available = tensor.len() as u64 * MAX_EXPANSION;
	match elements.and_then(|elements| elements.checked_mul(bits)) {
		Some(bits) if bits.div_ceil(8) <= available => Ok(()),
		_ => Err(ModelError::OversizedTensor(name.into())),
	}
}

/// Bits of one element of TensorProto.DataType `kind`.
fn element_bits(kind: u64) -> Result<u64, ModelError> {
	match kind {
		// uint8, int8, bool, and the 8-bit floats
		2 | 3 | 9 | 17..=20 | 24 => Ok(8),
		// uint16, int16, float16, bfloat16
		4 | 5 | 10 | 16 => Ok(16),
		// float, int32, uint32
		1 | 6 | 12 => Ok(32),
		// int64, double, uint64, complex64
		7 | 11 | 13 | 14 => Ok(64),
		// complex128
		15 => Ok(128),
		// uint4, int4, float4
		21..=23 => Ok(4),
		// uint2, int2
		25 | 26 => Ok(2),
		8 => Err(ModelError::Unsupported("string tensors")),
		_ => Err(ModelError::NotOnnx("an unknown element type")),
	}
}
