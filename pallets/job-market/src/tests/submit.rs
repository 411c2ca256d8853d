use crate::{mock::*, Config, Error, Params, WeightInfo};
use codec::Encode;
use frame::{testing_prelude::*, traits::fungible::Mutate};
use tercet_primitives::{
	traits::{Payouts, Settlement},
	Answer, BlobRef, Job, JobRequest, ModelId, Payload, Permill, Redundancy, VariantId, WorkUnits,
	H256, MAX_INLINE_BYTES, MAX_ITEMS,
};

fn assert_refused(request: JobRequest, error: impl Into<DispatchError>) {
	let error: DispatchError = error.into();
	assert_noop!(JobMarket::submit(RuntimeOrigin::signed(REQUESTER), request), error);
}

fn blob(size: u64) -> Payload {
	Payload::Blob(BlobRef { blob_id: [1; 32], digest: H256::zero(), size })
}

#[test]
fn submit_is_refused_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::root(), RuntimeOrigin::none()] {
			assert_noop!(JobMarket::submit(origin, request()), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn submit_is_refused_when_items_are_out_of_range() {
	build_and_execute(|| {
		assert_refused(JobRequest { items: 0, ..request() }, Error::<Test>::ZeroItems);
		let many = MAX_ITEMS + 1;
		assert_refused(JobRequest { items: many, ..request() }, Error::<Test>::TooManyItems);
		submit(JobRequest { items: 1, ..request() });
		submit(JobRequest { items: MAX_ITEMS, ..request() });
	});
}

#[test]
fn submit_is_refused_when_model_or_variant_is_unknown() {
	build_and_execute(|| {
		let variant = VariantId { model: ModelId(7), index: 0 };
		assert_refused(JobRequest { variant, ..request() }, "unknown model");
		let variant = VariantId { model: ModelId(0), index: 1 };
		assert_refused(JobRequest { variant, ..request() }, "unknown variant");
	});
}

#[test]
fn submit_is_refused_when_the_price_is_zero_or_too_low() {
	build_and_execute(|| {
		assert_refused(JobRequest { price: 0, ..request() }, Error::<Test>::ZeroPrice);
		// 70 + 7 + 1 + 4 planck are less than the existential deposit of 100; twice that is more.
		let cheap = JobRequest { items: 1, price: 1, ..request() };
		assert_refused(cheap, Error::<Test>::PriceTooLow);
		submit(JobRequest { items: 1, price: 2, ..request() });
		// No units, no cost.
		let variant = VariantId { model: ModelId(2), index: 0 };
		assert_refused(JobRequest { variant, ..request() }, Error::<Test>::PriceTooLow);
	});
}

#[test]
fn submit_is_refused_when_the_redundancy_is_impossible() {
	build_and_execute(|| {
		for (executors, quorum) in [(0, 0), (3, 0), (3, 1), (4, 2), (3, 4), (8, 5), (255, 255)] {
			let redundancy = Redundancy { executors, quorum };
			let request = JobRequest { redundancy, ..request() };
			assert_refused(request, Error::<Test>::InvalidRedundancy);
		}
		for (executors, quorum) in [(2, 2), (3, 2), (3, 3), (4, 3), (7, 4), (7, 7)] {
			submit(JobRequest { redundancy: Redundancy { executors, quorum }, ..request() });
		}
	});
}

#[test]
fn submit_is_refused_when_fewer_executors_are_asked_for_than_the_floor() {
	build_and_execute(|| {
		let redundancy = Redundancy { executors: 1, quorum: 1 };
		let alone = JobRequest { redundancy, ..request() };
		assert_refused(alone.clone(), Error::<Test>::TooFewExecutors);
		Params::<Test>::mutate(|params| params.adaptive_floor = 1);
		submit(alone);
	});
}

#[test]
fn submit_is_refused_when_units_or_cost_overflow() {
	build_and_execute(|| {
		let variant = VariantId { model: ModelId(1), index: 0 };
		assert_refused(JobRequest { variant, ..request() }, Error::<Test>::PriceOverflow);
		assert_refused(JobRequest { price: u128::MAX, ..request() }, Error::<Test>::PriceOverflow);
		hypothetically!({
			Params::<Test>::mutate(|params| params.job_fee = u128::MAX);
			assert_refused(request(), Error::<Test>::PriceOverflow);
		});
		hypothetically!({
			Params::<Test>::mutate(|params| params.risk_factor = u32::MAX);
			let risky = JobRequest { price: u128::MAX >> 32, ..request() };
			assert_refused(risky, Error::<Test>::PriceOverflow);
		});
		hypothetically!({
			Params::<Test>::mutate(|params| params.deposit_per_byte = u128::MAX);
			assert_refused(request(), Error::<Test>::PriceOverflow);
		});
	});
}

#[test]
fn submit_is_refused_when_the_input_is_empty_or_too_large() {
	build_and_execute(|| {
		let empty = Payload::Inline(Default::default());
		assert_refused(JobRequest { input: empty, ..request() }, Error::<Test>::EmptyInput);
		assert_refused(JobRequest { input: blob(0), ..request() }, Error::<Test>::EmptyInput);
		let large = blob(MAX_INPUT + 1);
		assert_refused(JobRequest { input: large, ..request() }, Error::<Test>::InputTooLarge);
		submit(JobRequest { input: blob(MAX_INPUT), ..request() });
		let inline = vec![0; MAX_INLINE_BYTES as usize].try_into().unwrap();
		submit(JobRequest { input: Payload::Inline(inline), ..request() });
	});
}

#[test]
fn submit_is_refused_when_the_deadline_is_past_or_too_near_or_too_far() {
	build_and_execute(|| {
		run_to(20);
		for deadline in [0, 19, 20, 20 + MIN_DEADLINE - 1] {
			assert_refused(JobRequest { deadline, ..request() }, Error::<Test>::DeadlineTooSoon);
		}
		for deadline in [20 + MAX_DEADLINE + 1, u32::MAX] {
			assert_refused(JobRequest { deadline, ..request() }, Error::<Test>::DeadlineTooFar);
		}
		submit(JobRequest { deadline: 20 + MIN_DEADLINE, ..request() });
		submit(JobRequest { deadline: 20 + MAX_DEADLINE, ..request() });
	});
}

#[test]
fn submit_is_refused_when_the_last_block_leaves_no_room_for_a_refund() {
	build_and_execute(|| {
		hypothetically!({
			System::set_block_number(u32::MAX - MIN_DEADLINE);
			let last = JobRequest { deadline: u32::MAX, ..request() };
			assert_refused(last, Error::<Test>::DeadlineTooFar);
		});
	});
}

#[test]
fn submit_is_refused_when_the_balance_is_short_by_one() {
	build_and_execute(|| {
		let poor = |balance: u128, request| {
			hypothetically!({
				Balances::set_balance(&REQUESTER, balance);
				JobMarket::submit(RuntimeOrigin::signed(REQUESTER), request)
			})
		};
		let enough = ESCROW + deposit(3) + EXISTENTIAL_DEPOSIT;
		assert_noop!(poor(enough - 1, request()), Error::<Test>::InsufficientBalance);
		assert_ok!(poor(enough, request()));
		assert_noop!(
			JobMarket::submit(RuntimeOrigin::signed(PAUPER), request()),
			Error::<Test>::InsufficientBalance
		);
	});
}

#[test]
fn submit_keeps_the_existential_deposit_free_when_the_account_has_other_references() {
	build_and_execute(|| {
		System::inc_providers(&REQUESTER);
		hypothetically!({
			Balances::set_balance(&REQUESTER, ESCROW + deposit(3) + EXISTENTIAL_DEPOSIT - 1);
			assert_refused(request(), Error::<Test>::InsufficientBalance);
		});
	});
}

#[test]
fn submit_is_refused_when_the_balance_is_on_hold_for_other_jobs() {
	build_and_execute(|| {
		// 20 units, for seven, and 15 % on top: 161 planck per planck of price.
		let large = || JobRequest { price: 5_000, ..request() };
		let each = 161 * 5_000 + FEE + deposit(3);
		let jobs = (ENDOWMENT - EXISTENTIAL_DEPOSIT) / each;
		for _ in 0..jobs {
			submit(large());
		}
		assert_eq!(held(REQUESTER) + deposited(REQUESTER), jobs * each);
		assert_refused(large(), Error::<Test>::InsufficientBalance);
	});
}

#[test]
fn submit_holds_a_deposit_for_every_byte_that_the_record_can_grow_to() {
	build_and_execute(|| {
		submit(JobRequest { input: blob(MAX_INPUT), ..request() });
		assert_eq!(deposited(REQUESTER), deposit(0));
		let input = Payload::Inline(vec![0; MAX_INLINE_BYTES as usize].try_into().unwrap());
		let id = submit(JobRequest { input, ..request() });
		assert_eq!(job(id).deposit, deposit(MAX_INLINE_BYTES));
		assert_eq!(deposited(REQUESTER), deposit(0) + deposit(MAX_INLINE_BYTES));

		// The largest record there can be is paid for.
		next_block();
		next_block();
		let output = Payload::Inline(vec![0; MAX_INLINE_BYTES as usize].try_into().unwrap());
		let answer = Answer { root: H256::zero(), output };
		let executors = &EXECUTORS[..3];
		type Market = JobMarket;
		assert_ok!(<Market as Settlement<AccountId>>::settle_part(
			id,
			executors,
			answer.clone(),
			items([0])
		));
		assert_ok!(<Market as Settlement<AccountId>>::settle(id, executors, answer));
		let bytes = job(id).encoded_size() as u128;
		assert!(bytes * PARAMS.deposit_per_byte + PARAMS.deposit_base <= job(id).deposit);
	});
}

#[test]
fn submit_keeps_the_terms_when_model_and_parameters_change_later() {
	build_and_execute(|| {
		let id = submit(request());
		let before = job(id);
		assert_eq!((before.fee, before.risk, before.artifact), (FEE, 3 * PAY, ARTIFACT));
		TotalRoyalty::set(&Permill::from_percent(90));
		Params::<Test>::mutate(|params| {
			(params.job_fee, params.risk_factor, params.deposit_base) = (9, 5, 200);
		});
		next_block();
		next_block();
		assert_eq!(job(id), Job { state: running(2), ..before });
		assert_ok!(settle(id));
		assert_eq!((free(AUTHOR), free(ANCESTOR)), (ENDOWMENT + 27, ENDOWMENT + 3));
		assert_eq!(free(TREASURY), ENDOWMENT + 15 + FEE);
	});
}

#[test]
fn submit_counts_ids_up_when_requesters_differ() {
	build_and_execute(|| {
		submit(request());
		assert_ok!(JobMarket::submit(RuntimeOrigin::signed(OTHER), request()));
		assert_eq!(JobMarket::job_count(), 2);
		assert_eq!(job(tercet_primitives::JobId(1)).requester, OTHER);
		assert_eq!((held(REQUESTER), held(OTHER)), (ESCROW, ESCROW));
	});
}

#[test]
fn submit_weighs_more_when_the_input_is_inline() {
	build_and_execute(|| {
		let weight = |input| {
			let call = crate::Call::<Test>::submit { request: JobRequest { input, ..request() } };
			call.get_dispatch_info().call_weight
		};
		let inline = Payload::Inline(vec![0; 1_000].try_into().unwrap());
		assert_eq!(weight(inline), <Test as Config>::WeightInfo::submit(1_000));
		assert_eq!(weight(blob(1_000)), <Test as Config>::WeightInfo::submit(0));
	});
}

#[test]
fn submit_charges_the_expected_share_of_an_audit_when_jobs_are_audited() {
	build_and_execute(|| {
		let flat = job(submit(request())).fee;
		assert_eq!(flat, FEE);
		AuditRate::set(&Permill::from_percent(20));
		// A fifth of five executors' pay with royalties and the treasury's share.
		let Job { units_per_item, royalties, .. } = job(submit(request()));
		let units = WorkUnits(units_per_item.0 * u64::from(request().items));
		let audit = <Test as crate::Config>::Payouts::worst_case(units, 5, 5, &royalties).unwrap();
		let id = submit(request());
		assert_eq!(job(id).fee, FEE + Permill::from_percent(20).mul_ceil(audit));
		// The share rises with the price.
		assert_ok!(JobMarket::top_up(RuntimeOrigin::signed(REQUESTER), id, 10));
		let audit = <Test as crate::Config>::Payouts::worst_case(units, 10, 5, &royalties).unwrap();
		assert_eq!(job(id).fee, FEE + Permill::from_percent(20).mul_ceil(audit));
	});
}
