//! Canaries: a requester who knows the result of one item hides that it does, and shows it
//! afterwards if the executors agreed on something else.

use std::{
	ffi::OsString,
	fs,
	path::{Path, PathBuf},
};

use anyhow::{bail, Context as _, Result};
use serde::{Deserialize, Serialize};
use tercet_chain_client::calls;
use tercet_primitives::{
	hashing::{self, Salt},
	Agreement, JobId, H256,
};
use tercet_tensors::TensorMap;

use super::download;
use crate::{
	args::{CanarySource, OpenCanaryArgs},
	commands::transaction::send,
	context::{self, Context},
	receipt::Hex,
};

/// What is needed to open a canary: kept secret until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryFile {
	/// First block of the chain that the job was submitted to.
	pub genesis: H256,
	/// The job, once it was submitted.
	pub job: Option<JobId>,
	/// The item whose result is known.
	pub item: u32,
	/// Digest of that result.
	pub digest: H256,
	salt: Hex,
}

impl CanaryFile {
	/// A canary with a fresh salt, for the result that `source` has, as executors will `seal` it.
	///
	/// # Errors
	/// If the file is not the result of one item, or the job has fewer items.
	pub fn new(
		genesis: H256,
		source: &CanarySource,
		items: u32,
		seal: impl FnOnce(TensorMap) -> Result<TensorMap>,
	) -> Result<Self> {
		let path = source.file.display();
		if source.item >= items {
			bail!("--canary names item {}, and the input has {items}, counted from 0", source.item);
		}
		let bytes = fs::read(&source.file).with_context(|| format!("cannot read {path}"))?;
		let result = TensorMap::from_bytes(&bytes)
			.with_context(|| format!("{path} is not a result (safetensors)"))?;
		if result.items() != 1 {
			bail!("{path} has {} items where the result of one is needed", result.items());
		}
		let [digest] = seal(result)?.item_digests()[..] else {
			bail!("{path} is not sealed as one item");
		};
		let salt = Hex(rand::random::<Salt>().to_vec());
		Ok(Self { genesis, job: None, item: source.item, digest, salt })
	}

	/// Reads a canary.
	///
	/// # Errors
	/// If the file is none.
	pub fn read(path: &Path) -> Result<Self> {
		let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
		let file: Self = serde_json::from_slice(&bytes).with_context(|| {
			format!("{} is not what `tercet job submit --canary` writes", path.display())
		})?;
		file.salt()?;
		Ok(file)
	}

	/// Where the canary of a job over that input is kept.
	pub fn path(&self, input: &Path) -> PathBuf {
		let mut name = input.file_stem().map_or_else(|| "input".into(), OsString::from);
		// The commitment tells canaries of one input apart; it is public, unlike the salt.
		let commitment = self.commitment().map(hex::encode).unwrap_or_default();
		name.push(format!(".{}.canary.json", commitment.get(..8).unwrap_or_default()));
		input.with_file_name(name)
	}

	/// Writes it, readable for its owner alone.
	///
	/// # Errors
	/// If the file cannot be written.
	pub fn write(&self, path: &Path) -> Result<()> {
		use std::{io::Write, os::unix::fs::OpenOptionsExt};
		let cannot = || format!("cannot write the canary to {}", path.display());
		let mut options = fs::OpenOptions::new();
		let mut file = options
			.write(true)
			.create(true)
			.truncate(true)
			.mode(0o600)
			.open(path)
			.with_context(cannot)?;
		file.write_all(&serde_json::to_vec_pretty(self)?).with_context(cannot)
	}

	/// The salt.
	///
	/// # Errors
	/// If it does not have 32 bytes.
	pub fn salt(&self) -> Result<Salt> {
		let salt = Salt::try_from(&self.salt.0[..]);
		salt.ok().context("the canary's salt does not have 32 bytes")
	}

	/// What the job carries.
	///
	/// # Errors
	/// If the salt does not have 32 bytes.
	pub fn commitment(&self) -> Result<H256> {
		Ok(hashing::canary(&self.genesis, self.item, &self.digest, &self.salt()?))
	}
}

pub(super) async fn open(context: &Context, args: OpenCanaryArgs) -> Result<()> {
	let file = CanaryFile::read(&args.file)?;
	let id = args.id.or(file.job).context("the file does not know its job; name it with --job")?;
	let (chain, _, at) = context.best().await?;
	if chain.genesis() != file.genesis {
		bail!("the canary is of another chain: {:?}", file.genesis);
	}
	let view = context::job(&at, id).await?;
	if view.job.request.canary != file.commitment()? {
		bail!("job {id} carries another canary than {}", args.file.display());
	}
	if !matches!(view.job.agreement, Agreement::Exact) {
		bail!("job {id} compares answers by similarity, where a canary proves nothing");
	}
	let store = context.store()?;
	let agreed = download(&store, context.out, id, &view).await?.prove(id, file.item)?;
	if agreed.digest == file.digest {
		bail!("item {} of job {id} was answered as it should be: nothing to open", file.item);
	}
	let call = calls::open_canary(calls::OpenCanary {
		job: id,
		index: file.item,
		digest: file.digest,
		salt: file.salt()?,
		agreed: agreed.digest,
		proof: agreed.proof,
	});
	let done = format!(
		"the canary of job {id} is open: item {} was answered wrongly, and a larger committee decides",
		file.item
	);
	send(context, call, &done).await
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_tensors::Tensor;

	fn result(items: usize) -> TensorMap {
		let logits = Tensor::f32(&[items, 2], &vec![1.0; items * 2]).unwrap();
		TensorMap::new([("logits", logits)]).unwrap()
	}

	#[test]
	fn canary_opens_what_the_job_carries_when_written_and_read() {
		let dir = tempfile::tempdir().unwrap();
		let expected = dir.path().join("expected.safetensors");
		fs::write(&expected, result(1).to_canonical_bytes()).unwrap();
		let source = CanarySource { item: 2, file: expected };
		let genesis = H256::repeat_byte(1);
		let file = CanaryFile::new(genesis, &source, 3, Ok).unwrap();
		let path = file.path(&dir.path().join("in.safetensors"));
		assert_eq!(path.parent(), Some(dir.path()));
		file.write(&path).unwrap();
		let read = CanaryFile::read(&path).unwrap();
		assert_eq!(read, file);
		let digest = result(1).item_digests()[0];
		let salt = read.salt().unwrap();
		assert_eq!(read.commitment().unwrap(), hashing::canary(&genesis, 2, &digest, &salt));
		let again = CanaryFile::new(genesis, &source, 3, Ok).unwrap();
		assert_ne!(again.commitment().unwrap(), file.commitment().unwrap(), "a fresh salt");
		assert_ne!(again.path(&path), path);
	}

	#[test]
	fn canary_is_refused_when_it_is_not_the_result_of_one_item_of_the_job() {
		let dir = tempfile::tempdir().unwrap();
		let two = dir.path().join("two.safetensors");
		fs::write(&two, result(2).to_canonical_bytes()).unwrap();
		let make = |item, file: &Path| {
			let source = CanarySource { item, file: file.into() };
			CanaryFile::new(H256::zero(), &source, 3, Ok).map(|_| ()).unwrap_err().to_string()
		};
		assert!(make(0, &two).contains("2 items"));
		assert!(make(3, &two).contains("item 3"));
		assert!(make(0, &dir.path().join("nowhere")).contains("cannot read"));
		fs::write(&two, "no tensors").unwrap();
		assert!(make(0, &two).contains("not a result"));
		assert!(CanaryFile::read(&two).is_err());
	}
}
