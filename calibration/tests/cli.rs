//! The program on the real models and the real ONNX Runtime, which `make setup` installs.

mod common;

use std::{
	fs,
	path::Path,
	process::{Command, Output},
};

use common::digits;
use serde_json::Value;

fn calibrate(arguments: &[&str]) -> Output {
	let program = env!("CARGO_BIN_EXE_tercet-calibrate");
	Command::new(program).args(arguments).args(["--device", "cpu"]).output().unwrap()
}

/// The example's variants under few settings.
fn calibrate_digits(arguments: &[&str]) -> Output {
	let [input, fp32, int8] = ["held-out.safetensors", "onnx/model.onnx", "onnx/model_int8.onnx"]
		.map(|file| digits(file).display().to_string());
	let (fp32, int8) = (format!("fp32={fp32}"), format!("int8={int8}"));
	let fixed =
		["--input", &input, &fp32, &int8, "--threads", "1", "--batches", "64", "--seeds", "8"];
	calibrate(&[&fixed, arguments].concat())
}

fn stderr(output: &Output) -> String {
	String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(path: &Path) -> Value {
	serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn calibrate_measures_and_proposes_when_models_run() {
	let folder = tempfile::tempdir().unwrap();
	let (report, plot) = (folder.path().join("report.json"), folder.path().join("plot.svg"));
	let (report_arg, plot_arg) = (report.display().to_string(), plot.display().to_string());
	let output = calibrate_digits(&["--json", &report_arg, "--svg", &plot_arg]);
	assert!(output.status.success(), "{}", stderr(&output));

	let report = json(&report);
	assert_eq!(report["items"], 512);
	let [fp32, int8] = [0, 1].map(|position| &report["variants"][position]);
	// One of the four levels has other bits than the others; integers have none to lose.
	assert_eq!((&fp32["settings"], &fp32["answers"]), (&4.into(), &2.into()));
	assert_eq!((&int8["settings"], &int8["answers"]), (&4.into(), &1.into()));
	assert_eq!(int8["honest"]["max"], 0);
	assert_eq!(fp32["others"][0]["name"], "int8");
	assert!(fp32["others"][0]["distances"]["mean"].as_f64().unwrap() > 0.1);
	assert!(int8["proposal"]["max_distance"].as_u64().unwrap() < 128);
	let table = String::from_utf8(output.stdout).unwrap();
	assert!(table.contains("| fp32"), "{table}");
	let plot = fs::read_to_string(plot).unwrap();
	assert!(plot.starts_with("<svg") && plot.ends_with("</svg>\n"));
	assert_eq!(plot.matches("<g ").count(), plot.matches("</g>").count());
}

#[test]
fn calibrate_refuses_when_variants_are_the_same_model() {
	let [input, model] =
		["held-out.safetensors", "onnx/model.onnx"].map(|file| digits(file).display().to_string());
	let (a, b) = (format!("fp32={model}"), format!("copy={model}"));
	let output = calibrate(&["--input", &input, &a, &b, "--threads", "1", "--seeds", "2"]);
	assert!(output.status.success(), "{}", stderr(&output));
	let table = String::from_utf8_lossy(&output.stdout).into_owned();
	assert!(table.contains("No threshold for fp32: copy cannot be told apart"), "{table}");
}

#[test]
fn calibrate_adds_another_machine_when_its_answers_were_saved() {
	let folder = tempfile::tempdir().unwrap();
	let (saved, report) = (folder.path().join("saved"), folder.path().join("report.json"));
	let (saved, report_arg) = (saved.display().to_string(), report.display().to_string());
	let output = calibrate_digits(&["--machine", "other", "--save", &saved, "--measure-only"]);
	assert!(output.status.success() && output.stdout.is_empty(), "{}", stderr(&output));
	let output = calibrate_digits(&["--machine", "this", "--with", &saved, "--json", &report_arg]);
	assert!(output.status.success(), "{}", stderr(&output));
	let report = json(&report);
	assert_eq!(report["machines"], serde_json::json!(["other", "this"]));
	assert_eq!(report["variants"][1]["settings"], 8);
}

#[test]
fn calibrate_fails_and_names_the_file_when_it_cannot_be_read() {
	let input = digits("held-out.safetensors").display().to_string();
	let model = format!("fp32={}", digits("onnx/model.onnx").display());
	for arguments in [
		&["--input", "/nonexistent", &model][..],
		&["--input", &input, "fp32=/nonexistent"],
		&["--input", &input, &model, "--onnxruntime", "/nonexistent"],
		&[
			"--input",
			&input,
			&model,
			"--with",
			"/nonexistent",
			"--levels",
			"all",
			"--batches",
			"all",
		],
	] {
		let output = calibrate(arguments);
		assert_eq!(output.status.code(), Some(1), "{arguments:?}");
		assert!(stderr(&output).contains("/nonexistent"), "{}", stderr(&output));
	}
}

#[test]
fn calibrate_fails_and_names_the_variant_when_it_cannot_be_run() {
	let input = digits("held-out.safetensors").display().to_string();
	let garbage = tempfile::NamedTempFile::new().unwrap();
	fs::write(garbage.path(), "garbage").unwrap();
	let broken = format!("broken={}", garbage.path().display());
	let output = calibrate(&["--input", &input, &broken]);
	assert!(stderr(&output).contains("`broken` cannot be loaded"), "{}", stderr(&output));

	let labels = digits("labels.safetensors").display().to_string();
	let model = format!("fp32={}", digits("onnx/model.onnx").display());
	let output = calibrate(&["--input", &labels, &model]);
	assert!(stderr(&output).contains("`fp32` cannot be run"), "{}", stderr(&output));

	let output = calibrate(&["--input", &input, &model, &model]);
	assert!(stderr(&output).contains("`fp32` is given twice"), "{}", stderr(&output));

	let output = calibrate(&["--input", &garbage.path().display().to_string(), &model]);
	assert_eq!(output.status.code(), Some(1));
}

#[test]
fn calibrate_explains_usage_when_arguments_are_wrong() {
	for arguments in [
		&["fp32=model.onnx"][..],
		&["--input", "x"],
		&["--input", "x", "model.onnx"],
		&["--input", "x", "../up=model.onnx"],
		&["--input", "x", "fp32="],
		&["--input", "x", "fp32=m", "--seeds", "0"],
		&["--input", "x", "fp32=m", "--threads", "0"],
		&["--input", "x", "fp32=m", "--batches", "none"],
		&["--input", "x", "fp32=m", "--batches", "0"],
		&["--input", "x", "fp32=m", "--job-items", "513"],
		&["--input", "x", "fp32=m", "--false-accept", "1.5"],
		&["--input", "x", "fp32=m", "--measure-only"],
	] {
		let output = calibrate(arguments);
		assert_eq!(output.status.code(), Some(2), "{arguments:?}");
	}
	let help = calibrate(&["--help"]);
	assert!(String::from_utf8_lossy(&help.stdout).contains("--job-items"));
}
