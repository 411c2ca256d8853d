//! Random sequences of calls: whatever is called, money is conserved and every invariant holds.

use crate::mock::*;
use frame::{testing_prelude::*, traits::fungible::Inspect};
use proptest::prelude::*;
use tercet_primitives::{ModelId, WorkUnits};

#[derive(Clone, Debug)]
enum Action {
	Publish { who: u64, first: u64, count: u64, name: String, parent: Option<u32> },
	AddVariant { who: u64, model: u32, file: u64, units: u64 },
	OfferTransfer { who: u64, model: u32, to: Option<u64> },
	AcceptTransfer { who: u64, model: u32 },
	SetManagers { who: u64, model: u32, managers: Vec<u64> },
	Deprecate { who: u64, model: u32, successor: Option<u32> },
	Undeprecate { who: u64, model: u32 },
	Transfer { from: u64, to: u64, amount: u128 },
}

fn action() -> impl Strategy<Value = Action> {
	let who = 1..=4u64;
	let model = 0..4u32;
	let any = (who.clone(), model.clone());
	let maybe = prop::option::of(model.clone());
	prop_oneof![
		(who.clone(), 0..20u64, 0..=16u64, "[a-zé]{0,30}", maybe.clone()).prop_map(
			|(who, first, count, name, parent)| Action::Publish { who, first, count, name, parent }
		),
		(any.clone(), 0..20u64, 0..3u64).prop_map(|((who, model), file, units)| {
			Action::AddVariant { who, model, file, units }
		}),
		(any.clone(), prop::option::of(who.clone()))
			.prop_map(|((who, model), to)| Action::OfferTransfer { who, model, to }),
		any.clone().prop_map(|(who, model)| Action::AcceptTransfer { who, model }),
		(any.clone(), prop::collection::vec(who.clone(), 0..4))
			.prop_map(|((who, model), managers)| Action::SetManagers { who, model, managers }),
		(any.clone(), maybe).prop_map(|((who, model), successor)| Action::Deprecate {
			who,
			model,
			successor
		}),
		any.prop_map(|(who, model)| Action::Undeprecate { who, model }),
		(who.clone(), who, 0..RICH).prop_map(|(from, to, amount)| Action::Transfer {
			from,
			to,
			amount
		}),
	]
}

/// Every outcome is fine here; what may not happen is that an invariant breaks.
fn apply(action: Action) {
	let by = RuntimeOrigin::signed;
	let _ = match action {
		Action::Publish { who, first, count, name, parent } => {
			let (variants, parent) = (variants(first..first + count), parent.map(ModelId));
			Publish { name: label(&name), variants, parent, ..Default::default() }.by(by(who))
		},
		Action::AddVariant { who, model, file, units } => {
			let mut variant = variant(file);
			variant.units_per_item = WorkUnits(units);
			Registry::add_variant(by(who), ModelId(model), variant)
		},
		Action::OfferTransfer { who, model, to } => {
			Registry::offer_transfer(by(who), ModelId(model), to)
		},
		Action::AcceptTransfer { who, model } => Registry::accept_transfer(by(who), ModelId(model)),
		Action::SetManagers { who, model, managers } => {
			let managers = managers.try_into().unwrap();
			Registry::set_managers(by(who), ModelId(model), managers)
		},
		Action::Deprecate { who, model, successor } => {
			Registry::deprecate(by(who), ModelId(model), successor.map(ModelId))
		},
		Action::Undeprecate { who, model } => Registry::undeprecate(by(who), ModelId(model)),
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
			let accounts = 1..=4u64;
			let total: u128 = accounts.clone().map(|who| Balances::total_balance(&who)).sum();
			let deposits: u128 = (0..Registry::model_count())
				.map(|id| Registry::model(ModelId(id)).unwrap().deposit)
				.sum();
			assert_eq!(total, 3 * RICH);
			assert_eq!(deposits, accounts.map(held).sum::<u128>());
		});
	}
}
