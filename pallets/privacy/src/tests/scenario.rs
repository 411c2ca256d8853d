use crate::mock::*;
use frame::testing_prelude::*;

#[test]
fn job_keys_reach_the_executors_when_they_have_announced_theirs() {
	build_and_execute(|| {
		// Providers announce their keys, once.
		for provider in PROVIDERS {
			assert_ok!(Privacy::announce_key(RuntimeOrigin::signed(provider), key(1)));
		}
		let [first, second, third] = PROVIDERS;

		// Two of them are drawn for a job, and its requester seals the job key for each.
		assert_eq!(Privacy::executor_key(first), Some(key(1)));
		let envelopes = vec![(first, envelope(1)), (second, envelope(2))].try_into().unwrap();
		assert_ok!(Privacy::hand_over(RuntimeOrigin::signed(OWNER), COMMITMENT, envelopes));
		assert_eq!(held(OWNER), 2 * DEPOSIT);
		assert_eq!(Privacy::envelope(OWNER, COMMITMENT, first), Some(envelope(1)));
		assert_eq!(Privacy::envelope(OWNER, COMMITMENT, second), Some(envelope(2)));

		// They disagree, a third one is drawn, and is handed the key too.
		assert_eq!(Privacy::envelope(OWNER, COMMITMENT, third), None);
		let envelopes = vec![(third, envelope(3))].try_into().unwrap();
		assert_ok!(Privacy::hand_over(RuntimeOrigin::signed(OWNER), COMMITMENT, envelopes));
		assert_eq!(held(OWNER), 3 * DEPOSIT);

		// The job has ended.
		let all = PROVIDERS.to_vec().try_into().unwrap();
		assert_ok!(Privacy::take_back(RuntimeOrigin::signed(OWNER), COMMITMENT, all));
		assert_eq!(held(OWNER), 0);
		assert_eq!(Privacy::envelope(OWNER, COMMITMENT, first), None);
	});
}
