//! Random sequences of calls: whatever is called, money is conserved and every invariant holds.

use crate::{mock::*, Envelopes};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use proptest::prelude::*;
use tercet_primitives::H256;

#[derive(Clone, Debug)]
enum Action {
	Announce { who: u64, byte: u8 },
	Withdraw { who: u64 },
	Forget { who: u64 },
	Provide { who: u64, provides: bool },
	HandOver { owner: u64, commitment: u8, recipients: Vec<u64> },
	TakeBack { owner: u64, commitment: u8, recipients: Vec<u64> },
}

fn action() -> impl Strategy<Value = Action> {
	let who = || prop_oneof![4 => 11..=13u64, 1 => 1..=3u64];
	let recipients = || prop::collection::vec(who(), 0..4);
	let commitment = 0..3u8;
	prop_oneof![
		3 => (who(), 0..5u8).prop_map(|(who, byte)| Action::Announce { who, byte }),
		1 => who().prop_map(|who| Action::Withdraw { who }),
		1 => who().prop_map(|who| Action::Forget { who }),
		1 => (who(), any::<bool>()).prop_map(|(who, provides)| Action::Provide { who, provides }),
		4 => (1..=3u64, commitment.clone(), recipients()).prop_map(
			|(owner, commitment, recipients)| Action::HandOver { owner, commitment, recipients }
		),
		3 => (1..=3u64, commitment, recipients()).prop_map(
			|(owner, commitment, recipients)| Action::TakeBack { owner, commitment, recipients }
		),
	]
}

/// Every outcome is fine here; what may not happen is that an invariant breaks.
fn apply(action: Action) {
	let by = RuntimeOrigin::signed;
	let _ = match action {
		Action::Announce { who, byte } => Privacy::announce_key(by(who), key(byte)),
		Action::Withdraw { who } => Privacy::withdraw_key(by(who)),
		Action::Forget { who } => Privacy::forget_key(by(OWNER), who),
		Action::Provide { who, provides } => {
			// Becomes a provider, or leaves.
			Bonded::mutate(|bonded| {
				bonded.retain(|other| *other != who);
				bonded.extend(provides.then_some(who));
			});
			Ok(())
		},
		Action::HandOver { owner, commitment, recipients } => {
			hand_over(owner, H256([commitment; 32]), &recipients, commitment)
		},
		Action::TakeBack { owner, commitment, recipients } => {
			take_back(owner, H256([commitment; 32]), &recipients)
		},
	};
}

proptest! {
	#[test]
	fn random_calls_conserve_money_and_keep_invariants(
		actions in prop::collection::vec(action(), 1..60),
	) {
		build_and_execute(|| {
			let accounts = 1..=3u64;
			let total = || accounts.clone().map(|who| Balances::total_balance(&who)).sum::<u128>();
			let before = total();
			for action in actions {
				apply(action);
				Privacy::do_try_state().unwrap();
			}
			assert_eq!(total(), before);
			let deposits = Envelopes::<Test>::iter_keys().count() as u128 * DEPOSIT;
			assert_eq!(deposits, accounts.map(held).sum::<u128>());
		});
	}
}
