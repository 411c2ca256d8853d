use crate::{mock::*, Distributed};
use frame::testing_prelude::*;

#[test]
fn try_state_fails_when_the_ledger_does_not_balance() {
	build_and_execute(|| {
		hypothetically!({
			Distributed::<Test>::mutate(|ledger| ledger.refunded += 1);
			assert_err!(
				Payouts::do_try_state(),
				"invariant 1: the parts of the ledger do not sum to the escrow distributed"
			);
		});
	});
}
