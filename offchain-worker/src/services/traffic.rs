//! What jobs move over the network, together: how much at a time, how much ahead, and nothing twice.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, PoisonError, Weak},
};

use tercet_primitives::{BlobRef, H256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{turns::Turns, ExecutionSettings};

/// Unit of [`Traffic::room`], in bytes: the semaphore counts no further than 32 bits.
const UNIT: u64 = 1 << 10;

/// All that a reference says.
type Name = (H256, [u8; 32], u64);

/// An artifact, for as long as a job has it.
pub(super) type Shared = tokio::sync::Mutex<Weak<Vec<u8>>>;

/// What all jobs share on their way. Cheap to clone.
#[derive(Clone)]
pub(super) struct Traffic {
	/// Turns at reading from the store.
	pub downloads: Turns,
	/// Turns at writing to the store.
	pub uploads: Turns,
	/// Turns at running.
	pub runs: Turns,
	/// Places for results until they are stored. Without one, nothing runs: a store that takes
	/// nothing must not fill this machine's memory.
	pub unsent: Turns,
	room: Arc<Semaphore>,
	/// Bytes that `room` is for, all in all.
	all: u64,
	artifacts: Arc<Mutex<HashMap<Name, Arc<Shared>>>>,
}

impl Traffic {
	/// As much as `settings` allow. What is fetched takes no more memory than the largest jobs that
	/// run at the same time, and one more.
	pub fn new(settings: &ExecutionSettings) -> Self {
		let ExecutionSettings { parallel, transfers, max_model_bytes, max_input_bytes, .. } =
			*settings;
		let (parallel, transfers) = (parallel.max(1), transfers.max(1));
		let one = max_model_bytes.saturating_add(max_input_bytes);
		let all = one.saturating_mul(parallel as u64 + 1).div_ceil(UNIT);
		let all = all.min(Semaphore::MAX_PERMITS as u64).min(u64::from(u32::MAX));
		Self {
			downloads: Turns::new(transfers),
			uploads: Turns::new(transfers),
			runs: Turns::new(parallel),
			unsent: Turns::new(parallel + transfers),
			room: Arc::new(Semaphore::new(all as usize)),
			all,
			artifacts: Arc::default(),
		}
	}

	/// Waits until there is room for `bytes` that a job has fetched and not used yet. All that a job
	/// needs is asked for at once: two that hold a part each would wait for each other.
	pub async fn room(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
		// One that is larger than all has all.
		let units = bytes.div_ceil(UNIT).min(self.all) as u32;
		match units {
			0 => None,
			units => self.room.clone().acquire_many_owned(units).await.ok(),
		}
	}

	/// Where the bytes of an artifact are while any job has them. Who finds none fetches them, under
	/// the lock, so that others wait for them.
	pub fn artifact(&self, artifact: &BlobRef) -> Arc<Shared> {
		let mut artifacts = self.artifacts.lock().unwrap_or_else(PoisonError::into_inner);
		artifacts.retain(|_, shared| {
			let used = |bytes: &Weak<_>| bytes.strong_count() > 0;
			Arc::strong_count(shared) > 1 || shared.try_lock().is_ok_and(|bytes| used(&bytes))
		});
		artifacts.entry((artifact.digest, artifact.blob_id, artifact.size)).or_default().clone()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::FutureExt;

	fn traffic() -> Traffic {
		Traffic::new(&ExecutionSettings {
			parallel: 1,
			transfers: 2,
			max_model_bytes: 60 << 10,
			max_input_bytes: 4 << 10,
			max_memory_bytes: 1 << 30,
			replace_model: None,
		})
	}

	#[test]
	fn room_is_for_one_job_more_than_run() {
		let traffic = traffic();
		let room = |bytes| traffic.room(bytes).now_or_never();
		let first = room(64 << 10).unwrap().unwrap();
		let second = room(63 << 10).unwrap().unwrap();
		assert!(room(2 << 10).is_none());
		assert!(room(0).unwrap().is_none(), "who needs none waits for none");
		assert!(room(1 << 10).unwrap().is_some());
		drop(first);
		assert!(room(2 << 10).unwrap().is_some());
		drop(second);
		assert!(room(u64::MAX).unwrap().is_some(), "alone, anything fits");
	}

	#[tokio::test]
	async fn artifact_is_forgotten_when_no_job_has_it() {
		let traffic = traffic();
		let artifact = |id| BlobRef { blob_id: [id; 32], digest: H256([1; 32]), size: 3 };
		let bytes = Arc::new(vec![1, 2, 3]);
		*traffic.artifact(&artifact(1)).lock().await = Arc::downgrade(&bytes);
		traffic.artifact(&artifact(2));
		assert_eq!(traffic.artifact(&artifact(1)).lock().await.upgrade().as_ref(), Some(&bytes));
		assert_eq!(traffic.artifacts.lock().unwrap().len(), 1);
		drop(bytes);
		assert_eq!(traffic.artifact(&artifact(1)).lock().await.upgrade(), None);
	}
}
