//! `tercet-worker`: the provider's daemon. Parses the command line and waits for signals; the rest
//! is in the library.

use std::{
	io::{IsTerminal, Write as _},
	path::Path,
	process::ExitCode,
	time::Duration,
};

use clap::Parser;
use serde_json::json;
use tercet_worker::{
	admin::{AdminClient, AdminError},
	args::{Args, Command, DoctorArgs, LogFormat, PauseArgs, RunArgs, StateArgs, StatusArgs},
	checks,
	config::{Config, LogConfig},
	dashboard, init,
	pause::{self, Pause, PauseState},
	run, runner,
	status::{journal_lines, Status},
};
use tokio::signal::unix::{signal, SignalKind};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Time for blocking work (a journal write, a running model) to end on the way out.
const LAST_CALL: Duration = Duration::from_secs(3);

fn main() -> ExitCode {
	let outcome = match Args::parse().command {
		Command::Init(args) => wait_for(init::init(&args)).map(|()| true),
		Command::Run(args) => run_worker(*args).map(|()| true),
		Command::Status(args) => wait_for(show_status(&args)).map(|()| true),
		Command::Pause(args) => wait_for(pause(args)).map(|()| true),
		Command::Resume(args) => wait_for(resume(&args)).map(|()| true),
		Command::Drain(args) => wait_for(drain(&args)).map(|()| true),
		Command::Doctor(args) => wait_for(doctor(&args)),
		Command::Runner(args) => return runner::main(&args),
	};
	match outcome {
		Ok(true) => ExitCode::SUCCESS,
		Ok(false) => ExitCode::FAILURE,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		},
	}
}

fn run_worker(args: RunArgs) -> anyhow::Result<()> {
	let config = Config::of(&args)?;
	start_log(&config.log);
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let outcome = runtime.block_on(async {
		let shutdown = CancellationToken::new();
		let mut terminate = signal(SignalKind::terminate())?;
		let worker = run::run(config, args.testing, shutdown.clone());
		tokio::pin!(worker);
		tokio::select! {
			outcome = &mut worker => return Ok(outcome?),
			_ = terminate.recv() => tracing::info!("SIGTERM: stopping"),
			_ = tokio::signal::ctrl_c() => tracing::info!("interrupted: stopping"),
		}
		shutdown.cancel();
		tokio::select! {
			outcome = worker => Ok(outcome?),
			_ = terminate.recv() => anyhow::bail!("stopped at once by a second signal"),
			_ = tokio::signal::ctrl_c() => anyhow::bail!("stopped at once by a second signal"),
		}
	});
	runtime.shutdown_timeout(LAST_CALL);
	outcome
}

/// Runs something that is not the worker itself, on this thread.
fn wait_for<T>(work: impl std::future::Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
	tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

async fn show_status(args: &StatusArgs) -> anyhow::Result<()> {
	let dir = args.state.dir()?;
	if args.watch {
		return dashboard::watch(&dir).await;
	}
	let status = dashboard::status(&dir).await?;
	let mut text = match args.json {
		true => serde_json::to_string_pretty(&status)? + "\n",
		false => status.to_string(),
	};
	if !status.running && !args.json {
		let (_, entries) = Status::read(&dir)?;
		text += &format!("journal   {}\n", entries.len());
		journal_lines(&entries).for_each(|line| text += &(line + "\n"));
	}
	match std::io::stdout().write_all(text.as_bytes()) {
		// Who stops reading does not want the rest.
		Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
		_ => Ok(()),
	}
}

async fn pause(args: PauseArgs) -> anyhow::Result<()> {
	let dir = args.state.dir()?;
	let PauseArgs { reason, hand_back, .. } = args;
	let params = json!({ "reason": reason, "hand_back": hand_back });
	match ask(&dir, "pause", params).await? {
		Some(_) => println!("paused: it leaves the pools now; `tercet-worker resume` ends that"),
		None => {
			pause::save(&dir, Some(&Pause { reason, hand_back }))?;
			println!("no worker is running there; it is paused when it starts, until `resume`");
		},
	}
	Ok(())
}

async fn resume(args: &StateArgs) -> anyhow::Result<()> {
	let dir = args.dir()?;
	match ask(&dir, "resume", json!({})).await? {
		Some(state) => match state.reason() {
			None => println!("resumed: it enters the pools now"),
			Some(reason) => println!("resumed, and still paused by its own rules: {reason}"),
		},
		None => {
			pause::save(&dir, None)?;
			println!("no worker is running there; it enters the pools when it starts");
		},
	}
	Ok(())
}

async fn drain(args: &StateArgs) -> anyhow::Result<()> {
	let dir = args.dir()?;
	match ask(&dir, "drain", json!({})).await? {
		Some(_) => println!("it leaves the pools now, and ends after its last job"),
		None => anyhow::bail!("no worker is running in {}", dir.display()),
	}
	Ok(())
}

/// Asks a worker that may not be running.
async fn ask(
	dir: &Path,
	method: &str,
	params: serde_json::Value,
) -> anyhow::Result<Option<PauseState>> {
	if !dir.is_dir() {
		anyhow::bail!("there is no directory {}", dir.display());
	}
	let answer = async { AdminClient::open(dir)?.call(method, params).await };
	match answer.await {
		Ok(state) => Ok(Some(state)),
		Err(AdminError::NotRunning(_)) if !Status::is_running(dir) => Ok(None),
		Err(error) => Err(error.into()),
	}
}

async fn doctor(args: &DoctorArgs) -> anyhow::Result<bool> {
	let mut config = Config::load(&args.config)?;
	if args.key_file.is_some() {
		config.key.file.clone_from(&args.key_file);
	}
	let mut checks = Vec::new();
	let mut out = std::io::stdout().lock();
	checks::run(&config, |check| {
		if !args.json {
			// Who stops reading does not want the rest.
			let _ = writeln!(out, "{check}");
		}
		checks.push(check);
	})
	.await;
	if args.json {
		writeln!(out, "{}", serde_json::to_string_pretty(&checks)?)?;
	}
	Ok(checks.iter().all(checks::Check::passed))
}

fn start_log(config: &LogConfig) {
	let filter =
		EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(&config.filter));
	let log = tracing_subscriber::fmt()
		.with_env_filter(filter)
		.with_ansi(std::io::stderr().is_terminal())
		.with_writer(std::io::stderr);
	match config.format {
		LogFormat::Text => log.init(),
		LogFormat::Json => log.json().init(),
	}
}
