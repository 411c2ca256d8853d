//! What the command line does.

use std::{
	collections::BTreeSet,
	fs,
	io::{IsTerminal, Write},
	path::Path,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tercet_tensors::TensorMap;
use tercet_worker::library;

use crate::{
	answers::{digest, Answers, Variant},
	archive,
	args::{Args, Batch, DeviceChoice},
	plot,
	proposal::Rule,
	report::{Plan, Report},
	runner::Runner,
	settings::{this_machine, Choices, Device, Setting},
	table, Error,
};

/// Measures, compares, reports.
///
/// # Errors
/// Any [`Error`]; no file has been written then that another run would mistake for a result.
pub fn run(args: &Args) -> Result<(), Error> {
	let bytes = read(&args.input)?;
	let input = TensorMap::from_bytes(&bytes)
		.map_err(|reason| Error::Input { path: args.input.clone(), reason })?;
	let input_digest = digest(&bytes);
	let models = models(args)?;

	let mut variants = measure(args, &models, &input)?;
	if let Some(folder) = &args.save {
		archive::save(folder, &input_digest, &variants)?;
		if args.measure_only {
			return Ok(());
		}
	}
	for folder in &args.with {
		archive::add(folder, &input_digest, &mut variants)?;
	}

	let bar = progress(Report::steps(&variants), "comparing");
	let Args { job_items, false_reject, false_accept, seeds, .. } = *args;
	let rule = Rule { job_items, false_reject, false_accept };
	let plan = Plan { feature: args.feature.into(), seeds, rule };
	let report = Report::new(input_digest, input.items(), &variants, plan, || bar.inc(1))?;
	bar.finish_and_clear();

	let stdout = Path::new("standard output");
	writeln!(std::io::stdout(), "{}", table::render(&report)).map_err(Error::write(stdout))?;
	if let Some(path) = &args.json {
		let text = serde_json::to_string_pretty(&report)
			.map_err(|error| Error::Write { path: path.clone(), reason: error.into() })?;
		fs::write(path, text + "\n").map_err(Error::write(path))?;
	}
	if let Some(path) = &args.svg {
		fs::write(path, plot::render(&report)).map_err(Error::write(path))?;
	}
	Ok(())
}

/// An ONNX file with its name.
struct Model {
	name: String,
	bytes: Vec<u8>,
}

fn models(args: &Args) -> Result<Vec<Model>, Error> {
	let mut names = BTreeSet::new();
	let model = |file: &crate::args::VariantFile| {
		if !names.insert(file.name.clone()) {
			return Err(Error::DuplicateVariant(file.name.clone()));
		}
		Ok(Model { name: file.name.clone(), bytes: read(&file.path)? })
	};
	args.variants.iter().map(model).collect()
}

/// Runs every model under every setting.
fn measure(args: &Args, models: &[Model], input: &TensorMap) -> Result<Vec<Variant>, Error> {
	let runner = Runner::load(&library::locate(args.onnxruntime.as_deref())?)?;
	let items = input.items();
	let batch = |batch: &Batch| match batch {
		Batch::Items(items) => *items,
		Batch::All => items,
	};
	let mut choices = Choices {
		machine: args.machine.clone().unwrap_or_else(this_machine),
		devices: vec![Device::Cpu],
		levels: args.levels.clone(),
		threads: args.threads.clone(),
		batches: args.batches.iter().map(batch).collect(),
	};
	choices.devices = devices(args.device, &runner, models, &choices.settings(items))?;
	let settings = choices.settings(items);

	let bar = progress((models.len() * settings.len()) as u64, "running");
	let mut variants = Vec::with_capacity(models.len());
	for model in models {
		let mut answers = Answers::default();
		for setting in &settings {
			bar.set_message(format!("{} ({setting})", model.name));
			let answer = runner.run(&model.name, &model.bytes, input, setting)?;
			answers.add(setting.clone(), answer);
			bar.inc(1);
		}
		let (name, digest) = (model.name.clone(), digest(&model.bytes));
		variants.push(Variant { name, digest, answers });
	}
	bar.finish_and_clear();
	Ok(variants)
}

/// The devices to run on. CUDA counts as usable if it takes the first model.
fn devices(
	choice: DeviceChoice,
	runner: &Runner,
	models: &[Model],
	settings: &[Setting],
) -> Result<Vec<Device>, Error> {
	if choice == DeviceChoice::Cpu {
		return Ok(vec![Device::Cpu]);
	}
	let probe = models.first().zip(settings.first());
	let reason = probe.and_then(|(model, setting)| runner.why_no_cuda(&model.bytes, setting));
	match (choice, reason) {
		(DeviceChoice::Cuda, Some(reason)) => Err(Error::NoCuda(reason)),
		(DeviceChoice::Cuda, None) => Ok(vec![Device::Cuda]),
		(_, None) => Ok(vec![Device::Cpu, Device::Cuda]),
		(_, Some(reason)) => {
			let reason = reason.lines().next().unwrap_or_default();
			eprintln!("CUDA is left out: {reason}");
			Ok(vec![Device::Cpu])
		},
	}
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
	fs::read(path).map_err(Error::read(path))
}

/// A bar, invisible unless a person watches.
fn progress(length: u64, message: &'static str) -> ProgressBar {
	let bar = ProgressBar::new(length);
	if !std::io::stderr().is_terminal() {
		bar.set_draw_target(ProgressDrawTarget::hidden());
	}
	let style = ProgressStyle::with_template("{bar:30.cyan/blue} {pos}/{len} {eta:.dim} {msg}");
	bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
	bar.set_message(message);
	bar
}
