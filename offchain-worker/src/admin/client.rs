//! The side of those who ask.

use std::{io, path::Path, time::Duration};

use serde::{de::DeserializeOwned, Deserialize};
use serde_json::{json, Value};

use super::{Door, FILE};

/// A worker on this machine answers at once.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Why a worker did not answer.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
	/// Nobody listens.
	#[error(
		"no worker answers for {0}: it is not running, or has no admin API (enabled in [admin])"
	)]
	NotRunning(String),
	/// The file with address and token cannot be read.
	#[error("cannot read {FILE} in {dir}: {error}; run this as the worker's user")]
	File {
		/// The state directory.
		dir: String,
		/// What the file system says.
		error: io::Error,
	},
	/// The worker says no.
	#[error("{message}")]
	Refused {
		/// By number, as JSON-RPC has it.
		code: i32,
		/// In words.
		message: String,
	},
	/// What came is no answer.
	#[error("cannot understand the worker's answer: {0}")]
	Malformed(String),
}

/// Talks to the worker of one state directory.
pub struct AdminClient {
	http: reqwest::Client,
	door: Door,
	dir: String,
}

/// Read in one go: a detour by [`Value`] would round amounts beyond 64 bits.
#[derive(Deserialize)]
struct Answer<R> {
	result: Option<R>,
	error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
	code: i32,
	message: String,
}

impl AdminClient {
	/// For the worker in `dir`.
	///
	/// # Errors
	/// [`AdminError::NotRunning`] if none ever ran there, [`AdminError::File`].
	pub fn open(dir: &Path) -> Result<Self, AdminError> {
		let name = dir.display().to_string();
		let door =
			Door::read(dir).map_err(|error| AdminError::File { dir: name.clone(), error })?;
		let door = door.ok_or_else(|| AdminError::NotRunning(name.clone()))?;
		// Proxies of the environment are for other machines.
		let http = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build();
		let http = http.map_err(|error| AdminError::Malformed(error.to_string()))?;
		Ok(Self { http, door, dir: name })
	}

	/// Calls `worker_{method}`.
	///
	/// # Errors
	/// [`AdminError`].
	pub async fn call<R: DeserializeOwned>(
		&self,
		method: &str,
		params: Value,
	) -> Result<R, AdminError> {
		let malformed = |error: &dyn ToString| AdminError::Malformed(error.to_string());
		let method = format!("worker_{method}");
		let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		let request = self.http.post(format!("http://{}", self.door.address));
		let request = request.bearer_auth(&self.door.token).json(&body);
		let response = request.send().await.map_err(|error| match error.is_connect() {
			true => AdminError::NotRunning(self.dir.clone()),
			false => malformed(&error),
		})?;
		let text = response.text().await.map_err(|error| malformed(&error))?;
		let answer: Answer<R> = serde_json::from_str(&text).map_err(|error| malformed(&error))?;
		match answer {
			Answer { error: Some(Refusal { code, message }), .. } => {
				Err(AdminError::Refused { code, message })
			},
			Answer { result: Some(result), .. } => Ok(result),
			Answer { .. } => Err(AdminError::Malformed(text)),
		}
	}
}
