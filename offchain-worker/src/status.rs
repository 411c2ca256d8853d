//! What `tercet-worker status` shows: a file that the running worker rewrites at each new block,
//! and the journal if it is not running.

use std::{fmt, fs, io, io::Write, path::Path};

use serde::{Deserialize, Serialize};
use tercet_primitives::{
	apis::Assignment, AccountId32, BlockNumber, JobId, Response, SeatState, Stage, H256,
};

use crate::{
	context::{Board, Context},
	journal::{self, Entry, Journal, JournalError, Progress, Seat},
};

const FILE: &str = "status.json";

/// A worker at its last block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
	/// Whether a worker is running in that directory now.
	#[serde(default)]
	pub running: bool,
	/// Its process.
	pub pid: u32,
	/// Who it is on chain.
	pub account: AccountId32,
	/// The chain.
	pub genesis: H256,
	/// The node that it follows.
	pub node: String,
	/// Best block seen.
	pub block: BlockNumber,
	/// Jobs that ran to a result since it started.
	pub executed: u64,
	/// Responses that the chain took since it started.
	pub revealed: u64,
	/// Jobs in its hands.
	pub jobs: Vec<JobStatus>,
}

/// A job in a worker's hands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JobStatus {
	/// The job.
	pub job: JobId,
	/// The round in which it was drawn.
	pub round: u8,
	/// Number of items asked for.
	pub items: u32,
	/// What the committee waits for.
	pub stage: Stage,
	/// Last block of that stage.
	pub until: BlockNumber,
	/// Last block of any.
	pub deadline: BlockNumber,
	/// What the chain has: `awaited`, `committed`, `sealed`, `revealed`, `itemized`, `abstained`,
	/// `silent` or `withheld`.
	pub on_chain: String,
	/// What the journal has: `nothing`, `answered`, why it is invalid, or why it was given up.
	pub in_journal: String,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
	/// No worker has run there.
	#[error("no worker has run in {0}: it has no {FILE}")]
	NoWorker(String),
	/// The file system says so.
	#[error(transparent)]
	Io(#[from] io::Error),
	/// The file is damaged or from another version.
	#[error("{FILE} is damaged: {0}")]
	Damaged(#[from] serde_json::Error),
	/// The journal is damaged.
	#[error(transparent)]
	Journal(#[from] JournalError),
}

impl Status {
	pub(crate) fn new(context: &Context, node: &str, board: &Board) -> Self {
		let in_journal = |seat: &Seat| match context.journal.get(seat) {
			Ok(entry) => describe(entry.as_ref()),
			Err(error) => error.to_string(),
		};
		let jobs = board.assignments.iter().map(|assignment| JobStatus {
			job: assignment.job,
			round: assignment.round,
			items: assignment.asked.len(),
			stage: assignment.stage,
			until: assignment.until,
			deadline: assignment.deadline,
			on_chain: on_chain(assignment).into(),
			in_journal: in_journal(&Seat::of(assignment)),
		});
		Self {
			running: true,
			pid: std::process::id(),
			account: context.chain.account().clone(),
			genesis: context.chain.genesis(),
			node: node.into(),
			block: board.block,
			executed: context.metrics.executed.get(),
			revealed: context.metrics.revealed.get(),
			jobs: jobs.collect(),
		}
	}

	pub(crate) fn write(&self, dir: &Path) -> io::Result<()> {
		let mut file = tempfile::NamedTempFile::new_in(dir)?;
		file.write_all(&serde_json::to_vec_pretty(self)?)?;
		file.persist(dir.join(FILE))?;
		Ok(())
	}

	/// The status of the worker in `dir`, and what its journal holds if nobody has it open.
	///
	/// # Errors
	/// [`StatusError::NoWorker`] if none has run there.
	pub fn read(dir: &Path) -> Result<(Self, Vec<(Seat, Entry)>), StatusError> {
		let text = match fs::read(dir.join(FILE)) {
			Ok(text) => text,
			Err(error) if error.kind() == io::ErrorKind::NotFound => {
				return Err(StatusError::NoWorker(dir.display().to_string()))
			},
			Err(error) => return Err(error.into()),
		};
		let mut status: Self = serde_json::from_slice(&text)?;
		status.running = false;
		if !dir.join(journal::FILE).exists() {
			return Ok((status, Vec::new()));
		}
		match Journal::open(dir, status.genesis) {
			Ok(journal) => Ok((status, journal.entries()?)),
			Err(JournalError::InUse) => {
				status.running = true;
				Ok((status, Vec::new()))
			},
			Err(error) => Err(error.into()),
		}
	}
}

fn on_chain(assignment: &Assignment) -> &'static str {
	match assignment.state {
		SeatState::Awaited => "awaited",
		SeatState::Committed(_) if assignment.sealed => "sealed",
		SeatState::Committed(_) => "committed",
		SeatState::Revealed(_) if assignment.voted && assignment.stage == Stage::Itemize => {
			"itemized"
		},
		SeatState::Revealed(_) => "revealed",
		SeatState::Abstained => "abstained",
		SeatState::Silent => "silent",
		SeatState::Withheld => "withheld",
	}
}

fn describe(entry: Option<&Entry>) -> String {
	match entry {
		None => "nothing".into(),
		Some(Entry::Answered { response: Response::Result(_), .. }) => "answered".into(),
		Some(Entry::Answered { response: Response::Invalid(why), .. }) => {
			format!("invalid: {why:?}")
		},
		Some(Entry::Abstained { reason }) => format!("abstained: {reason}"),
	}
}

impl fmt::Display for Status {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let state = if self.running { "running" } else { "stopped" };
		writeln!(f, "worker    {state} (process {})", self.pid)?;
		writeln!(f, "account   {}", self.account)?;
		writeln!(f, "node      {}, block {}", self.node, self.block)?;
		writeln!(f, "answers   {} computed, {} revealed", self.executed, self.revealed)?;
		writeln!(f, "in hand   {}", self.jobs.len())?;
		for job in &self.jobs {
			writeln!(
				f,
				"  job {:<6} {:>3} items  {:<9}  {:?} until {}, deadline {}  journal: {}",
				job.job.0,
				job.items,
				job.on_chain,
				job.stage,
				job.until,
				job.deadline,
				job.in_journal
			)?;
		}
		Ok(())
	}
}

/// One line per journal entry: job, how far it came or why it was given up.
pub fn journal_lines(entries: &[(Seat, Entry)]) -> impl Iterator<Item = String> + '_ {
	entries.iter().map(|(seat, entry)| {
		let what = match entry {
			Entry::Answered { progress: Progress::Ready, .. } => "answered, not committed".into(),
			Entry::Answered { progress: Progress::Committed, .. } => "committed".into(),
			Entry::Answered { progress: Progress::Sealed, .. } => "sealed".into(),
			Entry::Answered { progress: Progress::Revealed, .. } => "revealed".into(),
			Entry::Answered { progress: Progress::Itemized, .. } => "itemized".into(),
			abstained => describe(Some(abstained)),
		};
		format!("  job {:<6} {what}", seat.job.0)
	})
}
