//! The command line, as people run it.

use std::{ffi::OsStr, path::PathBuf, process::Stdio};

use anyhow::{ensure, Context, Result};
use serde_json::Value;
use tercet_cli::devnet::{find_binary, search_path, Devnet};
use tokio::process::Command;

/// `tercet` with the addresses of one network and one key.
#[derive(Clone, Debug)]
pub struct Tercet {
	binary: PathBuf,
	url: String,
	store: String,
	key: String,
	data: PathBuf,
}

impl Tercet {
	/// For that network.
	pub fn new(devnet: &Devnet, key: &str) -> Result<Self> {
		let binary = find_binary("tercet", &search_path())?;
		let (url, store, data) = (devnet.url(), devnet.store_url(), devnet.dir().join("data"));
		Ok(Self { binary, url, store, key: key.into(), data })
	}

	/// The same, by somebody who keeps data in another folder.
	pub fn with_data(self, data: PathBuf) -> Self {
		Self { data, ..self }
	}

	/// Runs a command that must succeed; gives what it prints as JSON.
	pub async fn json<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<Value> {
		let (ok, out, errors) = self.run(args).await?;
		ensure!(ok, "{}: {errors}", self.line(args));
		serde_json::from_str(&out).with_context(|| format!("{}: {out}", self.line(args)))
	}

	/// Runs a command that must fail; gives what it says.
	pub async fn failure<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<String> {
		let (ok, out, errors) = self.run(args).await?;
		ensure!(!ok, "{} succeeded: {out}", self.line(args));
		Ok(errors)
	}

	async fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Result<(bool, String, String)> {
		let output = Command::new(&self.binary)
			.args(["--url", &self.url, "--store", &self.store, "--key", &self.key, "--json"])
			.args(args)
			.env("XDG_DATA_HOME", &self.data)
			.stdin(Stdio::null())
			.output()
			.await?;
		let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
		Ok((output.status.success(), text(&output.stdout), text(&output.stderr)))
	}

	fn line<S: AsRef<OsStr>>(&self, args: &[S]) -> String {
		let words = args.iter().map(|arg| arg.as_ref().to_string_lossy().into_owned());
		format!("tercet {}", words.collect::<Vec<_>>().join(" "))
	}
}
