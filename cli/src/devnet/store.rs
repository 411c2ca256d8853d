//! The blob store of a network on one machine.

use std::{
	ffi::OsString,
	path::{Path, PathBuf},
	time::Duration,
};

use tokio::time::Instant;

use super::{Error, Program, Server, POLL};

/// How long it may take to listen.
const START: Duration = Duration::from_secs(20);

/// A store on the loopback interface, with its data and log below one folder.
#[derive(Debug)]
pub struct Store {
	server: Server,
	port: u16,
}

impl Store {
	/// It does not run yet. `args` come after those that every store gets.
	pub fn new(binary: PathBuf, dir: &Path, port: u16, args: &[OsString]) -> Self {
		let listen = format!("127.0.0.1:{port}");
		let mut all: Vec<OsString> = vec!["--listen".into(), listen.into(), "--dir".into()];
		all.push(dir.join("store").into());
		all.extend(args.iter().cloned());
		Self { server: Server::new(Program::new("store", binary, all, dir)), port }
	}

	/// Address, of publisher and aggregator in one.
	pub fn url(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	/// Starts it, with what it had, and waits until it listens.
	///
	/// # Errors
	/// [`Error::Start`], [`Error::Ended`], [`Error::TimedOut`].
	pub async fn start(&mut self) -> Result<(), Error> {
		self.server.restart()?;
		let address = ("127.0.0.1", self.port);
		let deadline = Instant::now() + START;
		while tokio::net::TcpStream::connect(address).await.is_err() {
			self.server.check()?;
			if Instant::now() > deadline {
				return Err(self.server.timed_out("the start of the store", START));
			}
			tokio::time::sleep(POLL).await;
		}
		Ok(())
	}

	/// Asks it to stop and waits until it has.
	pub async fn stop(&mut self) {
		self.server.stop().await;
	}

	/// Fails if it was started and has ended.
	///
	/// # Errors
	/// [`Error::Ended`].
	pub fn check(&mut self) -> Result<(), Error> {
		self.server.check()
	}
}
