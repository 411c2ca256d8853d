//! One module for each command.

pub mod credit;
pub mod demo;
pub mod devnet;
pub mod job;
pub mod model;
pub mod provider;
mod publish;
mod quantize;
pub mod transaction;

use anyhow::Result;

use crate::{
	args::{Cli, Command},
	context::Context,
};

/// Does what the command line says.
///
/// # Errors
/// Whatever the command ran into, with what to do about it.
pub async fn run(cli: Cli) -> Result<()> {
	let context = Context::new(cli.global);
	match cli.command {
		Command::Model(command) => model::run(&context, command).await,
		Command::Job(command) => job::run(&context, command).await,
		Command::Credit(command) => credit::run(&context, command).await,
		Command::Provider(command) => provider::run(&context, command).await,
		Command::Devnet(args) => devnet::run(&context, args).await,
		Command::Demo(args) => demo::run(&context, args).await,
	}
}
