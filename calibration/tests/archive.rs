//! Answers survive the way through files, and only fit where they belong.

mod common;

use std::fs;

use common::{results, setting, variant};
use tercet_calibration::{
	answers::{Answers, Variant},
	archive, Error,
};

fn empty(name: &str) -> Variant {
	Variant { name: name.into(), digest: name.into(), answers: Answers::default() }
}

fn two() -> Variant {
	let (a, b) = (results(&[&[1.0, 2.0]]), results(&[&[1.0, 2.5]]));
	variant("fp32", &[a.clone(), b, a])
}

#[test]
fn add_restores_what_save_wrote() {
	let folder = tempfile::tempdir().unwrap();
	archive::save(folder.path(), "input", &[two()]).unwrap();
	let mut variants = [empty("int8"), empty("fp32")];
	archive::add(folder.path(), "input", &mut variants).unwrap();
	let [int8, fp32] = variants;
	assert!(int8.answers.runs.is_empty());
	assert_eq!(fp32.answers.runs, two().answers.runs);
	assert_eq!(fp32.answers.distinct, two().answers.distinct);
	assert_eq!(fp32.answers.counts(), [2, 1]);
	assert_eq!(fp32.answers.runs[1], (setting("here", 2), 1));
}

#[test]
fn add_keeps_known_settings_when_they_are_saved_again() {
	let folder = tempfile::tempdir().unwrap();
	archive::save(folder.path(), "input", &[two()]).unwrap();
	let mut variants = [two()];
	archive::add(folder.path(), "input", &mut variants).unwrap();
	assert_eq!(variants[0].answers.runs.len(), 3);
}

#[test]
fn add_fails_when_input_or_model_are_others() {
	let folder = tempfile::tempdir().unwrap();
	archive::save(folder.path(), "input", &[two()]).unwrap();
	let error = archive::add(folder.path(), "other", &mut [empty("fp32")]).unwrap_err();
	assert!(matches!(&error, Error::OtherArchive { what, .. } if what == "input"), "{error}");
	let mut other = [Variant { digest: "other".into(), ..empty("fp32") }];
	let error = archive::add(folder.path(), "input", &mut other).unwrap_err();
	assert!(matches!(&error, Error::OtherArchive { what, .. } if what.contains("fp32")), "{error}");
	assert!(other[0].answers.runs.is_empty());
}

#[test]
fn add_fails_when_files_are_missing_or_malformed() {
	let folder = tempfile::tempdir().unwrap();
	let add = || archive::add(folder.path(), "input", &mut [empty("fp32")]).unwrap_err();
	assert!(matches!(add(), Error::Read { .. }));
	fs::write(folder.path().join("manifest.json"), "{}").unwrap();
	assert!(matches!(add(), Error::Archive { .. }));
	archive::save(folder.path(), "input", &[two()]).unwrap();
	fs::write(folder.path().join("fp32-1.safetensors"), "garbage").unwrap();
	assert!(matches!(add(), Error::Archive { .. }));
	fs::remove_file(folder.path().join("fp32-1.safetensors")).unwrap();
	assert!(matches!(add(), Error::Read { .. }));
}
