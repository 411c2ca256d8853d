//! `tercet model`: publish, list, show.

use std::{fs, path::PathBuf};

use anyhow::{bail, Context as _, Result};
use serde_json::{json, Value};
use tercet_chain_client::{calls, Included};
use tercet_primitives::{
	model::Label, AccountId32, Agreement, Model, ModelId, Precision, Variant, WorkUnits,
};
use tercet_walrus_client::BlobId;

use super::transaction::send;
use crate::{
	amounts::{number, percent, size, Amount},
	args::{precision_of, ModelCommand, PublishArgs},
	blobs,
	context::{self, Context},
	output::{abbreviate, facts, right, table},
};

/// Least memory that a session is said to need, in bytes.
const LEAST_MEMORY: u64 = 64 << 20;

/// Does what the command says.
///
/// # Errors
/// Whatever it ran into.
pub async fn run(context: &Context, command: ModelCommand) -> Result<()> {
	match command {
		ModelCommand::Publish(args) => publish(context, args).await,
		ModelCommand::List => list(context).await,
		ModelCommand::Show { id } => show(context, id).await,
		ModelCommand::Transfer { id, to, .. } => {
			let done = match &to {
				Some(to) => format!("model {id} is offered to {to}, whose `tercet model accept {id}` makes it theirs"),
				None => format!("model {id} is offered to nobody any more"),
			};
			send(context, calls::offer_transfer(id, to), &done).await
		},
		ModelCommand::Accept { id } => {
			send(context, calls::accept_transfer(id), &format!("model {id} is yours")).await
		},
		ModelCommand::Managers { id, accounts } => {
			let done = format!("model {id} has {} manager(s)", accounts.len());
			send(context, calls::set_managers(id, accounts), &done).await
		},
		ModelCommand::Deprecate { id, undo: true, .. } => {
			let done = format!("model {id} is not deprecated any more");
			send(context, calls::undeprecate(id), &done).await
		},
		ModelCommand::Deprecate { id, successor, .. } => {
			let done = format!("model {id} is deprecated; it can still be run");
			send(context, calls::deprecate(id, successor), &done).await
		},
	}
}

async fn publish(context: &Context, args: PublishArgs) -> Result<()> {
	let named = args.files.iter().map(|file| (precision_of(file), file.clone()));
	let files = named.chain(args.variants.clone()).collect::<Vec<_>>();
	// Everything that can be wrong without the network comes first: uploads cost money.
	let files = files.into_iter().map(read).collect::<Result<Vec<_>>>()?;
	let key = context.key()?;
	let (chain, _, at) = context.best().await?;
	if let Some(parent) = args.parent {
		context::model(&at, parent).await.context("--parent names no model")?;
	}
	let store = context.store()?;
	let agreement = match args.similar {
		None => Agreement::Exact,
		Some(max_distance) => Agreement::Similar { max_distance, feature: args.feature.into() },
	};
	let mut variants = Vec::new();
	for (precision, path, bytes) in files {
		let memory = match args.memory {
			Some(memory) => memory.0,
			None => (bytes.len() as u64).saturating_mul(4).max(LEAST_MEMORY),
		};
		let what = path.display().to_string();
		let artifact = blobs::upload(&store, context.out, &what, bytes).await?;
		context.out.note(format!("{what} is stored as blob {}", BlobId(artifact.blob_id)));
		variants.push(Variant {
			precision,
			artifact,
			units_per_item: WorkUnits(args.units),
			memory,
			agreement,
		});
	}
	let count = variants.len();
	let call = calls::publish_model(calls::NewModel {
		name: &args.name,
		task: &args.task,
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

/// The id of the model that a transaction published.
///
/// # Errors
/// If it published none.
pub fn published(included: &Included) -> Result<ModelId> {
	let event = included
		.event("ModelRegistry", "Published")
		.context("the chain has published no model, although the transaction succeeded")?;
	Ok(event.decode::<ModelId>()?)
}

fn read((precision, path): (Precision, PathBuf)) -> Result<(Precision, PathBuf, Vec<u8>)> {
	let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
	if bytes.is_empty() {
		bail!("{} is empty, so it is no ONNX model", path.display());
	}
	Ok((precision, path, bytes))
}

async fn list(context: &Context) -> Result<()> {
	let (_, _, at) = context.best().await?;
	let mut models = Vec::new();
	for id in (0..at.model_count().await?).map(ModelId) {
		if let Some(model) = at.model(id).await? {
			models.push((id, model));
		}
	}
	let value = models.iter().map(|(id, model)| describe(*id, model)).collect::<Vec<_>>();
	context.out.result(&value, || {
		if models.is_empty() {
			return "no model is published yet; see `tercet model publish --help`".into();
		}
		let mut table =
			table(&["model", "name", "task", "variants", "royalty", "licence", "author"]);
		for (id, model) in &models {
			let precisions = model.variants.iter().map(|variant| variant.precision.to_string());
			table.add_row([
				right(id),
				match model.deprecated {
					None => text(&model.name).into(),
					Some(_) => format!("{} (deprecated)", text(&model.name)).into(),
				},
				text(&model.task).into(),
				precisions.collect::<Vec<_>>().join(" ").into(),
				right(percent(model.royalty)),
				text(&model.licence).into(),
				abbreviate(&model.author.to_string()).into(),
			]);
		}
		table.to_string()
	})
}

async fn show(context: &Context, id: ModelId) -> Result<()> {
	let (_, _, at) = context.best().await?;
	let model = context::model(&at, id).await?;
	context.out.result(&describe(id, &model), || {
		let mut about = vec![
			("model", id.to_string()),
			("name", text(&model.name)),
			("task", text(&model.task)),
			("licence", text(&model.licence)),
			("author", model.author.to_string()),
			("royalty", percent(model.royalty)),
			(
				"asks of models made from it",
				format!("{} of theirs", percent(model.derivative_share)),
			),
			("published", format!("in block {}", model.published_at)),
			("deposit", format!("{} TCT", number(model.deposit))),
		];
		if let Some(parent) = model.parent {
			about.push(("made from", format!("model {parent}")));
		}
		if !model.managers.is_empty() {
			let managers = model.managers.iter().map(AccountId32::to_string);
			about.push(("managers", managers.collect::<Vec<_>>().join("\n")));
		}
		if let Some(deprecation) = model.deprecated {
			let instead = deprecation.successor.map(|model| format!("; use model {model}"));
			let text = format!("in block {}{}", deprecation.at, instead.unwrap_or_default());
			about.push(("DEPRECATED", text));
		}
		let about = facts(about);
		let mut table = table(&[
			"variant",
			"precision",
			"agreement",
			"units per item",
			"memory",
			"file",
			"blob",
		]);
		for (variant, index) in model.variants.iter().zip(0u8..) {
			table.add_row([
				right(index),
				variant.precision.to_string().into(),
				agreement(variant.agreement).into(),
				right(variant.units_per_item),
				right(size(variant.memory)),
				right(size(variant.artifact.size)),
				BlobId(variant.artifact.blob_id).to_string().into(),
			]);
		}
		format!("{about}\n{table}")
	})
}

/// A label as text; what is not UTF-8 is replaced.
pub fn text(label: &Label) -> String {
	String::from_utf8_lossy(label).into_owned()
}

/// How answers are compared, in words.
fn agreement(agreement: Agreement) -> String {
	match agreement {
		Agreement::Exact => "equal".into(),
		Agreement::Similar { max_distance, .. } => format!("within {max_distance} bits"),
	}
}

fn describe(id: ModelId, model: &Model<AccountId32>) -> Value {
	let variants = model.variants.iter().zip(0u8..).map(|(variant, index)| {
		json!({
			"index": index,
			"precision": variant.precision,
			"unitsPerItem": variant.units_per_item,
			"memory": variant.memory,
			"agreement": variant.agreement,
			"artifact": {
				"blobId": BlobId(variant.artifact.blob_id).to_string(),
				"digest": variant.artifact.digest,
				"size": variant.artifact.size,
			},
		})
	});
	json!({
		"model": id,
		"name": text(&model.name),
		"task": text(&model.task),
		"licence": text(&model.licence),
		"author": model.author,
		"managers": model.managers,
		"royaltyParts": model.royalty.deconstruct(),
		"parent": model.parent,
		"derivativeShareParts": model.derivative_share.deconstruct(),
		"deprecated": model.deprecated,
		"publishedAt": model.published_at,
		"deposit": model.deposit,
		"variants": variants.collect::<Vec<_>>(),
	})
}
