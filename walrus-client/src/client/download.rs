//! Reading: `GET /v1/blobs/{id}`, never further than the declared size, and checked.

use super::{
	answer::{refusal, transport},
	endpoint, within, WalrusClient,
};
use crate::{blob_ref::Digest, retry::over_servers, BlobId, BlobRef, Error, Result};
use bytes::{Buf, Bytes};
use reqwest::{
	header::{CONTENT_RANGE, RANGE},
	Response, StatusCode, Url,
};
use std::{io, path::Path, time::Instant};
use tempfile::NamedTempFile;
use tokio::{
	io::{AsyncWrite, AsyncWriteExt},
	sync::Mutex,
	time::timeout,
};

impl WalrusClient {
	/// Reads a blob into memory.
	///
	/// Never holds more than `blob.size` bytes of it. If the digest is wrong, the blob id of what
	/// arrived is computed to find out who is at fault: an aggregator that sent something else is
	/// passed over, and only a reference that contradicts itself is [`Error::DigestMismatch`].
	///
	/// # Errors
	///
	/// [`Error::TooLarge`] before any request, [`Error::TooLong`], [`Error::Truncated`],
	/// [`Error::DigestMismatch`], [`Error::BlobIdMismatch`], [`Error::NotFound`] once every
	/// aggregator said so, and everything else that aggregators may answer.
	pub async fn read(&self, blob: &BlobRef) -> Result<Bytes> {
		self.accepts(blob)?;
		let config = self.config();
		let is_final =
			|error: &Error| matches!(error, Error::DigestMismatch { .. } | Error::Write(_));
		let servers = &self.inner.aggregators;
		over_servers(
			servers,
			config.retry,
			config.not_found_retries,
			is_final,
			|server| async move {
				// In bounds: the size was checked against the limit of the settings.
				let mut content = Vec::with_capacity(blob.size as usize);
				let mut transfer = Transfer::new(blob);
				let mut silent = |_, _| ();
				let attempt = self.get(&server, &mut transfer, &mut content, &mut silent);
				within(config.attempt_timeout(blob.size), &server, attempt).await?;
				match transfer.check() {
					Ok(()) => Ok(Bytes::from(content)),
					Err(mismatch) => Err(self.whose_fault(blob, content, mismatch).await),
				}
			},
		)
		.await
	}

	/// Streams a blob to `writer`, which gets `blob.size` bytes at most, and flushes it.
	///
	/// After a failure that time may heal, the next attempt goes on where the last one ended. The
	/// digest is compared at the end: until this returns, what was written is not to be trusted.
	/// `progress` is called with the bytes written so far and the size, after each piece.
	///
	/// # Errors
	///
	/// As [`Self::read`], but nobody can say who is at fault for [`Error::DigestMismatch`], and
	/// [`Error::Write`] if the writer fails.
	pub async fn read_to(
		&self,
		blob: &BlobRef,
		writer: &mut (impl AsyncWrite + Unpin),
		progress: impl FnMut(u64, u64),
	) -> Result<()> {
		self.read_from(&self.inner.aggregators, blob, writer, progress).await
	}

	/// Reads a blob to the file at `path`, which is either not touched or complete and checked.
	///
	/// If the digest is wrong, every aggregator is asked on its own before giving up, so that one
	/// that lies does not hide one that does not. `progress` then starts again from 0.
	///
	/// # Errors
	///
	/// As [`Self::read_to`].
	pub async fn read_to_file(
		&self,
		blob: &BlobRef,
		path: &Path,
		mut progress: impl FnMut(u64, u64),
	) -> Result<()> {
		let all = &self.inner.aggregators;
		let mut result = self.read_to_new_file(all, blob, path, &mut progress).await;
		if all.len() > 1 && matches!(result, Err(Error::DigestMismatch { .. })) {
			for server in all.chunks(1) {
				match self.read_to_new_file(server, blob, path, &mut progress).await {
					Ok(()) => return Ok(()),
					Err(error @ Error::Write(_)) => return Err(error),
					// As long as a server may recover, the mismatch is not the last word.
					Err(error) if error.is_transient() => result = Err(error),
					Err(_) => {},
				}
			}
		}
		result
	}

	async fn read_to_new_file(
		&self,
		servers: &[Url],
		blob: &BlobRef,
		path: &Path,
		progress: impl FnMut(u64, u64),
	) -> Result<()> {
		// In the same folder, since a file can be renamed only within its file system.
		let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
		let temporary = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
		let mut file = tokio::fs::File::from_std(temporary.reopen()?);
		self.read_from(servers, blob, &mut file, progress).await?;
		file.sync_all().await?;
		temporary.persist(path).map_err(|error| error.error)?;
		Ok(())
	}

	async fn read_from(
		&self,
		servers: &[Url],
		blob: &BlobRef,
		writer: &mut (impl AsyncWrite + Unpin),
		progress: impl FnMut(u64, u64),
	) -> Result<()> {
		self.accepts(blob)?;
		let config = self.config();
		let state = Mutex::new((Transfer::new(blob), writer, progress));
		let state = &state;
		let is_final = |error: &Error| matches!(error, Error::Write(_));
		over_servers(
			servers,
			config.retry,
			config.not_found_retries,
			is_final,
			|server| async move {
				let mut state = state.lock().await;
				let (transfer, writer, progress) = &mut *state;
				let limit = config.attempt_timeout(blob.size - transfer.done);
				within(limit, &server, self.get(&server, transfer, *writer, progress)).await
			},
		)
		.await?;
		let mut state = state.lock().await;
		state.1.flush().await?;
		state.0.check()
	}

	/// One attempt on one aggregator to bring a transfer to its end.
	async fn get(
		&self,
		server: &Url,
		transfer: &mut Transfer,
		writer: &mut (impl AsyncWrite + Unpin),
		progress: &mut impl FnMut(u64, u64),
	) -> Result<()> {
		let BlobRef { blob_id, size, .. } = transfer.blob;
		if transfer.done > 0 && transfer.done == size {
			// Only the end of the answer was missing.
			return Ok(());
		}
		let mut request = self.inner.http.get(endpoint(server, &format!("v1/blobs/{blob_id}"))?);
		if transfer.done > 0 {
			request = request.header(RANGE, format!("bytes={}-", transfer.done));
		}
		let started = Instant::now();
		let mut response =
			request.send().await.map_err(|error| transport(server, started, error))?;
		let Some(mut skip) = bytes_to_skip(server, &response, transfer)? else {
			return Err(refusal(server, response, size).await);
		};
		if let Some(len) = response.content_length() {
			transfer.compare(transfer.done - skip + len)?;
		}

		loop {
			let idle = self.config().idle_timeout;
			let mut chunk = match timeout(idle, response.chunk()).await {
				Ok(Ok(Some(chunk))) => chunk,
				Ok(Ok(None)) => break,
				Ok(Err(_)) => return Err(transfer.interrupted(server)),
				Err(_) => {
					return Err(Error::Timeout { server: server.to_string(), after: idle });
				},
			};
			let known = skip.min(chunk.len() as u64);
			skip -= known;
			chunk.advance(known as usize);
			if transfer.done + chunk.len() as u64 > size {
				return Err(Error::TooLong { expected: size });
			}
			if !chunk.is_empty() {
				transfer.write(&chunk, writer).await?;
				progress(transfer.done, size);
			}
		}
		transfer.compare(transfer.done - skip)
	}

	/// Tells a server that sent another blob from a reference whose digest is not its blob's.
	async fn whose_fault(&self, blob: &BlobRef, content: Vec<u8>, mismatch: Error) -> Error {
		let n_shards = self.config().n_shards;
		let got = tokio::task::spawn_blocking(move || BlobId::compute(&content, n_shards))
			.await
			.expect("computing an id does not panic for a checked configuration; qed");
		if got == blob.blob_id {
			mismatch
		} else {
			Error::BlobIdMismatch { expected: blob.blob_id, got }
		}
	}
}

/// How much of the answer to an attempt that goes on was written before; none for a refusal.
fn bytes_to_skip(server: &Url, response: &Response, transfer: &Transfer) -> Result<Option<u64>> {
	match response.status() {
		// Servers may ignore a range, and send everything.
		StatusCode::OK => Ok(Some(transfer.done)),
		StatusCode::PARTIAL_CONTENT if transfer.done > 0 => {
			let range = response.headers().get(CONTENT_RANGE).and_then(|v| v.to_str().ok());
			let total = range
				.and_then(|range| range.strip_prefix("bytes "))
				.and_then(|range| range.strip_prefix(&format!("{}-", transfer.done)))
				.and_then(|range| range.split_once('/'))
				.and_then(|(_, total)| total.parse().ok());
			let Some(total) = total else {
				return Err(Error::BadResponse {
					server: server.to_string(),
					reason: format!("unexpected range {range:?}"),
				});
			};
			transfer.compare(total)?;
			Ok(Some(0))
		},
		_ => Ok(None),
	}
}

/// How far a blob has come, over as many attempts as it takes.
struct Transfer {
	blob: BlobRef,
	/// Bytes that were written and hashed.
	done: u64,
	digest: Digest,
}

impl Transfer {
	fn new(blob: &BlobRef) -> Self {
		Self { blob: *blob, done: 0, digest: Digest::new() }
	}

	/// Writes a piece. Counts what the writer took even when the attempt is cut off in between, so
	/// that the next one goes on at the right place.
	async fn write(
		&mut self,
		mut piece: &[u8],
		writer: &mut (impl AsyncWrite + Unpin),
	) -> Result<()> {
		while !piece.is_empty() {
			let written = writer.write(piece).await?;
			if written == 0 {
				return Err(io::Error::from(io::ErrorKind::WriteZero).into());
			}
			self.digest.update(&piece[..written]);
			self.done += written as u64;
			piece = &piece[written..];
		}
		Ok(())
	}

	/// Compares a length that a server states with the declared one.
	fn compare(&self, len: u64) -> Result<()> {
		let expected = self.blob.size;
		match len {
			_ if len > expected => Err(Error::TooLong { expected }),
			_ if len < expected => Err(Error::Truncated { expected, got: len }),
			_ => Ok(()),
		}
	}

	fn interrupted(&self, server: &Url) -> Error {
		Error::Interrupted { server: server.to_string(), expected: self.blob.size, got: self.done }
	}

	/// Compares the digest of everything that was written.
	fn check(&self) -> Result<()> {
		let (expected, got) = (self.blob.digest, self.digest.finish());
		if got == expected {
			Ok(())
		} else {
			Err(Error::DigestMismatch { expected, got })
		}
	}
}
