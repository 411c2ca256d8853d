//! Tells the chain what the journal knows: everything that is due in a block in one transaction.

use std::{
	collections::{HashMap, HashSet},
	sync::Arc,
	time::Duration,
};

use tercet_primitives::{apis::Assignment, Fingerprint, Payload, Response, H256};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
	fingerprints::{self, Question},
	schedule::{Due, Ended, Key, Schedule},
	Fault,
};
use crate::{
	chain::{ChainError, Message},
	context::{Board, Context},
	duty::{duty, next, Act, Next},
	journal::{Entry, JournalError, Progress, Seat},
	metrics::Reason,
	steps::Step,
	supervisor::ServiceError,
};

/// Wait after something new, so that what comes at the same moment travels along.
const GATHER: Duration = Duration::from_millis(100);

/// Blocks between looks for results that nobody needs any more.
const SWEEP_EVERY: u32 = 150;

/// How long results are kept at least, whatever becomes of their jobs: a fork may bring one back.
const KEEP_RESULTS: Duration = Duration::from_secs(3600);

/// Turns journal entries into answers on chain.
pub struct Answers {
	context: Context,
	schedule: Schedule,
	/// Per seat, the last question about fingerprints.
	questions: HashMap<Seat, Asked>,
	/// Seats whose commitment cannot be opened.
	forgotten: HashSet<Seat>,
	/// Best block at which results were swept.
	swept_at: u32,
}

/// A question about fingerprints, and what became of it.
struct Asked {
	question: Question,
	/// Best block at which it was asked.
	at: u32,
	state: Answering,
}

/// How far an answer has come.
enum Answering {
	Running,
	Known(Arc<Vec<Fingerprint>>),
	/// Asked again at another block.
	Failed,
}

/// Something that went on beside the service and has ended.
enum News {
	Sent { keys: Vec<Key>, outcome: Result<u32, ChainError> },
	Asked { seat: Seat, question: Box<Question>, answer: Result<Arc<Vec<Fingerprint>>, Fault> },
}

impl Answers {
	/// The service.
	pub fn new(context: Context) -> Self {
		Self {
			context,
			schedule: Schedule::default(),
			questions: HashMap::new(),
			forgotten: HashSet::new(),
			swept_at: 0,
		}
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
		let mut aside = JoinSet::new();
		board.mark_changed();
		loop {
			let mut ended = None;
			tokio::select! {
				changed = board.changed() => if changed.is_err() { return Ok(()) },
				() = journaled.notified() => {},
				Some(news) = aside.join_next() => ended = Some(news),
			}
			// The state at this moment, not at that of the news.
			while let Some(news) = ended.take().or_else(|| aside.try_join_next()) {
				match news {
					Ok(news) => self.heard(news),
					Err(panic) => {
						tracing::error!(%panic, "a submission crashed");
						self.schedule.reset();
						self.questions
							.retain(|_, asked| !matches!(asked.state, Answering::Running));
					},
				}
			}
			tokio::time::sleep(GATHER).await;
			let board = board.borrow_and_update().clone();
			self.forget_old(&board);
			self.attend(&board, &mut aside)?;
			self.sweep(&board);
		}
	}

	/// Sends what is due at the best block.
	fn attend(&mut self, board: &Board, aside: &mut JoinSet<News>) -> Result<(), JournalError> {
		let mut due = Vec::new();
		for assignment in &board.assignments {
			due.extend(self.due(board.block, assignment, aside)?);
		}
		for batch in self.schedule.send(board.block, due) {
			let keys: Vec<Key> = batch.iter().map(|due| due.key).collect();
			let jobs: Vec<u64> = keys.iter().map(|key| key.seat.job.0).collect();
			let duties = batch.into_iter().map(|due| due.duty).collect();
			let (chain, steps) = (self.context.chain.clone(), self.context.steps);
			let send = async move {
				let acts = keys.iter().filter_map(|key| underway(key.act));
				let going_on: Vec<_> = acts.map(|step| steps.begun(step)).collect();
				let outcome = chain.send(Message::Answer(duties)).await;
				drop(going_on);
				News::Sent { keys, outcome }
			};
			aside.spawn(send.instrument(tracing::info_span!("answer", ?jobs)));
		}
		Ok(())
	}

	/// What is due for one seat.
	fn due(
		&mut self,
		block: u32,
		assignment: &Assignment,
		aside: &mut JoinSet<News>,
	) -> Result<Vec<Due>, JournalError> {
		let seat = Seat::of(assignment);
		let (genesis, me) = (self.context.chain.genesis(), self.context.chain.account().clone());
		let entry = self.context.journal.get(&seat)?;
		let acts = match next(&genesis, &me, block, assignment, entry.as_ref()) {
			Next::Say(acts) => acts,
			Next::Forgotten => return self.forgotten(seat, entry).map(|()| Vec::new()),
			Next::Execute | Next::Wait | Next::Done => return Ok(Vec::new()),
		};
		let Some(entry) = entry else { return Ok(Vec::new()) };
		let (mut due, mut revealing) = (Vec::new(), false);
		for act in acts {
			let key = Key { seat, act, round: assignment.committee_round };
			if !self.schedule.is_open(&key, block) {
				revealing |= act == Act::Reveal;
				continue;
			}
			// Taken only after the response, which is on its way or was not taken yet.
			if act == Act::OpenSeal && revealing {
				continue;
			}
			let prints = match act.needs_fingerprints() {
				true => self.fingerprints(block, assignment, &entry, aside),
				false => Some(Arc::default()),
			};
			let said =
				prints.and_then(|prints| duty(act, &genesis, &me, assignment, &entry, &prints));
			due.extend(said.map(|duty| Due { key, duty, until: assignment.until }));
		}
		Ok(due)
	}

	/// The fingerprints that the committee of `assignment` asks for; `None` while they are computed.
	fn fingerprints(
		&mut self,
		block: u32,
		assignment: &Assignment,
		entry: &Entry,
		aside: &mut JoinSet<News>,
	) -> Option<Arc<Vec<Fingerprint>>> {
		let (seat, question) = (Seat::of(assignment), Question::of(assignment)?);
		let Entry::Answered { response, .. } = entry else { return None };
		match self.questions.get(&seat) {
			Some(asked) if asked.question == question => match &asked.state {
				Answering::Known(answer) => return Some(answer.clone()),
				Answering::Running => return None,
				Answering::Failed if asked.at == block => return None,
				Answering::Failed => {},
			},
			_ => {},
		}
		let asked = Asked { question: question.clone(), at: block, state: Answering::Running };
		self.questions.insert(seat, asked);
		let (context, response) = (self.context.clone(), response.clone());
		let span = tracing::info_span!("job", id = seat.job.0, round = assignment.committee_round);
		let ask = async move {
			let answer = fingerprints::answer(&context, question.clone(), response).await;
			News::Asked { seat, question: Box::new(question), answer }
		};
		aside.spawn(ask.instrument(span));
		None
	}

	/// The chain holds a commitment that cannot be opened: said once, loudly, and left alone.
	fn forgotten(&mut self, seat: Seat, entry: Option<Entry>) -> Result<(), JournalError> {
		let Seat { job, round, .. } = seat;
		if !self.forgotten.insert(seat) {
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

	fn heard(&mut self, news: News) {
		match news {
			News::Sent { keys, outcome } => self.sent(&keys, outcome),
			News::Asked { seat, question, answer } => {
				let state = match answer {
					Ok(answer) => Answering::Known(answer),
					Err(fault) => {
						tracing::error!(job = seat.job.0, %fault, "no fingerprints; trying again");
						let reason = Reason { reason: fault.name().into() };
						let failures = &self.context.metrics.fingerprint_failures;
						failures.get_or_create(&reason).inc();
						Answering::Failed
					},
				};
				// Another question may have been asked meanwhile.
				let asked = self.questions.get_mut(&seat);
				if let Some(asked) = asked.filter(|asked| asked.question == *question) {
					asked.state = state;
				}
			},
		}
	}

	/// A transaction with these duties has ended.
	fn sent(&mut self, keys: &[Key], outcome: Result<u32, ChainError>) {
		let (metrics, block) = (self.context.metrics.clone(), self.context.board.borrow().block);
		let what: Vec<_> = keys.iter().map(|key| (key.seat.job.0, key.act)).collect();
		let ended = match outcome {
			Ok(in_block) => {
				tracing::info!(block = in_block, ?what, "taken by the chain");
				metrics.transactions.inc();
				self.note(keys);
				Ended::Taken(in_block)
			},
			Err(ChainError::AlreadyDone(reason)) if keys.len() == 1 => {
				tracing::info!(%reason, ?what, "nothing left to say");
				Ended::Taken(block.saturating_add(1))
			},
			Err(ChainError::NotYet(reason)) if keys.len() == 1 => {
				tracing::warn!(%reason, ?what, "not owed yet; sending again");
				metrics.submission_failures.inc();
				Ended::Lost
			},
			Err(ChainError::Transient(reason)) => {
				tracing::warn!(%reason, ?what, "not taken; sending again");
				metrics.submission_failures.inc();
				Ended::Lost
			},
			Err(error) if keys.len() == 1 => {
				tracing::error!(%error, ?what, "refused by the chain");
				metrics.submission_failures.inc();
				Ended::Refused
			},
			Err(error) => {
				tracing::warn!(%error, ?what, "refused by the chain; sending one by one");
				metrics.splits.inc();
				Ended::Refused
			},
		};
		self.schedule.ended(block, keys, ended);
	}

	/// Counts and writes down what the chain has taken.
	fn note(&self, keys: &[Key]) {
		let metrics = &self.context.metrics;
		let mut steps = Vec::new();
		for Key { seat, act, .. } in keys {
			let (counter, passed) = match act {
				Act::Commit => (&metrics.committed, Some((Progress::Committed, Step::Committed))),
				Act::Seal => (&metrics.sealed, Some((Progress::Sealed, Step::Sealed))),
				Act::Reveal => (&metrics.revealed, Some((Progress::Revealed, Step::Revealed))),
				Act::OpenSeal => (&metrics.opened, None),
				Act::Itemize => (&metrics.itemized, Some((Progress::Itemized, Step::Itemized))),
				Act::Abstain => (&metrics.abstentions, None),
			};
			counter.inc();
			if let Some((progress, step)) = passed {
				// It is for people: the chain knows how far the answer has come.
				if let Err(error) = self.context.journal.advance(seat, progress) {
					tracing::warn!(%error, "cannot write down how far an answer has come");
				}
				steps.push(step);
			}
		}
		// Whatever a step ends is on disk for all duties of the transaction.
		steps.into_iter().for_each(|step| self.context.steps.passed(step));
	}

	/// Forgets seats that are gone.
	fn forget_old(&mut self, board: &Board) {
		let seats: Vec<Seat> = board.assignments.iter().map(Seat::of).collect();
		self.schedule.retain(&seats);
		self.questions.retain(|seat, _| seats.contains(seat));
		self.forgotten.retain(|seat| seats.contains(seat));
	}

	/// Removes results of jobs that have ended, now and then.
	fn sweep(&mut self, board: &Board) {
		if board.block.abs_diff(self.swept_at) < SWEEP_EVERY {
			return;
		}
		self.swept_at = board.block;
		let (context, seats) = (self.context.clone(), board.assignments.iter().map(Seat::of));
		let seats: Vec<Seat> = seats.collect();
		// Beside the service: what fails here costs nobody anything.
		tokio::task::spawn_blocking(move || {
			let needed = seats.iter().filter_map(|seat| results_of(&context, seat)).collect();
			match context.results.sweep(&needed, KEEP_RESULTS) {
				Ok(0) => {},
				Ok(removed) => tracing::debug!(removed, "removed results of jobs that have ended"),
				Err(error) => tracing::warn!(%error, "cannot remove old results"),
			}
		});
	}
}

/// What goes on while a transaction with this is on its way.
fn underway(act: Act) -> Option<Step> {
	match act {
		Act::Commit => Some(Step::Committing),
		Act::Seal => Some(Step::Sealing),
		Act::Reveal => Some(Step::Revealing),
		Act::Itemize => Some(Step::Itemizing),
		Act::OpenSeal | Act::Abstain => None,
	}
}

/// Digest of the results that a seat answered with, if they are kept on disk.
fn results_of(context: &Context, seat: &Seat) -> Option<H256> {
	match context.journal.get(seat) {
		Ok(Some(Entry::Answered { response: Response::Result(answer), .. })) => {
			match answer.output {
				Payload::Blob(blob) => Some(blob.digest),
				Payload::Inline(_) => None,
			}
		},
		_ => None,
	}
}
