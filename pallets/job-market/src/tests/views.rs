use crate::{mock::*, Error, Estimate};
use frame::testing_prelude::*;
use tercet_primitives::{
	apis::ItemProofError, hashing, traits::Settlement, ItemSet, JobId, JobRequest, Redundancy,
	WorkUnits, H256, MAX_ITEMS,
};

#[test]
fn quote_names_what_submission_holds_and_what_the_first_round_costs() {
	build_and_execute(|| {
		let pool = request().pool();
		let (units, deposit) = (WorkUnits(20), deposit(0));
		let estimate = Estimate { units, cost: COST, escrow: ESCROW, deposit };
		assert_eq!(JobMarket::quote(pool, 2, 5, Redundancy::DEFAULT), Ok(estimate));
		let five = Estimate { cost: 500 + 50 + 25 + FEE, ..estimate };
		assert_eq!(JobMarket::quote(pool, 2, 5, Redundancy::LADDER[1]), Ok(five));
		let all = Estimate { cost: ESCROW, ..estimate };
		assert_eq!(JobMarket::quote(pool, 2, 5, Redundancy::LADDER[2]), Ok(all));

		let id = submit_and_draw();
		assert_eq!((job(id).units(), job(id).escrow), (units, ESCROW));
		assert_ok!(settle(id));
		assert_eq!(total(REQUESTER), ENDOWMENT - COST);
	});
}

#[test]
fn quote_fails_when_submission_would() {
	build_and_execute(|| {
		let pool = request().pool();
		let quote = |items, price| JobMarket::quote(pool, items, price, Redundancy::DEFAULT);
		assert_eq!(quote(0, 5), Err(Error::<Test>::ZeroItems.into()));
		assert_eq!(quote(MAX_ITEMS + 1, 5), Err(Error::<Test>::TooManyItems.into()));
		assert_eq!(quote(2, 0), Err(Error::<Test>::ZeroPrice.into()));
		assert_eq!(quote(1, 1), Err(Error::<Test>::PriceTooLow.into()));
		assert_eq!(quote(2, u128::MAX), Err(Error::<Test>::PriceOverflow.into()));
		let redundancy = Redundancy { executors: 3, quorum: 1 };
		let error = Error::<Test>::InvalidRedundancy.into();
		assert_eq!(JobMarket::quote(pool, 2, 5, redundancy), Err(error));
		let redundancy = Redundancy { executors: 1, quorum: 1 };
		let error = Error::<Test>::TooFewExecutors.into();
		assert_eq!(JobMarket::quote(pool, 2, 5, redundancy), Err(error));
	});
}

fn digests(items: core::ops::Range<u8>) -> Vec<H256> {
	items.map(|item| hashing::item_digest(&[item])).collect()
}

#[test]
fn verify_item_accepts_each_item_when_the_proof_fits() {
	build_and_execute(|| {
		let (all, digests) = (ItemSet::first(5), digests(0..5));
		let id = submit(JobRequest { items: 5, ..request() });
		let verify = |index: u32, item: usize| {
			let proof = hashing::item_proof(&all, &digests, item as u32).unwrap();
			JobMarket::verify_item(id, index, &digests[item], &proof)
		};
		assert_eq!(verify(0, 0), Err(ItemProofError::NotSettled));
		next_block();
		next_block();
		assert_eq!(verify(0, 0), Err(ItemProofError::NotSettled));
		let root = hashing::result_root(&all, &digests);
		assert_ok!(<JobMarket as Settlement<AccountId>>::settle(id, &EXECUTORS[..3], answer(root)));

		for item in 0..5 {
			assert_eq!(verify(item as u32, item), Ok(()));
			assert_eq!(JobMarket::item_root(id, item as u32), Ok((root, all)));
		}
		assert_eq!(verify(1, 0), Err(ItemProofError::Mismatch));
		assert_eq!(verify(5, 0), Err(ItemProofError::IndexOutOfRange));
		assert_eq!(JobMarket::verify_item(id, 0, &digests[0], &[]), Err(ItemProofError::Mismatch));
		let unknown = JobMarket::verify_item(JobId(9), 0, &digests[0], &[]);
		assert_eq!(unknown, Err(ItemProofError::UnknownJob));
	});
}

/// A job of five items, of which 0, 2 and 4 have been settled; and the digests of that answer.
fn settled_in_part() -> (JobId, Vec<H256>) {
	let (all, digests) = (ItemSet::first(5), digests(0..5));
	let id = submit_and_draw_of(JobRequest { items: 5, ..request() });
	let answer = answer(hashing::result_root(&all, &digests));
	let agreed = items([0, 2, 4]);
	assert_ok!(<JobMarket as Settlement<AccountId>>::settle_part(
		id,
		&EXECUTORS[..3],
		answer,
		agreed
	));
	(id, digests)
}

fn verify(id: JobId, set: &ItemSet, digests: &[H256], index: u32) -> Result<(), ItemProofError> {
	let proof = hashing::item_proof(set, digests, index).unwrap();
	let digest = digests[set.rank(index) as usize];
	JobMarket::verify_item(id, index, &digest, &proof)
}

#[test]
fn verify_item_accepts_the_items_agreed_on_when_others_are_in_dispute() {
	build_and_execute(|| {
		let (id, digests) = settled_in_part();
		let all = ItemSet::first(5);
		for index in [0, 2, 4] {
			assert_eq!(verify(id, &all, &digests, index), Ok(()));
		}
		for index in [1, 3] {
			assert_eq!(verify(id, &all, &digests, index), Err(ItemProofError::NotSettled));
		}
		let beyond = JobMarket::item_root(id, 5);
		assert_eq!(beyond, Err(ItemProofError::IndexOutOfRange));
	});
}

#[test]
fn verify_item_asks_the_patch_when_the_item_was_in_dispute() {
	build_and_execute(|| {
		let (id, old) = settled_in_part();
		let (all, rest, new) = (ItemSet::first(5), items([1, 3]), digests(7..9));
		let root = hashing::result_root(&rest, &new);
		assert_ok!(<JobMarket as Settlement<AccountId>>::settle(id, &EXECUTORS[..5], answer(root)));
		for index in [0, 2, 4] {
			assert_eq!(verify(id, &all, &old, index), Ok(()));
		}
		for index in [1, 3] {
			assert_eq!(verify(id, &rest, &new, index), Ok(()));
			assert_eq!(verify(id, &all, &old, index), Err(ItemProofError::Mismatch));
			assert_eq!(JobMarket::item_root(id, index), Ok((root, rest)));
		}
	});
}

#[test]
fn verify_item_refuses_items_in_dispute_when_they_were_refunded() {
	build_and_execute(|| {
		let (id, digests) = settled_in_part();
		assert_ok!(refund(id));
		let all = ItemSet::first(5);
		assert_eq!(verify(id, &all, &digests, 2), Ok(()));
		for index in [1, 3] {
			assert_eq!(verify(id, &all, &digests, index), Err(ItemProofError::NotSettled));
		}
	});
}

#[test]
fn verify_item_refuses_when_the_job_was_refunded_or_invalid() {
	build_and_execute(|| {
		let refunded = submit(request());
		let invalid = submit(request());
		assert_ok!(refund(refunded));
		run_to(3);
		assert_ok!(settle_invalid(invalid, 3));
		let digest = hashing::item_digest(b"0");
		for id in [refunded, invalid] {
			let result = JobMarket::verify_item(id, 0, &digest, &[]);
			assert_eq!(result, Err(ItemProofError::NotSettled));
		}
	});
}
