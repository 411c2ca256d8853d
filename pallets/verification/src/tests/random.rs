use crate::{mock::*, Assignments};
use proptest::prelude::*;
use tercet_primitives::{traits::Committees, JobId, JobState};

#[derive(Clone, Debug)]
enum Step {
	Open {
		id: u64,
		ahead: u32,
	},
	/// Everyone commits.
	Commits {
		id: u64,
		bytes: [u8; 3],
	},
	/// Everyone reveals.
	Reveals {
		id: u64,
		bytes: [u8; 3],
	},
	Commit {
		who: AccountId,
		id: u64,
		byte: u8,
	},
	Reveal {
		who: AccountId,
		id: u64,
		byte: u8,
	},
	Blocks(u32),
	Close(u64),
	SettlementFails(bool),
}

fn step() -> impl Strategy<Value = Step> {
	// Two answers, of which one is common; now and then a stranger.
	let byte = || prop_oneof![9 => Just(1u8), 1 => Just(2u8)];
	let bytes = || [byte(), byte(), byte()];
	let who = || prop_oneof![12 => 11u64..=13, 1 => Just(STRANGER)];
	prop_oneof![
		3 => (0u64..5, 1u32..100).prop_map(|(id, ahead)| Step::Open { id, ahead }),
		9 => (who(), 0u64..5, byte()).prop_map(|(who, id, byte)| Step::Commit { who, id, byte }),
		9 => (who(), 0u64..5, byte()).prop_map(|(who, id, byte)| Step::Reveal { who, id, byte }),
		4 => (0u64..5, bytes()).prop_map(|(id, bytes)| Step::Commits { id, bytes }),
		4 => (0u64..5, bytes()).prop_map(|(id, bytes)| Step::Reveals { id, bytes }),
		2 => (1u32..8).prop_map(Step::Blocks),
		2 => (0u64..5).prop_map(Step::Close),
		1 => any::<bool>().prop_map(Step::SettlementFails),
	]
}

fn known(id: u64) -> bool {
	Jobs::get().iter().any(|(job, _)| job.0 == id)
}

fn take(step: Step) {
	match step {
		Step::Open { id, ahead } => {
			if !known(id) && ahead > 1 {
				let deadline = System::block_number() + ahead;
				let job = market_job(id, deadline);
				<Verification as Committees<_>>::open(job, EXECUTORS.to_vec(), deadline).unwrap();
			}
		},
		Step::Commits { id, bytes } => {
			for (who, byte) in EXECUTORS.into_iter().zip(bytes) {
				take(Step::Commit { who, id, byte });
			}
		},
		Step::Reveals { id, bytes } => {
			for (who, byte) in EXECUTORS.into_iter().zip(bytes) {
				take(Step::Reveal { who, id, byte });
			}
		},
		Step::Commit { who, id, byte } => {
			let _ = commit(who, JobId(id), &answer(byte));
		},
		Step::Reveal { who, id, byte } => {
			let _ = reveal(who, JobId(id), &answer(byte));
		},
		Step::Blocks(blocks) => run_to(System::block_number() + blocks),
		// The market closes and refunds in one go.
		Step::Close(id) if !SettlementFails::get() => {
			let _ = close(JobId(id));
		},
		Step::Close(_) => {},
		Step::SettlementFails(fails) => SettlementFails::set(&fails),
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	/// Whatever is answered, every job ends once, everyone is released once, and every planck held
	/// is paid or returned.
	#[test]
	fn calls_conserve_funds_when_they_are_random(
		steps in prop::collection::vec(step(), 1..150),
	) {
		build_and_execute(|| {
			for step in steps {
				take(step);
				Verification::do_try_state().unwrap();
			}
			SettlementFails::set(&false);
			run_to(System::block_number() + 100);
			let jobs = Jobs::get();
			for (job, record) in &jobs {
				assert_eq!(close(*job).is_err(), record.state.is_terminal());
			}

			assert_eq!(Assignments::<Test>::iter().count(), 0);
			assert_eq!(Released::get().len(), 3 * jobs.len());
			let settled = |(_, job): &&(_, tercet_primitives::Job<AccountId>)| {
				matches!(job.state, JobState::Settled { .. })
			};
			let paid = 3 * PAY * jobs.iter().filter(settled).count() as u128;
			assert_eq!(held(), 0);
			assert_eq!(free(REQUESTER), ENDOWMENT - paid);
			assert_eq!(EXECUTORS.map(free).iter().sum::<u128>(), 3 * ENDOWMENT + paid);
		});
	}
}
