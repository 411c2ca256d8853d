use crate::{mock::*, Error, Event, Params};
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::Settlement, Fault, Invalidity, JobId, JobState, Permill, Statement,
};

#[test]
fn settle_invalid_pays_the_minimum_when_the_job_cannot_be_run() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_ok!(settle_invalid(id, 3));
		// 10 % of 5 planck per unit is 1, rounded up. No royalty: nothing was run.
		let statement =
			Statement { executors: 60, royalties: 0, treasury: 3 + FEE, refunded: ESCROW - 70 };
		let why = Invalidity::InputRefused;
		assert_eq!(state(id), JobState::Invalid { at: 3, why, statement });
		assert_eq!((total(REQUESTER), held(REQUESTER)), (ENDOWMENT - 70, 0));
		assert_eq!((free(EXECUTORS[2]), free(AUTHOR)), (ENDOWMENT + 20, ENDOWMENT));
		assert_eq!(events().last(), Some(&Event::Invalid { job: id, why, statement }));
		assert_eq!(JobMarket::fault(id), Some(Fault::Requester));
	});
}

#[test]
fn settle_invalid_pays_by_the_share_that_stands() {
	build_and_execute(|| {
		let ids: Vec<_> = (0..2).map(|_| submit(patient_request())).collect();
		run_to(3);
		for (id, (share, each)) in ids.into_iter().zip([(0, 0), (100, PAY)]) {
			Params::<Test>::mutate(|p| p.invalid_share = Permill::from_percent(share));
			assert_ok!(settle_invalid(id, 7));
			assert_eq!(state(id).statement().executors, 7 * each);
		}
	});
}

#[test]
fn fault_is_the_stores_when_a_blob_is_missing() {
	build_and_execute(|| {
		let id = submit_and_draw();
		assert_eq!(JobMarket::fault(id), None);
		let why = Invalidity::BlobMissing;
		assert_ok!(<JobMarket as Settlement<AccountId>>::settle_invalid(id, &EXECUTORS, why));
		assert_eq!(JobMarket::fault(id), Some(Fault::Store));
		assert_eq!(JobMarket::fault(JobId(9)), None);
	});
}

#[test]
fn settle_invalid_fails_when_the_job_is_unknown_or_queued() {
	build_and_execute(|| {
		assert_noop!(settle_invalid(JobId(0), 3), Error::<Test>::UnknownJob);
		let id = submit(request());
		assert_noop!(settle_invalid(id, 3), Error::<Test>::NotRunning);
	});
}
