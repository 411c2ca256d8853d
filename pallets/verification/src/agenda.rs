//! The agenda: for each block, the committees whose stage ends with it. Handled at the end of the
//! block, with its randomness, or as soon after as the share of the block allows.
//!
//! What the end of a stage weighs shows when it has happened. So as many end in one block as what
//! they weigh together allows, and at least as many as fit if each weighs the most.

use crate::{
	branch::Branch, Agenda, AgendaCursor, CommitteesOf, Config, Event, Pallet, ReservedTransitions,
	WeightInfo,
};
use alloc::vec::Vec;
use frame::{deps::frame_support::storage::with_storage_layer, prelude::*, traits::Get};
use tercet_primitives::{
	metering::{fitting, Reserved},
	traits::BlockVrf,
	BlockNumber, Committee, JobId, Stage,
};

/// Blocks until a stage is ended again after that failed.
pub const RETRY_AFTER: BlockNumber = 10;

/// What is due.
struct Due {
	/// The entries, oldest first.
	entries: Vec<(BlockNumber, JobId)>,
	/// The first block of which some are left.
	cursor: BlockNumber,
	/// Blocks that were looked at.
	blocks: u32,
}

impl<T: Config> Pallet<T> {
	/// Stages that end in one block if as many are due, whatever each one leads to.
	pub fn sure_transitions() -> u32 {
		fitting(T::MaxTransitionWeight::get(), T::WeightInfo::transition())
	}

	/// Stages that end in one block at most: if each only leads to the next one.
	pub fn most_transitions() -> u32 {
		fitting(T::MaxTransitionWeight::get(), T::WeightInfo::advance())
	}

	/// Sets aside the weight of the stages that end with this block. Nothing is put on the agenda
	/// for the block that is being built, so no more of them can be due at its end.
	pub(crate) fn reserve_transitions() -> Weight {
		let most = Self::most_transitions();
		let Due { entries, blocks, .. } = Self::due(Self::now(), most);
		let due = u32::try_from(entries.len()).unwrap_or(most).min(most);
		let heaviest = T::WeightInfo::transition();
		let reserved = Reserved::new(due, heaviest, T::MaxTransitionWeight::get());
		ReservedTransitions::<T>::put(reserved);
		T::WeightInfo::reserve_transitions(blocks, due).saturating_add(reserved.weight)
	}

	/// Ends the stages counted by [`Self::reserve_transitions`], as long as the weight set aside for
	/// them lasts. Returns what of it was used.
	pub(crate) fn end_due_stages(now: BlockNumber) -> Weight {
		let reserved = ReservedTransitions::<T>::take();
		let Due { entries, cursor, .. } = Self::due(now, reserved.entries);
		let vrf = T::Vrf::current();
		let spent = reserved.spend(T::WeightInfo::transition(), &entries, |(block, job)| {
			// Not any more, if an earlier one of them has moved it.
			let due = Agenda::<T>::take(block, job).and_then(|()| CommitteesOf::<T>::get(job));
			// Finding that there is nothing to do weighs no more than counting it did.
			due.map_or(Weight::zero(), |committee| {
				let branch = Self::end_stage_or_defer(*job, committee, now, vrf.as_ref());
				branch.weight::<T::WeightInfo>()
			})
		});
		// The first one that has to wait, if there is one.
		let next = entries.get(spent.entries as usize).map_or(cursor, |(block, _)| *block);
		AgendaCursor::<T>::put(next);
		spent.weight
	}

	/// The oldest entries up to block `now`, at most `limit`.
	fn due(now: BlockNumber, limit: u32) -> Due {
		// One more block than entries may be handled, so the cursor catches up with the present even
		// at the smallest cap.
		let most = Self::most_transitions().saturating_add(1);
		let mut blocks = 0u32;
		let limit = limit as usize;
		let mut entries = Vec::new();
		let mut cursor = AgendaCursor::<T>::get().unwrap_or(now);
		while cursor <= now && blocks < most {
			blocks = blocks.saturating_add(1);
			// One more than fits, to see whether the block is done.
			let room = limit.saturating_sub(entries.len());
			let take = room.saturating_add(1);
			let found: Vec<_> = Agenda::<T>::iter_key_prefix(cursor).take(take).collect();
			entries.extend(found.iter().take(room).map(|job| (cursor, *job)));
			if found.len() > room {
				break;
			}
			cursor = cursor.saturating_add(1);
		}
		Due { entries, cursor, blocks }
	}

	/// Stores a committee that waits, and moves its entry to the end of its stage.
	pub(crate) fn keep(
		job: JobId,
		mut committee: Committee<T::AccountId>,
		stage: Stage,
		until: BlockNumber,
	) {
		Agenda::<T>::remove(committee.until, job);
		committee.stage = stage;
		committee.until = until;
		Agenda::<T>::insert(until, job, ());
		Self::deposit_event(Event::StageBegan { job, round: committee.round, stage, until });
		CommitteesOf::<T>::insert(job, committee);
	}

	/// Ends the stage of `committee`, as it is stored, and says what that has led to. If it fails,
	/// nothing of it has happened, and it is tried again later: whatever the cause is, it must not
	/// cost an executor its answer.
	pub(crate) fn end_stage_or_defer(
		job: JobId,
		committee: Committee<T::AccountId>,
		now: BlockNumber,
		vrf: Option<&[u8; 32]>,
	) -> Branch {
		let mut kept = committee.clone();
		let error = match with_storage_layer(|| Self::end_stage(job, committee, now, vrf)) {
			Ok(branch) => return branch,
			Err(error) => error,
		};
		frame::log::error!(target: "verification", "a stage of job {job} does not end: {error:?}");
		Agenda::<T>::remove(kept.until, job);
		// From the deadline on, the market closes it.
		if now < kept.deadline {
			kept.until = now.saturating_add(RETRY_AFTER).min(kept.deadline);
			Agenda::<T>::insert(kept.until, job, ());
		}
		Self::deposit_event(Event::StageFailed { job, error, retry_at: kept.until });
		CommitteesOf::<T>::insert(job, kept);
		Branch::Failed
	}
}
