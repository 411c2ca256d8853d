use crate::{mock::*, Error};
use frame::testing_prelude::*;
use tercet_primitives::{
	apis::ItemProofError, hashing, traits::Settlement, JobId, JobRequest, WorkUnits, MAX_ITEMS,
};

#[test]
fn quote_names_what_submission_holds() {
	build_and_execute(|| {
		let pool = request().pool();
		assert_eq!(JobMarket::quote(pool, 2, 5), Ok((WorkUnits(20), ESCROW)));
		let id = submit(request());
		assert_eq!(job(id).units, WorkUnits(20));
		assert_eq!(job(id).escrow, ESCROW);
	});
}

#[test]
fn quote_fails_when_submission_would() {
	build_and_execute(|| {
		let pool = request().pool();
		let quote = |items, price| JobMarket::quote(pool, items, price);
		assert_eq!(quote(0, 5), Err(Error::<Test>::ZeroItems.into()));
		assert_eq!(quote(MAX_ITEMS + 1, 5), Err(Error::<Test>::TooManyItems.into()));
		assert_eq!(quote(2, 0), Err(Error::<Test>::ZeroPrice.into()));
		assert_eq!(quote(2, 1), Err(Error::<Test>::PriceTooLow.into()));
		assert_eq!(quote(2, u128::MAX), Err(Error::<Test>::PriceOverflow.into()));
	});
}

#[test]
fn verify_item_accepts_each_item_when_the_proof_fits() {
	build_and_execute(|| {
		let digests: Vec<_> = (0u8..5).map(|item| hashing::item_digest(&[item])).collect();
		let id = submit(JobRequest { items: 5, ..request() });
		let verify = |index: u32, item: usize| {
			let proof = hashing::item_proof(&digests, item as u32).unwrap();
			JobMarket::verify_item(id, index, &digests[item], &proof)
		};
		assert_eq!(verify(0, 0), Err(ItemProofError::NotSettled));
		next_block();
		next_block();
		assert_eq!(verify(0, 0), Err(ItemProofError::NotSettled));
		let answer = answer(hashing::result_root(&digests));
		assert_ok!(<JobMarket as Settlement<AccountId>>::settle(id, &EXECUTORS, answer));

		for item in 0..5 {
			assert_eq!(verify(item as u32, item), Ok(()));
		}
		assert_eq!(verify(1, 0), Err(ItemProofError::Mismatch));
		assert_eq!(verify(5, 0), Err(ItemProofError::IndexOutOfRange));
		assert_eq!(JobMarket::verify_item(id, 0, &digests[0], &[]), Err(ItemProofError::Mismatch));
		assert_eq!(
			JobMarket::verify_item(JobId(9), 0, &digests[0], &[]),
			Err(ItemProofError::UnknownJob)
		);
	});
}

#[test]
fn verify_item_refuses_when_the_job_was_refunded() {
	build_and_execute(|| {
		let id = submit(request());
		assert_ok!(refund(id));
		let digest = hashing::item_digest(b"0");
		assert_eq!(JobMarket::verify_item(id, 0, &digest, &[]), Err(ItemProofError::NotSettled));
	});
}
