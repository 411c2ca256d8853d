//! Random sequences of calls: whatever is called, money is conserved and every invariant holds.

use crate::mock::*;
use frame::{testing_prelude::*, traits::fungible::Inspect};
use proptest::prelude::*;
use tercet_primitives::{ModelId, WorkUnits};

#[derive(Clone, Debug)]
enum Action {
	Publish { who: u64, first: u64, count: u64, name: String },
	AddVariant { who: u64, model: u32, file: u64, units: u64 },
	Transfer { from: u64, to: u64, amount: u128 },
}

fn action() -> impl Strategy<Value = Action> {
	let who = 1..=3u64;
	prop_oneof![
		(who.clone(), 0..20u64, 0..=16u64, "[a-zé]{0,30}")
			.prop_map(|(who, first, count, name)| Action::Publish { who, first, count, name }),
		(who.clone(), 0..6u32, 0..20u64, 0..3u64)
			.prop_map(|(who, model, file, units)| Action::AddVariant { who, model, file, units }),
		(who.clone(), who, 0..RICH).prop_map(|(from, to, amount)| Action::Transfer {
			from,
			to,
			amount
		}),
	]
}

/// Every outcome is fine here; what may not happen is that an invariant breaks.
fn apply(action: Action) {
	let _ = match action {
		Action::Publish { who, first, count, name } => {
			let variants = variants(first..first + count);
			let call = Publish { name: label(&name), variants, ..Default::default() };
			call.by(RuntimeOrigin::signed(who))
		},
		Action::AddVariant { who, model, file, units } => {
			let mut variant = variant(file);
			variant.units_per_item = WorkUnits(units);
			Registry::add_variant(RuntimeOrigin::signed(who), ModelId(model), variant)
		},
		Action::Transfer { from, to, amount } => {
			Balances::transfer_keep_alive(RuntimeOrigin::signed(from), to, amount)
		},
	};
}

proptest! {
	#[test]
	fn random_calls_conserve_money_and_keep_invariants(
		actions in prop::collection::vec(action(), 1..40),
	) {
		build_and_execute(|| {
			for action in actions {
				apply(action);
				Registry::do_try_state().unwrap();
			}
			let accounts = 1..=3u64;
			let total: u128 = accounts.clone().map(|who| Balances::total_balance(&who)).sum();
			let deposits: u128 = (0..Registry::model_count())
				.map(|id| Registry::model(ModelId(id)).unwrap().deposit)
				.sum();
			assert_eq!(total, 2 * RICH);
			assert_eq!(deposits, accounts.map(held).sum::<u128>());
		});
	}
}
