//! `tercet job`: submit, watch, list, result, verify.

pub mod display;
mod list;
mod result;
mod submit;
mod watch;

use anyhow::Result;

use crate::{args::JobCommand, context::Context};

pub use submit::submitted;
pub use watch::follow;

/// Does what the command says.
///
/// # Errors
/// Whatever it ran into.
pub async fn run(context: &Context, command: JobCommand) -> Result<()> {
	match command {
		JobCommand::Submit(args) => submit::run(context, args).await,
		JobCommand::Watch { id } => watch::run(context, id).await,
		JobCommand::List { mine, limit } => list::run(context, mine, limit).await,
		JobCommand::Result { id, output } => result::fetch(context, id, &output).await,
		JobCommand::Verify(args) => result::verify(context, args).await,
	}
}
