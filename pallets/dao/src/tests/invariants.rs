//! One test per invariant that breaks it, so that `do_try_state` is known to look.

use crate::{mock::*, Ballot, Ballots, Featured, Vote};
use frame::{deps::sp_runtime::TryRuntimeError, testing_prelude::*, traits::Polling};
use tercet_primitives::ModelId;

fn breaks(error: &'static str, damage: impl FnOnce(u32)) {
	build_and_execute(|| {
		let poll = deciding();
		for who in WORKERS {
			assert_ok!(vote(who, poll, Vote::Aye));
		}
		hypothetically!({
			damage(poll);
			assert_eq!(Dao::do_try_state(), Err(TryRuntimeError::Other(error)));
		});
	});
}

fn change_tally(poll: u32, change: impl FnOnce(&mut crate::Tally)) {
	Polls::access_poll(poll, |status| {
		if let frame::traits::PollStatus::Ongoing(tally, _) = status {
			change(tally)
		}
	});
}

#[test]
fn try_state_fails_when_votes_do_not_sum_up() {
	let error = "invariant 1: votes do not sum up to their tally";
	breaks(error, |poll| Ballots::<Test>::remove(poll, WORKERS[0]));
	breaks(error, |poll| {
		Ballots::<Test>::insert(poll, WORKERS[0], Ballot { vote: Vote::Nay, power: 500 })
	});
	breaks(error, |poll| change_tally(poll, |tally| tally.abstentions += 1));
}

#[test]
fn try_state_fails_when_there_is_more_power_than_credits() {
	breaks("invariant 2: more power than credits", |poll| {
		change_tally(poll, |tally| tally.total = 999)
	});
}

#[test]
fn try_state_fails_when_a_vote_has_no_power() {
	breaks("invariant 2: a vote without power", |poll| {
		Ballots::<Test>::insert(poll, IDLER, Ballot { vote: Vote::Nay, power: 0 })
	});
}

#[test]
fn try_state_fails_when_a_model_is_featured_twice() {
	breaks("invariant 3: a model is featured twice", |_| {
		Featured::<Test>::put(BoundedVec::truncate_from(vec![ModelId(1), ModelId(1)]))
	});
}
