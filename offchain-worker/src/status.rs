//! What `tercet-worker status` shows: a file that the running worker rewrites at each new block,
//! and the journal if it is not running.

use std::{fmt, fs, io, io::Write, path::Path};

use serde::{Deserialize, Serialize};
use tercet_primitives::{
	apis::Assignment, AccountId32, BlockNumber, JobId, Response, SeatState, Stage, H256,
};

use crate::{
	alerts::Alert,
	context::{Board, Context},
	health::{About, Disk, Earnings, Stake},
	journal::{self, Entry, Journal, JournalError, Progress, Seat},
	offers::Amount,
	pause::{self, PauseState},
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
	/// Who wants it to stand aside.
	#[serde(default)]
	pub pause: PauseState,
	/// What does not change.
	#[serde(default)]
	pub about: About,
	/// How it stands on chain, once it is a provider.
	#[serde(default)]
	pub stake: Option<Stake>,
	/// What it earned.
	#[serde(default)]
	pub earnings: Earnings,
	/// Room on disk.
	#[serde(default)]
	pub disk: Disk,
	/// What the machine showed last.
	#[serde(default)]
	pub machine: String,
	/// Energy of jobs since it started, in joules; nothing where it cannot be measured.
	#[serde(default)]
	pub joules: f64,
	/// What its operator should look at.
	#[serde(default)]
	pub alerts: Vec<Alert>,
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
		let vitals = context.vitals.borrow().clone();
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
			pause: context.pause.borrow().clone(),
			about: (*context.about).clone(),
			stake: vitals.standing.as_ref().and_then(Stake::of),
			earnings: vitals.earnings,
			disk: vitals.disk,
			machine: context.host.seen.borrow().to_string(),
			joules: context.metrics.energy.get(),
			alerts: vitals.alerts,
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
		// A pause outlives the worker; those of idle machines do not.
		status.pause = PauseState { operator: pause::load(dir), ..PauseState::default() };
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

impl Status {
	/// Whether a worker has the journal in `dir` open.
	pub fn is_running(dir: &Path) -> bool {
		// Any chain will do: the file is one.
		dir.join(journal::FILE).exists()
			&& matches!(Journal::open(dir, H256::zero()), Err(JournalError::InUse))
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

impl Status {
	/// What it is doing, in a few words.
	pub fn state(&self) -> String {
		let available = self.stake.as_ref().is_some_and(|stake| stake.available);
		match (self.running, self.pause.reason()) {
			(true, Some(reason)) if available => format!("leaving the pools: {reason}"),
			(true, Some(reason)) => format!("paused: {reason}"),
			(true, None) if available => "available".into(),
			(true, None) => match self.stake.as_ref().map_or(0, |stake| stake.offers) {
				0 => "running, with nothing to offer yet".into(),
				_ => "running, not in the pools".into(),
			},
			(false, Some(reason)) => format!("stopped, and paused: {reason}"),
			(false, None) => "stopped".into(),
		}
	}
}

impl fmt::Display for Status {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let process = if self.running { "process" } else { "last process" };
		writeln!(f, "worker    {} ({process} {})", self.state(), self.pid)?;
		writeln!(f, "account   {}", self.account)?;
		writeln!(f, "node      {}, block {}", self.node, self.block)?;
		writeln!(f, "device    {}", self.about.device)?;
		if let Some(stake) = &self.stake {
			writeln!(
				f,
				"stake     {} bonded, {} counts, {} at risk; reputation {:.1} %",
				Amount(stake.bonded),
				Amount(stake.counted),
				Amount(stake.at_risk),
				stake.reputation * 100.0
			)?;
			let (free, claimable) = (Amount(stake.free), Amount(stake.claimable));
			writeln!(f, "money     {free} for fees, {claimable} can be claimed")?;
		}
		let Earnings { jobs, rewards, .. } = self.earnings;
		writeln!(f, "earned    {} for jobs, {} rewards", Amount(jobs), Amount(rewards))?;
		let Disk { models, model_count, free, .. } = self.disk;
		writeln!(
			f,
			"disk      {model_count} models of {} MiB, {} MiB free",
			models >> 20,
			free >> 20
		)?;
		writeln!(f, "answers   {} computed, {} revealed", self.executed, self.revealed)?;
		if self.joules > 0.0 {
			writeln!(f, "energy    {:.1} kJ for jobs since it started", self.joules / 1e3)?;
		}
		if self.running && !self.machine.is_empty() {
			writeln!(f, "machine   {}", self.machine)?;
		}
		for alert in &self.alerts {
			writeln!(f, "alert     {}. What to do: {}", alert.what, alert.remedy)?;
		}
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
