//! Which devices there are, without trusting that asking is safe.

use std::{ffi::CStr, fmt, path::Path, str::FromStr};

use clap::ValueEnum;
use ort::{ep::ExecutionProvider, sys::OrtApiBase};
use serde::{Deserialize, Serialize};
use tercet_primitives::OnnxRuntimeVersion;

use super::EngineError;

/// What the operator asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceChoice {
	/// CUDA if it works, the CPU otherwise.
	#[default]
	Auto,
	/// The CPU.
	Cpu,
	/// Every CUDA device, or fail.
	Cuda,
	/// Every CUDA device, by TensorRT where it can run a graph, or fail. It chooses kernels by
	/// measuring them, so that results have other bits after each start: only variants that are
	/// compared by similarity are offered.
	Tensorrt,
}

/// Where sessions run. GPUs are numbered by their place on the PCI bus, among those that
/// `CUDA_VISIBLE_DEVICES` leaves.
///
/// Written like `cpu`, `cuda:0`, `tensorrt:1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Device {
	/// The CPU.
	Cpu,
	/// A GPU, by ONNX Runtime's CUDA provider.
	Cuda(u32),
	/// A GPU, by TensorRT, and by the CUDA provider where that cannot.
	TensorRt(u32),
}

impl Device {
	/// The GPU, if it is one.
	pub fn gpu(&self) -> Option<u32> {
		match self {
			Self::Cpu => None,
			Self::Cuda(index) | Self::TensorRt(index) => Some(*index),
		}
	}
}

impl fmt::Display for Device {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Cpu => f.write_str("cpu"),
			Self::Cuda(index) => write!(f, "cuda:{index}"),
			Self::TensorRt(index) => write!(f, "tensorrt:{index}"),
		}
	}
}

/// The text names no device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no device; write it like cpu, cuda:0 or tensorrt:0")]
pub struct BadDevice(String);

impl FromStr for Device {
	type Err = BadDevice;

	fn from_str(text: &str) -> Result<Self, BadDevice> {
		let bad = || BadDevice(text.into());
		let (kind, index) = text.split_once(':').unwrap_or((text, "0"));
		let index = index.parse().map_err(|_| bad())?;
		match kind {
			"cpu" if text == kind => Ok(Self::Cpu),
			"cuda" => Ok(Self::Cuda(index)),
			"tensorrt" => Ok(Self::TensorRt(index)),
			_ => Err(bad()),
		}
	}
}

/// The ONNX graph `y = Identity(x)` over floats, IR 8, opset 13.
pub(super) const IDENTITY: &[u8] = b"\x08\x08\x3a\x37\
	\x0a\x10\x0a\x01x\x12\x01y\"\x08Identity\
	\x12\x01g\
	\x5a\x0f\x0a\x01x\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x01\
	\x62\x0f\x0a\x01y\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x01\
	\x42\x02\x10\x0d";

/// The devices for `choice`, at least one; `probe` opens a session on a device.
pub(super) fn choose(
	choice: DeviceChoice,
	probe: impl Fn(Device) -> Result<(), EngineError>,
) -> Result<Vec<Device>, EngineError> {
	let kind = match choice {
		DeviceChoice::Cpu => return Ok(vec![Device::Cpu]),
		DeviceChoice::Auto | DeviceChoice::Cuda => Device::Cuda,
		DeviceChoice::Tensorrt => Device::TensorRt,
	};
	let usable = gpus(choice).and_then(|number| {
		let mut usable = Vec::new();
		let mut refused = String::new();
		for device in (0..number).map(kind) {
			match probe(device) {
				Ok(()) => usable.push(device),
				Err(error) => {
					let reason = explain(&error.to_string());
					tracing::warn!(%device, %reason, "cannot be used");
					refused = reason;
				},
			}
		}
		if usable.is_empty() {
			Err(refused)
		} else {
			Ok(usable)
		}
	});
	match (usable, choice) {
		(Ok(devices), _) => {
			tracing::info!(devices = devices.len(), "GPUs are usable");
			Ok(devices)
		},
		(Err(reason), DeviceChoice::Auto) => {
			tracing::info!(%reason, "running on the CPU");
			Ok(vec![Device::Cpu])
		},
		(Err(reason), _) => Err(EngineError::NoCuda(reason)),
	}
}

/// Number of GPUs, at least 1, that ONNX Runtime could use by its own account, or why there are none.
fn gpus(choice: DeviceChoice) -> Result<u32, String> {
	if !driver_present() {
		return Err("there is no CUDA driver: install NVIDIA's".into());
	}
	let devices = cudarc::driver::CudaContext::device_count()
		.map_err(|error| explain(&format!("{error:?}")))?;
	let devices = u32::try_from(devices).unwrap_or(0);
	if devices == 0 {
		return Err("the CUDA driver knows no device; CUDA_VISIBLE_DEVICES may hide it".into());
	}
	let (provider, name) = match choice {
		DeviceChoice::Tensorrt => (ort::ep::TensorRT::is_available(), "TensorRT"),
		_ => (ort::ep::CUDA::is_available(), "CUDA"),
	};
	match provider {
		Ok(true) => Ok(devices),
		Ok(false) => Err(format!(
			"this build of ONNX Runtime has no {name}; the one in the package onnxruntime-gpu has"
		)),
		Err(error) => Err(error.to_string()),
	}
}

/// What an error of CUDA's or ONNX Runtime's means, if it is one that people meet.
fn explain(error: &str) -> String {
	// error while loading shared libraries: libcublasLt.so.13: cannot open shared object file
	let library = error.split_whitespace().map(|word| word.trim_matches([':', ',', '"', '\'']));
	let mut library = library.filter(|word| word.contains(".so"));
	if error.contains("cannot open shared object file") {
		// The first is what was loaded, the last what that needs.
		if let Some(missing) = library.next_back() {
			let package = match missing {
				name if name.contains("cudnn") => "cuDNN 9",
				name if name.contains("nvinfer") => "TensorRT 10",
				_ => "the CUDA 13 libraries (cudart, cuBLAS, cuFFT, cuRAND)",
			};
			return format!(
				"{missing} is missing: install {package}, and see that the loader finds it \
				 (LD_LIBRARY_PATH)"
			);
		}
	}
	let known = [
		(
			"insufficient for CUDA runtime",
			"the NVIDIA driver is older than CUDA 13 needs: update it",
		),
		(
			"CUDA_ERROR_NO_DEVICE",
			"the CUDA driver knows no device; CUDA_VISIBLE_DEVICES may hide it",
		),
		(
			"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
			"the NVIDIA driver was updated since it was loaded: restart the machine",
		),
		("CUDA_ERROR_OUT_OF_MEMORY", "the GPU's memory is taken by others"),
		("no kernel image", "this GPU is older than this build of ONNX Runtime supports"),
	];
	let known = known.iter().find(|(sign, _)| error.contains(sign));
	known.map_or_else(|| error.to_owned(), |(_, meaning)| (*meaning).to_owned())
}

/// Whether the driver's library is installed. Every other question to it panics when it is not.
#[allow(unsafe_code, reason = "opens the driver's library by name, as every CUDA program does")]
fn driver_present() -> bool {
	// SAFETY: opening a library runs its initialisers; the CUDA driver's have no preconditions.
	unsafe { cudarc::driver::sys::is_culib_present() }
}

/// Version of the library at `path`, which is loaded already.
#[allow(unsafe_code, reason = "`ort` keeps the version that it read to itself")]
pub(super) fn library_version(path: &Path) -> Result<OnnxRuntimeVersion, EngineError> {
	let failed = |error: libloading::Error| EngineError::Library(error.to_string());
	// SAFETY: the library is loaded, so this only counts up its references; `OrtGetApiBase` has had
	// this signature, and the version string has been static, since the first release. `ort` called
	// it the same way a moment ago.
	let text = unsafe {
		let library = libloading::Library::new(path).map_err(failed)?;
		let base: libloading::Symbol<'_, unsafe extern "C" fn() -> *const OrtApiBase> =
			library.get(b"OrtGetApiBase\0").map_err(failed)?;
		let base = base();
		if base.is_null() {
			return Err(EngineError::Library("it has no API".into()));
		}
		CStr::from_ptr(((*base).GetVersionString)()).to_string_lossy().into_owned()
	};
	parse_version(&text)
		.ok_or_else(|| EngineError::Library(format!("its version `{text}` has another form")))
}

fn parse_version(text: &str) -> Option<OnnxRuntimeVersion> {
	let release = text.split(['-', '+']).next()?;
	let mut parts = release.split('.').map(|part| part.parse().ok());
	let version =
		OnnxRuntimeVersion { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
	parts.next().is_none().then_some(version)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn parse_version_reads_three_numbers_when_well_formed() {
		let expected = OnnxRuntimeVersion { major: 1, minor: 31, patch: 1 };
		assert_eq!(parse_version("1.31.1"), Some(expected));
		assert_eq!(parse_version("1.31.1-dev+abc"), Some(expected));
		for text in ["", "1.31", "1.31.x", "1.31.1.0", "1.300.1"] {
			assert_eq!(parse_version(text), None, "{text}");
		}
	}

	#[test]
	fn devices_are_the_same_when_written_and_read_again() {
		for device in [Device::Cpu, Device::Cuda(0), Device::Cuda(7), Device::TensorRt(1)] {
			assert_eq!(device.to_string().parse(), Ok(device));
		}
		assert_eq!("cuda".parse(), Ok(Device::Cuda(0)));
		for text in ["", "gpu", "cpu:0", "cuda:", "cuda:x", "cuda:-1"] {
			assert!(text.parse::<Device>().is_err(), "{text}");
		}
	}

	#[test]
	fn choose_is_the_cpu_when_it_was_asked_for() {
		let probe = |_| panic!("the CPU needs no probe");
		assert_eq!(choose(DeviceChoice::Cpu, probe).unwrap(), [Device::Cpu]);
	}

	#[test]
	fn choose_falls_back_only_when_the_choice_is_automatic() {
		let broken = |_| Err(EngineError::Session("broken driver".into()));
		assert_eq!(choose(DeviceChoice::Auto, broken).unwrap(), [Device::Cpu]);
		for choice in [DeviceChoice::Cuda, DeviceChoice::Tensorrt] {
			let error = choose(choice, broken).unwrap_err();
			assert!(matches!(error, EngineError::NoCuda(_)), "{error}");
		}
	}

	#[test]
	fn explain_says_what_to_install_when_a_library_is_missing() {
		let ort = |library: &str| {
			format!(
				"Failed to load library libonnxruntime_providers_cuda.so with error: {library}: \
				 cannot open shared object file: No such file or directory"
			)
		};
		for (library, package) in [
			("libcudnn.so.9", "cuDNN"),
			("libcublasLt.so.13", "CUDA 13"),
			("libnvinfer.so.10", "TensorRT"),
		] {
			let text = explain(&ort(library));
			assert!(text.contains(library) && text.contains(package), "{text}");
		}
		assert_eq!(explain("something else"), "something else");
	}
}
