//! Starts processes from a thread that lives as long as this program.
//!
//! A runner asks the kernel to kill it when its parent dies. To the kernel that is the thread that
//! started it, and threads for blocking work come and go.

use std::{
	io,
	process::{Child, Command},
	sync::{mpsc, OnceLock},
};

type Order = (Command, mpsc::Sender<io::Result<Child>>);

static ORDERS: OnceLock<mpsc::Sender<Order>> = OnceLock::new();

/// As [`Command::spawn`].
pub(super) fn spawn(command: Command) -> io::Result<Child> {
	let gone = || io::Error::other("the thread that starts processes is gone");
	let (reply, started) = mpsc::channel();
	let orders = ORDERS.get_or_init(|| {
		let (orders, received) = mpsc::channel::<Order>();
		std::thread::spawn(move || {
			for (mut command, reply) in received {
				// Whoever asked may have gone; then the process goes, too.
				let _ = reply.send(command.spawn());
			}
		});
		orders
	});
	orders.send((command, reply)).map_err(|_| gone())?;
	started.recv().map_err(|_| gone())?
}
