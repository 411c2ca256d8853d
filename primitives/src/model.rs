//! Models, their variants and how their answers are compared.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

use crate::{Balance, BlobRef, BlockNumber, BoundedVec, ConstU32, ModelId, Permill, WorkUnits};

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
	/// Fingerprints of every item within a Hamming distance.
	#[codec(index = 1)]
	Similar {
		/// Bits, of [`FINGERPRINT_BITS`], in which two honest fingerprints of one item may differ;
		/// below half of them.
		max_distance: u16,
		/// What is fingerprinted.
		feature: Feature,
	},
}

/// Bits of a [`Fingerprint`].
pub const FINGERPRINT_BITS: u16 = 256;

/// SimHash of one item's feature vector: bit `b` of byte `b / 8` is the sign of the projection on
/// the `b`-th random vector. The share of bits in which two fingerprints differ estimates the angle
/// between the vectors, in half turns.
pub type Fingerprint = [u8; 32];

/// Bits in which two fingerprints differ.
pub fn hamming_distance(a: &Fingerprint, b: &Fingerprint) -> u16 {
	a.iter().zip(b).map(|(a, b)| (a ^ b).count_ones() as u16).sum()
}

/// What of an item's results is fingerprinted.
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
pub enum Feature {
	/// All values of all tensors, in the order of the tensors' names: logits, embeddings.
	#[codec(index = 0)]
	Flat,
	/// The same, averaged down to 16 × 16 along the last two dimensions of each tensor: images.
	#[codec(index = 1)]
	LowFrequency,
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
	/// 4-bit weights, 32-bit arithmetic.
	#[codec(index = 3)]
	Q4,
	/// 4-bit weights, 16-bit arithmetic.
	#[codec(index = 4)]
	Q4f16,
}

impl fmt::Display for Precision {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Fp32 => "fp32",
			Self::Fp16 => "fp16",
			Self::Int8 => "int8",
			Self::Q4 => "q4",
			Self::Q4f16 => "q4f16",
		})
	}
}

/// One precision of a model.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Variant {
	/// Numeric precision.
	pub precision: Precision,
	/// An ONNX file, or a package of ONNX files and what belongs to them.
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
	/// Who owns it and earns its royalty: who published it, or whom it was transferred to.
	pub author: AccountId,
	/// Who may change it besides its author, but not transfer it.
	pub managers: BoundedVec<AccountId, ConstU32<MAX_MANAGERS>>,
	/// Name for people.
	pub name: Label,
	/// Task, in the vocabulary of the Hugging Face Hub; `tensor` for raw safetensors.
	pub task: Label,
	/// Licence of the weights, as an SPDX expression.
	pub licence: Label,
	/// Paid to the author on top of what the executors earn, as a share of it.
	pub royalty: Permill,
	/// The model that this one was made from.
	pub parent: Option<ModelId>,
	/// Share of their own royalty that models made from this one pass on to it.
	pub derivative_share: Permill,
	/// The variants; a [`VariantId`](crate::VariantId) holds a position in this list.
	pub variants: BoundedVec<Variant, ConstU32<MAX_VARIANTS>>,
	/// When it was published.
	pub published_at: BlockNumber,
	/// Set once its author advises against it. It can still be run: nothing is ever deleted.
	pub deprecated: Option<Deprecation>,
	/// Held from the author for the bytes of this record.
	pub deposit: Balance,
}

/// Advice not to use a model any more.
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
pub struct Deprecation {
	/// Since when.
	pub at: BlockNumber,
	/// What to use instead.
	pub successor: Option<ModelId>,
}

/// Accounts that may manage one model besides its author.
pub const MAX_MANAGERS: u32 = 8;

/// Models that share in one job: the one that is run and its nearest ancestors.
pub const MAX_LINEAGE: u32 = 4;

/// Who earns how much of a job's royalty.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, MaxEncodedLen, TypeInfo)]
#[cfg_attr(feature = "std", derive(serde::Serialize, serde::Deserialize))]
pub struct Royalty<AccountId> {
	/// Author of the model or of one of its ancestors.
	pub payee: AccountId,
	/// Paid on top of what the executors earn, as a share of it.
	pub share: Permill,
}

/// Who shares in a job's royalty: the author of the model first, then those of its ancestors. The
/// shares sum to the model's royalty at most.
pub type Royalties<AccountId> = BoundedVec<Royalty<AccountId>, ConstU32<MAX_LINEAGE>>;

/// What the market needs to know of a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantTerms<AccountId> {
	/// Who earns the royalty.
	pub royalties: Royalties<AccountId>,
	/// Compute that one item takes.
	pub units_per_item: WorkUnits,
	/// The ONNX file or package.
	pub artifact: BlobRef,
	/// How answers are compared.
	pub agreement: Agreement,
}
