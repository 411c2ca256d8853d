//! Looks after the worker itself: stake, disk, store, node, clock. Raises alerts, for the log and for
//! Prometheus, and says what to do.

use std::{
	collections::{BTreeMap, VecDeque},
	path::PathBuf,
	time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tercet_primitives::Permill;
use tokio_util::sync::CancellationToken;

use crate::{
	alerts::{alerts, Alert, Kind, Readings},
	chain::Standing,
	context::Context,
	health::Disk,
	metrics::Named,
	supervisor::ServiceError,
};

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(10);

/// For the chain to answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// An alert that lasts is logged again after this.
const REMIND: Duration = Duration::from_secs(3600);

/// How far back reputation is compared.
const HOUR: Duration = Duration::from_secs(3600);

/// Looks out of the pools, in a row, that are not just the way there.
const OUT_LOOKS: u32 = 4;

/// Writes [`Context::vitals`].
pub struct Health {
	context: Context,
	state_dir: PathBuf,
	/// Alerts that hold, and when they were last logged.
	raised: BTreeMap<Kind, Instant>,
	/// Reputation as it was at those times, for an hour.
	reputation: VecDeque<(Instant, Permill)>,
	started: Instant,
	/// Failures of the store that were seen so far, and those in a row of looks.
	failures: (u64, u64),
	was_available: bool,
	/// Looks out of the pools in a row, after having been in them.
	out: u32,
}

impl Health {
	/// The service, for the worker in `state_dir`.
	pub fn new(context: Context, state_dir: PathBuf) -> Self {
		let failures = (context.metrics.store_failures.get(), 0);
		Self {
			context,
			state_dir,
			raised: BTreeMap::new(),
			reputation: VecDeque::new(),
			started: Instant::now(),
			failures,
			was_available: false,
			out: 0,
		}
	}

	/// Runs until `shutdown`.
	///
	/// # Errors
	/// None; the type is that of all services.
	pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		let looking = async {
			let mut period = tokio::time::interval(PERIOD);
			period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
			loop {
				period.tick().await;
				self.look().await;
			}
		};
		shutdown.run_until_cancelled(looking).await.unwrap_or(Ok(()))
	}

	async fn look(&mut self) {
		let asked = tokio::time::timeout(PATIENCE, self.context.chain.standing()).await;
		let standing = match asked {
			Ok(Ok(standing)) => Some(standing),
			Ok(Err(error)) => {
				tracing::debug!(%error, "cannot ask how this worker stands");
				None
			},
			Err(_) => None,
		};
		let dir = self.state_dir.clone();
		let disk = tokio::task::spawn_blocking(move || Disk::of(&dir)).await.unwrap_or_default();
		let readings = self.readings(standing, disk);
		self.measure(&readings, disk);
		let alerts = alerts(&readings);
		self.announce(&alerts);
		self.context.vitals.send_modify(|vitals| {
			if readings.standing.is_some() {
				vitals.standing = readings.standing;
			}
			vitals.disk = disk;
			vitals.alerts = alerts;
		});
	}

	fn readings(&mut self, standing: Option<Standing>, disk: Disk) -> Readings {
		let (context, now) = (&self.context, Instant::now());
		let paused = context.pause.borrow().is_paused();
		if let Some(provider) = standing.as_ref().and_then(|standing| standing.provider.as_ref()) {
			while self.reputation.front().is_some_and(|(at, _)| now.duration_since(*at) > HOUR) {
				self.reputation.pop_front();
			}
			self.reputation.push_back((now, provider.reputation));
			self.was_available |= provider.available;
			let out = self.was_available && !paused && !provider.available;
			self.out = if out { self.out + 1 } else { 0 };
		}
		let failures = context.metrics.store_failures.get();
		let more = failures.saturating_sub(self.failures.0);
		self.failures = (failures, if more == 0 { 0 } else { self.failures.1 + more });
		let chain = &context.chain;
		Readings {
			standing,
			reputation_before: self.reputation.front().map(|(_, reputation)| *reputation),
			silence: context.metrics.silence().unwrap_or_else(|| self.started.elapsed()),
			now: unix_millis(),
			disk_free: disk.free,
			store_failures: self.failures.1,
			paused,
			was_available: self.out >= OUT_LOOKS,
			signer: chain.signer().to_string(),
			account: chain.account().to_string(),
		}
	}

	fn measure(&self, readings: &Readings, disk: Disk) {
		let metrics = &self.context.metrics;
		metrics.paused.set(readings.paused.into());
		metrics.disk_free.set(i64::try_from(disk.free).unwrap_or(i64::MAX));
		metrics.disk_models.set(i64::try_from(disk.models).unwrap_or(i64::MAX));
		let provider = readings.standing.as_ref().and_then(|standing| standing.provider.as_ref());
		if let Some(provider) = provider {
			metrics.available.set(provider.available.into());
			metrics.stake.set(crate::metrics::tct(provider.counted));
			metrics.reputation.set(f64::from(provider.reputation.deconstruct()) / 1e6);
		}
	}

	/// Logs what is new, what lasts, and what is over.
	fn announce(&mut self, alerts: &[Alert]) {
		let now = Instant::now();
		for kind in Kind::ALL {
			let gauge = Named { name: kind.name().into() };
			let alert = alerts.iter().find(|alert| alert.kind == kind);
			self.context.metrics.alerts.get_or_create(&gauge).set(alert.is_some().into());
			let Some(alert) = alert else {
				if self.raised.remove(&kind).is_some() {
					tracing::info!(alert = kind.name(), "over");
				}
				continue;
			};
			let logged = self.raised.get(&kind).copied();
			if logged.is_none_or(|logged| now.duration_since(logged) >= REMIND) {
				let Alert { what, remedy, .. } = alert;
				tracing::warn!(alert = kind.name(), "{what}. What to do: {remedy}");
				self.raised.insert(kind, now);
			}
		}
	}
}

fn unix_millis() -> u64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
