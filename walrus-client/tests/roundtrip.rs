//! Client and local store, over real HTTP, when everything works.

mod common;

use common::*;
use std::{fs, time::Duration};
use tercet_walrus_client::{
	store::Options, BlobId, BlobStatus, Config, Error, Role, WalrusClient, DEFAULT_SHARDS,
};

#[tokio::test]
async fn read_returns_what_store_stored() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), options()).await;
	let client = client(&server.url);
	for len in [0, 1, 2, 1_000, 65_537, 1 << 20] {
		let content = content(len, 1);
		let stored = client.store(content.clone()).await.unwrap();
		assert_eq!(stored.blob_ref(), reference(&content));
		assert!(stored.end_epoch > 0);
		assert_eq!(client.read(&stored.blob_ref()).await.unwrap(), content);

		let mut streamed = Vec::new();
		let mut last = 0;
		let progress = |done, size| {
			assert!(done > last && size == len as u64);
			last = done;
		};
		client.read_to(&stored.blob_ref(), &mut streamed, progress).await.unwrap();
		assert_eq!((streamed, last), (content, len as u64));
	}
}

#[tokio::test]
async fn store_works_with_the_shards_of_mainnet() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), Options::default()).await;
	let config = Config { n_shards: DEFAULT_SHARDS, ..config(&[&server.url], &[&server.url]) };
	let client = WalrusClient::new(config).unwrap();
	let stored = client.store(&b"hello walrus"[..]).await.unwrap();
	assert_eq!(stored.blob_id.to_string(), "kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I");
	assert_eq!(client.read(&stored.blob_ref()).await.unwrap(), b"hello walrus"[..]);
}

#[tokio::test]
async fn read_to_file_leaves_the_complete_file() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(&folder.path().join("store"), options()).await;
	let client = client(&server.url);
	let content = content(300_000, 2);
	let blob = client.store(content.clone()).await.unwrap().blob_ref();
	let path = folder.path().join("model.onnx");
	client.read_to_file(&blob, &path, |_, _| ()).await.unwrap();
	assert_eq!(fs::read(&path).unwrap(), content);
}

#[tokio::test]
async fn store_succeeds_again_when_the_blob_is_there() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), options()).await;
	let client = client(&server.url);
	let first = client.store(content(100, 3)).await.unwrap();
	let second = client.store(content(100, 3)).await.unwrap();
	assert_eq!(first, second);
}

#[tokio::test]
async fn concurrent_stores_of_the_same_content_all_succeed() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), options()).await;
	let client = client(&server.url);
	let stores = (0..16).map(|index| {
		let client = client.clone();
		tokio::spawn(async move { client.store(content(50_000, index % 2)).await.unwrap() })
	});
	let results = futures::future::join_all(stores).await;
	for (index, result) in results.into_iter().enumerate() {
		let expected = reference(&content(50_000, index as u64 % 2));
		assert_eq!(result.unwrap().blob_ref(), expected);
		assert_eq!(client.read(&expected).await.unwrap().len(), 50_000);
	}
	let files = fs::read_dir(folder.path().join("blobs")).unwrap().count();
	assert_eq!(files, 4, "two blobs, each a content and a record");
	assert_eq!(fs::read_dir(folder.path().join("incoming")).unwrap().count(), 0);
}

#[tokio::test]
async fn status_tells_whether_a_blob_is_there() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), options()).await;
	let client = client(&server.url);
	let stored = client.store(content(77, 4)).await.unwrap();
	let there = client.status(&stored.blob_id).await.unwrap();
	assert_eq!(there, BlobStatus::Stored { size: Some(77) });
	assert_eq!(client.status(&BlobId([9; 32])).await.unwrap(), BlobStatus::Missing);
}

#[tokio::test]
async fn health_tells_each_server_apart() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), options()).await;
	let client = WalrusClient::new(config(&[&server.url], &[&dead().await, &server.url])).unwrap();
	let health = client.health().await;
	let roles: Vec<_> = health.iter().map(|server| server.role).collect();
	assert_eq!(roles, [Role::Publisher, Role::Aggregator, Role::Aggregator]);
	assert!(health[0].latency.is_ok() && health[2].latency.is_ok());
	assert!(matches!(health[1].latency, Err(Error::Unreachable { .. })));
}

#[tokio::test]
async fn a_restarted_store_keeps_its_blobs() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), options()).await;
	let stored = client(&server.url).store(content(5_000, 5)).await.unwrap();
	server.stop().await;

	let server = store(folder.path(), options()).await;
	let client = client(&server.url);
	assert_eq!(client.read(&stored.blob_ref()).await.unwrap(), content(5_000, 5));
	assert_eq!(client.store(content(5_000, 5)).await.unwrap(), stored);
}

#[tokio::test]
async fn a_damaged_blob_is_not_served_and_can_be_stored_again() {
	let folder = tempfile::tempdir().unwrap();
	let server = store(folder.path(), options()).await;
	let stored = client(&server.url).store(content(5_000, 6)).await.unwrap();
	server.stop().await;
	let path = folder.path().join("blobs").join(hex::encode(stored.blob_id));
	let mut damaged = fs::read(&path).unwrap();
	damaged[4_000] ^= 1;
	fs::write(&path, damaged).unwrap();

	let server = store(folder.path(), options()).await;
	let client = client(&server.url);
	let read = client.read(&stored.blob_ref()).await;
	assert!(matches!(read, Err(Error::NotFound)), "{read:?}");
	assert_eq!(fs::read_dir(folder.path().join("corrupt")).unwrap().count(), 1);
	client.store(content(5_000, 6)).await.unwrap();
	assert_eq!(client.read(&stored.blob_ref()).await.unwrap(), content(5_000, 6));
}

#[tokio::test]
async fn a_blob_is_gone_when_its_epochs_are_over() {
	let folder = tempfile::tempdir().unwrap();
	let short = Options { epoch_duration: Duration::from_secs(1), ..options() };
	let server = store(folder.path(), short).await;
	let config = Config { epochs: 2, ..config(&[&server.url], &[&server.url]) };
	let client = WalrusClient::new(config).unwrap();
	let stored = client.store(content(10, 7)).await.unwrap();
	assert!(client.read(&stored.blob_ref()).await.is_ok());
	tokio::time::sleep(Duration::from_millis(2_100)).await;
	let gone = client.read(&stored.blob_ref()).await;
	assert!(matches!(gone, Err(Error::NotFound)), "{gone:?}");
	let again = client.store(content(10, 7)).await.unwrap();
	assert!(again.end_epoch > stored.end_epoch);
	assert!(client.read(&stored.blob_ref()).await.is_ok());
}

#[tokio::test]
async fn open_fails_when_the_folder_is_in_use() {
	let folder = tempfile::tempdir().unwrap();
	let _server = store(folder.path(), options()).await;
	assert!(tercet_walrus_client::store::LocalStore::open(folder.path(), options()).is_err());
}
