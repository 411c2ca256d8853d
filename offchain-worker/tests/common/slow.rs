//! A real store at the end of a long line.

use std::{
	collections::HashSet,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Mutex,
	},
	time::Duration,
};

use async_trait::async_trait;
use tercet_primitives::{BlobRef, H256};
use tercet_walrus_client::store::{serve, LocalStore, Options};
use tercet_worker::store::{Store, StoreError, WalrusStore};
use tokio::sync::watch;

/// A local store behind HTTP, with time to pass before each request, and gates that stop some of them.
pub struct SlowStore {
	store: WalrusStore,
	_folder: tempfile::TempDir,
	/// Time before each request.
	pub delay: Duration,
	/// Blobs that nobody can read until the gate opens.
	pub withheld: Mutex<HashSet<H256>>,
	/// Whether nothing can be written until the gate opens.
	pub deaf: watch::Sender<bool>,
	gate: watch::Sender<bool>,
	now: AtomicUsize,
	/// Most reads at the same time.
	pub most: AtomicUsize,
	/// Reads that were begun.
	pub reads: AtomicUsize,
}

impl SlowStore {
	pub async fn start(delay: Duration) -> Self {
		let folder = tempfile::tempdir().unwrap();
		let options = Options { max_blob_size: 128 << 20, ..Options::default() };
		let store = LocalStore::open(folder.path(), options).unwrap();
		let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}", listener.local_addr().unwrap());
		tokio::spawn(serve(listener, store, std::future::pending()));
		Self {
			store: WalrusStore::new(vec![url], 128 << 20, 5).unwrap(),
			_folder: folder,
			delay,
			withheld: Mutex::default(),
			deaf: watch::Sender::new(false),
			gate: watch::Sender::new(false),
			now: AtomicUsize::new(0),
			most: AtomicUsize::new(0),
			reads: AtomicUsize::new(0),
		}
	}

	/// Stores at once, as a requester did long ago.
	pub async fn put(&self, content: &[u8]) -> BlobRef {
		self.store.store(content.to_vec()).await.unwrap()
	}

	/// Lets everybody through.
	pub fn open(&self) {
		self.deaf.send_replace(false);
		self.gate.send_replace(true);
	}

	async fn wait(gate: &watch::Sender<bool>, wanted: bool) {
		gate.subscribe().wait_for(|open| *open == wanted).await.unwrap();
	}
}

#[async_trait]
impl Store for SlowStore {
	async fn read(&self, blob: &BlobRef) -> Result<Vec<u8>, StoreError> {
		self.reads.fetch_add(1, Ordering::Relaxed);
		self.most.fetch_max(self.now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
		if self.withheld.lock().unwrap().contains(&blob.digest) {
			Self::wait(&self.gate, true).await;
		}
		tokio::time::sleep(self.delay).await;
		let content = self.store.read(blob).await;
		self.now.fetch_sub(1, Ordering::Relaxed);
		content
	}

	async fn store(&self, content: Vec<u8>) -> Result<BlobRef, StoreError> {
		Self::wait(&self.deaf, false).await;
		tokio::time::sleep(self.delay).await;
		self.store.store(content).await
	}
}
