//! Workers whose clock is wrong, and one whose disk is full.

use std::{
	process::Command,
	time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::{Devnet, WorkerSpec};
use tercet_e2e::{clocks_missing, disks_missing, Clock, Disk, Net, DEADLINE};
use tercet_primitives::{JobState, SeatState};

/// Size of a worker's disk, in MiB.
const SIZE: u32 = 48;

/// Who is asked only when there is an escalation.
const FRESH: [usize; 2] = [3, 4];

#[test]
fn set_moves_the_clock_of_a_process_when_the_library_is_there() -> Result<()> {
	if let Some(why) = clocks_missing() {
		eprintln!("skipped: {why}");
		return Ok(());
	}
	let dir = tempfile::tempdir()?;
	let clock = Clock::new(dir.path(), "date")?;
	for offset in [0, 100, -100] {
		clock.set(f64::from(offset))?;
		let date = Command::new("date").arg("+%s").envs(clock.env()?).output()?;
		let seen: i64 = String::from_utf8(date.stdout)?.trim().parse()?;
		let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() as i64;
		ensure!((seen - now - i64::from(offset)).abs() <= 1, "{offset}: {seen} at {now}");
	}
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_settle_when_the_clocks_of_workers_are_wrong() -> Result<()> {
	if let Some(why) = clocks_missing() {
		eprintln!("skipped: {why}");
		return Ok(());
	}
	let dir = tempfile::tempdir()?;
	let clocks = ["fast", "slow"].map(|name| Clock::new(dir.path(), name));
	let [fast, slow] = [&clocks[0], &clocks[1]].map(|clock| clock.as_ref().expect("written"));
	let with = |clock: &Clock| anyhow::Ok(WorkerSpec { env: clock.env()?, ..Default::default() });
	let builder = Devnet::builder().worker(with(fast)?).worker(with(slow)?).workers(1);
	let mut net = Net::start(builder, 3).await?;
	// A little, much, and the other way round after a restart.
	for (offset, restart) in [(20.0, false), (7_200.0, false), (-7_200.0, true)] {
		fast.set(offset)?;
		slow.set(-offset)?;
		if restart {
			net.devnet.restart_worker(0)?;
			net.devnet.restart_worker(1)?;
		}
		let job = net.submit(512, 2 * DEADLINE).await?;
		let (_, view) = net.end_of(job).await?;
		let settled = matches!(view.job.state, JobState::Settled { .. });
		ensure!(settled, "{offset} s: {:?}", view.job.state);
	}
	let head = net.chain.best().await?;
	for worker in 0..3 {
		let provider = net.provider(head, worker).await?;
		ensure!(provider.verified == 3, "{provider:?}");
	}
	net.shutdown().await;
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_reveals_and_abstains_when_its_disk_is_full_and_works_when_there_is_room(
) -> Result<()> {
	if let Some(why) = disks_missing() {
		eprintln!("skipped: {why}");
		return Ok(());
	}
	let dir = tempfile::tempdir()?;
	let disk = Disk::mount(&dir.path().join("worker-0"), SIZE)?;
	let mut net = Net::start(Devnet::builder().dir(dir.path()).workers(5), 5).await?;
	net.leave(&FRESH).await?;

	// It is full from the moment of the commitment on.
	let me = net.worker_accounts().swap_remove(0);
	let job = net.submit(8, DEADLINE).await?;
	let committed = |view: &tercet_primitives::apis::JobView| {
		let seats = view.committee.iter().flat_map(|committee| &committee.seats);
		seats.into_iter().any(|seat| seat.executor == me && seat.state != SeatState::Awaited)
	};
	net.wait_for(job, committed).await?;
	disk.fill(0)?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	let provider = net.provider(head, 0).await?;
	ensure!((provider.verified, provider.withheld) == (1, 0), "{provider:?}");

	// What cannot be written down must not be said: others take over in time.
	let job = net.submit(8, DEADLINE).await?;
	net.drawn(job).await?;
	net.enter(&FRESH).await?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	let provider = net.provider(head, 0).await?;
	ensure!((provider.abstained, provider.silent) == (1, 0), "{provider:?}");

	// It needs no restart.
	disk.free()?;
	net.leave(&FRESH).await?;
	let job = net.submit(8, DEADLINE).await?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	let provider = net.provider(head, 0).await?;
	ensure!(provider.verified == 2, "{provider:?}");
	net.devnet.check().context("somebody ended")?;
	net.shutdown().await;
	drop(disk);
	Ok(())
}
