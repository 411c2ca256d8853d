use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{traits::Payouts as _, Royalties, WorkUnits};

#[test]
fn worst_case_rounds_up_when_shares_are_fractions() {
	build_and_execute(|| {
		// One unit of one planck: 3 for the executors, and a whole planck for each share.
		assert_eq!(worst_case(1, 1), Some(5));
		assert_eq!(worst_case(0, 1), Some(0));
		assert_eq!(worst_case(1, 0), Some(0));
		assert_eq!(worst_case(100, 10), Some(3_000 + 300 + 150));
	});
}

#[test]
fn worst_case_rounds_every_royalty_up_when_there_are_many() {
	build_and_execute(|| {
		let third = Permill::from_rational(1u32, 3);
		let four = royalties(&[(1, third), (2, third), (3, third), (3, Permill::zero())]);
		let worst_case = |royalties| Payouts::worst_case(WorkUnits(1), 1, 7, royalties);
		assert_eq!(worst_case(&four), Some(7 + 3 * 3 + 1));
		assert_eq!(worst_case(&Royalties::default()), Some(7 + 1));
	});
}

#[test]
fn worst_case_is_none_when_it_overflows() {
	build_and_execute(|| {
		// In the work of one, of all, with the royalty, with the treasury share.
		assert_eq!(worst_case(2, u128::MAX), None);
		assert_eq!(worst_case(1, u128::MAX / 2), None);
		assert_eq!(worst_case(1, u128::MAX / 3), None);
		let one = u128::MAX / 330 * 100;
		assert_eq!(worst_case(1, one), None);
		Share::set(&Permill::zero());
		assert!(worst_case(1, one).is_some());
	});
}
