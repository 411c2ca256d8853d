//! The token house: what its referenda change, and who may change what.

mod common;

use common::{
	referenda::{House::Token, *},
	*,
};
use polkadot_sdk::{
	frame_support::{assert_noop, assert_ok, traits::InstanceFilter},
	frame_system, pallet_balances, pallet_conviction_voting, pallet_preimage,
	pallet_referenda::{self, TracksInfo},
	pallet_scheduler, pallet_treasury, pallet_whitelist,
	sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie},
	sp_runtime::{traits::Get, DispatchError, DispatchError::BadOrigin, MultiAddress},
};
use tercet_primitives::{traits::ProviderPool, BlockNumber, MILLI_TCT, TCT};
use tercet_runtime::{
	configs::{
		origins::{Origin, BIG_SPEND, MEDIUM_SPEND, SMALL_SPEND},
		tracks::{ContributorTracks, TokenTracks},
		ProxyType, SnapshotPeriod, TreasuryAccount,
	},
	pace::Haste,
	AccountId, Balances, OriginCaller, ProviderStaking, Runtime, RuntimeCall, RuntimeOrigin,
	System, Treasury,
};

/// Every origin that referenda have.
const ORIGINS: [Origin; 12] = [
	Origin::WhitelistedCaller,
	Origin::MarketAdmin,
	Origin::VerificationAdmin,
	Origin::StakingAdmin,
	Origin::SlashCanceller,
	Origin::SmallSpender,
	Origin::MediumSpender,
	Origin::BigSpender,
	Origin::FeaturedModels,
	Origin::NetworkTerms,
	Origin::FastTrack,
	Origin::Veto,
];

fn doubled_fee() -> pallet_job_market::Call<Runtime> {
	let now = pallet_job_market::Params::<Runtime>::get();
	let params = pallet_job_market::MarketParams { job_fee: now.job_fee * 2, ..now };
	pallet_job_market::Call::set_params { params }
}

fn fee() -> u128 {
	pallet_job_market::Params::<Runtime>::get().job_fee
}

fn spend(amount: u128, to: AccountId) -> pallet_treasury::Call<Runtime> {
	pallet_treasury::Call::spend {
		asset_kind: Box::new(()),
		amount,
		beneficiary: Box::new(to),
		valid_from: None,
	}
}

fn fund_treasury(amount: u128) {
	let dest = MultiAddress::Id(TreasuryAccount::get());
	let call = pallet_balances::Call::<Runtime>::transfer_keep_alive { dest, value: amount };
	dispatch(account(Alice), call).expect("has it");
}

#[test]
fn market_parameter_changes_when_a_referendum_has_passed_and_its_delay_is_over() {
	on_a_hasty_chain(|| {
		let before = fee();
		let index = propose(Token, Origin::MarketAdmin, doubled_fee());
		approve_by_tokens(index);
		assert_eq!(fee(), before, "not before the delay");
		let waited = step_until(|| fee() != before);
		let delay = TokenTracks::info(10).unwrap().min_enactment_period;
		assert_eq!((fee(), waited), (2 * before, delay));
	});
}

#[test]
fn referendum_changes_nothing_when_it_is_voted_down() {
	on_a_hasty_chain(|| {
		use pallet_conviction_voting::{AccountVote, Conviction, Vote};
		let before = fee();
		let index = propose(Token, Origin::MarketAdmin, doubled_fee());
		for (key, aye) in [(Alice, true), (Bob, false), (Charlie, false)] {
			let vote = Vote { aye, conviction: Conviction::Locked1x };
			let vote = AccountVote::Standard { vote, balance: 100_000 * TCT };
			let call = pallet_conviction_voting::Call::<Runtime>::vote { poll_index: index, vote };
			assert_ok!(dispatch(account(key), call));
		}
		step_until(|| pallet_referenda::Pallet::<Runtime>::ensure_ongoing(index).is_err());
		assert!(!approved(Token, index));
		(0..200).for_each(|_| step());
		assert_eq!(fee(), before);
	});
}

#[test]
fn treasury_pays_when_a_referendum_has_passed() {
	on_a_hasty_chain(|| {
		fund_treasury(2_000 * TCT);
		let to = AccountId::new([7; 32]);
		let index = propose(Token, Origin::SmallSpender, spend(500 * TCT, to.clone()));
		approve_by_tokens(index);
		let payout = || pallet_treasury::Call::<Runtime>::payout { index: 0 };
		assert!(dispatch(account(Bob), payout()).is_err(), "not before it is enacted");
		step_until(|| pallet_treasury::SpendCount::<Runtime>::get() > 0);

		let treasury = wealth(&TreasuryAccount::get());
		let issuance = Balances::total_issuance();
		dispatch(account(Bob), payout()).expect("is due");
		assert_eq!(wealth(&to), 500 * TCT);
		assert_eq!(wealth(&TreasuryAccount::get()), treasury - 500 * TCT);
		assert_eq!(Balances::total_issuance(), issuance);
		assert!(dispatch(account(Bob), payout()).is_err(), "never twice");
	});
}

#[test]
fn spend_fails_when_it_exceeds_what_its_track_may_spend() {
	on_a_hasty_chain(|| {
		let to = account(Bob);
		let spenders = [
			(Origin::SmallSpender, SMALL_SPEND),
			(Origin::MediumSpender, MEDIUM_SPEND),
			(Origin::BigSpender, BIG_SPEND),
		];
		for (origin, most) in spenders {
			assert_ok!(dispatch_from(origin, spend(most, to.clone())));
			assert_eq!(
				dispatch_from(origin, spend(most + 1, to.clone())),
				Err(pallet_treasury::Error::<Runtime>::InsufficientPermission.into())
			);
		}
		for origin in ORIGINS {
			if !spenders.iter().any(|(spender, _)| *spender == origin) {
				assert_eq!(dispatch_from(origin, spend(1, to.clone())), Err(BadOrigin));
			}
		}
	});
}

#[test]
fn pending_slash_is_forgiven_when_a_referendum_has_passed_in_time() {
	on_a_hasty_chain(|| {
		let [who, ..] = workers();
		let before = wealth(&who);
		<ProviderStaking as ProviderPool<AccountId>>::overrule(&who, 100 * TCT);
		let slash = pallet_provider_staking::PendingSlashes::<Runtime>::get(0).expect("is pending");

		let call = pallet_provider_staking::Call::<Runtime>::cancel_slash { id: 0 };
		let index = propose(Token, Origin::SlashCanceller, call);
		approve_by_tokens(index);
		step_until(|| pallet_provider_staking::PendingSlashes::<Runtime>::get(0).is_none());
		assert!(System::block_number() < slash.due);
		run_to(slash.due + 2);
		assert_eq!(wealth(&who), before);
	});
}

#[test]
fn call_from_the_whitelist_is_only_deferred_when_the_other_house_has_not_listed_it() {
	on_a_hasty_chain(|| {
		let key = b"key".to_vec();
		let items = vec![(key.clone(), b"value".to_vec())];
		let call: RuntimeCall = frame_system::Call::<Runtime>::set_storage { items }.into();
		let call = pallet_whitelist::Call::<Runtime>::dispatch_whitelisted_call_with_preimage {
			call: Box::new(call),
		};
		assert_ok!(dispatch_from(Origin::WhitelistedCaller, call));
		assert_eq!(polkadot_sdk::sp_io::storage::get(&key), None);
		assert_eq!(pallet_whitelist::DeferredDispatch::<Runtime>::iter().count(), 1);
	});
}

#[test]
fn parameters_change_by_root_and_their_own_track_only() {
	on_a_hasty_chain(|| {
		let market = pallet_job_market::Params::<Runtime>::get();
		let verification = pallet_verification::Params::<Runtime>::get();
		let staking = pallet_provider_staking::Params::<Runtime>::get();
		let payouts = pallet_payouts::Params::<Runtime>::get();
		let calls: [(RuntimeCall, Origin); 4] = [
			(
				pallet_job_market::Call::<Runtime>::set_params { params: market }.into(),
				Origin::MarketAdmin,
			),
			(
				pallet_verification::Call::<Runtime>::set_params { params: verification }.into(),
				Origin::VerificationAdmin,
			),
			(
				pallet_provider_staking::Call::<Runtime>::set_params { params: staking }.into(),
				Origin::StakingAdmin,
			),
			(
				pallet_payouts::Call::<Runtime>::set_params { params: payouts }.into(),
				Origin::StakingAdmin,
			),
		];
		for (call, track) in calls {
			for origin in ORIGINS {
				let result = polkadot_sdk::frame_support::hypothetically!(dispatch_from(
					origin,
					call.clone()
				));
				let expected = if origin == track { Ok(()) } else { Err(BadOrigin) };
				assert_eq!(result, expected, "{call:?} from {origin:?}");
			}
			assert_noop!(
				dispatch(account(Alice), call.clone()).map_err(|error| error.error),
				BadOrigin
			);
			let by_root = polkadot_sdk::sp_runtime::traits::Dispatchable::dispatch(
				call,
				RuntimeOrigin::root(),
			);
			assert_ok!(by_root);
		}
	});
}

#[test]
fn slash_is_forgiven_by_root_and_its_track_only() {
	on_a_hasty_chain(|| {
		let unknown = || pallet_provider_staking::Error::<Runtime>::NoSuchSlash;
		for origin in ORIGINS {
			let call = pallet_provider_staking::Call::<Runtime>::cancel_slash { id: 9 };
			let expected: DispatchError = match origin {
				Origin::SlashCanceller => unknown().into(),
				_ => BadOrigin,
			};
			assert_eq!(dispatch_from(origin, call), Err(expected));
		}
	});
}

#[test]
fn every_origin_has_a_track_in_one_house() {
	for origin in ORIGINS {
		let origin = OriginCaller::from(origin);
		let (token, contributors) =
			(TokenTracks::track_for(&origin), ContributorTracks::track_for(&origin));
		assert!(token.is_ok() != contributors.is_ok(), "{origin:?}");
	}
	assert_eq!(TokenTracks::track_for(&root()), Ok(0));
	assert_eq!(ContributorTracks::track_for(&root()), Err(()));
	let signed = frame_system::RawOrigin::Signed(account(Alice)).into();
	assert_eq!(TokenTracks::track_for(&signed), Err(()));
	assert_eq!(ContributorTracks::track_for(&signed), Err(()));
}

/// `(preparation, decision, confirmation, enactment)` of a track.
fn periods<T: TracksInfo<u128, BlockNumber, Id = u16>>(id: u16) -> [BlockNumber; 4] {
	let info = T::info(id).expect("there is such a track");
	[info.prepare_period, info.decision_period, info.confirm_period, info.min_enactment_period]
}

#[test]
fn tracks_fit_together_at_any_pace() {
	on_a_chain(|| {
		for haste in [1, 2, 7, 10, 100, 999, HURRY, 10_000, 1_000_000] {
			Haste::<Runtime>::put(haste);
			assert_ok!(TokenTracks::check_integrity());
			assert_ok!(ContributorTracks::check_integrity());

			// Blocks that alarms may lag behind.
			let slack = 5;
			let veto: u32 = periods::<ContributorTracks>(3).iter().sum();
			for track in [10, 11, 12] {
				let [.., delay] = periods::<TokenTracks>(track);
				assert!(veto + slack <= delay, "no time to veto at {haste}: {veto} of {delay}");
				let lock: u32 =
					<Runtime as pallet_conviction_voting::Config>::VoteLockingPeriod::get();
				assert!(lock >= delay, "votes are unlocked before they have an effect at {haste}");
			}

			let remembered: u32 =
				SnapshotPeriod::get().saturating_mul(pallet_payouts::SNAPSHOT_PERIODS);
			for track in ContributorTracks::track_ids() {
				let [_, decision, confirmation, _] = periods::<ContributorTracks>(track);
				assert!(
					decision + confirmation + slack <= remembered,
					"credits are forgotten during a vote of track {track} at {haste}"
				);
			}
		}
	});
}

#[test]
fn slash_can_be_cancelled_in_time_when_it_is_seen_within_ten_hours() {
	on_a_chain(|| {
		Haste::<Runtime>::put(1);
		let delay = pallet_provider_staking::Parameters::default().slash_delay;
		let vote: u32 = periods::<TokenTracks>(20).iter().sum();
		assert!(vote + 10 * tercet_runtime::configs::HOURS <= delay, "{vote} of {delay}");
	});
}

#[test]
fn treasury_is_one_pot() {
	assert_eq!(Treasury::account_id(), TreasuryAccount::get());
}

#[test]
fn proxy_for_governance_votes_and_moves_no_money() {
	let allows = |call: RuntimeCall| ProxyType::Governance.filter(&call);
	let transfer = pallet_balances::Call::<Runtime>::transfer_keep_alive {
		dest: MultiAddress::Id(account(Bob)),
		value: MILLI_TCT,
	};
	assert!(allows(pallet_dao::Call::vote { poll: 0, vote: pallet_dao::Vote::Aye }.into()));
	assert!(allows(pallet_conviction_voting::Call::<Runtime>::undelegate { class: 0 }.into()));
	assert!(allows(pallet_preimage::Call::<Runtime>::note_preimage { bytes: vec![] }.into()));
	assert!(!allows(transfer.into()));
	assert!(!allows(pallet_provider_staking::Call::<Runtime>::bond { amount: 1 }.into()));
	assert!(!allows(pallet_scheduler::Call::<Runtime>::cancel { when: 1, index: 0 }.into()));
	assert!(ProxyType::Any.is_superset(&ProxyType::Governance));
	assert!(!ProxyType::Governance.is_superset(&ProxyType::Worker));
}
