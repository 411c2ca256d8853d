use super::play::*;
use crate::{mock::*, reviews::Status, Agenda, Assignments, Reviews, VotesOf};
use frame::prelude::*;
use proptest::prelude::*;
use tercet_primitives::{
	traits::Settlement, Agreement, Conduct, Duty, Invalidity, JobId, JobRequest, JobState,
	Redundancy, Stage, MAX_SEATS,
};

#[derive(Clone, Debug)]
enum Step {
	Submit {
		items: u32,
		similar: bool,
		redundancy: Redundancy,
		time: u32,
	},
	/// Everyone who owes something does it, each by its own plan.
	Answer(u64),
	/// One executor does one duty, owed or not.
	Try {
		who: AccountId,
		job: u64,
		kind: u8,
		plan: Plan,
	},
	Blocks(u32),
	Challenge(u64),
	SettlementFails(bool),
	HasVrf(bool),
	Providers(usize),
	Cap(u32),
}

fn redundancy() -> impl Strategy<Value = Redundancy> {
	(1u8..=5)
		.prop_flat_map(|executors| (Just(executors), executors / 2 + 1..=executors))
		.prop_map(|(executors, quorum)| Redundancy { executors, quorum })
}

fn plan() -> impl Strategy<Value = Plan> {
	prop_oneof![
		12 => Just(HONEST),
		2 => (0u8..12).prop_map(Plan::Noisy),
		2 => (1u8..3).prop_map(Plan::Wrong),
		3 => (0u32..4, 1u8..3).prop_map(|(item, byte)| Plan::WrongAt(item, byte)),
		1 => Just(Plan::Invalid(Invalidity::BlobMissing)),
		1 => Just(Plan::Invalid(Invalidity::InputRefused)),
		1 => Just(Plan::Abstain),
		1 => Just(SILENT),
		1 => Just(Plan::SilentFrom(Stage::Seal)),
		1 => Just(Plan::SilentFrom(Stage::Reveal)),
		1 => Just(Plan::SilentFrom(Stage::Itemize)),
	]
}

fn step() -> impl Strategy<Value = Step> {
	let submit = (1u32..5, any::<bool>(), redundancy(), 4u32..90);
	let attempt = (10u64..=20, 0u64..6, 0u8..6, plan());
	prop_oneof![
		3 => submit.prop_map(|(items, similar, redundancy, time)| {
			Step::Submit { items, similar, redundancy, time }
		}),
		12 => any::<u64>().prop_map(Step::Answer),
		6 => attempt.prop_map(|(who, job, kind, plan)| Step::Try { who, job, kind, plan }),
		10 => (1u32..6).prop_map(Step::Blocks),
		2 => (0u64..8).prop_map(Step::Challenge),
		1 => prop::bool::weighted(0.3).prop_map(Step::SettlementFails),
		1 => prop::bool::weighted(0.7).prop_map(Step::HasVrf),
		1 => (0usize..=30).prop_map(Step::Providers),
		1 => (1u32..6).prop_map(Step::Cap),
	]
}

/// The plan of an executor in a job, the same whenever it is asked.
fn plan_by(plans: &[Plan], job: JobId, who: AccountId) -> Plan {
	plans[((job.0 * 7 + who * 13) % plans.len() as u64) as usize]
}

fn attempt(who: AccountId, job: JobId, kind: u8, plan: Plan) {
	let Some(committee) = Verification::committee(job) else { return };
	if !executors(job).contains(&who) {
		let _ = one(who, Duty::Abstain { job });
		return;
	}
	if matches!(plan, Plan::SilentFrom(_)) && committee.stage == Stage::Ended {
		return;
	}
	let duty = match kind {
		0 => commit_duty(job, who, plan),
		1 => seal_duty(job, who, plan),
		2 => reveal_duty(job, who, plan),
		3 => open_duty(job, who, plan),
		4 => itemize_duty(job, who, plan),
		_ => Duty::Abstain { job },
	};
	let owed = Verification::owes(&who, std::slice::from_ref(&duty));
	// What costs no fee succeeds, and nothing else does.
	assert_eq!(owed, one(who, duty).is_ok());
}

fn take(step: Step, plans: &[Plan]) {
	match step {
		Step::Submit { items, similar, redundancy, time } => {
			let agreement = if similar { SIMILAR } else { Agreement::Exact };
			let deadline = System::block_number() + time;
			let request = JobRequest { deadline, ..request(items, redundancy) };
			Market::insert(REQUESTER, request, agreement).unwrap();
		},
		Step::Answer(salt) => {
			let some = |job: JobId, who: AccountId| {
				// Some are late.
				let late = (salt ^ (job.0 << 3) ^ who).is_multiple_of(4);
				let stage = committee(job).stage;
				let plan = plan_by(plans, job, who);
				if late {
					Plan::SilentFrom(stage)
				} else {
					plan
				}
			};
			let mut jobs: Vec<_> = crate::CommitteesOf::<Test>::iter_keys().collect();
			jobs.sort();
			for job in jobs {
				for who in executors(job) {
					if !matches!(some(job, who), Plan::SilentFrom(_)) {
						let duties = duties(job, who, plan_by(plans, job, who));
						// May be too late.
						if !duties.is_empty() {
							let _ = call(who, duties);
						}
					}
				}
			}
		},
		Step::Try { who, job, kind, plan } => attempt(who, JobId(job), kind, plan),
		Step::Blocks(blocks) => skip(blocks),
		Step::Challenge(job) => {
			let _ = Verification::challenge(
				frame_system::RawOrigin::Signed(REQUESTER).into(),
				JobId(job),
			);
		},
		Step::SettlementFails(fails) => SettlementFails::set(&fails),
		Step::HasVrf(has) => HasVrf::set(&has),
		Step::Providers(count) => {
			Available::set(&PROVIDERS.take(count).collect::<Vec<_>>());
		},
		Step::Cap(cap) => MaxTransitions::set(&cap),
	}
}

/// How many cases are tried, unless the environment asks for more.
fn cases() -> u32 {
	std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(96)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(cases()))]

	/// Whatever is answered, every job ends once, everyone is released once, and every planck held
	/// is paid or returned.
	#[test]
	fn calls_conserve_funds_when_they_are_random(
		audits in prop_oneof![Just(0u32), Just(500_000), Just(1_000_000)],
		plans in prop::collection::vec(plan(), 1..9),
		steps in prop::collection::vec(step(), 1..80),
	) {
		build_with_audits(Permill::from_parts(audits), || {
			for step in steps {
				take(step, &plans);
				Verification::do_try_state().unwrap();
			}
			SettlementFails::set(&false);
			HasVrf::set(&true);
			MaxTransitions::set(&50);
			skip(300);

			assert!(Jobs::get().iter().all(|(_, job)| job.state.is_terminal()));
			assert_eq!(Assignments::<Test>::iter().count(), 0);
			assert_eq!(Agenda::<Test>::iter().count(), 0);
			assert_eq!(VotesOf::<Test>::iter().count(), 0);
			assert!(Reviews::<Test>::iter_values().all(|review| review.status != Status::Open));
			for (_, job) in Jobs::get() {
				assert_eq!(job.state.statement().total(), Some(job.escrow));
			}
		});
	}

	/// However long their answers take and whatever else happens, nobody who is honest is slashed:
	/// the others are fewer than a quorum, and the honest do their part in time.
	#[test]
	fn honest_executors_are_never_slashed(
		nonce in any::<u64>(),
		audited in any::<bool>(),
		similar in any::<bool>(),
		items in 1u32..5,
		redundancy in redundancy(),
		noise in prop::collection::vec(0u8..10, 40),
		others in prop::collection::vec(plan(), 2),
	) {
		// One in a majority is too many for a committee of one or two.
		let one_is_few = redundancy.executors > 2;
		build_with_audits(Permill::from_percent(if audited { 100 } else { 0 }), || {
			Nonce::set(&nonce);
			let agreement = if similar { SIMILAR } else { Agreement::Exact };
			let job = open_request(request(items, redundancy), agreement);
			let plans = |it: JobId, who: AccountId| {
				let place = executors(it).iter().position(|other| *other == who).unwrap();
				match (one_is_few && it == job, place) {
					(true, 0) => others[0],
					_ => Plan::Noisy(noise[place + 10 * (it.0 as usize % 3)]),
				}
			};
			play(plans);
			for event in events() {
				if let crate::Event::ConductRecorded { job: it, executor, conduct } = event {
					if matches!(plans(it, executor), Plan::Noisy(_)) {
						assert!(!matches!(conduct, Conduct::Wrong | Conduct::Withheld | Conduct::Silent), "{conduct:?}");
					}
				}
			}
			assert!(Overruled::get().is_empty());
			assert!(executors(job).len() <= MAX_SEATS as usize);
			let refunded = matches!(Market::job(job).unwrap().state, JobState::Refunded { .. });
			assert!(!refunded, "those who are honest are a quorum in the end");
		});
	}
}

/// As many honest runs as asked for, of committees of every size, with no slash.
fn honest_runs(runs: u64) {
	let mut slashed = 0;
	for nonce in 0..runs {
		build_with_audits(Permill::from_percent(if nonce % 4 == 0 { 100 } else { 0 }), || {
			Nonce::set(&nonce);
			let executors = (nonce % 5 + 1) as u8;
			let redundancy = Redundancy { executors, quorum: executors / 2 + 1 };
			let agreement = if nonce % 2 == 0 { SIMILAR } else { Agreement::Exact };
			open_request(request((nonce % 3 + 1) as u32, redundancy), agreement);
			play(|job, who| Plan::Noisy(((nonce + job.0 + who) % 10) as u8));
			let released = Released::get();
			slashed += released.iter().filter(|(_, it)| *it != Conduct::Verified).count();
		});
	}
	assert_eq!(slashed, 0);
}

/// `HONEST_RUNS` says how many; 100,000 take minutes.
#[test]
fn honest_executors_are_not_slashed_in_many_runs() {
	let runs = std::env::var("HONEST_RUNS").map_or(500, |runs| runs.parse().expect("a number"));
	honest_runs(runs);
}
