//! How `status`, `pause`, `resume` and `drain` reach a running worker: JSON-RPC over HTTP, on this
//! machine alone, for whoever can read a file of the worker's user.
//!
//! | method | parameters | answer |
//! |---|---|---|
//! | `worker_status` | | [`Status`](crate::status::Status) |
//! | `worker_jobs` | | the jobs in hand, as in `Status` |
//! | `worker_models` | | [`CachedModel`](crate::health::CachedModel)s |
//! | `worker_pause` | `reason`, `hand_back` | [`PauseState`](crate::pause::PauseState) |
//! | `worker_resume` | | the same |
//! | `worker_drain` | | the same |
//!
//! Each request carries `Authorization: Bearer TOKEN`. Address and token are in [`FILE`] of the state
//! directory, with mode 0600, and new at each start. Errors that are this API's own: [`UNAUTHORIZED`],
//! [`TOO_MANY`], [`FAILED`].

mod client;
mod server;

use std::{io, net::SocketAddr, path::Path};

use serde::{Deserialize, Serialize};

pub use client::{AdminClient, AdminError};
pub use server::AdminServer;

/// Where address and token are, inside the state directory.
pub const FILE: &str = "admin.json";

/// The token is missing or wrong.
pub const UNAUTHORIZED: i32 = -32_001;

/// More requests than a person makes.
pub const TOO_MANY: i32 = -32_002;

/// The worker could not do it; the message says why.
pub const FAILED: i32 = -32_003;

/// What it takes to talk to a worker.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
	/// Where it listens.
	pub address: SocketAddr,
	/// What to show.
	pub token: String,
}

impl Door {
	/// Writes it into `dir`, for this user alone.
	///
	/// # Errors
	/// What the file system says.
	pub fn write(&self, dir: &Path) -> io::Result<()> {
		// Made with mode 0600.
		let mut file = tempfile::NamedTempFile::new_in(dir)?;
		io::Write::write_all(&mut file, &serde_json::to_vec(self)?)?;
		file.persist(dir.join(FILE))?;
		Ok(())
	}

	/// What `dir` has, if a worker with an admin API ever ran there.
	///
	/// # Errors
	/// What the file system says; [`io::ErrorKind::InvalidData`] for a damaged file.
	pub fn read(dir: &Path) -> io::Result<Option<Self>> {
		match std::fs::read(dir.join(FILE)) {
			Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
			Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
			Err(error) => Err(error),
		}
	}
}
