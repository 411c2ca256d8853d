use crate::{mock::*, Ballot, Ballots, Error, Event, Tally, Vote};
use frame::testing_prelude::*;

#[test]
fn vote_counts_credits_as_of_the_begin_of_deciding_when_more_are_earned_since() {
	build_and_execute(|| {
		let poll = deciding();
		let [first, second, _] = WORKERS;
		earn(first, 5_000);
		wait(1);
		earn(IDLER, 5_000);
		assert_ok!(vote(first, poll, Vote::Aye));
		wait(2);
		assert_ok!(vote(second, poll, Vote::Nay));
		assert_eq!(tally(poll), Tally { ayes: 500, nays: 300, abstentions: 0, total: 1_000 });
		assert_noop!(vote(IDLER, poll, Vote::Aye), Error::<Test>::NoCredits);

		let ballot = Ballot { vote: Vote::Aye, power: 500 };
		assert_eq!(Dao::vote_of(poll, first), Some(ballot));
		assert_eq!(Dao::vote_of(poll, IDLER), None);
		assert_eq!(Dao::power_of(poll, first), Some((500, 1_000)));
		assert!(events().contains(&Event::Voted { poll, who: first, ballot }));
	});
}

#[test]
fn vote_replaces_the_former_one_when_the_account_votes_again() {
	build_and_execute(|| {
		let poll = deciding();
		let who = WORKERS[0];
		let sums = |ayes, nays, abstentions| Tally { ayes, nays, abstentions, total: 1_000 };
		for (how, sums) in [
			(Vote::Aye, sums(500, 0, 0)),
			(Vote::Nay, sums(0, 500, 0)),
			(Vote::Nay, sums(0, 500, 0)),
			(Vote::Abstain, sums(0, 0, 500)),
			(Vote::Aye, sums(500, 0, 0)),
		] {
			assert_ok!(vote(who, poll, how));
			assert_eq!(tally(poll), sums);
			assert_eq!(Ballots::<Test>::get(poll, who).unwrap().vote, how);
			wait(1);
		}
	});
}

#[test]
fn vote_fails_when_the_poll_is_not_being_decided_yet() {
	build_and_execute(|| {
		let poll = submit(crate::Call::<Test>::veto { referendum: 0 });
		assert_noop!(vote(WORKERS[0], poll, Vote::Aye), Error::<Test>::NotDeciding);
		assert_eq!(Dao::power_of(poll, WORKERS[0]), None);
		wait(PREPARE - 1);
		assert_noop!(vote(WORKERS[0], poll, Vote::Aye), Error::<Test>::NotDeciding);
		wait(1);
		assert_ok!(vote(WORKERS[0], poll, Vote::Aye));
	});
}

#[test]
fn vote_fails_when_the_poll_waits_for_room_on_its_track() {
	build_and_execute(|| {
		let polls =
			[(); ROOM as usize + 1].map(|()| submit(crate::Call::<Test>::veto { referendum: 0 }));
		wait(PREPARE);
		let [decided, waiting] = [polls[0], polls[ROOM as usize]];
		assert_noop!(vote(WORKERS[0], waiting, Vote::Aye), Error::<Test>::NotDeciding);
		assert_ok!(vote(WORKERS[0], decided, Vote::Aye));
		// Its turn comes when another one has ended; what was earned until then counts.
		earn(IDLER, 7);
		wait(1 + CONFIRM + 1);
		assert!(approved(decided));
		assert_ok!(vote(IDLER, waiting, Vote::Aye));
		assert_eq!(tally(waiting), Tally { ayes: 7, nays: 0, abstentions: 0, total: 1_007 });
	});
}

#[test]
fn vote_fails_when_there_is_no_such_poll_or_it_has_ended() {
	build_and_execute(|| {
		assert_noop!(vote(WORKERS[0], 0, Vote::Aye), Error::<Test>::NotOngoing);
		let poll = deciding();
		wait(DECISION + 1);
		assert_noop!(vote(WORKERS[0], poll, Vote::Aye), Error::<Test>::NotOngoing);
		let cancelled = deciding();
		assert_ok!(Polls::cancel(RuntimeOrigin::root(), cancelled));
		assert_noop!(vote(WORKERS[0], cancelled, Vote::Aye), Error::<Test>::NotOngoing);
	});
}

#[test]
fn vote_fails_when_nobody_knows_the_credits_any_more() {
	build_and_execute(|| {
		let poll = deciding();
		// Without blocks in between: nothing of the scheduler's happens.
		System::set_block_number(System::block_number() + MEMORY + 1);
		assert_noop!(vote(WORKERS[0], poll, Vote::Aye), Error::<Test>::SnapshotLost);
	});
}

#[test]
fn vote_fails_when_it_is_not_signed() {
	build_and_execute(|| {
		let poll = deciding();
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(Dao::vote(origin, poll, Vote::Aye), BadOrigin);
		}
	});
}
