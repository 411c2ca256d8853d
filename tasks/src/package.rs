//! What a job's executors get: one variant of a model, as one sequence of bytes.
//!
//! Either a bare ONNX file, whose task is `tensor`, or an [archive](crate::archive) with
//! [`tercet.json`](crate::manifest), the graphs without any suffix of their precision
//! (`onnx/model.onnx`), and the small files that the task needs beside them.

use serde::de::DeserializeOwned;

use crate::{
	archive::{self, ArchiveError},
	manifest::{self, Manifest, Task},
	OpenError,
};

/// Path of the only graph of most packages.
pub const MODEL: &str = "onnx/model.onnx";

/// Longest JSON file, in bytes. Vocabularies of 250,000 tokens take 17 MiB.
const MAX_JSON_BYTES: usize = 64 << 20;

/// Why bytes are not a package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
	/// The archive is refused.
	#[error("package refused: {0}")]
	Archive(#[from] ArchiveError),
	/// There is no manifest.
	#[error("package refused: it has no `tercet.json`")]
	NoManifest,
	/// The manifest cannot be read.
	#[error("package refused: `tercet.json`: {0}")]
	Manifest(String),
}

/// The files of a package, in memory of somebody else.
#[derive(Clone, Debug)]
pub struct Package<'a> {
	manifest: Manifest,
	files: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Package<'a> {
	/// The package that an artifact is. What does not claim to be an archive is taken for a bare ONNX
	/// file; whether it is one shows when the graph is opened.
	///
	/// # Errors
	/// Any [`PackageError`]; the bytes are not trusted.
	pub fn read(artifact: &'a [u8]) -> Result<Self, PackageError> {
		if !archive::is_archive(artifact) {
			let manifest = Manifest::new(Task::Tensor);
			return Ok(Self { manifest, files: vec![(MODEL, artifact)] });
		}
		let files = archive::read(artifact)?;
		let (_, bytes) = files
			.iter()
			.find(|(path, _)| *path == manifest::PATH)
			.ok_or(PackageError::NoManifest)?;
		let manifest = serde_json::from_slice(bytes)
			.map_err(|error| PackageError::Manifest(error.to_string()))?;
		Ok(Self { manifest, files })
	}

	/// What the package is for.
	pub fn manifest(&self) -> &Manifest {
		&self.manifest
	}

	/// Paths and contents, paths in rising order.
	pub fn files(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a [u8])> + '_ {
		self.files.iter().copied()
	}

	/// The file at `path`.
	pub fn file(&self, path: &str) -> Option<&'a [u8]> {
		let index = self.files.binary_search_by_key(&path, |(path, _)| path).ok()?;
		self.files.get(index).map(|(_, contents)| *contents)
	}

	/// Paths and contents of all graphs.
	pub fn graphs(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + '_ {
		self.files().filter(|(path, _)| path.ends_with(".onnx"))
	}

	/// The first of `paths` that is there.
	pub(crate) fn first_of<'p>(&self, paths: &[&'p str]) -> Result<(&'p str, &'a [u8]), OpenError> {
		let found = paths.iter().find_map(|path| Some((*path, self.file(path)?)));
		found.ok_or_else(|| OpenError::MissingFile(paths.first().copied().unwrap_or("").into()))
	}

	/// The JSON file at `path`, if it is there.
	pub(crate) fn json<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, OpenError> {
		let Some(bytes) = self.file(path) else { return Ok(None) };
		if bytes.len() > MAX_JSON_BYTES {
			let reason = format!("{} bytes; at most {MAX_JSON_BYTES} are read", bytes.len());
			return Err(OpenError::malformed(path, reason));
		}
		serde_json::from_slice(bytes).map(Some).map_err(|error| OpenError::malformed(path, error))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn read_takes_bytes_for_a_graph_when_they_are_no_archive() {
		let package = Package::read(b"\x08\x08").unwrap();
		assert_eq!(package.manifest().task, Task::Tensor);
		assert_eq!(package.file(MODEL), Some(&b"\x08\x08"[..]));
		assert_eq!(package.file("config.json"), None);
	}

	#[test]
	fn read_refuses_an_archive_when_its_manifest_is_missing_or_strange() {
		let archive = |manifest: &[(&str, &[u8])]| {
			let mut bytes = Vec::new();
			archive::write(manifest.iter().copied(), &mut bytes).unwrap();
			bytes
		};
		let refused = |bytes: &[u8]| Package::read(bytes).unwrap_err();
		assert!(matches!(refused(&archive(&[("a", b"")])), PackageError::NoManifest));
		for manifest in ["", "{}", r#"{"task":"rm"}"#, r#"{"task":"tensor","more":1}"#] {
			let bytes = archive(&[(manifest::PATH, manifest.as_bytes())]);
			assert!(matches!(refused(&bytes), PackageError::Manifest(_)), "{manifest}");
		}
		let bytes = archive(&[(manifest::PATH, br#"{"task":"text-generation"}"#)]);
		assert_eq!(Package::read(&bytes).unwrap().manifest().task, Task::TextGeneration);
	}
}
