use crate::{mock::*, Ballots, Call, PollIndex, Vote};
use frame::testing_prelude::*;
use polkadot_sdk::pallet_referenda;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tercet_primitives::{Balance, ModelId};

fn account() -> impl Strategy<Value = AccountId> {
	prop_oneof![4 => 11u64..=13, 1 => Just(IDLER)]
}

fn how() -> impl Strategy<Value = Vote> {
	prop_oneof![Just(Vote::Aye), Just(Vote::Nay), Just(Vote::Abstain)]
}

#[derive(Clone, Debug)]
enum Action {
	Submit { model: u32 },
	Vote { who: AccountId, poll: PollIndex, how: Vote },
	RemoveVote { who: AccountId, poll: PollIndex },
	ClearVotes { poll: PollIndex, limit: u32 },
	Cancel { poll: PollIndex },
	Work { who: AccountId, pay: Balance },
	Wait { blocks: u32 },
	Unfeature { model: u32 },
}

fn action() -> impl Strategy<Value = Action> {
	prop_oneof![
		2 => (0u32..12).prop_map(|model| Action::Submit { model }),
		8 => (account(), 0u32..6, how())
			.prop_map(|(who, poll, how)| Action::Vote { who, poll, how }),
		2 => (account(), 0u32..6).prop_map(|(who, poll)| Action::RemoveVote { who, poll }),
		1 => (0u32..6, 0u32..4).prop_map(|(poll, limit)| Action::ClearVotes { poll, limit }),
		1 => (0u32..6).prop_map(|poll| Action::Cancel { poll }),
		2 => (account(), 1u128..2_000).prop_map(|(who, pay)| Action::Work { who, pay }),
		4 => (1u32..6).prop_map(|blocks| Action::Wait { blocks }),
		1 => (0u32..12).prop_map(|model| Action::Unfeature { model }),
	]
}

proptest! {
	/// Whatever happens, a poll counts nothing but the credits that there were when it began to be
	/// decided.
	#[test]
	fn random_actions_keep_invariants(actions in prop::collection::vec(action(), 1..80)) {
		build_and_execute(|| {
			// Power that each account had when a poll was first seen to be decided.
			let mut powers = BTreeMap::new();
			for action in actions {
				match action {
					Action::Submit { model } => {
						submit(Call::<Test>::feature { model: ModelId(model) });
					},
					Action::Vote { who, poll, how } => {
						let _ = vote(who, poll, how);
					},
					Action::RemoveVote { who, poll } => {
						let _ = Dao::remove_vote(RuntimeOrigin::signed(who), poll);
					},
					Action::ClearVotes { poll, limit } => {
						let _ = Dao::clear_votes(RuntimeOrigin::signed(IDLER), poll, limit);
					},
					Action::Cancel { poll } => {
						let _ = Polls::cancel(RuntimeOrigin::root(), poll);
					},
					Action::Work { who, pay } => earn(who, pay),
					Action::Wait { blocks } => wait(blocks),
					Action::Unfeature { model } => {
						let _ = Dao::unfeature(RuntimeOrigin::root(), ModelId(model));
					},
				}
				Dao::do_try_state().unwrap();
				for poll in 0..pallet_referenda::ReferendumCount::<Test>::get() {
					for who in WORKERS.into_iter().chain([IDLER]) {
						if let Some(power) = Dao::power_of(poll, who) {
							assert_eq!(*powers.entry((poll, who)).or_insert(power), power);
						}
					}
				}
			}
			for (poll, who, ballot) in Ballots::<Test>::iter() {
				if let Some((own, _)) = powers.get(&(poll, who)) {
					assert_eq!(ballot.power, *own);
				}
			}
		});
	}
}
