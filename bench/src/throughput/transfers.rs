//! A flood of transfers that ends: in waves, with the pool watched, and lost ones sent again.

use std::time::Duration;

use anyhow::{bail, Context, Result};
use codec::Decode;
use tercet_chain_client::{calls, keys, Error, Keypair};
use tercet_cli::storage;
use tercet_e2e::Net;
use tercet_primitives::{AccountId32, MILLI_TCT};

use super::seconds;

/// Accounts that send.
const SENDERS: [&str; 4] = ["//Dave", "//Eve", "//Ferdie", "//Alice"];

/// Transfers on their way at the same time, of all senders together: many blocks' worth, and few
/// enough that a wave is through long before its transactions expire.
const WAVE: u32 = 8_000;

/// Blocks without a transfer after which what is missing is sent again.
const STALLED: u32 = 3;

/// Attempts to get a wave through.
const ATTEMPTS: u32 = 8;

/// Who sends, and where its part of a wave ends.
struct Sender {
	key: Keypair,
	account: AccountId32,
	/// Nonce after the last transfer of the wave.
	end: u64,
}

/// Sends `count` transfers; gives how many of them a second of chain time took.
pub async fn flood(net: &Net, count: u32) -> Result<f64> {
	let mut first = None;
	let (mut sent, mut last) = (0, 0);
	while sent < count {
		let size = WAVE.min(count - sent).max(SENDERS.len() as u32);
		let (from, to, transfers) = wave(net, size / SENDERS.len() as u32).await?;
		first.get_or_insert(from);
		last = to;
		sent += transfers;
	}
	Ok(f64::from(sent) / seconds(first.unwrap_or(last), last))
}

/// Sends `each` transfers of every sender, and waits until all are in blocks: the first such block,
/// the last one, and how many there were.
async fn wave(net: &Net, each: u32) -> Result<(u32, u32, u32)> {
	let mut senders = Vec::new();
	for uri in SENDERS {
		let key = keys::from_uri(uri)?;
		let account = keys::account_id(&key);
		let end = nonce(net, &account).await? + u64::from(each);
		senders.push(Sender { key, account, end });
	}
	let total = each * SENDERS.len() as u32;
	let mut number = net.chain.best().await?.number;
	let (mut first, mut seen) = (None, 0);
	for _ in 0..ATTEMPTS {
		send(net, &senders).await?;
		let mut idle = 0;
		while idle < STALLED {
			number += 1;
			let included = included(net, number).await?;
			seen += included;
			if included == 0 {
				idle += 1;
				continue;
			}
			idle = 0;
			first.get_or_insert(number);
			if seen >= total {
				return Ok((first.unwrap_or(number), number, total));
			}
		}
		eprintln!("  {} of {total} transfers are missing in block {number}; again", total - seen);
	}
	bail!("only {seen} of {total} transfers were included")
}

/// Gives the pool what no block has yet, signed anew in case it has expired: in the order of nonces,
/// all senders at once.
async fn send(net: &Net, senders: &[Sender]) -> Result<()> {
	let (anchor, to) = (net.chain.best().await?, net.requester_account());
	let mut queues = Vec::new();
	for sender in senders {
		let mut queue = Vec::new();
		for nonce in nonce(net, &sender.account).await?..sender.end {
			let call = calls::transfer_keep_alive(to.clone(), MILLI_TCT);
			queue.push(net.chain.sign(&sender.key, &call, nonce, Some(anchor)).await?.0);
		}
		queues.push(queue);
	}
	futures::future::try_join_all(queues.iter().map(|queue| async move {
		for transfer in queue {
			match net.chain.submit_bytes(transfer).await {
				// The pool has one with that nonce, or a block meanwhile.
				Ok(_) | Err(Error::Pool { .. }) => (),
				Err(error) => return Err(error.into()),
			}
		}
		anyhow::Ok(())
	}))
	.await?;
	Ok(())
}

/// The account's next nonce as far as blocks go, whatever the pool has.
async fn nonce(net: &Net, account: &AccountId32) -> Result<u64> {
	let best = net.chain.best().await?;
	let key = storage::entry("System", "Account", account);
	let info = net.chain.at(best.hash).storage(&key).await?.context("the sender has nothing")?;
	// `AccountInfo` starts with the nonce.
	Ok(u32::decode(&mut &info[..])?.into())
}

/// Transfers of a block, once there is one.
async fn included(net: &Net, number: u32) -> Result<u32> {
	while net.chain.best().await?.number < number {
		tokio::time::sleep(Duration::from_millis(100)).await;
	}
	let hash = net.chain.hash_of(number).await?.context("the block is gone")?;
	let events = net.chain.at(hash).events().await?;
	let transfers = events.iter().filter(|event| event.is("Balances", "Transfer"));
	// What hooks and other calls move is not ours.
	Ok(transfers.filter(|event| event.extrinsic.is_some()).count() as u32)
}
