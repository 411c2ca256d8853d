//! The real client against the real local store.

use tercet_primitives::{BlobRef, H256};
use tercet_walrus_client::store::{serve, LocalStore, Options};
use tercet_worker::store::{Store, StoreError, WalrusStore};

/// A store on a free port, for as long as the test runs, and its folder.
async fn local_store() -> (WalrusStore, tempfile::TempDir) {
	let folder = tempfile::tempdir().unwrap();
	let store = LocalStore::open(folder.path(), Options::default()).unwrap();
	let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	tokio::spawn(serve(listener, store, std::future::pending()));
	(WalrusStore::new(vec![url], 1 << 20, 5).unwrap(), folder)
}

#[tokio::test]
async fn read_returns_what_was_stored_when_reference_and_content_agree() {
	let (store, _folder) = local_store().await;
	store.reachable().await.unwrap();
	let blob = store.store(b"result".to_vec()).await.unwrap();
	assert_eq!(blob.size, 6);
	assert_eq!(store.read(&blob).await.unwrap(), b"result");
}

#[tokio::test]
async fn read_fails_when_digest_or_size_or_blob_is_wrong() {
	let (store, _folder) = local_store().await;
	let blob = store.store(b"result".to_vec()).await.unwrap();
	let wrong_digest = BlobRef { digest: H256::zero(), ..blob };
	assert!(matches!(store.read(&wrong_digest).await, Err(StoreError::Mismatch(_))));
	for size in [5, 7] {
		let read = store.read(&BlobRef { size, ..blob }).await;
		assert!(matches!(read, Err(StoreError::WrongSize(_))), "{size}: {read:?}");
	}
	let unknown = BlobRef { blob_id: [9; 32], ..blob };
	assert!(matches!(store.read(&unknown).await, Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn store_fails_when_the_content_is_too_large() {
	let (store, _folder) = local_store().await;
	let error = store.store(vec![0; (1 << 20) + 1]).await.unwrap_err();
	assert!(matches!(error, StoreError::Final(_)), "{error}");
}
