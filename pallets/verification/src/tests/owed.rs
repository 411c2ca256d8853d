//! One transaction per duty in the pool.

use super::play::*;
use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{Agreement, Duty, JobId, Stage, H256};

fn call_of(duties: Vec<Duty>) -> RuntimeCall {
	crate::Call::answer { duties: duties.try_into().unwrap() }.into()
}

fn tags(who: AccountId, duties: Vec<Duty>) -> Vec<Vec<u8>> {
	Verification::owed_tags(&who, &crate::Call::answer { duties: duties.try_into().unwrap() })
}

#[test]
fn owed_tags_tags_each_duty_that_is_owed() {
	build_and_execute(|| {
		let job = open(2, SIMILAR);
		let [a, b, _] = executors(job).try_into().unwrap();
		let commit = |who| tags(who, vec![commit_duty(job, who, HONEST)]);
		assert_eq!(commit(a).len(), 1);
		// Somebody else's is another.
		assert_ne!(commit(a), commit(b));
		play_to(job, Stage::Reveal, by_seat(&[]));
		let both = vec![reveal_duty(job, a, HONEST), open_duty(job, a, HONEST)];
		let found = tags(a, both);
		assert_eq!(found.len(), 2);
		assert_ne!(found[0], found[1]);
		assert_eq!(tags(a, vec![reveal_duty(job, a, HONEST)]), found[..1]);
	});
}

#[test]
fn owed_tags_gives_the_same_tag_to_whatever_does_the_same_duty() {
	build_and_execute(|| {
		Available::set(&vec![11, 12, 13]);
		let (job, other) = (open(2, Agreement::Exact), open(2, Agreement::Exact));
		let a = executors(job)[0];
		let commit = |commitment| Duty::Commit { job, commitment };
		let first = tags(a, vec![commit(H256::zero())]);
		assert_eq!(tags(a, vec![commit(H256::repeat_byte(1))]), first);
		assert_eq!(tags(a, vec![Duty::Abstain { job }]), first);
		// Hidden among others, too.
		let among = tags(a, vec![Duty::Abstain { job: other }, commit(H256::zero())]);
		assert!(among.contains(&first[0]));
		assert_ne!(tags(a, vec![Duty::Abstain { job: other }]), first);
	});
}

#[test]
fn owed_tags_gives_another_tag_in_another_round() {
	build_and_execute(|| {
		let job = open(2, SIMILAR);
		let plans = [HONEST, HONEST, Plan::SilentFrom(Stage::Seal)];
		play_to(job, Stage::Seal, by_seat(&plans));
		let a = executors(job)[0];
		let first = tags(a, vec![seal_duty(job, a, HONEST)]);
		play_to(job, Stage::Draw, by_seat(&plans));
		play_to(job, Stage::Seal, by_seat(&plans));
		let second = tags(a, vec![seal_duty(job, a, HONEST)]);
		assert_eq!((first.len(), second.len()), (1, 1));
		assert_ne!(first, second);
	});
}

#[test]
fn owed_tags_leaves_alone_what_is_not_owed() {
	build_and_execute(|| {
		let job = open(2, Agreement::Exact);
		let a = executors(job)[0];
		let duty = commit_duty(job, a, HONEST);
		assert!(tags(STRANGER, vec![duty.clone()]).is_empty());
		assert!(tags(a, vec![duty.clone(), Duty::Abstain { job: JobId(9) }]).is_empty());
		assert!(tags(a, vec![]).is_empty());
		assert!(Verification::owed_tags(&a, &crate::Call::challenge { job }).is_empty());
		assert_ok!(one(a, duty.clone()));
		assert!(tags(a, vec![duty]).is_empty(), "not any more");
	});
}

#[test]
fn answer_is_feeless_when_it_is_owed() {
	use frame::deps::frame_support::dispatch::CheckIfFeeless;
	build_and_execute(|| {
		let job = open(2, Agreement::Exact);
		let a = executors(job)[0];
		let call = call_of(vec![commit_duty(job, a, HONEST)]);
		assert!(call.is_feeless(&RuntimeOrigin::signed(a)));
		for origin in
			[RuntimeOrigin::signed(STRANGER), RuntimeOrigin::root(), RuntimeOrigin::none()]
		{
			assert!(!call.is_feeless(&origin));
		}
		assert!(!call_of(vec![]).is_feeless(&RuntimeOrigin::signed(a)));
		let challenge: RuntimeCall = crate::Call::challenge { job }.into();
		assert!(!challenge.is_feeless(&RuntimeOrigin::signed(REQUESTER)));
		assert_ok!(one(a, commit_duty(job, a, HONEST)));
		assert!(!call.is_feeless(&RuntimeOrigin::signed(a)));
	});
}
