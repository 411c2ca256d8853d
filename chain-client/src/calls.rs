//! Every call that Tercet's users make.
//!
//! Arguments are encoded here; pallet and call indices, and whether an amount is compact, are looked
//! up in the metadata of the chain when the call is submitted, where its shape is checked too.

use codec::Encode;
use tercet_primitives::{
	hashing::Salt, AccountId32, Balance, Duty, Envelope, ExecutorPublicKey, JobId, JobRequest,
	ModelId, Permill, PoolId, Variant, H256,
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
	/// One call.
	Call(Box<Call>),
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

/// A model to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewModel<'a> {
	/// Name for people, at most 64 bytes.
	pub name: &'a str,
	/// Task, in the vocabulary of the Hugging Face Hub, or `tensor`; at most 64 bytes.
	pub task: &'a str,
	/// Licence of the weights, as an SPDX expression of at most 64 bytes.
	pub licence: &'a str,
	/// Paid to the author on top of what the executors earn, as a share of it.
	pub royalty: Permill,
	/// The published model that it was made from.
	pub parent: Option<ModelId>,
	/// Share of their own royalty that models made from this one pass on to it.
	pub derivative_share: Permill,
	/// At least one.
	pub variants: Vec<Variant>,
}

/// Publishes a model. Its id is in the event `ModelRegistry.Published`.
pub fn publish_model(model: NewModel<'_>) -> Call {
	let NewModel { name, task, licence, royalty, parent, derivative_share, variants } = model;
	let args = vec![
		arg(name),
		arg(task),
		arg(licence),
		arg(royalty),
		arg(parent),
		arg(derivative_share),
		arg(variants),
	];
	call("ModelRegistry", "publish", args)
}

/// Adds a variant to a model that one owns or manages.
pub fn add_variant(model: ModelId, variant: Variant) -> Call {
	call("ModelRegistry", "add_variant", vec![arg(model), arg(variant)])
}

/// Offers one's own model to another account, or takes the offer back with `None`.
pub fn offer_transfer(model: ModelId, to: Option<AccountId32>) -> Call {
	call("ModelRegistry", "offer_transfer", vec![arg(model), arg(to)])
}

/// Takes over a model that was offered, and its deposit.
pub fn accept_transfer(model: ModelId) -> Call {
	call("ModelRegistry", "accept_transfer", vec![arg(model)])
}

/// Names all who may manage one's own model besides oneself, at most
/// [`MAX_MANAGERS`](tercet_primitives::MAX_MANAGERS).
pub fn set_managers(model: ModelId, managers: Vec<AccountId32>) -> Call {
	call("ModelRegistry", "set_managers", vec![arg(model), arg(managers)])
}

/// Advises against a model that one owns or manages. It can still be run.
pub fn deprecate(model: ModelId, successor: Option<ModelId>) -> Call {
	call("ModelRegistry", "deprecate", vec![arg(model), arg(successor)])
}

/// Takes that advice back.
pub fn undeprecate(model: ModelId) -> Call {
	call("ModelRegistry", "undeprecate", vec![arg(model)])
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

/// Delegates `amount` planck to a provider. It counts for draws from the next stake epoch on.
pub fn delegate(provider: AccountId32, amount: Balance) -> Call {
	call("ProviderStaking", "delegate", vec![arg(provider), Arg::Amount(amount)])
}

/// Starts to take a delegation worth `amount` planck back; all of it if it is worth less.
pub fn undelegate(provider: AccountId32, amount: Balance) -> Call {
	call("ProviderStaking", "undelegate", vec![arg(provider), Arg::Amount(amount)])
}

/// Frees what has finished unbonding of a delegation.
pub fn withdraw_undelegated(provider: AccountId32) -> Call {
	call("ProviderStaking", "withdraw_undelegated", vec![arg(provider)])
}

/// Sets the share of the rewards that a provider keeps before its delegators get theirs.
pub fn set_commission(commission: Permill) -> Call {
	call("ProviderStaking", "set_commission", vec![arg(commission)])
}

/// Names who runs a provider; it counts once the operator [accepts](accept_provider). `None`: the
/// provider itself.
pub fn set_operator(operator: Option<AccountId32>) -> Call {
	call("ProviderStaking", "set_operator", vec![arg(operator)])
}

/// Agrees to be the operator of a provider that named one.
pub fn accept_provider(provider: AccountId32) -> Call {
	call("ProviderStaking", "accept_provider", vec![arg(provider)])
}

/// Cancels a slash that was decided but not applied yet. For governance.
pub fn cancel_slash(id: u32) -> Call {
	call("ProviderStaking", "cancel_slash", vec![arg(id)])
}

/// Asks for a job. Its id is in the event `JobMarket.Submitted`.
pub fn submit_job(request: JobRequest) -> Call {
	call("JobMarket", "submit", vec![arg(request)])
}

/// Raises the price per work unit of one's own job to `price` planck, before its draw.
pub fn top_up(job: JobId, price: Balance) -> Call {
	call("JobMarket", "top_up", vec![arg(job), Arg::Amount(price)])
}

/// Cancels one's own job before its draw.
pub fn cancel_job(job: JobId) -> Call {
	call("JobMarket", "cancel", vec![arg(job)])
}

/// Removes the record of a job whose retention has ended; its deposit returns to the requester.
pub fn prune_job(job: JobId) -> Call {
	call("JobMarket", "prune", vec![arg(job)])
}

/// Puts `amount` planck on hold, for jobs with [`Funding::Credit`](tercet_primitives::Funding).
pub fn add_credit(amount: Balance) -> Call {
	call("JobMarket", "add_credit", vec![Arg::Amount(amount)])
}

/// Frees `amount` planck of credit that no job needs.
pub fn withdraw_credit(amount: Balance) -> Call {
	call("JobMarket", "withdraw_credit", vec![Arg::Amount(amount)])
}

/// Does an executor's duties, of any jobs, at most
/// [`MAX_DUTIES`](tercet_primitives::committee::MAX_DUTIES). Free while all of them are owed; fails
/// as a whole if one cannot be done.
pub fn answer(duties: Vec<Duty>) -> Call {
	call("Verification", "answer", vec![arg(duties)])
}

/// Has a disjoint committee review one's own settled job, at one's own cost unless it disagrees.
pub fn challenge(job: JobId) -> Call {
	call("Verification", "challenge", vec![arg(job)])
}

/// Opens the [canary](tercet_primitives::hashing::canary) of one's own settled job, whose committee
/// agreed on something else for item `index`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCanary {
	/// The job.
	pub job: JobId,
	/// The item.
	pub index: u32,
	/// The digest that it should have.
	pub digest: H256,
	/// The salt of the commitment in the request.
	pub salt: Salt,
	/// The digest that the committee agreed on.
	pub agreed: H256,
	/// [Proof](tercet_primitives::hashing::item_proof) of that.
	pub proof: Vec<H256>,
}

/// Opens a canary; see [`OpenCanary`].
pub fn open_canary(canary: OpenCanary) -> Call {
	let OpenCanary { job, index, digest, salt, agreed, proof } = canary;
	let args = vec![arg(job), arg(index), arg(digest), arg(salt), arg(agreed), arg(proof)];
	call("Verification", "open_canary", args)
}

/// Mints a provider's reward of an era, for whoever asks.
pub fn claim(provider: AccountId32, era: u32) -> Call {
	call("Payouts", "claim", vec![arg(provider), arg(era)])
}

/// Announces the key for which keys of private jobs are to be sealed for the caller, in place of any
/// it had. For providers.
pub fn announce_key(key: ExecutorPublicKey) -> Call {
	call("Privacy", "announce_key", vec![arg(key)])
}

/// Takes the caller's key back: nobody hands it the key of a private job any more.
pub fn withdraw_key() -> Call {
	call("Privacy", "withdraw_key", vec![])
}

/// Hands the key behind `commitment` to at most [`MAX_SEATS`](tercet_primitives::MAX_SEATS) distinct
/// providers, in place of what they were handed before. Each must have announced a key.
pub fn hand_over(commitment: H256, envelopes: Vec<(AccountId32, Envelope)>) -> Call {
	call("Privacy", "hand_over", vec![arg(commitment), arg(envelopes)])
}

/// Removes the caller's envelopes to at most [`MAX_SEATS`](tercet_primitives::MAX_SEATS) distinct
/// providers, all of which must have one, and returns the deposits.
pub fn take_back(commitment: H256, recipients: Vec<AccountId32>) -> Call {
	call("Privacy", "take_back", vec![arg(commitment), arg(recipients)])
}

/// Removes the key of somebody who is no provider any more.
pub fn forget_key(who: AccountId32) -> Call {
	call("Privacy", "forget_key", vec![arg(who)])
}

/// Sets the parameters of `pallet`, encoded as that pallet's `Params`. For governance.
pub fn set_params(pallet: &'static str, params: impl Encode) -> Call {
	call(pallet, "set_params", vec![arg(params)])
}

/// Sends `value` planck, unless that would close the sender's account.
pub fn transfer_keep_alive(to: AccountId32, value: Balance) -> Call {
	// The first variant of `MultiAddress` is `Id`.
	call("Balances", "transfer_keep_alive", vec![arg((0u8, to)), Arg::Amount(value)])
}

/// The kind of proxy that the key of a worker is: it answers jobs, changes offers and availability,
/// announces keys for private jobs, and moves no money. Its index in the runtime's `ProxyType`.
pub const WORKER_PROXY: u8 = 1;

/// The kind of proxy that may do everything.
pub const ANY_PROXY: u8 = 0;

/// Makes `call` as `real`, whose proxy the signer is. A failure of `call` is that of the
/// transaction.
pub fn proxy(real: AccountId32, call: Call) -> Call {
	let kind = None::<u8>;
	let args = vec![arg((0u8, real)), arg(kind), Arg::Call(Box::new(call))];
	self::call("Proxy", "proxy", args)
}

/// Makes `delegate` a proxy of the signer, of that kind, at once.
pub fn add_proxy(delegate: AccountId32, kind: u8) -> Call {
	call("Proxy", "add_proxy", vec![arg((0u8, delegate)), arg(kind), arg(0u32)])
}

/// Undoes [`add_proxy`].
pub fn remove_proxy(delegate: AccountId32, kind: u8) -> Call {
	call("Proxy", "remove_proxy", vec![arg((0u8, delegate)), arg(kind), arg(0u32)])
}

/// Makes all calls or none.
pub fn batch_all(calls: Vec<Call>) -> Call {
	call("Utility", "batch_all", vec![Arg::Calls(calls)])
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Decode;
	use tercet_primitives::{committee::MAX_DUTIES, BoundedVec, ConstU32, MAX_SEATS};

	/// The argument at `position`, which must be encoded already.
	fn encoded(call: &Call, position: usize) -> &[u8] {
		match &call.args[position] {
			Arg::Encoded(bytes) => bytes,
			other => panic!("{other:?}"),
		}
	}

	#[test]
	fn answer_decodes_as_the_bounded_list_that_the_pallet_takes() {
		let duties = vec![
			Duty::Abstain { job: JobId(7) },
			Duty::Commit { job: JobId(8), commitment: H256([1; 32]) },
		];
		let call = answer(duties.clone());
		let bytes = encoded(&call, 0);
		let taken = BoundedVec::<Duty, ConstU32<MAX_DUTIES>>::decode(&mut &bytes[..]).unwrap();
		assert_eq!(taken.to_vec(), duties);
	}

	#[test]
	fn hand_over_decodes_as_the_bounded_list_that_the_pallet_takes() {
		let envelopes = vec![
			(AccountId32::new([1; 32]), Envelope([2; 80])),
			(AccountId32::new([3; 32]), Envelope([4; 80])),
		];
		let call = hand_over(H256([5; 32]), envelopes.clone());
		assert_eq!(encoded(&call, 0), [5; 32]);
		type Taken = BoundedVec<(AccountId32, Envelope), ConstU32<MAX_SEATS>>;
		let taken = Taken::decode(&mut encoded(&call, 1)).unwrap();
		assert_eq!(taken.to_vec(), envelopes);
	}

	#[test]
	fn amounts_wait_for_the_metadata_when_the_chain_may_want_them_compact() {
		for (call, position) in [
			(top_up(JobId(1), 5), 1),
			(add_credit(5), 0),
			(withdraw_credit(5), 0),
			(delegate(AccountId32::new([1; 32]), 5), 1),
			(undelegate(AccountId32::new([1; 32]), 5), 1),
		] {
			assert_eq!(call.args[position], Arg::Amount(5), "{}", call.name);
		}
	}

	#[test]
	fn open_canary_keeps_the_order_of_the_call() {
		let [digest, agreed] = [1, 2].map(|byte| H256([byte; 32]));
		let canary = OpenCanary {
			job: JobId(3),
			index: 4,
			digest,
			salt: [5; 32],
			agreed,
			proof: vec![digest],
		};
		let call = open_canary(canary);
		let bytes: Vec<u8> = (0..6).flat_map(|at| encoded(&call, at).to_vec()).collect();
		let expected = (JobId(3), 4u32, digest, [5u8; 32], agreed, vec![digest]).encode();
		assert_eq!(bytes, expected);
	}

	#[test]
	fn publish_model_keeps_the_order_of_the_call() {
		let call = publish_model(NewModel {
			name: "n",
			task: "t",
			licence: "l",
			royalty: Permill::from_percent(1),
			parent: Some(ModelId(2)),
			derivative_share: Permill::from_percent(3),
			variants: vec![],
		});
		assert_eq!(call.args.len(), 7);
		assert_eq!(encoded(&call, 4), Some(ModelId(2)).encode());
		assert_eq!(encoded(&call, 5), Permill::from_percent(3).encode());
	}
}
