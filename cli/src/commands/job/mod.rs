//! `tercet job`: from a quote to a receipt.

mod canary;
pub mod display;
mod hand_over;
mod list;
mod manage;
mod quote;
mod receipt;
mod result;
mod submit;
mod watch;

use anyhow::Result;

use crate::{
	args::JobCommand,
	context::{self, Context},
};

pub use canary::CanaryFile;
pub use result::download;
pub use submit::{no_canary, submitted};
pub use watch::follow;

/// Does what the command says.
///
/// # Errors
/// Whatever it ran into.
pub async fn run(context: &Context, command: JobCommand) -> Result<()> {
	match command {
		JobCommand::Submit(args) => submit::run(context, args).await,
		JobCommand::Quote(args) => quote::run(context, args).await,
		JobCommand::Watch { id } => watch::run(context, id).await,
		JobCommand::Show { id } => {
			let (_, _, at) = context.best().await?;
			let view = context::job(&at, id).await?;
			context.out.result(&display::value(id, &view), || display::details(id, &view))
		},
		JobCommand::List { mine, limit } => list::run(context, mine, limit).await,
		JobCommand::Result { id, output, job_key } => {
			result::fetch(context, id, &output, job_key.as_deref()).await
		},
		JobCommand::HandOver { id, job_key } => {
			hand_over::run(context, id, job_key.as_deref()).await
		},
		JobCommand::Verify(args) => result::verify(context, args).await,
		JobCommand::TopUp { id, price } => manage::top_up(context, id, price).await,
		JobCommand::Cancel { id } => manage::cancel(context, id).await,
		JobCommand::Prune { id } => manage::prune(context, id).await,
		JobCommand::Challenge { id } => manage::challenge(context, id).await,
		JobCommand::OpenCanary(args) => canary::open(context, args).await,
		JobCommand::Receipt(args) => receipt::make(context, args).await,
		JobCommand::VerifyReceipt(args) => receipt::verify(context, args),
	}
}
