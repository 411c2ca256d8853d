//! Calls, as both sides understand them.

use core::fmt;
use tercet_primitives::{
	hashing::Salt, model::Label, Balance, Duty, JobId, JobRequest, ModelId, Permill, PoolId,
	Variant, H256,
};

use crate::{name, AccountId};

/// Who calls what.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
	/// The signer.
	pub who: AccountId,
	/// The call.
	pub what: What,
}

impl fmt::Debug for Call {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}: {:?}", name(&self.who), self.what)
	}
}

/// A call of the runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the pallets' calls")]
pub enum What {
	Bond(Balance),
	Unbond(Balance),
	WithdrawUnbonded,
	Offer(PoolId, Balance),
	UpdateOffer(PoolId, Balance),
	WithdrawOffer(PoolId),
	GoAvailable,
	GoUnavailable,
	Delegate(AccountId, Balance),
	Undelegate(AccountId, Balance),
	WithdrawUndelegated(AccountId),
	SetCommission(Permill),
	SetOperator(Option<AccountId>),
	AcceptProvider(AccountId),
	/// By governance, or by the signer, who may not.
	CancelSlash(u32, bool),
	Submit(JobRequest),
	TopUp(JobId, Balance),
	Cancel(JobId),
	Prune(JobId),
	AddCredit(Balance),
	WithdrawCredit(Balance),
	Answer(Vec<Duty>),
	Challenge(JobId),
	OpenCanary {
		job: JobId,
		index: u32,
		digest: H256,
		salt: Salt,
		agreed: H256,
		proof: Vec<H256>,
	},
	Publish(NewModel),
	AddVariant(ModelId, Variant),
	OfferTransfer(ModelId, Option<AccountId>),
	AcceptTransfer(ModelId),
	SetManagers(ModelId, Vec<AccountId>),
	Deprecate(ModelId, Option<ModelId>),
	Undeprecate(ModelId),
	Claim(AccountId, u32),
	Transfer {
		to: AccountId,
		amount: Balance,
		keep_alive: bool,
	},
}

impl What {
	/// The name of the call.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Bond(..) => "bond",
			Self::Unbond(..) => "unbond",
			Self::WithdrawUnbonded => "withdraw_unbonded",
			Self::Offer(..) => "offer",
			Self::UpdateOffer(..) => "update_offer",
			Self::WithdrawOffer(..) => "withdraw_offer",
			Self::GoAvailable => "go_available",
			Self::GoUnavailable => "go_unavailable",
			Self::Delegate(..) => "delegate",
			Self::Undelegate(..) => "undelegate",
			Self::WithdrawUndelegated(..) => "withdraw_undelegated",
			Self::SetCommission(..) => "set_commission",
			Self::SetOperator(..) => "set_operator",
			Self::AcceptProvider(..) => "accept_provider",
			Self::CancelSlash(..) => "cancel_slash",
			Self::Submit(..) => "submit",
			Self::TopUp(..) => "top_up",
			Self::Cancel(..) => "cancel",
			Self::Prune(..) => "prune",
			Self::AddCredit(..) => "add_credit",
			Self::WithdrawCredit(..) => "withdraw_credit",
			Self::Answer(duties) => match duties.as_slice() {
				[] => "answer: nothing",
				[Duty::Commit { .. }] => "answer: commit",
				[Duty::Seal { .. }] => "answer: seal",
				[Duty::Reveal { .. }] => "answer: reveal",
				[Duty::OpenSeal { .. }] => "answer: open seal",
				[Duty::Itemize { .. }] => "answer: itemize",
				[Duty::Abstain { .. }] => "answer: abstain",
				_ => "answer: several",
			},
			Self::Challenge(..) => "challenge",
			Self::OpenCanary { .. } => "open_canary",
			Self::Publish(..) => "publish",
			Self::AddVariant(..) => "add_variant",
			Self::OfferTransfer(..) => "offer_transfer",
			Self::AcceptTransfer(..) => "accept_transfer",
			Self::SetManagers(..) => "set_managers",
			Self::Deprecate(..) => "deprecate",
			Self::Undeprecate(..) => "undeprecate",
			Self::Claim(..) => "claim",
			Self::Transfer { .. } => "transfer",
		}
	}
}

/// A model to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the call's arguments")]
pub struct NewModel {
	pub name: Label,
	pub task: Label,
	pub licence: Label,
	pub royalty: Permill,
	pub parent: Option<ModelId>,
	pub derivative_share: Permill,
	pub variants: Vec<Variant>,
}
