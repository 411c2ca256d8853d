//! Keys of private jobs: this worker's own, which the chain is told, and those of jobs, which their
//! requesters hand over when the worker was drawn.

use tercet_primitives::{apis::Assignment, Agreement};
use tercet_privacy::{JobKey, Sealed};
use tokio_util::sync::CancellationToken;

use super::{
	fetch::{at, Patience},
	Fault,
};
use crate::{
	chain::{ChainError, Message},
	context::Context,
	supervisor::ServiceError,
};

/// Blocks between looks at the key that the chain has.
const LOOK_EVERY: u32 = 30;

const NOTHING: &str = "has not handed over its key";
const OTHER_KEY: &str = "handed over another key than the input names";
const OTHER_EXECUTOR: &str = "sealed its key for a key that this worker does not have";

/// Tells the chain which key this worker opens envelopes with.
pub struct Keys {
	context: Context,
}

impl Keys {
	/// The service.
	pub fn new(context: Context) -> Self {
		Self { context }
	}

	/// Runs until `shutdown`. A chain without private jobs, or one that refuses the key, costs nothing
	/// but private jobs.
	///
	/// # Errors
	/// None; the type is that of all services.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		shutdown.run_until_cancelled(self.serve()).await;
		Ok(())
	}

	async fn serve(&self) {
		let mut board = self.context.board.subscribe();
		let mut said = None;
		loop {
			let next = match self.announce().await {
				Ok(true) => LOOK_EVERY,
				// It bonds first, or is paused.
				Ok(false) => 1,
				Err(error) => {
					let reason = error.to_string();
					if said.as_ref() != Some(&reason) {
						tracing::warn!(%reason, "cannot announce the key for private jobs");
					}
					said = Some(reason);
					if matches!(error, ChainError::Refused(_)) {
						LOOK_EVERY
					} else {
						1
					}
				},
			};
			let next = board.borrow().block.saturating_add(next);
			if board.wait_for(|board| board.block >= next).await.is_err() {
				return;
			}
		}
	}

	/// Announces the key if the chain has another; whether it has this one now.
	async fn announce(&self) -> Result<bool, ChainError> {
		let Context { chain, executor_key, .. } = &self.context;
		let key = executor_key.public();
		if chain.executor_key().await? == Some(key) {
			return Ok(true);
		}
		let is_paused = self.context.pause.borrow().is_paused();
		if is_paused || chain.provider().await?.is_none() {
			return Ok(false);
		}
		chain.send(Message::AnnounceKey(key)).await?;
		tracing::info!(key = %hex::encode(key.0), "announced the key for private jobs");
		Ok(true)
	}
}

/// How `input` is sealed; `None` if it is not, or is of a job that is refused in any case.
pub(super) fn sealed(assignment: &Assignment, input: &[u8]) -> Option<Sealed> {
	// Fingerprints of what is sealed say nothing about how similar answers are.
	let is_exact = assignment.agreement == Agreement::Exact;
	Sealed::peek(input).filter(|_| is_exact)
}

/// Waits for the key of a private job.
///
/// # Errors
/// [`Fault::NoKey`] if it is not here when `patience` ends.
pub(super) async fn wait(
	context: &Context,
	patience: &Patience,
	sealed: &Sealed,
) -> Result<JobKey, Fault> {
	tracing::info!(owner = %sealed.owner, "waiting for the key of a private job");
	let mut board = context.board.subscribe();
	let mut found = NOTHING;
	// For whoever gives up first: the job does so in the next block.
	patience.note(Fault::NoKey(NOTHING));
	let give_up = patience.window().give_up_at().saturating_sub(1);
	let handed_over = async {
		loop {
			board.mark_unchanged();
			match handed_over(context, sealed).await {
				Ok(key) => return key,
				Err(instead) => found = instead,
			}
			if board.changed().await.is_err() {
				// The worker ends.
				return std::future::pending().await;
			}
		}
	};
	tokio::select! {
		biased;
		key = handed_over => return Ok(key),
		() = at(context.board.subscribe(), give_up) => {},
	}
	Err(Fault::NoKey(found))
}

/// The key, if the best block has it for this worker; what is there instead, otherwise. It may be
/// replaced.
pub(super) async fn handed_over(
	context: &Context,
	sealed: &Sealed,
) -> Result<JobKey, &'static str> {
	let Sealed { owner, commitment } = sealed;
	match context.chain.envelope(owner, *commitment).await {
		Ok(Some(envelope)) => match context.executor_key.open(&envelope) {
			Some(key) if key.commitment() == *commitment => Ok(key),
			Some(_) => Err(OTHER_KEY),
			None => Err(OTHER_EXECUTOR),
		},
		Ok(None) => Err(NOTHING),
		Err(error) => {
			tracing::warn!(%error, "cannot look for the key of a private job");
			Err(NOTHING)
		},
	}
}
