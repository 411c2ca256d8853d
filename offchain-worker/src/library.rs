//! Where ONNX Runtime's shared library is.

use std::path::{Path, PathBuf};

/// Version of ONNX Runtime that Tercet is tested with and `make setup` installs.
pub const PINNED_VERSION: &str = "1.31.1";

/// Environment variable that names the library when the command line does not.
pub const VARIABLE: &str = "ORT_DYLIB_PATH";

/// How to come by the library.
pub const REMEDY: &str = "run `make setup` in Tercet's sources, or `pip install --target ort \
	onnxruntime==1.31.1` and name ort/onnxruntime/capi/libonnxruntime.so.1.31.1 by --onnxruntime, \
	onnxruntime in [device], or ORT_DYLIB_PATH";

/// There is no library.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"ONNX Runtime is not installed: no file {}; {REMEDY}",
	.0.display()
)]
pub struct LibraryMissing(pub PathBuf);

/// The library to load: `given` on the command line, or named by [`VARIABLE`], or where
/// `make setup` puts it.
///
/// # Errors
/// [`LibraryMissing`] if there is no file at the first of these that applies.
pub fn locate(given: Option<&Path>) -> Result<PathBuf, LibraryMissing> {
	let from_variable = || std::env::var_os(VARIABLE).filter(|path| !path.is_empty());
	let path = given
		.map(Path::to_owned)
		.or_else(|| from_variable().map(PathBuf::from))
		.unwrap_or_else(installed);
	// `ort` would look up relative paths beside the executable.
	let path = std::path::absolute(&path).unwrap_or(path);
	if path.is_file() {
		Ok(path)
	} else {
		Err(LibraryMissing(path))
	}
}

/// Where `make setup` puts the library.
pub fn installed() -> PathBuf {
	let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
	home.join(".local/share/tercet/onnxruntime").join(format!("libonnxruntime.so.{PINNED_VERSION}"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn locate_fails_and_says_what_to_do_when_the_file_is_missing() {
		let error = locate(Some(Path::new("/nonexistent/lib.so"))).unwrap_err();
		assert_eq!(error, LibraryMissing("/nonexistent/lib.so".into()));
		assert!(error.to_string().contains("make setup"), "{error}");
		assert_eq!(error.to_string().matches(PINNED_VERSION).count(), 2, "{error}");
	}

	#[test]
	fn locate_returns_the_given_file_when_it_exists() {
		let file = tempfile::NamedTempFile::new().unwrap();
		assert_eq!(locate(Some(file.path())).unwrap(), file.path());
	}
}
