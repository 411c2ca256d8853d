//! `tercet-store`: a Walrus publisher and aggregator for one machine.

use anyhow::Context;
use clap::Parser;
use std::{
	io::Write,
	net::SocketAddr,
	num::{NonZeroU16, NonZeroU64},
	path::PathBuf,
	time::Duration,
};
use tercet_walrus_client::store::{serve, LocalStore, Options};
use tokio::signal::unix::{signal, SignalKind};
use tracing_subscriber::EnvFilter;

/// A Walrus publisher and aggregator for one machine.
///
/// Keeps blobs in a folder and speaks Walrus' HTTP API, with the same blob ids that Walrus gives, so
/// that devnets and tests need no network. Give its address to a client both as publisher and as
/// aggregator:
///
///   tercet-store --dir ./blobs &
///   curl -X PUT --data-binary @model.tar 'http://127.0.0.1:31415/v1/blobs?epochs=5&permanent=true'
///   curl http://127.0.0.1:31415/v1/blobs/<blob id>
///
/// Everybody who reaches the address can store and read: keep it on loopback or in a private
/// network. Logs go to standard error, filtered by RUST_LOG.
#[derive(Parser)]
#[command(version, verbatim_doc_comment)]
struct Args {
	/// Address to listen on; port 0 picks a free one, which the first line of the output tells.
	#[arg(
		long,
		value_name = "ADDRESS",
		default_value = "127.0.0.1:31415",
		env = "TERCET_STORE_LISTEN"
	)]
	listen: SocketAddr,

	/// Folder to keep blobs in. Created if missing; one process at a time can use it. What is in it
	/// survives restarts.
	#[arg(long, value_name = "FOLDER", env = "TERCET_STORE_DIR")]
	dir: PathBuf,

	/// Shards of the committee that is imitated. Blob ids depend on it, so it must be the same for
	/// all clients. Walrus mainnet and testnet have 1000; a few make computing ids much faster.
	#[arg(long, value_name = "COUNT", default_value_t = Options::default().n_shards)]
	shards: NonZeroU16,

	/// Largest blob to accept, in bytes. Computing the id of a blob takes about five times its size
	/// in memory.
	#[arg(long, value_name = "BYTES", default_value_t = Options::default().max_blob_size)]
	max_size: u64,

	/// Length of an epoch in seconds. Blobs are gone when the epochs are over that they were stored
	/// for.
	#[arg(long, value_name = "SECONDS", default_value_t = default_epoch())]
	epoch_seconds: NonZeroU64,
}

fn default_epoch() -> NonZeroU64 {
	NonZeroU64::new(Options::default().epoch_duration.as_secs())
		.expect("the default epoch is two weeks; qed")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
	let args = Args::parse();
	let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
	tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

	let options = Options {
		n_shards: args.shards,
		max_blob_size: args.max_size,
		epoch_duration: Duration::from_secs(args.epoch_seconds.get()),
		..Options::default()
	};
	let store = LocalStore::open(&args.dir, options)
		.with_context(|| format!("cannot open the store in {}", args.dir.display()))?;
	// Before the line that others wait for: from then on a signal must not kill us half-way.
	let mut terminate = signal(SignalKind::terminate())?;
	let mut interrupt = signal(SignalKind::interrupt())?;
	let listener = tokio::net::TcpListener::bind(args.listen)
		.await
		.with_context(|| format!("cannot listen on {}", args.listen))?;

	let mut stdout = std::io::stdout();
	writeln!(stdout, "listening on http://{}", listener.local_addr()?)?;
	stdout.flush()?;
	tracing::info!(dir = %args.dir.display(), blobs = store.len(), epoch = store.epoch(), "open");

	let shutdown = async move {
		tokio::select! {
			_ = terminate.recv() => {},
			_ = interrupt.recv() => {},
		}
		tracing::info!("stopping");
	};
	serve(listener, store, shutdown).await.context("the server failed")
}
