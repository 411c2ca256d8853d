use crate::{mock::*, Distributed};
use proptest::prelude::*;
use tercet_primitives::Permill;

/// Anyone may be paid: the living, the dead, the payer and the treasury.
fn account() -> impl Strategy<Value = AccountId> {
	prop_oneof![Just(PAYER), Just(AUTHOR), Just(TREASURY), (11u64..=13), (DEAD..DEAD + 3),]
}

proptest! {
	/// Whatever the bills, every planck held is paid or returned, and the statement says where.
	#[test]
	fn distribute_conserves_funds_when_bills_are_random(
		bills in prop::collection::vec(
			(1u64..500, 1u128..50, [account(), account(), account()], account(), 0u32..100),
			1..20,
		),
	) {
		build_and_execute(|| {
			let mut deposited = 0;
			for (units, price, executors, author, share) in bills {
				Share::set(&Permill::from_percent(share));
				let escrow = worst_case(units, price).unwrap();
				if free(PAYER) < escrow + EXISTENTIAL_DEPOSIT {
					break;
				}
				hold(PAYER, escrow);
				let statement =
					distribute(escrow, invoice(units, price, &executors, &author)).unwrap();
				let executors = u128::from(statement.executors) * statement.per_executor;
				let parts = executors + statement.royalty + statement.treasury + statement.refunded;
				assert_eq!(parts, escrow);
				assert_eq!(held(PAYER), 0);
				deposited += escrow;
			}
			assert_eq!(Distributed::<Test>::get().escrow, deposited);
		});
	}
}
