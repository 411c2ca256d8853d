//! The store, with patience: as long as there is time to commit.

use std::{
	future::Future,
	sync::{Arc, Mutex, PoisonError},
	time::Duration,
};

use tercet_primitives::{BlobRef, BlockNumber};
use tokio::sync::watch;

use super::{
	traffic::{Shared, Traffic},
	Fault,
};
use crate::{
	context::{Backoff, Board, Context},
	store::StoreError,
	window::Window,
};

/// Consecutive attempts that must find no such blob before it counts as missing, besides the time
/// that [`Window::patient_until`] asks for.
const HONEST_EFFORT: u32 = 3;

/// How long one job may wait for the store, and what it last waited for.
pub(super) struct Patience {
	window: Window,
	traffic: Traffic,
	problem: Mutex<String>,
}

impl Patience {
	/// Patience within `window`, among all that `traffic` is for.
	pub fn new(window: Window, traffic: Traffic) -> Self {
		Self { window, traffic, problem: Mutex::new("none, it is slow".into()) }
	}

	/// When patience ends.
	pub fn window(&self) -> Window {
		self.window
	}

	/// What went wrong last.
	pub fn problem(&self) -> String {
		self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone()
	}

	/// Notes what went wrong.
	pub fn note(&self, problem: impl ToString) {
		*self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem.to_string();
	}

	/// Reads `blob`, trying again until it is there or its absence is beyond doubt.
	///
	/// Each attempt takes a turn of its own: who waits for a blob to turn up keeps nobody waiting.
	pub async fn read(&self, context: &Context, blob: &BlobRef) -> Result<Vec<u8>, Fault> {
		let attempt = || async {
			let _turn = self.traffic.downloads.take(self.window.until()).await;
			context.store.read(blob).await
		};
		self.persist(context, attempt).await
	}

	/// As [`Self::read`], for one of several jobs that want the same: they have what the first of them
	/// reads. Says whether that was this one.
	pub async fn share(
		&self,
		context: &Context,
		blob: &BlobRef,
		shared: &Shared,
	) -> Result<(Arc<Vec<u8>>, bool), Fault> {
		let attempt = || async {
			let mut shared = shared.lock().await;
			if let Some(bytes) = shared.upgrade() {
				return Ok::<_, StoreError>((bytes, false));
			}
			let _turn = self.traffic.downloads.take(self.window.until()).await;
			let bytes = Arc::new(context.store.read(blob).await?);
			*shared = Arc::downgrade(&bytes);
			Ok((bytes, true))
		};
		self.persist(context, attempt).await
	}

	/// Stores `content`, trying again until it is stored.
	pub async fn store(&self, context: &Context, content: &[u8]) -> Result<BlobRef, Fault> {
		let attempt = || async {
			let _turn = self.traffic.uploads.take(self.window.until()).await;
			context.store.store(content.to_vec()).await
		};
		self.persist(context, attempt).await
	}

	/// Ends by itself with a success or a verdict; the caller bounds the time for everything else.
	async fn persist<T, F>(&self, context: &Context, attempt: impl Fn() -> F) -> Result<T, Fault>
	where
		F: Future<Output = Result<T, StoreError>>,
	{
		let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(5));
		let mut denials = 0u32;
		loop {
			let denial = match attempt().await {
				Ok(value) => return Ok(value),
				Err(error @ StoreError::Final(_)) => return Err(Fault::Store(error)),
				Err(StoreError::Mismatch(reason)) => return Err(Fault::Mismatch(reason)),
				Err(StoreError::Missing(reason)) => {
					self.note(&reason);
					Some(Fault::Missing(reason, denials.saturating_add(1)))
				},
				Err(StoreError::WrongSize(reason)) => {
					self.note(&reason);
					Some(Fault::Mismatch(reason))
				},
				Err(StoreError::Transient(reason)) => {
					tracing::warn!(%reason, "the store failed; trying again");
					self.note(reason);
					None
				},
			};
			context.metrics.store_failures.inc();
			// Whether a server that is out of reach has the blob, nobody knows.
			denials = if denial.is_some() { denials.saturating_add(1) } else { 0 };
			match denial.filter(|_| denials >= HONEST_EFFORT) {
				None => backoff.wait().await,
				Some(fault) => tokio::select! {
					biased;
					() = at(context.board.subscribe(), self.window.patient_until()) => {
						return Err(fault);
					},
					() = backoff.wait() => {},
				},
			}
		}
	}
}

/// Waits until the best block is `block` or later.
pub(super) async fn at(mut board: watch::Receiver<Board>, block: BlockNumber) {
	if board.wait_for(|board| board.block >= block).await.is_err() {
		// Nobody follows the chain any more: the worker is about to end.
		std::future::pending::<()>().await;
	}
}
