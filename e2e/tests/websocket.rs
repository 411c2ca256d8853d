//! A WebSocket client that can misbehave: what well-behaved ones do not send, this one does.

use std::{collections::VecDeque, time::Duration};

use anyhow::{bail, ensure, Context, Result};
use serde_json::{json, Value};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	time::timeout,
};

/// How long an answer may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Opcodes of frames.
pub const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

/// A connection.
pub struct Socket {
	stream: TcpStream,
	next_id: u64,
	notifications: VecDeque<Value>,
}

/// Opens a TCP connection to a port of this machine.
pub async fn tcp(port: u16) -> Result<TcpStream> {
	Ok(TcpStream::connect(("127.0.0.1", port)).await?)
}

/// What a server answers to an HTTP GET, head and body.
pub async fn get(port: u16, path: &str) -> Result<String> {
	let mut stream = tcp(port).await?;
	let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
	stream.write_all(request.as_bytes()).await?;
	let mut answer = String::new();
	timeout(PATIENCE, stream.read_to_string(&mut answer)).await.context("no answer")??;
	Ok(answer)
}

/// A frame, masked as clients must, with a mask of zeros.
pub fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
	let mut bytes = vec![0x80 | opcode];
	match payload.len() {
		length @ 0..=125 => bytes.push(0x80 | length as u8),
		length @ 126..=0xffff => {
			bytes.push(0x80 | 126);
			bytes.extend((length as u16).to_be_bytes());
		},
		length => {
			bytes.push(0x80 | 127);
			bytes.extend((length as u64).to_be_bytes());
		},
	}
	bytes.extend([0; 4]);
	bytes.extend(payload);
	bytes
}

impl Socket {
	/// Connects and shakes hands.
	pub async fn connect(port: u16) -> Result<Self> {
		let mut stream = tcp(port).await?;
		let request = format!(
			"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n\
			 Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
			 Sec-WebSocket-Version: 13\r\n\r\n"
		);
		stream.write_all(request.as_bytes()).await?;
		let mut head = Vec::new();
		let read = async {
			while !head.ends_with(b"\r\n\r\n") {
				head.push(stream.read_u8().await?);
			}
			anyhow::Ok(())
		};
		timeout(PATIENCE, read).await.context("no handshake")??;
		ensure!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
		Ok(Self { stream, next_id: 0, notifications: VecDeque::new() })
	}

	/// Sends bytes as they are.
	pub async fn send_raw(&mut self, bytes: &[u8]) -> Result<()> {
		timeout(PATIENCE, self.stream.write_all(bytes)).await.context("it does not read")??;
		Ok(())
	}

	/// Sends a message.
	pub async fn send(&mut self, text: &str) -> Result<()> {
		self.send_raw(&frame(TEXT, text.as_bytes())).await
	}

	/// The next message.
	pub async fn receive(&mut self) -> Result<String> {
		timeout(PATIENCE, self.receive_patiently()).await.context("no message")?
	}

	async fn receive_patiently(&mut self) -> Result<String> {
		let mut message = Vec::new();
		loop {
			let head = self.stream.read_u16().await?;
			let length = match head & 0x7f {
				126 => self.stream.read_u16().await?.into(),
				127 => self.stream.read_u64().await?,
				length => length.into(),
			};
			let start = message.len();
			message.resize(start + usize::try_from(length)?, 0);
			self.stream.read_exact(&mut message[start..]).await?;
			let last = head & 0x8000 != 0;
			match (head >> 8) as u8 & 0xf {
				CLOSE => bail!("closed"),
				PING => {
					let payload = message.split_off(start);
					self.send_raw(&frame(PONG, &payload)).await?;
				},
				PONG => message.truncate(start),
				_ if last => return Ok(String::from_utf8(message)?),
				_ => (),
			}
		}
	}

	/// Asks; gives the result, or the error as JSON-RPC has it.
	pub async fn call(&mut self, method: &str, params: Value) -> Result<Result<Value, Value>> {
		self.next_id += 1;
		let id = self.next_id;
		let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
		self.send(&request.to_string()).await?;
		loop {
			let mut answer: Value = serde_json::from_str(&self.receive().await?)?;
			if answer["id"] == id {
				return Ok(match answer.get_mut("error") {
					Some(error) => Err(error.take()),
					None => Ok(answer["result"].take()),
				});
			}
			self.notifications.push_back(answer);
		}
	}

	/// Asks what is answered.
	pub async fn ask(&mut self, method: &str, params: Value) -> Result<Value> {
		let answer = self.call(method, params).await?;
		answer.map_err(|error| anyhow::anyhow!("{method}: {error}"))
	}

	/// Asks what is refused; gives the error's code and its name, if it has one.
	pub async fn refusal(&mut self, method: &str, params: Value) -> Result<(i64, String)> {
		match self.call(method, params.clone()).await? {
			Ok(answer) => bail!("{method}({params}) was answered: {answer}"),
			Err(error) => {
				let name = error["data"]["name"].as_str().unwrap_or_default().to_string();
				Ok((error["code"].as_i64().context("no code")?, name))
			},
		}
	}

	/// The result in the next message of any subscription.
	pub async fn notification(&mut self) -> Result<Value> {
		let mut message = match self.notifications.pop_front() {
			Some(message) => message,
			None => serde_json::from_str(&self.receive().await?)?,
		};
		Ok(message["params"]["result"].take())
	}
}
