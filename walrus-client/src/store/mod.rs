//! A store on this machine that speaks the Walrus HTTP API: publisher and aggregator in one.
//!
//! It serves devnets, tests and the `tercet-store` binary. Blob ids are the real ones, answers and
//! errors have Walrus' form, and blobs expire by epoch, so what works here works there. What it is
//! not: replicated, paid for, or safe to offer to strangers.
//!
//! | request | answer |
//! |---|---|
//! | `PUT /v1/blobs?epochs=&permanent=\|deletable=&send_object_to=` | `newlyCreated` or `alreadyCertified` |
//! | `GET`, `HEAD /v1/blobs/{blob id}` | the content, or the `Range` of it |
//! | `GET`, `HEAD /v1/blobs/by-object-id/{object id}` | the same |
//! | `GET /status` | `OK` |
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use tercet_walrus_client::store::{serve, LocalStore, Options};
//!
//! let store = LocalStore::open("/var/lib/tercet-store", Options::default())?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:31415").await?;
//! serve(listener, store, std::future::pending()).await?;
//! # Ok(())
//! # }
//! ```

mod api;
mod failure;
mod local;
mod range;
mod record;
mod serve;

pub use api::router;
pub use local::{LocalStore, Options, StoreError};
pub use serve::serve;
