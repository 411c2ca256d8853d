//! The Tercet command line: publish models, submit jobs, check results, run development networks.
//!
//! The binary `tercet` is [`args`] and [`commands`]; [`devnet`] and [`results`] are here for others
//! to use too: end-to-end tests, benchmarks.

pub mod amounts;
pub mod args;
pub mod blobs;
pub mod commands;
pub mod context;
pub mod devnet;
pub mod output;
pub mod results;
