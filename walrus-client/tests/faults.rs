//! Servers that are slow, down, wrong or lying, and what the client makes of them.

mod common;

use axum::{
	body::{Body, Bytes},
	http::{header, HeaderMap, StatusCode},
	routing::get,
	Json, Router,
};
use common::*;
use futures::StreamExt;
use serde_json::json;
use std::{
	convert::Infallible,
	sync::{
		atomic::{AtomicU32, Ordering::SeqCst},
		Arc,
	},
	time::{Duration, Instant},
};
use tercet_walrus_client::{BlobId, BlobRef, Config, Error, WalrusClient};

/// A router that answers every request the same way.
fn always(status: u16, body: impl Into<Bytes>) -> Router {
	let (status, body) = (StatusCode::from_u16(status).unwrap(), body.into());
	Router::new().fallback(move || {
		let body = body.clone();
		async move { (status, body) }
	})
}

/// A publisher that answers every store with this JSON.
fn publisher(answer: serde_json::Value) -> Router {
	Router::new().fallback(move |_: Bytes| {
		let answer = answer.clone();
		async move { Json(answer) }
	})
}

fn created(blob_id: BlobId, size: u64, deletable: bool) -> serde_json::Value {
	json!({ "newlyCreated": { "blobObject": {
		"id": "0x1", "blobId": blob_id, "size": size, "deletable": deletable,
		"storage": { "startEpoch": 1, "endEpoch": 9 },
	} } })
}

/// An answer of `declared` bytes that ends after `body`.
fn cut(status: &str, declared: usize, headers: &str, body: &[u8]) -> Vec<u8> {
	let head = format!("HTTP/1.1 {status}\r\ncontent-length: {declared}\r\n{headers}\r\n");
	[head.as_bytes(), body].concat()
}

#[tokio::test]
async fn store_succeeds_when_the_server_fails_twice() {
	let blob = reference(b"abc");
	let count = Arc::new(AtomicU32::new(0));
	let seen = count.clone();
	let router = Router::new().fallback(move |_: Bytes| {
		let tries = seen.fetch_add(1, SeqCst);
		async move {
			if tries < 2 {
				Err(StatusCode::SERVICE_UNAVAILABLE)
			} else {
				Ok(Json(created(blob.blob_id, 3, false)))
			}
		}
	});
	let server = server(router).await;
	let stored = client(&server.url).store(&b"abc"[..]).await.unwrap();
	assert_eq!((stored.blob_ref(), stored.end_epoch), (blob, 9));
	assert_eq!(count.load(SeqCst), 3);
}

#[tokio::test]
async fn everything_works_when_the_first_server_is_dead() {
	let folder = tempfile::tempdir().unwrap();
	let live = store(folder.path(), options()).await;
	let dead = dead().await;
	let client = WalrusClient::new(config(&[&dead, &live.url], &[&dead, &live.url])).unwrap();
	let stored = client.store(&b"abc"[..]).await.unwrap();
	assert_eq!(client.read(&stored.blob_ref()).await.unwrap(), b"abc"[..]);
}

#[tokio::test]
async fn unavailable_is_returned_when_every_server_is_dead() {
	let client = client(&dead().await);
	let stored = client.store(&b"abc"[..]).await.unwrap_err();
	let read = client.read(&reference(b"abc")).await.unwrap_err();
	let status = client.status(&reference(b"abc").blob_id).await.unwrap_err();
	for error in [stored, read, status] {
		assert!(error.is_transient());
		let Error::Unavailable { tries: 3, last } = error else { panic!("{error:?}") };
		assert!(matches!(*last, Error::Unreachable { .. }), "{last:?}");
	}
}

#[tokio::test]
async fn timeout_is_returned_when_the_server_is_slow() {
	let slow = Router::new().fallback(|| async {
		tokio::time::sleep(Duration::from_secs(60)).await;
	});
	let server = server(slow).await;
	let mut config = config(&[&server.url], &[&server.url]);
	config.request_timeout = Duration::from_millis(60);
	config.retry.attempts = 2;
	let client = WalrusClient::new(config).unwrap();
	let started = Instant::now();
	let stored = client.store(&b"abc"[..]).await.unwrap_err();
	let read = client.read(&reference(b"abc")).await.unwrap_err();
	for error in [stored, read] {
		let Error::Unavailable { tries: 2, last } = error else { panic!("{error:?}") };
		assert!(matches!(*last, Error::Timeout { .. }), "{last:?}");
	}
	assert!(started.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn timeout_is_returned_when_the_server_falls_silent() {
	let router = Router::new().fallback(|| async {
		let first = futures::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"a"))]);
		Body::from_stream(first.chain(futures::stream::pending()))
	});
	let server = server(router).await;
	let mut config = config(&[], &[&server.url]);
	config.idle_timeout = Duration::from_millis(50);
	config.retry.attempts = 1;
	let read = WalrusClient::new(config).unwrap().read(&reference(b"abc")).await.unwrap_err();
	let Error::Unavailable { last, .. } = read else { panic!("{read:?}") };
	assert!(matches!(*last, Error::Timeout { after, .. } if after.as_millis() == 50), "{last:?}");
}

#[tokio::test]
async fn truncated_is_returned_when_the_blob_is_shorter() {
	let server = server(always(200, &b"ab"[..])).await;
	let read = reader(&[&server.url]).read(&reference(b"abc")).await.unwrap_err();
	assert!(matches!(read, Error::Truncated { expected: 3, got: 2 }), "{read:?}");
	assert!(!read.is_transient());
}

#[tokio::test]
async fn interrupted_is_retried_when_the_connection_breaks() {
	let broken = cut("200 OK", 3, "", b"ab");
	let server = raw_server(vec![broken.clone()]).await;
	let read = reader(&[&server.url]).read(&reference(b"abc")).await.unwrap_err();
	let Error::Unavailable { tries: 3, last } = read else { panic!("{read:?}") };
	assert!(matches!(*last, Error::Interrupted { expected: 3, got: 2, .. }), "{last:?}");

	let server = raw_server(vec![broken, cut("200 OK", 3, "", b"abc")]).await;
	assert_eq!(reader(&[&server.url]).read(&reference(b"abc")).await.unwrap(), b"abc"[..]);
}

#[tokio::test]
async fn read_to_goes_on_where_the_connection_broke() {
	let rest = |range| cut("206 Partial Content", 2, range, b"cd");
	for second in [
		rest("content-range: bytes 2-3/4\r\n"),
		// A server that does not know ranges sends everything again.
		cut("200 OK", 4, "", b"abcd"),
	] {
		let server = raw_server(vec![cut("200 OK", 4, "", b"ab"), second]).await;
		let mut content = Vec::new();
		let client = reader(&[&server.url]);
		client.read_to(&reference(b"abcd"), &mut content, |_, _| ()).await.unwrap();
		assert_eq!(content, b"abcd");
	}
	let wrong = rest("content-range: bytes 1-2/4\r\n");
	let server = raw_server(vec![cut("200 OK", 4, "", b"ab"), wrong]).await;
	let client = reader(&[&server.url]);
	let read = client.read_to(&reference(b"abcd"), &mut Vec::new(), |_, _| ()).await;
	assert!(matches!(read, Err(Error::BadResponse { .. })), "{read:?}");
}

#[tokio::test]
async fn too_long_is_returned_when_the_blob_is_longer() {
	let server_of_four = server(always(200, &b"abcd"[..])).await;
	let read = reader(&[&server_of_four.url]).read(&reference(b"abc")).await.unwrap_err();
	assert!(matches!(read, Error::TooLong { expected: 3 }), "{read:?}");

	// Without a length in the header, and without an end.
	let endless = Router::new().fallback(|| async {
		let piece = Ok::<_, Infallible>(Bytes::from_static(&[0; 1000]));
		Body::from_stream(futures::stream::repeat(piece))
	});
	let server = server(endless).await;
	let mut sink = Vec::new();
	let client = reader(&[&server.url]);
	let read = client.read_to(&reference(&[0; 1500]), &mut sink, |_, _| ()).await;
	assert!(matches!(read, Err(Error::TooLong { expected: 1500 })), "{read:?}");
	assert!(sink.len() <= 1500);
}

#[tokio::test]
async fn a_lying_aggregator_is_named_and_passed_over() {
	let liar = server(always(200, &b"abX"[..])).await;
	let read = reader(&[&liar.url]).read(&reference(b"abc")).await.unwrap_err();
	let Error::BlobIdMismatch { expected, got } = read else { panic!("{read:?}") };
	assert_eq!((expected, got), (reference(b"abc").blob_id, reference(b"abX").blob_id));

	let honest = server(always(200, &b"abc"[..])).await;
	let client = reader(&[&liar.url, &honest.url]);
	assert_eq!(client.read(&reference(b"abc")).await.unwrap(), b"abc"[..]);
}

#[tokio::test]
async fn a_file_is_read_from_the_one_honest_server() {
	let liar = server(always(200, &b"abX"[..])).await;
	let honest = server(always(200, &b"abc"[..])).await;
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("blob");
	let client = reader(&[&liar.url, &dead().await, &honest.url]);
	client.read_to_file(&reference(b"abc"), &path, |_, _| ()).await.unwrap();
	assert_eq!(std::fs::read(&path).unwrap(), b"abc");

	let path = folder.path().join("other");
	let client = reader(&[&liar.url, &liar.url]);
	let read = client.read_to_file(&reference(b"abc"), &path, |_, _| ()).await;
	assert!(matches!(read, Err(Error::DigestMismatch { .. })), "{read:?}");
	assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[tokio::test]
async fn digest_mismatch_is_returned_when_the_reference_contradicts_itself() {
	let server = server(always(200, &b"abc"[..])).await;
	let wrong = BlobRef { digest: [0; 32], ..reference(b"abc") };
	let read = reader(&[&server.url]).read(&wrong).await.unwrap_err();
	assert!(matches!(read, Error::DigestMismatch { expected: [0, ..], .. }), "{read:?}");
	let mut sink = Vec::new();
	let read = reader(&[&server.url]).read_to(&wrong, &mut sink, |_, _| ()).await;
	assert!(matches!(read, Err(Error::DigestMismatch { .. })), "{read:?}");
}

#[tokio::test]
async fn a_lying_publisher_is_named_and_passed_over() {
	let (right, wrong) = (reference(b"abc").blob_id, reference(b"xyz").blob_id);
	let certified = json!({ "alreadyCertified": { "blobId": wrong, "endEpoch": 9 } });
	for answer in [created(wrong, 3, false), certified] {
		let liar = server(publisher(answer)).await;
		let stored = client(&liar.url).store(&b"abc"[..]).await.unwrap_err();
		let Error::BlobIdMismatch { expected, got } = stored else { panic!("{stored:?}") };
		assert_eq!((expected, got), (right, wrong));

		let honest = server(publisher(created(right, 3, false))).await;
		let client = WalrusClient::new(config(&[&liar.url, &honest.url], &[])).unwrap();
		assert_eq!(client.store(&b"abc"[..]).await.unwrap().blob_id, right);
	}
}

#[tokio::test]
async fn store_fails_when_the_answer_is_not_what_was_asked_for() {
	let id = reference(b"abc").blob_id;
	let store = |answer| async {
		let server = server(publisher(answer)).await;
		client(&server.url).store(&b"abc"[..]).await
	};
	for bad in [created(id, 4, false), created(id, 3, true), json!({}), json!({ "blobId": id })] {
		let stored = store(bad).await;
		assert!(matches!(stored, Err(Error::BadResponse { .. })), "{stored:?}");
	}
	let stored = store(json!({ "markedInvalid": { "blobId": id, "event": {} } })).await;
	assert!(matches!(stored, Err(Error::MarkedInvalid(of)) if of == id), "{stored:?}");
	let certified = json!({ "alreadyCertified": { "blobId": id, "endEpoch": 7, "event": {} } });
	assert_eq!(store(certified).await.unwrap().end_epoch, 7);
}

#[tokio::test]
async fn bad_response_is_returned_when_the_answer_is_endless() {
	let server = server(always(200, vec![b' '; 1 << 20])).await;
	let stored = client(&server.url).store(&b"abc"[..]).await;
	assert!(matches!(stored, Err(Error::BadResponse { .. })), "{stored:?}");
}

#[tokio::test]
async fn refusals_have_names_and_are_not_retried() {
	for (status, name) in [
		(400, "Rejected"),
		(401, "Forbidden"),
		(403, "Forbidden"),
		(404, "NotFound"),
		(413, "TooLarge"),
		(416, "RangeNotSatisfiable"),
		(418, "Rejected"),
		(451, "Withheld"),
		(204, "BadResponse"),
	] {
		let count = Arc::new(AtomicU32::new(0));
		let seen = count.clone();
		let router = Router::new().fallback(move || {
			seen.fetch_add(1, SeqCst);
			let body = json!({ "error": {
				"status": "X", "code": status, "message": "because\u{1b}", "details": [],
			} });
			async move { (StatusCode::from_u16(status).unwrap(), Json(body)) }
		});
		let server = server(router).await;
		let read = reader(&[&server.url]).read(&reference(b"abc")).await.unwrap_err();
		assert!(format!("{read:?}").starts_with(name), "{status}: {read:?}");
		assert!(!read.is_transient());
		assert_eq!(count.load(SeqCst), 1, "{status}");
		if let Error::Rejected { message, .. } | Error::Forbidden { message, .. } = read {
			assert_eq!(message, "because");
		}
		let stored = client(&server.url).store(&b"abc"[..]).await.unwrap_err();
		let name = if status == 404 { "Rejected" } else { name };
		assert!(format!("{stored:?}").starts_with(name), "{status}: {stored:?}");
		assert_eq!(count.load(SeqCst), 2, "{status}");
	}
}

#[tokio::test]
async fn failures_of_servers_are_retried() {
	for status in [408, 429, 500, 502, 503, 504] {
		let server = server(always(status, "")).await;
		let read = reader(&[&server.url]).read(&reference(b"abc")).await.unwrap_err();
		let Error::Unavailable { tries: 3, last } = read else { panic!("{read:?}") };
		assert!(matches!(*last, Error::ServerFailed { status: got, .. } if got == status));
	}
}

#[tokio::test]
async fn a_404_is_doubted_as_often_as_configured() {
	let count = Arc::new(AtomicU32::new(0));
	let seen = count.clone();
	let router = Router::new().fallback(move || {
		let tries = seen.fetch_add(1, SeqCst);
		async move {
			if tries < 2 {
				Err(StatusCode::NOT_FOUND)
			} else {
				Ok("abc")
			}
		}
	});
	let server = server(router).await;
	let config = Config { not_found_retries: 2, ..config(&[], &[&server.url]) };
	let client = WalrusClient::new(config).unwrap();
	assert_eq!(client.read(&reference(b"abc")).await.unwrap(), b"abc"[..]);
	assert_eq!(count.load(SeqCst), 3);
}

#[tokio::test]
async fn too_large_is_returned_without_a_request() {
	let client = client(&dead().await);
	let limit = client.config().max_blob_size;
	let blob = BlobRef { size: limit + 1, ..reference(b"") };
	let expected = |error: Error| matches!(error, Error::TooLarge { size, limit: Some(l) } if l == limit && size == l + 1);
	assert!(expected(client.read(&blob).await.unwrap_err()));
	let mut sink = Vec::new();
	assert!(expected(client.read_to(&blob, &mut sink, |_, _| ()).await.unwrap_err()));
	assert!(expected(client.store(vec![0; limit as usize + 1]).await.unwrap_err()));
}

#[tokio::test]
async fn a_missing_role_is_a_configuration_error() {
	let server = server(always(200, "")).await;
	let stored = reader(&[&server.url]).store(&b"abc"[..]).await;
	assert!(matches!(stored, Err(Error::InvalidConfig(_))), "{stored:?}");
}

#[tokio::test]
async fn the_token_goes_to_publishers_only() {
	let router = || {
		let answer = created(reference(b"abc").blob_id, 3, false);
		Router::new()
			.route(
				"/v1/blobs/{id}",
				get(|headers: HeaderMap| async move {
					headers.get(header::AUTHORIZATION).map_or("abc", |_| "leaked")
				}),
			)
			.fallback(move |headers: HeaderMap, _: Bytes| {
				let token = headers.get(header::AUTHORIZATION).cloned();
				let answer = answer.clone();
				async move {
					match token {
						Some(token) if token == "Bearer s3cret" => Ok(Json(answer)),
						_ => Err(StatusCode::UNAUTHORIZED),
					}
				}
			})
	};
	let server = server(router()).await;
	let token = Some("s3cret".to_owned());
	let config = Config { bearer_token: token, ..config(&[&server.url], &[&server.url]) };
	let with = WalrusClient::new(config).unwrap();
	assert!(with.store(&b"abc"[..]).await.is_ok());
	assert_eq!(with.read(&reference(b"abc")).await.unwrap(), b"abc"[..]);
	let without = client(&server.url).store(&b"abc"[..]).await;
	assert!(matches!(without, Err(Error::Forbidden { .. })), "{without:?}");
}

#[tokio::test]
async fn write_errors_are_final() {
	let server = server(always(200, "abc")).await;
	let mut space = [0; 2];
	let mut full = std::io::Cursor::new(&mut space[..]);
	let read = reader(&[&server.url]).read_to(&reference(b"abc"), &mut full, |_, _| ()).await;
	assert!(matches!(read, Err(Error::Write(_))), "{read:?}");
}
