//! How a node stops.

use std::time::Duration;

use anyhow::{ensure, Context, Result};
use tercet_cli::devnet::{find_binary, free_port, search_path, Process, Program};

use crate::websocket::Socket;

/// How often a node is looked at that starts or stops, and how many times: a minute and a half.
const POLL: Duration = Duration::from_millis(200);
const POLLS: u32 = 450;

/// A node of its own, with more arguments.
fn start(dir: &std::path::Path, rpc: u16, more: &[&str]) -> Result<Process> {
	let rpc = rpc.to_string();
	let port = free_port()?.to_string();
	let base = dir.join("node").display().to_string();
	let fixed = ["--dev", "--no-prometheus", "--no-telemetry", "--no-mdns", "--base-path", &base];
	let ports = ["--rpc-port", &rpc, "--port", &port];
	let args = [&fixed[..], &ports, more].concat();
	let binary = find_binary("tercet-node", &search_path())?;
	let args = args.into_iter().map(Into::into).collect();
	Ok(Program::new("node", binary, args, dir).start()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_stops_cleanly_when_asked_while_clients_are_connected() -> Result<()> {
	let dir = tempfile::tempdir()?;
	let rpc = free_port()?;
	for _ in 0..2 {
		let mut node = start(dir.path(), rpc, &[])?;
		let mut socket = connect(&mut node, rpc).await?;
		socket.ask("chain_subscribeNewHeads", serde_json::json!([])).await?;
		// Its first block, and at the second start one more on the same chain.
		socket.notification().await?;
		let status = node.stop().await.context("it was killed")?;
		ensure!(status.code() == Some(0), "{status}: {}", node.log_tail());
	}
	Ok(())
}

async fn connect(node: &mut Process, rpc: u16) -> Result<Socket> {
	for _ in 0..POLLS {
		if let Ok(socket) = Socket::connect(rpc).await {
			return Ok(socket);
		}
		ensure!(node.is_running(), "{}", node.log_tail());
		tokio::time::sleep(POLL).await;
	}
	anyhow::bail!("it does not answer: {}", node.log_tail())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_does_not_start_when_the_disk_is_nearly_full() -> Result<()> {
	let dir = tempfile::tempdir()?;
	// No disk has so many mebibytes.
	let mut node = start(dir.path(), free_port()?, &["--db-storage-threshold", "1000000000000"])?;
	for _ in 0..POLLS {
		if let Some(status) = node.exited() {
			ensure!(status.code() == Some(1), "{status}");
			ensure!(node.log_tail().contains("StorageOutOfSpace"), "{}", node.log_tail());
			return Ok(());
		}
		tokio::time::sleep(POLL).await;
	}
	anyhow::bail!("it runs: {}", node.log_tail())
}
