//! How a provider describes what it can run.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;
use scale_info::TypeInfo;

/// What must be equal for two honest executors to get equal bits.
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
pub enum DeterminismClass {
	/// Nothing: the graph is integer-exact (static int8 with unsigned activations and weights), so
	/// its bits do not depend on the machine.
	#[codec(index = 0)]
	Portable,
	/// The whole environment.
	#[codec(index = 1)]
	Pinned {
		/// Where the graph runs.
		provider: ExecutionProvider,
		/// Which ONNX Runtime runs it.
		runtime: OnnxRuntimeVersion,
		/// Instruction set of the host.
		architecture: Architecture,
		/// Intra-op threads.
		threads: u8,
	},
}

/// ONNX Runtime's execution provider.
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
pub enum ExecutionProvider {
	/// The default CPU provider.
	#[codec(index = 0)]
	Cpu,
	/// NVIDIA CUDA.
	#[codec(index = 1)]
	Cuda,
}

/// Version of ONNX Runtime.
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
pub struct OnnxRuntimeVersion {
	/// `1` of `1.31.2`.
	pub major: u8,
	/// `31` of `1.31.2`.
	pub minor: u8,
	/// `2` of `1.31.2`.
	pub patch: u8,
}

/// Instruction set of a host: what ONNX Runtime picks its kernels by.
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
pub enum Architecture {
	/// x86-64 without AVX2.
	#[codec(index = 0)]
	X86Sse,
	/// x86-64 with AVX2.
	#[codec(index = 1)]
	X86Avx2,
	/// x86-64 with AVX-512.
	#[codec(index = 2)]
	X86Avx512,
	/// 64-bit ARM.
	#[codec(index = 3)]
	Aarch64,
}

impl fmt::Display for OnnxRuntimeVersion {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
	}
}

impl fmt::Display for DeterminismClass {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Portable => f.write_str("portable"),
			Self::Pinned { provider, runtime, architecture, threads } => {
				let provider = match provider {
					ExecutionProvider::Cpu => "cpu",
					ExecutionProvider::Cuda => "cuda",
				};
				let architecture = match architecture {
					Architecture::X86Sse => "x86-sse",
					Architecture::X86Avx2 => "x86-avx2",
					Architecture::X86Avx512 => "x86-avx512",
					Architecture::Aarch64 => "aarch64",
				};
				write!(f, "{provider}/ort-{runtime}/{architecture}/t{threads}")
			},
		}
	}
}
