//! The killing: each life of a worker ends at a step that was chosen for it, or at any moment.

use std::{
	collections::BTreeMap,
	os::unix::process::ExitStatusExt,
	time::{Duration, Instant},
};

use anyhow::{ensure, Result};
use rand::{seq::SliceRandom, Rng};
use tercet_cli::devnet::{describe, WorkerSpec};
use tercet_e2e::Net;
use tercet_primitives::{apis::Assignment, SeatState, Stage};

/// Where workers die, as `--abort-at` has it; the last is wherever they happen to be.
pub const STEPS: [&str; 16] = [
	"fetching",
	"fetched",
	"executing",
	"executed",
	"storing",
	"stored",
	"journaled",
	"committing",
	"committed",
	"sealing",
	"sealed",
	"revealing",
	"revealed",
	"claiming",
	"claimed",
	ANYWHERE,
];
const ANYWHERE: &str = "anywhere";

/// A life that has not come to its step by then ends all the same.
const LIFE: Duration = Duration::from_secs(30);

/// For how long nobody touches a worker that has a window to meet.
const PEACE: Duration = Duration::from_secs(10);

/// Blocks left of a window that a worker has to meet in peace.
const LATE: u32 = 20;

/// The signal of a process that aborts.
const ABORTED: i32 = 6;

/// What was done.
#[derive(Clone, Debug, Default)]
pub struct Tally {
	/// Kills wanted at each step.
	wanted: usize,
	/// Kills at each step.
	pub killed: BTreeMap<&'static str, usize>,
	/// Lives that did not come to their step.
	pub missed: usize,
	/// Times that a worker was left alone for a while.
	pub spared: usize,
}

impl Tally {
	/// Whether all is done.
	pub fn is_done(&self) -> bool {
		STEPS.iter().all(|step| self.killed_at(step) >= self.wanted)
	}

	/// All kills.
	pub fn total(&self) -> usize {
		self.killed.values().sum()
	}

	fn killed_at(&self, step: &str) -> usize {
		self.killed.get(step).copied().unwrap_or_default()
	}
}

/// The rest of a worker's life.
#[derive(Clone, Copy, Debug)]
enum Life {
	/// Ends at that step, or at that time.
	Until(&'static str, Instant),
	/// Ends when nothing is urgent.
	Spared(Instant),
}

/// Kills workers until there were enough kills at each step.
pub struct Hunt {
	tally: Tally,
	lives: Vec<Option<Life>>,
	said: Instant,
}

impl Hunt {
	/// So many kills at each step, of so many workers.
	pub fn new(times: usize, workers: usize) -> Self {
		let tally = Tally { wanted: times, ..Tally::default() };
		Self { tally, lives: vec![None; workers], said: Instant::now() }
	}

	/// Kills.
	pub async fn run(mut self, net: &mut Net) -> Result<Tally> {
		while !self.tally.is_done() {
			for worker in 0..self.lives.len() {
				if self.has_ended(net, worker)? {
					self.begin(net, worker).await?;
				}
			}
			if self.said.elapsed() > Duration::from_secs(60) {
				self.said = Instant::now();
				eprintln!("{:?}", self.tally);
			}
			tokio::time::sleep(Duration::from_millis(25)).await;
		}
		Ok(self.tally)
	}

	/// Whether a life is over, by whatever means.
	fn has_ended(&mut self, net: &mut Net, worker: usize) -> Result<bool> {
		let Some(life) = self.lives[worker] else { return Ok(true) };
		let now = Instant::now();
		if let Some(status) = net.devnet.worker_exited(worker) {
			let log = net.devnet.workers()[worker].log().display();
			let aborted = status.signal() == Some(ABORTED);
			ensure!(aborted, "worker {worker} {}: {life:?}, {log}", describe(status));
			if let Life::Until(step, _) = life {
				*self.tally.killed.entry(step).or_default() += 1;
			}
			return Ok(true);
		}
		match life {
			Life::Until(ANYWHERE, end) if now > end => {
				*self.tally.killed.entry(ANYWHERE).or_default() += 1;
			},
			Life::Until(step, end) if now > end => {
				eprintln!("worker {worker} never got to `{step}`");
				self.tally.missed += 1;
			},
			Life::Spared(end) if now > end => {},
			_ => return Ok(false),
		}
		net.devnet.kill_worker(worker)?;
		Ok(true)
	}

	/// The next life.
	async fn begin(&mut self, net: &mut Net, worker: usize) -> Result<()> {
		if is_urgent(net, worker).await? {
			net.devnet.restart_worker_with(worker, WorkerSpec::default())?;
			self.lives[worker] = Some(Life::Spared(Instant::now() + PEACE));
			self.tally.spared += 1;
			return Ok(());
		}
		let mut rng = rand::thread_rng();
		let open: Vec<_> = STEPS.into_iter().filter(|step| self.missing(step) > 0).collect();
		let drawn = open.choose_weighted(&mut rng, |step| self.missing(step)).copied();
		// Enough are on their way for all that is missing.
		let step = drawn.unwrap_or(ANYWHERE);
		let (args, length) = match step {
			ANYWHERE => (Vec::new(), Duration::from_millis(rng.gen_range(300..8_000))),
			step => (vec!["--abort-at".into(), step.into()], LIFE),
		};
		net.devnet.restart_worker_with(worker, WorkerSpec { args, ..WorkerSpec::default() })?;
		self.lives[worker] = Some(Life::Until(step, Instant::now() + length));
		Ok(())
	}

	/// Kills at a step that nobody is on the way to.
	fn missing(&self, step: &str) -> usize {
		let there = |life: &&Option<Life>| matches!(life, Some(Life::Until(to, _)) if *to == step);
		let coming = self.lives.iter().filter(there).count();
		self.tally.wanted.saturating_sub(self.tally.killed_at(step) + coming)
	}
}

/// Whether a worker has to say something soon.
async fn is_urgent(net: &Net, worker: usize) -> Result<bool> {
	let head = net.chain.best().await?;
	let account = net.devnet.workers()[worker].account.clone();
	let assignments = net.chain.at(head.hash).assignments(account).await?;
	Ok(assignments.iter().any(|job| owes(job) && job.until < head.number + LATE))
}

fn owes(job: &Assignment) -> bool {
	let Assignment { stage, state, sealed, .. } = job;
	match state {
		SeatState::Awaited => *stage == Stage::Commit,
		SeatState::Committed(_) => *stage == Stage::Reveal || (*stage == Stage::Seal && !sealed),
		_ => false,
	}
}
