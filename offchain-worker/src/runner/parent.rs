//! The worker's side of one runner.

use std::{
	collections::VecDeque,
	io::{self, IoSlice, Read, Write},
	os::{
		fd::OwnedFd,
		unix::{net::UnixStream, process::ExitStatusExt},
	},
	path::PathBuf,
	process::{Child, Command as Process, Stdio},
	sync::{Arc, Mutex, PoisonError},
	time::{Duration, Instant},
};

use rustix::process::{Pid, Resource, Rlimit, Signal};
use tokio_util::sync::CancellationToken;

use super::{
	child::printable,
	memory,
	protocol::{read_frame, write_frame, Attempt, Command, Reply},
	sandbox::Wall,
	spawner,
};
use crate::{
	compute::{Failure, FailureKind, Opening, Request, Results},
	engine::{is_memory, Device},
	metrics::ModelCounts,
};

/// Time between looks at what may end a wait.
const TICK: Duration = Duration::from_millis(50);

/// Time for a process to start and load ONNX Runtime.
const START: Duration = Duration::from_secs(60);

/// Exit code of Rust programs whose main thread panicked.
const PANICKED: i32 = 101;

/// How much of what a process says on standard error is kept, in bytes.
const LAST_WORDS: usize = 4096;

/// Variables that a process needs to find the libraries of a GPU. It gets no others: the worker's key
/// may be in one.
const VARIABLES: &[&str] = &["LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"];

/// How processes are started and how long they may take.
#[derive(Clone, Debug)]
pub struct RunnerSettings {
	/// The program whose `runner` command is the process: this one, if it is the worker.
	pub program: PathBuf,
	/// ONNX Runtime's shared library.
	pub library: PathBuf,
	/// Where models run.
	pub device: Device,
	/// Threads inside each operator.
	pub threads: usize,
	/// Time for opening a model or running a batch, whatever the job's window leaves.
	pub wall: Duration,
	/// Refuse to start where a [wall](super::sandbox) is missing.
	pub require_sandbox: bool,
	/// Memory of models that are open, in bytes, together; those that wait for a job are closed when
	/// another needs it, those used least recently first.
	pub memory: u64,
	/// What is counted about them.
	pub counts: ModelCounts,
}

impl RunnerSettings {
	/// Runners of this program with an hour for each batch, and a quarter of this machine's memory.
	pub fn new(library: PathBuf, device: Device, threads: usize) -> Self {
		Self {
			// The program as it was started, even if another version has taken its place.
			program: "/proc/self/exe".into(),
			library,
			device,
			threads,
			wall: Duration::from_secs(3600),
			require_sandbox: false,
			memory: memory::total().map_or(1 << 30, |total| total / 4),
			counts: ModelCounts::default(),
		}
	}
}

/// One process, with at most one model open.
pub struct Runner {
	process: Child,
	socket: UnixStream,
	last_words: Arc<Mutex<VecDeque<u8>>>,
	walls: Vec<Wall>,
	settings: RunnerSettings,
	started: Instant,
	/// Address space of the process when it was ready, in bytes.
	base: u64,
	/// Size of the open artifact, in bytes.
	artifact: u64,
	/// Memory of this machine that was free when the artifact was opened, in bytes.
	available: u64,
	/// Memory that the process took after its last answer, in bytes.
	resident: u64,
	dead: bool,
}

/// What may end a wait.
struct Patience<'a> {
	cancel: &'a CancellationToken,
	until: Instant,
}

impl Patience<'_> {
	fn ended(&self) -> Option<&'static str> {
		if self.cancel.is_cancelled() {
			return Some("stopped, as the job's time is up");
		}
		(Instant::now() >= self.until).then_some("stopped, as it took too long")
	}
}

/// A stream whose waits can end.
struct Patient<'a> {
	socket: &'a UnixStream,
	patience: &'a Patience<'a>,
}

impl Patient<'_> {
	fn again<T>(&self, mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
		loop {
			match act() {
				Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
					if self.patience.ended().is_some() {
						return Err(io::ErrorKind::TimedOut.into());
					}
				},
				outcome => return outcome,
			}
		}
	}
}

impl Read for Patient<'_> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		self.again(|| (&mut &*self.socket).read(buffer))
	}
}

impl Write for Patient<'_> {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.again(|| (&mut &*self.socket).write(bytes))
	}

	fn write_vectored(&mut self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
		self.again(|| (&mut &*self.socket).write_vectored(bytes))
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

impl Runner {
	/// Starts a process and waits until it is locked in.
	///
	/// # Errors
	/// [`FailureKind::Machine`].
	pub fn start(settings: &RunnerSettings) -> Result<Self, Failure> {
		let failed = |error: io::Error| {
			Failure::new(FailureKind::Machine, format!("cannot start a runner: {error}"))
		};
		let (socket, theirs) = UnixStream::pair().map_err(failed)?;
		socket.set_read_timeout(Some(TICK)).map_err(failed)?;
		socket.set_write_timeout(Some(TICK)).map_err(failed)?;
		let mut process = spawner::spawn(command(settings, theirs)).map_err(failed)?;
		let last_words = Arc::new(Mutex::new(VecDeque::new()));
		if let Some(stderr) = process.stderr.take() {
			let last_words = last_words.clone();
			std::thread::spawn(move || listen(stderr, &last_words));
		}
		let mut runner = Self {
			process,
			socket,
			last_words,
			walls: Vec::new(),
			settings: settings.clone(),
			started: Instant::now(),
			base: 0,
			artifact: 0,
			available: u64::MAX,
			resident: 0,
			dead: false,
		};
		let patience =
			Patience { cancel: &CancellationToken::new(), until: Instant::now() + START };
		match runner.wait(&patience)? {
			(Reply::Ready { walls, space, resident }, _) => {
				(runner.walls, runner.base, runner.resident) = (walls, space, resident);
			},
			_ => return Err(runner.odd()),
		}
		Ok(runner)
	}

	/// What stands between the process and this machine.
	pub fn walls(&self) -> &[Wall] {
		&self.walls
	}

	/// Id of the process.
	pub fn id(&self) -> u32 {
		self.process.id()
	}

	/// Whether the process can be used for another job.
	pub fn is_alive(&self) -> bool {
		!self.dead
	}

	/// Opens an artifact, until `cancel`.
	///
	/// # Errors
	/// [`Failure`]; the process is gone unless [`Self::is_alive`].
	pub fn open(
		&mut self,
		opening: &Opening,
		artifact: &[u8],
		cancel: &CancellationToken,
	) -> Result<(), Failure> {
		self.artifact = artifact.len() as u64;
		self.available = memory::available().unwrap_or(u64::MAX);
		let threads = u32::try_from(self.settings.threads).unwrap_or(u32::MAX);
		let Opening { digest, declared, .. } = *opening;
		let command = Command::Open { threads, digest, declared };
		match self.ask(opening, 0, &command, artifact, cancel)? {
			(Reply::Opened { resident }, _) => {
				self.resident = resident;
				// Where seccomp is missing, this keeps the process from starting others.
				self.limit(Resource::Nproc, 0)
			},
			_ => Err(self.odd()),
		}
	}

	/// Runs a batch.
	///
	/// # Errors
	/// [`Failure`]; the process is gone unless [`Self::is_alive`].
	pub fn run(&mut self, opening: &Opening, request: &Request<'_>) -> Result<Results, Failure> {
		let Request { input, items, ref asked, batch, vectors_only, ref key, ref cancel } =
			*request;
		let key = key.clone();
		let is_private = key.is_some();
		let command = Command::Run { items, asked: *asked, batch, vectors_only, key };
		let length = input.len() as u64;
		let outcome = self.ask(opening, length, &command, input, cancel);
		if is_private {
			// What it saw ends with it.
			self.kill();
		}
		match outcome? {
			(Reply::Done { digests, resident }, bytes) if digests.len() == asked.len() as usize => {
				self.resident = resident;
				Ok(Results { bytes, digests })
			},
			_ => Err(self.odd()),
		}
	}

	/// Lets the process try to get out, with the memory that `opening` promises.
	///
	/// # Errors
	/// [`Failure`] if that ends it.
	pub fn attempt(
		&mut self,
		opening: &Opening,
		attempt: Attempt,
		cancel: &CancellationToken,
	) -> Result<Result<String, String>, Failure> {
		match self.ask(opening, 0, &Command::Attempt(attempt), &[], cancel)? {
			(Reply::Attempted(outcome), _) => Ok(outcome),
			_ => Err(self.odd()),
		}
	}

	/// Memory that the process took after its last answer, by its own account, in bytes.
	pub fn resident(&self) -> u64 {
		self.resident
	}

	/// Ends the process, and says why it had to be.
	pub(super) fn kill(&mut self) {
		self.dead = true;
		// It may have ended by itself.
		let _ = self.process.kill();
		let _ = self.process.wait();
	}

	/// Sends a command with its limits set, and waits for the reply.
	fn ask(
		&mut self,
		opening: &Opening,
		input: u64,
		command: &Command,
		body: &[u8],
		cancel: &CancellationToken,
	) -> Result<(Reply, Vec<u8>), Failure> {
		if self.dead {
			return Err(Failure::new(FailureKind::Machine, "the runner is gone"));
		}
		let limit = Memory::of(opening, self.artifact, input, self.available);
		let resource = match self.settings.device {
			Device::Cpu => Resource::As,
			// Drivers reserve address space for all memory of all devices.
			Device::Cuda(_) | Device::TensorRt(_) => Resource::Data,
		};
		self.limit(resource, self.base.saturating_add(limit.bytes))?;
		let threads = self.settings.threads as u64 + 1;
		let seconds = (self.started.elapsed() + self.settings.wall).as_secs() + 1;
		self.limit(Resource::Cpu, seconds.saturating_mul(threads))?;

		let patience = Patience { cancel, until: Instant::now() + self.settings.wall };
		let mut stream = Patient { socket: &self.socket, patience: &patience };
		let outcome = match write_frame(&mut stream, command, body) {
			Ok(()) => self.wait(&patience),
			Err(error) => Err(self.end(&error, &patience)),
		};
		match outcome {
			Ok((Reply::Failed(failure), _)) => {
				let Failure { kind, text } = failure;
				if !matches!(kind, FailureKind::Input | FailureKind::Asked) {
					// What failed half-way may have left anything behind.
					self.kill();
				}
				Err(limit.judge(Failure { kind, text: printable(&text) }))
			},
			Ok(reply) => Ok(reply),
			Err(failure) => Err(limit.judge(failure)),
		}
	}

	/// The next reply and its body.
	fn wait(&mut self, patience: &Patience<'_>) -> Result<(Reply, Vec<u8>), Failure> {
		let mut stream = Patient { socket: &self.socket, patience };
		read_frame(&mut stream).map_err(|error| self.end(&error, patience))
	}

	/// What the end of the conversation means.
	fn end(&mut self, error: &io::Error, patience: &Patience<'_>) -> Failure {
		let ended = patience.ended();
		let hung_up = matches!(
			error.kind(),
			io::ErrorKind::UnexpectedEof
				| io::ErrorKind::BrokenPipe
				| io::ErrorKind::ConnectionReset
		);
		if !hung_up {
			self.kill();
			return match ended {
				Some(why) => Failure::new(FailureKind::Time, why),
				None => Failure::new(FailureKind::Crash, format!("the runner babbles: {error}")),
			};
		}
		self.dead = true;
		// A process that hung up is about to be gone; one that pretends is helped.
		let deadline = Instant::now() + Duration::from_secs(10);
		let status = loop {
			match self.process.try_wait() {
				Ok(Some(status)) => break status,
				Ok(None) if Instant::now() < deadline => {
					std::thread::sleep(Duration::from_millis(2))
				},
				_ => {
					self.kill();
					return Failure::new(FailureKind::Crash, "the runner hung up");
				},
			}
		};
		let words = self.last_words();
		let because = if words.is_empty() { String::new() } else { format!(": {words}") };
		match status.signal() {
			None if status.code() == Some(PANICKED) => {
				Failure::new(FailureKind::Crash, format!("the runner gave up{because}"))
			},
			None => Failure::new(FailureKind::Machine, format!("the runner ended{because}")),
			Some(signal) => {
				let name = Signal::from_named_raw(signal)
					.map_or_else(|| format!("signal {signal}"), |name| format!("{name:?}"));
				let text = format!("the runner was killed by {name}{because}");
				Failure::new(cause(signal, &words), text)
			},
		}
	}

	/// The end of what the process said on standard error.
	fn last_words(&self) -> String {
		// The listener needs a moment after the process has ended.
		std::thread::sleep(Duration::from_millis(5));
		let words = self.last_words.lock().unwrap_or_else(PoisonError::into_inner);
		let words: Vec<u8> = words.iter().copied().collect();
		printable(String::from_utf8_lossy(&words).trim())
	}

	fn odd(&mut self) -> Failure {
		self.kill();
		Failure::new(FailureKind::Crash, "the runner said something that nobody asked for")
	}

	/// Sets a limit of the process from outside, where nothing in it can lift it again.
	fn limit(&mut self, resource: Resource, value: u64) -> Result<(), Failure> {
		let id = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
		// The process has this one's hard limits, which nobody may raise.
		let maximum = rustix::process::getrlimit(resource).maximum;
		let current = Some(maximum.map_or(value, |maximum| maximum.min(value)));
		let limit = Rlimit { current, maximum };
		match rustix::process::prlimit(id, resource, limit) {
			Ok(_) => Ok(()),
			Err(error) => {
				self.kill();
				let text = format!("cannot limit a runner: {error}");
				Err(Failure::new(FailureKind::Machine, text))
			},
		}
	}
}

impl Drop for Runner {
	fn drop(&mut self) {
		self.kill();
	}
}

fn command(settings: &RunnerSettings, socket: UnixStream) -> Process {
	let mut command = Process::new(&settings.program);
	command
		.arg("runner")
		.arg("--onnxruntime")
		.arg(&settings.library)
		.arg("--device")
		.arg(settings.device.to_string())
		.current_dir("/")
		.env_clear()
		.envs(VARIABLES.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
		// As NVML counts them, which measures their energy.
		.env("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
		// Or else it writes a database, and a file is what it may not write.
		.env("ORT_DISABLE_TELEMETRY", "1")
		// Every arena reserves address space, which is what is limited.
		.env("MALLOC_ARENA_MAX", "2")
		// One batch takes what the one before gave back, without asking the kernel for it again.
		.env("MALLOC_TRIM_THRESHOLD_", "67108864")
		.env("MALLOC_MMAP_THRESHOLD_", "33554432")
		.stdin(Stdio::from(OwnedFd::from(socket)))
		.stdout(Stdio::null())
		.stderr(Stdio::piped());
	command
}

fn listen(mut stderr: impl Read, last_words: &Mutex<VecDeque<u8>>) {
	let mut buffer = [0; 1024];
	while let Ok(length @ 1..) = stderr.read(&mut buffer) {
		let mut words = last_words.lock().unwrap_or_else(PoisonError::into_inner);
		words.extend(buffer.iter().take(length));
		let excess = words.len().saturating_sub(LAST_WORDS);
		words.drain(..excess);
	}
}

/// What a deadly signal means.
fn cause(signal: i32, words: &str) -> FailureKind {
	match signal {
		libc::SIGXCPU => FailureKind::Time,
		// The kernel's OOM killer, or somebody at this machine.
		libc::SIGKILL | libc::SIGTERM | libc::SIGINT | libc::SIGHUP | libc::SIGQUIT => {
			FailureKind::Machine
		},
		libc::SIGABRT if is_memory(words) => FailureKind::Memory,
		_ => FailureKind::Crash,
	}
}

/// What a model may take, and what may be said if it wants more.
#[derive(Clone, Copy)]
struct Memory {
	bytes: u64,
	certain: bool,
}

impl Memory {
	/// The limit for one batch.
	fn of(opening: &Opening, artifact: u64, input: u64, available: u64) -> Self {
		let Some(declared) = opening.declared else {
			// Without a promise, only this machine's means count.
			return Self { bytes: available / 4 * 3, certain: false };
		};
		let promised = memory::promised(declared, artifact, input);
		let times = if opening.confirming { memory::CONFIRMING } else { 1 };
		let bytes = promised.saturating_mul(times);
		Self { bytes: bytes.min(available), certain: bytes <= available }
	}

	/// A lack of memory of this machine is nobody's fault but its own.
	fn judge(self, failure: Failure) -> Failure {
		match failure.kind {
			FailureKind::Memory if !self.certain => Failure {
				kind: FailureKind::Machine,
				text: format!(
					"{} (this machine has no more than {} bytes free)",
					failure.text, self.bytes
				),
			},
			_ => failure,
		}
	}
}
