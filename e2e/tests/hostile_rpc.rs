//! What strangers may do to a node's RPC port: it goes on, in bounded memory.

use std::{fs, time::Duration};

use anyhow::{ensure, Context, Result};
use rand::{rngs::StdRng, Rng, SeedableRng};
use serde_json::{json, Value};
use tercet_cli::devnet::Devnet;
use tokio::{io::AsyncWriteExt, time::timeout};

use crate::websocket::{frame, get, tcp, Socket, TEXT};
use tercet_e2e::Net;

/// Messages of random bytes.
const RANDOM_MESSAGES: usize = 500;

/// Connections that a node takes, at its defaults.
const CONNECTIONS: usize = 100;

/// Subscriptions that are tried, and of which a node takes [`TAKEN`].
const SUBSCRIPTIONS: usize = 10_000;

/// Subscriptions to jobs that a node has at most.
const TAKEN: usize = 4_096;

/// What the node may grow by through all of this, in bytes. A loose bound: allocators keep what they
/// once had.
const GROWTH: u64 = 600 << 20;

/// How long the node may take to forget those who left.
const RECOVERY: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_node_survives_malformed_frames_and_ten_thousand_subscriptions() -> Result<()> {
	let mut net = Net::start(Devnet::builder(), 0).await?;
	let node = Node { rpc: net.devnet.ports().rpc, metrics: net.devnet.ports().prometheus };
	let before = node.memory()?;
	let mut rng = StdRng::seed_from_u64(0x7e_2ce7);

	let mut steps = Vec::new();
	node.no_http(&mut rng).await.context("no HTTP")?;
	steps.push(("no HTTP", node.still_works().await?));
	node.no_frames(&mut rng).await.context("no frames")?;
	steps.push(("no frames", node.still_works().await?));
	node.no_json(&mut rng).await.context("no JSON")?;
	steps.push(("no JSON", node.still_works().await?));
	node.deep_and_huge().await.context("deep and huge")?;
	steps.push(("deep and huge", node.still_works().await?));
	node.wrong_parameters(&mut rng).await.context("wrong parameters")?;
	steps.push(("wrong parameters", node.still_works().await?));
	node.half_open().await.context("half-open")?;
	steps.push(("half-open", node.still_works().await?));
	node.unread_answers().await.context("unread answers")?;
	steps.push(("unread answers", node.still_works().await?));
	// It waits for executors that do not exist, for long enough.
	let job = net.submit(1, 1_000).await?;
	node.many_subscriptions(job.0).await.context("subscriptions")?;
	steps.push(("subscriptions", node.still_works().await?));

	for (what, memory) in &steps {
		println!("{what}: {} MiB", memory >> 20);
	}
	let most = steps.iter().map(|(_, memory)| *memory).max().unwrap_or(before);
	println!("from {} to at most {} MiB", before >> 20, most >> 20);
	ensure!(most < before + GROWTH, "{steps:?} after {before}");
	// Nobody's subscription is left, and blocks are made.
	let first = net.chain.best().await?.number;
	tokio::time::sleep(Duration::from_secs(10)).await;
	ensure!(net.chain.best().await?.number > first);
	net.devnet.check()?;
	net.shutdown().await;
	Ok(())
}

/// A node under attack.
struct Node {
	rpc: u16,
	metrics: u16,
}

impl Node {
	/// Its resident memory in bytes, found by the port on its command line.
	fn memory(&self) -> Result<u64> {
		let port = self.rpc.to_string();
		for entry in fs::read_dir("/proc")?.flatten() {
			let Ok(line) = fs::read_to_string(entry.path().join("cmdline")) else { continue };
			let mut arguments = line.split('\0');
			if arguments.any(|word| word == "--rpc-port") && arguments.next() == Some(&port) {
				let status = fs::read_to_string(entry.path().join("status"))?;
				let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
				let resident = resident.and_then(|text| text.trim().strip_suffix("kB"));
				return Ok(resident.context("no VmRSS")?.trim().parse::<u64>()? * 1024);
			}
		}
		anyhow::bail!("no process listens on {port}")
	}

	/// Whether somebody who behaves is answered; gives the node's memory.
	async fn still_works(&self) -> Result<u64> {
		let works = async {
			loop {
				// Connections of those before may not be closed yet.
				if let Ok(mut socket) = Socket::connect(self.rpc).await {
					let health = socket.ask("system_health", json!([])).await?;
					ensure!(health["isSyncing"] == false, "{health}");
					return anyhow::Ok(());
				}
				tokio::time::sleep(Duration::from_millis(500)).await;
			}
		};
		timeout(RECOVERY, works).await.context("it does not answer any more")??;
		ensure!(get(self.metrics, "/metrics").await?.contains("tercet_jobs"));
		self.memory()
	}

	/// Bytes that are no HTTP, and HTTP that is no handshake.
	async fn no_http(&self, rng: &mut StdRng) -> Result<()> {
		for _ in 0..100 {
			let mut stream = tcp(self.rpc).await?;
			let _ = stream.write_all(&random(rng, 4_000)).await;
		}
		for request in [
			"GET / HTTP/1.1\r\n\r\n".to_string(),
			"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n".into(),
			"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".into(),
			"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n".into(),
			format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(1 << 20)),
			format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(1 << 20)),
			format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(100_000)),
		] {
			let mut stream = tcp(self.rpc).await?;
			let _ = stream.write_all(request.as_bytes()).await;
		}
		Ok(())
	}

	/// Bytes after the handshake that are no frames.
	async fn no_frames(&self, rng: &mut StdRng) -> Result<()> {
		for _ in 0..100 {
			let mut socket = Socket::connect(self.rpc).await?;
			let _ = socket.send_raw(&random(rng, 4_000)).await;
		}
		let announced = |opcode: u8, length: u64| {
			let mut bytes = vec![0x80 | opcode, 0xff];
			bytes.extend(length.to_be_bytes());
			bytes.extend([0; 4]);
			bytes
		};
		let mut unmasked = frame(TEXT, b"{}");
		unmasked[1] &= 0x7f;
		for bytes in [
			announced(TEXT, u64::MAX),
			announced(TEXT, 1 << 62),
			announced(TEXT, 14 << 20),
			// A ping may not be longer than 125 bytes.
			announced(0x9, 1 << 20),
			// Reserved opcodes and bits.
			frame(0x3, b"{}"),
			frame(0xf, b"{}"),
			vec![0xff; 32],
			unmasked,
			// A continuation of nothing, and a message that never ends.
			frame(0x0, b"{}"),
			[0x01, 0x82, 0, 0, 0, 0, b'{', b'}'].repeat(10_000),
		] {
			let mut socket = Socket::connect(self.rpc).await?;
			let _ = socket.send_raw(&bytes).await;
		}
		Ok(())
	}

	/// Messages that are no JSON, or not JSON-RPC.
	async fn no_json(&self, rng: &mut StdRng) -> Result<()> {
		let mut socket = Socket::connect(self.rpc).await?;
		for _ in 0..RANDOM_MESSAGES {
			let bytes = random(rng, 2_000);
			let printable = bytes.iter().map(|byte| char::from(byte % 95 + 32)).collect::<String>();
			socket.send(&printable).await?;
			// Every message has an answer, and the answer is an error.
			let answer: Value = serde_json::from_str(&socket.receive().await?)?;
			ensure!(answer["error"]["code"].is_i64(), "{printable}: {answer}");
		}
		for text in
			["{", "[", "null", "0", "\"\"", "{}", "[]", "[{}]", "[[]]", "\u{0}", "{\"a\":1}"]
		{
			socket.send(text).await?;
			let answer = socket.receive().await?;
			ensure!(answer.contains("error"), "{text}: {answer}");
		}
		let request =
			json!({ "jsonrpc": "2.0", "id": 1, "method": "tercet_quote", "params": [0, 0, 1] });
		let request = request.to_string();
		for _ in 0..RANDOM_MESSAGES {
			let mut bytes = request.clone().into_bytes();
			for _ in 0..rng.gen_range(1..4) {
				let place = rng.gen_range(0..bytes.len());
				bytes[place] = rng.gen_range(32..127);
			}
			// A request without id has no answer, so none is awaited.
			socket.send_raw(&frame(TEXT, &bytes)).await?;
		}
		Ok(())
	}

	/// Nesting, ids, batches and messages larger than any sense.
	async fn deep_and_huge(&self) -> Result<()> {
		let deep = |open: &str, close: &str| {
			let (open, close) = (open.repeat(200_000), close.repeat(200_000));
			format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tercet_quote","params":{open}0{close}}}"#)
		};
		let named = |id: &str| {
			format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"tercet_subscribeJob","params":[0]}}"#)
		};
		let batch = |count: usize| format!("[{}]", vec![named("1"); count].join(","));
		for text in [
			deep("[", "]"),
			deep(r#"{"a":"#, "}"),
			"[".repeat(1 << 20),
			r#"{"a":"#.repeat(1 << 18),
			named(&format!("\"{}\"", "a".repeat(5 << 20))),
			batch(65),
			batch(10_000),
			named("1").replace("tercet_subscribeJob", &"m".repeat(5 << 20)),
			named("1").replace("[0]", &format!("[{}0]", "0,".repeat(1 << 20))),
		] {
			let mut socket = Socket::connect(self.rpc).await?;
			socket.send(&text).await?;
			let start = text.get(..60).unwrap_or(&text);
			let answer = socket.receive().await.with_context(|| start.to_string())?;
			ensure!(answer.contains("\"error\""), "{start}: {answer}");
		}
		// What has no id of the right form counts as a notification, which has no answer.
		let mut socket = Socket::connect(self.rpc).await?;
		for id in [&"9".repeat(1 << 20), "1e400", "-1", "1.5", "{}", "[]", "true"] {
			socket.send(&named(id)).await?;
			socket.ask("system_health", json!([])).await?;
		}
		// More than a request may have: it is told so, or cut off.
		let mut socket = Socket::connect(self.rpc).await?;
		let _ = socket.send(&"a".repeat(16 << 20)).await;
		let _ = socket.receive().await;
		Ok(())
	}

	/// Parameters that are JSON, and wrong.
	async fn wrong_parameters(&self, rng: &mut StdRng) -> Result<()> {
		let values = [
			json!(null),
			json!(true),
			json!(-1),
			json!(1.5),
			json!(1e300),
			json!(u64::MAX),
			json!(""),
			json!("0x"),
			json!("0xzz"),
			json!("9".repeat(100)),
			json!([]),
			json!([[[]]]),
			json!({}),
			json!({ "job": 1, "job2": 2 }),
			json!({ "Pinned": {} }),
			json!({ "executors": 300, "quorum": -1 }),
		];
		let methods = ["tercet_quote", "tercet_proveReceipt", "tercet_subscribeJob"];
		let mut socket = Socket::connect(self.rpc).await?;
		for method in methods {
			for value in &values {
				// `[]` alone, as parameters, is of the right form for none of them.
				let _ = socket
					.call(method, value.clone())
					.await?
					.err()
					.with_context(|| format!("{method}({value}) is answered"))?;
			}
		}
		for _ in 0..RANDOM_MESSAGES {
			let method = methods[rng.gen_range(0..methods.len())];
			let count = rng.gen_range(0..8);
			let params = (0..count).map(|_| values[rng.gen_range(0..values.len())].clone());
			let params = Value::Array(params.collect());
			let answer = socket.call(method, params.clone()).await?;
			ensure!(answer.is_err(), "{method}({params}) is answered");
		}
		Ok(())
	}

	/// Connections that say half of something and wait.
	async fn half_open(&self) -> Result<()> {
		let mut held = Vec::new();
		for index in 0..2 * CONNECTIONS {
			let Ok(mut stream) = tcp(self.rpc).await else { continue };
			let begun: &[u8] = match index % 3 {
				0 => b"",
				1 => b"GET / HTTP/1.1\r\nUpgrade: webso",
				_ => b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n{",
			};
			let _ = stream.write_all(begun).await;
			held.push(stream);
		}
		let mut sockets = Vec::new();
		for _ in 0..CONNECTIONS / 2 {
			// Refused beyond the limit; those who are in keep a frame open.
			if let Ok(Ok(mut socket)) =
				timeout(Duration::from_secs(2), Socket::connect(self.rpc)).await
			{
				socket.send_raw(&[0x81, 0xfe, 0xff, 0xff, 0, 0, 0, 0, b'{']).await?;
				sockets.push(socket);
			}
		}
		Ok(())
	}

	/// Large answers that are asked for and never read.
	async fn unread_answers(&self) -> Result<()> {
		let mut socket = Socket::connect(self.rpc).await?;
		let request = r#"{"jsonrpc":"2.0","id":1,"method":"state_getMetadata","params":[]}"#;
		for _ in 0..100 {
			socket.send(request).await?;
		}
		tokio::time::sleep(Duration::from_secs(5)).await;
		Ok(())
	}

	/// More subscriptions than a node takes: those beyond are refused, and all are forgotten with
	/// their connections.
	async fn many_subscriptions(&self, job: u64) -> Result<()> {
		let mut sockets = Vec::new();
		let (mut taken, mut refused) = (0, 0);
		for _ in 0..SUBSCRIPTIONS / 1_000 {
			let mut socket = Socket::connect(self.rpc).await?;
			for _ in 0..1_000 {
				match socket.call("tercet_subscribeJob", json!([job])).await? {
					Ok(_) => taken += 1,
					Err(error) => {
						ensure!(error["code"] == 10_005, "{error}");
						refused += 1;
					},
				}
			}
			sockets.push(socket);
		}
		ensure!((taken, refused) == (TAKEN, SUBSCRIPTIONS - TAKEN), "{taken} and {refused}");
		for socket in &mut sockets[..4] {
			let update = socket.notification().await?;
			ensure!(update["state"] == "queued", "{update}");
		}
		drop(sockets);

		// The limit of one connection, and places that are free again.
		let mut socket = Socket::connect(self.rpc).await?;
		let free = async {
			while socket.call("tercet_subscribeJob", json!([job])).await?.is_err() {
				tokio::time::sleep(Duration::from_millis(500)).await;
			}
			anyhow::Ok(())
		};
		timeout(RECOVERY, free).await.context("places do not become free")??;
		for _ in 1..1_024 {
			socket.ask("tercet_subscribeJob", json!([job])).await?;
		}
		let (code, _) = socket.refusal("tercet_subscribeJob", json!([job])).await?;
		ensure!(code == -32_006, "{code}");
		Ok(())
	}
}

fn random(rng: &mut StdRng, most: usize) -> Vec<u8> {
	let length = rng.gen_range(1..most);
	(0..length).map(|_| rng.gen()).collect()
}
