//! What the node's metrics ask about: the market as a whole. Nothing here runs in a block.

use alloc::vec::Vec;

use polkadot_sdk::{frame_system, pallet_offences};
use tercet_primitives::{
	apis::metrics::{End, MarketActivity, MarketState, Outcome},
	JobId, JobState, Stage,
};

use crate::{Runtime, RuntimeEvent};

/// The market as it is. Looks at every open job: they are those on the agenda of deadlines.
pub fn market_state() -> MarketState {
	let mut state = MarketState::default();
	for (_, id) in pallet_job_market::Expiries::<Runtime>::iter_keys() {
		let Some(job) = pallet_job_market::Jobs::<Runtime>::get(id) else { continue };
		match job.state {
			JobState::Queued => state.queued = state.queued.saturating_add(1),
			JobState::Running { .. } => {
				state.running = state.running.saturating_add(1);
				if let Some(committee) = pallet_verification::CommitteesOf::<Runtime>::get(id) {
					count_stage(&mut state.stages, committee.stage);
				}
			},
			// Ended, after a refund that was put off.
			_ => continue,
		}
		let paid = job.state.statement().total().unwrap_or_default();
		state.escrow = state.escrow.saturating_add(job.escrow.saturating_sub(paid));
	}
	for wait in pallet_job_market::Waiting::<Runtime>::iter_values() {
		let count = match wait.place {
			pallet_job_market::Place::Queue(_) => &mut state.in_queue,
			pallet_job_market::Place::Retry(_) => &mut state.in_retry,
		};
		*count = count.saturating_add(1);
	}
	for slash in pallet_provider_staking::PendingSlashes::<Runtime>::iter_values() {
		state.slashes = state.slashes.saturating_add(1);
		let stake = slash.own.saturating_add(slash.delegated);
		state.slashed_stake = state.slashed_stake.saturating_add(stake);
	}
	state
}

fn count_stage(stages: &mut Vec<(Stage, u32)>, stage: Stage) {
	match stages.iter_mut().find(|(known, _)| *known == stage) {
		Some((_, count)) => *count = count.saturating_add(1),
		None => stages.push((stage, 1)),
	}
}

/// What happened in the block.
pub fn market_activity() -> MarketActivity {
	let mut activity = MarketActivity::default();
	for record in frame_system::Pallet::<Runtime>::read_events_no_consensus() {
		match record.event {
			RuntimeEvent::JobMarket(event) => count_market(&mut activity, event),
			RuntimeEvent::ProviderStaking(event) => count_staking(&mut activity, event),
			RuntimeEvent::Payouts(pallet_payouts::Event::Claimed { amount, .. }) => {
				activity.work_rewards = activity.work_rewards.saturating_add(amount);
			},
			RuntimeEvent::Offences(pallet_offences::Event::Offence { .. }) => {
				activity.offences = activity.offences.saturating_add(1);
			},
			_ => (),
		}
	}
	activity
}

fn count_market(activity: &mut MarketActivity, event: pallet_job_market::Event<Runtime>) {
	use pallet_job_market::Event;
	match event {
		Event::Submitted { .. } => activity.submitted = activity.submitted.saturating_add(1),
		Event::Drawn { .. } => activity.draws = activity.draws.saturating_add(1),
		Event::Settled { job, .. } | Event::Invalid { job, .. } | Event::Refunded { job, .. } => {
			activity.ended.extend(end_of(job));
		},
		_ => (),
	}
}

fn end_of(id: JobId) -> Option<End> {
	let job = pallet_job_market::Jobs::<Runtime>::get(id)?;
	let (at, outcome) = match job.state {
		JobState::Settled { at, .. } => (at, Outcome::Settled),
		JobState::Invalid { at, .. } => (at, Outcome::Invalid),
		JobState::Refunded { at, reason, .. } => (at, Outcome::Refunded(reason)),
		JobState::Queued | JobState::Running { .. } => return None,
	};
	let latency = at.saturating_sub(job.submitted_at);
	Some(End { outcome, latency, statement: job.state.statement() })
}

fn count_staking(activity: &mut MarketActivity, event: pallet_provider_staking::Event<Runtime>) {
	use pallet_provider_staking::Event;
	match event {
		Event::SlashPending { .. } => {
			activity.slashes_pending = activity.slashes_pending.saturating_add(1);
		},
		Event::SlashCancelled { .. } => {
			activity.slashes_cancelled = activity.slashes_cancelled.saturating_add(1);
		},
		Event::Slashed { own, delegated, burned, .. } => {
			activity.slashes_applied = activity.slashes_applied.saturating_add(1);
			let stake = own.saturating_add(delegated);
			activity.slashed_stake = activity.slashed_stake.saturating_add(stake);
			activity.burned_stake = activity.burned_stake.saturating_add(burned);
		},
		_ => (),
	}
}
