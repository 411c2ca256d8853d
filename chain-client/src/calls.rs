//! Every call that Tercet's users make.
//!
//! Arguments are encoded here; pallet and call indices, and whether an amount is compact, are looked
//! up in the metadata of the chain when the call is submitted, where its shape is checked too.

use codec::Encode;
use tercet_primitives::{
	hashing::Salt, AccountId32, Answer, Balance, JobId, JobRequest, ModelId, Permill, PoolId,
	Variant, H256,
};

/// A call, ready to be submitted with [`ChainClient::submit`](crate::ChainClient::submit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
	pub(crate) pallet: &'static str,
	pub(crate) name: &'static str,
	pub(crate) args: Vec<Arg>,
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Arg {
	/// Encoded as on chain.
	Encoded(Vec<u8>),
	/// An amount, compact or not as the chain wants it.
	Amount(Balance),
	/// A list of calls.
	Calls(Vec<Call>),
}

impl Call {
	/// Any call, by its names in the metadata and with encoded arguments.
	pub fn new(pallet: &'static str, name: &'static str, args: Vec<Vec<u8>>) -> Self {
		Self { pallet, name, args: args.into_iter().map(Arg::Encoded).collect() }
	}

	/// Name of the pallet.
	pub fn pallet(&self) -> &'static str {
		self.pallet
	}

	/// Name of the call within its pallet.
	pub fn name(&self) -> &'static str {
		self.name
	}
}

fn call(pallet: &'static str, name: &'static str, args: Vec<Arg>) -> Call {
	Call { pallet, name, args }
}

fn arg(value: impl Encode) -> Arg {
	Arg::Encoded(value.encode())
}

/// Publishes a model. `name`, `task` and `licence` are at most 64 bytes each; there is at least one
/// variant. The model's id is in the event `ModelRegistry.Published`.
pub fn publish_model(
	name: &str,
	task: &str,
	licence: &str,
	royalty: Permill,
	variants: Vec<Variant>,
) -> Call {
	let args = vec![arg(name), arg(task), arg(licence), arg(royalty), arg(variants)];
	call("ModelRegistry", "publish", args)
}

/// Adds a variant to one's own model.
pub fn add_variant(model: ModelId, variant: Variant) -> Call {
	call("ModelRegistry", "add_variant", vec![arg(model), arg(variant)])
}

/// Bonds `amount` planck more as a provider.
pub fn bond(amount: Balance) -> Call {
	call("ProviderStaking", "bond", vec![Arg::Amount(amount)])
}

/// Starts to take `amount` planck out of the bond.
pub fn unbond(amount: Balance) -> Call {
	call("ProviderStaking", "unbond", vec![Arg::Amount(amount)])
}

/// Frees what has finished unbonding.
pub fn withdraw_unbonded() -> Call {
	call("ProviderStaking", "withdraw_unbonded", vec![])
}

/// Offers to run a variant under a class for at least `least_price` planck per work unit.
pub fn offer(pool: PoolId, least_price: Balance) -> Call {
	call("ProviderStaking", "offer", vec![arg(pool), Arg::Amount(least_price)])
}

/// Changes the least price of an offer.
pub fn update_offer(pool: PoolId, least_price: Balance) -> Call {
	call("ProviderStaking", "update_offer", vec![arg(pool), Arg::Amount(least_price)])
}

/// Takes an offer back.
pub fn withdraw_offer(pool: PoolId) -> Call {
	call("ProviderStaking", "withdraw_offer", vec![arg(pool)])
}

/// Enters the pools of all offers.
pub fn go_available() -> Call {
	call("ProviderStaking", "go_available", vec![])
}

/// Leaves all pools; jobs in hand stay.
pub fn go_unavailable() -> Call {
	call("ProviderStaking", "go_unavailable", vec![])
}

/// Asks for a job. Its id is in the event `JobMarket.Submitted`.
pub fn submit_job(request: JobRequest) -> Call {
	call("JobMarket", "submit", vec![arg(request)])
}

/// Commits to an answer.
pub fn commit(job: JobId, commitment: H256) -> Call {
	call("Verification", "commit", vec![arg(job), arg(commitment)])
}

/// Opens a commitment.
pub fn reveal(job: JobId, answer: Answer, salt: Salt) -> Call {
	call("Verification", "reveal", vec![arg(job), arg(answer), arg(salt)])
}

/// Sends `value` planck, unless that would close the sender's account.
pub fn transfer_keep_alive(to: AccountId32, value: Balance) -> Call {
	// The first variant of `MultiAddress` is `Id`.
	call("Balances", "transfer_keep_alive", vec![arg((0u8, to)), Arg::Amount(value)])
}

/// Makes all calls or none.
pub fn batch_all(calls: Vec<Call>) -> Call {
	call("Utility", "batch_all", vec![Arg::Calls(calls)])
}
