use crate::{mock::*, weights::SubstrateWeight, Ballots, Error, Event, Vote, WeightInfo};
use frame::testing_prelude::*;

fn clear(poll: u32, limit: u32) -> DispatchResultWithPostInfo {
	Dao::clear_votes(RuntimeOrigin::signed(IDLER), poll, limit)
}

#[test]
fn clear_votes_removes_at_most_its_limit_when_the_poll_has_ended() {
	build_and_execute(|| {
		let (poll, other) = (deciding(), deciding());
		for who in WORKERS {
			assert_ok!(vote(who, poll, Vote::Aye));
			assert_ok!(vote(who, other, Vote::Nay));
		}
		wait(1 + CONFIRM);
		assert!(approved(poll));
		let post = clear(poll, 2).unwrap();
		assert_eq!(post.actual_weight, Some(SubstrateWeight::<Test>::clear_votes(2)));
		assert_eq!(Ballots::<Test>::iter_prefix(poll).count(), 1);
		let post = clear(poll, 100).unwrap();
		assert_eq!(post.actual_weight, Some(SubstrateWeight::<Test>::clear_votes(1)));
		assert_eq!(Ballots::<Test>::iter_prefix(poll).count(), 0);
		assert_eq!(Ballots::<Test>::iter_prefix(other).count(), 3);
		assert!(events().contains(&Event::VotesCleared { poll, count: 1 }));
		assert_noop!(clear(poll, 1), Error::<Test>::NothingToClear);
	});
}

#[test]
fn clear_votes_fails_when_the_poll_is_ongoing() {
	build_and_execute(|| {
		let poll = deciding();
		assert_ok!(vote(WORKERS[0], poll, Vote::Aye));
		assert_noop!(clear(poll, 1), Error::<Test>::StillOngoing);
	});
}

#[test]
fn clear_votes_fails_when_it_would_clear_nothing() {
	build_and_execute(|| {
		assert_noop!(clear(7, 1), Error::<Test>::NothingToClear);
		let poll = deciding();
		assert_ok!(vote(WORKERS[0], poll, Vote::Aye));
		assert_ok!(Polls::kill(RuntimeOrigin::root(), poll));
		assert_noop!(clear(poll, 0), Error::<Test>::NothingToClear);
		assert_noop!(Dao::clear_votes(RuntimeOrigin::root(), poll, 1), BadOrigin);
		assert_ok!(clear(poll, 1));
	});
}
