//! Transfers: as many as the network takes, or at a pace.

use std::time::Duration;

use anyhow::{bail, Context, Result};
use codec::Decode;
use tercet_chain_client::{calls, keys, ChainClient, Error, Head, Keypair};
use tercet_cli::storage;
use tercet_primitives::{AccountId32, BlockNumber, MILLI_TCT, SLOT_MILLIS};
use tokio::time::{Instant, MissedTickBehavior};

use crate::{
	watch::{self, Filled},
	Network,
};

/// Accounts that send, each through another node.
const SENDERS: [&str; 4] = ["//Dave", "//Eve", "//Ferdie", "//Alice"];

/// Who receives.
const RECEIVER: &str = "//One";

/// Wait between looks.
const POLL: Duration = Duration::from_millis(200);

/// Blocks without a transfer after which what is missing is sent again.
const STALLED: u32 = 4;

/// Attempts to get everything through.
const ATTEMPTS: u32 = 8;

/// One of the senders.
struct Sender {
	key: Keypair,
	account: AccountId32,
	chain: ChainClient,
	/// Nonce of the next transfer.
	next: u64,
}

/// What became of transfers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
	/// How many there were.
	pub transfers: u64,
	/// How many of them a second of chain time took, from the first block that had any to the last.
	pub per_second: f64,
	/// Slots in that stretch, and how many of them have a block.
	pub filled: Filled,
}

/// Sends `count` transfers at once, and waits until all are in blocks.
///
/// # Errors
/// If they get stuck.
pub async fn flood(net: &Network, count: u64) -> Result<Load> {
	let mut senders = senders(net).await?;
	let before = senders[0].chain.best().await?;
	let each = (count / senders.len() as u64).max(1);
	futures::future::try_join_all(senders.iter_mut().map(|sender| sender.send(each))).await?;
	let last = included(&senders).await?;
	measured(&senders[0].chain, before, last, each * senders.len() as u64).await
}

/// Sends `per_second` transfers, evenly, for `slots`, and waits until all are in blocks.
///
/// # Errors
/// If they get stuck.
pub async fn paced(net: &Network, per_second: f64, slots: u64) -> Result<Load> {
	/// Transfers are sent in bursts of this length: short against a slot.
	const TICK: Duration = Duration::from_millis(200);
	let mut senders = senders(net).await?;
	let before = senders[0].chain.best().await?;
	let each = per_second / senders.len() as f64;
	let start = Instant::now();
	let length = Duration::from_millis(slots * SLOT_MILLIS);
	let sending = senders.iter_mut().map(|sender| async move {
		let mut ticks = tokio::time::interval(TICK);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		let mut sent = 0;
		while start.elapsed() < length {
			ticks.tick().await;
			let due = (start.elapsed().as_secs_f64() * each) as u64;
			sender.send(due - sent).await?;
			sent = due;
		}
		anyhow::Ok(sent)
	});
	let sent: u64 = futures::future::try_join_all(sending).await?.into_iter().sum();
	let last = included(&senders).await?;
	measured(&senders[0].chain, before, last, sent).await
}

async fn senders(net: &Network) -> Result<Vec<Sender>> {
	let mut senders = Vec::new();
	for (index, uri) in SENDERS.iter().enumerate() {
		let key = keys::from_uri(uri)?;
		let account = keys::account_id(&key);
		let chain = net.chains(&[index % net.count()]).await?.remove(0);
		let next = nonce(&chain, &account).await?;
		senders.push(Sender { key, account, chain, next });
	}
	Ok(senders)
}

impl Sender {
	/// Gives its node so many more, in the order of nonces.
	async fn send(&mut self, count: u64) -> Result<()> {
		let end = self.next + count;
		let signed = self.sign(self.next..end).await?;
		self.next = end;
		submit(&self.chain, signed).await
	}

	async fn sign(&self, nonces: std::ops::Range<u64>) -> Result<Vec<Vec<u8>>> {
		let to = keys::account_id(&keys::from_uri(RECEIVER)?);
		let call = calls::transfer_keep_alive(to, MILLI_TCT);
		let anchor = self.chain.finalized().await?;
		let mut signed = Vec::new();
		for nonce in nonces {
			signed.push(self.chain.sign(&self.key, &call, nonce, Some(anchor)).await?.0);
		}
		Ok(signed)
	}
}

async fn submit(chain: &ChainClient, transfers: Vec<Vec<u8>>) -> Result<()> {
	for transfer in transfers {
		match chain.submit_bytes(&transfer).await {
			// The pool has one with that nonce, or a block meanwhile.
			Ok(_) | Err(Error::Pool { .. }) => (),
			Err(error) => return Err(error.into()),
		}
	}
	Ok(())
}

/// Waits until blocks have everything that was sent; sends again what got lost on the way. Gives the
/// best block of that moment.
async fn included(senders: &[Sender]) -> Result<Head> {
	let chain = &senders[0].chain;
	for _ in 0..ATTEMPTS {
		let (mut missing, mut since) = (u64::MAX, chain.best().await?.number);
		loop {
			let best = chain.best().await?;
			let mut now = 0;
			for sender in senders {
				now += sender.next.saturating_sub(nonce(chain, &sender.account).await?);
			}
			if now == 0 {
				return Ok(best);
			}
			if now < missing {
				(missing, since) = (now, best.number);
			} else if best.number > since + STALLED {
				break;
			}
			tokio::time::sleep(POLL).await;
		}
		for sender in senders {
			let first = nonce(chain, &sender.account).await?;
			submit(&sender.chain, sender.sign(first..sender.next).await?).await?;
		}
	}
	bail!("transfers are stuck")
}

/// What the blocks after `before` up to `last` say.
async fn measured(chain: &ChainClient, before: Head, last: Head, transfers: u64) -> Result<Load> {
	let mut first = None;
	let mut end = before.number;
	for number in before.number + 1..=last.number {
		if has_transfers(chain, number).await? {
			first.get_or_insert(number);
			end = number;
		}
	}
	let first = first.context("no block has a transfer")?;
	// Counted from the block before, so that the first one's slot is in it.
	let filled = watch::filled(chain, first - 1, end).await?;
	let seconds = filled.slots as f64 * SLOT_MILLIS as f64 / 1000.0;
	Ok(Load { transfers, per_second: transfers as f64 / seconds, filled })
}

async fn has_transfers(chain: &ChainClient, number: BlockNumber) -> Result<bool> {
	let hash = chain.hash_of(number).await?.context("a block is gone")?;
	let events = chain.at(hash).events().await?;
	// What hooks move is not ours.
	Ok(events.iter().any(|event| event.is("Balances", "Transfer") && event.extrinsic.is_some()))
}

/// The account's next nonce as far as blocks go, whatever the pool has.
async fn nonce(chain: &ChainClient, account: &AccountId32) -> Result<u64> {
	let best = chain.best().await?;
	let key = storage::entry("System", "Account", account);
	let info = chain.at(best.hash).storage(&key).await?.context("the sender has nothing")?;
	// `AccountInfo` starts with the nonce.
	Ok(u32::decode(&mut &info[..])?.into())
}
