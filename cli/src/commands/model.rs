//! `tercet model`: publish, list, show.

use anyhow::{Context as _, Result};
use serde_json::{json, Value};
use tercet_chain_client::{calls, Included};
use tercet_primitives::{model::Label, AccountId32, Agreement, Model, ModelId};
use tercet_walrus_client::BlobId;

use super::{publish, quantize, transaction::send};
use crate::{
	amounts::{number, percent, size},
	args::ModelCommand,
	context::{self, Context},
	output::{abbreviate, facts, right, table},
};

/// Does what the command says.
///
/// # Errors
/// Whatever it ran into.
pub async fn run(context: &Context, command: ModelCommand) -> Result<()> {
	match command {
		ModelCommand::Publish(args) => publish::run(context, args).await,
		ModelCommand::Quantize(args) => quantize::run(context, args).await,
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
