use crate::{expiry::RETRY_AFTER, mock::*, Event, Jobs, MarketParams};
use frame::testing_prelude::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tercet_primitives::{Balance, Funding, ItemSet, JobId, JobRequest, Redundancy, Statement};

#[derive(Clone, Debug)]
enum Step {
	Submit { who: AccountId, items: u32, price: u128, ahead: u32, credit: bool, executors: u8 },
	Blocks(u8),
	TopUp { who: AccountId, id: u64, price: u128 },
	Cancel { who: AccountId, id: u64 },
	Prune(u64),
	AddCredit { who: AccountId, amount: u128 },
	WithdrawCredit { who: AccountId, amount: u128 },
	SetParams { fee: u128, risk: u32, base: u128, share: u32 },
	SettlePart { id: u64, items: u8 },
	Settle { id: u64, executors: usize },
	SettleInvalid { id: u64, executors: usize },
	Refund(u64),
	Escalate { id: u64, seats: u32 },
	OpenReview { of: u64, payer: Option<AccountId>, ahead: u32 },
	Reimburse(u64),
	LeastPrice(u128),
	Reads(u32),
	TreasuryShare(u32),
	Vrf(Option<[u8; 32]>),
	SeatFails(bool),
	CloseFails(bool),
}

fn step() -> impl Strategy<Value = Step> {
	let (who, id, executors) = (1u64..3, 0u64..30, 1usize..8);
	let from_requester = prop_oneof![
		8 => (who.clone(), 0u32..20, 0u128..40, 8u32..40, any::<bool>(), 1u8..8)
			.prop_map(|(who, items, price, ahead, credit, executors)| {
				Step::Submit { who, items, price, ahead, credit, executors }
			}),
		1 => (who.clone(), id.clone(), 0u128..50)
			.prop_map(|(who, id, price)| Step::TopUp { who, id, price }),
		1 => (who.clone(), id.clone()).prop_map(|(who, id)| Step::Cancel { who, id }),
		2 => id.clone().prop_map(Step::Prune),
		2 => (who.clone(), 0u128..200_000)
			.prop_map(|(who, amount)| Step::AddCredit { who, amount }),
		1 => (who, 0u128..100_000)
			.prop_map(|(who, amount)| Step::WithdrawCredit { who, amount }),
	];
	let from_committee = prop_oneof![
		3 => (id.clone(), any::<u8>()).prop_map(|(id, items)| Step::SettlePart { id, items }),
		4 => (id.clone(), executors.clone())
			.prop_map(|(id, executors)| Step::Settle { id, executors }),
		2 => (id.clone(), executors)
			.prop_map(|(id, executors)| Step::SettleInvalid { id, executors }),
		2 => id.clone().prop_map(Step::Refund),
		2 => (id.clone(), 0u32..4).prop_map(|(id, seats)| Step::Escalate { id, seats }),
		2 => (id.clone(), prop::option::of(1u64..3), 0u32..40)
			.prop_map(|(of, payer, ahead)| Step::OpenReview { of, payer, ahead }),
		2 => id.prop_map(Step::Reimburse),
	];
	let from_outside = prop_oneof![
		1 => (0u128..20, 1u32..9, 100u128..300, 0u32..300_000)
			.prop_map(|(fee, risk, base, share)| Step::SetParams { fee, risk, base, share }),
		2 => (0u128..30).prop_map(Step::LeastPrice),
		2 => (0..=MOST_READS).prop_map(Step::Reads),
		1 => (0u32..200_000).prop_map(Step::TreasuryShare),
		1 => any::<Option<[u8; 32]>>().prop_map(Step::Vrf),
		1 => any::<bool>().prop_map(Step::SeatFails),
		1 => any::<bool>().prop_map(Step::CloseFails),
	];
	prop_oneof![
		4 => from_requester,
		4 => from_committee,
		3 => (1u8..8).prop_map(Step::Blocks),
		1 => (20u8..60).prop_map(Step::Blocks),
		1 => from_outside,
	]
}

fn take(step: Step) {
	let signed = RuntimeOrigin::signed;
	match step {
		Step::Submit { who, items, price, ahead, credit, executors } => {
			let deadline = System::block_number() + ahead;
			let funding = if credit { Funding::Credit } else { Funding::Hold };
			let redundancy = Redundancy { executors, quorum: executors / 2 + 1 };
			let request = JobRequest { items, price, deadline, funding, redundancy, ..request() };
			let _ = JobMarket::submit(signed(who), request);
		},
		Step::Blocks(blocks) => run_to(System::block_number() + u32::from(blocks)),
		Step::TopUp { who, id, price } => {
			let _ = JobMarket::top_up(signed(who), JobId(id), price);
		},
		Step::Cancel { who, id } => {
			let _ = JobMarket::cancel(signed(who), JobId(id));
		},
		Step::Prune(id) => {
			let _ = JobMarket::prune(signed(OTHER), JobId(id));
		},
		Step::AddCredit { who, amount } => {
			let _ = JobMarket::add_credit(signed(who), amount);
		},
		Step::WithdrawCredit { who, amount } => {
			let _ = JobMarket::withdraw_credit(signed(who), amount);
		},
		Step::SetParams { fee, risk, base, share } => {
			let params = MarketParams {
				job_fee: fee,
				risk_factor: risk,
				deposit_base: base,
				invalid_share: Permill::from_parts(share),
				..PARAMS
			};
			let _ = JobMarket::set_params(RuntimeOrigin::root(), params);
		},
		Step::SettlePart { id, items } => {
			let set: ItemSet = (0..8).filter(|index| items >> index & 1 == 1).collect();
			let _ = settle_part(JobId(id), set);
		},
		Step::Settle { id, executors } => {
			let _ = settle_with(JobId(id), executors);
		},
		Step::SettleInvalid { id, executors } => {
			let _ = settle_invalid(JobId(id), executors);
		},
		Step::Refund(id) => {
			let _ = refund(JobId(id));
		},
		Step::Escalate { id, seats } => {
			if request_draw(JobId(id)).is_ok() {
				let mut wants = Wants::get();
				wants.push((JobId(id), seats, 1));
				Wants::set(&wants);
			}
		},
		Step::OpenReview { of, payer, ahead } => {
			let _ = open_review(JobId(of), payer, System::block_number() + ahead);
		},
		Step::Reimburse(id) => {
			let _ = reimburse(JobId(id));
		},
		Step::LeastPrice(price) => LeastPrice::set(&price),
		Step::Reads(reads) => Reads::set(&reads),
		Step::TreasuryShare(parts) => TreasuryShare::set(&Permill::from_parts(parts)),
		Step::Vrf(vrf) => Vrf::set(&vrf),
		Step::SeatFails(fails) => SeatFails::set(&fails),
		Step::CloseFails(fails) => CloseFails::set(&fails),
	}
}

/// What the events say of one job.
#[derive(Default)]
struct Account {
	requester: AccountId,
	escrow: Balance,
	ends: Vec<Statement>,
}

/// Every job has ended once, its statement sums to its escrow, and what everybody gained or lost is
/// what the events say.
fn check_conservation() {
	let mut jobs = BTreeMap::<JobId, Account>::new();
	let mut reimbursed = BTreeMap::<AccountId, Balance>::new();
	for event in events() {
		match event {
			Event::Submitted { job, requester, escrow } => {
				jobs.insert(job, Account { requester, escrow, ends: Vec::new() });
			},
			Event::ToppedUp { job, escrow, .. } => jobs.get_mut(&job).unwrap().escrow = escrow,
			Event::Settled { job, statement }
			| Event::Invalid { job, statement, .. }
			| Event::Refunded { job, statement, .. } => {
				jobs.get_mut(&job).unwrap().ends.push(statement);
			},
			Event::Reimbursed { to, amount, .. } => {
				*reimbursed.entry(to).or_default() += amount;
			},
			_ => (),
		}
	}
	assert_eq!(jobs.len() as u64, JobMarket::job_count());

	let (mut executors, mut royalties, mut treasury) = (0, 0, 0);
	let mut paid = BTreeMap::<AccountId, Balance>::new();
	for job in jobs.values() {
		let [statement] = job.ends[..] else { panic!("a job did not end once") };
		assert_eq!(statement.total(), Some(job.escrow));
		executors += statement.executors;
		royalties += statement.royalties;
		treasury += statement.treasury;
		*paid.entry(job.requester).or_default() += job.escrow - statement.refunded;
	}
	let gained = |who: &[AccountId]| who.iter().map(|who| total(*who) - ENDOWMENT).sum::<Balance>();
	assert_eq!(gained(&EXECUTORS), executors);
	assert_eq!(gained(&[AUTHOR, ANCESTOR]), royalties);
	let of = |map: &BTreeMap<_, Balance>, who| map.get(&who).copied().unwrap_or_default();
	for who in [REQUESTER, OTHER] {
		assert_eq!(total(who), ENDOWMENT + of(&reimbursed, who) - of(&paid, who));
	}
	let back = reimbursed.values().sum::<Balance>();
	assert_eq!(total(TREASURY), ENDOWMENT + treasury - of(&paid, TREASURY) - back);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	/// Whatever happens, every job ends, and every planck held is paid or returned.
	#[test]
	fn calls_conserve_funds_when_they_are_random(
		steps in prop::collection::vec(step(), 1..120),
	) {
		build_and_execute(|| {
			for step in steps {
				take(step);
				JobMarket::do_try_state().unwrap();
			}
			// Whoever is left is refunded, and everything is removed.
			CloseFails::set(&false);
			run_to(System::block_number() + 80 + 2 * RETRY_AFTER);
			check_conservation();
			for id in Jobs::<Test>::iter_keys().collect::<Vec<_>>() {
				assert_ok!(JobMarket::prune(RuntimeOrigin::signed(OTHER), id));
			}
			for who in [REQUESTER, OTHER] {
				let credit = JobMarket::credit(who);
				assert_eq!(credit.committed, 0);
				if credit.total > 0 {
					let origin = RuntimeOrigin::signed(who);
					assert_ok!(JobMarket::withdraw_credit(origin, credit.total));
				}
			}
			assert!(accounts().all(|who| free(who) == total(who)));
			assert!(crate::Waiting::<Test>::iter().next().is_none());
			assert!(crate::Expiries::<Test>::iter().next().is_none());
			assert!(crate::ReviewOf::<Test>::iter().next().is_none());
		});
	}
}
