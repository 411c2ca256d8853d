//! What the node answers over RPC, besides what every Substrate node does.

mod amount;
mod error;
mod jobs;
mod market;
mod quote;
mod receipt;
mod update;

use std::sync::Arc;

use jsonrpsee::RpcModule;
use polkadot_sdk::{
	pallet_transaction_payment_rpc, sc_consensus_babe, sc_consensus_babe_rpc,
	sc_consensus_grandpa as grandpa, sc_consensus_grandpa_rpc, sc_rpc, sp_keystore::KeystorePtr,
	substrate_frame_rpc_system,
};
use tercet_runtime::{BlockNumber, Hash, OpaqueBlock as Block};

use crate::service::{FullBackend, FullClient, FullSelectChain, TransactionPool};

pub use jobs::Jobs;

/// What the handlers need.
pub struct Deps {
	/// The chain.
	pub client: Arc<FullClient>,
	/// Transactions on their way.
	pub pool: Arc<TransactionPool>,
	/// Which head is best.
	pub select_chain: FullSelectChain,
	/// Session keys.
	pub keystore: KeystorePtr,
	/// Epochs of BABE.
	pub babe: sc_consensus_babe::BabeWorkerHandle<Block>,
	/// What GRANDPA is voting on.
	pub grandpa: Grandpa,
	/// Jobs that somebody subscribes to.
	pub jobs: Arc<Jobs>,
	/// Runs subscriptions.
	pub executor: sc_rpc::SubscriptionTaskExecutor,
}

/// What the GRANDPA handler needs.
pub struct Grandpa {
	/// State of the voter.
	pub voter_state: grandpa::SharedVoterState,
	/// Who votes.
	pub authority_set: grandpa::SharedAuthoritySet<Hash, BlockNumber>,
	/// Justifications as they come.
	pub justifications: grandpa::GrandpaJustificationStream<Block>,
	/// Proofs of finality.
	pub finality: Arc<grandpa::FinalityProofProvider<FullBackend, Block>>,
}

/// All handlers.
pub fn create(
	deps: Deps,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync + 'static>> {
	use market::{Market, MarketApiServer};
	use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
	use sc_consensus_babe_rpc::{Babe, BabeApiServer};
	use sc_consensus_grandpa_rpc::{Grandpa as GrandpaRpc, GrandpaApiServer};
	use substrate_frame_rpc_system::{System, SystemApiServer};

	let Deps { client, pool, select_chain, keystore, babe, grandpa, jobs, executor } = deps;
	let Grandpa { voter_state, authority_set, justifications, finality } = grandpa;
	let mut module = RpcModule::new(());
	module.merge(System::new(client.clone(), pool).into_rpc())?;
	module.merge(TransactionPayment::new(client.clone()).into_rpc())?;
	module.merge(Babe::new(client.clone(), babe, keystore, select_chain).into_rpc())?;
	module.merge(
		GrandpaRpc::new(executor.clone(), authority_set, voter_state, justifications, finality)
			.into_rpc(),
	)?;
	module.merge(Market { client, jobs, executor }.into_rpc())?;
	Ok(module)
}
