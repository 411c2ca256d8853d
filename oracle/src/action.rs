//! Eight bytes that become calls.

use rand::Rng;

/// Bytes of an action.
pub const BYTES: usize = 8;

/// What to do, and seven bytes that say how; see [`Resolver`](crate::Resolver).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
	/// What to do.
	pub kind: Kind,
	/// How.
	pub how: [u8; BYTES - 1],
}

macro_rules! kinds {
	($($(#[$doc:meta])* $name:ident: $weight:literal,)*) => {
		/// What to do.
		#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
		pub enum Kind {
			$($(#[$doc])* $name,)*
		}

		/// Each kind and its weight in random actions.
		const KINDS: &[(Kind, u8)] = &[$((Kind::$name, $weight),)*];
	};
}

kinds! {
	/// Somebody becomes an available provider, or goes on until it is one.
	Provide: 12,
	/// More stake.
	Bond: 4,
	/// Less stake.
	Unbond: 5,
	/// Stake that is due.
	WithdrawUnbonded: 3,
	/// Another pool.
	Offer: 3,
	/// Another price.
	UpdateOffer: 2,
	/// A pool less.
	WithdrawOffer: 2,
	/// To be drawn.
	GoAvailable: 3,
	/// Not to be drawn.
	GoUnavailable: 2,
	/// Stake behind somebody else.
	Delegate: 6,
	/// Stake from behind somebody else.
	Undelegate: 5,
	/// Delegated stake that is due.
	WithdrawUndelegated: 4,
	/// Another commission.
	SetCommission: 3,
	/// Another operator.
	SetOperator: 2,
	/// An operator accepts.
	AcceptProvider: 2,
	/// Governance forgives.
	CancelSlash: 1,
	/// A job.
	Submit: 24,
	/// A higher price.
	TopUp: 4,
	/// A job is given up.
	Cancel: 2,
	/// A record is removed.
	Prune: 4,
	/// Money for many jobs.
	AddCredit: 4,
	/// Money from many jobs.
	WithdrawCredit: 2,
	/// One duty that is owed.
	Duty: 34,
	/// All duties that are owed in one job, or in all.
	Everyone: 48,
	/// All duties that one provider owes, in one call.
	Batch: 10,
	/// A duty, owed or not.
	Stray: 8,
	/// Somebody doubts a job.
	Challenge: 7,
	/// Somebody opens a canary.
	OpenCanary: 6,
	/// A model.
	Publish: 2,
	/// Another variant.
	AddVariant: 1,
	/// A model is offered.
	OfferTransfer: 2,
	/// A model is taken over.
	AcceptTransfer: 2,
	/// Managers are named.
	SetManagers: 1,
	/// A model should not be used.
	Deprecate: 1,
	/// It may be used again.
	Undeprecate: 1,
	/// A reward.
	Claim: 6,
	/// Money goes elsewhere.
	Transfer: 4,
	/// The next block.
	Block: 26,
	/// Some blocks.
	Blocks: 5,
	/// Until something is due, or for a long time.
	Skip: 5,
}

impl Action {
	/// What these bytes mean: any do mean something.
	pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
		let [kind, how @ ..] = bytes;
		Self { kind: KINDS[usize::from(kind) % KINDS.len()].0, how }
	}

	/// An action by chance.
	pub fn random(rng: &mut impl Rng) -> Self {
		let total: u32 = KINDS.iter().map(|kind| u32::from(kind.1)).sum();
		let mut point = rng.gen_range(0..total);
		for (kind, weight) in KINDS {
			match point.checked_sub((*weight).into()) {
				Some(rest) => point = rest,
				None => return Self { kind: *kind, how: rng.gen() },
			}
		}
		unreachable!("the point is below the total")
	}

	/// Every kind of action.
	pub fn kinds() -> impl Iterator<Item = Kind> {
		KINDS.iter().map(|kind| kind.0)
	}
}
