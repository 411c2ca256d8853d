//! `tercet job hand-over`: the key of a private job, for whoever is drawn to run it.
//!
//! Executors are known when they have been drawn, and more may be drawn later, so this goes on until
//! the job has ended, and a review of it, if there is one.

use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
};

use anyhow::{bail, Context as _, Result};
use codec::Decode;
use futures::StreamExt;
use tercet_chain_client::{calls, keys, At, ChainClient, Error, Keypair};
use tercet_primitives::{
	apis::JobView, AccountId32, Envelope, ExecutorPublicKey, JobId, PoolId, SeatState, MAX_SEATS,
};
use tercet_privacy::{seal_for, JobKey, Sealed};

use super::{display, watch::follow};
use crate::{
	blobs,
	context::{self, Context},
	output::Output,
	private::KeptKey,
	storage,
};

/// Providers of a pool that are looked at.
const MOST_PROVIDERS: u32 = 4096;

pub(super) async fn run(context: &Context, id: JobId, file: Option<&Path>) -> Result<()> {
	let signer = context.key()?;
	let (chain, _, at) = context.best().await?;
	let view = context::job(&at, id).await?;
	let kept = key_of(context, id, &view, file).await?;
	if view.job.requester != keys::account_id(&signer) {
		bail!("job {id} is of {}: give that account's key with --key", view.job.requester);
	}
	let view = follow_and_hand_over(&chain, context.out, &signer, id, &kept.key).await?;
	context.out.result(&display::value(id, &view), || display::details(id, &view))
}

/// The key of a job, as its input names it.
///
/// # Errors
/// If the job is not private, or its key is not here.
pub(super) async fn key_of(
	context: &Context,
	id: JobId,
	view: &JobView,
	file: Option<&Path>,
) -> Result<KeptKey> {
	let store = context.store()?;
	let input = blobs::fetch(&store, context.out, "the input", &view.job.request.input).await?;
	let Sealed { commitment, .. } = Sealed::peek(&input)
		.with_context(|| format!("job {id} is not private: its input is open to all"))?;
	KeptKey::load(commitment, file)
}

/// Says how many of the pool's providers can be handed keys.
///
/// # Errors
/// If there are fewer than `executors`.
pub(super) async fn enough_keys(out: Output, at: &At, pool: PoolId, executors: u32) -> Result<()> {
	let providers = at.pool_providers(pool, MOST_PROVIDERS).await?;
	let keys = at.executor_keys(&providers).await?;
	let with_key = keys.iter().flatten().count();
	if with_key < executors as usize {
		bail!(
			"a private job of {executors} executors needs as many providers with keys, and the pool has {with_key} among {}: wait for more, or submit without --private",
			providers.len()
		);
	}
	if with_key < providers.len() {
		out.note(format!(
			"{} of {} providers have no key: if one of them is drawn, it abstains, and others are drawn",
			providers.len() - with_key,
			providers.len()
		));
	}
	Ok(())
}

/// Shows where a job stands until it has ended, and hands its key to whoever is drawn meanwhile.
///
/// # Errors
/// If the chain does not answer any more, or refuses the keys.
pub(super) async fn follow_and_hand_over(
	chain: &ChainClient,
	out: Output,
	signer: &Keypair,
	id: JobId,
	key: &JobKey,
) -> Result<JobView> {
	let mut handing = Handing { chain, out, signer, id, key, handed: BTreeMap::new() };
	let (view, ()) = futures::try_join!(follow(chain, out, id), handing.run())?;
	Ok(view)
}

/// The handing over of one key.
struct Handing<'a> {
	chain: &'a ChainClient,
	out: Output,
	signer: &'a Keypair,
	id: JobId,
	key: &'a JobKey,
	/// Who was handed it, sealed for which key; for none if nothing could be.
	handed: BTreeMap<AccountId32, Option<ExecutorPublicKey>>,
}

/// Who has to do with a job.
struct Drawn {
	/// Executors, and reviewers, who have not answered.
	awaited: Vec<AccountId32>,
	/// All of them.
	all: BTreeSet<AccountId32>,
	/// Whether nobody will be drawn any more.
	ended: bool,
}

impl Handing<'_> {
	async fn run(&mut self) -> Result<()> {
		let mut heads = self.chain.heads().await?;
		loop {
			match self.step().await {
				Ok(true) => return Ok(()),
				Ok(false) => {},
				Err(error) if error.is_transient() => {
					tracing::warn!(%error, "cannot hand over the key; trying again");
				},
				Err(error) => return Err(error).context("cannot hand over the job's key"),
			}
			let _ = heads.next().await.context("the stream of blocks ended")?;
		}
	}

	/// Does what is due at the best block; whether nothing will be due any more.
	async fn step(&mut self) -> Result<bool, Error> {
		let at = self.chain.at(self.chain.best().await?.hash);
		let Some(drawn) = self.drawn(&at).await? else { return Ok(false) };
		if drawn.ended {
			match self.take_back(&at, drawn.all).await {
				Err(error) if error.is_transient() => return Err(error),
				Err(error) => self.out.note(format!(
					"what the chain holds for the envelopes is not taken back: {error}"
				)),
				Ok(()) => {},
			}
			return Ok(true);
		}
		let keys = at.executor_keys(&drawn.awaited).await?;
		let mut envelopes = Vec::new();
		for (executor, key) in drawn.awaited.into_iter().zip(keys) {
			if self.handed.get(&executor) == Some(&key) {
				continue;
			}
			match key.and_then(|key| Some((key, seal_for(self.key, &key).ok()?))) {
				Some((key, envelope)) => envelopes.push((executor, key, envelope)),
				None => {
					self.out.note(format!("{executor} was drawn and has no key: it will abstain"));
					self.handed.insert(executor, key);
				},
			}
		}
		for some in envelopes.chunks(MAX_SEATS as usize) {
			let list: Vec<(AccountId32, Envelope)> =
				some.iter().map(|(executor, _, envelope)| (executor.clone(), *envelope)).collect();
			let call = calls::hand_over(self.key.commitment(), list);
			match self.chain.submit(self.signer, call).await {
				// Somebody withdrew a key meanwhile.
				Err(error) if error.dispatch("Privacy") == Some("NoKey") => return Ok(false),
				outcome => outcome.map(drop)?,
			}
			for (executor, key, _) in some {
				self.out.note(format!("handed the key to {executor}"));
				self.handed.insert(executor.clone(), Some(*key));
			}
		}
		Ok(false)
	}

	/// Everybody who was drawn; `None` if this fork does not know the job.
	async fn drawn(&self, at: &At) -> Result<Option<Drawn>, Error> {
		let Some(view) = at.job(self.id).await? else { return Ok(None) };
		let review = match review_of(at, self.id).await? {
			Some(review) => at.job(review).await?,
			None => None,
		};
		let mut drawn = Drawn { awaited: Vec::new(), all: BTreeSet::new(), ended: true };
		for view in [Some(view), review].into_iter().flatten() {
			let ended = view.job.state.is_terminal();
			drawn.ended &= ended;
			for seat in view.committee.into_iter().flat_map(|committee| committee.seats) {
				if !ended && seat.state == SeatState::Awaited {
					drawn.awaited.push(seat.executor.clone());
				}
				drawn.all.insert(seat.executor);
			}
		}
		Ok(Some(drawn))
	}

	/// Removes the envelopes, of earlier commands too; their deposits return.
	async fn take_back(&self, at: &At, drawn: BTreeSet<AccountId32>) -> Result<(), Error> {
		let (owner, commitment) = (keys::account_id(self.signer), self.key.commitment());
		let mut recipients = drawn;
		recipients.extend(self.handed.keys().cloned());
		let mut left = Vec::new();
		for recipient in recipients {
			if at.envelope(&owner, commitment, &recipient).await?.is_some() {
				left.push(recipient);
			}
		}
		for some in left.chunks(MAX_SEATS as usize) {
			self.chain.submit(self.signer, calls::take_back(commitment, some.to_vec())).await?;
		}
		Ok(())
	}
}

/// The job that reviews `job`, if there is one. Nobody else's job is handed a key, whatever its input
/// is: anybody can submit a copy.
async fn review_of(at: &At, job: JobId) -> Result<Option<JobId>, Error> {
	let bytes = at.storage(&storage::entry("Verification", "ReviewOf", job)).await?;
	Ok(bytes.and_then(|bytes| JobId::decode(&mut &bytes[..]).ok()))
}
