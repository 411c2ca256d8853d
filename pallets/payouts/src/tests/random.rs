use crate::{mock::*, Distributed, Parameters};
use frame::testing_prelude::*;
use proptest::prelude::*;
use tercet_primitives::{
	traits::{Invoice, Payouts as _, Rest},
	Balance, Royalties, WorkUnits,
};

/// Anyone may be paid: the living, the dead, the payer and the treasury.
fn account() -> impl Strategy<Value = AccountId> {
	prop_oneof![Just(PAYER), Just(AUTHOR), Just(TREASURY), (11u64..=13), (DEAD..DEAD + 3),]
}

fn shares() -> impl Strategy<Value = Royalties<AccountId>> {
	prop::collection::vec((account(), 0u32..250_000), 0..=4).prop_map(|earners| {
		let earners: Vec<_> =
			earners.into_iter().map(|(who, parts)| (who, Permill::from_parts(parts))).collect();
		royalties(&earners)
	})
}

#[derive(Clone, Debug)]
struct Bill {
	units: u64,
	price: Balance,
	executors: Vec<AccountId>,
	royalties: Royalties<AccountId>,
	fee: Balance,
	extra: Balance,
	keep: bool,
}

fn bill() -> impl Strategy<Value = Bill> {
	let executors = prop::collection::vec(account(), 0..=7);
	(1u64..500, 1u128..50, executors, shares(), 0u128..300, 0u128..300, any::<bool>()).prop_map(
		|(units, price, executors, royalties, fee, extra, keep)| Bill {
			units,
			price,
			executors,
			royalties,
			fee,
			extra,
			keep,
		},
	)
}

#[derive(Clone, Debug)]
enum Action {
	Pay(Bill),
	Share(u32),
	Wait(u32),
	Claim { who: AccountId, era: u32 },
	SetParams(Parameters),
}

fn action() -> impl Strategy<Value = Action> {
	prop_oneof![
		4 => bill().prop_map(Action::Pay),
		1 => (0u32..100).prop_map(Action::Share),
		2 => (1u32..15).prop_map(Action::Wait),
		4 => (account(), 0u32..8).prop_map(|(who, era)| Action::Claim { who, era }),
		1 => (5u32..40, 0u128..20_000, 0u32..90, 1u32..5).prop_map(|(length, rate, fees, life)| {
			Action::SetParams(Parameters {
				era_length: length,
				reward_rate: rate,
				reward_of_fees: Permill::from_percent(fees),
				credit_half_life: life,
			})
		}),
	]
}

/// Pays a bill, if the payer can; returns what left the escrow.
fn pay(bill: Bill) -> Balance {
	let Bill { units, price, executors, royalties, fee, extra, keep } = bill;
	let seats = executors.len() as u32;
	let worst = Payouts::worst_case(WorkUnits(units), price, seats, &royalties).unwrap();
	let escrow = worst + fee + extra;
	if free(PAYER) < escrow + EXISTENTIAL_DEPOSIT {
		return 0;
	}
	hold(PAYER, escrow);
	let before = held(PAYER);
	let rest = if keep { Rest::Keep } else { Rest::Release };
	let invoice = Invoice { fee, rest, ..invoice(units, price, &executors, &royalties) };
	let statement = distribute(escrow, invoice).unwrap();

	let spent = before - held(PAYER);
	assert_eq!(statement.total(), Some(spent));
	if !keep {
		assert_eq!(spent, escrow);
	}
	spent
}

proptest! {
	/// Whatever happens, every planck that leaves an escrow is paid or returned, the statement says
	/// where, and nothing is minted that the ledger does not count.
	#[test]
	fn random_actions_conserve_funds_and_keep_invariants(
		actions in prop::collection::vec(action(), 1..40),
	) {
		build_and_execute(|| {
			let mut spent = 0;
			for action in actions {
				match action {
					Action::Pay(bill) => spent += pay(bill),
					Action::Share(share) => Share::set(&Permill::from_percent(share)),
					Action::Wait(blocks) => {
						System::set_block_number(System::block_number() + blocks)
					},
					Action::Claim { who, era } => {
						let _ = Payouts::claim(RuntimeOrigin::signed(who), who, era);
					},
					Action::SetParams(params) => {
						let _ = Payouts::set_params(RuntimeOrigin::root(), params);
					},
				}
				Payouts::do_try_state().unwrap();
			}
			assert_eq!(Distributed::<Test>::get().escrow, spent);
			assert_eq!(free(Payouts::pot()), EXISTENTIAL_DEPOSIT);
		});
	}
}
