//! What the HTTP tests share: a running local store, servers that misbehave, quick settings.
#![allow(dead_code)] // Each test file uses its own part.

use axum::Router;
use std::{num::NonZeroU16, path::Path, time::Duration};
use tercet_walrus_client::{
	digest,
	store::{serve, LocalStore, Options},
	BlobId, BlobRef, Config, RetryPolicy, WalrusClient,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
	sync::oneshot,
	task::JoinHandle,
};

/// Few shards, so that ids cost nothing.
pub const SHARDS: NonZeroU16 = NonZeroU16::new(10).unwrap();

/// A server of this process, which ends when it is dropped or stopped.
pub struct Server {
	pub url: String,
	stop: Option<oneshot::Sender<()>>,
	task: JoinHandle<()>,
}

impl Server {
	/// Stops and waits until it did.
	pub async fn stop(mut self) {
		drop(self.stop.take());
		(&mut self.task).await.unwrap();
	}
}

impl Drop for Server {
	fn drop(&mut self) {
		self.task.abort();
	}
}

async fn listen() -> (TcpListener, String) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	(listener, url)
}

/// The options of test stores.
pub fn options() -> Options {
	Options { n_shards: SHARDS, max_blob_size: 1 << 20, ..Options::default() }
}

/// The local store over real HTTP.
pub async fn store(folder: &Path, options: Options) -> Server {
	let store = LocalStore::open(folder, options).unwrap();
	let (listener, url) = listen().await;
	let (stop, stopped) = oneshot::channel::<()>();
	let task = tokio::spawn(async move {
		let shutdown = async {
			let _ = stopped.await;
		};
		serve(listener, store, shutdown).await.unwrap();
	});
	Server { url, stop: Some(stop), task }
}

/// Any router over real HTTP.
pub async fn server(router: Router) -> Server {
	let (listener, url) = listen().await;
	let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
	Server { url, stop: None, task }
}

/// A server that reads a request, answers each connection with the next of `answers` (the last one
/// from then on), byte for byte, and closes.
pub async fn raw_server(answers: Vec<Vec<u8>>) -> Server {
	let (listener, url) = listen().await;
	let task = tokio::spawn(async move {
		let mut served = 0;
		loop {
			let (mut socket, _) = listener.accept().await.unwrap();
			let mut request = [0; 4096];
			let _ = socket.read(&mut request).await;
			let answer = &answers[served.min(answers.len() - 1)];
			let _ = socket.write_all(answer).await;
			let _ = socket.shutdown().await;
			served += 1;
		}
	});
	Server { url, stop: None, task }
}

/// An address at which nothing listens.
pub async fn dead() -> String {
	listen().await.1
}

/// Settings that fail quickly.
pub fn config(publishers: &[&str], aggregators: &[&str]) -> Config {
	let owned = |urls: &[&str]| urls.iter().map(|url| url.to_string()).collect();
	Config {
		publishers: owned(publishers),
		aggregators: owned(aggregators),
		n_shards: SHARDS,
		max_blob_size: 1 << 20,
		request_timeout: Duration::from_secs(5),
		idle_timeout: Duration::from_secs(5),
		not_found_retries: 0,
		retry: RetryPolicy {
			attempts: 3,
			base_delay: Duration::from_millis(5),
			max_delay: Duration::from_millis(20),
		},
		..Config::default()
	}
}

/// A client of one server for everything.
pub fn client(url: &str) -> WalrusClient {
	WalrusClient::new(config(&[url], &[url])).unwrap()
}

/// A client that reads from these.
pub fn reader(urls: &[&str]) -> WalrusClient {
	WalrusClient::new(config(&[], urls)).unwrap()
}

/// Bytes that depend on a seed.
pub fn content(len: usize, seed: u64) -> Vec<u8> {
	let mix = |i: u64| (i ^ seed.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
	(0..len as u64).map(|i| (mix(i + 1) >> 40) as u8).collect()
}

/// The true reference of some content.
pub fn reference(content: &[u8]) -> BlobRef {
	BlobRef {
		blob_id: BlobId::compute(content, SHARDS),
		digest: digest(content),
		size: content.len() as u64,
	}
}
