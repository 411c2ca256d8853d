//! Networks of several validators, a store and workers, as real processes on one machine; what can
//! happen to them; and what must hold whatever happens.
//!
//! | module | what it is |
//! |---|---|
//! | [`network`] | starts and stops the processes, isolates nodes, skews clocks, fills disks |
//! | [`faults`] | everything that is done to a network, each with its measure |
//! | [`checks`] | what must hold after each: one finalized chain, every job ended once, no money made |
//! | [`watch`] | finality as seen from outside: when it goes on, how far it lags |
//! | [`load`] | transfers, flat out or at a pace |
//! | [`report`] | the table |
//!
//! `cargo test` runs a short part of it, `make test-network` all.

pub mod checks;
pub mod faults;
pub mod load;
pub mod network;
pub mod report;
pub mod watch;

pub use network::{Builder, Network, NodeSpec};
