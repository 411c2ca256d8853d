//! Everything that can go wrong in a calibration.

use std::path::{Path, PathBuf};

use crate::settings::Setting;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
	/// A file cannot be read.
	#[error("cannot read {}: {reason}", path.display())]
	Read {
		/// The file.
		path: PathBuf,
		/// Why.
		reason: std::io::Error,
	},
	/// A file cannot be written.
	#[error("cannot write {}: {reason}", path.display())]
	Write {
		/// The file.
		path: PathBuf,
		/// Why.
		reason: std::io::Error,
	},
	/// The inputs are no safetensors map with a common first dimension.
	#[error("{}: {reason}", path.display())]
	Input {
		/// The file.
		path: PathBuf,
		/// Why.
		reason: tercet_tensors::Error,
	},
	/// Two variants have the same name.
	#[error("variant `{0}` is given twice")]
	DuplicateVariant(String),
	/// There is no library.
	#[error(transparent)]
	LibraryMissing(#[from] tercet_worker::library::LibraryMissing),
	/// ONNX Runtime's library cannot be used.
	#[error("cannot load ONNX Runtime: {0}")]
	Library(String),
	/// CUDA was demanded.
	#[error("CUDA cannot be used: {0}; choose --device cpu or auto")]
	NoCuda(String),
	/// ONNX Runtime cannot load a model under a setting.
	#[error("variant `{variant}` cannot be loaded ({setting}): {reason}")]
	Session {
		/// The variant.
		variant: String,
		/// The setting.
		setting: Setting,
		/// Why.
		reason: String,
	},
	/// A model cannot be run on the inputs under a setting.
	#[error("variant `{variant}` cannot be run ({setting}): {reason}")]
	Run {
		/// The variant.
		variant: String,
		/// The setting.
		setting: Setting,
		/// Why.
		reason: String,
	},
	/// The results of two variants have different numbers of feature components.
	#[error(
		"variants `{a}` and `{b}` answer differently shaped results: {a_length} and {b_length} \
		 feature components"
	)]
	ResultsDiffer {
		/// One variant.
		a: String,
		/// Components of its features.
		a_length: usize,
		/// The other.
		b: String,
		/// Components of its features.
		b_length: usize,
	},
	/// An archive is malformed.
	#[error("{}: {reason}", path.display())]
	Archive {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		reason: String,
	},
	/// An archive is about other inputs or another model.
	#[error("{} was made from another {what}: its digest differs", path.display())]
	OtherArchive {
		/// The archive.
		path: PathBuf,
		/// What differs.
		what: String,
	},
}

impl Error {
	/// For `map_err` on reading `path`.
	pub(crate) fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
		|reason| Self::Read { path: path.into(), reason }
	}

	/// For `map_err` on writing `path`.
	pub(crate) fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
		|reason| Self::Write { path: path.into(), reason }
	}
}
