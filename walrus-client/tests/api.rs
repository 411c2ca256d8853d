//! The local store's HTTP API as any client of Walrus sees it.

mod common;

use common::*;
use reqwest::{header, Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{json, Value};
use tercet_walrus_client::store::Options;

struct Api {
	server: Server,
	http: Client,
	_folder: tempfile::TempDir,
}

impl Api {
	async fn new() -> Self {
		let folder = tempfile::tempdir().unwrap();
		let options = Options { max_blob_size: 1_000, ..options() };
		let server = store(folder.path(), options).await;
		let http = Client::builder().no_proxy().build().unwrap();
		Self { server, http, _folder: folder }
	}

	fn request(&self, method: Method, path: &str) -> RequestBuilder {
		self.http.request(method, format!("{}{path}", self.server.url))
	}

	async fn put(&self, query: &str, body: &[u8]) -> Response {
		let request = self.request(Method::PUT, &format!("/v1/blobs{query}"));
		request.body(body.to_vec()).send().await.unwrap()
	}

	async fn get(&self, path: &str) -> Response {
		self.request(Method::GET, path).send().await.unwrap()
	}

	async fn ranged(&self, path: &str, range: &str) -> Response {
		let request = self.request(Method::GET, path).header(header::RANGE, range);
		request.send().await.unwrap()
	}
}

fn path(content: &[u8]) -> String {
	format!("/v1/blobs/{}", reference(content).blob_id)
}

fn value(response: &Response, name: header::HeaderName) -> &str {
	response.headers()[name].to_str().unwrap()
}

/// The error of an answer, after its general form was checked.
async fn error(response: Response, status: u16, kind: &str) -> Value {
	assert_eq!(response.status(), status);
	let body: Value = response.json().await.unwrap();
	assert_eq!(body["error"]["code"], status);
	assert_eq!(body["error"]["status"], kind);
	assert!(body["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
	body["error"]["details"][0]["reason"].clone()
}

#[tokio::test]
async fn put_answers_newly_created_then_already_certified() {
	let api = Api::new().await;
	let id = reference(b"abc").blob_id.to_string();
	let first: Value = api.put("?epochs=3&permanent=true", b"abc").await.json().await.unwrap();
	let object = &first["newlyCreated"]["blobObject"];
	assert_eq!(object["blobId"], json!(id));
	assert_eq!(object["size"], 3);
	assert_eq!(object["deletable"], false);
	let span = |name: &str| object["storage"][name].as_u64().unwrap();
	assert_eq!(span("endEpoch") - span("startEpoch"), 3);

	let second: Value = api.put("?epochs=2&permanent=true", b"abc").await.json().await.unwrap();
	assert_eq!(second["alreadyCertified"]["blobId"], json!(id));
	assert_eq!(second["alreadyCertified"]["endEpoch"], object["storage"]["endEpoch"]);
	assert_eq!(second["alreadyCertified"]["object"], object["id"]);

	// More epochs than before are a new purchase, under the same object.
	let third: Value = api.put("?epochs=4&permanent=true", b"abc").await.json().await.unwrap();
	let extended = &third["newlyCreated"]["blobObject"];
	assert_eq!(extended["id"], object["id"]);
	assert_eq!(extended["storage"]["endEpoch"].as_u64().unwrap(), span("endEpoch") + 1);
}

#[tokio::test]
async fn put_makes_blobs_deletable_unless_told_otherwise() {
	let api = Api::new().await;
	for (content, query, deletable) in [
		("a", "", true),
		("b", "?epochs=1", true),
		("c", "?deletable=true", true),
		("d", "?permanent=true", false),
		("e", "?deletable=false&permanent=true", false),
	] {
		let answer: Value = api.put(query, content.as_bytes()).await.json().await.unwrap();
		assert_eq!(answer["newlyCreated"]["blobObject"]["deletable"], deletable, "{query}");
	}
	// A deletable blob does not satisfy who wants a permanent one.
	let answer: Value = api.put("?permanent=true", b"a").await.json().await.unwrap();
	assert_eq!(answer["newlyCreated"]["blobObject"]["deletable"], false);
}

#[tokio::test]
async fn put_fails_when_a_parameter_is_malformed() {
	let api = Api::new().await;
	for query in [
		"?epochs=0",
		"?epochs=54",
		"?epochs=-1",
		"?epochs=max",
		"?permanent=yes",
		"?permanent=true&deletable=true",
		"?send_object_to=alice",
		"?send_object_to=0x",
	] {
		let reason = error(api.put(query, b"abc").await, 400, "INVALID_ARGUMENT").await;
		assert_eq!(reason, "MALFORMED_REQUEST", "{query}");
	}
	assert_eq!(api.put("?send_object_to=0xA1", b"abc").await.status(), 200);
}

#[tokio::test]
async fn put_fails_when_the_blob_is_too_large() {
	let api = Api::new().await;
	assert_eq!(api.put("", &[1; 1_000]).await.status(), 200);
	let reason = error(api.put("", &[1; 1_001]).await, 413, "FAILED_PRECONDITION").await;
	assert_eq!(reason, "BLOB_TOO_LARGE");
	error(api.put("", &vec![1; 3 << 20]).await, 413, "FAILED_PRECONDITION").await;

	// Without a length in the header.
	let pieces = (0..50).map(|_| Ok::<_, std::io::Error>(vec![1; 1_000]));
	let body = reqwest::Body::wrap_stream(futures::stream::iter(pieces));
	let response = api.request(Method::PUT, "/v1/blobs").body(body).send().await.unwrap();
	error(response, 413, "FAILED_PRECONDITION").await;
}

#[tokio::test]
async fn get_and_head_describe_the_content() {
	let api = Api::new().await;
	api.put("", b"0123456789").await;
	let path = path(b"0123456789");
	for method in [Method::GET, Method::HEAD] {
		let response = api.request(method.clone(), &path).send().await.unwrap();
		assert_eq!(response.status(), 200);
		assert_eq!(value(&response, header::CONTENT_LENGTH), "10");
		assert_eq!(value(&response, header::ACCEPT_RANGES), "bytes");
		assert!(path.ends_with(value(&response, header::ETAG).trim_matches('"')));
		let body = response.bytes().await.unwrap();
		assert_eq!(body.len(), if method == Method::GET { 10 } else { 0 });
	}
}

#[tokio::test]
async fn get_returns_the_range_that_was_asked_for() {
	let api = Api::new().await;
	api.put("", b"0123456789").await;
	let path = path(b"0123456789");
	for (range, span, content) in [
		("bytes=0-3", "bytes 0-3/10", "0123"),
		("bytes=7-", "bytes 7-9/10", "789"),
		("bytes=-2", "bytes 8-9/10", "89"),
		("bytes=5-500", "bytes 5-9/10", "56789"),
	] {
		let response = api.ranged(&path, range).await;
		assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
		assert_eq!(value(&response, header::CONTENT_RANGE), span);
		assert_eq!(response.text().await.unwrap(), content);
	}
	let response = api.ranged(&path, "bytes=10-").await;
	assert_eq!(value(&response, header::CONTENT_RANGE), "bytes */10");
	assert_eq!(error(response, 416, "OUT_OF_RANGE").await, "INVALID_BYTE_RANGE");
	let response = api.ranged(&path, "bytes=0-1,4-5").await;
	assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn get_finds_a_blob_by_its_object() {
	let api = Api::new().await;
	let answer: Value = api.put("", b"abc").await.json().await.unwrap();
	let object = answer["newlyCreated"]["blobObject"]["id"].as_str().unwrap();
	let path = format!("/v1/blobs/by-object-id/{object}");
	assert_eq!(api.get(&path).await.text().await.unwrap(), "abc");
	assert_eq!(api.ranged(&path, "bytes=1-1").await.text().await.unwrap(), "b");
	let unknown = format!("/v1/blobs/by-object-id/0x{}", "0".repeat(64));
	error(api.get(&unknown).await, 404, "NOT_FOUND").await;
	error(api.get("/v1/blobs/by-object-id/0x12").await, 400, "INVALID_ARGUMENT").await;
}

#[tokio::test]
async fn errors_have_the_form_of_walrus() {
	let api = Api::new().await;
	let reason = error(api.get(&path(b"unknown")).await, 404, "NOT_FOUND").await;
	assert_eq!(reason, "BLOB_NOT_FOUND");
	error(api.get("/v1/blobs/not-an-id").await, 400, "INVALID_ARGUMENT").await;
	error(api.get("/v1/blobs/..%2F..%2Fetc").await, 400, "INVALID_ARGUMENT").await;
	error(api.get("/v2").await, 404, "NOT_FOUND").await;
	error(api.get("/v1/blobs").await, 405, "UNIMPLEMENTED").await;
}

#[tokio::test]
async fn status_is_ok() {
	let api = Api::new().await;
	assert_eq!(api.get("/status").await.text().await.unwrap(), "OK");
}
