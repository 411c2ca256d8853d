use crate::{mock::*, Ballots, Error, Event, Tally, Vote};
use frame::testing_prelude::*;

fn remove(who: AccountId, poll: u32) -> DispatchResult {
	Dao::remove_vote(RuntimeOrigin::signed(who), poll)
}

#[test]
fn remove_vote_takes_it_out_of_the_tally_when_the_poll_is_ongoing() {
	build_and_execute(|| {
		let poll = deciding();
		let [first, second, third] = WORKERS;
		for (who, how) in [(first, Vote::Aye), (second, Vote::Nay), (third, Vote::Abstain)] {
			assert_ok!(vote(who, poll, how));
		}
		assert_ok!(remove(first, poll));
		assert_eq!(tally(poll), Tally { ayes: 0, nays: 300, abstentions: 200, total: 1_000 });
		assert_ok!(remove(second, poll));
		assert_ok!(remove(third, poll));
		assert_eq!(tally(poll), Tally { ayes: 0, nays: 0, abstentions: 0, total: 1_000 });
		assert!(events().contains(&Event::VoteRemoved { poll, who: third }));
		assert_noop!(remove(third, poll), Error::<Test>::NotVoter);
	});
}

#[test]
fn remove_vote_frees_the_record_when_the_poll_has_ended() {
	build_and_execute(|| {
		let poll = deciding();
		assert_ok!(vote(WORKERS[0], poll, Vote::Aye));
		wait(1 + CONFIRM);
		assert!(approved(poll));
		assert_ok!(remove(WORKERS[0], poll));
		assert_eq!(Ballots::<Test>::iter().count(), 0);
		assert!(approved(poll));
	});
}

#[test]
fn remove_vote_fails_when_there_is_none() {
	build_and_execute(|| {
		assert_noop!(remove(WORKERS[0], 0), Error::<Test>::NotVoter);
		let poll = deciding();
		assert_noop!(remove(WORKERS[0], poll), Error::<Test>::NotVoter);
		assert_noop!(Dao::remove_vote(RuntimeOrigin::root(), poll), BadOrigin);
	});
}
