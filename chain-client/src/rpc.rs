//! The connection: JSON-RPC over a WebSocket that reconnects, with a limit in time on every
//! request.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use subxt::rpcs::{
	client::{
		reconnecting_rpc_client::{ExponentialBackoff, PingConfig, RpcClient as Reconnecting},
		RpcParams, RpcSubscription,
	},
	Error as RpcError, RpcClient,
};
use tokio::{
	net::TcpStream,
	time::{timeout, timeout_at, Instant},
};

use crate::Error;

/// Limit for opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Limit for one request, reconnections included.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Wait before a request that broke with its connection is made again.
const RETRY_DELAY: Duration = Duration::from_millis(200);

/// A connection to one node.
pub(crate) struct Rpc {
	client: RpcClient,
	url: String,
}

impl Rpc {
	/// Connects; fails at once when nothing listens.
	pub async fn connect(url: &str) -> Result<Self, Error> {
		let unreachable = |reason: String| Error::Unreachable { url: url.into(), reason };
		// The reconnecting client tries for ever, from its first attempt on.
		let probe = TcpStream::connect(socket_address(url)?);
		match timeout(CONNECT_TIMEOUT, probe).await {
			Ok(Ok(_)) => (),
			Ok(Err(error)) => return Err(unreachable(error.to_string())),
			Err(_) => return Err(unreachable(format!("no answer within {CONNECT_TIMEOUT:?}"))),
		}
		let backoff = ExponentialBackoff::from_millis(100).max_delay(Duration::from_secs(2));
		let ping = PingConfig::new()
			.ping_interval(Duration::from_secs(10))
			.inactive_limit(Duration::from_secs(30));
		let connection = Reconnecting::builder()
			.retry_policy(backoff)
			.connection_timeout(CONNECT_TIMEOUT)
			.enable_ws_ping(ping)
			.build(url);
		let client = timeout(CONNECT_TIMEOUT, connection)
			.await
			.map_err(|_| unreachable("it does not speak JSON-RPC over WebSocket".into()))?
			.map_err(|error| unreachable(error.to_string()))?;
		Ok(Self { client: RpcClient::new(client), url: url.into() })
	}

	/// Asks for something; asks again if the connection breaks meanwhile.
	pub async fn query<R: DeserializeOwned>(
		&self,
		method: &str,
		params: &[Value],
	) -> Result<R, Error> {
		let deadline = Instant::now() + REQUEST_TIMEOUT;
		loop {
			let request = self.client.request::<R>(method, rpc_params(params)?);
			match timeout_at(deadline, request).await {
				Ok(Ok(answer)) => return Ok(answer),
				Ok(Err(error)) if error.is_disconnected_will_reconnect() => {
					if Instant::now() + RETRY_DELAY >= deadline {
						return Err(self.error(method, error));
					}
					tokio::time::sleep(RETRY_DELAY).await;
				},
				Ok(Err(error)) => return Err(self.error(method, error)),
				Err(_) => return Err(self.timed_out(method)),
			}
		}
	}

	/// Asks for something once: for requests that must not be repeated blindly.
	pub async fn request<R: DeserializeOwned>(
		&self,
		method: &str,
		params: &[Value],
	) -> Result<R, Error> {
		let request = self.client.request::<R>(method, rpc_params(params)?);
		match timeout(REQUEST_TIMEOUT, request).await {
			Ok(answer) => answer.map_err(|error| self.error(method, error)),
			Err(_) => Err(self.timed_out(method)),
		}
	}

	/// Subscribes to something.
	pub async fn subscribe<R: DeserializeOwned>(
		&self,
		method: &str,
		params: &[Value],
		unsubscribe: &str,
	) -> Result<RpcSubscription<R>, Error> {
		let request = self.client.subscribe::<R>(method, rpc_params(params)?, unsubscribe);
		match timeout(REQUEST_TIMEOUT, request).await {
			Ok(answer) => answer.map_err(|error| self.error(method, error)),
			Err(_) => Err(self.timed_out(method)),
		}
	}

	/// Our name for what went wrong.
	pub fn error(&self, method: &str, error: RpcError) -> Error {
		match error {
			RpcError::User(error) => {
				let data = error.data.as_ref().map(|data| data.get().trim_matches('"').to_owned());
				let message = match data {
					Some(data) if !data.is_empty() => format!("{}: {data}", error.message),
					_ => error.message,
				};
				let code = error.code;
				if method.starts_with("author_submit") {
					Error::Pool { code, message }
				} else {
					Error::Rpc { method: method.into(), code, message }
				}
			},
			RpcError::Deserialization(error) => {
				Error::decode(format!("the answer to `{method}`"), error)
			},
			error => self.lost(error.to_string()),
		}
	}

	/// The connection is gone, for now.
	pub fn lost(&self, reason: String) -> Error {
		Error::Unreachable { url: self.url.clone(), reason }
	}

	fn timed_out(&self, method: &str) -> Error {
		let (url, method) = (self.url.clone(), method.into());
		Error::Timeout { url, method, after: REQUEST_TIMEOUT }
	}
}

/// Bytes as JSON-RPC writes them.
pub(crate) fn to_hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// Bytes as JSON-RPC writes them, read.
pub(crate) fn from_hex(what: &str, text: &str) -> Result<Vec<u8>, Error> {
	let digits = text.strip_prefix("0x").ok_or_else(|| Error::decode(what, "no 0x in front"))?;
	hex::decode(digits).map_err(|error| Error::decode(what, error))
}

fn rpc_params(params: &[Value]) -> Result<RpcParams, Error> {
	let mut list = RpcParams::new();
	for param in params {
		list.push(param).map_err(|error| Error::decode("a request", error))?;
	}
	Ok(list)
}

/// `host:port` of a WebSocket URL.
fn socket_address(url: &str) -> Result<String, Error> {
	let bad = |reason| Error::BadUrl { url: url.into(), reason };
	let (rest, port) = match (url.strip_prefix("ws://"), url.strip_prefix("wss://")) {
		(Some(rest), _) => (rest, 80),
		(_, Some(rest)) => (rest, 443),
		_ => return Err(bad("it does not start with ws:// or wss://")),
	};
	let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
	let host_port = authority.rsplit('@').next().unwrap_or_default();
	// A colon inside the brackets of an IPv6 address does not separate a port.
	let has_port = match host_port.rfind(']') {
		Some(end) => host_port[end..].contains(':'),
		None => host_port.contains(':'),
	};
	match host_port {
		"" => Err(bad("it names no host")),
		_ if has_port => {
			let digits = host_port.rsplit(':').next().unwrap_or_default();
			digits.parse::<u16>().map_err(|_| bad("its port is not a number up to 65535"))?;
			Ok(host_port.into())
		},
		_ => Ok(format!("{host_port}:{port}")),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn socket_address_is_found_when_the_url_is_good() {
		for (url, expected) in [
			("ws://127.0.0.1:9944", "127.0.0.1:9944"),
			("ws://localhost:9944/path?x", "localhost:9944"),
			("wss://rpc.example.org", "rpc.example.org:443"),
			("ws://[::1]:80", "[::1]:80"),
			("ws://[::1]", "[::1]:80"),
		] {
			assert_eq!(socket_address(url).as_deref(), Ok(expected), "{url}");
		}
	}

	#[test]
	fn socket_address_fails_when_the_url_is_bad() {
		for url in
			["", "http://localhost", "127.0.0.1:9944", "ws://", "ws://host:port", "ws://h:70000"]
		{
			assert!(matches!(socket_address(url), Err(Error::BadUrl { .. })), "{url}");
		}
	}

	#[tokio::test]
	async fn connect_fails_when_nothing_listens() {
		let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
		let url = format!("ws://{}", free.local_addr().unwrap());
		drop(free);
		let error = Rpc::connect(&url).await.err().unwrap();
		assert!(matches!(&error, Error::Unreachable { .. }), "{error}");
		assert!(error.to_string().contains("tercet devnet"), "{error}");
	}
}
