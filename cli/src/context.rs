//! What commands share: connections, the key, where output goes.

use std::path::Path;

use anyhow::{bail, Context as _, Result};
use tercet_chain_client::{keys, At, ChainClient, Head, Keypair};
use tercet_primitives::{AccountId32, DeterminismClass, JobId, Model, ModelId, PoolId, VariantId};
use tercet_walrus_client::{Config, WalrusClient};

use crate::{
	args::{Global, VariantChoice},
	output::Output,
};

/// What commands share.
#[derive(Clone, Debug)]
pub struct Context {
	global: Global,
	/// Where results go.
	pub out: Output,
}

impl Context {
	/// From the settings of all commands.
	pub fn new(global: Global) -> Self {
		let out = Output::new(global.json);
		Self { global, out }
	}

	/// The address of `--url`.
	pub fn url(&self) -> &str {
		&self.global.url
	}

	/// A connection to the node of `--url`.
	///
	/// # Errors
	/// If no node answers.
	pub async fn connect(&self) -> Result<ChainClient> {
		Ok(ChainClient::connect(&self.global.url).await?)
	}

	/// A connection, the best block, and questions about it.
	///
	/// # Errors
	/// If no node answers.
	pub async fn best(&self) -> Result<(ChainClient, Head, At)> {
		let chain = self.connect().await?;
		let best = chain.best().await?;
		let at = chain.at(best.hash);
		Ok((chain, best, at))
	}

	/// A client of the stores of `--store`.
	///
	/// # Errors
	/// If an address is malformed.
	pub fn store(&self) -> Result<WalrusClient> {
		store(&self.global.store)
	}

	/// The key of `--key`: a file if there is one of that name, a secret URI otherwise.
	///
	/// # Errors
	/// If there is none, or it is malformed.
	pub fn key(&self) -> Result<Keypair> {
		let Some(key) = &self.global.key else {
			bail!("this needs a key: give one with --key or TERCET_KEY, like //Alice on a devnet, or a file with a secret URI");
		};
		if Path::new(key).is_file() {
			Ok(keys::from_file(key)?)
		} else {
			keys::from_uri(key).context("--key names no file either")
		}
	}

	/// The account of `--key`, if there is one.
	///
	/// # Errors
	/// If it is malformed.
	pub fn own_account(&self) -> Result<Option<AccountId32>> {
		self.global.key.as_ref().map(|_| self.key().map(|key| keys::account_id(&key))).transpose()
	}

	/// `account`, or else that of `--key`.
	///
	/// # Errors
	/// If there is neither, or the key is malformed.
	pub fn account_or_own(&self, account: Option<AccountId32>) -> Result<AccountId32> {
		match account {
			Some(account) => Ok(account),
			None => self
				.own_account()?
				.context("name an account, or give a key with --key or TERCET_KEY"),
		}
	}
}

/// A client of those stores.
///
/// # Errors
/// If an address is malformed.
pub fn store(urls: &[String]) -> Result<WalrusClient> {
	/// More than the largest blob that Walrus takes is not needed; the chain declares each size.
	const MAX_BLOB_SIZE: u64 = 1 << 30;
	let config = Config {
		publishers: urls.to_vec(),
		aggregators: urls.to_vec(),
		max_blob_size: MAX_BLOB_SIZE,
		..Config::default()
	};
	WalrusClient::new(config).context("check --store")
}

/// A model, or an error that says which there are.
///
/// # Errors
/// If there is no such model, or the node does not answer.
pub async fn model(at: &At, id: ModelId) -> Result<Model<AccountId32>> {
	match at.model(id).await? {
		Some(model) => Ok(model),
		None => match at.model_count().await? {
			0 => bail!("there is no model {id}: none has been published; see `tercet model publish --help`"),
			count => bail!("there is no model {id}; there are 0 to {}: see `tercet model list`", count - 1),
		},
	}
}

/// A job, or an error that says which there are.
///
/// # Errors
/// If there is no such job, or the node does not answer.
pub async fn job(at: &At, id: JobId) -> Result<tercet_primitives::apis::JobView> {
	match at.job(id).await? {
		Some(view) => Ok(view),
		None => match at.job_count().await? {
			0 => bail!(
				"there is no job {id}: none has been submitted; see `tercet job submit --help`"
			),
			count => bail!(
				"there is no job {id}; there are 0 to {}, some of them pruned: see `tercet job list`",
				count - 1
			),
		},
	}
}

/// The pool to draw from: that of `class`, if it is said; else the portable one if it has
/// `executors`, or the largest.
///
/// # Errors
/// If the node does not answer.
pub async fn pool(
	at: &At,
	variant: VariantId,
	class: Option<DeterminismClass>,
	executors: u32,
) -> Result<PoolId> {
	if let Some(class) = class {
		return Ok(PoolId { variant, class });
	}
	let portable = PoolId { variant, class: DeterminismClass::Portable };
	let pools = at.pools(variant).await?;
	let preference = |(pool, size): &(PoolId, u32)| {
		let is_portable = *pool == portable;
		(is_portable && *size >= executors, *size, is_portable)
	};
	Ok(pools.into_iter().max_by_key(preference).map_or(portable, |(pool, _)| pool))
}

/// The variant that is meant.
///
/// # Errors
/// If there is none, or more than one.
pub fn variant(
	id: ModelId,
	model: &Model<AccountId32>,
	choice: Option<VariantChoice>,
) -> Result<VariantId> {
	let all = model.variants.iter().map(|variant| variant.precision).zip(0u8..).collect::<Vec<_>>();
	let mut matching = all.iter().filter(|(precision, index)| match choice {
		Some(VariantChoice::Precision(wanted)) => *precision == wanted,
		Some(VariantChoice::Index(wanted)) => *index == wanted,
		None => true,
	});
	let list = all.iter().map(|(precision, index)| format!("{index} ({precision})"));
	let list = list.collect::<Vec<_>>().join(", ");
	match (matching.next(), matching.next()) {
		(Some((_, index)), None) => Ok(VariantId { model: id, index: *index }),
		(None, _) => bail!("model {id} has no such variant; it has {list}"),
		_ => bail!("model {id} has several variants that fit; choose one with --variant: {list}"),
	}
}
