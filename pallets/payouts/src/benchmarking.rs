//! Benchmarks.

use crate::{
	Call, Config, Credits, Distributed, Pallet, Parameters, Params, ParamsChangedAt, TotalCredits,
	WorkCredits, WorkOf, WorkOfEras,
};
use alloc::vec::Vec;
use frame::{
	benchmarking::prelude::*,
	traits::fungible::{Inspect, Mutate, MutateHold},
};
use tercet_primitives::{
	traits::{Invoice, Payouts, Rest},
	Balance, JobId, Royalties, Royalty, WorkUnits, MAX_LINEAGE, MAX_SEATS,
};

/// What these benchmarks need of other pallets.
pub trait BenchmarkHelper<AccountId, Reason> {
	/// Any reason to hold money for.
	fn reason() -> Reason;

	/// Makes `who` a provider that shares its rewards with delegators, with a record as large as it
	/// can be.
	fn provider(who: &AccountId);
}

/// What an executor is paid, in planck: a hundredth of it is enough to bring an account to life.
fn pay<T: Config>() -> Balance {
	T::Currency::minimum_balance() * 1_000
}

/// The third era by the default parameters, which were set when the chain started.
fn third_era<T: Config>() {
	let params = Parameters::default();
	let now = params.era_length * 2;
	Params::<T>::put(params);
	ParamsChangedAt::<T>::put(0);
	System::<T>::set_block_number(now.into());
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// The reward of an era that is over, in which somebody else's work is still unclaimed.
	#[benchmark]
	fn claim() -> Result<(), BenchmarkError> {
		third_era::<T>();
		let provider: T::AccountId = account("provider", 0, 0);
		T::BenchmarkHelper::provider(&provider);
		let other = account("provider", 1, 0);
		let (era, value) = (Pallet::<T>::era(), pay::<T>());
		Pallet::<T>::record_work(&[&provider, &other], value, value, true)?;
		let now = Pallet::<T>::now() + Params::<T>::get().era_length;
		System::<T>::set_block_number(now.into());
		let caller: T::AccountId = whitelisted_caller();
		let minted = Distributed::<T>::get().minted;

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), provider.clone(), era);

		assert!(Distributed::<T>::get().minted > minted);
		assert!(!WorkOf::<T>::contains_key(era, &provider));
		assert_eq!(WorkOfEras::<T>::get(era).map(|work| work.unclaimed), Some(1));
		Ok(())
	}

	/// Sets both clocks.
	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		third_era::<T>();
		System::<T>::set_block_number((Pallet::<T>::now() + T::ParamsCooldown::get()).into());
		let old = Parameters::default();
		let params = Parameters {
			era_length: old.era_length * 2,
			credit_half_life: old.credit_half_life * 2,
			..old
		};

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params.clone());

		assert_eq!(Params::<T>::get(), params);
		Ok(())
	}

	/// To executors who worked before but whose accounts are dead, and to authors whose accounts are
	/// too; several half-lives after the last work, with a fee, and with a rest that is returned.
	#[benchmark]
	fn distribute(
		e: Linear<0, MAX_SEATS>,
		r: Linear<0, MAX_LINEAGE>,
	) -> Result<(), BenchmarkError> {
		third_era::<T>();
		let executors: Vec<T::AccountId> =
			(0..e).map(|index| account("executor", index, 0)).collect();
		let pay = pay::<T>();
		for executor in &executors {
			Pallet::<T>::record_work(&[executor], pay, pay, true)?;
			WorkCredits::<T>::insert(executor, Credits { amount: pay, half_life: 0 });
		}
		TotalCredits::<T>::put(Credits { amount: pay * Balance::from(e), half_life: 0 });
		let half_lives = Params::<T>::get().credit_half_life * Params::<T>::get().era_length * 3;
		System::<T>::set_block_number((Pallet::<T>::now() + half_lives).into());
		// Somebody else was the first of this era.
		Pallet::<T>::record_work(&[&account("other", 0, 0)], pay, pay, true)?;

		let payee = |index| account("author", index, 0);
		let royalties: Royalties<T::AccountId> = (0..r)
			.map(|index| Royalty { payee: payee(index), share: Permill::from_percent(5) })
			.collect::<Vec<_>>()
			.try_into()
			.expect("at most MAX_LINEAGE");
		let payer: T::AccountId = account("payer", 0, 0);
		let escrow = pay * 2 * Balance::from(MAX_SEATS);
		let reason = T::BenchmarkHelper::reason();
		T::Currency::mint_into(&payer, escrow * 2)?;
		T::Currency::mint_into(&T::TreasuryAccount::get(), T::Currency::minimum_balance())?;
		T::Currency::hold(&reason, &payer, escrow)?;
		let invoice = Invoice {
			job: JobId(0),
			escrow,
			units: WorkUnits(1),
			price: pay,
			executors: &executors,
			royalties: &royalties,
			fee: pay,
			rest: Rest::Release,
		};

		let statement;
		#[block]
		{
			statement = <Pallet<T> as Payouts<_, _>>::distribute(&reason, &payer, invoice)?;
		}

		assert_eq!(statement.executors, pay * Balance::from(e));
		assert_eq!(statement.royalties, statement.executors / 20 * Balance::from(r));
		assert!(statement.treasury >= pay && statement.refunded > 0);
		assert_eq!(T::Currency::balance(&payer), escrow + statement.refunded);
		assert!(executors.iter().all(|who| T::Currency::balance(who) == pay));
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::chain(), crate::mock::Test);
}
