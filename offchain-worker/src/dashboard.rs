//! `tercet-worker status --watch`: the worker at a glance, in a terminal.

use std::{path::Path, time::Duration};

use ratatui::{
	crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers},
	layout::{Constraint, Layout},
	style::{Color, Modifier, Style},
	text::{Line, Span},
	widgets::{Block, Paragraph, Row, Table, Wrap},
	Frame,
};
use serde_json::json;

use crate::{
	admin::{AdminClient, AdminError},
	offers::Amount,
	status::{JobStatus, Status},
};

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// The status of the worker in `dir`: its own word if it is running, what it left there otherwise.
///
/// # Errors
/// If no worker has ever run there, or its files cannot be read.
pub async fn status(dir: &Path) -> anyhow::Result<Status> {
	let asked = async { AdminClient::open(dir)?.call("status", json!({})).await };
	match asked.await {
		Ok(status) => Ok(status),
		Err(AdminError::NotRunning(_)) => Ok(Status::read(dir)?.0),
		Err(error) => Err(error.into()),
	}
}

/// Shows the worker in `dir` until somebody presses q, Esc or Ctrl-C.
///
/// # Errors
/// As [`status`], at the start; what the terminal says.
pub async fn watch(dir: &Path) -> anyhow::Result<()> {
	let mut shown = status(dir).await.map_err(|error| error.to_string());
	if let Err(error) = shown {
		anyhow::bail!("{error}");
	}
	let mut terminal = ratatui::try_init()?;
	let outcome = loop {
		if let Err(error) = terminal.draw(|frame| draw(frame, &shown)) {
			break Err(error.into());
		}
		// Keys are waited for on a thread of their own, so that requests go on.
		match tokio::task::spawn_blocking(|| leaves(PERIOD)).await {
			Ok(Ok(false)) => shown = status(dir).await.map_err(|error| error.to_string()),
			Ok(Ok(true)) => break Ok(()),
			Ok(Err(error)) => break Err(error.into()),
			Err(panic) => break Err(panic.into()),
		}
	};
	ratatui::restore();
	outcome
}

/// Waits at most `period`, and says whether somebody wants to leave.
fn leaves(period: Duration) -> std::io::Result<bool> {
	if !event::poll(period)? {
		return Ok(false);
	}
	let Event::Key(key) = event::read()? else { return Ok(false) };
	let interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
	let quits = matches!(key.code, KeyCode::Char('q') | KeyCode::Esc);
	Ok(key.kind == KeyEventKind::Press && (quits || interrupt))
}

/// One picture. An error instead of a status is shown, and the next look may be better.
pub fn draw(frame: &mut Frame<'_>, status: &Result<Status, String>) {
	let status = match status {
		Ok(status) => status,
		Err(error) => {
			let text = Paragraph::new(error.as_str()).wrap(Wrap { trim: true });
			frame.render_widget(text.block(Block::bordered().title("tercet-worker")), frame.area());
			return;
		},
	};
	let facts = facts(status);
	let alerts = alerts(status);
	// Each alert may take two lines.
	let heights = [
		Constraint::Length(lines(facts.len()) + 2),
		Constraint::Length(if alerts.is_empty() { 0 } else { lines(alerts.len() * 2) + 2 }),
		Constraint::Min(4),
		Constraint::Length(1),
	];
	let [top, middle, rest, bottom] = Layout::vertical(heights).areas(frame.area());
	let title = format!(" tercet-worker {} ", status.about.version);
	frame.render_widget(Paragraph::new(facts).block(Block::bordered().title(title)), top);
	if !alerts.is_empty() {
		let block = Block::bordered().title(" look at this ").style(Style::new().fg(Color::Yellow));
		let alerts = Paragraph::new(alerts).wrap(Wrap { trim: true }).block(block);
		frame.render_widget(alerts, middle);
	}
	frame.render_widget(jobs(&status.jobs), rest);
	frame.render_widget(Line::from(" q: leave").style(Style::new().fg(Color::DarkGray)), bottom);
}

fn lines(count: usize) -> u16 {
	u16::try_from(count).unwrap_or(u16::MAX - 2)
}

fn facts(status: &Status) -> Vec<Line<'static>> {
	let state = status.state();
	let colour = match (status.running, status.pause.is_paused()) {
		(false, _) => Color::Red,
		(true, true) => Color::Yellow,
		(true, false) => Color::Green,
	};
	let state = Span::styled(state, Style::new().fg(colour).add_modifier(Modifier::BOLD));
	let fact = |name: &str, text: String| Line::from(format!("{name:<10}{text}"));
	let mut facts = vec![
		Line::from(vec![Span::raw(format!("{:<10}", "worker")), state]),
		fact("account", status.account.to_string()),
		fact("node", format!("{}, block {}", status.node, status.block)),
		fact(
			"device",
			match &status.about.class {
				Some(class) => format!("{} (class {class})", status.about.device),
				None => status.about.device.clone(),
			},
		),
	];
	if let Some(stake) = &status.stake {
		facts.extend([
			fact(
				"stake",
				format!(
					"{} bonded, {} counts, {} at risk, {} to be slashed",
					Amount(stake.bonded),
					Amount(stake.counted),
					Amount(stake.at_risk),
					Amount(stake.pending_slashes)
				),
			),
			fact(
				"record",
				format!(
					"reputation {:.1} %, {} verified, {} wrong, {} offers",
					stake.reputation * 100.0,
					stake.verified,
					stake.wrong,
					stake.offers
				),
			),
			fact(
				"money",
				format!("{} for fees, {} to claim", Amount(stake.free), Amount(stake.claimable)),
			),
		]);
	}
	facts.extend([
		fact(
			"earned",
			format!(
				"{} for jobs, {} rewards",
				Amount(status.earnings.jobs),
				Amount(status.earnings.rewards)
			),
		),
		fact(
			"cache",
			format!(
				"{} models, {} MiB; {} MiB of disk free",
				status.disk.model_count,
				status.disk.models >> 20,
				status.disk.free >> 20
			),
		),
		fact("machine", status.machine.clone()),
		fact("energy", format!("{:.1} kJ for jobs since it started", status.joules / 1e3)),
		fact(
			"answers",
			format!("{} computed, {} revealed since it started", status.executed, status.revealed),
		),
	]);
	facts
}

fn alerts(status: &Status) -> Vec<Line<'static>> {
	let alert =
		|alert: &crate::alerts::Alert| Line::from(format!("{} → {}", alert.what, alert.remedy));
	status.alerts.iter().map(alert).collect()
}

fn jobs(jobs: &[JobStatus]) -> Table<'static> {
	let rows = jobs.iter().map(|job| {
		Row::new([
			job.job.0.to_string(),
			job.items.to_string(),
			format!("{:?}", job.stage).to_lowercase(),
			job.on_chain.clone(),
			job.in_journal.clone(),
			job.until.to_string(),
			job.deadline.to_string(),
		])
	});
	let widths = [
		Constraint::Length(8),
		Constraint::Length(6),
		Constraint::Length(9),
		Constraint::Length(10),
		Constraint::Min(12),
		Constraint::Length(9),
		Constraint::Length(9),
	];
	let heading = Row::new(["job", "items", "stage", "on chain", "journal", "until", "deadline"]);
	let title = format!(" {} in hand ", jobs.len());
	Table::new(rows, widths)
		.header(heading.style(Style::new().add_modifier(Modifier::BOLD)))
		.block(Block::bordered().title(title))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		alerts::{Alert, Kind},
		pause::Pause,
	};
	use ratatui::{backend::TestBackend, Terminal};
	use tercet_primitives::{AccountId32, JobId, Stage, H256, TCT};

	fn picture(status: &Result<Status, String>) -> String {
		let mut terminal = Terminal::new(TestBackend::new(110, 30)).unwrap();
		terminal.draw(|frame| draw(frame, status)).unwrap();
		terminal.backend().to_string()
	}

	fn a_status() -> Status {
		let job = JobStatus {
			job: JobId(42),
			round: 0,
			items: 16,
			stage: Stage::Commit,
			until: 110,
			deadline: 900,
			on_chain: "awaited".into(),
			in_journal: "nothing".into(),
		};
		let mut status = Status {
			running: true,
			pid: 1,
			account: AccountId32::new([1; 32]),
			genesis: H256::zero(),
			node: "ws://n:1".into(),
			block: 100,
			executed: 7,
			revealed: 6,
			jobs: vec![job],
			pause: Default::default(),
			about: Default::default(),
			stake: None,
			earnings: Default::default(),
			disk: Default::default(),
			machine: "a GPU, 3 % busy".into(),
			joules: 4_200.0,
			alerts: Vec::new(),
		};
		status.earnings.jobs = 3 * TCT / 2;
		status
	}

	#[test]
	fn draw_shows_jobs_earnings_and_state() {
		let picture = picture(&Ok(a_status()));
		for text in [
			"running, with nothing to offer yet",
			"42",
			"commit",
			"awaited",
			"1.5 TCT for jobs",
			"4.2 kJ",
		] {
			assert!(picture.contains(text), "{text} in {picture}");
		}
		assert!(!picture.contains("look at this"));
	}

	#[test]
	fn draw_shows_reasons_and_alerts_when_there_are_some() {
		let mut status = a_status();
		status.pause.idle = Some(Pause::finishing("a game is running"));
		let (what, remedy) = ("the disk is full".into(), "make room".into());
		status.alerts = vec![Alert { kind: Kind::Disk, what, remedy }];
		let picture = picture(&Ok(status));
		for text in ["paused: a game is running", "the disk is full → make room"] {
			assert!(picture.contains(text), "{text} in {picture}");
		}
	}

	#[test]
	fn draw_shows_the_error_when_there_is_no_status() {
		assert!(picture(&Err("no worker answers".into())).contains("no worker answers"));
	}
}
