use crate::{mock::*, Config, Error, WeightInfo};
use frame::{testing_prelude::*, traits::fungible::Mutate};
use tercet_primitives::{
	BlobRef, JobRequest, ModelId, Payload, Permill, VariantId, H256, MAX_INLINE_BYTES, MAX_ITEMS,
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
		submit(JobRequest { items: 1, price: 50, ..request() });
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
		// 60 + 6 + 3 planck are less than the existential deposit of 100; twice that is more.
		assert_refused(JobRequest { price: 1, ..request() }, Error::<Test>::PriceTooLow);
		submit(JobRequest { price: 2, ..request() });
		// No units, no cost.
		let variant = VariantId { model: ModelId(2), index: 0 };
		assert_refused(JobRequest { variant, ..request() }, Error::<Test>::PriceTooLow);
	});
}

#[test]
fn submit_is_refused_when_units_or_cost_overflow() {
	build_and_execute(|| {
		let variant = VariantId { model: ModelId(1), index: 0 };
		assert_refused(JobRequest { variant, ..request() }, Error::<Test>::PriceOverflow);
		assert_refused(JobRequest { price: u128::MAX, ..request() }, Error::<Test>::PriceOverflow);
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
		let enough = ESCROW + EXISTENTIAL_DEPOSIT;
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
			Balances::set_balance(&REQUESTER, ESCROW + EXISTENTIAL_DEPOSIT - 1);
			assert_refused(request(), Error::<Test>::InsufficientBalance);
		});
	});
}

#[test]
fn submit_is_refused_when_the_balance_is_on_hold_for_other_jobs() {
	build_and_execute(|| {
		let all = ENDOWMENT - EXISTENTIAL_DEPOSIT;
		// 20 units, thrice, and 15 % on top: 69 planck per planck of price.
		let jobs = all / (69 * 5_000);
		for _ in 0..jobs {
			submit(JobRequest { price: 5_000, ..request() });
		}
		assert_eq!(held(REQUESTER), jobs * 69 * 5_000);
		assert_refused(
			JobRequest { price: 5_000, ..request() },
			Error::<Test>::InsufficientBalance,
		);
	});
}

#[test]
fn submit_keeps_the_terms_when_the_model_changes_later() {
	build_and_execute(|| {
		let id = submit(request());
		Royalty::set(&Permill::from_percent(90));
		assert_eq!(job(id).royalty, Permill::from_percent(10));
		next_block();
		next_block();
		assert_ok!(settle(id));
		assert_eq!(free(AUTHOR), ENDOWMENT + 30);
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
