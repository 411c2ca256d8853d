use crate::{mock::*, Call, Featured, Tally, Vote};
use frame::testing_prelude::*;
use tercet_primitives::ModelId;

#[test]
fn model_is_featured_when_those_who_work_have_voted_for_it() {
	build_and_execute(|| {
		let [first, second, third] = WORKERS;
		let poll = submit(Call::<Test>::feature { model: ModelId(7) });

		// While the poll is prepared, the second works more than everybody so far.
		wait(1);
		earn(second, 1_000);
		wait(PREPARE - 1);
		assert_ok!(vote(first, poll, Vote::Nay));
		assert_ok!(vote(second, poll, Vote::Aye));
		assert_ok!(vote(third, poll, Vote::Abstain));
		let sums = Tally { ayes: 1_300, nays: 500, abstentions: 200, total: 2_000 };
		assert_eq!(tally(poll), sums);

		// From now on, work moves nothing; votes do.
		earn(first, 1_000_000);
		assert_ok!(vote(first, poll, Vote::Abstain));
		let sums = Tally { ayes: 1_300, nays: 0, abstentions: 700, total: 2_000 };
		assert_eq!(tally(poll), sums);

		wait(1 + CONFIRM + ENACTMENT);
		assert!(approved(poll));
		assert_eq!(Featured::<Test>::get().as_slice(), [ModelId(7)]);
		assert_ok!(Dao::clear_votes(RuntimeOrigin::signed(IDLER), poll, 10));
	});
}
