//! Keys for private jobs, on the whole runtime.

mod common;

use common::*;
use polkadot_sdk::{
	frame_support::{assert_ok, dispatch::GetDispatchInfo, traits::fungible::hold::Inspect},
	pallet_proxy,
	sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie},
	sp_runtime::{traits::Get, DispatchError, MultiAddress},
};
use tercet_primitives::{
	Balance, Envelope, ExecutorPublicKey, JobId, JobState, ENVELOPE_BYTES, H256, MAX_SEATS,
	MILLI_TCT,
};
use tercet_runtime::{
	configs::ProxyType, AccountId, Balances, JobMarket, Privacy, ProviderStaking, Runtime,
	RuntimeCall, System, TransactionPayment,
};

type Call = pallet_privacy::Call<Runtime>;
type Error = pallet_privacy::Error<Runtime>;

const COMMITMENT: H256 = H256([7; 32]);
const KEY: ExecutorPublicKey = ExecutorPublicKey([9; 32]);

fn announce(who: AccountId) {
	assert_ok!(dispatch(who, Call::announce_key { key: KEY }));
}

fn hand_over(recipients: &[AccountId]) -> Call {
	let envelope = Envelope([3; ENVELOPE_BYTES]);
	let envelopes = recipients.iter().map(|who| (who.clone(), envelope)).collect::<Vec<_>>();
	Call::hand_over { commitment: COMMITMENT, envelopes: envelopes.try_into().expect("few") }
}

fn take_back(recipients: Vec<AccountId>) -> Call {
	Call::take_back { commitment: COMMITMENT, recipients: recipients.try_into().expect("few") }
}

fn held(who: &AccountId) -> Balance {
	Balances::balance_on_hold(&pallet_privacy::HoldReason::Envelope.into(), who)
}

fn deposit() -> Balance {
	<Runtime as pallet_privacy::Config>::EnvelopeDeposit::get()
}

#[test]
fn executors_are_handed_a_key_when_they_were_drawn() {
	on_a_chain(|| {
		for key in [Bob, Charlie, Dave] {
			provide(account(key), BOND);
			announce(account(key));
		}
		next_block();
		next_block();
		let job = submit(account(Alice), request(1, MILLI_TCT, 60)).unwrap();
		next_block();
		next_block();

		let drawn = executors(job);
		assert_eq!(drawn.len(), 3);
		assert_ok!(dispatch(account(Alice), hand_over(&drawn)));
		assert_eq!(held(&account(Alice)), 3 * deposit());
		for who in &drawn {
			assert!(Privacy::envelope(account(Alice), COMMITMENT, who.clone()).is_some());
			assert_ok!(commit(who.clone(), job, 0));
		}
		next_block();
		next_block();
		for who in &drawn {
			assert_ok!(reveal(who.clone(), job, 0));
		}
		assert!(matches!(state(job), JobState::Settled { .. }), "{:?}", state(job));

		assert_ok!(dispatch(account(Alice), take_back(drawn)));
		assert_eq!(held(&account(Alice)), 0);
	});
}

fn state(job: JobId) -> JobState {
	JobMarket::job(job).expect("it was submitted").state
}

#[test]
fn key_is_announced_by_the_proxy_of_a_worker_when_its_provider_has_bonded() {
	on_a_chain(|| {
		let by_proxy = |call: Call| {
			let (real, call) = (MultiAddress::Id(account(Bob)), Box::new(call.into()));
			pallet_proxy::Call::<Runtime>::proxy { real, force_proxy_type: None, call }
		};
		provide(account(Bob), BOND);
		let delegate = MultiAddress::Id(account(Eve));
		let proxy =
			pallet_proxy::Call::add_proxy { delegate, proxy_type: ProxyType::Worker, delay: 0 };
		assert_ok!(dispatch(account(Bob), proxy));
		assert_ok!(dispatch(account(Eve), by_proxy(Call::announce_key { key: KEY })));
		assert_eq!(Privacy::executor_key(account(Bob)), Some(KEY));
		assert_ok!(dispatch(account(Eve), by_proxy(Call::withdraw_key {})));
		assert_eq!(Privacy::executor_key(account(Bob)), None);
		// The call of a proxy that may not make it fails without failing the transaction.
		announce(account(Bob));
		assert_ok!(dispatch(account(Eve), by_proxy(hand_over(&[account(Bob)]))));
		assert_eq!(held(&account(Bob)), 0, "{:?}", System::events());
	});
}

#[test]
fn key_of_a_provider_is_removed_by_anybody_when_it_has_left() {
	on_a_chain(|| {
		type Staking = pallet_provider_staking::Call<Runtime>;
		let bob = account(Bob);
		let announced = dispatch(bob.clone(), Call::announce_key { key: KEY });
		assert_eq!(announced.unwrap_err().error, DispatchError::from(Error::NotAProvider));
		assert_ok!(dispatch(bob.clone(), Staking::bond { amount: BOND }));
		announce(bob.clone());
		assert_ok!(dispatch(bob.clone(), Staking::unbond { amount: BOND }));
		let forget = Call::forget_key { provider: bob.clone() };
		let early = dispatch(account(Ferdie), forget.clone());
		assert_eq!(early.unwrap_err().error, DispatchError::from(Error::StillAProvider));

		let period: u32 = <Runtime as pallet_provider_staking::Config>::UnbondingPeriod::get();
		System::set_block_number(System::block_number() + period);
		assert_ok!(dispatch(bob.clone(), Staking::withdraw_unbonded {}));
		assert!(ProviderStaking::provider_view(&bob).is_none());
		assert_ok!(dispatch(account(Ferdie), forget));
		assert_eq!(Privacy::executor_key(bob), None);
	});
}

#[test]
fn fee_of_handing_over_is_small_against_a_job_when_a_whole_committee_gets_keys() {
	on_a_chain(|| {
		let seats = (0..MAX_SEATS).map(|index| AccountId::new([index as u8; 32]));
		let call: RuntimeCall = hand_over(&seats.collect::<Vec<_>>()).into();
		let length = codec::Encode::encoded_size(&call) as u32 + 150;
		let fee = TransactionPayment::compute_fee(length, &call.get_dispatch_info(), 0);
		println!("{fee} planck for {length} bytes");
		assert!(fee < 2 * MILLI_TCT, "{fee}");
	});
}
