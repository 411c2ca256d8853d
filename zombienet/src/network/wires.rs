//! A network namespace for each node, and cables that can be replugged.
//!
//! Each node has two interfaces: `p2p`, whose other end is plugged into one of two switches
//! (bridges), and `control`, a cable to us for its RPC. Nodes have no routes but these, and switches
//! no addresses, so nodes reach each other only on the switch that both are plugged into. When a
//! cable is moved, packets are lost without notice, as they are when a line is cut.

use std::{
	ffi::OsString,
	net::Ipv4Addr,
	process::Command,
	sync::atomic::{AtomicU8, Ordering},
};

use anyhow::{bail, ensure, Context, Result};

/// Networks that this process has wired.
static COUNT: AtomicU8 = AtomicU8::new(0);

/// What names of namespaces start with; the process id follows.
const PREFIX: &str = "tercet-";

/// What operators are told to set on machines of validators, and so what holds in namespaces.
const SETTINGS: &str = include_str!("../../../ops/sysctl.d/tercet.conf");

/// The wires of one network. Gone when dropped.
#[derive(Debug)]
pub struct Wires {
	/// Short name of this network, for interfaces.
	tag: String,
	/// Third byte of the addresses that we reach nodes at.
	subnet: u8,
	nodes: usize,
}

/// Which switch a cable is plugged into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
	/// Where all are at first.
	Left,
	/// The other one.
	Right,
}

/// Why namespaces cannot be made here, if they cannot.
pub fn missing() -> Option<&'static str> {
	// SAFETY: takes nothing and cannot fail.
	#[allow(unsafe_code, reason = "std does not tell who we are")]
	let root = unsafe { libc::geteuid() } == 0;
	match (root, ip(&["-Version"])) {
		(false, _) => Some("needs root for network namespaces"),
		(_, Err(_)) => Some("needs `ip`, of iproute2"),
		_ => None,
	}
}

impl Wires {
	/// Namespaces for so many nodes, all on one switch.
	///
	/// # Errors
	/// If a command fails; nothing is left then.
	pub fn lay(nodes: usize) -> Result<Self> {
		remove_leftovers()?;
		ensure!(nodes <= 60, "there are not enough addresses for {nodes} nodes");
		let count = COUNT.fetch_add(1, Ordering::Relaxed);
		let process = std::process::id();
		let subnet = (process as u8).wrapping_add(count);
		let wires = Self { tag: format!("t{process}n{count}"), subnet, nodes };
		for side in [Side::Left, Side::Right] {
			let switch = wires.switch(side);
			ip(&["link", "add", &switch, "type", "bridge"])?;
			ip(&["link", "set", &switch, "up"])?;
		}
		for node in 0..nodes {
			wires.add(node)?;
		}
		Ok(wires)
	}

	fn add(&self, node: usize) -> Result<()> {
		let space = self.space(node);
		ip(&["netns", "add", &space])?;
		let pair = |end: &str, name: &str| {
			ip(&["link", "add", end, "type", "veth", "peer", "name", name, "netns", &space])?;
			ip(&["link", "set", end, "up"])?;
			ip(&["-n", &space, "link", "set", name, "up"])
		};
		ip(&["-n", &space, "link", "set", "lo", "up"])?;
		pair(&self.cable(node), "p2p")?;
		pair(&self.control_end(node), "control")?;
		let address = format!("{}/24", self.p2p(node));
		ip(&["-n", &space, "address", "add", &address, "dev", "p2p"])?;
		let [ours, theirs] = [1, 2].map(|host| format!("{}/30", self.control_address(node, host)));
		ip(&["address", "add", &ours, "dev", &self.control_end(node)])?;
		ip(&["-n", &space, "address", "add", &theirs, "dev", "control"])?;
		for line in SETTINGS.lines().filter(|line| !line.starts_with('#')) {
			let Some((name, value)) = line.split_once('=') else { continue };
			let file = format!("/proc/sys/{}", name.trim().replace('.', "/"));
			let write = format!("echo {} > {file}", value.trim());
			ip(&["netns", "exec", &space, "sh", "-c", &write])?;
		}
		self.plug(node, Side::Left)
	}

	/// Plugs the cable of a node into a switch.
	///
	/// # Errors
	/// If the command fails.
	pub fn plug(&self, node: usize, side: Side) -> Result<()> {
		ip(&["link", "set", &self.cable(node), "master", &self.switch(side)])
	}

	/// The command that runs another one in a node's namespace.
	pub fn enter(&self, node: usize) -> Vec<OsString> {
		["ip", "netns", "exec", &self.space(node)].map(OsString::from).to_vec()
	}

	/// A node's address for other nodes.
	pub fn p2p(&self, node: usize) -> Ipv4Addr {
		Ipv4Addr::new(10, 213, 0, 1 + node as u8)
	}

	/// A node's address for us.
	pub fn control(&self, node: usize) -> Ipv4Addr {
		self.control_address(node, 2)
	}

	fn control_address(&self, node: usize, host: u8) -> Ipv4Addr {
		Ipv4Addr::new(10, 214, self.subnet, 4 * node as u8 + host)
	}

	fn space(&self, node: usize) -> String {
		let process = std::process::id();
		format!("{PREFIX}{process}-{}-{node}", self.tag)
	}

	fn switch(&self, side: Side) -> String {
		format!("{}{}", self.tag, if side == Side::Left { "l" } else { "r" })
	}

	fn cable(&self, node: usize) -> String {
		format!("{}p{node}", self.tag)
	}

	fn control_end(&self, node: usize) -> String {
		format!("{}c{node}", self.tag)
	}
}

impl Drop for Wires {
	fn drop(&mut self) {
		// Of what was not made nothing can be removed, and there is nobody to tell.
		for node in 0..self.nodes {
			let _ = ip(&["link", "delete", &self.cable(node)]);
			let _ = ip(&["link", "delete", &self.control_end(node)]);
			let _ = ip(&["netns", "delete", &self.space(node)]);
		}
		for side in [Side::Left, Side::Right] {
			let _ = ip(&["link", "delete", &self.switch(side)]);
		}
	}
}

/// Removes what processes have left that were killed.
fn remove_leftovers() -> Result<()> {
	let list = Command::new("ip").args(["netns", "list"]).output().context("ip netns list")?;
	for line in String::from_utf8_lossy(&list.stdout).lines() {
		let name = line.split_whitespace().next().unwrap_or_default();
		let Some((process, rest)) = name.strip_prefix(PREFIX).and_then(|rest| rest.split_once('-'))
		else {
			continue;
		};
		if std::path::Path::new("/proc").join(process).exists() {
			continue;
		}
		// Its interfaces go with it, and their other ends with them.
		ip(&["netns", "delete", name])?;
		let tag = rest.split('-').next().unwrap_or_default();
		for side in ["l", "r"] {
			// With the first of a network's namespaces.
			let _ = ip(&["link", "delete", &format!("{tag}{side}")]);
		}
	}
	Ok(())
}

fn ip(args: &[&str]) -> Result<()> {
	let output = Command::new("ip").args(args).output().context("`ip` cannot be run")?;
	if !output.status.success() {
		bail!("ip {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Whether something in the namespace of one node can connect to another one's p2p address.
	fn reaches(wires: &Wires, from: usize, to: usize) -> bool {
		let target = format!("</dev/tcp/{}/7", wires.p2p(to));
		let enter = wires.enter(from);
		let status = Command::new("timeout")
			.args(["2"])
			.args(enter)
			.args(["bash", "-c", &target])
			.output()
			.unwrap();
		// Nothing listens there: the refusal is an answer.
		String::from_utf8_lossy(&status.stderr).contains("refused")
	}

	#[test]
	fn plug_separates_and_joins_when_there_is_root() {
		if let Some(why) = missing() {
			eprintln!("skipped: {why}");
			return;
		}
		let wires = Wires::lay(3).unwrap();
		assert!(reaches(&wires, 0, 1) && reaches(&wires, 1, 2));
		let file = "/proc/sys/net/ipv4/tcp_retries2";
		let setting = Command::new("ip").args(&wires.enter(0)[1..]).args(["cat", file]).output();
		assert_eq!(String::from_utf8_lossy(&setting.unwrap().stdout).trim(), "5");
		wires.plug(2, Side::Right).unwrap();
		assert!(reaches(&wires, 0, 1) && !reaches(&wires, 0, 2) && !reaches(&wires, 2, 1));
		wires.plug(2, Side::Left).unwrap();
		assert!(reaches(&wires, 0, 2) && reaches(&wires, 2, 1));
		let space = wires.space(0);
		drop(wires);
		let list = Command::new("ip").args(["netns", "list"]).output().unwrap();
		assert!(!String::from_utf8_lossy(&list.stdout).contains(&space));
	}
}
