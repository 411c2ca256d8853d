//! Executors that do what they owe, each in its own way.

use crate::{answers::is_due, mock::*, CommitteesOf};
use frame::{prelude::*, testing_prelude::*};
use tercet_primitives::{
	hashing::{self, Salt},
	traits::Settlement,
	Answer, BlockNumber, Committee, Conduct, Duty, Fingerprint, Invalidity, ItemSet, Job, JobId,
	JobState, Payload, Response, Seat, SeatState, Stage, Votes, H256,
};

/// How an executor answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
	/// The right result.
	Honest,
	/// The same, with this many bits of noise in every fingerprint.
	Noisy(u8),
	/// A wrong result for every item: all who have the same byte have the same.
	Wrong(u8),
	/// A wrong result for one item.
	WrongAt(u32, u8),
	/// A wrong result for every item but one, which is right.
	WrongBut(u32),
	/// A wrong result for every item, and another for one of them.
	WrongAnd(u32, u8),
	/// That the job cannot be run.
	Invalid(Invalidity),
	/// Says that it will not answer.
	Abstain,
	/// Does what the honest do, until this stage comes.
	SilentFrom(Stage),
}

pub const HONEST: Plan = Plan::Honest;
pub const SILENT: Plan = Plan::SilentFrom(Stage::Commit);

/// What item `index` results in: 0 if it is right.
fn byte(plan: Plan, index: u32) -> u8 {
	match plan {
		Plan::Wrong(byte) => byte,
		Plan::WrongAt(item, byte) | Plan::WrongAnd(item, byte) if item == index => byte,
		Plan::WrongBut(item) if item == index => 0,
		Plan::WrongBut(_) | Plan::WrongAnd(..) => 1,
		_ => 0,
	}
}

pub fn digest(plan: Plan, index: u32) -> H256 {
	hashing::item_digest(&(index, byte(plan, index)).encode())
}

pub fn digests(plan: Plan, items: &ItemSet) -> Vec<H256> {
	items.iter().map(|index| digest(plan, index)).collect()
}

pub fn answer(plan: Plan, items: &ItemSet) -> Answer {
	let root = hashing::result_root(items, &digests(plan, items));
	Answer { root, output: Payload::Inline(root.as_bytes().to_vec().try_into().unwrap()) }
}

pub fn response(plan: Plan, items: &ItemSet) -> Response {
	match plan {
		Plan::Invalid(why) => Response::Invalid(why),
		plan => Response::Result(answer(plan, items)),
	}
}

pub fn fingerprint(plan: Plan, seed: &H256, index: u32) -> Fingerprint {
	let mut bits = (seed, index, byte(plan, index)).using_encoded(frame::hashing::blake2_256);
	if let Plan::Noisy(noise) = plan {
		(0..usize::from(noise)).for_each(|bit| bits[bit / 8] ^= 1 << (bit % 8));
	}
	bits
}

pub fn fingerprints(plan: Plan, committee: &Committee<AccountId>) -> Votes {
	let all = committee.items.iter().map(|index| fingerprint(plan, &committee.seed, index));
	match plan {
		Plan::Invalid(_) => Votes::default(),
		_ => all.collect::<Vec<_>>().try_into().unwrap(),
	}
}

/// The salt that `who` uses.
pub fn salt(who: AccountId) -> Salt {
	[who as u8; 32]
}

pub fn commit_duty(job: JobId, who: AccountId, plan: Plan) -> Duty {
	let seat = seat_of(job, who);
	let response = response(plan, &seat.items);
	let commitment = hashing::commitment(&GENESIS, job, seat.round, &who, &response, &salt(who));
	Duty::Commit { job, commitment }
}

pub fn seal_duty(job: JobId, who: AccountId, plan: Plan) -> Duty {
	let committee = committee(job);
	let votes = fingerprints(plan, &committee);
	let seal = hashing::seal(&GENESIS, job, committee.round, &who, &votes, &salt(who));
	Duty::Seal { job, seal }
}

pub fn reveal_duty(job: JobId, who: AccountId, plan: Plan) -> Duty {
	Duty::Reveal { job, response: response(plan, &seat_of(job, who).items), salt: salt(who) }
}

pub fn open_duty(job: JobId, who: AccountId, plan: Plan) -> Duty {
	let fingerprints = fingerprints(plan, &committee(job));
	Duty::OpenSeal { job, fingerprints, salt: salt(who) }
}

pub fn itemize_duty(job: JobId, who: AccountId, plan: Plan) -> Duty {
	let digests = digests(plan, &seat_of(job, who).items);
	let digests = digests.into_iter().map(|digest| digest.0).collect::<Vec<_>>();
	Duty::Itemize { job, digests: digests.try_into().unwrap() }
}

/// What `who` does in the stage of the committee.
pub fn duties(job: JobId, who: AccountId, plan: Plan) -> Vec<Duty> {
	let (committee, seat) = (committee(job), seat_of(job, who));
	if !is_due(&committee, &seat) || plan == Plan::SilentFrom(committee.stage) {
		return vec![];
	}
	match committee.stage {
		Stage::Commit if plan == Plan::Abstain => vec![Duty::Abstain { job }],
		Stage::Commit => vec![commit_duty(job, who, plan)],
		Stage::Seal => vec![seal_duty(job, who, plan)],
		Stage::Itemize => vec![itemize_duty(job, who, plan)],
		Stage::Reveal => {
			let mut duties = vec![];
			if matches!(seat.state, SeatState::Committed(_)) {
				duties.push(reveal_duty(job, who, plan));
			}
			if seat.seal.is_some() {
				duties.push(open_duty(job, who, plan));
			}
			duties
		},
		_ => vec![],
	}
}

pub fn call(who: AccountId, duties: Vec<Duty>) -> DispatchResultWithPostInfo {
	Verification::answer(RuntimeOrigin::signed(who), duties.try_into().unwrap())
}

pub fn one(who: AccountId, duty: Duty) -> DispatchResultWithPostInfo {
	call(who, vec![duty])
}

/// Has everyone do what is due in this block in committees of open jobs.
pub fn answer_all(plan: &dyn Fn(JobId, AccountId) -> Plan) {
	let mut jobs: Vec<_> = CommitteesOf::<Test>::iter_keys().collect();
	jobs.sort();
	for job in jobs {
		let stage = committee(job).stage;
		for who in executors(job) {
			// The last one's answer begins the next stage; that one's turn is the next block.
			if committee(job).stage != stage {
				break;
			}
			let duties = duties(job, who, plan(job, who));
			if !duties.is_empty() {
				assert_ok!(call(who, duties));
			}
		}
	}
}

/// Has everyone answer, block by block, until every job has ended.
pub fn play(plan: impl Fn(JobId, AccountId) -> Plan) {
	let is_over = || Jobs::get().iter().all(|(_, job)| job.state.is_terminal());
	play_while(plan, || {
		Verification::do_try_state().unwrap();
		!is_over()
	});
}

/// Blocks in which everything that is played has ended.
const LONGEST_PLAY: BlockNumber = 1_000;

/// The same, while `go_on`.
pub fn play_while(plan: impl Fn(JobId, AccountId) -> Plan, go_on: impl Fn() -> bool) {
	let begun = System::block_number();
	while go_on() {
		assert!(System::block_number() < begun + LONGEST_PLAY, "it goes on and on");
		answer_all(&plan);
		skip(1);
	}
}

/// Plays until the committee of `job` is in `stage`.
pub fn play_to(job: JobId, stage: Stage, plan: impl Fn(JobId, AccountId) -> Plan) {
	play_while(plan, || CommitteesOf::<Test>::get(job).is_none_or(|it| it.stage != stage));
}

/// Plans by the place of the seat: those beyond the list do as the honest.
pub fn by_seat(plans: &[Plan]) -> impl Fn(JobId, AccountId) -> Plan + '_ {
	|job, who| {
		let place = executors(job).iter().position(|other| *other == who).unwrap();
		plans.get(place).copied().unwrap_or(HONEST)
	}
}

/// Plans by the place of the seat in `job`; in others all are honest.
pub fn in_job(job: JobId, plans: &[Plan]) -> impl Fn(JobId, AccountId) -> Plan + '_ {
	move |other, who| match other == job {
		true => by_seat(plans)(other, who),
		false => HONEST,
	}
}

pub fn committee(job: JobId) -> Committee<AccountId> {
	Verification::committee(job).unwrap()
}

pub fn executors(job: JobId) -> Vec<AccountId> {
	committee(job).seats.iter().map(|seat| seat.executor).collect()
}

pub fn seat_of(job: JobId, who: AccountId) -> Seat<AccountId> {
	Verification::seat_of(&committee(job), &who).unwrap().clone()
}

pub fn record(job: JobId) -> Job<AccountId> {
	<Market as Settlement<AccountId>>::job(job).unwrap()
}

pub fn state(job: JobId) -> JobState {
	record(job).state
}

pub fn stage(job: JobId) -> (Stage, BlockNumber) {
	let committee = committee(job);
	(committee.stage, committee.until)
}

/// What was recorded of the executors of `job`, in the order of seats.
pub fn conducts(job: JobId) -> Vec<Conduct> {
	let mut found = vec![];
	for event in events() {
		if let crate::Event::ConductRecorded { job: other, conduct, .. } = event {
			if other == job {
				found.push(conduct);
			}
		}
	}
	found
}

/// What `who` has, free and on hold, more or less than at genesis.
pub fn gain(who: AccountId) -> i128 {
	use frame::traits::fungible::Inspect;
	Balances::total_balance(&who) as i128 - ENDOWMENT as i128
}

/// This pallet's events, oldest first.
pub fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Verification(event) => Some(event),
			_ => None,
		})
		.collect()
}
