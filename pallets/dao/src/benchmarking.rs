//! Benchmarks.

use crate::{Ballots, Call, Config, Featured, Pallet, PollIndex, Vote};
use alloc::vec::Vec;
use frame::{benchmarking::prelude::*, traits::Polling};
use tercet_primitives::ModelId;

/// What these benchmarks need of other pallets.
pub trait BenchmarkHelper<AccountId> {
	/// A poll that is being decided, and before whose decision `who` had earned work credits, as long
	/// ago as is remembered.
	fn deciding(who: &AccountId) -> PollIndex;

	/// So many models, with lineages as long as can be.
	fn models(count: u32) -> Vec<ModelId>;

	/// A referendum of the token house whose approval can be vetoed.
	fn approved() -> u32;
}

/// An origin that passes, if there is one.
fn origin<O, E: EnsureOrigin<O>>() -> Result<O, BenchmarkError> {
	E::try_successful_origin().map_err(|_| BenchmarkError::Weightless)
}

/// As many models as can be featured: all but the last, and the last.
fn all_but_one_featured<T: Config>() -> (BoundedVec<ModelId, T::MaxFeatured>, ModelId) {
	let mut models = T::BenchmarkHelper::models(T::MaxFeatured::get());
	let last = models.pop().expect("MaxFeatured is positive");
	(BoundedVec::truncate_from(models), last)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// A second time, another way.
	#[benchmark]
	fn vote() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let poll = T::BenchmarkHelper::deciding(&who);
		Pallet::<T>::vote(RawOrigin::Signed(who.clone()).into(), poll, Vote::Nay)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), poll, Vote::Aye);

		assert_eq!(Ballots::<T>::get(poll, who).map(|ballot| ballot.vote), Some(Vote::Aye));
		Ok(())
	}

	#[benchmark]
	fn remove_vote() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let poll = T::BenchmarkHelper::deciding(&who);
		Pallet::<T>::vote(RawOrigin::Signed(who.clone()).into(), poll, Vote::Nay)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), poll);

		assert!(!Ballots::<T>::contains_key(poll, who));
		Ok(())
	}

	#[benchmark]
	fn clear_votes(n: Linear<1, 100>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		let poll = T::BenchmarkHelper::deciding(&who);
		Pallet::<T>::vote(RawOrigin::Signed(who.clone()).into(), poll, Vote::Nay)?;
		let ballot = Ballots::<T>::take(poll, &who).ok_or("just voted")?;
		for index in 0..n {
			let voter: T::AccountId = account("voter", index, 0);
			Ballots::<T>::insert(poll, voter, ballot);
		}
		T::Polls::end_ongoing(poll, false).map_err(|()| "it is ongoing")?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), poll, n);

		assert_eq!(Ballots::<T>::iter_prefix(poll).count(), 0);
		Ok(())
	}

	/// The last that fits.
	#[benchmark]
	fn feature() -> Result<(), BenchmarkError> {
		let origin = origin::<_, T::FeaturedOrigin>()?;
		let (others, model) = all_but_one_featured::<T>();
		Featured::<T>::put(others);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, model);

		assert!(Featured::<T>::get().contains(&model));
		Ok(())
	}

	/// The last of a full list.
	#[benchmark]
	fn unfeature() -> Result<(), BenchmarkError> {
		let origin = origin::<_, T::FeaturedOrigin>()?;
		let (mut all, model) = all_but_one_featured::<T>();
		all.try_push(model).map_err(|_| "there is room for one more")?;
		Featured::<T>::put(all);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, model);

		assert!(!Featured::<T>::get().contains(&model));
		Ok(())
	}

	#[benchmark]
	fn set_redundancy_floor() -> Result<(), BenchmarkError> {
		let origin = origin::<_, T::TermsOrigin>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, 4);

		Ok(())
	}

	#[benchmark]
	fn set_fee_split() -> Result<(), BenchmarkError> {
		let origin = origin::<_, T::TermsOrigin>()?;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, Permill::from_percent(51));

		Ok(())
	}

	#[benchmark]
	fn veto() -> Result<(), BenchmarkError> {
		let origin = origin::<_, T::VetoOrigin>()?;
		let referendum = T::BenchmarkHelper::approved();

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, referendum);

		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::chain(), crate::mock::Test);
}
