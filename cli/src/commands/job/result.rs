//! `tercet job result` and `tercet job verify`: nothing here is believed, everything is compared
//! with the chain.

use std::{fs, path::Path};

use anyhow::{bail, Context as _, Result};
use serde_json::json;
use tercet_primitives::{apis::JobView, JobId};

use crate::{
	amounts::size,
	args::VerifyArgs,
	blobs,
	context::{self, Context},
	output::facts,
	results::{self, ItemProof, Verified},
};

pub(super) async fn fetch(context: &Context, id: JobId, output: &Path) -> Result<()> {
	let (_, _, at) = context.best().await?;
	let view = context::job(&at, id).await?;
	let (bytes, verified) = download(context, id, &view).await?;
	fs::write(output, &bytes).with_context(|| format!("cannot write {}", output.display()))?;
	let tensors = verified.tensors.iter().map(|(name, tensor)| {
		(name.to_string(), json!({ "dtype": tensor.dtype().to_string(), "shape": tensor.shape() }))
	});
	let tensors = tensors.collect::<serde_json::Map<_, _>>();
	let value = json!({
		"job": id,
		"file": output,
		"bytes": bytes.len(),
		"items": verified.tensors.items(),
		"root": verified.root,
		"tensors": tensors,
	});
	context.out.result(&value, || {
		let shapes = verified
			.tensors
			.iter()
			.map(|(name, tensor)| format!("{name}: {} {:?}", tensor.dtype(), tensor.shape()));
		facts([
			("job", id.to_string()),
			("file", format!("{} ({})", output.display(), size(bytes.len() as u64))),
			("tensors", shapes.collect::<Vec<_>>().join("\n")),
			("root", format!("{:?}", verified.root)),
			("checked", "size, digest, items and Merkle root are those on chain".into()),
		])
		.to_string()
	})
}

async fn download(context: &Context, id: JobId, view: &JobView) -> Result<(Vec<u8>, Verified)> {
	let answer = results::agreed(id, view)?;
	let bytes = blobs::fetch(&context.store()?, context.out, "the result", &answer.output).await?;
	let verified = results::verify(id, view, &bytes)?;
	Ok((bytes, verified))
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
		(None, Some(item)) => download(context, args.id, &view).await?.1.prove(args.id, item)?,
		(None, None) => bail!("say which item with --item, or give a proof with --proof"),
	};
	let here = proof.holds(&view)?;
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
