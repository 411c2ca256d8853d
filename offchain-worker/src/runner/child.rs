//! The process that runs a model.

use std::{
	io,
	net::TcpStream,
	os::{
		fd::AsFd,
		unix::{net::UnixStream, process::CommandExt},
	},
	path::PathBuf,
	process::ExitCode,
};

use bytes::Bytes;
use clap::Args;
use tercet_primitives::H256;
use tercet_tensors::{Tensor, TensorMap};

use super::{
	memory::Own,
	model,
	protocol::{read_frame, write_frame, Attempt, Command, Reply, MAX_TEXT_BYTES},
	sandbox::Sandbox,
	seccomp,
};
use crate::{
	compute::{Failure, FailureKind, Results},
	engine::{Device, Engine},
	items::{answer, Model, Work},
};

/// Options of `tercet-worker runner`.
#[derive(Debug, Args)]
pub struct RunnerArgs {
	/// ONNX Runtime's shared library.
	#[arg(long, value_name = "FILE")]
	pub onnxruntime: PathBuf,

	/// Where to run models: cpu, cuda:0, ….
	#[arg(long)]
	pub device: Device,
}

/// Serves the worker at the other end of standard input until it hangs up.
pub fn main(args: &RunnerArgs) -> ExitCode {
	match serve(args) {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("{error}");
			ExitCode::FAILURE
		},
	}
}

fn serve(args: &RunnerArgs) -> Result<(), Box<dyn std::error::Error>> {
	let device = args.device;
	// Without the place in somebody's source code.
	std::panic::set_hook(Box::new(|panic| {
		let what = panic.payload_as_str().unwrap_or("something unnameable");
		eprintln!("panicked: {what}");
	}));
	close_others();
	let sandbox = Sandbox::enter(device);
	let mut worker = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
	let engine = Engine::load(&args.onnxruntime)?.on(device);
	rehearse(&engine)?;
	let memory = Own::open()?;
	let walls = sandbox.lock(device);
	let (space, resident) = memory.now();
	write_frame(&mut worker, &Reply::Ready { walls, space, resident }, &[])?;

	let mut runner = Served { engine, memory, model: None };
	loop {
		let (reply, result) = match read_frame(&mut worker) {
			Ok((command, body)) => runner.obey(command, body.into()),
			Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
			Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
				// What was announced is still on its way; there is nothing sensible left to say.
				return Err("memory allocation of the body failed".into());
			},
			Err(error) => return Err(error.into()),
		};
		write_frame(&mut worker, &reply, &result)?;
	}
}

/// Closes what the worker may have left open by mistake.
#[allow(unsafe_code, reason = "nothing else closes descriptors that nobody here knows")]
fn close_others() {
	// SAFETY: the standard streams are kept, and this process has opened nothing else yet.
	unsafe { libc::syscall(libc::SYS_close_range, 3u32, u32::MAX, 0u32) };
}

/// Runs the smallest model there is: what libraries load and look up once, they do now.
fn rehearse(engine: &Engine) -> Result<(), Box<dyn std::error::Error>> {
	let input = TensorMap::new([("x", Tensor::f32(&[1], &[1.0])?)])?;
	// Two threads, so that starting them is rehearsed as well.
	engine.identity(2)?.run(&input)?;
	Ok(())
}

/// What is open.
struct Served {
	engine: Engine,
	memory: Own,
	model: Option<(H256, Box<dyn Model>)>,
}

impl Served {
	/// Does what the worker asks for: the reply, and its body.
	fn obey(&mut self, command: Command, body: Bytes) -> (Reply, Vec<u8>) {
		let outcome = self.outcome(command, body);
		outcome.unwrap_or_else(|failure| (Reply::Failed(short(failure)), Vec::new()))
	}

	fn outcome(&mut self, command: Command, body: Bytes) -> Result<(Reply, Vec<u8>), Failure> {
		match command {
			Command::Open { threads, digest, declared } => {
				let threads = usize::try_from(threads).unwrap_or(1);
				let model = model::open(&self.engine, &body, threads, declared)?;
				drop(body);
				self.model = Some((digest, model));
				if let Err(error) = seccomp::no_more_threads() {
					eprintln!("threads can still be started: {error}");
				}
				Ok((Reply::Opened { resident: self.memory.now().1 }, Vec::new()))
			},
			Command::Run { items, asked, batch, vectors_only, key } => {
				let nothing = || Failure::new(FailureKind::Machine, "nothing is open");
				let (artifact, model) = self.model.as_mut().ok_or_else(nothing)?;
				let (input, declared, asked, key) = (&body, items, &asked, key.as_ref());
				let work = Work { artifact, input, declared, asked, batch, vectors_only, key };
				let Results { bytes, digests } = answer(&mut **model, work)?;
				let (_, resident) = self.memory.now();
				Ok((Reply::Done { digests, resident }, bytes))
			},
			Command::Attempt(attempt) => {
				let outcome = try_out(attempt).map_err(|error| error.to_string());
				Ok((Reply::Attempted(outcome), Vec::new()))
			},
		}
	}
}

/// A failure whose text is short enough for a frame, and safe to print.
fn short(failure: Failure) -> Failure {
	Failure { text: printable(&failure.text), ..failure }
}

/// `text` without control characters, cut to [`MAX_TEXT_BYTES`].
pub(super) fn printable(text: &str) -> String {
	let mut safe = String::new();
	for character in text.chars() {
		let character = if character.is_control() { ' ' } else { character };
		if safe.len() + character.len_utf8() > MAX_TEXT_BYTES {
			break;
		}
		safe.push(character);
	}
	safe
}

/// Tries to get out; what came of it.
fn try_out(attempt: Attempt) -> io::Result<String> {
	match attempt {
		Attempt::Read(path) => std::fs::read_to_string(path),
		Attempt::Write(path) => std::fs::write(path, "was here").map(|()| "written".into()),
		Attempt::Connect(address) => TcpStream::connect(address).map(|_| "connected".into()),
		Attempt::Execute(program) => {
			// Only comes back if it fails.
			Err(std::process::Command::new(program).exec())
		},
		Attempt::Signal(id) => {
			let nobody = || io::Error::from(io::ErrorKind::InvalidInput);
			let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
			rustix::process::kill_process(id.ok_or_else(nobody)?, rustix::process::Signal::TERM)?;
			Ok("sent".into())
		},
		Attempt::Thread => {
			let thread = std::thread::Builder::new().spawn(|| ())?;
			thread.join().map(|()| "started".into()).map_err(|_| io::ErrorKind::Other.into())
		},
		Attempt::Allocate(bytes) => {
			let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
			// As any library would: it dies if there is none.
			let memory = vec![1u8; bytes];
			Ok(format!("{} bytes", std::hint::black_box(memory).len()))
		},
		Attempt::Spin => loop {
			std::hint::spin_loop();
		},
	}
}
