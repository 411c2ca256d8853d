//! Running models, behind a trait, and the sessions that stay loaded.

use std::sync::{Arc, Mutex, PoisonError};

use tercet_primitives::H256;
use tercet_tensors::TensorMap;

use crate::engine::{Engine, EngineError, Session};

/// Sessions that stay loaded.
const MAX_SESSIONS: usize = 8;

/// Something that runs models. Calls block: they belong on a blocking thread.
pub trait Compute: Send + Sync + 'static {
	/// The model with this digest, if it is loaded.
	fn loaded(&self, model: &H256) -> Option<Arc<dyn Runnable>>;

	/// Loads the ONNX file `bytes` under this digest.
	///
	/// # Errors
	/// As [`Engine::session`].
	fn load(&self, model: H256, bytes: &[u8]) -> Result<Arc<dyn Runnable>, EngineError>;
}

/// A loaded model.
pub trait Runnable: Send + Sync {
	/// Runs all items of `input` as one batch.
	///
	/// # Errors
	/// As [`Session::run`].
	fn run(&self, input: &TensorMap) -> Result<TensorMap, EngineError>;
}

impl Runnable for Session {
	fn run(&self, input: &TensorMap) -> Result<TensorMap, EngineError> {
		Session::run(self, input)
	}
}

/// An engine and the sessions it has open, the least recently used of which is closed first.
pub struct Sessions {
	engine: Engine,
	threads: usize,
	open: Mutex<Vec<(H256, Arc<dyn Runnable>)>>,
}

impl Sessions {
	/// Sessions of `engine` with `threads` threads inside each operator.
	pub fn new(engine: Engine, threads: usize) -> Self {
		Self { engine, threads, open: Mutex::new(Vec::new()) }
	}

	fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(H256, Arc<dyn Runnable>)>> {
		// The list is consistent after each of its operations, whatever panicked.
		self.open.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Compute for Sessions {
	fn loaded(&self, model: &H256) -> Option<Arc<dyn Runnable>> {
		let mut open = self.lock();
		let position = open.iter().position(|(digest, _)| digest == model)?;
		let entry = open.remove(position);
		let session = entry.1.clone();
		open.push(entry);
		Some(session)
	}

	fn load(&self, model: H256, bytes: &[u8]) -> Result<Arc<dyn Runnable>, EngineError> {
		let session: Arc<dyn Runnable> = Arc::new(self.engine.session(bytes, self.threads)?);
		let mut open = self.lock();
		open.retain(|(digest, _)| *digest != model);
		if open.len() >= MAX_SESSIONS {
			open.remove(0);
		}
		open.push((model, session.clone()));
		Ok(session)
	}
}
