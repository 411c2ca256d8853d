//! Who wants the worker to stand aside, and why.
//!
//! A paused worker leaves the pools, so that it is drawn for nothing more, and finishes or hands back
//! what it holds. Each side that can pause has a place of its own here, so that one coming back does
//! not end the pause of another.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// Where the operator's pause is kept, so that a restart does not end it.
const FILE: &str = "paused.json";

/// A wish to stand aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
	/// Why, for people.
	pub reason: String,
	/// Whether jobs in hand that have no response yet are handed back at once, instead of being run to
	/// their end. Answers that were committed are revealed in any case.
	pub hand_back: bool,
}

impl Pause {
	/// Jobs in hand are finished.
	pub fn finishing(reason: impl Into<String>) -> Self {
		Self { reason: reason.into(), hand_back: false }
	}

	/// Jobs in hand without a response are handed back.
	pub fn handing_back(reason: impl Into<String>) -> Self {
		Self { reason: reason.into(), hand_back: true }
	}
}

/// Everybody's wishes. The worker takes jobs while there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseState {
	/// The operator's, by `tercet-worker pause`.
	#[serde(default)]
	pub operator: Option<Pause>,
	/// Of the rules about when this machine is idle.
	#[serde(default)]
	pub idle: Option<Pause>,
	/// The worker ends once nothing is in its hands.
	#[serde(default)]
	pub draining: bool,
}

/// The one copy that services share: written by those who pause, watched by those who act on it.
pub type Pauses = watch::Sender<PauseState>;

impl PauseState {
	/// Whether the worker should be out of the pools.
	pub fn is_paused(&self) -> bool {
		self.draining || self.operator.is_some() || self.idle.is_some()
	}

	/// Why it is paused, the operator's word first.
	pub fn reason(&self) -> Option<&str> {
		let pause = self.operator.as_ref().or(self.idle.as_ref());
		let draining = self.draining.then_some("it ends when its jobs are done");
		pause.map(|pause| pause.reason.as_str()).or(draining)
	}

	/// Why jobs without a response are handed back now, if they are.
	pub fn hands_back(&self) -> Option<&str> {
		let pauses = [&self.operator, &self.idle];
		let pause = pauses.into_iter().flatten().find(|pause| pause.hand_back)?;
		Some(&pause.reason)
	}
}

/// The operator's pause that is written down in `dir`. A file that cannot be read is none.
pub fn load(dir: &Path) -> Option<Pause> {
	let text = fs::read(dir.join(FILE)).ok()?;
	match serde_json::from_slice(&text) {
		Ok(pause) => Some(pause),
		Err(error) => {
			tracing::warn!(%error, "{FILE} is damaged; the worker is paused until `resume`");
			Some(Pause::finishing("a damaged note of an earlier pause"))
		},
	}
}

/// Writes the operator's pause down in `dir`, or that there is none.
///
/// # Errors
/// What the file system says.
pub fn save(dir: &Path, pause: Option<&Pause>) -> io::Result<()> {
	let path = dir.join(FILE);
	match pause {
		Some(pause) => fs::write(path, serde_json::to_vec(pause)?),
		None => match fs::remove_file(path) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
			_ => Ok(()),
		},
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn pause_lasts_until_everybody_who_asked_for_it_has_come_back() {
		let mut state = PauseState::default();
		assert_eq!((state.is_paused(), state.reason(), state.hands_back()), (false, None, None));
		state.operator = Some(Pause::finishing("maintenance"));
		state.idle = Some(Pause::handing_back("a game is running"));
		assert_eq!(state.reason(), Some("maintenance"));
		assert_eq!(state.hands_back(), Some("a game is running"));
		state.operator = None;
		assert!(state.is_paused());
		state.idle = None;
		assert!(!state.is_paused());
		state.draining = true;
		assert!(state.is_paused() && state.reason().is_some());
	}

	#[test]
	fn load_returns_what_was_saved_until_it_is_taken_back() {
		let dir = tempfile::tempdir().unwrap();
		assert_eq!(load(dir.path()), None);
		let pause = Pause::handing_back("maintenance");
		save(dir.path(), Some(&pause)).unwrap();
		assert_eq!(load(dir.path()), Some(pause));
		fs::write(dir.path().join(FILE), "{").unwrap();
		assert!(load(dir.path()).is_some());
		save(dir.path(), None).unwrap();
		save(dir.path(), None).unwrap();
		assert_eq!(load(dir.path()), None);
	}
}
