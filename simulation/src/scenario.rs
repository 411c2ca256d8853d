//! Who takes part in a simulation, and how they behave.

use crate::attacks;

/// How a provider behaves. Everyone but the silent answers in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
	/// Runs every job and tells the truth.
	Honest,
	/// Knows all others of its kind. They give one wrong answer together, without running anything,
	/// when they hold at least `least` of the first three seats, and stand by it wherever the job
	/// comes before them again; otherwise they are honest.
	Collude {
		/// Seats of a first committee that they need.
		least: u32,
	},
	/// Colludes as with `least: 3`, but does not open its commitment when it sees that it is held
	/// for an audit.
	Withhold,
	/// Colludes as with `least: 1`, but does not open its commitment where somebody else sits in the
	/// committee, who would show that it lies.
	BackOut,
	/// Honest in the first round; in escalations repeats the answer that was revealed first,
	/// without running anything.
	Copy,
	/// Honest in jobs of three executors, so as to be proven. In those of fewer it gives a wrong
	/// answer without running anything when all seats are of its kind.
	Bide {
		/// Whether it does not open its commitment when it sees that it is held for an audit.
		withhold: bool,
	},
	/// Runs every job, and shows a fingerprint that is at or just beyond the threshold from that of
	/// the exact result; all of its kind show the same one.
	Near {
		/// Bits beyond the threshold.
		beyond: u16,
	},
	/// Runs a cheaper variant, always.
	Cheaper,
	/// Honest, but stands by a requester of false alarms: when at least three of five reviewers are
	/// of its kind, they contradict the right answer.
	Accuse,
	/// Never says anything.
	Silent,
	/// Always answers the same, without running anything; each one something else.
	Constant,
}

impl Strategy {
	/// Whether it never breaks a rule.
	pub fn is_honest(self) -> bool {
		self == Self::Honest
	}

	/// Whether it attacks as soon as it has a seat in a first committee, at least if its friends
	/// have some too.
	pub fn attacks_first(self) -> bool {
		!matches!(self, Self::Honest | Self::Copy)
	}

	/// Seats of a first committee of `executors` from which on those of its kind lie together.
	pub fn lies_from(self, executors: u32) -> Option<u32> {
		match self {
			Self::Collude { least } => Some(least),
			Self::Withhold => Some(executors),
			Self::BackOut => Some(1),
			Self::Bide { .. } => (executors < 3).then_some(executors),
			_ => None,
		}
	}

	/// Name for people.
	pub fn name(self) -> &'static str {
		match self {
			Self::Honest => "honest",
			Self::Collude { least: 3 } => "colluders, when all three seats are theirs",
			Self::Collude { least: 2 } => "colluders, when two seats are theirs",
			Self::Collude { .. } => "colluders, always",
			Self::Withhold => "colluders, who withhold when audited",
			Self::BackOut => "colluders, who back out of disputes",
			Self::Copy => "copiers",
			Self::Bide { withhold: false } => "colluders, once they are proven",
			Self::Bide { withhold: true } => "proven colluders, who withhold when audited",
			Self::Near { beyond: 0 } => "near misses, at the threshold",
			Self::Near { .. } => "near misses, just beyond the threshold",
			Self::Cheaper => "runners of a cheaper variant",
			Self::Accuse => "friends of the requester",
			Self::Silent => "silent",
			Self::Constant => "constant",
		}
	}
}

/// What requesters ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
	/// Ordinary jobs.
	Ordinary,
	/// In turn: an input that the model refuses, a price that nobody takes, a job that is cancelled
	/// before the draw, a job whose right answer is challenged.
	Griefing,
	/// Jobs of which such a share, nobody knows which, carries a canary; it is opened if the answer
	/// is another.
	Canaries {
		/// The share, in percent.
		percent: u32,
	},
	/// Every other job is for so few executors that they must be proven, as soon as nearly everybody
	/// is.
	Adaptive {
		/// The executors.
		executors: u8,
	},
	/// In turn: a job whose right answer is challenged, a job with a canary that expects something
	/// wrong.
	FalseAlarms,
}

/// One simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
	/// Name for people.
	pub name: String,
	/// Providers: how many behave how.
	pub providers: Vec<(Strategy, u32)>,
	/// What requesters do.
	pub demand: Demand,
	/// Whether answers are compared by their fingerprints.
	pub similar: bool,
	/// Share of the slots whose authors are the adversary's, and skip a block that does not suit.
	pub authored: f64,
	/// Jobs in work at once.
	pub at_once: usize,
	/// Jobs in all.
	pub jobs: u64,
}

impl Scenario {
	pub(crate) fn new(name: &str, providers: &[(Strategy, u32)], jobs: u64) -> Self {
		Self {
			name: name.into(),
			providers: providers.to_vec(),
			demand: Demand::Ordinary,
			similar: false,
			authored: 0.0,
			at_once: 24,
			jobs,
		}
	}

	/// Providers in all.
	pub fn size(&self) -> u32 {
		self.providers.iter().map(|(_, count)| count).sum()
	}
}

/// Every scenario, with `jobs` jobs each.
pub fn all(jobs: u64) -> Vec<Scenario> {
	use Strategy::*;
	let against = |name: &str, strategy, count, all: u32| {
		Scenario::new(name, &[(Honest, all - count), (strategy, count)], jobs)
	};
	let mut all = vec![
		Scenario::new("honest", &[(Honest, 30)], jobs),
		against("collude-10", Collude { least: 3 }, 3, 30),
		against("collude-20", Collude { least: 3 }, 6, 30),
		against("collude-33", Collude { least: 3 }, 10, 30),
		against("collude-33-large-pool", Collude { least: 3 }, 20, 60),
		against("collude-33-two-seats", Collude { least: 2 }, 10, 30),
		against("lie-always-10", Collude { least: 1 }, 3, 30),
		against("lie-always-20", Collude { least: 1 }, 6, 30),
		against("lie-always-33", Collude { least: 1 }, 10, 30),
		against("withhold-33", Withhold, 10, 30),
		against("back-out-33", BackOut, 10, 30),
		// Disputes are rare, so that there have to be more jobs.
		Scenario::new("copy", &[(Honest, 16), (Collude { least: 1 }, 8), (Copy, 6)], jobs * 4),
		against("silent-20", Silent, 6, 30),
		against("constant-20", Constant, 6, 30),
		Scenario {
			authored: 1.0 / 3.0,
			at_once: 1,
			// One at a time takes many blocks for each.
			jobs: jobs / 2,
			..against("grind-33", Collude { least: 3 }, 10, 30)
		},
		Scenario { demand: Demand::Griefing, ..Scenario::new("grief", &[(Honest, 30)], jobs) },
	];
	all.extend(attacks::all(jobs));
	all
}
