//! Tells the chain what the journal knows: commitments, then answers.

use std::collections::HashMap;

use tercet_primitives::{apis::Assignment, hashing::commitment, BlockNumber};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::Fault;
use crate::{
	chain::{ChainError, Message},
	context::{Board, Context},
	duty::{duty, Duty},
	journal::{Entry, JournalError, Progress, Seat},
	metrics::Reason,
	steps::Step,
	supervisor::ServiceError,
};

/// Blocks to wait before a message that the chain refused is sent again.
const REFUSAL_PAUSE: BlockNumber = 4;

/// Turns journal entries into commitments and reveals.
pub struct Answers {
	context: Context,
	/// Per message, the first best block at which it may be sent again; [`BlockNumber::MAX`] while
	/// it is on its way.
	sent: HashMap<(Seat, Progress), BlockNumber>,
}

/// What became of a message.
struct Sent {
	seat: Seat,
	step: Progress,
	outcome: Result<BlockNumber, ChainError>,
}

impl Answers {
	/// The service.
	pub fn new(context: Context) -> Self {
		Self { context, sent: HashMap::new() }
	}

	/// Runs until `shutdown`. What is on its way then is found again at the next start.
	///
	/// # Errors
	/// [`ServiceError::Failed`] if the journal cannot be used.
	pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		let serve = self.serve();
		let served = shutdown.run_until_cancelled(serve).await.unwrap_or(Ok(()));
		served.map_err(|error| ServiceError::Failed(error.to_string()))
	}

	async fn serve(&mut self) -> Result<(), JournalError> {
		let mut board = self.context.board.subscribe();
		let journaled = self.context.journaled.clone();
		let mut sending = JoinSet::new();
		board.mark_changed();
		loop {
			tokio::select! {
				changed = board.changed() => if changed.is_err() { return Ok(()) },
				() = journaled.notified() => {},
				Some(sent) = sending.join_next() => match sent {
					Ok(sent) => self.finished(sent)?,
					Err(panic) => {
						tracing::error!(%panic, "a submission crashed");
						self.sent.retain(|_, again| *again != BlockNumber::MAX);
					},
				},
			}
			let board = board.borrow_and_update().clone();
			self.forget_old(&board);
			for assignment in &board.assignments {
				self.attend(board.block, assignment, &mut sending)?;
			}
		}
	}

	/// Does what is due for one seat.
	fn attend(
		&mut self,
		block: BlockNumber,
		assignment: &Assignment,
		sending: &mut JoinSet<Sent>,
	) -> Result<(), JournalError> {
		let seat = Seat::of(assignment);
		let Seat { job, round, .. } = seat;
		let (genesis, me) = (self.context.chain.genesis(), self.context.chain.account().clone());
		let entry = self.context.journal.get(&seat)?;
		let duty = duty(&genesis, &me, block, assignment, entry.as_ref());
		let (step, message) = match (duty, entry) {
			(Duty::Forgotten, entry) => return self.forgotten(seat, entry),
			(Duty::Commit, Some(Entry::Answered { answer, salt, .. })) => {
				let commitment = commitment(&genesis, job, round, &me, &answer, &salt);
				(Progress::Committed, Message::Commit(job, commitment))
			},
			(Duty::Reveal, Some(Entry::Answered { answer, salt, .. })) => {
				(Progress::Revealed, Message::Reveal(job, answer, salt))
			},
			_ => return Ok(()),
		};
		if self.sent.get(&(seat, step)).is_some_and(|again| block < *again) {
			return Ok(());
		}
		self.sent.insert((seat, step), BlockNumber::MAX);
		let chain = self.context.chain.clone();
		let span = tracing::info_span!("job", id = job.0, round);
		let send = async move {
			let outcome = chain.send(message).await;
			Sent { seat, step, outcome }
		};
		sending.spawn(send.instrument(span));
		Ok(())
	}

	/// The chain holds a commitment that cannot be opened: said once, loudly, and left alone.
	fn forgotten(&mut self, seat: Seat, entry: Option<Entry>) -> Result<(), JournalError> {
		let Seat { job, round, .. } = seat;
		if self.sent.insert((seat, Progress::Revealed), BlockNumber::MAX).is_some() {
			return Ok(());
		}
		tracing::error!(
			job = job.0,
			round,
			"the chain has a commitment of this account that the journal cannot open; abstaining. \
			 Was the state directory lost, or does another worker use the same key?"
		);
		let reason = Reason { reason: Fault::Forgotten.name().into() };
		self.context.metrics.abstained.get_or_create(&reason).inc();
		if entry.is_none() {
			let reason = Fault::Forgotten.to_string();
			self.context.journal.record(&seat, Entry::Abstained { reason })?;
		}
		Ok(())
	}

	fn finished(&mut self, sent: Sent) -> Result<(), JournalError> {
		let Sent { seat, step, outcome } = sent;
		let _span = tracing::info_span!("job", id = seat.job.0, round = seat.round).entered();
		let (metrics, block) = (&self.context.metrics, self.context.board.borrow().block);
		let again = match outcome {
			Ok(in_block) => {
				tracing::info!(block = in_block, ?step, "taken by the chain");
				match step {
					Progress::Revealed => metrics.revealed.inc(),
					_ => metrics.committed.inc(),
				};
				self.note(&seat, step)?;
				// The board may still be older than that block; from it on, the chain's state tells.
				in_block
			},
			Err(ChainError::AlreadyDone(reason)) => {
				tracing::info!(%reason, ?step, "nothing left to say");
				block.saturating_add(1)
			},
			Err(ChainError::Transient(reason)) => {
				tracing::warn!(%reason, ?step, "not taken; sending again");
				metrics.submission_failures.inc();
				block.saturating_add(1)
			},
			Err(error) => {
				tracing::error!(%error, ?step, "refused by the chain");
				metrics.submission_failures.inc();
				block.saturating_add(REFUSAL_PAUSE)
			},
		};
		self.sent.insert((seat, step), again);
		Ok(())
	}

	fn note(&self, seat: &Seat, step: Progress) -> Result<(), JournalError> {
		self.context.journal.advance(seat, step)?;
		self.context.steps.passed(match step {
			Progress::Revealed => Step::Revealed,
			_ => Step::Committed,
		});
		Ok(())
	}

	/// Forgets messages of seats that are gone, except those on their way.
	fn forget_old(&mut self, board: &Board) {
		let seats: Vec<Seat> = board.assignments.iter().map(Seat::of).collect();
		self.sent.retain(|(seat, _), _| seats.contains(seat));
	}
}
