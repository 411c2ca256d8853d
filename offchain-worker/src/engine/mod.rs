//! ONNX Runtime: one library per process, a device, and sessions that run batches.
//!
//! ```no_run
//! use tercet_tensors::{Tensor, TensorMap};
//! use tercet_worker::Engine;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::load(&tercet_worker::library::locate(None)?)?;
//! let session = engine.session(&std::fs::read("model.onnx")?, 1)?;
//! let images = Tensor::f32(&[2, 64], &[0.0; 128])?;
//! let result = session.run(&TensorMap::new([("image", images)])?)?;
//! assert_eq!(result.items(), 2);
//! # Ok(())
//! # }
//! ```

pub mod convert;
mod device;
mod error;
mod session;

use std::{
	path::{Path, PathBuf},
	sync::{Mutex, PoisonError},
};

use ort::environment::Environment;
use tercet_primitives::{Architecture, DeterminismClass, ExecutionProvider, OnnxRuntimeVersion};

pub use device::{BadDevice, Device, DeviceChoice};
pub use error::{is_memory, EngineError};
pub use session::{Port, Session};

/// The loaded library. `ort` allows one environment per process and never another one after it.
static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);

#[derive(Clone)]
struct Loaded {
	path: PathBuf,
	environment: Environment,
	version: OnnxRuntimeVersion,
}

/// ONNX Runtime on one device.
#[derive(Clone)]
pub struct Engine {
	environment: Environment,
	version: OnnxRuntimeVersion,
	device: Device,
}

impl Engine {
	/// Loads the shared library at `library`, to run on the CPU.
	///
	/// # Errors
	/// [`EngineError::Library`] if it cannot be loaded or is too old, and
	/// [`EngineError::OtherLibrary`] if this process has loaded another one before.
	pub fn load(library: &Path) -> Result<Self, EngineError> {
		let Loaded { environment, version, .. } = loaded(library)?;
		Ok(Self { environment, version, device: Device::Cpu })
	}

	/// As [`Self::load`], on the first device that `choice` asks for.
	///
	/// # Errors
	/// As [`Self::load`], and [`EngineError::NoCuda`] if CUDA was demanded and cannot be used.
	pub fn load_on(library: &Path, choice: DeviceChoice) -> Result<Self, EngineError> {
		let mut engines = Self::load_on_all(library, choice)?;
		Ok(engines.remove(0))
	}

	/// As [`Self::load_on`], on every device, at least one. Each has been tried.
	///
	/// # Errors
	/// As [`Self::load_on`].
	pub fn load_on_all(library: &Path, choice: DeviceChoice) -> Result<Vec<Self>, EngineError> {
		let engine = Self::load(library)?;
		let devices = device::choose(choice, |device| engine.on(device).probe())?;
		Ok(devices.into_iter().map(|device| engine.on(device)).collect())
	}

	/// A session for the ONNX file `model` with `threads` threads inside each operator.
	///
	/// The file is [checked](crate::model_check::check) first.
	///
	/// # Errors
	/// [`EngineError::Model`] if the file is refused, [`EngineError::Malformed`] and
	/// [`EngineError::Session`] if ONNX Runtime cannot load it.
	pub fn session(&self, model: &[u8], threads: usize) -> Result<Session, EngineError> {
		crate::model_check::check(model)?;
		self.checked_session(model, threads)
	}

	/// As [`Self::session`], for a file that was checked.
	///
	/// # Errors
	/// As [`Self::session`].
	pub fn checked_session(&self, model: &[u8], threads: usize) -> Result<Session, EngineError> {
		Session::open(&self.environment, self.device, model, threads)
	}

	/// The session of ONNX Runtime's binding, for a file that was checked: for those who bind values
	/// themselves.
	///
	/// # Errors
	/// As [`Self::session`].
	pub fn bare_session(
		&self,
		model: &[u8],
		threads: usize,
	) -> Result<ort::session::Session, EngineError> {
		session::bare(&self.environment, self.device, model, threads)
	}

	/// A session for the smallest graph there is: `y = x`, floats of shape `[1]`.
	///
	/// # Errors
	/// As [`Self::session`].
	pub fn identity(&self, threads: usize) -> Result<Session, EngineError> {
		self.session(device::IDENTITY, threads)
	}

	/// Where sessions run.
	pub fn device(&self) -> Device {
		self.device
	}

	/// The environment of the loaded library, for those who use `ort` beside this engine: a process
	/// has only one.
	pub fn environment(&self) -> &Environment {
		&self.environment
	}

	/// Version of the library.
	pub fn version(&self) -> OnnxRuntimeVersion {
		self.version
	}

	/// The class in which this machine's float results have equal bits, with `threads` threads;
	/// `None` on instruction sets that have no name yet, and with TensorRT, which has no such class.
	///
	/// Whether the machine keeps what the class promises, the [self-test](crate::selftest) finds out.
	pub fn pinned_class(&self, threads: u8) -> Option<DeterminismClass> {
		let provider = match self.device {
			Device::Cpu => ExecutionProvider::Cpu,
			Device::Cuda(_) => ExecutionProvider::Cuda,
			Device::TensorRt(_) => return None,
		};
		let architecture = architecture()?;
		Some(DeterminismClass::Pinned { provider, runtime: self.version, architecture, threads })
	}

	/// The same library on another device, which nobody has tried.
	pub fn on(&self, device: Device) -> Self {
		Self { device, ..self.clone() }
	}

	/// Opens a session for the smallest graph there is: whether the device really works.
	fn probe(&self) -> Result<(), EngineError> {
		self.identity(1).map(drop)
	}
}

fn loaded(library: &Path) -> Result<Loaded, EngineError> {
	let mut slot = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
	if let Some(loaded) = slot.as_ref() {
		return if loaded.path == library {
			Ok(loaded.clone())
		} else {
			Err(EngineError::OtherLibrary { loaded: loaded.path.clone(), asked: library.into() })
		};
	}
	// Microsoft's builds for Linux collect what they run in a database at home and send it off. This
	// must be said before the library is loaded; its own switch comes too late.
	std::env::set_var("ORT_DISABLE_TELEMETRY", "1");
	let builder =
		ort::init_from(library).map_err(|error| EngineError::Library(error.to_string()))?;
	let environment = builder.with_name("tercet").with_telemetry(false).build()?;
	environment.set_log_level(ort::logging::LogLevel::Error);
	let version = device::library_version(library)?;
	let loaded = Loaded { path: library.into(), environment, version };
	*slot = Some(loaded.clone());
	Ok(loaded)
}

#[cfg(target_arch = "x86_64")]
fn architecture() -> Option<Architecture> {
	Some(if std::arch::is_x86_feature_detected!("avx512f") {
		Architecture::X86Avx512
	} else if std::arch::is_x86_feature_detected!("avx2") {
		Architecture::X86Avx2
	} else {
		Architecture::X86Sse
	})
}

#[cfg(target_arch = "aarch64")]
fn architecture() -> Option<Architecture> {
	Some(Architecture::Aarch64)
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn architecture() -> Option<Architecture> {
	None
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn probe_succeeds_when_the_device_works() {
		let library = crate::library::locate(None).expect("make setup installs ONNX Runtime");
		Engine::load(&library).unwrap().probe().unwrap();
	}
}
