//! Scenarios beyond the default path: `Similar`, canaries, fewer executors, false alarms.

use crate::scenario::{Demand, Scenario, Strategy};

/// All of them, with `jobs` jobs each.
pub(crate) fn all(jobs: u64) -> Vec<Scenario> {
	use Strategy::*;
	let third = |name: &str, strategy, demand| Scenario {
		demand,
		..Scenario::new(name, &[(Honest, 20), (strategy, 10)], jobs)
	};
	let similar = |name: &str, strategy| Scenario {
		similar: true,
		..third(name, strategy, Demand::Ordinary)
	};
	// As many again, in which to become proven.
	let adaptive = |name: &str, withhold, executors| Scenario {
		jobs: jobs * 2,
		..third(name, Bide { withhold }, Demand::Adaptive { executors })
	};
	let alarms = Demand::FalseAlarms;
	vec![
		similar("similar-collude-33", Collude { least: 3 }),
		similar("similar-inside-33", Near { beyond: 0 }),
		similar("similar-outside-33", Near { beyond: 1 }),
		similar("similar-cheaper-33", Cheaper),
		third("canary-33", Collude { least: 3 }, Demand::Canaries { percent: 10 }),
		adaptive("one-executor-33", false, 1),
		adaptive("one-executor-withhold-33", true, 1),
		adaptive("two-executors-33", false, 2),
		Scenario { demand: alarms, ..Scenario::new("false-alarms", &[(Honest, 30)], jobs) },
		third("false-alarms-33", Accuse, alarms),
	]
}
