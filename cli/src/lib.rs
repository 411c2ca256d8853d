//! The Tercet command line: publish models, submit jobs, check results and receipts, run development
//! networks.
//!
//! The binary `tercet` is [`args`] and [`commands`]; [`devnet`], [`results`] and [`receipt`] are here
//! for others to use too: end-to-end tests, benchmarks, whoever checks a receipt.

pub mod amounts;
pub mod args;
pub mod blobs;
pub mod commands;
pub mod context;
pub mod data;
pub mod devnet;
pub mod inputs;
pub mod output;
pub mod outputs;
pub mod private;
pub mod receipt;
pub mod results;
pub mod storage;
#[cfg(test)]
mod testing;
