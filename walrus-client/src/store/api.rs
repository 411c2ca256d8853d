//! The HTTP API over a [`LocalStore`].

use super::{
	failure::Failure,
	local::{LocalStore, Put},
	range::{wanted, Wanted},
	record::{ObjectId, Record, Terms},
};
use crate::{
	wire::{BlobObject, Storage, StoreAnswer},
	BlobId,
};
use axum::{
	body::Body,
	extract::{rejection::QueryRejection, Path, Query, State},
	http::{header, HeaderMap, Method, StatusCode},
	response::{IntoResponse, Response},
	routing::{get, put},
	Json, Router,
};
use futures::StreamExt;
use serde::Deserialize;
use std::{fs::File, io::SeekFrom, sync::Arc, time::Duration};
use tempfile::NamedTempFile;
use tokio::{
	io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
	sync::Semaphore,
	task::spawn_blocking,
	time::timeout,
};
use tokio_util::io::ReaderStream;

/// Uploads whose id is computed at the same time: each takes several times its size in memory.
const COMMITS: usize = 2;

/// How long a client may pause within an upload.
const IDLE: Duration = Duration::from_secs(30);

/// Bytes of a refused upload that are read anyway. A client that is still writing when the
/// connection closes would see a broken pipe instead of the reason.
const DRAIN: u64 = 64 << 20;

#[derive(Clone)]
struct Api {
	store: LocalStore,
	commits: Arc<Semaphore>,
}

/// The API as a router, to be served by [`serve`](super::serve()) or merged into another one.
pub fn router(store: LocalStore) -> Router {
	Router::new()
		.route("/v1/blobs", put(put_blob))
		.route("/v1/blobs/{blob_id}", get(get_blob))
		.route("/v1/blobs/by-object-id/{object_id}", get(get_by_object))
		.route("/status", get(|| async { "OK" }))
		.fallback(|| async { Failure::no_such_route(StatusCode::NOT_FOUND) })
		.method_not_allowed_fallback(|| async {
			Failure::no_such_route(StatusCode::METHOD_NOT_ALLOWED)
		})
		.with_state(Api { store, commits: Arc::new(Semaphore::new(COMMITS)) })
}

/// The parameters of a `PUT`.
#[derive(Deserialize)]
struct PutQuery {
	epochs: Option<u32>,
	permanent: Option<bool>,
	deletable: Option<bool>,
	send_object_to: Option<String>,
}

impl PutQuery {
	fn terms(self, max_epochs: u32) -> Result<Terms, Failure> {
		let epochs = self.epochs.unwrap_or(1);
		if epochs == 0 || epochs > max_epochs {
			let message = format!("epochs must be from 1 to {max_epochs}, not {epochs}");
			return Err(Failure::bad_request(message));
		}
		let (permanent, deletable) = (self.permanent == Some(true), self.deletable == Some(true));
		if permanent && deletable {
			return Err(Failure::bad_request("a blob is either permanent or deletable"));
		}
		if let Some(owner) = &self.send_object_to {
			let valid = owner.strip_prefix("0x").is_some_and(|digits| {
				(1..=64).contains(&digits.len())
					&& digits.bytes().all(|digit| digit.is_ascii_hexdigit())
			});
			if !valid {
				return Err(Failure::bad_request("send_object_to is not an address"));
			}
		}
		// Walrus' default is deletable.
		let deletable = !permanent && self.deletable != Some(false);
		Ok(Terms { epochs, deletable, owner: self.send_object_to })
	}
}

async fn put_blob(
	State(api): State<Api>,
	query: Result<Query<PutQuery>, QueryRejection>,
	headers: HeaderMap,
	body: Body,
) -> Result<Json<StoreAnswer>, Failure> {
	let options = api.store.options();
	let terms = query
		.map_err(|rejection| Failure::bad_request(rejection.body_text()))
		.and_then(|Query(query)| query.terms(options.max_epochs));
	let terms = match terms {
		Ok(terms) => terms,
		Err(failure) => {
			drain(body).await;
			return Err(failure);
		},
	};
	let announced = headers.get(header::CONTENT_LENGTH).and_then(|len| len.to_str().ok());
	if announced.is_some_and(|len| len.parse().is_ok_and(|len: u64| len > options.max_blob_size)) {
		drain(body).await;
		return Err(Failure::too_large(options.max_blob_size));
	}

	let upload = receive(&api.store, body).await?;
	let permit = api.commits.clone().acquire_owned().await.map_err(Failure::internal)?;
	let store = api.store.clone();
	let commit = move || {
		// Moved in, so that the place is taken as long as the work goes on, client or not.
		let _permit = permit;
		store.commit(upload, &terms)
	};
	let put = spawn_blocking(commit).await.map_err(Failure::internal)?;
	let put = put.map_err(Failure::internal)?;
	tracing::info!(
		blob_id = %put.record.blob_id,
		size = put.record.size,
		end_epoch = put.record.end_epoch,
		changed = put.changed,
		"stored"
	);
	Ok(Json(answer(put)))
}

/// Writes an upload to disk as it comes, up to the limit.
async fn receive(store: &LocalStore, body: Body) -> Result<NamedTempFile, Failure> {
	let limit = store.options().max_blob_size;
	let upload = store.begin().map_err(Failure::internal)?;
	let mut file = tokio::fs::File::from_std(upload.reopen().map_err(Failure::internal)?);
	let mut size = 0;
	let mut pieces = body.into_data_stream();
	loop {
		let piece = match timeout(IDLE, pieces.next()).await {
			Err(_) => return Err(Failure::too_slow()),
			Ok(None) => break,
			Ok(Some(Err(error))) => {
				return Err(Failure::bad_request(format!("the blob did not arrive: {error}")));
			},
			Ok(Some(Ok(piece))) => piece,
		};
		size += piece.len() as u64;
		if size > limit {
			drain(Body::from_stream(pieces)).await;
			return Err(Failure::too_large(limit));
		}
		file.write_all(&piece).await.map_err(Failure::internal)?;
	}
	file.flush().await.map_err(Failure::internal)?;
	Ok(upload)
}

/// Reads the rest of a refused upload, within reason.
async fn drain(body: Body) {
	let mut pieces = body.into_data_stream();
	let mut left = DRAIN;
	while let Ok(Some(Ok(piece))) = timeout(IDLE, pieces.next()).await {
		let Some(rest) = left.checked_sub(piece.len() as u64) else { return };
		left = rest;
	}
}

fn answer(put: Put) -> StoreAnswer {
	let Record { blob_id, size, start_epoch, end_epoch, deletable, .. } = put.record;
	let id = ObjectId::of(&blob_id).to_string();
	if !put.changed {
		return StoreAnswer::AlreadyCertified { blob_id, end_epoch, object: Some(id) };
	}
	let storage = Storage { id: id.clone(), start_epoch, end_epoch, storage_size: size };
	let blob_object = BlobObject {
		id,
		registered_epoch: start_epoch,
		blob_id,
		size,
		encoding_type: "RS2".into(),
		certified_epoch: Some(start_epoch),
		storage,
		deletable,
	};
	StoreAnswer::NewlyCreated { blob_object, cost: 0 }
}

async fn get_blob(
	State(api): State<Api>,
	Path(blob_id): Path<String>,
	method: Method,
	headers: HeaderMap,
) -> Result<Response, Failure> {
	let blob_id = blob_id
		.parse::<BlobId>()
		.map_err(|error| Failure::bad_request(format!("the blob ID is malformed: {error}")))?;
	content(api.store, blob_id, method, &headers).await
}

async fn get_by_object(
	State(api): State<Api>,
	Path(object_id): Path<String>,
	method: Method,
	headers: HeaderMap,
) -> Result<Response, Failure> {
	let object = object_id
		.parse::<ObjectId>()
		.map_err(|()| Failure::bad_request("an object ID is 0x and 64 hexadecimal digits"))?;
	let blob_id = api.store.blob_of(&object).ok_or_else(Failure::not_found)?;
	content(api.store, blob_id, method, &headers).await
}

async fn content(
	store: LocalStore,
	blob_id: BlobId,
	method: Method,
	headers: &HeaderMap,
) -> Result<Response, Failure> {
	let found = spawn_blocking(move || store.get(&blob_id)).await.map_err(Failure::internal)?;
	let (record, file) = found.map_err(Failure::internal)?.ok_or_else(Failure::not_found)?;
	let size = record.size;
	let fixed = [
		(header::CONTENT_TYPE, "application/octet-stream".to_owned()),
		(header::ACCEPT_RANGES, "bytes".to_owned()),
		(header::ETAG, format!("\"{blob_id}\"")),
		(header::CACHE_CONTROL, "public, max-age=86400, immutable".to_owned()),
		(header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
	];
	let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok());
	// Ranges are defined for GET only.
	let range = range.filter(|_| method == Method::GET);
	let span = |first: u64, len: u64| format!("bytes {first}-{}/{size}", first + len - 1);
	Ok(match wanted(range, size) {
		Wanted::Everything => {
			let body = part(file, 0, size).await?;
			(fixed, [(header::CONTENT_LENGTH, size.to_string())], body).into_response()
		},
		Wanted::Part { first, len } => {
			let body = part(file, first, len).await?;
			let special = [
				(header::CONTENT_LENGTH, len.to_string()),
				(header::CONTENT_RANGE, span(first, len)),
			];
			(StatusCode::PARTIAL_CONTENT, fixed, special, body).into_response()
		},
		Wanted::Unsatisfiable => {
			let whole = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
			(whole, Failure::no_such_range(size)).into_response()
		},
	})
}

/// A part of a file as a body that is read as it is sent.
async fn part(file: File, first: u64, len: u64) -> Result<Body, Failure> {
	let mut file = tokio::fs::File::from_std(file);
	file.seek(SeekFrom::Start(first)).await.map_err(Failure::internal)?;
	Ok(Body::from_stream(ReaderStream::with_capacity(file.take(len), 64 << 10)))
}
