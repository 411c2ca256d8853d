//! Private jobs: what the executors and the requester see, nobody else does, and a key that is not
//! handed over, or is another, costs nobody but the requester.
//!
//! Five workers. Only the first three can be drawn at first; the other two come back for the
//! escalation.

use std::{collections::BTreeSet, path::Path, time::Duration};

use anyhow::{ensure, Context, Result};
use codec::Encode;
use tercet_chain_client::{calls, Head};
use tercet_cli::devnet::Devnet;
use tercet_primitives::{
	apis::JobView, AccountId32, BlobRef, Envelope, ItemSet, JobId, JobState, SeatState,
};
use tercet_privacy::{seal_for, sealed, JobKey};
use tercet_tensors::TensorMap;

use tercet_e2e::{example, Net, DEADLINE};

/// Who is asked only when there is an escalation.
const FRESH: [usize; 2] = [3, 4];

/// Who is drawn first.
const FIRST: [usize; 3] = [0, 1, 2];

/// Items of each job.
const ITEMS: u32 = 16;

/// How long workers may take to announce their keys.
const ANNOUNCED: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_private_job_is_seen_by_its_executors_and_its_requester_alone() -> Result<()> {
	let net = Net::start(Devnet::builder().workers(5), 5).await?;
	keys_are_announced(&net).await?;
	net.leave(&FRESH).await?;
	a_job_is_answered_in_private(&net).await.context("answered")?;
	a_job_without_its_key_is_refunded(&net).await.context("without a key")?;
	an_executor_with_another_key_is_replaced(&net).await.context("another key")?;
	net.shutdown().await;
	Ok(())
}

async fn keys_are_announced(net: &Net) -> Result<()> {
	let announced = async {
		loop {
			let at = net.chain.at(net.chain.best().await?.hash);
			let keys = at.executor_keys(&net.worker_accounts()).await?;
			let distinct = keys.iter().flatten().collect::<BTreeSet<_>>();
			if distinct.len() == keys.len() {
				return anyhow::Ok(());
			}
			tokio::time::sleep(Duration::from_secs(1)).await;
		}
	};
	tokio::time::timeout(ANNOUNCED, announced).await.context("no keys")?
}

async fn a_job_is_answered_in_private(net: &Net) -> Result<()> {
	let (input, expected) = (part("held-out.safetensors")?, part("expected_int8.safetensors")?);
	let dir = tempfile::tempdir()?;
	let path = |name: &str| dir.path().join(name).display().to_string();
	let (file, output) = (path("in.safetensors"), path("out.safetensors"));
	std::fs::write(&file, input.to_canonical_bytes())?;
	let before = net.balance(&net.requester_account()).await?.reserved;

	let (tercet, model) = (net.tercet("//Bob")?, net.int8.model.to_string());
	let mut submit = vec!["job", "submit", "--model", &model, "--input", &file];
	submit.extend(["--price", "0.001", "--private", "--wait"]);
	tercet.json(&submit).await?;
	let best = net.chain.best().await?;
	let at = net.chain.at(best.hash);
	let job = JobId(at.job_count().await?.checked_sub(1).context("no job")?);
	let view = at.job(job).await?.context("no such job")?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	ensure!(view.committee.as_ref().is_some_and(|committee| committee.round == 0));

	let id = job.to_string();
	tercet.json(&["job", "result", &id, "--output", &output]).await?;
	ensure!(TensorMap::from_bytes(&std::fs::read(&output)?)? == expected, "the honest result");

	// Without the key there is nothing to see.
	let stranger = net.tercet("//Bob")?.with_data(dir.path().join("elsewhere"));
	let error = stranger.failure(&["job", "result", &id, "--output", &output]).await?;
	ensure!(error.contains("--job-key"), "{error}");
	let secrets = secrets(&input)?.into_iter().chain(secrets(&expected)?).collect::<Vec<_>>();
	unseen(&view.encode(), &secrets).context("the job's record")?;
	let stored = net.result(job, &view).await?;
	unseen(&stored.tensors.to_canonical_bytes(), &secrets).context("the result")?;
	let store = net.devnet.dir().join("store");
	ensure!(unseen_in(&store, &secrets)? > 0, "nothing is stored in {}", store.display());
	let proof = stored.prove(job, 3)?;
	ensure!(at.verify_item(job, 3, proof.digest, proof.proof).await? == Ok(()), "items are proved");

	// The envelopes are gone, and so is what was held for them.
	let after = at.balance(net.requester_account()).await?.reserved;
	ensure!(after == before + view.job.deposit, "{after} instead of {before} and the deposit");

	// The same in public.
	let payload = net.payload(input.to_canonical_bytes()).await?;
	let public = net.submit_request(net.request(ITEMS, payload, DEADLINE).await?).await?;
	let (_, view) = net.end_of(public).await?;
	ensure!(net.result(public, &view).await?.tensors == expected);
	ensure!(unseen_in(&store, &secrets).is_err(), "the search finds what is there");
	Ok(())
}

async fn a_job_without_its_key_is_refunded(net: &Net) -> Result<()> {
	let before = records(net, &FIRST).await?;
	let (job, _) = submit(net, 40).await?;
	let (head, view) = net.end_of(job).await?;
	let JobState::Refunded { statement, .. } = &view.job.state else {
		anyhow::bail!("not refunded: {:?}", view.job.state)
	};
	ensure!(statement.executors == 0 && statement.total() == Some(view.job.escrow));
	for seat in &view.committee.as_ref().context("no committee")?.seats {
		ensure!(seat.state == SeatState::Abstained, "{seat:?}");
	}
	unpunished(net, head, &FIRST, &before, 1).await
}

async fn an_executor_with_another_key_is_replaced(net: &Net) -> Result<()> {
	let culprit = FIRST[1];
	let before = records(net, &[culprit]).await?;
	let (job, key) = submit(net, 2 * DEADLINE).await?;
	let (_, view) = net.drawn(job).await?;
	let first = executors(&view);
	let accounts = net.worker_accounts();
	let victim = accounts.get(culprit).context("no such worker")?;
	let (victims, others): (Vec<_>, Vec<_>) =
		first.iter().cloned().partition(|account| account == victim);
	ensure!(victims.len() == 1 && others.len() == 2, "{first:?}");
	hand_over(net, &key, &key, &others).await?;
	hand_over(net, &key, &JobKey::random(), &victims).await?;
	net.enter(&FRESH).await?;
	let escalated = |view: &JobView| executors(view).len() == 5;
	let (_, view) = net.wait_for(job, escalated).await?;
	let fresh = executors(&view).into_iter().filter(|account| !first.contains(account));
	hand_over(net, &key, &key, &fresh.collect::<Vec<_>>()).await?;

	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "{:?}", view.job.state);
	let seats = &view.committee.as_ref().context("no committee")?.seats;
	for seat in seats {
		let abstained = seat.state == SeatState::Abstained;
		ensure!(abstained == (seat.executor == *victim), "{seat:?}");
	}
	unpunished(net, head, &[culprit], &before, 1).await?;
	let verified = net.result(job, &view).await?;
	let items = ItemSet::first(ITEMS);
	let opened = sealed::open_result(&verified.tensors, &key, &view.job.artifact, &items)?;
	ensure!(opened == part("expected_int8.safetensors")?, "the rest went on");
	Ok(())
}

/// Submits a private job whose key nobody has yet.
async fn submit(net: &Net, deadline: u32) -> Result<(JobId, JobKey)> {
	let key = JobKey::random();
	let at = net.chain.at(net.chain.best().await?.hash);
	let model = at.model(net.int8.model).await?.context("no model")?;
	let artifact: BlobRef = model.variants.first().context("no variant")?.artifact;
	let input = part("held-out.safetensors")?;
	let sealed = sealed::seal_input(&input, &net.requester_account(), &key, &artifact.digest)?;
	let payload = net.payload(sealed.to_canonical_bytes()).await?;
	let request = net.request(ITEMS, payload, deadline).await?;
	Ok((net.submit_request(request).await?, key))
}

/// Hands `content` to executors who wait for `key`.
async fn hand_over(
	net: &Net,
	key: &JobKey,
	content: &JobKey,
	executors: &[AccountId32],
) -> Result<()> {
	let at = net.chain.at(net.chain.best().await?.hash);
	let keys = at.executor_keys(executors).await?;
	let envelopes = executors.iter().zip(keys).map(|(executor, public)| {
		let envelope: Envelope = seal_for(content, &public.context("no key")?)?;
		Ok((executor.clone(), envelope))
	});
	let envelopes = envelopes.collect::<Result<Vec<_>>>()?;
	net.chain.submit(&net.requester, calls::hand_over(key.commitment(), envelopes)).await?;
	Ok(())
}

fn executors(view: &JobView) -> Vec<AccountId32> {
	let seats = view.committee.iter().flat_map(|committee| &committee.seats);
	seats.map(|seat| seat.executor.clone()).collect()
}

/// What counts against workers: slashes, and how often they abstained.
async fn records(net: &Net, workers: &[usize]) -> Result<Vec<(u128, u64)>> {
	let head = net.chain.best().await?;
	let mut records = Vec::new();
	for worker in workers {
		let provider = net.provider(head, *worker).await?;
		records.push((provider.pending_slashes, provider.abstained));
	}
	Ok(records)
}

/// Workers have abstained `times`, and were not slashed.
async fn unpunished(
	net: &Net,
	head: Head,
	workers: &[usize],
	before: &[(u128, u64)],
	times: u64,
) -> Result<()> {
	for (worker, (slashes, abstained)) in workers.iter().zip(before) {
		let provider = net.provider(head, *worker).await?;
		ensure!(provider.pending_slashes == *slashes, "{provider:?}");
		ensure!(provider.abstained == abstained + times, "{provider:?}");
		ensure!((provider.wrong, provider.silent, provider.withheld) == (0, 0, 0), "{provider:?}");
	}
	Ok(())
}

/// Items of an example that no other test stores.
fn part(file: &str) -> Result<TensorMap> {
	let all = TensorMap::from_bytes(&std::fs::read(example(file))?)?;
	all.select(&(200..200 + ITEMS).collect()).context("too few items")
}

/// The bytes of each item, by which it would be found.
fn secrets(map: &TensorMap) -> Result<Vec<Vec<u8>>> {
	let (_, tensor) = map.iter().next().context("no tensor")?;
	let length = tensor.data().len() / map.items() as usize;
	Ok(tensor.data().chunks(length).map(<[u8]>::to_vec).collect())
}

fn unseen(bytes: &[u8], secrets: &[Vec<u8>]) -> Result<()> {
	for secret in secrets {
		ensure!(!bytes.windows(secret.len()).any(|window| window == secret), "an item is there");
	}
	Ok(())
}

/// Files of a folder and those in it, none of which has an item.
fn unseen_in(folder: &Path, secrets: &[Vec<u8>]) -> Result<usize> {
	let mut files = 0;
	for entry in std::fs::read_dir(folder)? {
		let path = entry?.path();
		if path.is_dir() {
			files += unseen_in(&path, secrets)?;
		} else {
			unseen(&std::fs::read(&path)?, secrets).with_context(|| path.display().to_string())?;
			files += 1;
		}
	}
	Ok(files)
}
