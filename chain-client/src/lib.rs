//! Typed client of the Tercet chain.
//!
//! No metadata file and no generated code: the types of [`tercet_primitives`] are SCALE types, so
//! questions go to the runtime APIs as raw `state_call`s and answers decode straight into those
//! types, and [calls](calls) carry encoded arguments whose pallet and call indices (and whose shape)
//! are looked up in the metadata of the chain at hand.
//!
//! | item | what it is |
//! |---|---|
//! | [`ChainClient`] | one connection: heads, submission; reconnects by itself |
//! | [`At`] | questions about the state at one block |
//! | [`calls`] | every call that Tercet's users make |
//! | [`keys`] | key pairs from URIs, mnemonics and files |
//! | [`Error`] | what can go wrong, and what to do about it |
//!
//! ```no_run
//! # async fn run() -> Result<(), tercet_chain_client::Error> {
//! use tercet_chain_client::{calls, keys, ChainClient};
//!
//! let chain = ChainClient::connect("ws://127.0.0.1:9944").await?;
//! let alice = keys::from_uri("//Alice")?;
//! let bob = keys::account_id(&keys::from_uri("//Bob")?);
//! let included = chain.submit(&alice, calls::transfer_keep_alive(bob.clone(), 1_000_000)).await?;
//! let balance = chain.at(included.block.hash).balance(bob).await?;
//! println!("in block {}, Bob has {} planck", included.block.number, balance.free);
//! # Ok(())
//! # }
//! ```

mod at;
pub mod calls;
mod client;
mod error;
mod events;
pub mod keys;
mod privacy;
mod rpc;
mod runtime;
mod submit;

pub use at::{AccountBalance, At, BlockInfo, ExtrinsicInfo, Proxy};
pub use calls::Call;
pub use client::{ChainClient, Head, NodeHealth};
pub use error::Error;
pub use events::Event;
pub use submit::{Included, MORTALITY};
pub use subxt_signer::sr25519::Keypair;
