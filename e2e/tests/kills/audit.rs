//! What must hold when all is over, by the blocks, the jobs, the journals and the accounts.

use std::{
	collections::{BTreeMap, BTreeSet},
	path::PathBuf,
	time::{Duration, Instant},
};

use anyhow::{bail, ensure, Context, Result};
use codec::{Compact, Decode, DecodeAll, Encode};
use serde_json::json;
use tercet_chain_client::{calls, keys};
use tercet_cli::devnet::Worker;
use tercet_e2e::Net;
use tercet_primitives::{
	hashing::commitment, AccountId32, Balance, Duty, JobId, JobState, SeatState, H256, TCT,
};
use tercet_worker::{
	health::Earnings,
	journal::{Entry, Journal},
};

use crate::websocket::Socket;

/// What workers claim at least, at once.
const LEAST: Balance = TCT / 10;

/// How long the last claims may take.
const PATIENCE: Duration = Duration::from_secs(240);

type Seat = (JobId, AccountId32);

/// What was found, besides nothing wrong.
#[derive(Clone, Debug, Default)]
pub struct Found {
	/// Jobs that ended.
	pub jobs: usize,
	/// Of these, those that a committee agreed on.
	pub settled: usize,
	/// Seats that revealed.
	pub answered: usize,
	/// Seats that abstained in time.
	pub abstained: usize,
	/// Blocks that were looked through.
	pub blocks: u32,
	/// Rewards that were claimed.
	pub claims: usize,
	/// Transactions of workers that failed in a block.
	pub refused: usize,
}

/// What the blocks say.
#[derive(Default)]
struct Blocks {
	/// Commitments that the chain took.
	taken: BTreeMap<Seat, Vec<H256>>,
	/// Commitments that anybody put into a block, taken or not.
	said: BTreeMap<Seat, BTreeSet<H256>>,
	/// How often each job ended.
	ends: BTreeMap<JobId, usize>,
	/// What was claimed: for whom, of which era.
	claims: BTreeMap<(AccountId32, u32), Vec<Balance>>,
	/// What jobs paid.
	paid: BTreeMap<AccountId32, Balance>,
	/// Transactions that failed, of anybody.
	failed: usize,
}

/// Waits until everybody has claimed what is worth it.
pub async fn claimed(net: &mut Net) -> Result<()> {
	let until = Instant::now() + PATIENCE;
	let mut restart = Instant::now() + Duration::from_secs(40);
	loop {
		let at = net.chain.at(net.chain.best().await?.hash);
		let mut left = Vec::new();
		for (worker, account) in net.worker_accounts().into_iter().enumerate() {
			let claimable = at.claimable(account).await?;
			if claimable.iter().map(|(_, amount)| amount).sum::<Balance>() >= LEAST {
				left.push(worker);
			}
		}
		if left.is_empty() {
			return Ok(());
		}
		ensure!(Instant::now() < until, "workers {left:?} do not claim");
		if Instant::now() > restart {
			// One that has claimed waits long for more.
			restart = Instant::now() + Duration::from_secs(40);
			for worker in left {
				net.devnet.stop_worker(worker).await?;
				net.devnet.restart_worker(worker)?;
			}
		}
		tokio::time::sleep(Duration::from_secs(1)).await;
	}
}

/// Has workers count what has come until now, as each does when it starts: one that is stopped right
/// after a claim has not looked at that block yet.
pub async fn counted(net: &mut Net) -> Result<()> {
	let head = net.chain.best().await?.number;
	for worker in 0..net.devnet.workers().len() {
		net.devnet.stop_worker(worker).await?;
		net.devnet.restart_worker(worker)?;
	}
	let until = Instant::now() + PATIENCE;
	for worker in net.devnet.workers() {
		let dir = state_dir(net, worker)?;
		while Earnings::load(&dir).block < head {
			ensure!(Instant::now() < until, "{} does not look at block {head}", dir.display());
			tokio::time::sleep(Duration::from_millis(100)).await;
		}
	}
	Ok(())
}

/// Where a worker keeps its journal and counts its money.
fn state_dir(net: &Net, worker: &Worker) -> Result<PathBuf> {
	let name = worker.log().file_stem().context("a log without a name")?;
	Ok(net.devnet.dir().join(name))
}

/// Checks everything; no worker runs any more.
pub async fn everything(net: &Net, jobs: &[JobId]) -> Result<Found> {
	let head = net.chain.best().await?;
	let blocks = read(net, head.number).await?;
	let at = net.chain.at(head.hash);
	let mut found = Found { blocks: head.number, refused: blocks.failed, ..Found::default() };

	for (seat, commitments) in &blocks.taken {
		ensure!(commitments.len() == 1, "{seat:?} committed more than once: {commitments:?}");
		ensure!(blocks.said.contains_key(seat), "{seat:?} committed in no transaction");
	}
	for (seat, commitments) in &blocks.said {
		ensure!(commitments.len() == 1, "{seat:?} said different things: {commitments:?}");
	}
	for job in jobs {
		let view = at.job(*job).await?.with_context(|| format!("no job {job}"))?;
		let statement = view.job.state.statement();
		ensure!(statement.total() == Some(view.job.escrow), "job {job}: {statement:?}");
		let ends = blocks.ends.get(job).copied().unwrap_or_default();
		ensure!(ends == 1, "job {job} ended {ends} times");
		found.jobs += 1;
		match view.job.state {
			JobState::Settled { .. } => found.settled += 1,
			state => bail!("job {job} ended as {state:?}"),
		}
		for seat in &view.committee.with_context(|| format!("job {job}"))?.seats {
			match &seat.state {
				SeatState::Revealed(_) => found.answered += 1,
				SeatState::Abstained => found.abstained += 1,
				state => bail!("job {job}: {} is {state:?}", seat.executor),
			}
		}
	}
	for account in net.worker_accounts() {
		let provider = at.provider(account.clone()).await?.context("not a provider")?;
		let bad = [provider.wrong, provider.withheld, provider.silent, provider.alone];
		ensure!(bad == [0; 4], "{account}: {provider:?}");
	}
	opened(net, &blocks)?;
	found.claims = rewarded(net, &blocks)?;
	Ok(found)
}

/// Each commitment that the chain took can be opened by the journal of who made it.
fn opened(net: &Net, blocks: &Blocks) -> Result<()> {
	let genesis = net.chain.genesis();
	let mut open = 0;
	for worker in net.devnet.workers() {
		let dir = state_dir(net, worker)?;
		let entries = Journal::open(&dir, genesis)?.entries()?;
		let mut opens = BTreeSet::new();
		for (seat, entry) in entries {
			if let Entry::Answered { response, salt, .. } = entry {
				let account = &worker.account;
				let hash = commitment(&genesis, seat.job, seat.round, account, &response, &salt);
				opens.insert((seat.job, hash));
			}
		}
		for ((job, account), commitments) in &blocks.taken {
			if *account != worker.account {
				continue;
			}
			for commitment in commitments {
				let known = opens.contains(&(*job, *commitment));
				ensure!(known, "{account} has lost what opens its commitment to job {job}");
				open += 1;
			}
		}
		let left = std::fs::read_dir(&dir)?.filter_map(Result::ok);
		let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
		let litter = left.iter().filter(|name| name.as_encoded_bytes().starts_with(b".tmp"));
		ensure!(litter.count() == 0, "{}: {left:?}", dir.display());
	}
	let taken = blocks.taken.values().map(Vec::len).sum::<usize>();
	ensure!(open == taken, "{taken} commitments, {open} of them by workers");
	Ok(())
}

/// Each reward was claimed once, and each worker has counted what it got.
fn rewarded(net: &Net, blocks: &Blocks) -> Result<usize> {
	for (whose, claims) in &blocks.claims {
		ensure!(claims.len() == 1, "{whose:?} was claimed {} times", claims.len());
	}
	for worker in net.devnet.workers() {
		let dir = state_dir(net, worker)?;
		let earnings = Earnings::load(&dir);
		let paid = blocks.paid.get(&worker.account).copied().unwrap_or_default();
		let own = blocks.claims.iter().filter(|((account, _), _)| *account == worker.account);
		let rewards = own.flat_map(|(_, claims)| claims).sum::<Balance>();
		ensure!(
			(earnings.jobs, earnings.rewards) == (paid, rewards),
			"{} was paid {paid} and {rewards}, and counts {earnings:?}",
			dir.display()
		);
	}
	Ok(blocks.claims.len())
}

/// Reads all blocks up to `last`.
async fn read(net: &Net, last: u32) -> Result<Blocks> {
	let mut socket = Socket::connect(net.devnet.ports().rpc).await?;
	let answer = call_index(net).await?;
	let mut blocks = Blocks::default();
	for number in 1..=last {
		let hash =
			net.chain.hash_of(number).await?.with_context(|| format!("no block {number}"))?;
		for event in net.chain.at(hash).events().await? {
			if event.is("Verification", "Committed") {
				let (job, who, commitment) = event.decode::<(JobId, AccountId32, H256)>()?;
				blocks.taken.entry((job, who)).or_default().push(commitment);
			} else if event.is("Payouts", "Claimed") {
				let (who, era, amount) = event.decode::<(AccountId32, u32, Balance)>()?;
				blocks.claims.entry((who, era)).or_default().push(amount);
			} else if event.is("Payouts", "Paid") {
				let (_, who, amount) = event.decode::<(JobId, AccountId32, Balance)>()?;
				*blocks.paid.entry(who).or_default() += amount;
			} else if event.is("System", "ExtrinsicFailed") {
				eprintln!("block {number}: {}", event.fields);
				blocks.failed += 1;
			} else if ["Settled", "Invalid", "Refunded"]
				.iter()
				.any(|end| event.is("JobMarket", end))
			{
				*blocks.ends.entry(event.decode::<JobId>()?).or_default() += 1;
			}
		}
		let hash = format!("0x{}", hex::encode(hash));
		let block = socket.ask("chain_getBlock", json!([hash])).await?;
		let extrinsics = block["block"]["extrinsics"].as_array().context("no extrinsics")?;
		for extrinsic in extrinsics {
			let text = extrinsic.as_str().context("not text")?;
			let bytes = hex::decode(text.trim_start_matches("0x"))?;
			let Some((who, duties)) = answers(&bytes, answer) else { continue };
			for duty in duties {
				if let Duty::Commit { job, commitment } = duty {
					blocks.said.entry((job, who.clone())).or_default().insert(commitment);
				}
			}
		}
	}
	Ok(blocks)
}

/// Pallet and call of [`calls::answer`].
async fn call_index(net: &Net) -> Result<[u8; 2]> {
	let alice = keys::from_uri("//Alice")?;
	let (bytes, _) = net.chain.sign(&alice, &calls::answer(Vec::new()), 0, None).await?;
	match bytes[..] {
		[.., pallet, call, 0] => Ok([pallet, call]),
		_ => bail!("a call that ends otherwise"),
	}
}

/// Who does which duties in an extrinsic, if it is a signed one that does. The call is what ends it.
fn answers(mut bytes: &[u8], answer: [u8; 2]) -> Option<(AccountId32, Vec<Duty>)> {
	/// Signed, by an account that is named by its id.
	const SIGNED: [u8; 2] = [0x84, 0];
	Compact::<u32>::decode(&mut bytes).ok()?;
	let rest = bytes.strip_prefix(&SIGNED)?;
	let who = AccountId32::decode(&mut &rest[..]).ok()?;
	let place = (who.encoded_size()..rest.len()).find_map(|place| {
		let call = rest[place..].strip_prefix(&answer)?;
		Vec::<Duty>::decode_all(&mut &call[..]).ok()
	});
	Some((who, place?))
}
