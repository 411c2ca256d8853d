//! Agendas: for each block the jobs that something is due for, worked off from a cursor, a bounded
//! number at a time.

use alloc::vec::Vec;
use frame::deps::frame_support::storage::{IterableStorageDoubleMap, StorageValue};
use tercet_primitives::{BlockNumber, JobId};

/// What was due.
pub(crate) struct Due {
	/// The jobs, those of earlier blocks first.
	pub jobs: Vec<JobId>,
	/// Blocks of the agenda that were looked at.
	pub steps: u32,
}

/// Takes what is due in `now` or was before, at most `cap` jobs, off the agenda `Entries`, and moves
/// `Cursor` to the first block that may have entries left.
pub(crate) fn take_due<Entries, Cursor>(now: BlockNumber, cap: u32) -> Due
where
	Entries: IterableStorageDoubleMap<BlockNumber, JobId, ()>,
	Cursor: StorageValue<BlockNumber, Query = Option<BlockNumber>>,
{
	// Each step looks at one block of the agenda. One more than there are jobs to take, so the
	// cursor catches up with the present even at the smallest cap.
	let limit = cap.saturating_add(1);
	let mut steps = 0u32;
	let mut left = cap;
	let mut jobs = Vec::new();

	let mut cursor = Cursor::get().unwrap_or(now);
	while cursor <= now && steps < limit {
		steps = steps.saturating_add(1);
		// One more than is taken, to see whether the block is done.
		let look = left.saturating_add(1);
		let due: Vec<_> = Entries::iter_key_prefix(cursor).take(look as usize).collect();
		for job in due.iter().take(left as usize) {
			Entries::remove(cursor, *job);
			jobs.push(*job);
		}
		let found = u32::try_from(due.len()).unwrap_or(look);
		if found > left {
			break;
		}
		left = left.saturating_sub(found);
		cursor = cursor.saturating_add(1);
	}
	Cursor::put(cursor);
	Due { jobs, steps }
}
