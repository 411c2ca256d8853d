//! The Tercet node: an ordinary Substrate node that runs the Tercet runtime.

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> polkadot_sdk::sc_cli::Result<()> {
	command::run()
}
