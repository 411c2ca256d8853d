//! Votes and their sums.

use frame::{prelude::*, traits::VoteTally};
use tercet_primitives::Balance;

/// How somebody votes.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum Vote {
	/// For it.
	#[codec(index = 0)]
	Aye,
	/// Against it.
	#[codec(index = 1)]
	Nay,
	/// Neither; but the poll is worth deciding.
	#[codec(index = 2)]
	Abstain,
}

/// A vote that was cast.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Ballot {
	/// How.
	pub vote: Vote,
	/// With how many work credits, in planck of pay; never 0.
	pub power: Balance,
}

/// The sums of a poll, in work credits.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Tally {
	/// For it.
	pub ayes: Balance,
	/// Against it.
	pub nays: Balance,
	/// Neither.
	pub abstentions: Balance,
	/// All credits there were when the poll began to be decided; 0 until somebody votes. The other
	/// three are a part of them.
	pub total: Balance,
}

impl Tally {
	/// Counts a ballot. Cannot saturate: all ballots are a part of the total.
	pub(crate) fn add(&mut self, ballot: &Ballot) {
		let sum = self.of(ballot.vote);
		*sum = sum.saturating_add(ballot.power);
	}

	/// Counts a ballot no more. Cannot saturate: it was counted.
	pub(crate) fn remove(&mut self, ballot: &Ballot) {
		let sum = self.of(ballot.vote);
		*sum = sum.saturating_sub(ballot.power);
	}

	fn of(&mut self, vote: Vote) -> &mut Balance {
		match vote {
			Vote::Aye => &mut self.ayes,
			Vote::Nay => &mut self.nays,
			Vote::Abstain => &mut self.abstentions,
		}
	}
}

impl<Class> VoteTally<Balance, Class> for Tally {
	fn new(_: Class) -> Self {
		Self::default()
	}

	fn ayes(&self, _: Class) -> Balance {
		self.ayes
	}

	/// Ayes and abstentions of all credits. The sum cannot saturate: it is a part of the total.
	fn support(&self, _: Class) -> Perbill {
		share(self.ayes.saturating_add(self.abstentions), self.total)
	}

	/// Ayes of ayes and nays. The sum cannot saturate: it is a part of the total.
	fn approval(&self, _: Class) -> Perbill {
		share(self.ayes, self.ayes.saturating_add(self.nays))
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn unanimity(_: Class) -> Self {
		Self { ayes: 1_000_000_000, total: 1_000_000_000, ..Self::default() }
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn rejection(_: Class) -> Self {
		Self { nays: 1_000_000_000, total: 1_000_000_000, ..Self::default() }
	}

	/// Abstentions make up the support where the ayes do not.
	#[cfg(feature = "runtime-benchmarks")]
	fn from_requirements(support: Perbill, approval: Perbill, _: Class) -> Self {
		let total: Balance = 1_000_000_000_000;
		let supporters = support.mul_ceil(total);
		let ayes = approval.mul_ceil(supporters);
		let nays = if approval.is_zero() {
			total.saturating_sub(supporters)
		} else {
			approval.saturating_reciprocal_mul_floor(ayes).saturating_sub(ayes)
		};
		Self { ayes, nays, abstentions: supporters.saturating_sub(ayes), total }
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn setup(_: Class, _: Perbill) {}
}

/// What `part` is of `whole`; nothing of nothing is nothing.
fn share(part: Balance, whole: Balance) -> Perbill {
	if whole == 0 {
		Perbill::zero()
	} else {
		Perbill::from_rational(part, whole)
	}
}
