//! A store that is so slow that nothing is certain, and one that lies. It is the real store, behind a
//! relay that does to bytes what it likes.

use std::{
	sync::{
		atomic::{AtomicU8, Ordering},
		Arc,
	},
	time::Duration,
};

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::{find_binary, free_port, search_path, Devnet, Store};
use tercet_e2e::{Net, DEADLINE};
use tercet_primitives::{JobState, SeatState};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{
		tcp::{OwnedReadHalf, OwnedWriteHalf},
		TcpListener, TcpStream,
	},
};

/// What the relay does.
const HONEST: u8 = 0;
const SLOW: u8 = 1;
const LYING: u8 = 2;

/// Bytes that it passes on at once.
const CHUNK: usize = 4 << 10;

/// Answers shorter than this are not blobs.
const TALK: usize = 1 << 10;

/// What a slow one waits after each chunk: 10 KiB a second.
const PAUSE: Duration = Duration::from_millis(400);

/// How long it lies.
const LIES: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread")]
async fn jobs_settle_when_the_store_is_slow_and_when_it_lies_for_a_while() -> Result<()> {
	let mut net = Net::start(Devnet::builder().workers(3), 3).await?;
	// It moves to another port, and the relay takes its place.
	net.devnet.stop_store().await;
	let port = free_port()?;
	let binary = find_binary("tercet-store", &search_path())?;
	let mut store = Store::new(binary, net.devnet.dir(), port, &[]);
	store.start().await?;
	let mode = Arc::new(AtomicU8::new(SLOW));
	let relay = tokio::spawn(relay(net.devnet.ports().store, port, mode.clone()));

	// Down and up.
	let job = net.submit(512, 2 * DEADLINE).await?;
	let (_, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "slow: {:?}", view.job.state);

	mode.store(LYING, Ordering::Relaxed);
	let job = net.submit(512, 2 * DEADLINE).await?;
	net.drawn(job).await?;
	tokio::time::sleep(LIES).await;
	let view = net.chain.at(net.chain.best().await?.hash).job(job).await?.context("submitted")?;
	let seats = view.committee.context("drawn")?.seats;
	let silent = seats.iter().all(|seat| seat.state == SeatState::Awaited);
	ensure!(silent, "nobody says anything about what a liar sends: {seats:?}");
	mode.store(HONEST, Ordering::Relaxed);
	let (head, view) = net.end_of(job).await?;
	ensure!(matches!(view.job.state, JobState::Settled { .. }), "lies: {:?}", view.job.state);
	for worker in 0..3 {
		let provider = net.provider(head, worker).await?;
		ensure!(provider.verified == 2, "{provider:?}");
	}
	relay.abort();
	store.stop().await;
	net.shutdown().await;
	Ok(())
}

/// Listens on `from`, and passes on what it hears to and from `to`.
async fn relay(from: u16, to: u16, mode: Arc<AtomicU8>) -> Result<()> {
	let listener = TcpListener::bind(("127.0.0.1", from)).await?;
	loop {
		let (client, _) = listener.accept().await?;
		let (from_client, to_client) = client.into_split();
		let (from_store, to_store) = TcpStream::connect(("127.0.0.1", to)).await?.into_split();
		tokio::spawn(pass(from_client, to_store, mode.clone(), false));
		tokio::spawn(pass(from_store, to_client, mode.clone(), true));
	}
}

/// Passes on what one side says. Answers may be lies.
async fn pass(
	mut from: OwnedReadHalf,
	mut to: OwnedWriteHalf,
	mode: Arc<AtomicU8>,
	answers: bool,
) -> std::io::Result<()> {
	let mut chunk = vec![0; CHUNK];
	loop {
		let length = from.read(&mut chunk).await?;
		let Some(last) = length.checked_sub(1) else { return to.shutdown().await };
		match mode.load(Ordering::Relaxed) {
			SLOW => tokio::time::sleep(PAUSE).await,
			// One bit of a blob.
			LYING if answers && length > TALK => chunk[last] ^= 1,
			_ => {},
		}
		to.write_all(&chunk[..length]).await?;
	}
}
