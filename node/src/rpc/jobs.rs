//! Follows jobs on behalf of all connections: each job is looked up once a block, however many
//! subscribe to it, and a client that reads slowly misses intermediate states instead of piling
//! them up here.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{FutureExt, StreamExt};
use polkadot_sdk::{
	sc_client_api::BlockchainEvents,
	sp_api::{ApiError, ProvideRuntimeApi},
	sp_blockchain::HeaderBackend,
};
use tercet_primitives::{apis::JobApi, JobId};
use tercet_runtime::Hash;
use tokio::sync::{watch, OwnedSemaphorePermit, Semaphore};

use super::{
	error::Error,
	update::{Block, Status, Update},
};
use crate::service::FullClient;

/// Jobs that are followed at a time. Looking one up takes the runtime a fraction of a millisecond.
const MAX_JOBS: usize = 1_024;

/// Subscriptions at a time, over all connections.
const MAX_SUBSCRIPTIONS: usize = 4_096;

/// The jobs that somebody subscribes to.
pub struct Jobs {
	client: Arc<FullClient>,
	followed: Mutex<HashMap<JobId, watch::Sender<Arc<Update>>>>,
	permits: Arc<Semaphore>,
}

/// A subscription to a job.
pub struct Follower {
	/// The newest update; the sender is gone after the last one.
	pub updates: watch::Receiver<Arc<Update>>,
	_permit: OwnedSemaphorePermit,
}

/// What may have changed where a job stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
	Best,
	Finality,
}

impl Jobs {
	/// Nobody subscribes to anything yet. [`Self::run`] must run, too.
	pub fn new(client: Arc<FullClient>) -> Arc<Self> {
		let permits = Arc::new(Semaphore::new(MAX_SUBSCRIPTIONS));
		Arc::new(Self { client, followed: Mutex::default(), permits })
	}

	/// Subscribes to a job.
	///
	/// # Errors
	/// [`Error::UnknownJob`], [`Error::TooManySubscriptions`], [`Error::Internal`].
	pub fn follow(&self, job: JobId) -> Result<Follower, Error> {
		let permit = self.permits.clone().try_acquire_owned();
		let _permit = permit.map_err(|_| Error::TooManySubscriptions)?;
		if let Some(known) = self.followed().get(&job) {
			return Ok(Follower { updates: known.subscribe(), _permit });
		}
		let update = self.look_up(job).map_err(Error::internal)?;
		if matches!(update.status, Status::Unknown | Status::Pruned) {
			return Err(Error::UnknownJob(job));
		}
		let finalized = update.finalized;
		let (sender, updates) = watch::channel(Arc::new(update));
		let mut followed = self.followed();
		if let Some(known) = followed.get(&job) {
			return Ok(Follower { updates: known.subscribe(), _permit });
		}
		if !finalized {
			if followed.len() >= MAX_JOBS {
				return Err(Error::TooManySubscriptions);
			}
			followed.insert(job, sender);
		}
		Ok(Follower { updates, _permit })
	}

	/// Tells subscribers what changes, until the node stops.
	pub async fn run(self: Arc<Self>) {
		let mut imports = self.client.import_notification_stream().fuse();
		let mut finality = self.client.finality_notification_stream().fuse();
		loop {
			let mut cause = futures::select! {
				notification = imports.next() => match notification {
					Some(notification) if notification.is_new_best => Cause::Best,
					Some(_) => continue,
					None => return,
				},
				notification = finality.next() => match notification {
					Some(_) => Cause::Finality,
					None => return,
				},
			};
			// What has come meanwhile needs no second look.
			while let Some(Some(_)) = imports.next().now_or_never() {
				cause = Cause::Best;
			}
			while let Some(Some(_)) = finality.next().now_or_never() {}
			self.refresh(cause);
		}
	}

	fn refresh(&self, cause: Cause) {
		self.followed().retain(|_, sender| sender.receiver_count() > 0);
		let jobs = {
			let followed = self.followed();
			let concerned = followed.iter().filter(|(_, sender)| {
				// Finality changes nothing for a job that goes on.
				cause == Cause::Best || sender.borrow().status.rests()
			});
			concerned.map(|(job, _)| *job).collect::<Vec<_>>()
		};
		for job in jobs {
			let update = match self.look_up(job) {
				Ok(update) => update,
				Err(error) => {
					tracing::warn!(target: "rpc", %job, %error, "cannot look a job up");
					continue;
				},
			};
			let finalized = update.finalized;
			let mut followed = self.followed();
			if let Some(sender) = followed.get(&job) {
				sender.send_if_modified(|last| {
					let news = last.status != update.status || last.finalized != finalized;
					if news {
						*last = Arc::new(update);
					}
					news
				});
			}
			if finalized {
				followed.remove(&job);
			}
		}
	}

	/// Where a job stands in the best block, or in the newest final one if it has ended there.
	fn look_up(&self, job: JobId) -> Result<Update, ApiError> {
		let info = self.client.info();
		let best = Block { number: info.best_number, hash: info.best_hash };
		let status = self.status(best.hash, job)?;
		if status.rests() {
			let block = Block { number: info.finalized_number, hash: info.finalized_hash };
			let status = self.status(block.hash, job)?;
			if status.is_end() {
				return Ok(Update { job, block, finalized: true, status });
			}
		}
		Ok(Update { job, block: best, finalized: false, status })
	}

	fn status(&self, at: Hash, job: JobId) -> Result<Status, ApiError> {
		let api = self.client.runtime_api();
		Ok(match api.job(at, job)? {
			Some(view) => view.into(),
			None if api.job_count(at)? > job.0 => Status::Pruned,
			None => Status::Unknown,
		})
	}

	fn followed(&self) -> MutexGuard<'_, HashMap<JobId, watch::Sender<Arc<Update>>>> {
		// Nobody panics with it; and if somebody did, the map would still be right.
		self.followed.lock().unwrap_or_else(PoisonError::into_inner)
	}
}
