//! What the node answers about the market; `docs/rpc.md` describes it for those who ask.

use std::sync::Arc;

use jsonrpsee::{
	core::{async_trait, RpcResult},
	proc_macros::rpc,
	PendingSubscriptionSink, SubscriptionMessage,
};
use polkadot_sdk::sc_rpc::{utils::spawn_subscription_task, SubscriptionTaskExecutor};
use tercet_primitives::{DeterminismClass, JobId, ModelId, PoolId, Redundancy, VariantId};
use tercet_runtime::Hash;

use super::{
	amount::Amount,
	jobs::{Follower, Jobs},
	quote::{self, Answer},
	receipt::{self, Receipt},
};
use crate::service::FullClient;

/// Questions about the market that runtime APIs alone cannot answer.
#[rpc(server)]
pub trait MarketApi {
	/// What a job would cost, and the supply curve of its pool.
	#[method(name = "tercet_quote", blocking)]
	fn quote(
		&self,
		model: ModelId,
		variant: u8,
		items: u32,
		price: Option<Amount>,
		redundancy: Option<Redundancy>,
		class: Option<DeterminismClass>,
	) -> RpcResult<Answer>;

	/// What a final block's state has on a job, with a proof.
	#[method(name = "tercet_proveReceipt", blocking)]
	fn prove_receipt(&self, job: JobId, at: Option<Hash>) -> RpcResult<Receipt>;

	/// Where a job stands, whenever that changes, until its end is final.
	#[subscription(
		name = "tercet_subscribeJob" => "tercet_job",
		unsubscribe = "tercet_unsubscribeJob",
		item = crate::rpc::update::Update
	)]
	fn subscribe_job(&self, job: JobId);
}

/// Answers.
pub struct Market {
	/// The chain.
	pub client: Arc<FullClient>,
	/// Follows jobs.
	pub jobs: Arc<Jobs>,
	/// Runs subscriptions.
	pub executor: SubscriptionTaskExecutor,
}

#[async_trait]
impl MarketApiServer for Market {
	fn quote(
		&self,
		model: ModelId,
		variant: u8,
		items: u32,
		price: Option<Amount>,
		redundancy: Option<Redundancy>,
		class: Option<DeterminismClass>,
	) -> RpcResult<Answer> {
		let variant = VariantId { model, index: variant };
		let pool = PoolId { variant, class: class.unwrap_or(DeterminismClass::Portable) };
		quote::quote(&self.client, pool, items, redundancy.unwrap_or_default(), price)
	}

	fn prove_receipt(&self, job: JobId, at: Option<Hash>) -> RpcResult<Receipt> {
		receipt::prove(&self.client, job, at)
	}

	fn subscribe_job(&self, pending: PendingSubscriptionSink, job: JobId) {
		let jobs = self.jobs.clone();
		spawn_subscription_task(&self.executor, async move {
			match jobs.follow(job) {
				Ok(follower) => forward(pending, follower).await,
				Err(error) => pending.reject(error).await,
			}
		});
	}
}

/// Sends updates until the last one, or until nobody listens.
async fn forward(pending: PendingSubscriptionSink, mut follower: Follower) {
	let Ok(sink) = pending.accept().await else { return };
	loop {
		let update = follower.updates.borrow_and_update().clone();
		let Ok(message) = SubscriptionMessage::from_json(&*update) else { return };
		if sink.send(message).await.is_err() || update.finalized {
			return;
		}
		tokio::select! {
			changed = follower.updates.changed() => if changed.is_err() { return },
			() = sink.closed() => return,
		}
	}
}
