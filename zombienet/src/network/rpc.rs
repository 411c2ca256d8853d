//! What nodes answer that the typed client does not ask for.

use std::time::Duration;

use anyhow::{bail, Context, Result};
use serde_json::{json, Value};

/// Limit for one question.
const TIMEOUT: Duration = Duration::from_secs(20);

/// JSON-RPC over HTTP, one request each.
#[derive(Clone, Debug)]
pub struct Rpc {
	client: reqwest::Client,
	url: String,
}

impl Rpc {
	/// For the node at `url`, `http://…`. Connects to nothing yet.
	///
	/// # Errors
	/// If there is no TLS, which is not needed.
	pub fn new(url: String) -> Result<Self> {
		let client = reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build()?;
		Ok(Self { client, url })
	}

	/// Asks once.
	///
	/// # Errors
	/// If the node does not answer, or with an error.
	pub async fn ask(&self, method: &str, params: Value) -> Result<Value> {
		let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		let answer = self.client.post(&self.url).json(&body).send().await;
		let answer = answer.with_context(|| format!("no answer to {method}"))?;
		let mut answer: Value = answer.json().await.with_context(|| method.to_string())?;
		match answer.get("error") {
			None | Some(Value::Null) => Ok(answer["result"].take()),
			Some(error) => bail!("{method}: {error}"),
		}
	}

	/// How many peers the node has.
	///
	/// # Errors
	/// See [`Self::ask`].
	pub async fn peers(&self) -> Result<u64> {
		let health = self.ask("system_health", json!([])).await?;
		health["peers"].as_u64().context("system_health has no peers")
	}
}
