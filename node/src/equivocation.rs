//! Proves that an author has signed two blocks of one slot.
//!
//! BABE's own import looks for that too. But as of polkadot-sdk 2609 it gets headers whose seals have
//! been taken off, so its reports prove nothing: the runtime refuses them
//! (`Babe.InvalidEquivocationProof`). [`Witness`] imports blocks through BABE, and reports with the
//! seals, before BABE does: the pool takes one report of an author and slot, the first.

use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, PoisonError},
};

use polkadot_sdk::{
	sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult},
	sc_consensus_babe::{find_pre_digest, AuthorityId},
	sc_transaction_pool_api::OffchainTransactionPoolFactory,
	sp_api::{ApiExt, ProvideRuntimeApi},
	sp_blockchain::HeaderBackend,
	sp_consensus::BlockOrigin,
	sp_consensus_babe::{BabeApi, Epoch, EquivocationProof, Slot},
	sp_runtime::traits::{Block as BlockT, Header as HeaderT},
};
use tercet_runtime::OpaqueBlock as Block;

use crate::service::FullClient;

type Header = <Block as BlockT>::Header;

/// Slots that are remembered, the newest ones.
const MEMORY: usize = 256;

/// Imports blocks, and reports authors who sign two of one slot.
#[derive(Clone)]
pub struct Witness<I> {
	inner: I,
	client: Arc<FullClient>,
	pool: OffchainTransactionPoolFactory<Block>,
	seen: Arc<Mutex<Seen<Header>>>,
}

/// What authors have signed: a header for each slot and index of an authority.
///
/// On two forks an index may mean different authorities; who it was is looked up when it matters.
#[derive(Debug)]
struct Seen<H>(BTreeMap<(u64, u32), H>);

impl<I> Witness<I> {
	/// Around another import, which decides what becomes of blocks.
	pub fn new(
		inner: I,
		client: Arc<FullClient>,
		pool: OffchainTransactionPoolFactory<Block>,
	) -> Self {
		Self { inner, client, pool, seen: Arc::new(Mutex::new(Seen(BTreeMap::new()))) }
	}

	/// Remembers a sealed header, and reports its author if there is another one of its slot.
	fn look(&self, header: Header) -> Result<(), String> {
		let digest = find_pre_digest::<Block>(&header).map_err(|error| error.to_string())?;
		let (slot, index) = (digest.slot(), digest.authority_index());
		let first = {
			let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
			seen.other(*slot, index, &header)
		};
		let Some(first) = first else { return Ok(()) };
		let offender = self.author(&header, slot, index)?;
		if self.author(&first, slot, index)? != offender {
			return Ok(());
		}
		self.report(EquivocationProof {
			offender,
			slot,
			first_header: first,
			second_header: header,
		})
	}

	/// Whose index it is in the epoch of a header, as its parent knows.
	fn author(&self, header: &Header, slot: Slot, index: u32) -> Result<AuthorityId, String> {
		// One instance answers questions about one block.
		let api = || self.client.runtime_api();
		let parent = *header.parent_hash();
		let mut epoch = api().current_epoch(parent).map_err(|error| error.to_string())?;
		if slot >= end(&epoch) {
			epoch = api().next_epoch(parent).map_err(|error| error.to_string())?;
		}
		let authority = epoch.authorities.get(index as usize);
		authority.map(|(id, _)| id.clone()).ok_or_else(|| "the author is unknown".into())
	}

	fn report(&self, proof: EquivocationProof<Header>) -> Result<(), String> {
		let best = self.client.info().best_hash;
		// In the first block of a session, the parent knows of the session before only.
		let mut owner = None;
		for at in [*proof.second_header.parent_hash(), best] {
			owner = self
				.client
				.runtime_api()
				.generate_key_ownership_proof(at, proof.slot, proof.offender.clone())
				.map_err(|error| error.to_string())?;
			if owner.is_some() {
				break;
			}
		}
		let owner = owner.ok_or("nobody has staked for the author")?;
		tracing::warn!(
			slot = *proof.slot,
			author = %proof.offender,
			"signed two blocks of one slot, which is reported"
		);
		let mut api = self.client.runtime_api();
		api.register_extension(self.pool.offchain_transaction_pool(best));
		api.submit_report_equivocation_unsigned_extrinsic(best, proof, owner)
			.map_err(|error| error.to_string())?;
		Ok(())
	}
}

fn end(epoch: &Epoch) -> Slot {
	epoch.start_slot + epoch.duration
}

impl<H: PartialEq + Clone> Seen<H> {
	/// A header that was signed before for the same slot, if it is another one.
	fn other(&mut self, slot: u64, index: u32, header: &H) -> Option<H> {
		if let Some(first) = self.0.get(&(slot, index)) {
			return (first != header).then(|| first.clone());
		}
		self.0.insert((slot, index), header.clone());
		if self.0.len() > MEMORY {
			self.0.pop_first();
		}
		None
	}
}

#[async_trait::async_trait]
impl<I: BlockImport<Block> + Send + Sync> BlockImport<Block> for Witness<I> {
	type Error = I::Error;

	async fn check_block(
		&self,
		block: BlockCheckParams<Block>,
	) -> Result<ImportResult, Self::Error> {
		self.inner.check_block(block).await
	}

	async fn import_block(
		&self,
		block: BlockImportParams<Block>,
	) -> Result<ImportResult, Self::Error> {
		// Seals were verified before blocks come here. What is synced is old, and was reported.
		if block.origin != BlockOrigin::NetworkInitialSync {
			if let Err(error) = self.look(block.post_header()) {
				// A block is good even if its author is not.
				tracing::warn!(%error, "cannot tell whether an author has signed two blocks");
			}
		}
		self.inner.import_block(block).await
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn other_is_found_when_the_slot_and_the_index_are_the_same() {
		let mut seen = Seen(BTreeMap::new());
		assert_eq!(seen.other(1, 0, &"a"), None);
		assert_eq!(seen.other(1, 0, &"a"), None);
		assert_eq!(seen.other(1, 1, &"b"), None);
		assert_eq!(seen.other(2, 0, &"b"), None);
		assert_eq!(seen.other(1, 0, &"b"), Some("a"));
		assert_eq!(seen.other(1, 0, &"c"), Some("a"));
	}

	#[test]
	fn other_forgets_the_oldest_slots() {
		let mut seen = Seen(BTreeMap::new());
		for slot in 0..1_000 {
			seen.other(slot, 0, &0);
		}
		assert_eq!(seen.0.len(), MEMORY);
		assert_eq!(seen.other(999, 0, &1), Some(0));
		assert_eq!(seen.other(0, 0, &1), None);
	}
}
