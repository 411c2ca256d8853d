//! A chain that forgets blocks: the node goes on from an older copy of its database, so that workers
//! find themselves on a fork in which what they said was never said.

use std::{fs, path::Path};

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::Devnet;
use tercet_e2e::{images, Net, DEADLINE};
use tercet_primitives::{JobId, JobState};

/// Items of the jobs on the fork that is left, and on the one that stays: the first one is the same on
/// both, of the second one only the number is.
const LEFT: [u32; 2] = [8, 5];
const STAYS: [u32; 2] = [8, 7];

#[tokio::test(flavor = "multi_thread")]
async fn workers_answer_on_the_fork_that_stays_when_blocks_are_forgotten() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(3), 3).await?;
	let (node, copy) = (net.devnet.dir().join("node"), net.devnet.dir().join("copy"));
	net.devnet.kill_node();
	copied(&node, &copy)?;
	net.devnet.restart_node().await?;
	let mut forgotten = Vec::new();
	for items in LEFT {
		forgotten.push(settle(&net, items).await?);
	}

	net.devnet.kill_node();
	copied(&copy, &node)?;
	net.devnet.restart_node().await?;
	let at = net.chain.at(net.chain.best().await?.hash);
	ensure!(at.job(forgotten[0]).await?.is_none(), "the chain has forgotten nothing");
	for (items, forgotten) in STAYS.into_iter().zip(forgotten) {
		let again = settle(&net, items).await?;
		ensure!(again == forgotten, "{again} is not {forgotten}");
	}
	let head = net.chain.best().await?;
	for worker in 0..3 {
		let provider = net.provider(head, worker).await?;
		ensure!((provider.verified, provider.assigned) == (2, 2), "{provider:?}");
	}
	net.shutdown().await;
	Ok(())
}

/// Has a job of so many items done.
async fn settle(net: &Net, items: u32) -> Result<JobId> {
	let input = net.payload(images(items)?.to_canonical_bytes()).await?;
	let job = net.submit_payload(items, input, 2 * DEADLINE).await?;
	let (_, view) = net.end_of(job).await?;
	let settled = matches!(view.job.state, JobState::Settled { .. });
	ensure!(settled, "{items} items: {:?}", view.job.state);
	Ok(job)
}

/// Replaces the folder `to` by a copy of `from`.
fn copied(from: &Path, to: &Path) -> Result<()> {
	if to.exists() {
		fs::remove_dir_all(to).with_context(|| to.display().to_string())?;
	}
	fs::create_dir_all(to)?;
	for entry in fs::read_dir(from)? {
		let entry = entry?;
		let target = to.join(entry.file_name());
		match entry.file_type()?.is_dir() {
			true => copied(&entry.path(), &target)?,
			false => fs::copy(entry.path(), target).map(drop)?,
		}
	}
	Ok(())
}
