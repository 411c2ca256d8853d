//! Which way the end of a stage has taken, and what that weighs.

use crate::WeightInfo;
use frame::prelude::*;
use tercet_primitives::{Votes, MAX_ITEMS};

/// What the end of a stage has led to, from the lightest to the heaviest. Of several things that
/// followed from each other, the heaviest counts: each is measured with all that can come before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Branch {
	/// The committee waits for something else, or for longer.
	Advanced,
	/// The lottery picked the job for an audit. Trying to submit that weighs as much as doing so.
	Picked,
	/// Answers were compared or the committee has ended, with so many votes of each seat that has
	/// voted; with one where no seat has, and whole answers decide.
	Compared(u32),
	/// It failed, and nothing of it has happened. Nobody knows how far it came.
	Failed,
}

impl Branch {
	/// A comparison of these votes.
	pub(crate) fn comparing(votes: &[Votes]) -> Self {
		let longest = votes.iter().map(|votes| votes.len()).max().unwrap_or_default();
		Self::Compared(u32::try_from(longest).unwrap_or(MAX_ITEMS).max(1))
	}

	/// What it weighs.
	pub fn weight<W: WeightInfo>(&self) -> Weight {
		match self {
			Self::Advanced => W::advance(),
			Self::Picked => W::lottery(),
			Self::Compared(items) => W::compare(*items),
			Self::Failed => W::transition(),
		}
	}
}
