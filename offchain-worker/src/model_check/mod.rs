//! Refuses ONNX files that could do more than compute, or that say what cannot be.
//!
//! An ONNX file comes from a stranger. ONNX Runtime would follow paths in it to other files, look
//! up operators in libraries, and allocate whatever sizes it names. So the file is read here first,
//! as plain protobuf, and only a graph of known operators with all its data inside passes: every value
//! made once and before it is used, every tensor as long as it says, nothing random, no strings.
//!
//! What is refused depends on the bytes alone, so every honest worker refuses the same.
//!
//! Field numbers are those of [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).

mod graph;
mod operators;
mod tensor;

use crate::{
	engine::is_memory,
	protobuf::{fields, Malformed, Value},
};

/// Longest file that is looked at, in bytes: what protobuf itself allows.
pub const MAX_MODEL_BYTES: u64 = (1 << 31) - 1;

/// Versions of the format that are read.
const IR_VERSIONS: std::ops::RangeInclusive<u64> = 3..=14;

/// The oldest version of ONNX's operators that ONNX Runtime guarantees.
const MIN_OPSET: u64 = 7;

/// Operator sets that a file may name.
const MAX_OPSETS: usize = 64;

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 4096;

/// Domains that tools list in every file they save, whether it uses them or not. No node may be of one.
const UNUSED_DOMAINS: &[&str] = &[
	"ai.onnx.ml",
	"ai.onnx.preview",
	"ai.onnx.preview.training",
	"ai.onnx.training",
	"com.microsoft.experimental",
	"com.microsoft.nchwc",
	"com.ms.internal.nhwc",
	"org.pytorch.aten",
];

/// What is known of a model that was not refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
	/// Memory that the tensors in the file take, in bytes.
	pub weights: u64,
	/// Nodes, those inside of others included.
	pub nodes: u32,
}

/// Why an ONNX file is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
	/// The bytes are not an ONNX model.
	#[error("not an ONNX model: {0}")]
	NotOnnx(&'static str),
	/// The format or the operators are of a version that is not read.
	#[error("{what} version {found}; those from {from} to {to} are read")]
	Version {
		/// Of what.
		what: &'static str,
		/// What the file says.
		found: u64,
		/// The oldest.
		from: u64,
		/// The newest.
		to: u64,
	},
	/// The data of a tensor is in another file.
	#[error("tensor `{0}` keeps its data outside the model")]
	ExternalData(String),
	/// Operators that are not part of ONNX or of ONNX Runtime.
	#[error("unknown operator domain `{0}`")]
	UnknownDomain(String),
	/// An operator that is unknown, or reaches outside the model, or is not a function of its inputs.
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
	/// There is more of something than any model needs.
	#[error("more than {limit} {what}")]
	TooMany {
		/// Of what.
		what: &'static str,
		/// The limit.
		limit: usize,
	},
	/// A tensor claims to be larger than the data that it comes with.
	#[error("tensor `{0}` claims more data than it has")]
	OversizedTensor(String),
	/// The data of a tensor is not as long as its shape and element type say.
	#[error("the data of tensor `{0}` does not fit its shape")]
	WrongData(String),
	/// A shape is negative, or larger than any memory.
	#[error("value `{0}` has an impossible shape")]
	Shape(String),
	/// Two values of a graph have one name.
	#[error("two values are called `{0}`")]
	DuplicateName(String),
	/// A value is used that nothing before has made: it does not exist, or the graph is a circle.
	#[error("value `{0}` is used before it is made")]
	Unmade(String),
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
pub fn check(model: &[u8]) -> Result<Facts, ModelError> {
	let size = model.len() as u64;
	if size > MAX_MODEL_BYTES {
		return Err(ModelError::TooLarge { size, limit: MAX_MODEL_BYTES });
	}
	// ONNX Runtime's own flatbuffer format carries this mark and would skip everything below.
	if model.get(4..8) == Some(b"ORTM") {
		return Err(ModelError::NotOnnx("an ORT-format file"));
	}
	let (mut version, mut opsets, mut graph) = (None, 0, Once::default());
	for field in fields(model) {
		let field = field?;
		match field.number {
			1 => version = Some(field.value.integer()?),
			7 => graph.set(field.value.bytes()?)?,
			8 => {
				check_opset(field.value.bytes()?)?;
				opsets += 1;
			},
			20 => return Err(ModelError::Unsupported("training graphs")),
			25 => return Err(ModelError::Unsupported("model-local functions")),
			_ => {},
		}
	}
	let (Some(version), 1..) = (version, opsets) else {
		return Err(ModelError::NotOnnx("no version"));
	};
	in_range("format", version, IR_VERSIONS)?;
	if opsets > MAX_OPSETS {
		return Err(ModelError::TooMany { what: "operator sets", limit: MAX_OPSETS });
	}
	graph::check(graph.0.ok_or(ModelError::NotOnnx("no graph"))?)
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
	let (mut domain, mut version) = ("", 0);
	for field in fields(opset) {
		let field = field?;
		match field.number {
			1 => domain = name(field.value)?,
			2 => version = field.value.integer()?,
			_ => {},
		}
	}
	match domain {
		"" | "ai.onnx" => in_range("operator set", version, MIN_OPSET..=operators::MAX_OPSET),
		"com.microsoft" => in_range("operator set", version, 1..=1),
		_ if UNUSED_DOMAINS.contains(&domain) => Ok(()),
		_ => Err(ModelError::UnknownDomain(domain.into())),
	}
}

fn in_range(
	what: &'static str,
	found: u64,
	range: std::ops::RangeInclusive<u64>,
) -> Result<(), ModelError> {
	match range.contains(&found) {
		true => Ok(()),
		false => Err(ModelError::Version { what, found, from: *range.start(), to: *range.end() }),
	}
}

/// A name: what errors and logs may repeat.
fn name<'a>(value: Value<'a>) -> Result<&'a str, ModelError> {
	let name = value.text()?;
	if name.len() > MAX_NAME_BYTES {
		return Err(ModelError::TooMany { what: "bytes in a name", limit: MAX_NAME_BYTES });
	}
	if name.chars().any(char::is_control) {
		return Err(ModelError::NotOnnx("a name with control characters"));
	}
	plain(name)?;
	Ok(name)
}

/// Refuses texts that would let an error look like one about memory.
fn plain(text: &str) -> Result<(), ModelError> {
	match is_memory(text) {
		true => Err(ModelError::NotOnnx("a text that pretends to be an error")),
		false => Ok(()),
	}
}
