//! Adversaries on the real pallets.
//!
//! The whole runtime runs in memory; only the executors are simulated, and running a model is a hash.
//! What they do with what they were drawn for is a [`Strategy`](scenario::Strategy). Every draw,
//! lottery and verdict is held against the chance that `docs/economics-verification.md` gives it:
//!
//! - **frequencies**: how often something happened, and how often it should have by the
//!   [formulas], given the weights of all providers at that moment, must lie within three standard
//!   deviations of each other;
//! - **rules**: every job must end as the words of its committees say;
//! - **books**: what the events say that everyone was paid and slashed must be what the balances say;
//! - **money**: no honest participant loses any, and every attack loses some in expectation, beyond
//!   three standard errors.
//!
//! | module | what |
//! |---|---|
//! | [`formulas`] | the closed forms |
//! | [`urn`] | draws by unequal weights, exactly |
//! | [`prints`], [`votes`] | fingerprints, and who agrees with whom |
//! | [`scenario`] | who takes part |
//! | [`world`] | a simulation under way |
//! | [`report`], [`tables`] | what it found |
//! | [`figures`], [`attack_figures`] | the tables of the docs, from the formulas and the pallets' parameters |

mod answers;
pub mod attack_figures;
mod attacks;
mod books;
pub mod chain;
mod demand;
mod draws;
pub mod figures;
pub mod formulas;
pub mod people;
pub mod prints;
pub mod report;
pub mod rng;
pub mod scenario;
pub mod settings;
mod similar;
pub mod tables;
pub mod tally;
pub mod urn;
pub mod votes;
pub mod world;

pub use answers::{Input, Word};

use report::Report;
use scenario::Scenario;
use settings::Settings;

/// Runs one scenario on a chain of its own. Calls `progress` for each job that ends.
pub fn simulate(
	scenario: &Scenario,
	settings: Settings,
	seed: u64,
	progress: &mut dyn FnMut(),
) -> Report {
	chain::on_a_chain(scenario.similar, || {
		world::World::new(scenario, settings, seed).run(progress)
	})
}
