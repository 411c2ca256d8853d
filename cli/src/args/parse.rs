//! Values of arguments: which variant, which class, how many executors.

use std::{path::PathBuf, str::FromStr};

use tercet_primitives::{
	Architecture, DeterminismClass, ExecutionProvider, OnnxRuntimeVersion, Precision, Redundancy,
	FINGERPRINT_BITS, H256, MAX_ITEMS, MAX_SEATS,
};

use crate::amounts::Amount;

/// Which variant of a model is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariantChoice {
	/// The one of this precision.
	Precision(Precision),
	/// The one at this position.
	Index(u8),
}

impl FromStr for VariantChoice {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text.parse() {
			Ok(index) => Ok(Self::Index(index)),
			Err(_) => precision(text).map(Self::Precision).ok_or_else(|| {
				format!("`{text}` is neither a precision (fp32, fp16, int8, q4, q4f16) nor a position (0, 1 …)")
			}),
		}
	}
}

fn precision(text: &str) -> Option<Precision> {
	match text.to_ascii_lowercase().as_str() {
		"fp32" => Some(Precision::Fp32),
		"fp16" => Some(Precision::Fp16),
		"int8" => Some(Precision::Int8),
		"q4" => Some(Precision::Q4),
		"q4f16" => Some(Precision::Q4f16),
		_ => None,
	}
}

/// The precision that a file's name tells, as Hugging Face names its ONNX files.
pub fn precision_of(file: &std::path::Path) -> Precision {
	let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
	stem.rsplit_once('_').and_then(|(_, suffix)| precision(suffix)).unwrap_or(Precision::Fp32)
}

pub(super) fn variant_file(text: &str) -> Result<(Precision, PathBuf), String> {
	let (name, file) = text
		.split_once('=')
		.filter(|(_, file)| !file.is_empty())
		.ok_or_else(|| format!("`{text}` is not PRECISION=FILE, like int8=model.onnx"))?;
	Ok((precision_name(name)?, file.into()))
}

pub(super) fn precision_name(text: &str) -> Result<Precision, String> {
	precision(text)
		.ok_or_else(|| format!("`{text}` is not a precision: fp32, fp16, int8, q4 or q4f16"))
}

/// A distance, and the precision that it is for; all that have none of their own, without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimilarChoice {
	/// The precision.
	pub precision: Option<Precision>,
	/// Bits in which two honest fingerprints may differ.
	pub distance: u16,
}

impl FromStr for SimilarChoice {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text.split_once('=') {
			None => Ok(Self { precision: None, distance: distance(text)? }),
			Some((name, bits)) => {
				Ok(Self { precision: Some(precision_name(name)?), distance: distance(bits)? })
			},
		}
	}
}

/// A JSON object.
pub(super) fn object(text: &str) -> Result<serde_json::Map<String, serde_json::Value>, String> {
	serde_json::from_str(text)
		.map_err(|error| format!("no JSON object, like {{\"top_k\": 1}}: {error}"))
}

pub(super) fn label(text: &str) -> Result<String, String> {
	const MOST: usize = tercet_primitives::model::MAX_LABEL_BYTES as usize;
	match text.trim() {
		"" => Err("it must not be empty".into()),
		text if text.len() > MOST => {
			Err(format!("{} bytes; at most {MOST} are possible", text.len()))
		},
		text => Ok(text.into()),
	}
}

/// Reads a class as [`DeterminismClass`] displays itself.
pub fn class(text: &str) -> Result<DeterminismClass, String> {
	if text == "portable" {
		return Ok(DeterminismClass::Portable);
	}
	let bad = |part: &str| {
		format!("`{text}` is not a class: {part}; write `portable` or, like, cpu/ort-1.31.1/x86-avx2/t1")
	};
	let [provider, runtime, architecture, threads] =
		<[&str; 4]>::try_from(text.split('/').collect::<Vec<_>>())
			.map_err(|_| bad("it does not have four parts"))?;
	let provider = match provider {
		"cpu" => ExecutionProvider::Cpu,
		"cuda" => ExecutionProvider::Cuda,
		_ => return Err(bad("the first part is cpu or cuda")),
	};
	let numbers = runtime.strip_prefix("ort-").into_iter().flat_map(|version| version.split('.'));
	let numbers = numbers.map(str::parse).collect::<Result<Vec<u8>, _>>();
	let [major, minor, patch] = numbers
		.ok()
		.and_then(|numbers| <[u8; 3]>::try_from(numbers).ok())
		.ok_or_else(|| bad("the second part is ort- and a version of three numbers"))?;
	let architecture = match architecture {
		"x86-sse" => Architecture::X86Sse,
		"x86-avx2" => Architecture::X86Avx2,
		"x86-avx512" => Architecture::X86Avx512,
		"aarch64" => Architecture::Aarch64,
		_ => return Err(bad("the third part is x86-sse, x86-avx2, x86-avx512 or aarch64")),
	};
	let threads = threads
		.strip_prefix('t')
		.and_then(|threads| threads.parse().ok())
		.filter(|threads| *threads > 0)
		.ok_or_else(|| bad("the fourth part is t and a number of threads"))?;
	let runtime = OnnxRuntimeVersion { major, minor, patch };
	Ok(DeterminismClass::Pinned { provider, runtime, architecture, threads })
}

/// Reads `EXECUTORS/QUORUM`.
pub(super) fn redundancy(text: &str) -> Result<Redundancy, String> {
	let form = || format!("`{text}` is not EXECUTORS/QUORUM, like 3/3 or 5/4");
	let (executors, quorum) = text.split_once('/').ok_or_else(form)?;
	let number = |text: &str| text.trim().parse::<u8>().map_err(|_| form());
	let redundancy = Redundancy { executors: number(executors)?, quorum: number(quorum)? };
	if !redundancy.is_valid() {
		return Err(format!(
			"`{text}`: at most {MAX_SEATS} executors, and a quorum of more than half of them"
		));
	}
	Ok(redundancy)
}

/// The expected result of one item, in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanarySource {
	/// The item, counted from 0.
	pub item: u32,
	/// A safetensors file with its result.
	pub file: PathBuf,
}

impl FromStr for CanarySource {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let form = || format!("`{text}` is not ITEM=FILE, like 7=expected.safetensors");
		let (item, file) =
			text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or_else(form)?;
		let item = item.parse().map_err(|_| form())?;
		if item >= MAX_ITEMS {
			return Err(format!("`{text}`: a job has {MAX_ITEMS} items at most, counted from 0"));
		}
		Ok(Self { item, file: file.into() })
	}
}

/// A part of something, or all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
	/// Everything there is.
	All,
	/// So much.
	Some(Amount),
}

impl FromStr for Portion {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text {
			"all" => Ok(Self::All),
			_ => text.parse().map(Self::Some).map_err(|why| format!("{why}, or `all`")),
		}
	}
}

/// Reads a hash.
pub(super) fn hash(text: &str) -> Result<H256, String> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let mut bytes = [0; 32];
	hex::decode_to_slice(digits, &mut bytes)
		.map_err(|_| format!("`{text}` is not a hash: 0x and 64 hexadecimal digits"))?;
	Ok(H256(bytes))
}

/// Reads the Hamming distance within which two honest fingerprints lie.
fn distance(text: &str) -> Result<u16, String> {
	const END: u16 = FINGERPRINT_BITS / 2;
	text.parse().ok().filter(|distance| *distance < END).ok_or_else(|| {
		format!("`{text}` is not a distance: a number of bits below {END}, half a fingerprint")
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn class_is_read_as_it_displays() {
		for text in ["portable", "cpu/ort-1.31.1/x86-avx2/t1", "cuda/ort-1.31.1/aarch64/t16"] {
			assert_eq!(class(text).unwrap().to_string(), text);
		}
	}

	#[test]
	fn precision_follows_from_the_name_of_a_file() {
		for (file, expected) in [
			("onnx/model.onnx", Precision::Fp32),
			("model_fp16.onnx", Precision::Fp16),
			("model_int8.onnx", Precision::Int8),
			("model_q4.onnx", Precision::Q4),
			("my_model.onnx", Precision::Fp32),
		] {
			assert_eq!(precision_of(file.as_ref()), expected, "{file}");
		}
	}

	#[test]
	fn redundancy_is_read_when_a_majority_must_agree() {
		assert_eq!(redundancy("3/3"), Ok(Redundancy::DEFAULT));
		assert_eq!(redundancy("5/4"), Ok(Redundancy { executors: 5, quorum: 4 }));
		for text in ["", "3", "3/", "3/1", "2/3", "8/8", "0/0", "4/2", "-1/1", "256/256"] {
			assert!(redundancy(text).is_err(), "{text}");
		}
	}

	#[test]
	fn canary_names_an_item_and_a_file() {
		let canary = CanarySource { item: 7, file: "a=b".into() };
		assert_eq!("7=a=b".parse(), Ok(canary));
		for text in ["", "7", "7=", "x=a", "-1=a", "512=a"] {
			assert!(text.parse::<CanarySource>().is_err(), "{text}");
		}
	}

	#[test]
	fn hash_and_distance_are_refused_when_malformed() {
		assert_eq!(hash(&format!("0x{}", "01".repeat(32))), Ok(H256([1; 32])));
		for text in ["", "0x", "0x01", "zz"] {
			assert!(hash(text).is_err(), "{text}");
		}
		assert_eq!(distance("12"), Ok(12));
		let q4 = SimilarChoice { precision: Some(Precision::Q4), distance: 20 };
		assert_eq!("q4=20".parse(), Ok(q4));
		assert_eq!("20".parse(), Ok(SimilarChoice { precision: None, distance: 20 }));
		assert!("q5=20".parse::<SimilarChoice>().is_err());
		for text in ["128", "-1", "x"] {
			assert!(distance(text).is_err(), "{text}");
		}
	}
}
