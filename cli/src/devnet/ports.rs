//! Ports that nothing uses yet.

use std::{
	io,
	net::{Ipv4Addr, TcpListener},
	ops::Range,
	sync::atomic::{AtomicU16, Ordering},
};

/// Below those that the system lends to outgoing connections: a port from there may be in use again
/// when a program that was killed is started anew.
const RANGE: Range<u16> = 10_000..30_000;

/// Where the next search starts, as an offset into [`RANGE`]. Never the same twice in one process.
static NEXT: AtomicU16 = AtomicU16::new(0);

/// A TCP port of the loopback interface that is free now.
///
/// # Errors
/// If no port is free.
pub fn free() -> io::Result<u16> {
	// Different processes search from different places.
	let start = u64::from(std::process::id()) * 97;
	let length = u64::from(RANGE.end - RANGE.start);
	for _ in RANGE {
		let offset = (start + u64::from(NEXT.fetch_add(1, Ordering::Relaxed))) % length;
		let port = RANGE.start + offset as u16;
		if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
			return Ok(port);
		}
	}
	Err(io::ErrorKind::AddrInUse.into())
}

/// `port` if nothing listens there, else a free one.
///
/// # Errors
/// If no port is free.
pub fn preferably(port: u16) -> io::Result<u16> {
	match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
		Ok(_) => Ok(port),
		Err(_) => free(),
	}
}

/// The ports of a devnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
	/// JSON-RPC of the node.
	pub rpc: u16,
	/// The node's connections to others.
	pub p2p: u16,
	/// Prometheus metrics of the node.
	pub prometheus: u16,
	/// HTTP of the store.
	pub store: u16,
}

impl Ports {
	/// Free ones.
	///
	/// # Errors
	/// If no socket can be opened.
	pub fn free() -> io::Result<Self> {
		Ok(Self { rpc: free()?, p2p: free()?, prometheus: free()?, store: free()? })
	}

	/// `base` and the three after it.
	pub fn from_base(base: u16) -> Self {
		let port = |offset: u16| base.saturating_add(offset);
		Self { rpc: port(0), p2p: port(1), prometheus: port(2), store: port(3) }
	}

	/// Those that every program of Tercet tries by default, where they are free.
	///
	/// # Errors
	/// If no socket can be opened.
	pub fn well_known() -> io::Result<Self> {
		Ok(Self {
			rpc: preferably(9944)?,
			p2p: preferably(30333)?,
			prometheus: preferably(9615)?,
			store: preferably(31415)?,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn preferably_gives_another_port_when_taken() {
		let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
		let port = taken.local_addr().unwrap().port();
		assert_ne!(preferably(port).unwrap(), port);
	}

	#[test]
	fn from_base_gives_consecutive_ports() {
		let ports = Ports::from_base(20_000);
		assert_eq!(
			(ports.rpc, ports.p2p, ports.prometheus, ports.store),
			(20_000, 20_001, 20_002, 20_003)
		);
	}
}
