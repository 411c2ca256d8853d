//! Everything that can be wrong with a tensor or a safetensors file.

use safetensors::Dtype;

/// Why bytes or parts were refused. Nothing is repaired: what is not exactly right is an error.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
	/// The file ends before its header does.
	#[error("truncated: {have} bytes where the header needs {need}")]
	Truncated {
		/// Bytes that the length prefix and the header take.
		need: u64,
		/// Bytes there are.
		have: u64,
	},
	/// The header is longer than this crate reads.
	#[error("header of {0} bytes; at most {max} are read", max = crate::MAX_HEADER_BYTES)]
	HeaderTooLarge(u64),
	/// The header is not the JSON object that safetensors wants.
	#[error("malformed header: {0}")]
	MalformedHeader(String),
	/// Two tensors have the same name.
	#[error("tensor `{0}` appears twice")]
	DuplicateName(String),
	/// A name that no tensor can have: empty, or the key of the metadata.
	#[error("`{0}` cannot be the name of a tensor")]
	ReservedName(String),
	/// A name is longer than any model needs.
	#[error("a name of {0} bytes; at most {max} are allowed", max = crate::MAX_NAME_BYTES)]
	NameTooLong(usize),
	/// There are more tensors than one map may hold.
	#[error("{0} tensors; at most {max} are allowed", max = crate::MAX_TENSORS)]
	TooManyTensors(usize),
	/// There is no tensor, or its first dimension is zero, or it has no dimension at all.
	#[error("no items: every tensor needs a first dimension of at least 1")]
	NoItems,
	/// The first dimension exceeds what one job may carry.
	#[error("{0} items; at most {max} are allowed", max = tercet_primitives::MAX_ITEMS)]
	TooManyItems(u64),
	/// A tensor's first dimension differs from the others'.
	#[error("tensor `{name}` has {found} items where others have {expected}")]
	ItemsDiffer {
		/// The tensor that differs.
		name: String,
		/// Items of the first tensor by name.
		expected: u64,
		/// Items of this one.
		found: u64,
	},
	/// A tensor has more dimensions than any model needs.
	#[error("{0} dimensions; at most {max} are allowed", max = crate::MAX_DIMENSIONS)]
	TooManyDimensions(usize),
	/// An element type that is not a whole number of bytes, or that ONNX Runtime cannot bind.
	#[error("element type {0} is not supported")]
	UnsupportedDtype(Dtype),
	/// Shape × element size does not fit into memory addresses.
	#[error("the size of a tensor overflows")]
	SizeOverflow,
	/// The data of a tensor is not as long as shape and element type say.
	#[error("{found} bytes of data where shape and element type need {expected}")]
	WrongDataLength {
		/// Shape × element size.
		expected: u64,
		/// Bytes there are.
		found: u64,
	},
	/// The data of the tensors overlaps, leaves a gap, or does not end where the file ends.
	#[error("the data of tensor `{0}` does not follow the tensor before it")]
	MisplacedData(String),
	/// The file is longer or shorter than its tensors.
	#[error("{found} bytes of data where the header describes {expected}")]
	WrongFileLength {
		/// Bytes that the header describes.
		expected: u64,
		/// Bytes after the header.
		found: u64,
	},
	/// A truth value that is neither 0 nor 1: two encodings of one value would differ.
	#[error("a BOOL element is {0}, which is neither 0 nor 1")]
	InvalidBool(u8),
	/// There is no tensor of that name.
	#[error("no tensor `{0}`")]
	UnknownTensor(String),
	/// A tensor has another element type than was asked for.
	#[error("element type {found} where {expected} was asked for")]
	WrongDtype {
		/// What was asked for.
		expected: Dtype,
		/// What it is.
		found: Dtype,
	},
}
