use crate::{expiry::RETRY_AFTER, mock::*, Jobs};
use proptest::prelude::*;
use tercet_primitives::{JobId, JobRequest, JobState};

#[derive(Clone, Debug)]
enum Step {
	Submit { who: AccountId, items: u32, price: u128, ahead: u32 },
	Blocks(u8),
	Settle(u64),
	Refund(u64),
	LeastPrice(u128),
	Vrf(Option<[u8; 32]>),
	OpenFails(bool),
	CloseFails(bool),
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		6 => (1u64..3, 0u32..20, 0u128..40, 8u32..40)
			.prop_map(|(who, items, price, ahead)| Step::Submit { who, items, price, ahead }),
		6 => (1u8..6).prop_map(Step::Blocks),
		4 => (0u64..30).prop_map(Step::Settle),
		2 => (0u64..30).prop_map(Step::Refund),
		1 => (0u128..30).prop_map(Step::LeastPrice),
		1 => any::<Option<[u8; 32]>>().prop_map(Step::Vrf),
		1 => any::<bool>().prop_map(Step::OpenFails),
		1 => any::<bool>().prop_map(Step::CloseFails),
	]
}

fn take(step: Step) {
	match step {
		Step::Submit { who, items, price, ahead } => {
			let deadline = System::block_number() + ahead;
			let request = JobRequest { items, price, deadline, ..request() };
			let _ = JobMarket::submit(RuntimeOrigin::signed(who), request);
		},
		Step::Blocks(blocks) => run_to(System::block_number() + u32::from(blocks)),
		Step::Settle(id) => {
			let _ = settle(JobId(id));
		},
		Step::Refund(id) => {
			let _ = refund(JobId(id));
		},
		Step::LeastPrice(price) => LeastPrice::set(&price),
		Step::Vrf(vrf) => Vrf::set(&vrf),
		Step::OpenFails(fails) => OpenFails::set(&fails),
		Step::CloseFails(fails) => CloseFails::set(&fails),
	}
}

/// Everything that left the requesters: paid, and what each job returned.
fn check_conservation() {
	let (mut deposited, mut paid, mut refunded) = (0, 0, 0);
	for job in Jobs::<Test>::iter_values() {
		deposited += job.escrow;
		match job.state {
			JobState::Settled { statement, .. } => {
				paid += u128::from(statement.executors) * statement.per_executor
					+ statement.royalty
					+ statement.treasury;
				refunded += statement.refunded;
			},
			JobState::Refunded { .. } => refunded += job.escrow,
			JobState::Queued | JobState::Running { .. } => panic!("a job never ended"),
		}
	}
	assert_eq!(paid + refunded, deposited);
	let payees = EXECUTORS.into_iter().chain([AUTHOR, TREASURY]);
	assert_eq!(payees.map(|who| free(who) - ENDOWMENT).sum::<u128>(), paid);
	assert_eq!(free(REQUESTER) + free(OTHER), 2 * ENDOWMENT - paid);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(128))]

	/// Whatever happens, every job ends, and every planck held is paid or returned.
	#[test]
	fn calls_conserve_funds_when_they_are_random(
		steps in prop::collection::vec(step(), 1..80),
	) {
		build_and_execute(|| {
			for step in steps {
				take(step);
				JobMarket::do_try_state().unwrap();
			}
			// Whoever is left is refunded.
			CloseFails::set(&false);
			run_to(System::block_number() + 40 + 2 * RETRY_AFTER);
			check_conservation();
		});
	}
}
