//! Referenda on a running network, by polkadot.js alone, and meanwhile what the pages of Polkadot.js
//! Apps ask and send. The upgrade of a runtime, which needs a second one, is among the tests of
//! networks: `make test-network`.

use anyhow::{ensure, Result};
use tercet_cli::devnet::Devnet;
use tercet_primitives::JobState;

use tercet_e2e::{example, hasty_chain, polkadot_js, Net, DEADLINE};

/// Who answers wrongly.
const CULPRIT: usize = 2;

/// Who is asked only when there is an escalation.
const FRESH: [usize; 2] = [3, 4];

/// Who votes and pays for referenda: not the accounts that the pages' script signs with at that time.
const VOTERS: &str = "//Alice,//Bob,//Charlie,//Dave,//Eve,//Ferdie,//Bob//stash,//Charlie//stash";
const PROPOSER: &str = "//Dave//stash";

/// What the network divides the lengths of votes by: no delay is longer than 20 blocks.
const HASTE: u32 = 20_000;

#[tokio::test(flavor = "multi_thread")]
async fn referenda_change_a_parameter_spend_forgive_a_slash_and_feature_a_model() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let chain = hasty_chain(folder.path(), HASTE).await?;
	let builder = Devnet::builder().node_arg("--chain").node_arg(chain).workers(5);
	let mut net = Net::start(builder, 5).await?;

	// A job brings a slash to forgive, and credits to vote with to those who were right.
	net.leave(&FRESH).await?;
	net.corrupt(&[CULPRIT], &example("onnx/model_wrong.onnx"))?;
	let job = net.submit(1, DEADLINE).await?;
	net.drawn(job).await?;
	net.enter(&FRESH).await?;
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	ensure!(net.provider(head, CULPRIT).await?.pending_slashes > 0);

	let workers = net.devnet.workers().iter().enumerate();
	let honest = workers.filter(|(index, _)| *index != CULPRIT).map(|(_, worker)| &worker.uri[..]);
	let honest = honest.collect::<Vec<_>>().join(",");
	let (url, model) = (net.devnet.url(), net.int8.model.to_string());
	let mut vote = vec!["--url", &url, "--workers", &honest, "--model", &model];
	vote.extend(["--voters", VOTERS, "--funder", PROPOSER]);
	let apps = ["--url", &url];
	// Eras pass as fast as votes here, and one waits while the other one does.
	let (votes, pages) =
		tokio::try_join!(polkadot_js("vote.mjs", &vote), polkadot_js("apps.mjs", &apps))?;
	println!("{votes}\n{pages}");
	let culprit = net.provider(net.chain.best().await?, CULPRIT).await?;
	ensure!((culprit.wrong, culprit.pending_slashes) == (1, 0), "{culprit:?}");
	net.shutdown().await;
	Ok(())
}
