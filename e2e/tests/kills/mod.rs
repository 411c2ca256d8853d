//! Workers that are killed again and again, in the middle of every step of a job's way and right after
//! it, while jobs go on; and what chain, journals and accounts say afterwards.
//!
//! `make test` kills a few times at each step; `make test-kills` a hundred times, and writes a table.

mod audit;
mod feed;
mod hunt;

use std::{env, fmt::Write as _, path::Path, time::Instant};

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_e2e::{digits, rewarding_chain, Net};
use tercet_primitives::{Agreement, Feature, Precision};

use audit::Found;
use feed::Feed;
use hunt::{Hunt, Tally, STEPS};

/// Where the table is written, if anywhere.
const REPORT: &str = "TERCET_KILLS_REPORT";

/// How often to kill at each step, if not [`FEW`] times.
const TIMES: &str = "TERCET_KILLS";

/// What `make test` has the time for.
const FEW: usize = 4;

/// Blocks between two rewards.
const ERA: u32 = 5;

/// Far more than rounding does.
const MAX_DISTANCE: u16 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn workers_killed_at_every_step_answer_every_job_once() -> Result<()> {
	let times = env::var(TIMES).map_or(Ok(FEW), |times| times.parse()).context(TIMES)?;
	// Many kills are for a machine that does nothing else.
	let report = kill(times, if times > FEW { 8 } else { 5 }).await?;
	println!("{report}");
	if let Some(path) = env::var_os(REPORT) {
		std::fs::write(&path, report).with_context(|| Path::new(&path).display().to_string())?;
	}
	Ok(())
}

/// Kills workers so many times at each step; a report if everything holds.
async fn kill(times: usize, workers: usize) -> Result<String> {
	let started = Instant::now();
	let folder = tempfile::tempdir()?;
	let chain = rewarding_chain(folder.path(), ERA).await?;
	// Every block is read in the end, state included.
	let builder = Devnet::builder().node_arg("--state-pruning").node_arg("archive");
	let builder = builder.node_arg("--chain").node_arg(chain).workers(workers);
	let count = u32::try_from(workers)?;
	let mut net = Net::start(builder, count).await?;
	let agreement = Agreement::Similar { max_distance: MAX_DISTANCE, feature: Feature::Flat };
	let fp32 = digits(&net.store, Precision::Fp32, agreement).await?;
	let fp32 = net.publish(fp32, count).await?;

	let outcome = async {
		let feed = Feed::start(&net, fp32, 2 * workers).await?;
		let tally = Hunt::new(times, workers).run(&mut net).await;
		let jobs = feed.stop().await;
		let (tally, jobs) = (tally?, jobs?);
		for worker in 0..workers {
			net.devnet.restart_worker_with(worker, WorkerSpec::default())?;
		}
		for job in &jobs {
			let view = net.chain.at(net.chain.best().await?.hash).job(*job).await?;
			if !view.is_some_and(|view| view.job.state.is_terminal()) {
				net.end_of(*job).await?;
			}
		}
		audit::claimed(&mut net).await?;
		audit::counted(&mut net).await?;
		for worker in 0..workers {
			net.devnet.stop_worker(worker).await?;
		}
		let found = audit::everything(&net, &jobs).await?;
		Ok((tally, found))
	};
	let outcome: Result<(Tally, Found)> = outcome.await;
	let (tally, found) = match outcome {
		Ok(found) => found,
		Err(error) => {
			let logs = net.devnet.keep_dir().display().to_string();
			net.shutdown().await;
			return Err(error.context(format!("logs are in {logs}")));
		},
	};
	net.shutdown().await;
	ensure!(tally.is_done(), "{tally:?}");
	report(&tally, &found, workers, started.elapsed().as_secs())
}

fn report(tally: &Tally, found: &Found, workers: usize, seconds: u64) -> Result<String> {
	let mut text = String::from("| killed | times |\n|---|---:|\n");
	for step in STEPS {
		let times = tally.killed.get(step).copied().unwrap_or_default();
		writeln!(text, "| {step} | {times} |")?;
	}
	let Found { jobs, settled, answered, abstained, blocks, claims, refused, .. } = found;
	writeln!(
		text,
		"\n{} kills of {workers} workers in {seconds} s and {blocks} blocks. {jobs} jobs ended, \
		 {settled} of them settled; {answered} seats answered and {abstained} abstained. {claims} \
		 rewards were claimed. {refused} transactions of workers failed in a block. {} lives went \
		 undisturbed for a while because a window was about to close, {} did not get where they were \
		 to die.",
		tally.total(),
		tally.spared,
		tally.missed,
	)?;
	Ok(text)
}
