//! What is measured, and that it has happened.

use super::setup::{self, SIMILAR};
use crate::{
	Agenda, AgendaCursor, Call, CommitteesOf, Config, Pallet, Params, ParamsSetAt,
	ReservedTransitions, ReviewOf, VerificationParams, VotesOf, WeightInfo, MAX_PROOF,
};
use alloc::vec::Vec;
use frame::{benchmarking::prelude::*, traits::Get};
use tercet_primitives::{
	committee::MAX_DUTIES,
	hashing::{self, Salt},
	traits::Settlement,
	Agreement, Answer, Duty, ItemSet, JobId, JobState, Permill, Response, SeatState, Stage, H256,
	MAX_INLINE_BYTES, MAX_ITEMS, MAX_SEATS,
};

const SALT: Salt = [9; 32];
const JOB: JobId = JobId(0);

/// Who sits in the last seat of a [`full`](setup::full) committee.
fn last<T: Config>() -> T::AccountId {
	let place = MAX_SEATS.saturating_sub(1);
	account("executor", place, 0)
}

fn stage<T: Config>(job: JobId) -> Stage {
	setup::committee::<T>(job).stage
}

/// What the last seat of [`JOB`] has come to.
fn state<T: Config>() -> Option<SeatState> {
	setup::committee::<T>(JOB).seats.last().map(|seat| seat.state.clone())
}

fn is_settled<T: Config>(job: JobId) -> bool {
	T::Settlement::job(job).is_some_and(|job| matches!(job.state, JobState::Settled { .. }))
}

fn answer_of<T: Config>(duty: Duty) -> Call<T> {
	let duties = alloc::vec![duty].try_into().expect("more than one may be done; qed");
	Call::answer { duties }
}

/// The opening of a commitment of the last seat to an answer of `bytes`.
fn opening<T: Config>(job: JobId, bytes: u32) -> (H256, Duty) {
	let answer = Answer { root: setup::HASH, output: setup::output(bytes) };
	let response = Response::Result(answer);
	let genesis = Pallet::<T>::genesis_hash();
	let commitment = hashing::commitment(&genesis, job, 2, &last::<T>(), &response, &SALT);
	(commitment, Duty::Reveal { job, response, salt: SALT })
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// The last commitment of a last round: it ends the stage.
	#[benchmark]
	fn commit() -> Result<(), BenchmarkError> {
		setup::full::<T>(JOB, Agreement::Exact, Stage::Commit, MAX_ITEMS, |after, seat| {
			if after == 0 {
				seat.state = SeatState::Awaited;
			}
		});
		let duty = Duty::Commit { job: JOB, commitment: setup::HASH };
		let call = answer_of::<T>(duty);

		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Signed(last::<T>()).into())?;
		}

		assert_eq!(state::<T>(), Some(SeatState::Committed(setup::HASH)));
		assert_eq!(stage::<T>(JOB), Stage::Lottery);
		Ok(())
	}

	/// The last seal of a round: it ends the stage.
	#[benchmark]
	fn seal() -> Result<(), BenchmarkError> {
		setup::full::<T>(JOB, SIMILAR, Stage::Seal, MAX_ITEMS, |after, seat| {
			if after == 0 {
				(seat.state, seat.seal) = (SeatState::Committed(setup::HASH), None);
			}
		});
		let call = answer_of::<T>(Duty::Seal { job: JOB, seal: setup::HASH });

		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Signed(last::<T>()).into())?;
		}

		assert_eq!(stage::<T>(JOB), Stage::Reveal);
		Ok(())
	}

	/// A reveal that is not the last one: what that leads to is measured as a comparison.
	#[benchmark]
	fn reveal(b: Linear<0, { MAX_INLINE_BYTES }>) -> Result<(), BenchmarkError> {
		let (commitment, duty) = opening::<T>(JOB, b);
		setup::full::<T>(JOB, Agreement::Exact, Stage::Reveal, MAX_ITEMS, |after, seat| {
			if after < 2 {
				seat.state = SeatState::Committed(commitment);
			}
		});
		let call = answer_of::<T>(duty);

		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Signed(last::<T>()).into())?;
		}

		assert!(matches!(state::<T>(), Some(SeatState::Revealed(_))));
		Ok(())
	}

	/// As [`reveal`].
	#[benchmark]
	fn open_seal(v: Linear<1, { MAX_ITEMS }>) -> Result<(), BenchmarkError> {
		let fingerprints = setup::votes(&setup::digests(&ItemSet::first(v)));
		let genesis = Pallet::<T>::genesis_hash();
		let sealed = hashing::seal(&genesis, JOB, 2, &last::<T>(), &fingerprints, &SALT);
		setup::full::<T>(JOB, SIMILAR, Stage::Reveal, v, |after, seat| {
			if after == 0 {
				seat.seal = Some(sealed);
			}
		});
		let call = answer_of::<T>(Duty::OpenSeal { job: JOB, fingerprints, salt: SALT });

		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Signed(last::<T>()).into())?;
		}

		let place = MAX_SEATS.saturating_sub(1) as u8;
		assert_eq!(VotesOf::<T>::get(JOB, place).map(|votes| votes.len()), Some(v as usize));
		Ok(())
	}

	/// As [`reveal`].
	#[benchmark]
	fn itemize(v: Linear<1, { MAX_ITEMS }>) -> Result<(), BenchmarkError> {
		let items = ItemSet::first(v);
		let digests = setup::digests(&items);
		let answer = setup::answer(hashing::result_root(&items, &digests));
		setup::full::<T>(JOB, Agreement::Exact, Stage::Itemize, v, |after, seat| {
			if after == 0 {
				seat.state = SeatState::Revealed(Response::Result(answer.clone()));
			}
		});
		let digests = setup::votes(&digests);
		let call = answer_of::<T>(Duty::Itemize { job: JOB, digests });

		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Signed(last::<T>()).into())?;
		}

		let place = MAX_SEATS.saturating_sub(1) as u8;
		assert_eq!(VotesOf::<T>::get(JOB, place).map(|votes| votes.len()), Some(v as usize));
		Ok(())
	}

	/// The last word in a stage of commitments: it ends the stage.
	#[benchmark]
	fn abstain() -> Result<(), BenchmarkError> {
		setup::full::<T>(JOB, Agreement::Exact, Stage::Commit, MAX_ITEMS, |after, seat| {
			if after == 0 {
				seat.state = SeatState::Awaited;
			}
		});
		let call = answer_of::<T>(Duty::Abstain { job: JOB });

		#[block]
		{
			call.dispatch_bypass_filter(RawOrigin::Signed(last::<T>()).into())?;
		}

		assert_eq!(state::<T>(), Some(SeatState::Abstained));
		assert_eq!(stage::<T>(JOB), Stage::Lottery);
		Ok(())
	}

	/// A full committee agrees, and is paid; it is that of an audit, so the full committee that
	/// waited for it is paid too.
	#[benchmark]
	fn compare_fingerprints(v: Linear<1, { MAX_ITEMS }>) {
		let (job, audit) = setup::audited::<T>(v);
		setup::agree_by_fingerprints::<T>(audit);
		setup::end_with_this_block::<T>(audit, Stage::Reveal);
		let now = Pallet::<T>::now();
		let weight;

		#[block]
		{
			weight = Pallet::<T>::end_due_stages(now);
		}

		assert!(is_settled::<T>(audit) && is_settled::<T>(job));
		assert_eq!(weight, T::WeightInfo::compare(v));
	}

	/// All that was open of a job is agreed on by five of seven, of whom three had answered for the
	/// whole job: the roots of their answers are made again from the digests of the open items.
	#[benchmark]
	fn compare_digests(v: Linear<2, { MAX_ITEMS }>) {
		let job = setup::narrowed::<T>(v, setup::HASH);
		setup::end_with_this_block::<T>(job, Stage::Reveal);
		let now = Pallet::<T>::now();
		let weight;

		#[block]
		{
			weight = Pallet::<T>::end_due_stages(now);
		}

		assert!(is_settled::<T>(job));
		assert_eq!(weight, T::WeightInfo::compare(v));
	}

	/// A challenge of the largest record.
	#[benchmark]
	fn challenge() -> Result<(), BenchmarkError> {
		let job = setup::settled::<T>(setup::HASH);
		let before = ReviewOf::<T>::get(job);
		let requester = T::Settlement::job(job).ok_or("the job exists")?.requester;

		#[extrinsic_call]
		_(RawOrigin::Signed(requester), job);

		assert_ne!(ReviewOf::<T>::get(job), before);
		Ok(())
	}

	/// The canary of an item that was settled apart from others, with the longest proof.
	#[benchmark]
	fn open_canary() -> Result<(), BenchmarkError> {
		let genesis = Pallet::<T>::genesis_hash();
		let index = MAX_ITEMS.saturating_sub(1);
		let canary = hashing::canary(&genesis, index, &setup::HASH, &SALT);
		let job = setup::settled::<T>(canary);
		let before = ReviewOf::<T>::get(job);
		let requester = T::Settlement::job(job).ok_or("the job exists")?.requester;
		let open = ItemSet::first(MAX_ITEMS).without(&ItemSet::first(1));
		let digests = setup::digests(&open);
		let agreed = *digests.last().ok_or("there are items")?;
		let proof = hashing::item_proof(&open, &digests, index).ok_or("it is one of them")?;
		let proof: BoundedVec<H256, ConstU32<MAX_PROOF>> =
			proof.try_into().map_err(|_| "no proof is longer")?;

		#[extrinsic_call]
		_(RawOrigin::Signed(requester), job, index, setup::HASH, SALT, agreed, proof);

		assert_ne!(ReviewOf::<T>::get(job), before);
		Ok(())
	}

	/// Parameters that were changed before.
	#[benchmark]
	fn set_params() -> Result<(), BenchmarkError> {
		let origin =
			T::AdminOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		ParamsSetAt::<T>::put(0);
		setup::move_to::<T>(T::ParamsCooldown::get().saturating_add(1));
		let old = Params::<T>::get();
		let min_audit_time = old.min_audit_time.saturating_add(1);
		let params = VerificationParams { min_audit_time, ..old };

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, params);

		assert_eq!(Params::<T>::get(), params);
		Ok(())
	}

	/// A backlog of `n` entries in `b` blocks, none of which has a committee any more.
	#[benchmark]
	fn reserve_transitions(
		b: Linear<1, { Pallet::<T>::most_transitions().saturating_add(1) }>,
		n: Linear<0, { Pallet::<T>::most_transitions() }>,
	) {
		let now = b.saturating_add(1);
		let first = now.saturating_sub(b).saturating_add(1);
		setup::move_to::<T>(now);
		AgendaCursor::<T>::put(first);
		for number in 0..n {
			let block = first.saturating_add(number.checked_rem(b).unwrap_or(0));
			Agenda::<T>::insert(block, JobId(number.into()), ());
		}

		#[block]
		{
			Pallet::<T>::reserve_transitions();
			Pallet::<T>::end_due_stages(now);
		}

		assert!(!ReservedTransitions::<T>::exists());
		assert_eq!(AgendaCursor::<T>::get(), now.checked_add(1));
		assert_eq!(Agenda::<T>::iter_keys().count(), 0);
	}

	/// Everybody of an audit has committed: the full committees of the audit and of the job under
	/// audit begin to seal.
	#[benchmark]
	fn advance() {
		let (job, audit) = setup::held::<T>();
		setup::end_with_this_block::<T>(audit, Stage::Lottery);
		let now = Pallet::<T>::now();
		let weight;

		#[block]
		{
			weight = Pallet::<T>::end_due_stages(now);
		}

		assert_eq!((stage::<T>(job), stage::<T>(audit)), (Stage::Seal, Stage::Seal));
		assert_eq!(weight, T::WeightInfo::advance());
	}

	/// Everybody has committed, and the lottery picks the job for an audit, which is submitted.
	#[benchmark]
	fn lottery() {
		let job = setup::drawn::<T>(MAX_ITEMS, SIMILAR, setup::ALL_SEATS, setup::HASH);
		setup::change_seats::<T>(job, |_, seat| seat.state = SeatState::Committed(setup::HASH));
		setup::end_with_this_block::<T>(job, Stage::Lottery);
		Params::<T>::mutate(|params| {
			let all = Permill::one();
			(params.audit_rate, params.proven_audit_rate) = (all, all);
		});
		let now = Pallet::<T>::now();
		let weight;

		#[block]
		{
			weight = Pallet::<T>::end_due_stages(now);
		}

		assert!(ReviewOf::<T>::contains_key(job));
		assert_eq!(stage::<T>(job), Stage::Held);
		assert_eq!(weight, T::WeightInfo::lottery());
	}

	/// Of `d` duties the first itemizes `v` items, and the others reveal the largest answers.
	#[benchmark]
	fn owed(d: Linear<1, { MAX_DUTIES }>, v: Linear<1, { MAX_ITEMS }>) {
		let items = ItemSet::first(v);
		let digests = setup::digests(&items);
		let answer = setup::answer(hashing::result_root(&items, &digests));
		setup::full::<T>(JOB, Agreement::Exact, Stage::Itemize, v, |after, seat| {
			if after == 0 {
				seat.state = SeatState::Revealed(Response::Result(answer.clone()));
			}
		});
		let first = Duty::Itemize { job: JOB, digests: setup::votes(&digests) };
		let others = (1..d).map(|number| {
			let job = JobId(number.into());
			let (commitment, duty) = opening::<T>(job, MAX_INLINE_BYTES);
			setup::full::<T>(job, Agreement::Exact, Stage::Reveal, MAX_ITEMS, |after, seat| {
				if after == 0 {
					seat.state = SeatState::Committed(commitment);
				}
			});
			duty
		});
		let duties: Vec<_> = core::iter::once(first).chain(others).collect();
		let duties = duties.try_into().expect("no more than may be done at once; qed");
		let (who, call) = (last::<T>(), Call::answer { duties });
		let tags;

		#[block]
		{
			tags = Pallet::<T>::owed_tags(&who, &call);
		}

		assert_eq!(tags.len(), d as usize);
		assert_eq!(CommitteesOf::<T>::iter_keys().count(), d as usize);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
