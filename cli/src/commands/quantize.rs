//! `tercet model quantize`: ONNX Runtime's own tools, which are Python, in an environment of their own.

use std::{
	ffi::OsString,
	fs, io,
	path::{Path, PathBuf},
	process::Stdio,
};

use anyhow::{bail, ensure, Context as _, Result};
use serde_json::Value;
use tokio::process::Command;

use crate::{args::QuantizeArgs, context::Context, data};

/// The scripts: name and text.
const SCRIPTS: &[(&str, &str)] = &[
	("quantize.py", include_str!("../../quantize/quantize.py")),
	("convert.py", include_str!("../../quantize/convert.py")),
	("graphs.py", include_str!("../../quantize/graphs.py")),
	("inputs.py", include_str!("../../quantize/inputs.py")),
	("report.py", include_str!("../../quantize/report.py")),
];

const REQUIREMENTS: &str = include_str!("../../quantize/requirements.txt");

/// Written last into an environment: without it, an earlier installation was interrupted.
const COMPLETE: &str = "tercet-complete";

/// Lines of a failed program's output that are shown.
const TAIL: usize = 12;

pub(super) async fn run(context: &Context, args: QuantizeArgs) -> Result<()> {
	let folder = &args.folder;
	ensure!(folder.is_dir(), "{} is no folder with a model in it", folder.display());
	let home = match &args.environment {
		Some(environment) => environment.clone(),
		None => {
			let data = data::folder().context("no home directory: name one with --environment")?;
			data.join("quantize")
		},
	};
	let python = prepared(context, &home, &args.python).await?;
	let report = tempfile::NamedTempFile::new()?;
	let mut command = Command::new(python);
	command.arg(home.join("quantize.py")).arg(folder);
	command.args(["--to", &args.to, "--report"]).arg(report.path());
	for inputs in &args.inputs {
		command.arg("--inputs").arg(inputs);
	}
	command.args(&args.more);
	if context.out.is_json() {
		// Its table is for people; what scripts get is the report.
		command.stdout(Stdio::null());
	}
	let status = command.status().await.context("cannot start Python")?;
	ensure!(status.success(), "quantizing failed; what is above says why");
	if context.out.is_json() {
		let report: Value = serde_json::from_slice(&fs::read(report.path())?)?;
		return context.out.result(&report, String::new);
	}
	context.out.note(format!(
		"publish them with `tercet model publish {} --licence …`, or some of them with --only",
		folder.display()
	));
	Ok(())
}

/// The Python that has everything; installs it the first time.
async fn prepared(context: &Context, home: &Path, python: &Path) -> Result<PathBuf> {
	fs::create_dir_all(home).with_context(|| format!("cannot make {}", home.display()))?;
	for (name, text) in SCRIPTS {
		write_if_other(&home.join(name), text)
			.with_context(|| format!("cannot write {}", home.join(name).display()))?;
	}
	let requirements = home.join("requirements.txt");
	let environment = home.join("venv");
	let inside = environment.join("bin/python3");
	let complete = environment.join(COMPLETE);
	if fs::read_to_string(&complete).is_ok_and(|installed| installed == REQUIREMENTS) {
		return Ok(inside);
	}
	fs::write(&requirements, REQUIREMENTS)?;
	let spinner = context.out.spinner("installing ONNX Runtime's tools, once");
	let made = succeed(python, &["-m".into(), "venv".into(), environment.clone().into()]).await;
	made.context(
		"cannot make a Python environment; Debian and Ubuntu have what it needs in the package \
		 python3-venv, and --python names another Python (3.11 or later)",
	)?;
	let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
	let mut arguments: Vec<OsString> = install.iter().map(OsString::from).collect();
	arguments.push(requirements.into());
	succeed(&inside, &arguments).await.context("cannot install ONNX Runtime's tools")?;
	fs::write(&complete, REQUIREMENTS)?;
	spinner.finish_and_clear();
	Ok(inside)
}

/// Runs a program to its end; the end of what it said is the error.
async fn succeed(program: &Path, arguments: &[OsString]) -> Result<()> {
	let output = Command::new(program).args(arguments).output().await;
	let output = output.with_context(|| format!("cannot start {}", program.display()))?;
	if !output.status.success() {
		let text = [output.stdout, output.stderr].concat();
		let text = String::from_utf8_lossy(&text).into_owned();
		let lines: Vec<&str> = text.lines().collect();
		bail!("{}", lines[lines.len().saturating_sub(TAIL)..].join("\n"));
	}
	Ok(())
}

fn write_if_other(path: &Path, text: &str) -> io::Result<()> {
	match fs::read_to_string(path) {
		Ok(found) if found == text => Ok(()),
		_ => fs::write(path, text),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn scripts_are_all_that_the_folder_has() {
		let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("quantize");
		let mut names: Vec<String> = fs::read_dir(folder)
			.unwrap()
			.map(|entry| entry.unwrap().file_name().into_string().unwrap())
			.filter(|name| name.ends_with(".py"))
			.collect();
		names.sort();
		let mut known: Vec<&str> = SCRIPTS.iter().map(|(name, _)| *name).collect();
		known.sort_unstable();
		assert_eq!(names, known);
	}

	#[tokio::test]
	async fn succeed_shows_the_end_of_what_was_said_when_a_program_fails() {
		let script = "for i in $(seq 99); do echo line $i; done; exit 3";
		let arguments = ["-c".into(), script.into()];
		let error = succeed(Path::new("/bin/sh"), &arguments).await.unwrap_err().to_string();
		assert!(error.ends_with("line 99") && !error.contains("line 50"), "{error}");
	}
}
