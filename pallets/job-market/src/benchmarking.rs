//! Benchmarks: one for each function of [`WeightInfo`](crate::WeightInfo), of the worst that it
//! stands for, on what the other pallets of the runtime have made through [`BenchmarkHelper`].

use crate::{
	Call, Config, Credits, Expiries, ExpiryCursor, HoldReason, Jobs, MarketParams, NextJobId,
	Pallet, Params, ParamsChangedAt, Place, Queue, QueueHead, QueueTail, ReservedDraws, Retries,
	RetryCursor, Wait, Waiting, REVIEWERS,
};
use alloc::vec;
use frame::{
	benchmarking::prelude::*,
	deps::{frame_support::storage::with_transaction, sp_runtime::TransactionOutcome},
	hashing::blake2_256,
	traits::{
		fungible::{Inspect, InspectHold, Mutate},
		Get,
	},
};
use tercet_primitives::{
	metering::Reserved, Answer, Balance, BlockNumber, Disputed, Funding, ItemSet, JobId,
	JobRequest, JobState, Patch, Payload, PoolId, Redundancy, RefundReason, Statement, H256,
	MAX_INLINE_BYTES, MAX_ITEMS, MAX_SEATS,
};

/// Has other pallets make what the benchmarks of this one work on. Whatever is asked for must come
/// true; implementations panic where it does not.
pub trait BenchmarkHelper<AccountId> {
	/// A pool of `providers` available providers with different operators and counted stake, all of
	/// whom accept the existential deposit per work unit.
	///
	/// Its model shares its royalty with [`MAX_LINEAGE`] authors and compares by `Exact`. A job of
	/// [`MAX_ITEMS`] items at that price puts less at stake than each of them has free.
	///
	/// The stake of each is three eighths of what counts at most, so that draws look at as many
	/// providers as they may. Only `drawable` of them, at places spread over the pool, can be drawn:
	/// the others have as many jobs in hand as they may.
	///
	/// [`MAX_LINEAGE`]: tercet_primitives::MAX_LINEAGE
	fn pool(providers: u32, drawable: u32) -> PoolId;

	/// Makes `output` the randomness of the block under construction.
	fn set_vrf(output: [u8; 32]);

	/// Moves on to the first block after the deadline of an audit whose [`MAX_SEATS`] executors have
	/// not answered, and which keeps a job waiting whose [`MAX_SEATS`] executors have agreed on
	/// [`MAX_ITEMS`] items: when the audit is closed, that job is settled. Returns the audit.
	///
	/// With Tercet's committees: `pallet_verification::benchmarking::setup::overdue_audit`.
	fn overdue_audit() -> JobId;

	/// Notes where verdicts are taken that `review` is a challenge of `of` by `payer`.
	///
	/// With Tercet's committees: `pallet_verification::benchmarking::setup::note_challenge`.
	fn note_challenge(of: JobId, review: JobId, payer: AccountId);

	/// Leaves behind, where verdicts are taken, all that is ever stored of the committee of a job
	/// that has ended.
	///
	/// With Tercet's committees: `pallet_verification::benchmarking::setup::leave_traces`.
	fn leave_traces(job: JobId);
}

/// Providers of the largest pool that is read whole.
const SMALL_POOL: u32 = 32;

/// Providers of the largest pool: so many that a draw hardly ever looks at one of them twice.
const CROWD: u32 = 2_000;

/// Those of them who can be drawn. A draw of [`MAX_SEATS`] looks at 168 providers and accepts five
/// in eight, so it finds three of these on average; enough are found once in twenty draws, and then
/// hardly ever before the last samples.
const DRAWABLE: u32 = CROWD / 32;

/// Draws among which there is one that finds enough.
const DRAWS: u32 = 1_000;

const ALL_SEATS: Redundancy = Redundancy { executors: MAX_SEATS as u8, quorum: MAX_SEATS as u8 };

/// Enough for everything.
fn wealth<T: Config>() -> Balance {
	T::Currency::minimum_balance().saturating_mul(1_000_000_000)
}

/// The caller, with funds, and as much credit on hold.
fn requester<T: Config>() -> Result<T::AccountId, DispatchError> {
	let who: T::AccountId = whitelisted_caller();
	fund::<T>(&who)?;
	Ok(who)
}

fn fund<T: Config>(who: &T::AccountId) -> DispatchResult {
	let wealth = wealth::<T>();
	T::Currency::set_balance(who, wealth.saturating_mul(3));
	Pallet::<T>::do_add_credit(who.clone(), wealth)
}

/// Benchmarks start in the genesis block, and move to the next only after everything has been set
/// up.
fn begin<T: Config>() {
	if Pallet::<T>::now() == 0 {
		move_to::<T>(1);
	}
}

fn move_to<T: Config>(number: BlockNumber) {
	System::<T>::set_block_number(number.into());
}

/// The largest request that has `b` bytes of input.
fn request<T: Config>(pool: PoolId, b: u32, funding: Funding) -> JobRequest {
	let input = vec![7; b as usize].try_into().expect("no more than fit inline; qed");
	JobRequest {
		variant: pool.variant,
		class: pool.class,
		items: MAX_ITEMS,
		input: Payload::Inline(input),
		price: T::Currency::minimum_balance(),
		redundancy: ALL_SEATS,
		deadline: Pallet::<T>::now().saturating_add(T::MaxDeadline::get()),
		canary: H256::repeat_byte(7),
		funding,
	}
}

/// The job that was submitted last.
fn newest<T: Config>() -> JobId {
	JobId(NextJobId::<T>::get().saturating_sub(1))
}

/// Submits the largest request, funded by credit.
fn submit<T: Config>(who: &T::AccountId, pool: PoolId) -> Result<JobId, DispatchError> {
	let request = request::<T>(pool, MAX_INLINE_BYTES, Funding::Credit);
	Pallet::<T>::do_submit(who.clone(), request)?;
	Ok(newest::<T>())
}

/// A job of `who`, and its review, which `who` pays for. Nobody has been drawn for the review.
fn challenged<T: Config>(who: &T::AccountId) -> Result<(JobId, JobId), DispatchError> {
	let providers = MAX_SEATS.saturating_add(REVIEWERS.executors.into());
	let of = submit::<T>(who, T::BenchmarkHelper::pool(providers, providers))?;
	let deadline = Pallet::<T>::now().saturating_add(T::MaxDeadline::get());
	let review = Pallet::<T>::do_open_review(of, Some(who), deadline)?;
	T::BenchmarkHelper::leave_traces(of);
	T::BenchmarkHelper::note_challenge(of, review, who.clone());
	Ok((of, review))
}

/// The largest state of a job that has ended.
fn settled(at: BlockNumber) -> JobState {
	let output = vec![7; MAX_INLINE_BYTES as usize];
	let output = Payload::Inline(output.try_into().expect("as much as fits inline; qed"));
	let answer = Answer { root: H256::repeat_byte(7), output };
	let patch = Patch { items: ItemSet::first(1), answer: answer.clone() };
	let statement = Statement::default();
	JobState::Settled { at, answer, disputed: Disputed::Resolved(patch), statement }
}

fn state<T: Config>(job: JobId) -> Option<JobState> {
	Jobs::<T>::get(job).map(|job| job.state)
}

/// Sets aside weight for as many draws.
fn reserve<T: Config>(draws: u32) {
	let heaviest = Pallet::<T>::heaviest_turn();
	ReservedDraws::<T>::put(Reserved::new(draws, heaviest, T::MaxDrawWeight::get()));
}

/// Whether the next draw finds executors for `job`. Changes nothing.
fn would_draw<T: Config>(job: JobId) -> bool {
	let drawn = with_transaction(|| {
		Pallet::<T>::draw_reserved(Pallet::<T>::now());
		let drawn = matches!(state::<T>(job), Some(JobState::Running { .. }));
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(drawn))
	});
	drawn.unwrap_or(false)
}

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn submit(b: Linear<1, { MAX_INLINE_BYTES }>) -> Result<(), BenchmarkError> {
		begin::<T>();
		let who = requester::<T>()?;
		let wanted = request::<T>(T::BenchmarkHelper::pool(0, 0), b, Funding::Credit);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), wanted);

		assert_eq!(state::<T>(newest::<T>()), Some(JobState::Queued));
		Ok(())
	}

	/// Of a job that waits for a retry.
	#[benchmark]
	fn top_up() -> Result<(), BenchmarkError> {
		begin::<T>();
		let who = requester::<T>()?;
		let job = super::submit::<T>(&who, T::BenchmarkHelper::pool(0, 0))?;
		Pallet::<T>::dequeue();
		Pallet::<T>::put_off(job, 0, Pallet::<T>::now());
		let price = T::Currency::minimum_balance().saturating_mul(2);

		#[extrinsic_call]
		_(RawOrigin::Signed(who), job, price);

		let raised = Jobs::<T>::get(job).map(|job| job.request.price);
		assert_eq!(raised, Some(price));
		let place = Waiting::<T>::get(job).map(|wait| wait.place);
		assert!(matches!(place, Some(Place::Queue(_))));
		Ok(())
	}

	/// Of a challenge that nobody was drawn for yet: whatever waits for its verdict is told.
	#[benchmark]
	fn cancel() -> Result<(), BenchmarkError> {
		begin::<T>();
		let who = requester::<T>()?;
		let (_, review) = challenged::<T>(&who)?;

		#[extrinsic_call]
		_(RawOrigin::Signed(who), review);

		let state = super::state::<T>(review);
		let reason = RefundReason::Cancelled;
		assert!(matches!(state, Some(JobState::Refunded { reason: why, .. }) if why == reason));
		Ok(())
	}

	/// Of the largest record, which is a review, by somebody else.
	#[benchmark]
	fn prune() -> Result<(), BenchmarkError> {
		begin::<T>();
		let owner: T::AccountId = account("requester", 0, 0);
		fund::<T>(&owner)?;
		let (_, review) = challenged::<T>(&owner)?;
		T::BenchmarkHelper::leave_traces(review);
		let now = Pallet::<T>::now();
		Jobs::<T>::mutate(review, |job| {
			if let Some(job) = job {
				job.state = settled(now);
			}
		});
		move_to::<T>(now.saturating_add(Params::<T>::get().retention));
		let held = |who| T::Currency::balance_on_hold(&HoldReason::Deposit.into(), who);
		let before = held(&owner);

		#[extrinsic_call]
		_(RawOrigin::Signed(whitelisted_caller()), review);

		assert!(!Jobs::<T>::contains_key(review));
		assert!(held(&owner) < before);
		Ok(())
	}

	/// To credit that there is.
	#[benchmark]
	fn add_credit() -> Result<(), BenchmarkError> {
		let who = requester::<T>()?;
		let before = Credits::<T>::get(&who).total;
		let amount = T::Currency::minimum_balance();

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert_eq!(Credits::<T>::get(&who).total, before.saturating_add(amount));
		Ok(())
	}

	/// All of it.
	#[benchmark]
	fn withdraw_credit() -> Result<(), BenchmarkError> {
		let who = requester::<T>()?;
		let amount = Credits::<T>::get(&who).total;

		#[extrinsic_call]
		_(RawOrigin::Signed(who.clone()), amount);

		assert!(!Credits::<T>::contains_key(&who));
		Ok(())
	}

	/// Parameters that were changed before.
	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		ParamsChangedAt::<T>::put(0);
		move_to::<T>(T::ParamsCooldown::get());
		let old = Params::<T>::get();
		let params = MarketParams { retention: old.retention.saturating_add(1), ..old };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params);

		assert_eq!(Params::<T>::get(), params);
		Ok(())
	}

	/// A backlog of `b` blocks in which nothing is left.
	#[benchmark]
	fn expire_agenda(b: Linear<1, { T::MaxExpiriesPerBlock::get().saturating_add(1) }>) {
		// The first of them is not the genesis block.
		ExpiryCursor::<T>::put(1);
		move_to::<T>(b);

		#[block]
		{
			Pallet::<T>::expire(b);
		}

		assert_eq!(ExpiryCursor::<T>::get(), b.checked_add(1));
	}

	/// An audit that nobody answered; the job under audit is settled.
	#[benchmark]
	fn expire_job() {
		begin::<T>();
		let audit = T::BenchmarkHelper::overdue_audit();
		let now = Pallet::<T>::now();
		assert!(Expiries::<T>::contains_key(now, audit), "it is due in this block");
		ExpiryCursor::<T>::put(now);

		#[block]
		{
			Pallet::<T>::expire(now);
		}

		assert!(matches!(state::<T>(audit), Some(JobState::Refunded { .. })));
	}

	/// A backlog of `n` retries in `b` blocks.
	#[benchmark]
	fn requeue(
		b: Linear<1, { Pallet::<T>::sure_turns().saturating_add(1) }>,
		n: Linear<0, { Pallet::<T>::sure_turns() }>,
	) {
		RetryCursor::<T>::put(1);
		move_to::<T>(b);
		for number in 0..n {
			let at = number.checked_rem(b).unwrap_or(0).saturating_add(1);
			let job = JobId(number.into());
			Retries::<T>::insert(at, job, ());
			Waiting::<T>::insert(job, Wait { failures: 1, place: Place::Retry(at) });
		}

		#[block]
		{
			Pallet::<T>::requeue(b);
		}

		assert_eq!(RetryCursor::<T>::get(), b.checked_add(1));
		assert_eq!(Pallet::<T>::queue_length(), u64::from(n));
	}

	/// A queue in which only a gap is left, so that there is nothing to draw.
	#[benchmark]
	fn reserve_draws() {
		begin::<T>();
		T::BenchmarkHelper::set_vrf([7; 32]);
		QueueTail::<T>::put(1);
		let now = Pallet::<T>::now();

		#[block]
		{
			Pallet::<T>::reserve_draws();
			Pallet::<T>::draw_reserved(now);
		}

		assert_eq!(QueueHead::<T>::get(), 1);
		assert!(!ReservedDraws::<T>::exists());
	}

	/// A committee of the most seats, from a pool in which everyone is looked at.
	#[benchmark]
	fn draw(p: Linear<{ MAX_SEATS }, SMALL_POOL>) -> Result<(), BenchmarkError> {
		begin::<T>();
		let who = requester::<T>()?;
		let pool = T::BenchmarkHelper::pool(p, p);
		let job = super::submit::<T>(&who, pool)?;
		reserve::<T>(1);
		T::BenchmarkHelper::set_vrf([7; 32]);
		let now = Pallet::<T>::now();
		let weight;

		#[block]
		{
			weight = Pallet::<T>::draw_reserved(now);
		}

		assert!(matches!(state::<T>(job), Some(JobState::Running { .. })));
		assert_eq!(weight, Pallet::<T>::weight_of_turn(p.saturating_mul(2)), "all were read");
		Ok(())
	}

	/// A committee of the most seats, from the largest pool, with the last of the samples.
	#[benchmark]
	fn draw_worst() -> Result<(), BenchmarkError> {
		begin::<T>();
		let who = requester::<T>()?;
		let pool = T::BenchmarkHelper::pool(CROWD, DRAWABLE);
		let job = super::submit::<T>(&who, pool)?;
		reserve::<T>(1);
		let lucky = (0..DRAWS).map(|number| number.using_encoded(blake2_256)).find(|output| {
			T::BenchmarkHelper::set_vrf(*output);
			would_draw::<T>(job)
		});
		assert!(lucky.is_some(), "some draw finds enough executors");
		let now = Pallet::<T>::now();

		#[block]
		{
			Pallet::<T>::draw_reserved(now);
		}

		assert!(matches!(state::<T>(job), Some(JobState::Running { .. })));
		assert_eq!(Queue::<T>::iter_keys().count(), 0);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::genesis(), crate::mock::Test);
}
