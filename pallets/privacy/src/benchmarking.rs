//! Benchmarks: every call at the worst that it can meet.

use crate::{Addressed, Call, Config, Envelopes, Keys, Pallet, Recipients};
use alloc::vec::Vec;
use frame::{benchmarking::prelude::*, traits::fungible::Mutate};
use tercet_primitives::{
	Balance, Envelope, ExecutorPublicKey, ENVELOPE_BYTES, H256, MAX_SEATS, TCT,
};

/// What these benchmarks need of other pallets.
pub trait BenchmarkHelper<AccountId> {
	/// Makes `who` a provider, with a record as large as it can be.
	fn provider(who: &AccountId);
}

/// What each account of these benchmarks has, in planck: enough for any deposit.
const FUNDS: Balance = 1_000_000 * TCT;

const KEY: ExecutorPublicKey = ExecutorPublicKey([9; 32]);
const COMMITMENT: H256 = H256([7; 32]);

fn funded<T: Config>(who: T::AccountId) -> Result<T::AccountId, DispatchError>
where
	T::Currency: Mutate<T::AccountId, Balance = Balance>,
{
	T::Currency::mint_into(&who, FUNDS)?;
	Ok(who)
}

/// So many accounts with a key.
fn recipients<T: Config>(count: u32) -> Recipients<T> {
	let recipients = (0..count).map(|index| {
		let who: T::AccountId = account("recipient", index, 0);
		Keys::<T>::insert(&who, KEY);
		who
	});
	recipients.collect::<Vec<_>>().try_into().expect("at most MAX_SEATS")
}

fn addressed<T: Config>(recipients: &Recipients<T>) -> Addressed<T> {
	let envelope = Envelope([3; ENVELOPE_BYTES]);
	let addressed = recipients.iter().map(|who| (who.clone(), envelope));
	addressed.collect::<Vec<_>>().try_into().expect("at most MAX_SEATS")
}

#[benchmarks(where T::Currency: Mutate<T::AccountId, Balance = Balance>)]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn announce_key() {
		let provider: T::AccountId = whitelisted_caller();
		T::BenchmarkHelper::provider(&provider);

		#[extrinsic_call]
		_(RawOrigin::Signed(provider.clone()), KEY);

		assert_eq!(Keys::<T>::get(provider), Some(KEY));
	}

	#[benchmark]
	fn withdraw_key() {
		let provider: T::AccountId = whitelisted_caller();
		Keys::<T>::insert(&provider, KEY);

		#[extrinsic_call]
		_(RawOrigin::Signed(provider.clone()));

		assert!(!Keys::<T>::contains_key(provider));
	}

	/// To recipients that had no envelope, by an owner that had nothing on hold.
	#[benchmark]
	fn hand_over(n: Linear<1, MAX_SEATS>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>(whitelisted_caller())?;
		let envelopes = addressed::<T>(&recipients::<T>(n));

		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), COMMITMENT, envelopes);

		assert_eq!(Envelopes::<T>::iter_key_prefix((owner, COMMITMENT)).count() as u32, n);
		Ok(())
	}

	/// All that there are.
	#[benchmark]
	fn take_back(n: Linear<1, MAX_SEATS>) -> Result<(), BenchmarkError> {
		let owner = funded::<T>(whitelisted_caller())?;
		let recipients = recipients::<T>(n);
		let origin = RawOrigin::Signed(owner.clone());
		Pallet::<T>::hand_over(origin.clone().into(), COMMITMENT, addressed::<T>(&recipients))?;

		#[extrinsic_call]
		_(origin, COMMITMENT, recipients);

		assert_eq!(Envelopes::<T>::iter_key_prefix((owner, COMMITMENT)).count(), 0);
		Ok(())
	}

	#[benchmark]
	fn forget_key() {
		let gone: T::AccountId = account("gone", 0, 0);
		Keys::<T>::insert(&gone, KEY);
		let caller: T::AccountId = whitelisted_caller();

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), gone.clone());

		assert!(!Keys::<T>::contains_key(gone));
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
