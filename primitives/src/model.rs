//! Models, their variants and how their answers are compared.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

use crate::{Balance, BlobRef, BlockNumber, BoundedVec, ConstU32, Permill, WorkUnits};

/// Variants that one model may have.
pub const MAX_VARIANTS: u32 = 16;

/// Bytes in a model's name, task or licence.
pub const MAX_LABEL_BYTES: u32 = 64;

/// A short piece of UTF-8 text.
pub type Label = BoundedVec<u8, ConstU32<MAX_LABEL_BYTES>>;

/// How the answers of a committee are compared.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub enum Agreement {
	/// Equal Merkle roots over canonical item results, and equal output.
	#[codec(index = 0)]
	Exact,
}

/// Numeric precision of a variant.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "std", serde(rename_all = "lowercase"))]
pub enum Precision {
	/// 32-bit floating point.
	#[codec(index = 0)]
	Fp32,
	/// 16-bit floating point.
	#[codec(index = 1)]
	Fp16,
	/// 8-bit integers.
	#[codec(index = 2)]
	Int8,
	/// 4-bit weights.
	#[codec(index = 3)]
	Q4,
}

impl fmt::Display for Precision {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Fp32 => "fp32",
			Self::Fp16 => "fp16",
			Self::Int8 => "int8",
			Self::Q4 => "q4",
		})
	}
}

/// One precision of a model: one ONNX graph.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Variant {
	/// Numeric precision.
	pub precision: Precision,
	/// The ONNX file.
	pub artifact: BlobRef,
	/// Compute that one item takes.
	pub units_per_item: WorkUnits,
	/// Memory that a session needs, in bytes; a provider with less does not offer this variant.
	pub memory: u64,
	/// How answers are compared.
	pub agreement: Agreement,
}

/// A published model. Its variants only ever grow: nothing that a job has named can change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Model<AccountId> {
	/// Who published it and earns its royalty.
	pub author: AccountId,
	/// Name for people.
	pub name: Label,
	/// Task, in the vocabulary of the Hugging Face Hub; `tensor` for raw safetensors.
	pub task: Label,
	/// Licence of the weights, as an SPDX expression.
	pub licence: Label,
	/// Paid to the author on top of what the executors earn, as a share of it.
	pub royalty: Permill,
	/// The variants; a [`VariantId`](crate::VariantId) holds a position in this list.
	pub variants: BoundedVec<Variant, ConstU32<MAX_VARIANTS>>,
	/// When it was published.
	pub published_at: BlockNumber,
	/// Held from the author for the bytes of this record.
	pub deposit: Balance,
}

/// What the market needs to know of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantTerms<AccountId> {
	/// Who earns the royalty.
	pub author: AccountId,
	/// Share of the executors' pay that the author earns on top.
	pub royalty: Permill,
	/// Compute that one item takes.
	pub units_per_item: WorkUnits,
	/// The ONNX file.
	pub artifact: BlobRef,
	/// How answers are compared.
	pub agreement: Agreement,
}
