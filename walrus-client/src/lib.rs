//! Client of the Walrus HTTP API, and a local store that speaks the same API.
//!
//! # Who it is for
//!
//! Tercet keeps models, large inputs and large outputs on [Walrus], a public blob store that is
//! rented by epoch. Workers, the CLI and the gateway write through a *publisher* and read through an
//! *aggregator*. Neither is trusted here: a publisher's answer is compared with the blob id that was
//! computed locally, and what an aggregator sends is read no further than the declared size and
//! compared with the digest that the chain holds.
//!
//! | module item | what it is |
//! |---|---|
//! | [`BlobId`] | the id that Walrus gives a blob, computed offline |
//! | [`BlobRef`] | what the chain stores: id, BLAKE2b-256 digest, size |
//! | [`WalrusClient`] | store, read, stream, look up; several servers, retries, named errors |
//! | [`store`] | the local store, for devnets, tests and the `tercet-store` binary |
//!
//! # Usage
//!
//! ```no_run
//! # async fn run() -> Result<(), tercet_walrus_client::Error> {
//! use tercet_walrus_client::{Config, WalrusClient};
//!
//! let client = WalrusClient::new(Config {
//!     publishers: vec!["http://127.0.0.1:31415".into()],
//!     aggregators: vec!["http://127.0.0.1:31415".into()],
//!     ..Config::default()
//! })?;
//! let stored = client.store(&b"hello walrus"[..]).await?;
//! let content = client.read(&stored.blob_ref()).await?;
//! assert_eq!(content, b"hello walrus"[..]);
//! # Ok(())
//! # }
//! ```
//!
//! # What goes wrong, and what happens then
//!
//! Servers are tried in the order of the configuration. Situations that time may heal (a timeout, a
//! refused connection, a 5xx answer) are tried again in rounds, with exponential backoff and jitter;
//! a server that refused for good is left out of later rounds. [`Error`] names each situation, and
//! [`Error::is_transient`] says which kind it was. Since Walrus is eventually consistent, *not
//! found* is believed only after the grace rounds of the configuration, and only if no server was
//! out of reach meanwhile.
//!
//! Walrus blobs are public: nothing that must stay secret belongs here.
//!
//! [Walrus]: https://docs.wal.app

mod blob_id;
mod blob_ref;
mod client;
mod config;
mod error;
mod retry;
pub mod store;
mod wire;

pub use blob_id::{BlobId, ParseBlobIdError, DEFAULT_SHARDS, MAX_SHARDS};
pub use blob_ref::{digest, BlobRef, Stored};
pub use client::{BlobStatus, Role, ServerHealth, WalrusClient};
pub use config::Config;
pub use error::{Error, Result};
pub use retry::RetryPolicy;
