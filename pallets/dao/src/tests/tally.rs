use crate::Tally;
use frame::{prelude::*, traits::VoteTally};

fn support(tally: Tally) -> Perbill {
	tally.support(0u16)
}

fn approval(tally: Tally) -> Perbill {
	tally.approval(0u16)
}

#[test]
fn support_and_approval_are_zero_when_nobody_has_voted() {
	let tally = <Tally as VoteTally<_, u16>>::new(0);
	assert_eq!((support(tally), approval(tally)), (Perbill::zero(), Perbill::zero()));
	assert_eq!(tally.ayes(0u16), 0);
}

#[test]
fn support_counts_abstentions_and_approval_does_not() {
	let tally = Tally { ayes: 30, nays: 10, abstentions: 20, total: 100 };
	assert_eq!(support(tally), Perbill::from_percent(50));
	assert_eq!(approval(tally), Perbill::from_percent(75));
	let tally = Tally { ayes: 0, nays: 0, abstentions: 20, total: 100 };
	assert_eq!((support(tally), approval(tally)), (Perbill::from_percent(20), Perbill::zero()));
}

#[test]
fn support_and_approval_are_exact_when_credits_are_as_many_as_can_be() {
	let tally = Tally { ayes: u128::MAX, nays: 0, abstentions: 0, total: u128::MAX };
	assert_eq!((support(tally), approval(tally)), (Perbill::one(), Perbill::one()));
}
