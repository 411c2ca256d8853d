//! # The oracle
//!
//! An independent model of Tercet's ledger and lifecycle, in plain Rust, held against the real runtime
//! call by call. It is written from the documentation: where the two differ, either the runtime is
//! wrong or the documentation is.
//!
//! - [`Oracle`]: the model. It predicts for each [`Call`] whether it is accepted, and every balance and
//!   every state afterwards. It takes from the runtime only what chance decides: who was drawn,
//!   whose response of several equal ones counts, and how far down the queue and the agenda a block
//!   came, within what the documentation promises. Whether anybody *can* be drawn, and among whom
//!   chance has picked, it knows; the VRF outputs of the blocks, and what follows from them, as well.
//! - [`World`]: the real runtime in memory.
//! - [`Action`]: eight bytes that become calls, by looking at where the model stands: so that most
//!   calls are accepted and deep states are reached, and so that any bytes mean something to a fuzzer.
//! - [`Episode`]: a fresh chain on which both do the same. After each call what it may have touched
//!   is compared; from time to time everything, and then every pallet checks its invariants.
//! - [`shrink`]: the shortest actions found that still lead to a divergence.
//!
//! Not modelled: changes of parameters (each episode has its own instead), weights and fees.

pub mod model;

mod action;
mod answers;
mod call;
mod compare;
mod episode;
mod palette;
mod resolve;
mod settings;
mod shrink;
mod world;

pub use action::{Action, Kind, BYTES};
pub use call::{Call, NewModel, What};
pub use episode::{panics_are_divergences, Divergence, Episode, Tally};
pub use model::{Luck, Oracle, Rules};
pub use resolve::Resolver;
pub use shrink::{shrink, Found};
pub use world::{actor, name, World, ACTORS};

/// An account on every Tercet chain.
pub type AccountId = tercet_primitives::AccountId32;
