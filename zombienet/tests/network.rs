//! The short part: one network of four validators that does jobs, loses a validator, and gets it
//! back. `make test-network` does the rest.

use anyhow::{ensure, Result};
use tercet_zombienet::{checks, faults::Fault};

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_go_on_when_one_is_killed_and_comes_back() -> Result<()> {
	let mut net = Fault::Crash.network().start().await?;
	let run = async {
		for fault in [Fault::Lifecycle, Fault::Crash] {
			let outcome = fault.happen(&mut net, 0, None).await?;
			eprintln!("{}: {outcome:?}", fault.name());
		}
		let checked = checks::all(&mut net).await?;
		eprintln!("{checked:?}");
		ensure!(checked.settled == 4 && checked.refunded == 0, "{checked:?}");
		Ok(())
	};
	let outcome = run.await;
	if outcome.is_err() {
		eprintln!("logs are in {}", net.keep_dir().display());
	}
	net.shutdown().await;
	outcome
}
