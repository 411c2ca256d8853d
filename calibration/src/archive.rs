//! Answers as files, so that machines of other kinds can add theirs to one calibration.
//!
//! A folder with `manifest.json` and one safetensors file per distinct answer of each variant. The
//! manifest names the digests of inputs and models: answers to something else are refused.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use tercet_tensors::TensorMap;

use crate::{answers::Variant, settings::Setting, Error};

const MANIFEST: &str = "manifest.json";

#[derive(Serialize, Deserialize)]
struct Manifest {
	/// BLAKE2b-256 of the input file.
	input: String,
	variants: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
	name: String,
	/// BLAKE2b-256 of the ONNX file.
	model: String,
	runs: Vec<Run>,
}

#[derive(Serialize, Deserialize)]
struct Run {
	#[serde(flatten)]
	setting: Setting,
	/// Position of the answer's file.
	answer: usize,
}

/// Writes the answers of `variants` to the inputs with digest `input` into `folder`.
///
/// # Errors
/// [`Error::Write`].
pub fn save(folder: &Path, input: &str, variants: &[Variant]) -> Result<(), Error> {
	fs::create_dir_all(folder).map_err(Error::write(folder))?;
	let mut entries = Vec::with_capacity(variants.len());
	for variant in variants {
		for (position, answer) in variant.answers.distinct.iter().enumerate() {
			let path = folder.join(file_name(&variant.name, position));
			fs::write(&path, answer.to_canonical_bytes()).map_err(Error::write(&path))?;
		}
		let runs = variant.answers.runs.iter();
		entries.push(Entry {
			name: variant.name.clone(),
			model: variant.digest.clone(),
			runs: runs
				.map(|(setting, answer)| Run { setting: setting.clone(), answer: *answer })
				.collect(),
		});
	}
	let path = folder.join(MANIFEST);
	let manifest = Manifest { input: input.into(), variants: entries };
	let text = serde_json::to_vec_pretty(&manifest)
		.map_err(|error| Error::Write { path: path.clone(), reason: error.into() })?;
	fs::write(&path, text).map_err(Error::write(&path))
}

/// Adds the answers in `folder` to those of `variants`. Variants that are not among these are
/// skipped.
///
/// # Errors
/// [`Error::Read`], [`Error::Archive`], and [`Error::OtherArchive`] if the answers are to other
/// inputs than those with digest `input`, or of other models.
pub fn add(folder: &Path, input: &str, variants: &mut [Variant]) -> Result<(), Error> {
	let path = folder.join(MANIFEST);
	let text = fs::read(&path).map_err(Error::read(&path))?;
	let malformed = |path: &Path, reason: String| Error::Archive { path: path.into(), reason };
	let manifest: Manifest =
		serde_json::from_slice(&text).map_err(|error| malformed(&path, error.to_string()))?;
	let other = |what: String| Error::OtherArchive { path: path.clone(), what };
	if manifest.input != input {
		return Err(other("input".into()));
	}
	for entry in manifest.variants {
		let Some(variant) = variants.iter_mut().find(|variant| variant.name == entry.name) else {
			continue;
		};
		if variant.digest != entry.model {
			return Err(other(format!("model as `{}`", entry.name)));
		}
		for Run { setting, answer } in entry.runs {
			let path = folder.join(file_name(&variant.name, answer));
			let bytes = fs::read(&path).map_err(Error::read(&path))?;
			let answer = TensorMap::from_bytes(&bytes)
				.map_err(|error| malformed(&path, error.to_string()))?;
			variant.answers.add(setting, answer);
		}
	}
	Ok(())
}

fn file_name(variant: &str, answer: usize) -> String {
	format!("{variant}-{answer}.safetensors")
}
