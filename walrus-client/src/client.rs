//! The client: storing through publishers, reading through aggregators.

mod answer;
mod download;
mod health;
mod upload;

pub use health::{BlobStatus, Role, ServerHealth};

use crate::{BlobRef, Config, Error, Result};
use reqwest::{redirect, Url};
use std::{net::IpAddr, sync::Arc, time::Duration};

/// A client of one Walrus network, reached through some publishers and aggregators.
///
/// Cheap to clone; clones share connections. All requests need a Tokio runtime.
#[derive(Clone, Debug)]
pub struct WalrusClient {
	inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
	config: Config,
	publishers: Vec<Url>,
	aggregators: Vec<Url>,
	http: reqwest::Client,
}

impl WalrusClient {
	/// A client with these settings. Makes no request.
	///
	/// # Errors
	///
	/// [`Error::InvalidConfig`] for settings that can never work.
	pub fn new(config: Config) -> Result<Self> {
		let (publishers, aggregators) = config.check()?;
		let mut http = reqwest::Client::builder()
			.user_agent(concat!("tercet-walrus-client/", env!("CARGO_PKG_VERSION")))
			.connect_timeout(config.connect_timeout)
			.redirect(redirect::Policy::limited(3))
			// Sizes are checked as bytes on the wire: a decompressed body could be any size.
			.no_gzip()
			.no_brotli()
			.no_zstd()
			.no_deflate();
		if publishers.iter().chain(&aggregators).all(is_loopback) {
			// A store on this machine is never behind the proxy that the environment names.
			http = http.no_proxy();
		}
		let http = http.build().map_err(|error| Error::InvalidConfig(error.to_string()))?;
		Ok(Self { inner: Arc::new(Inner { config, publishers, aggregators, http }) })
	}

	/// The settings of this client.
	pub fn config(&self) -> &Config {
		&self.inner.config
	}

	/// Refuses a size that the settings do not allow, before any request.
	fn check_size(&self, size: u64) -> Result<()> {
		let limit = self.config().max_blob_size;
		if size > limit {
			return Err(Error::TooLarge { size, limit: Some(limit) });
		}
		Ok(())
	}

	/// Refuses a blob that is larger than the settings allow, without a request. What reads do
	/// first; public for those who want to refuse a job before they accept it.
	///
	/// # Errors
	///
	/// [`Error::TooLarge`].
	pub fn accepts(&self, blob: &BlobRef) -> Result<()> {
		self.check_size(blob.size)
	}
}

fn is_loopback(url: &Url) -> bool {
	let Some(host) = url.host_str() else { return false };
	let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
	host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The address of `path` on a server, whose base URL ends with a slash.
fn endpoint(server: &Url, path: &str) -> Result<Url> {
	server.join(path).map_err(|error| Error::InvalidConfig(format!("{server}{path}: {error}")))
}

/// Limits a whole attempt in time.
async fn within<T>(
	limit: Duration,
	server: &Url,
	attempt: impl std::future::Future<Output = Result<T>>,
) -> Result<T> {
	tokio::time::timeout(limit, attempt)
		.await
		.unwrap_or_else(|_| Err(Error::Timeout { server: server.to_string(), after: limit }))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn loopback_is_recognized() {
		for (url, expected) in [
			("http://127.0.0.1:80", true),
			("http://[::1]:80", true),
			("http://localhost", true),
			("http://example.org", false),
			("http://10.0.0.1", false),
		] {
			assert_eq!(is_loopback(&url.parse().unwrap()), expected, "{url}");
		}
	}
}
