//! The market's metrics; `docs/metrics.md` lists them.
//!
//! The runtime counts, off chain, and the node only asks: once for every final block what happened in
//! it, and now and then how the market stands. So nothing here depends on how the runtime keeps it.

mod figures;

use std::sync::Arc;

use futures::StreamExt;
use polkadot_sdk::{
	sc_client_api::BlockchainEvents,
	sp_api::{ApiError, ApiExt, ProvideRuntimeApi},
	sp_blockchain::HeaderBackend,
	sp_runtime::traits::Header,
};
use tercet_primitives::{apis::metrics::MetricsApi, BlockNumber};
use tercet_runtime::{Hash, OpaqueBlock as Block};

use crate::service::FullClient;

pub use figures::MarketMetrics;

/// The version of [`MetricsApi`] that this node knows.
const VERSION: u32 = 1;

/// Final blocks between two looks at the whole market.
const STATE_PERIOD: BlockNumber = 30;

/// Blocks that become final at once and are counted; of more, the newest. States of older ones are
/// gone, and a node that syncs has better things to do.
const MOST_BLOCKS: usize = 256;

/// Counts, until the node stops. Blocking: it runs the runtime.
pub async fn run(client: Arc<FullClient>, metrics: MarketMetrics) {
	let mut watch = Watch { client, metrics, state_due: 0, strange: None };
	let info = watch.client.info();
	watch.look(info.finalized_number, info.finalized_hash);
	let mut finality = watch.client.finality_notification_stream();
	while let Some(notification) = finality.next().await {
		let number = *notification.header.number();
		let before = notification.tree_route.iter();
		let skipped = notification.tree_route.len().saturating_sub(MOST_BLOCKS);
		for hash in before.skip(skipped).chain([&notification.hash]) {
			watch.count(*hash);
		}
		watch.metrics.counted_to(number);
		if number >= watch.state_due {
			watch.look(number, notification.hash);
		}
	}
}

struct Watch {
	client: Arc<FullClient>,
	metrics: MarketMetrics,
	/// When the state is looked at next.
	state_due: BlockNumber,
	/// The version of the API that was complained about.
	strange: Option<Option<u32>>,
}

impl Watch {
	fn count(&mut self, block: Hash) {
		if !self.knows(block) {
			return;
		}
		match self.client.runtime_api().market_activity(block) {
			Ok(activity) => self.metrics.count(&activity),
			Err(error) => self.missed(block, &error),
		}
	}

	fn look(&mut self, number: BlockNumber, block: Hash) {
		self.state_due = number.saturating_add(STATE_PERIOD);
		if !self.knows(block) {
			return;
		}
		match self.client.runtime_api().market_state(block) {
			Ok(state) => self.metrics.show(number, &state),
			Err(error) => self.missed(block, &error),
		}
	}

	/// Whether the block's runtime answers in the way that this node knows.
	fn knows(&mut self, block: Hash) -> bool {
		match self.client.runtime_api().api_version::<dyn MetricsApi<Block>>(block) {
			Ok(Some(VERSION)) => true,
			Ok(other) => {
				if self.strange != Some(other) {
					tracing::warn!(
						target: "metrics",
						"the runtime has version {other:?} of MetricsApi and this node knows \
						 {VERSION}: upgrade it for metrics of the market",
					);
					self.strange = Some(other);
				}
				false
			},
			Err(error) => {
				self.missed(block, &error);
				false
			},
		}
	}

	/// A state may be missing, after a warp sync for one.
	fn missed(&self, block: Hash, error: &ApiError) {
		tracing::debug!(target: "metrics", ?block, %error, "not counted");
	}
}
