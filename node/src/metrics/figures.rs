//! Names, labels and units of the market's metrics.

use polkadot_sdk::substrate_prometheus_endpoint::{
	register, Counter, CounterVec, Gauge, GaugeVec, Histogram, HistogramOpts, Opts,
	PrometheusError, Registry, F64, U64,
};
use tercet_primitives::{
	apis::metrics::{MarketActivity, MarketState, Outcome},
	Balance, BlockNumber, RefundReason, Stage, TCT,
};

/// Upper bounds of the buckets of latencies, in blocks: from two seconds each to an hour.
const LATENCIES: [f64; 14] =
	[4., 6., 8., 10., 12., 16., 20., 30., 45., 60., 120., 300., 900., 1800.];

/// Stages of running jobs.
const STAGES: [Stage; 8] = [
	Stage::Commit,
	Stage::Lottery,
	Stage::Held,
	Stage::Seal,
	Stage::Reveal,
	Stage::Itemize,
	Stage::Draw,
	Stage::Audit,
];

/// All outcomes.
const OUTCOMES: [Outcome; 7] = [
	Outcome::Settled,
	Outcome::Invalid,
	Outcome::Refunded(RefundReason::NoCommittee),
	Outcome::Refunded(RefundReason::Silence),
	Outcome::Refunded(RefundReason::Disagreement),
	Outcome::Refunded(RefundReason::Cancelled),
	Outcome::Refunded(RefundReason::Overruled),
];

/// Everything that is counted.
pub struct MarketMetrics {
	jobs: GaugeVec<U64>,
	draw_queue: GaugeVec<U64>,
	committees: GaugeVec<U64>,
	escrow: Gauge<F64>,
	slashes_pending: Gauge<U64>,
	slashes_pending_stake: Gauge<F64>,
	state_block: Gauge<U64>,
	submitted: Counter<U64>,
	draws: Counter<U64>,
	ended: CounterVec<U64>,
	latency: Histogram,
	paid: CounterVec<F64>,
	slashes: CounterVec<U64>,
	slashed_stake: Counter<F64>,
	burned_stake: Counter<F64>,
	work_rewards: Counter<F64>,
	offences: Counter<U64>,
	events_block: Gauge<U64>,
}

impl MarketMetrics {
	/// All metrics, at zero: what has not happened yet can be plotted, too.
	pub fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let gauge = |name: &str, help: &str| register(Gauge::<U64>::new(name, help)?, registry);
		let amount = |name: &str, help: &str| register(Gauge::<F64>::new(name, help)?, registry);
		let counter = |name: &str, help: &str| register(Counter::<U64>::new(name, help)?, registry);
		let sum = |name: &str, help: &str| register(Counter::<F64>::new(name, help)?, registry);
		let gauges = |name: &str, help: &str, label: &str| {
			register(GaugeVec::<U64>::new(Opts::new(name, help), &[label])?, registry)
		};
		let counters = |name: &str, help: &str, label: &str| {
			register(CounterVec::<U64>::new(Opts::new(name, help), &[label])?, registry)
		};
		let latency = HistogramOpts::new(
			"tercet_settlement_latency_blocks",
			"Blocks from submission to settlement",
		);
		let paid = Opts::new("tercet_paid_total", "TCT that escrows of ended jobs went to");
		let metrics = Self {
			jobs: gauges("tercet_jobs", "Open jobs", "state")?,
			draw_queue: gauges("tercet_draw_queue", "Jobs that wait for executors", "place")?,
			committees: gauges("tercet_committees", "Committees of running jobs", "stage")?,
			escrow: amount("tercet_escrow", "TCT in escrow of open jobs")?,
			slashes_pending: gauge("tercet_slashes_pending", "Slashes not applied yet")?,
			slashes_pending_stake: amount(
				"tercet_slashes_pending_stake",
				"TCT that slashes not applied yet will take",
			)?,
			state_block: gauge("tercet_state_block", "Block that the gauges are about")?,
			submitted: counter("tercet_jobs_submitted_total", "Jobs submitted")?,
			draws: counter("tercet_draws_total", "Committees drawn or enlarged")?,
			ended: counters("tercet_jobs_ended_total", "Jobs ended", "outcome")?,
			latency: register(Histogram::with_opts(latency.buckets(LATENCIES.into()))?, registry)?,
			paid: register(CounterVec::<F64>::new(paid, &["to"])?, registry)?,
			slashes: counters("tercet_slashes_total", "Slashes of providers", "step")?,
			slashed_stake: sum("tercet_slashed_stake_total", "TCT taken by slashes")?,
			burned_stake: sum("tercet_burned_stake_total", "TCT taken by slashes and burned")?,
			work_rewards: sum("tercet_work_rewards_total", "TCT minted for verified work")?,
			offences: counter("tercet_offences_total", "Offences of validators")?,
			events_block: gauge("tercet_events_block", "Newest block whose events are counted")?,
		};
		metrics.show(0, &MarketState::default());
		for outcome in OUTCOMES {
			metrics.ended.with_label_values(&[outcome_label(outcome)]);
		}
		metrics.count(&MarketActivity::default());
		Ok(metrics)
	}

	/// Shows how the market stands at the end of block `number`.
	pub fn show(&self, number: BlockNumber, state: &MarketState) {
		self.jobs.with_label_values(&["queued"]).set(state.queued.into());
		self.jobs.with_label_values(&["running"]).set(state.running.into());
		self.draw_queue.with_label_values(&["queue"]).set(state.in_queue.into());
		self.draw_queue.with_label_values(&["retry"]).set(state.in_retry.into());
		for stage in STAGES {
			let known = state.stages.iter().find(|(known, _)| *known == stage);
			let count = known.map_or(0, |(_, count)| *count);
			self.committees.with_label_values(&[stage_label(stage)]).set(count.into());
		}
		self.escrow.set(tct(state.escrow));
		self.slashes_pending.set(state.slashes.into());
		self.slashes_pending_stake.set(tct(state.slashed_stake));
		self.state_block.set(number.into());
	}

	/// Adds what happened in a block.
	pub fn count(&self, activity: &MarketActivity) {
		self.submitted.inc_by(activity.submitted.into());
		self.draws.inc_by(activity.draws.into());
		let mut paid = [0; 4];
		for end in &activity.ended {
			self.ended.with_label_values(&[outcome_label(end.outcome)]).inc();
			if end.outcome == Outcome::Settled {
				self.latency.observe(end.latency.into());
			}
			let to = end.statement;
			let parts = [to.executors, to.royalties, to.treasury, to.refunded];
			for (sum, part) in paid.iter_mut().zip(parts) {
				*sum += part;
			}
		}
		for (to, sum) in ["executors", "royalties", "treasury", "requester"].iter().zip(paid) {
			self.paid.with_label_values(&[to]).inc_by(tct(sum));
		}
		for (step, count) in [
			("pending", activity.slashes_pending),
			("applied", activity.slashes_applied),
			("cancelled", activity.slashes_cancelled),
		] {
			self.slashes.with_label_values(&[step]).inc_by(count.into());
		}
		self.slashed_stake.inc_by(tct(activity.slashed_stake));
		self.burned_stake.inc_by(tct(activity.burned_stake));
		self.work_rewards.inc_by(tct(activity.work_rewards));
		self.offences.inc_by(activity.offences.into());
	}

	/// Notes the newest block that was counted.
	pub fn counted_to(&self, number: BlockNumber) {
		self.events_block.set(number.into());
	}
}

/// Planck as TCT, for people: as exact as 53 bits are.
fn tct(planck: Balance) -> f64 {
	planck as f64 / TCT as f64
}

fn outcome_label(outcome: Outcome) -> &'static str {
	match outcome {
		Outcome::Settled => "settled",
		Outcome::Invalid => "invalid",
		Outcome::Refunded(RefundReason::NoCommittee) => "no_committee",
		Outcome::Refunded(RefundReason::Silence) => "silence",
		Outcome::Refunded(RefundReason::Disagreement) => "disagreement",
		Outcome::Refunded(RefundReason::Cancelled) => "cancelled",
		Outcome::Refunded(RefundReason::Overruled) => "overruled",
	}
}

fn stage_label(stage: Stage) -> &'static str {
	match stage {
		Stage::Commit => "commit",
		Stage::Lottery => "lottery",
		Stage::Held => "held",
		Stage::Seal => "seal",
		Stage::Reveal => "reveal",
		Stage::Itemize => "itemize",
		Stage::Draw => "draw",
		Stage::Audit => "audit",
		Stage::Ended => "ended",
	}
}
