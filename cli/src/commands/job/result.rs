//! `tercet job result` and `tercet job verify`: nothing here is believed, everything is compared
//! with the chain.

use std::{fs, path::Path};

use anyhow::{bail, Context as _, Result};
use serde_json::json;
use tercet_chain_client::At;
use tercet_primitives::{apis::JobView, JobId, Payload, VariantId};
use tercet_privacy::sealed;
use tercet_tasks::{json::FEATURES, vectors, Package};
use tercet_tensors::TensorMap;
use tercet_walrus_client::WalrusClient;

use super::{display, hand_over::key_of};
use crate::{
	args::VerifyArgs,
	blobs,
	context::{self, Context},
	output::{facts, Output},
	outputs,
	results::{self, ItemProof, Verified},
};

pub(super) async fn fetch(
	context: &Context,
	id: JobId,
	output: &Path,
	job_key: Option<&Path>,
) -> Result<()> {
	let (_, _, at) = context.best().await?;
	let view = context::job(&at, id).await?;
	let store = context.store()?;
	let verified = download(&store, context.out, id, &view).await?;
	let is_private = sealed::is_sealed(&verified.tensors);
	let result = match is_private {
		true => key_of(context, id, &view, job_key).await?.open(&verified, &view.job.artifact)?,
		false => verified.tensors.clone(),
	};
	let responses = responses(context, &store, &at, &view, &result, output).await?;
	let files = outputs::write(responses.as_ref().unwrap_or(&result), &verified.open, output)?;
	let tensors = result.iter().map(|(name, tensor)| {
		(name.to_string(), json!({ "dtype": tensor.dtype().to_string(), "shape": tensor.shape() }))
	});
	let tensors = tensors.collect::<serde_json::Map<_, _>>();
	let agreed = results::agreed(id, &view.job)?;
	let patched = agreed.patch.map(|patch| patch.items);
	let value = json!({
		"job": id,
		"files": files.iter().map(|file| &file.path).collect::<Vec<_>>(),
		"bytes": files.iter().map(|file| file.bytes).sum::<u64>(),
		"items": result.items(),
		"root": verified.root,
		"runAgain": patched,
		"withoutResult": verified.open,
		"private": is_private,
		"tensors": tensors,
	});
	context.out.result(&value, || {
		let shapes = result
			.iter()
			.map(|(name, tensor)| format!("{name}: {} {:?}", tensor.dtype(), tensor.shape()));
		let mut lines = vec![
			("job", id.to_string()),
			("file", files.iter().map(outputs::File::to_string).collect::<Vec<_>>().join("\n")),
			("tensors", shapes.collect::<Vec<_>>().join("\n")),
			("root", format!("{:?}", verified.root)),
		];
		if let Some(patched) = &patched {
			lines.push(("run again", display::items(patched)));
		}
		if !verified.open.is_empty() {
			let open = format!("{}; zeros in the file, or null", display::items(&verified.open));
			lines.push(("WITHOUT result", open));
		}
		let checked = match patched {
			None => "size, digest, items and Merkle root are those on chain",
			Some(_) => "sizes, digests, items and both Merkle roots are those on chain",
		};
		lines.push(("checked", checked.into()));
		if is_private {
			lines.push(("private", "opened with the key of the job".into()));
		}
		facts(lines).to_string()
	})
}

/// The responses in JSON of an answer that has vectors alone, if that is what the file is for.
async fn responses(
	context: &Context,
	store: &WalrusClient,
	at: &At,
	view: &JobView,
	result: &TensorMap,
	output: &Path,
) -> Result<Option<TensorMap>> {
	let alone = result.documents().is_none() && result.tensor(FEATURES).is_some();
	if !(alone && outputs::is_json(output)) {
		return Ok(None);
	}
	let request = &view.job.request;
	let VariantId { model, index } = request.variant;
	let variants = context::model(at, model).await?.variants;
	let variant = variants.get(usize::from(index)).context("the chain lost a variant")?;
	let artifact = Payload::Blob(variant.artifact);
	let artifact = blobs::fetch(store, context.out, "the model", &artifact).await?;
	let input = blobs::fetch(store, context.out, "the input", &request.input).await?;
	let package = Package::read(&artifact)?;
	let responses = vectors::responses(&package, &TensorMap::from_bytes(&input)?, result)
		.context("write the result as tensors, to a file.safetensors")?;
	Ok(Some(responses))
}

/// Fetches what the executors of a job agreed on, and checks it against the chain.
///
/// # Errors
/// If nothing was agreed on, the store does not have it, or has something else.
pub async fn download(
	store: &WalrusClient,
	out: Output,
	id: JobId,
	view: &JobView,
) -> Result<Verified> {
	let agreed = results::agreed(id, &view.job)?;
	let base = blobs::fetch(store, out, "the result", &agreed.base.output).await?;
	let patch = match agreed.patch {
		None => None,
		Some(patch) => {
			Some(blobs::fetch(store, out, "the items run again", &patch.answer.output).await?)
		},
	};
	Ok(results::verify(id, &view.job, &base, patch.as_deref())?)
}

pub(super) async fn verify(context: &Context, args: VerifyArgs) -> Result<()> {
	let (_, _, at) = context.best().await?;
	let view = context::job(&at, args.id).await?;
	let proof = match (&args.proof, args.item) {
		(Some(file), item) => {
			let proof = load(file)?;
			if proof.job != args.id {
				bail!("{} is about job {}, not {}", file.display(), proof.job, args.id);
			}
			if item.is_some_and(|item| item != proof.item) {
				bail!(
					"{} is about item {}; leave --item out to check it",
					file.display(),
					proof.item
				);
			}
			proof
		},
		(None, Some(item)) => {
			let store = context.store()?;
			download(&store, context.out, args.id, &view).await?.prove(args.id, item)?
		},
		(None, None) => bail!("say which item with --item, or give a proof with --proof"),
	};
	let here = proof.holds(&view.job)?;
	let on_chain = at.verify_item(proof.job, proof.item, proof.digest, proof.proof.clone()).await?;
	if let Some(file) = &args.save {
		fs::write(file, serde_json::to_vec_pretty(&proof)?)
			.with_context(|| format!("cannot write {}", file.display()))?;
	}
	let value = json!({ "proof": proof, "here": here, "onChain": on_chain });
	context.out.result(&value, || {
		let verdict = |holds| if holds { "the proof holds" } else { "the proof does NOT hold" };
		let chain = match on_chain {
			Ok(()) => verdict(true).into(),
			Err(error) => format!("{}: {error:?}", verdict(false)),
		};
		facts([
			("job", proof.job.to_string()),
			("item", proof.item.to_string()),
			("digest", format!("{:?}", proof.digest)),
			("path", format!("{} hashes", proof.proof.len())),
			("computed here", verdict(here).into()),
			("asked the chain", chain),
		])
		.to_string()
	})?;
	if !here || on_chain.is_err() {
		bail!("item {} is not what the executors of job {} agreed on", proof.item, proof.job);
	}
	Ok(())
}

fn load(file: &Path) -> Result<ItemProof> {
	let text = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
	serde_json::from_slice(&text).with_context(|| {
		format!("{} is not a proof as `tercet job verify --save` writes it", file.display())
	})
}
