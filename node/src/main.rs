//! The Tercet node: an ordinary Substrate node that runs the Tercet runtime.

#![allow(clippy::result_large_err, reason = "the errors are Substrate's")]

mod chain_spec;
mod cli;
mod command;
mod equivocation;
mod metrics;
mod rpc;
mod service;

fn main() -> polkadot_sdk::sc_cli::Result<()> {
	command::run()
}
