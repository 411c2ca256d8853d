//! Jobs that cannot be run.

use super::play::*;
use crate::mock::*;
use tercet_primitives::{
	Agreement,
	Conduct::{Unresolved, Verified, Wrong},
	Decision, Fault,
	Invalidity::{self, BlobMismatch, BlobMissing, InputRefused, ModelRefused, OutOfMemory},
	JobState,
};

const AGREEMENTS: [Agreement; 2] = [Agreement::Exact, SIMILAR];

fn invalid(why: Invalidity) -> Plan {
	Plan::Invalid(why)
}

#[test]
fn invalid_job_pays_the_minimum_when_all_say_so() {
	for why in [BlobMissing, BlobMismatch, ModelRefused, InputRefused, OutOfMemory] {
		for agreement in AGREEMENTS {
			build_and_execute(|| {
				let job = open(4, agreement);
				play(by_seat(&[invalid(why); 3]));
				let JobState::Invalid { why: found, .. } = state(job) else { panic!() };
				assert_eq!((found, committee(job).decision), (why, Some(Decision::Invalid)));
				assert_eq!(conducts(job), [Verified; 3]);
				assert_eq!(gain(REQUESTER), -((3 * PAY + FEE) as i128));
				let fault = if why == BlobMissing { Fault::Store } else { Fault::Requester };
				assert_eq!(state(job).fault(), Some(fault));
			});
		}
	}
}

#[test]
fn invalid_job_is_escalated_when_one_gives_a_result() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			let job = open(4, agreement);
			let no = invalid(InputRefused);
			play(by_seat(&[no, no, HONEST, no, no]));
			assert_eq!(committee(job).decision, Some(Decision::Invalid));
			assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
		});
	}
}

#[test]
fn invalid_claim_is_wrong_when_a_quorum_gives_results() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			let job = open(4, agreement);
			play(by_seat(&[invalid(OutOfMemory)]));
			assert_eq!(conducts(job), [Wrong, Verified, Verified, Verified, Verified]);
		});
	}
}

#[test]
fn invalid_claims_do_not_agree_when_reasons_differ() {
	build_and_execute(|| {
		let job = open(4, Agreement::Exact);
		let (a, b) = (invalid(InputRefused), invalid(ModelRefused));
		play(by_seat(&[a, a, b, a, a]));
		assert_eq!(conducts(job), [Verified, Verified, Wrong, Verified, Verified]);
	});
}

#[test]
fn missing_blob_is_nobodys_fault_when_others_found_it() {
	for agreement in AGREEMENTS {
		build_and_execute(|| {
			let job = open(4, agreement);
			play(by_seat(&[invalid(BlobMissing)]));
			assert_eq!(conducts(job), [Unresolved, Verified, Verified, Verified, Verified]);
			let (missing, result) = (invalid(BlobMissing), HONEST);
			let job = open(4, agreement);
			play(by_seat(&[missing, missing, result, missing, missing]));
			assert_eq!(conducts(job), [Verified, Verified, Unresolved, Verified, Verified]);
			assert_eq!(gain(executors(job)[2]) % RISK as i128 % PAY as i128, 0);
		});
	}
}
