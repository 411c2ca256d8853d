//! Validators: sessions, eras, rewards, keys, offences; and stake that is not counted twice.

mod common;

use codec::Encode;
use common::{
	account,
	blocks::{
		era, next_block, on_a_network, run_to_era, run_to_session, run_to_session_without, slot,
	},
	dispatch, wealth,
};
use polkadot_sdk::{
	frame_support::{
		traits::{fungible::InspectHold, KeyOwnerProofSystem},
		PalletId,
	},
	frame_system::offchain::CreateAuthorizedTransaction,
	pallet_babe, pallet_im_online, pallet_session, pallet_staking,
	sp_consensus_babe::{self, digests::CompatibleDigestItem, AuthorityId, EquivocationProof},
	sp_keyring::Sr25519Keyring::{
		self, Alice, AliceStash, Bob, BobStash, CharlieStash, DaveStash, Eve,
	},
	sp_runtime::{
		traits::{AccountIdConversion, Header as _},
		transaction_validity::InvalidTransaction,
		DigestItem, Perbill,
	},
	sp_session::MembershipProof,
	sp_staking::{EraPayout, StakingAccount},
};
use tercet_primitives::{Balance, TCT};
use tercet_runtime::{
	configs::{
		EpochSlots, EraPay, SessionsPerEra, TreasuryAccount, DAYS, MAX_INFLATION, MIN_INFLATION,
	},
	genesis::STAKE,
	AccountId, Babe, Balances, Executive, Header, Historical, ImOnline, ProviderStaking, Runtime,
	RuntimeHoldReason, Session, SessionKeys, Staking, UncheckedExtrinsic,
};

const STASHES: [Sr25519Keyring; 4] = [AliceStash, BobStash, CharlieStash, DaveStash];
const PRESET: &str = "local_testnet";

/// What `who` has at stake as a validator or nominator.
fn staked(who: &AccountId) -> Balance {
	Staking::ledger(StakingAccount::Stash(who.clone())).map_or(0, |ledger| ledger.active)
}

/// What `who` has at stake as a compute provider.
fn bonded(who: &AccountId) -> Balance {
	ProviderStaking::provider_view(who).map_or(0, |view| view.bonded)
}

fn bond(value: Balance) -> pallet_staking::Call<Runtime> {
	pallet_staking::Call::bond { value, payee: pallet_staking::RewardDestination::Stash }
}

/// Blocks in a session.
fn session_length() -> u32 {
	use polkadot_sdk::frame_support::traits::Get;
	EpochSlots::get()
}

// Sessions and eras

#[test]
fn session_ends_when_its_slots_have_passed() {
	on_a_network(PRESET, || {
		let mut validators = Session::validators();
		validators.sort();
		let mut stashes = STASHES.map(account).to_vec();
		stashes.sort();
		assert_eq!(validators, stashes);
		for session in 1..4 {
			run_to_session(session);
			let blocks = polkadot_sdk::frame_system::Pallet::<Runtime>::block_number() - 1;
			assert_eq!(blocks, session * session_length());
			assert_eq!(pallet_babe::EpochIndex::<Runtime>::get(), u64::from(session));
			assert_eq!(Babe::authorities().len(), 4);
		}
	});
}

#[test]
fn era_begins_when_its_sessions_have_passed() {
	on_a_network(PRESET, || {
		use polkadot_sdk::frame_support::traits::Get;
		assert_eq!(era(), 0);
		run_to_era(2);
		let sessions: u32 = SessionsPerEra::get();
		assert_eq!(Session::current_index(), 2 * sessions);
		assert_eq!(Session::validators().len(), 4);
	});
}

#[test]
fn payout_mints_the_reward_when_an_era_is_over() {
	on_a_network(PRESET, || {
		run_to_era(1);
		let reward = pallet_staking::ErasValidatorReward::<Runtime>::get(0).expect("it is over");
		let staked = pallet_staking::ErasTotalStake::<Runtime>::get(0);
		assert_eq!(staked, 4 * STAKE);
		let issuance = Balances::total_issuance();
		let whole = EraPay::era_payout(staked, issuance, u64::from(3 * session_length()) * 2_000).0;
		// The clock of the first era starts a block late.
		assert!(reward <= whole && reward > whole - whole / 50, "{reward} of {whole}");

		let treasury = wealth(&TreasuryAccount::get());
		let before = STASHES.map(|stash| wealth(&account(stash)));
		for validator_stash in STASHES.map(account) {
			let call = pallet_staking::Call::payout_stakers { validator_stash, era: 0 };
			dispatch(account(Eve), call.clone()).expect("anybody may ask");
			assert!(dispatch(account(Eve), call).is_err(), "but only once");
		}
		let paid = STASHES
			.iter()
			.zip(before)
			.map(|(stash, before)| wealth(&account(*stash)) - before)
			.collect::<Vec<_>>();
		assert!(paid.iter().all(|paid| *paid > reward / 5), "they made as many blocks: {paid:?}");
		let total: Balance = paid.iter().sum();
		assert!(total <= reward && total > reward - reward / 1_000_000);
		assert_eq!(Balances::total_issuance(), issuance + total);
		assert_eq!(wealth(&TreasuryAccount::get()), treasury);
	});
}

#[test]
fn era_pay_follows_the_curve() {
	let (issuance, year) = (1_000_000 * TCT, 31_557_600_000);
	let pay = |percent: u128| EraPay::era_payout(issuance / 100 * percent, issuance, year).0;
	let share = |part: Balance| part * 1_000 / issuance;
	assert_eq!(pay(0), MIN_INFLATION * issuance);
	assert_eq!(pay(40), MAX_INFLATION * issuance);
	assert_eq!(share(pay(20)), 30);
	assert_eq!(share(pay(45)), 30);
	assert_eq!(share(pay(100)), 10);
	let (_, rest) = EraPay::era_payout(issuance / 2, issuance, year);
	assert_eq!(rest, 0);
	assert_eq!(EraPay::era_payout(issuance / 2, issuance, 0), (0, 0));
}

#[test]
fn election_and_equivocation_fit_into_a_block_when_as_large_as_can_be() {
	use polkadot_sdk::{
		frame_election_provider_support::{weights::SubstrateWeight, WeightInfo},
		pallet_babe::WeightInfo as _,
	};
	use tercet_runtime::configs::{
		RuntimeBlockWeights, MAX_BACKERS, MAX_CANDIDATES, MAX_VALIDATORS, MAX_VOTERS,
	};
	let most = RuntimeBlockWeights::get().max_block;
	let election = SubstrateWeight::<Runtime>::phragmen(MAX_VOTERS, MAX_CANDIDATES, MAX_VALIDATORS);
	assert!(election.ref_time() < most.ref_time() / 2, "{election:?}");
	let report = <()>::report_equivocation(MAX_VALIDATORS, MAX_BACKERS);
	assert!(report.ref_time() < most.ref_time() / 2, "{report:?}");
}

// Keys

fn fresh_keys(owner: &AccountId) -> (SessionKeys, Vec<u8>) {
	let generated = SessionKeys::generate(&owner.encode(), None);
	(generated.keys, generated.proof.encode())
}

#[test]
fn set_keys_takes_effect_in_the_session_after_the_next() {
	on_a_network(PRESET, || {
		let (keys, proof) = fresh_keys(&account(BobStash));
		let call = pallet_session::Call::set_keys { keys: keys.clone(), proof };
		dispatch(account(BobStash), call).expect("Bob has the private keys");
		let signs = || Babe::authorities().iter().any(|(authority, _)| *authority == keys.babe);
		run_to_session(1);
		assert!(!signs());
		run_to_session(2);
		assert!(signs());
		assert_eq!(Babe::authorities().len(), 4);
		next_block();
		let finalizes = tercet_runtime::Grandpa::grandpa_authorities();
		assert!(finalizes.iter().any(|(authority, _)| *authority == keys.grandpa));
	});
}

#[test]
fn set_keys_fails_when_the_proof_is_of_another_account() {
	on_a_network(PRESET, || {
		let (keys, proof) = fresh_keys(&account(Bob));
		let call = pallet_session::Call::set_keys { keys, proof };
		let error =
			dispatch(account(BobStash), call).expect_err("it proves nothing about BobStash");
		assert_eq!(error.error, pallet_session::Error::<Runtime>::InvalidProof.into());
	});
}

#[test]
fn newcomer_is_elected_when_it_stakes_and_sets_keys() {
	on_a_network(PRESET, || {
		let eve = account(Eve);
		let (keys, proof) = fresh_keys(&eve);
		dispatch(eve.clone(), bond(2 * STAKE)).expect("Eve has as much");
		dispatch(eve.clone(), pallet_session::Call::set_keys { keys, proof })
			.expect("she has them");
		let deposit = RuntimeHoldReason::Session(pallet_session::HoldReason::Keys);
		assert!(Balances::balance_on_hold(&deposit, &eve) > 0);
		let prefs = pallet_staking::ValidatorPrefs::default();
		dispatch(eve.clone(), pallet_staking::Call::validate { prefs }).expect("enough at stake");
		run_to_session(2);
		assert!(!Session::validators().contains(&eve), "era 0 was planned before");
		run_to_era(1);
		assert!(Session::validators().contains(&eve));
		assert_eq!(Session::validators().len(), 5);

		dispatch(eve.clone(), pallet_session::Call::purge_keys {}).expect("she may leave");
		assert_eq!(Balances::balance_on_hold(&deposit, &eve), 0);
	});
}

#[test]
fn validate_fails_when_too_little_is_at_stake() {
	on_a_network(PRESET, || {
		dispatch(account(Eve), bond(TCT)).expect("anybody may bond");
		let prefs = pallet_staking::ValidatorPrefs::default();
		let error = dispatch(account(Eve), pallet_staking::Call::validate { prefs })
			.expect_err("a validator has more to lose");
		assert_eq!(error.error, pallet_staking::Error::<Runtime>::InsufficientBond.into());
	});
}

// Heartbeats

fn heartbeat(key: Sr25519Keyring, authority_index: u32) -> UncheckedExtrinsic {
	let heartbeat = pallet_im_online::Heartbeat {
		block_number: polkadot_sdk::frame_system::Pallet::<Runtime>::block_number(),
		session_index: Session::current_index(),
		authority_index,
		validators_len: 4,
	};
	let signature = key.sign(&heartbeat.encode()).into();
	let call = pallet_im_online::Call::heartbeat { heartbeat, signature };
	type Heartbeats = pallet_im_online::Call<Runtime>;
	<Runtime as CreateAuthorizedTransaction<Heartbeats>>::create_authorized_transaction(call.into())
}

/// Bob's place among the validators.
fn bobs_index() -> u32 {
	let place = Session::validators().iter().position(|who| *who == account(BobStash));
	place.expect("Bob is a validator") as u32
}

#[test]
fn heartbeat_counts_when_a_validator_is_there_but_made_no_block() {
	on_a_network(PRESET, || {
		let (bob, away) = (bobs_index(), [account(BobStash)]);
		run_to_session_without(1, &away);
		assert!(!ImOnline::is_online(bob));
		// A block that begins a session takes no transactions.
		next_block();
		let forged = Executive::apply_extrinsic(heartbeat(Alice, bob));
		assert_eq!(forged, Err(InvalidTransaction::BadProof.into()));
		let sent = Executive::apply_extrinsic(heartbeat(Bob, bob));
		assert_eq!(sent, Ok(Ok(())));
		assert!(ImOnline::is_online(bob));
	});
}

#[test]
fn nobody_is_slashed_when_one_of_four_is_away() {
	on_a_network(PRESET, || {
		run_to_session_without(2, &[account(BobStash)]);
		run_to_era(3);
		assert!(STASHES.iter().all(|stash| staked(&account(*stash)) == STAKE));
	});
}

#[test]
fn absentees_are_slashed_when_they_are_two_of_four() {
	on_a_network(PRESET, || {
		let away = [BobStash, DaveStash].map(account);
		run_to_session_without(1, &away);
		run_to_era(3);
		// 7 % of 3 × (2 − 1) / 4, the first of them being free.
		let slash = Perbill::from_percent(75) * Perbill::from_percent(7) * STAKE;
		for stash in STASHES.map(account) {
			let lost = if away.contains(&stash) { slash } else { 0 };
			assert_eq!(staked(&stash), STAKE - lost);
		}
	});
}

// Equivocation

/// Two blocks by `key`, the `index`th authority, for one slot.
fn equivocation(key: Sr25519Keyring, index: u32) -> EquivocationProof<Header> {
	use polkadot_sdk::{
		sp_consensus_babe::digests::{PreDigest, SecondaryPlainPreDigest},
		sp_runtime::Digest,
	};
	let slot = slot();
	let block = |state: u8| {
		let turn =
			PreDigest::SecondaryPlain(SecondaryPlainPreDigest { authority_index: index, slot });
		let digest = Digest { logs: vec![DigestItem::babe_pre_digest(turn)] };
		let state = tercet_primitives::H256::repeat_byte(state);
		let mut header = Header::new(9, Default::default(), state, Default::default(), digest);
		let seal = key.sign(header.hash().as_ref()).into();
		header.digest_mut().push(DigestItem::babe_seal(seal));
		header
	};
	EquivocationProof {
		offender: AuthorityId::from(key.public()),
		slot,
		first_header: block(1),
		second_header: block(2),
	}
}

fn report(
	equivocation_proof: EquivocationProof<Header>,
	key_owner_proof: MembershipProof,
) -> UncheckedExtrinsic {
	let call = pallet_babe::Call::report_equivocation_unsigned {
		equivocation_proof: Box::new(equivocation_proof),
		key_owner_proof,
	};
	UncheckedExtrinsic::new_bare(call.into())
}

fn ownership(key: Sr25519Keyring) -> MembershipProof {
	let key = (sp_consensus_babe::KEY_TYPE, AuthorityId::from(key.public()));
	Historical::prove(key).expect("the key is some validator's")
}

#[test]
fn equivocation_report_slashes_when_both_blocks_are_signed() {
	on_a_network(PRESET, || {
		next_block();
		let (bob, treasury) = (account(BobStash), wealth(&TreasuryAccount::get()));
		let (index, owner) = (bobs_index(), ownership(Bob));
		let issuance = Balances::total_issuance();
		let proof = equivocation(Bob, index);
		let reported = Executive::apply_extrinsic(report(proof.clone(), owner.clone()));
		assert_eq!(reported, Ok(Ok(())));
		assert_eq!(Session::disabled_validators(), [index], "no more blocks in this era");
		assert_eq!(staked(&bob), STAKE, "a slash can be cancelled until its era comes");

		let again = Executive::apply_extrinsic(report(proof, owner));
		assert_eq!(again, Err(InvalidTransaction::Stale.into()));

		run_to_era(2);
		// (3 × 1 / 4)² of its stake.
		let slash = Perbill::from_percent(75).square() * STAKE;
		assert_eq!(staked(&bob), STAKE - slash);
		assert_eq!(wealth(&TreasuryAccount::get()), treasury + slash);
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn equivocation_report_fails_when_the_offender_signed_one_block_only() {
	on_a_network(PRESET, || {
		next_block();
		let mut proof = equivocation(Bob, bobs_index());
		proof.second_header = equivocation(Alice, bobs_index()).second_header;
		let reported = Executive::apply_extrinsic(report(proof, ownership(Bob)));
		let error = pallet_babe::Error::<Runtime>::InvalidEquivocationProof;
		assert_eq!(reported, Ok(Err(error.into())));
	});
}

#[test]
fn equivocation_report_fails_when_the_key_is_proven_for_somebody_else() {
	on_a_network(PRESET, || {
		next_block();
		let reported = report(equivocation(Bob, bobs_index()), ownership(Alice));
		let reported = Executive::apply_extrinsic(reported);
		assert_eq!(reported, Err(InvalidTransaction::BadProof.into()));
	});
}

#[test]
fn grandpa_report_slashes_when_two_votes_of_a_round_are_signed() {
	use polkadot_sdk::{
		pallet_grandpa, sp_consensus_grandpa as grandpa, sp_keyring::Ed25519Keyring,
	};
	on_a_network(PRESET, || {
		next_block();
		let (round, set): (u64, u64) = (7, pallet_grandpa::CurrentSetId::<Runtime>::get());
		let key = Ed25519Keyring::Bob;
		let vote = |block: u8| {
			let target = ([block; 32], 1_u32);
			// A vote is signed as a message: prevotes are the first kind.
			let signature = key.sign(&(0_u8, target, round, set).encode());
			(target, signature.0)
		};
		// The types of votes are in a crate that the SDK does not re-export.
		let equivocation = (round, key.public().0, vote(1), vote(2));
		let bytes = (set, 0_u8, equivocation).encode();
		let equivocation_proof = codec::Decode::decode(&mut bytes.as_slice()).expect("is one");
		let id = grandpa::AuthorityId::from(key.public());
		let key_owner_proof = Historical::prove((grandpa::KEY_TYPE, id)).expect("Bob votes");
		let call = pallet_grandpa::Call::report_equivocation_unsigned {
			equivocation_proof: Box::new(equivocation_proof),
			key_owner_proof,
		};
		let reported = Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(call.into()));
		assert_eq!(reported, Ok(Ok(())));
		run_to_era(2);
		let slash = Perbill::from_percent(75).square() * STAKE;
		assert_eq!(staked(&account(BobStash)), STAKE - slash);
	});
}

// Stake is counted once

#[test]
fn validator_stake_leaves_out_what_is_bonded_for_compute() {
	on_a_network(PRESET, || {
		let eve = account(Eve);
		let all = wealth(&eve);
		let compute = all / 2;
		dispatch(eve.clone(), pallet_provider_staking::Call::bond { amount: compute }).unwrap();
		dispatch(eve.clone(), bond(all)).expect("bonds what there is");
		assert_eq!(bonded(&eve), compute);
		assert!(staked(&eve) < all - compute, "the existential deposit stays free");
		assert_eq!(Balances::total_balance_on_hold(&eve), compute + staked(&eve));

		let more = pallet_staking::Call::bond_extra { max_additional: compute };
		let before = staked(&eve);
		let _ = dispatch(eve.clone(), more);
		assert_eq!(staked(&eve), before);
		assert_eq!(wealth(&eve), all);
	});
}

#[test]
fn bond_for_compute_fails_when_the_tokens_are_at_stake_for_validation() {
	on_a_network(PRESET, || {
		let eve = account(Eve);
		let all = wealth(&eve);
		dispatch(eve.clone(), bond(all - 1_500 * TCT)).unwrap();
		let compute = |amount| pallet_provider_staking::Call::bond { amount };
		assert!(dispatch(eve.clone(), compute(2_000 * TCT)).is_err());
		dispatch(eve.clone(), compute(1_000 * TCT)).expect("this much is free");
		assert_eq!(bonded(&eve), 1_000 * TCT);
		assert_eq!(Balances::total_balance_on_hold(&eve), bonded(&eve) + staked(&eve));
	});
}

#[test]
fn unbonded_validator_stake_is_no_compute_stake_before_it_is_withdrawn() {
	on_a_network(PRESET, || {
		let eve = account(Eve);
		dispatch(eve.clone(), bond(wealth(&eve))).unwrap();
		dispatch(eve.clone(), pallet_staking::Call::unbond { value: STAKE }).unwrap();
		let compute = || pallet_provider_staking::Call::bond { amount: STAKE / 2 };
		assert!(dispatch(eve.clone(), compute()).is_err());
		run_to_era(1);
		let withdraw = || pallet_staking::Call::withdraw_unbonded { num_slashing_spans: 0 };
		dispatch(eve.clone(), withdraw()).expect("nothing is due, which is no error");
		assert!(dispatch(eve.clone(), compute()).is_err(), "it answers for two eras");
		run_to_era(2);
		dispatch(eve.clone(), withdraw()).unwrap();
		dispatch(eve.clone(), compute()).expect("now it is free");
	});
}

// The chain

#[test]
fn treasury_is_one_pot() {
	on_a_network(PRESET, || {
		let account: AccountId = PalletId(*b"py/trsry").into_account_truncating();
		assert_eq!(TreasuryAccount::get(), account);
	});
}

#[test]
fn public_chain_has_long_eras_and_a_hasty_one_short_ones() {
	use polkadot_sdk::frame_support::traits::Get;
	use tercet_runtime::configs::{BondingEras, SlashDeferEras};
	let lengths = || -> (u32, u32, u32) {
		let (epoch, sessions): (u32, u32) = (EpochSlots::get(), SessionsPerEra::get());
		let bonding: u32 = BondingEras::get();
		assert!(SlashDeferEras::get() < bonding);
		(epoch, epoch * sessions, epoch * sessions * bonding)
	};
	let public = common::chain_from("testnet").execute_with(lengths);
	let hasty = common::chain_from(PRESET).execute_with(lengths);
	assert_eq!(public, (300, DAYS / 4, 7 * DAYS));
	assert_eq!(hasty, (30, 90, 180));
}
