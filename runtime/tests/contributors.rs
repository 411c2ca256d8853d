//! The contributor house: its votes are earned by work, and it decides what is its own.

mod common;

use codec::Encode;
use common::{
	referenda::{
		House::{Contributors, Token},
		*,
	},
	*,
};
use polkadot_sdk::{
	frame_support::assert_ok,
	frame_system,
	pallet_referenda::{self, TracksInfo},
	pallet_scheduler, pallet_treasury, pallet_whitelist,
	sp_io::storage,
	sp_keyring::Sr25519Keyring::{Alice, Eve},
	sp_runtime::{
		traits::{BlakeTwo256, Get, Hash},
		DispatchError::{self, BadOrigin},
		Permill,
	},
};
use tercet_primitives::ModelId;
use tercet_runtime::{
	configs::{origins::Origin, tracks::TokenTracks, SnapshotPeriod},
	AccountId, Dao, Payouts, Runtime, RuntimeCall, System,
};

fn doubled_fee() -> pallet_job_market::Call<Runtime> {
	let now = pallet_job_market::Params::<Runtime>::get();
	let params = pallet_job_market::MarketParams { job_fee: now.job_fee * 2, ..now };
	pallet_job_market::Call::set_params { params }
}

fn fee() -> u128 {
	pallet_job_market::Params::<Runtime>::get().job_fee
}

fn veto(referendum: u32) -> pallet_dao::Call<Runtime> {
	pallet_dao::Call::veto { referendum }
}

#[test]
fn model_is_featured_when_those_who_work_have_voted_for_it() {
	on_a_hasty_chain(|| {
		let workers = workers();
		let call = pallet_dao::Call::<Runtime>::feature { model: ModelId(0) };
		let index = propose(Contributors, Origin::FeaturedModels, call);
		approve_by_work(index, &workers);
		step_until(|| !Dao::featured().is_empty());
		assert_eq!(Dao::featured(), [ModelId(0)]);
	});
}

#[test]
fn power_is_the_credits_from_before_the_decision_when_work_goes_on() {
	on_a_hasty_chain(|| {
		let workers = workers();
		let [first, ..] = workers.clone();
		let credits = Payouts::work_credits(first.clone());
		assert!(credits > 0);

		let index = propose(Contributors, Origin::FastTrack, veto(0));
		step_until(|| Dao::power_of(index, first.clone()).is_some());
		work(&workers);
		(0..2 * <SnapshotPeriod as Get<u32>>::get()).for_each(|_| next_block());
		assert!(Payouts::work_credits(first.clone()) > credits);
		assert_eq!(Dao::power_of(index, first.clone()), Some((credits, 3 * credits)));

		let vote =
			|| pallet_dao::Call::<Runtime>::vote { poll: index, vote: pallet_dao::Vote::Nay };
		assert_ok!(dispatch(first, vote()));
		let tally =
			pallet_referenda::Pallet::<Runtime, pallet_referenda::Instance2>::ensure_ongoing(index);
		assert_eq!(tally.unwrap().tally.nays, credits);
		assert_eq!(
			dispatch(account(Eve), vote()).map_err(|error| error.error),
			Err(pallet_dao::Error::<Runtime>::NoCredits.into())
		);
	});
}

#[test]
fn redundancy_floor_and_fee_split_change_when_those_who_work_have_voted_for_it() {
	on_a_hasty_chain(|| {
		let workers = workers();
		let floor = pallet_dao::Call::<Runtime>::set_redundancy_floor { executors: 4 };
		let floor = propose(Contributors, Origin::NetworkTerms, floor);
		let to_workers = Permill::from_percent(60);
		let split = pallet_dao::Call::<Runtime>::set_fee_split { to_workers };
		let split = propose(Contributors, Origin::NetworkTerms, split);
		approve_by_work(floor, &workers);
		approve_by_work(split, &workers);
		step_until(|| pallet_payouts::Params::<Runtime>::get().reward_of_fees == to_workers);
		assert_eq!(pallet_job_market::Params::<Runtime>::get().min_executors, 4);
	});
}

#[test]
fn terms_stay_in_bounds_whoever_votes_for_more() {
	on_a_hasty_chain(|| {
		let terms = Origin::NetworkTerms;
		for percent in [19, 81] {
			let to_workers = Permill::from_percent(percent);
			assert_eq!(
				dispatch_from(terms, pallet_dao::Call::<Runtime>::set_fee_split { to_workers }),
				Err(pallet_dao::Error::<Runtime>::FeeSplitOutOfBounds.into())
			);
		}
		let floor = |executors| pallet_dao::Call::<Runtime>::set_redundancy_floor { executors };
		assert_eq!(
			dispatch_from(terms, floor(8)),
			Err(pallet_job_market::Error::<Runtime>::ParamOutOfRange.into())
		);
		assert_ok!(dispatch_from(terms, floor(4)));
		assert_eq!(
			dispatch_from(terms, floor(5)),
			Err(pallet_job_market::Error::<Runtime>::ParamsCoolingDown.into())
		);
	});
}

#[test]
fn root_call_is_dispatched_soon_when_both_houses_want_it() {
	on_a_hasty_chain(|| {
		let workers = workers();
		let key = b"an upgrade".to_vec();
		let items = vec![(key.clone(), b"done".to_vec())];
		let call: RuntimeCall = frame_system::Call::<Runtime>::set_storage { items }.into();
		let call_hash = BlakeTwo256::hash(&call.encode());

		// Both are their house's first referendum, and so have the same index.
		let listing = pallet_whitelist::Call::<Runtime>::whitelist_call { call_hash };
		let listing = propose(Contributors, Origin::FastTrack, listing);
		let dispatching =
			pallet_whitelist::Call::<Runtime>::dispatch_whitelisted_call_with_preimage {
				call: Box::new(call),
			};
		let dispatching = propose(Token, Origin::WhitelistedCaller, dispatching);
		assert_eq!(listing, dispatching);

		approve_by_work(listing, &workers);
		step_until(|| pallet_whitelist::WhitelistedCall::<Runtime>::contains_key(call_hash));
		approve_by_tokens(dispatching);
		step_until(|| storage::get(&key).is_some());
		assert_eq!(storage::get(&key).as_deref(), Some(&b"done"[..]));
	});
}

#[test]
fn whitelist_is_the_contributor_houses_alone() {
	on_a_hasty_chain(|| {
		let call = || pallet_whitelist::Call::<Runtime>::whitelist_call {
			call_hash: BlakeTwo256::hash(b"call"),
		};
		for origin in [Origin::WhitelistedCaller, Origin::MarketAdmin, Origin::Veto] {
			assert_eq!(dispatch_from(origin, call()), Err(BadOrigin));
		}
		assert_ok!(dispatch_from(Origin::FastTrack, call()));
	});
}

#[test]
fn parameter_does_not_change_when_it_is_vetoed_within_its_delay() {
	on_a_hasty_chain(|| {
		let workers = workers();
		let before = fee();
		let change = propose(Token, Origin::MarketAdmin, doubled_fee());
		approve_by_tokens(change);
		let due = System::block_number() + TokenTracks::info(10).unwrap().min_enactment_period;

		// The two have the same index, and are scheduled at the same time.
		let poll = propose(Contributors, Origin::Veto, veto(change));
		assert_eq!(poll, change);
		approve_by_work(poll, &workers);
		step_until(|| pallet_scheduler::Lookup::<Runtime>::iter().count() == 0);
		assert!(approved(Token, change) && approved(Contributors, poll));
		assert!(System::block_number() < due);
		while System::block_number() < due + 5 {
			step();
		}
		assert_eq!(fee(), before);
		assert_eq!(
			dispatch_from(Origin::Veto, veto(change)),
			Err(pallet_scheduler::Error::<Runtime>::NotFound.into())
		);
	});
}

#[test]
fn veto_fails_when_what_was_approved_is_no_change_of_parameters() {
	on_a_hasty_chain(|| {
		let to = AccountId::new([7; 32]);
		let spend = pallet_treasury::Call::<Runtime>::spend {
			asset_kind: Box::new(()),
			amount: 1,
			beneficiary: Box::new(to),
			valid_from: None,
		};
		let by_root = propose(Token, root(), doubled_fee());
		let spend = propose(Token, Origin::MediumSpender, spend);
		let change = propose(Token, Origin::MarketAdmin, doubled_fee());
		for index in [by_root, spend] {
			approve_by_tokens(index);
			assert_eq!(dispatch_from(Origin::Veto, veto(index)), Err(BadOrigin));
		}
		approve_by_tokens(change);
		assert_ok!(dispatch_from(Origin::Veto, veto(change)));
		assert_eq!(
			dispatch(account(Alice), veto(by_root)).map_err(|error| error.error),
			Err::<_, DispatchError>(BadOrigin)
		);
	});
}
