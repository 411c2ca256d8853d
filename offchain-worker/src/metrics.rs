//! Counters for Prometheus.

use std::{
	sync::atomic::{AtomicI64, AtomicU64},
	time::{Duration, SystemTime, UNIX_EPOCH},
};

use prometheus_client::{
	encoding::{text::encode, EncodeLabelSet},
	metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
	registry::{Registry, Unit},
};
use tercet_primitives::{Balance, TCT};

/// Heads are two seconds apart; so old a head means that something is wrong.
const STALE: Duration = Duration::from_secs(60);

/// Everything that is counted.
pub struct Metrics {
	registry: Registry,
	/// Best block seen.
	pub best_block: Gauge<i64, AtomicI64>,
	/// When it was seen, in seconds since 1970.
	pub best_block_seen: Gauge<i64, AtomicI64>,
	/// Jobs in this worker's hands.
	pub assignments: Gauge<i64, AtomicI64>,
	/// Jobs that run now.
	pub running: Gauge<i64, AtomicI64>,
	/// Jobs that ran to a result.
	pub executed: Counter<u64, AtomicU64>,
	/// Items in those jobs.
	pub items: Counter<u64, AtomicU64>,
	/// Jobs found to be invalid, by reason.
	pub invalid: Family<Reason, Counter>,
	/// Jobs given up, by reason.
	pub abstained: Family<Reason, Counter>,
	/// Transactions with duties that the chain took.
	pub transactions: Counter<u64, AtomicU64>,
	/// Commitments that the chain took.
	pub committed: Counter<u64, AtomicU64>,
	/// Commitments to fingerprints that the chain took.
	pub sealed: Counter<u64, AtomicU64>,
	/// Responses that the chain took.
	pub revealed: Counter<u64, AtomicU64>,
	/// Fingerprints that the chain took, once per round.
	pub opened: Counter<u64, AtomicU64>,
	/// Item digests that the chain took, once per job.
	pub itemized: Counter<u64, AtomicU64>,
	/// Abstentions that the chain took.
	pub abstentions: Counter<u64, AtomicU64>,
	/// Transactions that were refused, and whose duties were sent one by one.
	pub splits: Counter<u64, AtomicU64>,
	/// Fingerprints that could not be computed, by reason.
	pub fingerprint_failures: Family<Reason, Counter>,
	/// Submissions that failed and are made again.
	pub submission_failures: Counter<u64, AtomicU64>,
	/// Requests to the store that failed and are made again.
	pub store_failures: Counter<u64, AtomicU64>,
	/// Connections to the node that were lost.
	pub disconnects: Counter<u64, AtomicU64>,
	/// Services that failed and were started again.
	pub service_restarts: Counter<u64, AtomicU64>,
	/// Whether an alert holds, by name.
	pub alerts: Family<Named, Gauge>,
	/// Whether somebody paused the worker.
	pub paused: Gauge<i64, AtomicI64>,
	/// Whether the provider sits in the pools of its offers.
	pub available: Gauge<i64, AtomicI64>,
	/// Stake that counts for draws, in TCT.
	pub stake: Gauge<f64, AtomicU64>,
	/// From 0 to 1.
	pub reputation: Gauge<f64, AtomicU64>,
	/// Paid for jobs since the state directory was made, in TCT.
	pub earned_jobs: Gauge<f64, AtomicU64>,
	/// Rewards claimed since then, in TCT.
	pub earned_rewards: Gauge<f64, AtomicU64>,
	/// Free for the state directory.
	pub disk_free: Gauge<i64, AtomicI64>,
	/// Taken by cached models.
	pub disk_models: Gauge<i64, AtomicI64>,
	/// Models that are open.
	pub models: ModelCounts,
	/// Whether the owner's rules about idle time make it stand aside.
	pub idle_pause: Gauge<i64, AtomicI64>,
	/// How often they did.
	pub idle_pauses: Counter<u64, AtomicU64>,
	/// Energy of jobs that ran, in joules, where it can be measured.
	pub energy: Counter<f64, AtomicU64>,
	/// The same, job by job.
	pub job_energy: Histogram,
	/// Time to fetch model and input.
	pub fetch_time: Histogram,
	/// Time to run a batch, encoding included.
	pub run_time: Histogram,
	/// Time to compute the fingerprints of a job.
	pub fingerprint_time: Histogram,
}

/// What is counted about open models. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct ModelCounts {
	/// How many are open.
	pub open: Gauge<i64, AtomicI64>,
	/// Memory that their processes take, in bytes.
	pub memory: Gauge<i64, AtomicI64>,
	/// How many were opened.
	pub opened: Counter<u64, AtomicU64>,
	/// Jobs that found theirs open.
	pub reused: Counter<u64, AtomicU64>,
	/// How many were closed because memory was needed.
	pub evicted: Counter<u64, AtomicU64>,
}

/// Label of the alerts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Named {
	/// Name of the alert.
	pub name: String,
}

/// `amount` planck in TCT: for watching, not for accounts.
pub fn tct(amount: Balance) -> f64 {
	amount as f64 / TCT as f64
}

/// Label of the counters by reason.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Reason {
	/// Name of the fault.
	pub reason: String,
}

impl Default for Metrics {
	fn default() -> Self {
		// From 1 ms to 2 min.
		let histogram = || Histogram::new((0..18).map(|power| 0.001 * f64::from(1 << power)));
		let metrics = Self {
			registry: Registry::with_prefix("tercet_worker"),
			best_block: Gauge::default(),
			best_block_seen: Gauge::default(),
			assignments: Gauge::default(),
			running: Gauge::default(),
			executed: Counter::default(),
			items: Counter::default(),
			invalid: Family::default(),
			abstained: Family::default(),
			transactions: Counter::default(),
			committed: Counter::default(),
			sealed: Counter::default(),
			revealed: Counter::default(),
			opened: Counter::default(),
			itemized: Counter::default(),
			abstentions: Counter::default(),
			splits: Counter::default(),
			fingerprint_failures: Family::default(),
			submission_failures: Counter::default(),
			store_failures: Counter::default(),
			disconnects: Counter::default(),
			service_restarts: Counter::default(),
			alerts: Family::default(),
			paused: Gauge::default(),
			available: Gauge::default(),
			stake: Gauge::default(),
			reputation: Gauge::default(),
			earned_jobs: Gauge::default(),
			earned_rewards: Gauge::default(),
			disk_free: Gauge::default(),
			disk_models: Gauge::default(),
			models: ModelCounts::default(),
			idle_pause: Gauge::default(),
			idle_pauses: Counter::default(),
			energy: Counter::default(),
			// From 0.1 J to 1 MJ.
			job_energy: Histogram::new((0..15).map(|step| 10f64.powf(f64::from(step) / 2.0 - 1.0))),
			fetch_time: histogram(),
			run_time: histogram(),
			fingerprint_time: histogram(),
		};
		metrics.registered()
	}
}

impl Metrics {
	fn registered(mut self) -> Self {
		let r = &mut self.registry;
		r.register("best_block", "Best block seen", self.best_block.clone());
		r.register_with_unit(
			"best_block_seen_time",
			"When the best block was seen, since 1970",
			Unit::Seconds,
			self.best_block_seen.clone(),
		);
		r.register("assignments", "Jobs in this worker's hands", self.assignments.clone());
		r.register("running", "Jobs that run now", self.running.clone());
		r.register("executed", "Jobs that ran to a result", self.executed.clone());
		r.register("items", "Items in jobs that ran to a result", self.items.clone());
		r.register("invalid", "Jobs found to be invalid, by reason", self.invalid.clone());
		r.register("abstained", "Jobs given up, by reason", self.abstained.clone());
		for (name, help, counter) in [
			("transactions", "Transactions with duties taken by the chain", &self.transactions),
			("committed", "Commitments taken by the chain", &self.committed),
			("sealed", "Commitments to fingerprints taken by the chain", &self.sealed),
			("revealed", "Responses taken by the chain", &self.revealed),
			("opened", "Fingerprints taken by the chain, per round", &self.opened),
			("itemized", "Item digests taken by the chain, per job", &self.itemized),
			("abstentions", "Abstentions taken by the chain", &self.abstentions),
			("splits", "Refused transactions whose duties went one by one", &self.splits),
		] {
			r.register(name, help, counter.clone());
		}
		r.register(
			"fingerprint_failures",
			"Fingerprints that could not be computed, by reason",
			self.fingerprint_failures.clone(),
		);
		r.register(
			"submission_failures",
			"Submissions that failed",
			self.submission_failures.clone(),
		);
		r.register(
			"store_failures",
			"Requests to the store that failed",
			self.store_failures.clone(),
		);
		r.register(
			"disconnects",
			"Connections to the node that were lost",
			self.disconnects.clone(),
		);
		r.register("service_restarts", "Services started again", self.service_restarts.clone());
		r.register("alert", "1 while the alert of that name holds", self.alerts.clone());
		r.register("paused", "1 while somebody paused the worker", self.paused.clone());
		r.register("available", "1 while the provider is in the pools", self.available.clone());
		for (name, help, gauge) in [
			("stake_tct", "Stake that counts for draws, in TCT", &self.stake),
			("reputation", "Reputation, from 0 to 1", &self.reputation),
			("earned_jobs_tct", "Paid for jobs, in TCT", &self.earned_jobs),
			("earned_rewards_tct", "Rewards of eras claimed, in TCT", &self.earned_rewards),
		] {
			r.register(name, help, gauge.clone());
		}
		let ModelCounts { open, memory, opened, reused, evicted } = &self.models;
		r.register("models_open", "Models that are open", open.clone());
		for (name, help, counter) in [
			("models_opened", "Models that were opened", opened),
			("models_reused", "Jobs that found their model open", reused),
			("models_evicted", "Models closed because memory was needed", evicted),
		] {
			r.register(name, help, counter.clone());
		}
		for (name, help, gauge) in [
			("disk_free", "Free for the state directory", &self.disk_free),
			("disk_models", "Taken by cached models", &self.disk_models),
			("models_memory", "Taken by processes with a model open", memory),
		] {
			r.register_with_unit(name, help, Unit::Bytes, gauge.clone());
		}
		r.register(
			"idle_pause",
			"1 while the rules about idle time make the worker stand aside",
			self.idle_pause.clone(),
		);
		r.register("idle_pauses", "Times that they did", self.idle_pauses.clone());
		r.register_with_unit("energy", "Energy of jobs", Unit::Joules, self.energy.clone());
		r.register_with_unit(
			"job_energy",
			"Energy of a job",
			Unit::Joules,
			self.job_energy.clone(),
		);
		r.register_with_unit(
			"fetch_time",
			"Time to fetch model and input",
			Unit::Seconds,
			self.fetch_time.clone(),
		);
		r.register_with_unit(
			"run_time",
			"Time to run a batch, encoding included",
			Unit::Seconds,
			self.run_time.clone(),
		);
		r.register_with_unit(
			"fingerprint_time",
			"Time to compute the fingerprints of a job",
			Unit::Seconds,
			self.fingerprint_time.clone(),
		);
		self
	}

	/// Everything, in the OpenMetrics text format.
	pub fn encode(&self) -> String {
		let mut text = String::new();
		encode(&mut text, &self.registry).expect("a string takes all text; qed");
		text
	}

	/// Notes that `block` is the best one now.
	pub fn saw_head(&self, block: u32) {
		self.best_block.set(i64::from(block));
		self.best_block_seen.set(now());
	}

	/// Time since the best block was seen; `None` before the first one.
	pub fn silence(&self) -> Option<Duration> {
		let seen = self.best_block_seen.get();
		let age = Duration::from_secs(u64::try_from(now().saturating_sub(seen)).unwrap_or(0));
		(seen > 0).then_some(age)
	}

	/// Age of the best block, or `None` before the first one or when it is too old to be healthy.
	pub fn healthy(&self) -> Option<Duration> {
		self.silence().filter(|age| *age < STALE)
	}
}

fn now() -> i64 {
	let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn encode_names_every_metric_when_nothing_happened_yet() {
		let metrics = Metrics::default();
		metrics.abstained.get_or_create(&Reason { reason: "model".into() }).inc();
		let text = metrics.encode();
		for name in [
			"best_block ",
			"executed_total ",
			"run_time_seconds_bucket",
			"committed_total",
			"sealed_total",
			"itemized_total",
			"fingerprint_time_seconds_bucket",
		] {
			assert!(text.contains(&format!("tercet_worker_{name}")), "{name} in {text}");
		}
		assert!(text.contains(r#"tercet_worker_abstained_total{reason="model"} 1"#), "{text}");
	}

	#[test]
	fn healthy_is_none_when_no_head_was_seen() {
		let metrics = Metrics::default();
		assert_eq!(metrics.healthy(), None);
		metrics.saw_head(7);
		assert!(metrics.healthy().is_some());
		metrics.best_block_seen.set(now() - 61);
		assert_eq!(metrics.healthy(), None);
	}
}
