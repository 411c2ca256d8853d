//! `tercet job list`.

use anyhow::{bail, Result};
use tercet_primitives::JobId;

use super::display;
use crate::{context::Context, output::table};

pub(super) async fn run(context: &Context, mine: bool, limit: u64) -> Result<()> {
	let owner = match (mine, context.own_account()?) {
		(true, None) => bail!("--mine needs a key: give one with --key or TERCET_KEY"),
		(true, owner) => owner,
		(false, _) => None,
	};
	let (_, _, at) = context.best().await?;
	let mut jobs = Vec::new();
	for id in (0..at.job_count().await?).rev().map(JobId) {
		if jobs.len() as u64 >= limit {
			break;
		}
		let Some(view) = at.job(id).await? else { continue };
		if owner.as_ref().is_none_or(|owner| *owner == view.job.requester) {
			jobs.push((id, view));
		}
	}
	let value = jobs.iter().map(|(id, view)| display::value(*id, view)).collect::<Vec<_>>();
	context.out.result(&value, || {
		if jobs.is_empty() {
			return "there are no such jobs yet; see `tercet job submit --help`".into();
		}
		let titles = ["job", "variant", "items", "price", "escrow", "block", "state", "requester"];
		let mut table = table(&titles);
		for (id, view) in &jobs {
			table.add_row(display::row(*id, view));
		}
		table.to_string()
	})
}
