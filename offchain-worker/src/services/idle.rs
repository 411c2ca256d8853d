//! Stands aside while somebody else needs the machine.
//!
//! Looks at the machine every few seconds, and writes what follows from the owner's rules to
//! [`Context::pause`]. `availability` leaves the pools then, and `execution` hands back what it holds,
//! at once or after some time. A job that is drawn in the very block in which the worker leaves is
//! treated like those in hand.

use std::{mem, time::Instant};

use tercet_hardware::{rules::OnPause, verdict, Cause, Rules, State, Verdict};
use tokio_util::sync::CancellationToken;

use crate::{context::Context, pause::Pause, supervisor::ServiceError};

/// Writes [`PauseState::idle`](crate::pause::PauseState::idle).
pub struct Idle {
	context: Context,
	rules: Rules,
	state: State,
	/// Since when it pauses, and the kinds of reasons that were given.
	pausing: Option<(Instant, Vec<mem::Discriminant<Cause>>)>,
}

impl Idle {
	/// The service, with the owner's rules.
	pub fn new(context: Context, rules: Rules) -> Self {
		Self { context, rules, state: State::default(), pausing: None }
	}

	/// What holds until the machine was looked at for the first time: nothing is taken on by a worker
	/// that may have to stand aside.
	pub fn before_the_first_look(rules: &Rules) -> Option<Pause> {
		rules.any().then(|| Pause::finishing("the machine has not been looked at yet"))
	}

	/// Runs until `shutdown`.
	///
	/// # Errors
	/// [`ServiceError::Failed`] if a look panics.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		shutdown.run_until_cancelled(self.serve()).await.unwrap_or(Ok(()))
	}

	async fn serve(mut self) -> Result<(), ServiceError> {
		loop {
			let (host, rules) = (self.context.host.clone(), self.rules.clone());
			let looked = tokio::task::spawn_blocking(move || host.look(&rules)).await;
			let (readings, clock) =
				looked.map_err(|panic| ServiceError::Failed(panic.to_string()))?;
			let (verdict, state) = verdict(&readings, &self.rules, &clock, &self.state);
			self.state = state;
			self.act(&verdict);
			self.context.host.seen.send_replace(readings);
			tokio::time::sleep(self.rules.look_every.0).await;
		}
	}

	/// Tells the others, if there is anything new.
	fn act(&mut self, verdict: &Verdict) {
		let idle = match verdict {
			Verdict::Run => {
				if let Some((since, _)) = self.pausing.take() {
					let after = since.elapsed().as_secs();
					tracing::info!(after, "the machine is idle again");
				}
				None
			},
			Verdict::Pause(causes) => Some(self.pause(causes, verdict.to_string())),
		};
		self.context.metrics.idle_pause.set(idle.is_some().into());
		self.context.pause.send_if_modified(|state| {
			let changed = state.idle != idle;
			state.idle = idle;
			changed
		});
	}

	/// The pause for `causes`. Its text changes with the kinds of causes, not with every reading:
	/// whoever hears of a change looks at the chain.
	fn pause(&mut self, causes: &[Cause], reason: String) -> Pause {
		let kinds: Vec<_> = causes.iter().map(mem::discriminant).collect();
		let since = match &self.pausing {
			Some((since, _)) => *since,
			None => {
				tracing::info!(%reason, "standing aside");
				self.context.metrics.idle_pauses.inc();
				Instant::now()
			},
		};
		let said = self.context.pause.borrow().idle.clone();
		let same = self.pausing.as_ref().is_some_and(|(_, before)| *before == kinds);
		let reason = said.filter(|_| same).map_or(reason, |pause| pause.reason);
		self.pausing = Some((since, kinds));
		let hand_back = match self.rules.on_pause {
			OnPause::HandBack => true,
			OnPause::Finish => since.elapsed() >= self.rules.finish_within.0,
		};
		Pause { reason, hand_back }
	}
}
