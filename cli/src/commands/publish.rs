//! `tercet model publish`: a folder of the Hugging Face Hub, or single ONNX files, as one model.

use std::{
	fs,
	path::{Path, PathBuf},
};

use anyhow::{bail, ensure, Context as _, Result};
use serde_json::json;
use tercet_chain_client::calls;
use tercet_primitives::{model::MAX_LABEL_BYTES, Agreement, Precision, Variant, WorkUnits};
use tercet_tasks::{
	folder::{self, Folder},
	manifest::Task,
};
use tercet_walrus_client::BlobId;

use super::model::published;
use crate::{
	amounts::{size, Amount},
	args::{precision_of, PublishArgs, SimilarChoice},
	blobs,
	context::{self, Context},
};

/// Least memory that a session is said to need, in bytes.
const LEAST_MEMORY: u64 = 64 << 20;

/// What is to be published.
struct Contents {
	name: Option<String>,
	task: Task,
	variants: Vec<Content>,
}

/// One variant before it is stored.
struct Content {
	precision: Precision,
	path: PathBuf,
	bytes: Vec<u8>,
}

/// Stores the variants and publishes the model.
///
/// # Errors
/// Whatever it ran into; everything that can be wrong without the network comes first, because
/// uploads cost money.
pub(super) async fn run(context: &Context, args: PublishArgs) -> Result<()> {
	let Contents { name, task, variants: contents } = gather(context, &args)?;
	let name = args.name.clone().or(name).context("name the model with --name")?;
	let agreements = contents
		.iter()
		.map(|content| agreement(&args.similar, args.feature.into(), content.precision, task))
		.collect::<Result<Vec<_>>>()?;
	let key = context.key()?;
	let (chain, _, at) = context.best().await?;
	if let Some(parent) = args.parent {
		context::model(&at, parent).await.context("--parent names no model")?;
	}
	let store = context.store()?;
	let mut variants = Vec::new();
	for (Content { precision, path, bytes }, agreement) in contents.into_iter().zip(agreements) {
		let memory = match args.memory {
			Some(memory) => memory.0,
			None => (bytes.len() as u64).saturating_mul(4).max(LEAST_MEMORY),
		};
		let what = format!("{} as {precision}", path.display());
		let length = size(bytes.len() as u64);
		let artifact = blobs::upload(&store, context.out, &what, bytes).await?;
		let blob = BlobId(artifact.blob_id);
		context.out.note(format!("{what}, {length}, is stored as blob {blob}"));
		let units_per_item = WorkUnits(args.units);
		variants.push(Variant { precision, artifact, units_per_item, memory, agreement });
	}
	let count = variants.len();
	let call = calls::publish_model(calls::NewModel {
		name: &name,
		task: task.name(),
		licence: &args.licence,
		royalty: args.royalty.0,
		parent: args.parent,
		derivative_share: args.derivative_share.0,
		variants,
	});
	let spinner = context.out.spinner("publishing");
	let included = chain.submit(&key, call).await?;
	spinner.finish_and_clear();
	let id = published(&included)?;
	let value = json!({
		"model": id,
		"name": name,
		"task": task.name(),
		"variants": count,
		"block": included.block,
		"transaction": included.extrinsic_hash,
		"fee": included.fee,
	});
	context.out.result(&value, || {
		format!(
			"model {id} is published with {count} variant(s), in block {}, for a fee of {}\nlook at it with `tercet model show {id}`",
			included.block.number,
			Amount(included.fee),
		)
	})
}

/// Everything that the command line names.
fn gather(context: &Context, args: &PublishArgs) -> Result<Contents> {
	let contents = match args.files.as_slice() {
		[folder] if folder.is_dir() => {
			ensure!(args.variants.is_empty(), "name either a folder or single files");
			from_folder(context, folder, &args.only)?
		},
		files => {
			if let Some(folder) = files.iter().find(|path| path.is_dir()) {
				bail!("{} is a folder: publish it alone, as one model", folder.display());
			}
			ensure!(args.only.is_empty(), "--only chooses among the variants of a folder");
			let named = files.iter().map(|file| (precision_of(file), file.clone()));
			let variants = named.chain(args.variants.clone()).map(read).collect::<Result<_>>()?;
			Contents { name: None, task: Task::Tensor, variants }
		},
	};
	if let Some(task) = args.task.filter(|task| *task != contents.task) {
		bail!(
			"--task says {task}, and the files make {}: {}",
			contents.task,
			match contents.task {
				Task::Tensor =>
					"publish a folder that has a tokenizer and what else the task needs",
				_ => "leave --task out",
			}
		);
	}
	Ok(contents)
}

fn from_folder(context: &Context, path: &Path, only: &[Precision]) -> Result<Contents> {
	let folder = Folder::discover(path)?;
	for ignored in &folder.ignored {
		context.out.note(format!("{} belongs to no variant and stays here", ignored.display()));
	}
	let mut variants = Vec::new();
	for variant in &folder.variants {
		let precision = precision(variant.precision);
		if only.is_empty() || only.contains(&precision) {
			let bytes = variant.to_bytes()?;
			variants.push(Content { precision, path: path.to_owned(), bytes });
		}
	}
	if let Some(missing) = only.iter().find(|only| !variants.iter().any(|v| v.precision == **only))
	{
		let found = folder.variants.iter().map(|variant| variant.precision.name());
		let found = found.collect::<Vec<_>>().join(", ");
		bail!(
			"{} has no {missing} variant; it has {found}; `tercet model quantize` makes others",
			path.display()
		);
	}
	// A folder's own name is what people know the model by.
	let name = fs::canonicalize(path).ok().and_then(|path| {
		let name = path.file_name()?.to_str()?.to_owned();
		(name.len() <= MAX_LABEL_BYTES as usize).then_some(name)
	});
	Ok(Contents { name, task: folder.task, variants })
}

fn read((precision, path): (Precision, PathBuf)) -> Result<Content> {
	let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
	ensure!(!bytes.is_empty(), "{} is empty, so it is no ONNX model", path.display());
	Ok(Content { precision, path, bytes })
}

/// How answers of a variant are compared: the choice that names its precision, or the one that names
/// none, or bit by bit.
fn agreement(
	choices: &[SimilarChoice],
	feature: tercet_primitives::Feature,
	precision: Precision,
	task: Task,
) -> Result<Agreement> {
	let of = |wanted| choices.iter().find(|choice| choice.precision == wanted);
	let Some(choice) = of(Some(precision)).or_else(|| of(None)) else {
		return Ok(Agreement::Exact);
	};
	ensure!(
		!matches!(task, Task::TextGeneration | Task::AutomaticSpeechRecognition),
		"{task} answers with text, which is equal or it is not: leave --similar out, and have jobs run \
		 where bits are equal, in a pinned class or with an integer variant"
	);
	Ok(Agreement::Similar { max_distance: choice.distance, feature })
}

fn precision(found: folder::Precision) -> Precision {
	match found {
		folder::Precision::Fp32 => Precision::Fp32,
		folder::Precision::Fp16 => Precision::Fp16,
		folder::Precision::Int8 => Precision::Int8,
		folder::Precision::Q4 => Precision::Q4,
		folder::Precision::Q4F16 => Precision::Q4f16,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_primitives::Feature;

	const FEATURE: Feature = Feature::Flat;

	fn similar(precision: Option<Precision>, distance: u16) -> SimilarChoice {
		SimilarChoice { precision, distance }
	}

	#[test]
	fn agreement_is_the_one_that_names_the_precision_when_there_are_several() {
		let choices = [similar(None, 9), similar(Some(Precision::Q4), 20)];
		let distance = |precision| {
			let task = Task::TextClassification;
			match agreement(&choices, FEATURE, precision, task).unwrap() {
				Agreement::Similar { max_distance, .. } => max_distance,
				Agreement::Exact => 0,
			}
		};
		assert_eq!((distance(Precision::Q4), distance(Precision::Fp32)), (20, 9));
		let exact = agreement(&[], FEATURE, Precision::Q4, Task::TextGeneration).unwrap();
		assert_eq!(exact, Agreement::Exact);
	}

	#[test]
	fn agreement_is_refused_when_answers_are_text_alone() {
		let choices = [similar(None, 9)];
		assert!(agreement(&choices, FEATURE, Precision::Fp32, Task::TextGeneration).is_err());
		let int8 = [similar(Some(Precision::Fp32), 9)];
		assert!(agreement(&int8, FEATURE, Precision::Int8, Task::TextGeneration).is_ok());
	}
}
