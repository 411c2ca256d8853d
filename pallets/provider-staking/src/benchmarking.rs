//! Benchmarks: every call and hook on a provider with the largest record, in pools where others sit
//! too.

use crate::{
	Call, Config, Counted, Delegations, Offer, Pallet, Params, PendingSlashes, PoolSeats, PoolSize,
	Providers, Queue, SlashQueue, TotalBurned, UnbondChunk, MAX_OFFERS, MAX_UNBOND_CHUNKS,
};
use core::ops::Range;
use frame::{
	benchmarking::prelude::*,
	traits::fungible::{Inspect, Mutate},
};
use tercet_primitives::{
	Architecture, Balance, BlockNumber, DeterminismClass, ExecutionProvider, ModelId,
	OnnxRuntimeVersion, PoolId, VariantId,
};

/// What these benchmarks need of other pallets.
pub trait BenchmarkHelper {
	/// A variant of a published model, the terms of which take as long to read as they can.
	fn variant() -> VariantId;
}

/// What is offered. Only the call `offer` asks whether there is such a variant.
const VARIANT: VariantId = VariantId { model: ModelId(u32::MAX), index: u8::MAX };

/// One of many pools for pinned machines.
fn pool(variant: VariantId, architecture: Architecture, index: u32) -> PoolId {
	let class = DeterminismClass::Pinned {
		provider: ExecutionProvider::Cuda,
		runtime: OnnxRuntimeVersion { major: 1, minor: 31, patch: 1 },
		architecture,
		threads: index as u8,
	};
	PoolId { variant, class }
}

/// What is bonded, delegated and taken out at once, in planck.
fn unit<T: Config>() -> Balance {
	T::MinBond::get().max(Params::<T>::get().min_delegation)
}

/// What each provider, and each delegator, has at stake in the beginning, in planck.
fn stake<T: Config>() -> Balance {
	unit::<T>() * Balance::from(MAX_UNBOND_CHUNKS + 2)
}

fn fund<T: Config>(who: &T::AccountId) -> DispatchResult {
	T::Currency::mint_into(who, stake::<T>() * 10 + T::Currency::minimum_balance())?;
	Ok(())
}

fn run<T: Config>(blocks: BlockNumber) {
	System::<T>::set_block_number((Pallet::<T>::now() + blocks).into());
}

/// Makes `who` a provider with delegators of which every field is set, and with `chunks` amounts
/// unbonding. It may raise its commission.
fn provider<T: Config>(who: &T::AccountId, chunks: u32) -> DispatchResult {
	run::<T>(T::UnbondingPeriod::get());
	fund::<T>(who)?;
	Pallet::<T>::do_bond(who, stake::<T>())?;
	for _ in 0..chunks {
		run::<T>(1);
		Pallet::<T>::do_unbond(who, unit::<T>())?;
	}
	run::<T>(1);
	Providers::<T>::mutate(who, |provider| {
		let provider = provider.as_mut().expect("it has bonded");
		provider.commission = Permill::from_percent(10);
		provider.raised_at = Some(0);
		provider.operator = Some(account("operator", 0, 0));
		provider.proposed = Some(account("proposed", 0, 0));
		// In the middle of a job.
		provider.take_job(1);
	});
	Ok(())
}

/// Opens the pot of `who`; returns the only delegator.
fn delegator<T: Config>(who: &T::AccountId) -> Result<T::AccountId, DispatchError> {
	let delegator = account("delegator", 0, 0);
	fund::<T>(&delegator)?;
	Pallet::<T>::do_delegate(&delegator, who, stake::<T>())?;
	Ok(delegator)
}

/// As many calls of `offer` would do, by somebody who is not available.
fn offers<T: Config>(who: &T::AccountId, pools: impl Iterator<Item = PoolId>) {
	Providers::<T>::mutate(who, |provider| {
		let provider = provider.as_mut().expect("it has bonded");
		for pool in pools {
			let offer = Offer { pool, least_price: 1, seat: None };
			provider.offers.try_push(offer).expect("at most MAX_OFFERS");
		}
	});
}

/// Pools of the provider that is measured.
fn pools(range: Range<u32>) -> impl Iterator<Item = PoolId> {
	range.map(|index| pool(VARIANT, Architecture::X86Avx2, index))
}

/// Gives `who` so many seats, and as many offers as there can be.
fn seats<T: Config>(who: &T::AccountId, count: u32) -> DispatchResult {
	offers::<T>(who, pools(0..count));
	if count > 0 {
		Pallet::<T>::do_go_available(who)?;
	}
	offers::<T>(who, pools(count..MAX_OFFERS));
	Ok(())
}

/// Seats somebody else behind the provider that is measured in each of its first `count` pools, each
/// with a record of the largest size: whoever gives up its seat there renumbers that one.
fn neighbours<T: Config>(count: u32) -> DispatchResult {
	for (index, shared) in pools(0..count).enumerate() {
		let who = account("neighbour", index as u32, 0);
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		let others = (1..MAX_OFFERS).map(|index| pool(VARIANT, Architecture::Aarch64, index));
		offers::<T>(&who, core::iter::once(shared).chain(others));
		Pallet::<T>::do_go_available(&who)?;
	}
	Ok(())
}

/// Decides to slash `amount` of the stake of `who`.
fn punish<T: Config>(who: &T::AccountId, amount: Balance) {
	let mut provider = record::<T>(who);
	Pallet::<T>::punish(who, &mut provider, amount);
	Pallet::<T>::store(who, provider);
}

fn record<T: Config>(who: &T::AccountId) -> crate::ProviderOf<T> {
	Providers::<T>::get(who).expect("it is a provider")
}

/// For the benchmarks of other pallets: makes `who` an available provider with delegators, and with a
/// record as large as it can be.
pub fn largest_provider<T: Config>(who: &T::AccountId) -> DispatchResult {
	provider::<T>(who, MAX_UNBOND_CHUNKS)?;
	delegator::<T>(who)?;
	seats::<T>(who, MAX_OFFERS)
}

/// For the benchmarks of other pallets: makes `who` an available provider of `pool` alone, with a
/// record as large as it can be, whose `stake` counts at once; `busy` if it has as many jobs in hand
/// as it may.
pub fn seat<T: Config>(
	who: &T::AccountId,
	pool: PoolId,
	least_price: Balance,
	stake: Balance,
	busy: bool,
) -> DispatchResult {
	let leaving = Balance::from(MAX_UNBOND_CHUNKS);
	T::Currency::mint_into(who, stake + leaving + T::Currency::minimum_balance())?;
	Pallet::<T>::do_bond(who, stake + leaving)?;
	Providers::<T>::mutate(who, |provider| {
		let provider = provider.as_mut().expect("it has bonded");
		provider.bonded = stake;
		for index in 0..MAX_UNBOND_CHUNKS {
			let at = T::UnbondingPeriod::get() + index;
			let chunk = UnbondChunk { amount: 1, at };
			provider.unbonding.try_push(chunk).expect("at most MAX_UNBOND_CHUNKS");
		}
		provider.counted = Counted { now: stake, next: stake, from: 0 };
		provider.operator = Some(who.clone());
		let offer = Offer { pool, least_price, seat: None };
		provider.offers.try_push(offer).expect("it is the first");
		if busy {
			(0..Params::<T>::get().max_in_flight).for_each(|_| provider.take_job(0));
		}
	});
	Pallet::<T>::do_go_available(who)?;
	offers::<T>(who, pools(1..MAX_OFFERS));
	Ok(())
}

/// Leaves out the queue's record, which is in the weight of the hook.
fn without_queue<T: Config>() {
	add_to_whitelist(SlashQueue::<T>::hashed_key().to_vec().into());
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn bond(s: Linear<0, MAX_OFFERS>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, s)?;
		let before = record::<T>(&who);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), unit::<T>());

		let after = record::<T>(&who);
		assert_eq!(after.bonded, before.bonded + unit::<T>());
		assert!(after.counted.next > before.counted.next);
		Ok(())
	}

	#[benchmark]
	fn unbond(s: Linear<0, MAX_OFFERS>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS - 1)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, s)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), unit::<T>());

		assert_eq!(record::<T>(&who).unbonding.len() as u32, MAX_UNBOND_CHUNKS);
		Ok(())
	}

	#[benchmark]
	fn withdraw_unbonded() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, 0)?;
		run::<T>(T::UnbondingPeriod::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(record::<T>(&who).unbonding.is_empty());
		Ok(())
	}

	/// The last one that fits, by an available provider.
	#[benchmark]
	fn offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		offers::<T>(&who, pools(0..MAX_OFFERS - 1));
		Pallet::<T>::do_go_available(&who)?;
		// Somebody sits there already.
		let pool = pool(T::BenchmarkHelper::variant(), Architecture::X86Avx2, MAX_OFFERS);
		PoolSize::<T>::insert(pool, 1);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), pool, 1);

		assert_eq!(record::<T>(&who).offers.last().and_then(|its| its.seat), Some(1));
		Ok(())
	}

	#[benchmark]
	fn update_offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, MAX_OFFERS)?;
		let last = record::<T>(&who).offers.last().expect("there are some").pool;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), last, 2);

		assert_eq!(PoolSeats::<T>::get(last, 0).map(|seat| seat.least_price), Some(2));
		Ok(())
	}

	/// By an available provider.
	#[benchmark]
	fn withdraw_offer() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, MAX_OFFERS)?;
		neighbours::<T>(1)?;
		let first = record::<T>(&who).offers.first().expect("there are some").pool;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), first);

		assert_eq!(record::<T>(&who).offers.len() as u32, MAX_OFFERS - 1);
		assert!(PoolSeats::<T>::get(first, 0).is_some_and(|seat| seat.provider != who));
		Ok(())
	}

	#[benchmark]
	fn go_available(s: Linear<1, MAX_OFFERS>) -> Result<(), BenchmarkError> {
		neighbours::<T>(s)?;
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		offers::<T>(&who, pools(0..s));

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(record::<T>(&who).offers.iter().all(|its| its.seat == Some(1)));
		Ok(())
	}

	#[benchmark]
	fn go_unavailable(s: Linear<1, MAX_OFFERS>) -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		offers::<T>(&who, pools(0..s));
		Pallet::<T>::do_go_available(&who)?;
		neighbours::<T>(s)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()));

		assert!(!record::<T>(&who).available);
		assert!(pools(0..s).all(|pool| PoolSize::<T>::get(pool) == 1));
		Ok(())
	}

	/// Opens the pot.
	#[benchmark]
	fn delegate(s: Linear<0, MAX_OFFERS>) -> Result<(), BenchmarkError> {
		let target = account("provider", 0, 0);
		provider::<T>(&target, MAX_UNBOND_CHUNKS)?;
		seats::<T>(&target, s)?;
		let who: T::AccountId = whitelisted_caller();
		fund::<T>(&who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), target.clone(), unit::<T>());

		assert_eq!(record::<T>(&target).delegated(), unit::<T>());
		Ok(())
	}

	/// The last amount that may be unbonding at once.
	#[benchmark]
	fn undelegate(s: Linear<0, MAX_OFFERS>) -> Result<(), BenchmarkError> {
		let target = account("provider", 0, 0);
		provider::<T>(&target, MAX_UNBOND_CHUNKS)?;
		seats::<T>(&target, s)?;
		let who = delegator::<T>(&target)?;
		for _ in 1..MAX_UNBOND_CHUNKS {
			Pallet::<T>::do_undelegate(&who, &target, unit::<T>())?;
			run::<T>(1);
		}

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), target.clone(), unit::<T>());

		let delegation = Delegations::<T>::get(&target, &who).expect("some of it remains");
		assert_eq!(delegation.unbonding.len() as u32, MAX_UNBOND_CHUNKS);
		Ok(())
	}

	/// Closes the pot.
	#[benchmark]
	fn withdraw_undelegated() -> Result<(), BenchmarkError> {
		let target = account("provider", 0, 0);
		provider::<T>(&target, MAX_UNBOND_CHUNKS)?;
		seats::<T>(&target, 0)?;
		let who = delegator::<T>(&target)?;
		for _ in 1..MAX_UNBOND_CHUNKS {
			Pallet::<T>::do_undelegate(&who, &target, unit::<T>())?;
			run::<T>(1);
		}
		Pallet::<T>::do_undelegate(&who, &target, Balance::MAX)?;
		run::<T>(T::UnbondingPeriod::get());

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), target.clone());

		assert!(!Delegations::<T>::contains_key(&target, &who));
		assert!(record::<T>(&target).pot.is_none());
		Ok(())
	}

	/// Raised while there are delegators.
	#[benchmark]
	fn set_commission() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, 0)?;
		let higher = record::<T>(&who).commission + Params::<T>::get().commission_step;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), higher);

		assert_eq!(record::<T>(&who).commission, higher);
		Ok(())
	}

	#[benchmark]
	fn set_operator() -> Result<(), BenchmarkError> {
		let who: T::AccountId = whitelisted_caller();
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, 0)?;
		let operator: T::AccountId = account("operator", 1, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), Some(operator.clone()));

		assert_eq!(record::<T>(&who).proposed, Some(operator));
		Ok(())
	}

	#[benchmark]
	fn accept_provider() -> Result<(), BenchmarkError> {
		let target = account("provider", 0, 0);
		provider::<T>(&target, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&target)?;
		seats::<T>(&target, 0)?;
		let who: T::AccountId = whitelisted_caller();
		Pallet::<T>::do_set_operator(&target, Some(who.clone()))?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), target.clone());

		assert_eq!(record::<T>(&target).operator, Some(who));
		Ok(())
	}

	/// Nobody is left in the pot: what is there goes to the treasury, and the pot is closed.
	#[benchmark]
	fn cancel_slash() -> Result<(), BenchmarkError> {
		let origin =
			T::CancelOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let target = account("provider", 0, 0);
		provider::<T>(&target, MAX_UNBOND_CHUNKS)?;
		seats::<T>(&target, 0)?;
		let who = delegator::<T>(&target)?;
		let id = SlashQueue::<T>::get().end;
		punish::<T>(&target, stake::<T>());
		Pallet::<T>::do_undelegate(&who, &target, Balance::MAX)?;
		run::<T>(T::UnbondingPeriod::get());
		Pallet::<T>::do_withdraw_undelegated(&who, &target)?;
		assert!(record::<T>(&target).delegated() > 0);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, id);

		let provider = record::<T>(&target);
		assert!(provider.pot.is_none() && provider.pending.total() == 0);
		assert!(!PendingSlashes::<T>::contains_key(id));
		Ok(())
	}

	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		run::<T>(T::ParamsCooldown::get());
		let mut params = Params::<T>::get();
		params.max_in_flight /= 2;

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params);

		assert_eq!(Params::<T>::get(), params);
		Ok(())
	}

	/// Moves on, so that the queue's record is written.
	#[benchmark]
	fn slash_queue() {
		SlashQueue::<T>::put(Queue { begin: 0, end: 1 });

		#[block]
		{
			Pallet::<T>::apply_slashes(Pallet::<T>::now());
		}

		assert_eq!(SlashQueue::<T>::get().begin, 1);
	}

	/// One that is not due: there is something to decode.
	#[benchmark]
	fn cancelled_slash() -> Result<(), BenchmarkError> {
		let who = account("provider", 0, 0);
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		punish::<T>(&who, unit::<T>());
		let begin = SlashQueue::<T>::get().begin;
		without_queue::<T>();

		#[block]
		{
			Pallet::<T>::apply_slashes(Pallet::<T>::now());
		}

		assert_eq!(SlashQueue::<T>::get(), Queue { begin, end: begin + 1 });
		Ok(())
	}

	#[benchmark]
	fn apply_slash(s: Linear<0, MAX_OFFERS>) -> Result<(), BenchmarkError> {
		let who = account("provider", 0, 0);
		provider::<T>(&who, MAX_UNBOND_CHUNKS)?;
		delegator::<T>(&who)?;
		seats::<T>(&who, s)?;
		neighbours::<T>(s)?;
		punish::<T>(&who, Balance::MAX);
		run::<T>(Params::<T>::get().slash_delay);
		let burned = TotalBurned::<T>::get();
		without_queue::<T>();

		#[block]
		{
			Pallet::<T>::apply_slashes(Pallet::<T>::now());
		}

		let provider = record::<T>(&who);
		assert!(provider.pot.is_none() && provider.own() == 0 && !provider.available);
		assert!(pools(0..s).all(|pool| PoolSize::<T>::get(pool) == 1));
		assert!(TotalBurned::<T>::get() > burned);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::genesis(0), crate::mock::Test);
}
