//! Settings of the client.

use crate::{blob_id, Error, RetryPolicy, MAX_SHARDS};
use reqwest::Url;
use std::{fmt, num::NonZeroU16, time::Duration};

/// Settings of a [`WalrusClient`](crate::WalrusClient).
///
/// The defaults suit Walrus mainnet, where storing and reading take seconds.
#[derive(Clone)]
pub struct Config {
	/// Base URLs of publishers (`http://host:port` or `https://host/prefix`), in order of
	/// preference. May be empty for a client that only reads.
	pub publishers: Vec<String>,
	/// Base URLs of aggregators, in order of preference. May be empty for a client that only
	/// stores.
	pub aggregators: Vec<String>,
	/// Epochs to store for, from the current one on (an epoch of mainnet is two weeks).
	pub epochs: u32,
	/// Store blobs that their owner cannot delete before their end. Walrus' own default is
	/// deletable, with which a result could vanish inside its challenge window.
	pub permanent: bool,
	/// Shards of the committee, which blob ids depend on; at most [`MAX_SHARDS`].
	pub n_shards: NonZeroU16,
	/// Largest blob to store or to read, in bytes. Larger ones are refused before any request.
	pub max_blob_size: u64,
	/// Sent to publishers, never to aggregators, as `Authorization: Bearer`.
	pub bearer_token: Option<String>,
	/// Limit for opening a connection.
	pub connect_timeout: Duration,
	/// Limit for silence: how long a server may send nothing while an answer is being read.
	pub idle_timeout: Duration,
	/// Limit for one attempt, apart from what [`Self::min_bytes_per_second`] grants.
	pub request_timeout: Duration,
	/// Every so many bytes of a blob add a second to the limit of an attempt, so that large blobs
	/// have time and a server that trickles does not.
	pub min_bytes_per_second: u64,
	/// Rounds over the servers and the waits between them.
	pub retry: RetryPolicy,
	/// In reads, how many further rounds an aggregator's 404 is doubted for, since a blob that was
	/// stored a moment ago may not be known everywhere. Within the attempts of [`Self::retry`].
	pub not_found_retries: u32,
}

impl Default for Config {
	fn default() -> Self {
		Self {
			publishers: Vec::new(),
			aggregators: Vec::new(),
			epochs: 5,
			permanent: true,
			n_shards: blob_id::DEFAULT_SHARDS,
			max_blob_size: 10 << 20,
			bearer_token: None,
			connect_timeout: Duration::from_secs(10),
			idle_timeout: Duration::from_secs(60),
			request_timeout: Duration::from_secs(120),
			min_bytes_per_second: 64 << 10,
			retry: RetryPolicy::default(),
			not_found_retries: 2,
		}
	}
}

impl fmt::Debug for Config {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("Config")
			.field("publishers", &self.publishers)
			.field("aggregators", &self.aggregators)
			.field("epochs", &self.epochs)
			.field("permanent", &self.permanent)
			.field("n_shards", &self.n_shards)
			.field("max_blob_size", &self.max_blob_size)
			.field("bearer_token", &self.bearer_token.as_ref().map(|_| "(hidden)"))
			.field("connect_timeout", &self.connect_timeout)
			.field("idle_timeout", &self.idle_timeout)
			.field("request_timeout", &self.request_timeout)
			.field("min_bytes_per_second", &self.min_bytes_per_second)
			.field("retry", &self.retry)
			.field("not_found_retries", &self.not_found_retries)
			.finish()
	}
}

impl Config {
	/// Refuses what could never work; otherwise the base URLs of publishers and aggregators.
	pub(crate) fn check(&self) -> Result<(Vec<Url>, Vec<Url>), Error> {
		let invalid = |what: &str| Error::InvalidConfig(what.into());
		if self.publishers.is_empty() && self.aggregators.is_empty() {
			return Err(invalid("neither a publisher nor an aggregator is given"));
		}
		if self.epochs == 0 {
			return Err(invalid("epochs must be at least 1"));
		}
		if self.n_shards.get() > MAX_SHARDS {
			return Err(Error::InvalidConfig(format!("n_shards is at most {MAX_SHARDS}")));
		}
		if self.retry.attempts == 0 {
			return Err(invalid("retry.attempts must be at least 1"));
		}
		if self.min_bytes_per_second == 0 {
			return Err(invalid("min_bytes_per_second must be at least 1"));
		}
		let parse =
			|urls: &[String]| urls.iter().map(|url| base_url(url)).collect::<Result<_, _>>();
		Ok((parse(&self.publishers)?, parse(&self.aggregators)?))
	}

	/// How long an attempt to move `size` bytes may take.
	pub(crate) fn attempt_timeout(&self, size: u64) -> Duration {
		self.request_timeout.saturating_add(Duration::from_secs(size / self.min_bytes_per_second))
	}
}

/// A base URL to which paths can be joined: its own path ends with a slash.
fn base_url(text: &str) -> Result<Url, Error> {
	let invalid =
		|why: &dyn fmt::Display| Error::InvalidConfig(format!("base URL {text:?}: {why}"));
	let mut url = Url::parse(text).map_err(|error| invalid(&error))?;
	if !matches!(url.scheme(), "http" | "https") {
		return Err(invalid(&"only http and https are possible"));
	}
	if url.query().is_some() || url.fragment().is_some() {
		return Err(invalid(&"it must not have a query or a fragment"));
	}
	if !url.path().ends_with('/') {
		let path = format!("{}/", url.path());
		url.set_path(&path);
	}
	Ok(url)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn config(publisher: &str) -> Config {
		Config { publishers: vec![publisher.into()], ..Config::default() }
	}

	#[test]
	fn check_keeps_a_path_prefix() {
		let (publishers, _) = config("https://example.org/walrus").check().unwrap();
		let joined = publishers[0].join("v1/blobs").unwrap();
		assert_eq!(joined.as_str(), "https://example.org/walrus/v1/blobs");
	}

	#[test]
	fn check_fails_when_a_setting_cannot_work() {
		let many = NonZeroU16::new(MAX_SHARDS + 1).unwrap();
		let no_attempts = RetryPolicy { attempts: 0, ..RetryPolicy::default() };
		let base = config("http://localhost");
		for wrong in [
			Config::default(),
			config("localhost:80"),
			config("ftp://localhost"),
			config("http://localhost/?x"),
			Config { epochs: 0, ..base.clone() },
			Config { n_shards: many, ..base.clone() },
			Config { retry: no_attempts, ..base.clone() },
			Config { min_bytes_per_second: 0, ..base.clone() },
		] {
			assert!(matches!(wrong.check(), Err(Error::InvalidConfig(_))), "{wrong:?}");
		}
		assert!(base.check().is_ok());
	}

	#[test]
	fn debug_hides_the_token() {
		let config = Config { bearer_token: Some("s3cret".into()), ..Config::default() };
		assert!(!format!("{config:?}").contains("s3cret"));
	}
}
