//! Who takes part in a simulation, and how they behave.

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
	/// Honest in the first round; in escalations repeats the answer that was revealed first,
	/// without running anything.
	Copy,
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

	/// Name for people.
	pub fn name(self) -> &'static str {
		match self {
			Self::Honest => "honest",
			Self::Collude { least: 3 } => "colluders, when all three seats are theirs",
			Self::Collude { least: 2 } => "colluders, when two seats are theirs",
			Self::Collude { .. } => "colluders, always",
			Self::Withhold => "colluders, who withhold when audited",
			Self::Copy => "copiers",
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
	/// Share of the slots whose authors are the adversary's, and skip a block that does not suit.
	pub authored: f64,
	/// Jobs in work at once.
	pub at_once: usize,
	/// Jobs in all.
	pub jobs: u64,
}

impl Scenario {
	fn new(name: &str, providers: &[(Strategy, u32)], jobs: u64) -> Self {
		Self {
			name: name.into(),
			providers: providers.to_vec(),
			demand: Demand::Ordinary,
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
	vec![
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
	]
}
