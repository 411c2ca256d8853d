//! Chains that live so fast that a vote takes minutes.

use std::path::{Path, PathBuf};

use anyhow::{ensure, Context, Result};
use serde_json::Value;
use tercet_cli::devnet::{find_binary, search_path};
use tokio::process::Command;

/// Where a plain chain spec has what its chain divides lengths by.
const HASTE: &str = "/genesis/runtimeGenesis/patch/pace/haste";

/// Where it has the length of an era of rewards, in blocks.
const ERA: &str = "/genesis/runtimeGenesis/patch/payouts/params/eraLength";

/// Writes the spec of a development chain that divides the lengths of sessions, eras and votes by
/// `haste` into `folder`.
pub async fn hasty_chain(folder: &Path, haste: u32) -> Result<PathBuf> {
	hasty(folder, "dev", haste).await
}

/// Writes the spec of a development chain that rewards work every `blocks` blocks into `folder`.
pub async fn rewarding_chain(folder: &Path, blocks: u32) -> Result<PathBuf> {
	changed(folder, "dev", ERA, blocks).await
}

/// The same for any chain that the node knows by name.
pub async fn hasty(folder: &Path, chain: &str, haste: u32) -> Result<PathBuf> {
	changed(folder, chain, HASTE, haste).await
}

async fn changed(folder: &Path, chain: &str, place: &str, value: u32) -> Result<PathBuf> {
	let node = find_binary("tercet-node", &search_path())?;
	let export = Command::new(node).args(["export-chain-spec", "--chain", chain]).output().await?;
	ensure!(export.status.success(), "{}", String::from_utf8_lossy(&export.stderr));
	let mut spec: Value = serde_json::from_slice(&export.stdout)?;
	*spec.pointer_mut(place).with_context(|| format!("no {place} in the chain"))? = value.into();
	let path = folder.join("chain.json");
	std::fs::write(&path, spec.to_string())?;
	Ok(path)
}
