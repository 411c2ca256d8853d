//! Which device there is, without trusting that asking is safe.

use std::{ffi::CStr, path::Path};

use clap::ValueEnum;
use ort::{ep::ExecutionProvider, sys::OrtApiBase};
use tercet_primitives::OnnxRuntimeVersion;

use super::EngineError;

/// What the operator asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum DeviceChoice {
	/// CUDA if it works, the CPU otherwise.
	#[default]
	Auto,
	/// The CPU.
	Cpu,
	/// CUDA, or fail.
	Cuda,
}

/// Where sessions run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
	/// The CPU.
	Cpu,
	/// The first CUDA device.
	Cuda,
}

/// The ONNX graph `y = Identity(x)` over floats, IR 8, opset 13.
pub(super) const IDENTITY: &[u8] = b"\x08\x08\x3a\x37\
	\x0a\x10\x0a\x01x\x12\x01y\"\x08Identity\
	\x12\x01g\
	\x5a\x0f\x0a\x01x\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x01\
	\x62\x0f\x0a\x01y\x12\x0a\x0a\x08\x08\x01\x12\x04\x0a\x02\x08\x01\
	\x42\x02\x10\x0d";

/// The device for `choice`; `probe` opens a session on CUDA.
pub(super) fn choose(
	choice: DeviceChoice,
	probe: impl FnOnce() -> Result<(), EngineError>,
) -> Result<Device, EngineError> {
	if choice == DeviceChoice::Cpu {
		return Ok(Device::Cpu);
	}
	let usable = cuda_devices().and_then(|devices| {
		probe().map_err(|error| error.to_string())?;
		Ok(devices)
	});
	match (usable, choice) {
		(Ok(devices), _) => {
			tracing::info!(devices, "CUDA is usable");
			Ok(Device::Cuda)
		},
		(Err(reason), DeviceChoice::Cuda) => Err(EngineError::NoCuda(reason)),
		(Err(reason), _) => {
			tracing::info!(%reason, "running on the CPU");
			Ok(Device::Cpu)
		},
	}
}

/// Number of CUDA devices, at least 1, or why there is none.
fn cuda_devices() -> Result<i32, String> {
	if !driver_present() {
		return Err("there is no CUDA driver".into());
	}
	let devices =
		cudarc::driver::CudaContext::device_count().map_err(|error| format!("{error:?}"))?;
	if devices < 1 {
		return Err("there is no CUDA device".into());
	}
	match ort::ep::CUDA::is_available() {
		Ok(true) => Ok(devices),
		Ok(false) => Err("this build of ONNX Runtime has no CUDA".into()),
		Err(error) => Err(error.to_string()),
	}
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
	fn choose_is_the_cpu_when_it_was_asked_for() {
		let probe = || panic!("the CPU needs no probe");
		assert_eq!(choose(DeviceChoice::Cpu, probe).unwrap(), Device::Cpu);
	}

	#[test]
	fn choose_falls_back_only_when_the_choice_is_automatic() {
		let broken = || Err(EngineError::Session("broken driver".into()));
		assert_eq!(choose(DeviceChoice::Auto, broken).unwrap(), Device::Cpu);
		let error = choose(DeviceChoice::Cuda, broken).unwrap_err();
		assert!(matches!(error, EngineError::NoCuda(_)), "{error}");
	}
}
