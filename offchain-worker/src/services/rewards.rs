//! Keeps count of what the worker earned, and claims the rewards of eras.

use std::path::PathBuf;

use tercet_primitives::{Balance, BlockNumber, JobId};
use tokio_util::sync::CancellationToken;

use crate::{
	chain::{ChainError, Message},
	config::RewardsConfig,
	context::Context,
	health::Earnings,
	metrics::tct,
	offers::Amount,
	steps::Step,
	supervisor::ServiceError,
};

/// Blocks that are looked through for payments, at most, when some were missed: nodes keep the state
/// of a few more.
const LOOK_BACK: BlockNumber = 200;

/// Blocks after a claim that failed, before the next one.
const PAUSE: BlockNumber = 150;

/// Blocks after the start, before the first claim.
const SETTLED: BlockNumber = 3;

/// Claims, and counts.
pub struct Rewards {
	context: Context,
	state_dir: PathBuf,
	terms: RewardsConfig,
	earnings: Earnings,
	/// Jobs in hand at the last look: whoever pays for them does so when they leave. Nothing before
	/// the first one.
	in_hand: Option<Vec<JobId>>,
	/// First block for the next claim.
	again: BlockNumber,
}

impl Rewards {
	/// The service, for the worker in `state_dir`.
	pub fn new(context: Context, state_dir: PathBuf, terms: RewardsConfig) -> Self {
		let earnings = Earnings::load(&state_dir);
		Self { context, state_dir, terms, earnings, in_hand: None, again: 0 }
	}

	/// Runs until `shutdown`.
	///
	/// # Errors
	/// None; the type is that of all services.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		shutdown.run_until_cancelled(self.serve()).await;
		Ok(())
	}

	async fn serve(mut self) {
		self.publish();
		let mut board = self.context.board.subscribe();
		while board.changed().await.is_ok() {
			let (block, jobs) = {
				let board = board.borrow_and_update();
				(board.block, board.assignments.iter().map(|job| job.job).collect::<Vec<_>>())
			};
			let left = match &self.in_hand {
				Some(before) => before.iter().any(|job| !jobs.contains(job)),
				None => self.begin(block),
			};
			let empty = jobs.is_empty();
			self.in_hand = Some(jobs);
			if left {
				if let Err(error) = self.count(block).await {
					tracing::warn!(%error, "cannot look for what was paid");
					// As at the start: nobody knows.
					self.in_hand = None;
				}
			} else if empty {
				// Nothing can have been paid.
				self.earnings.block = block;
			}
			if self.terms.claim && block >= self.again {
				self.claim(block).await;
			}
		}
	}

	/// The first look of this process; says whether something may have been paid since that of an
	/// earlier one.
	fn begin(&mut self, block: BlockNumber) -> bool {
		// A claim that an earlier process sent is in a block by then, or never.
		self.again = block.saturating_add(SETTLED);
		if self.earnings.block > 0 {
			return true;
		}
		self.earnings.block = block;
		self.publish();
		false
	}

	/// Adds up what was paid since the last look.
	async fn count(&mut self, block: BlockNumber) -> Result<(), ChainError> {
		let first = self.earnings.block.saturating_add(1).max(block.saturating_sub(LOOK_BACK));
		for number in first..=block {
			let earned = self.context.chain.earned(number).await?;
			self.earnings.jobs = self.earnings.jobs.saturating_add(earned.jobs);
			self.earnings.rewards = self.earnings.rewards.saturating_add(earned.rewards);
			self.earnings.block = number;
		}
		self.publish();
		Ok(())
	}

	/// Claims what has come together, era by era, if it is worth it.
	async fn claim(&mut self, block: BlockNumber) {
		let standing = self.context.vitals.borrow().standing.clone();
		let known = standing.map(|standing| standing.claimable).unwrap_or_default();
		if !self.is_worth_it(&known) {
			return;
		}
		// What is known may be from before the last claim, and a claim in vain costs a fee.
		let claimable = match self.context.chain.standing().await {
			Ok(standing) => standing.claimable,
			Err(error) => {
				tracing::debug!(%error, "cannot ask what can be claimed");
				return;
			},
		};
		if !self.is_worth_it(&claimable) {
			return;
		}
		self.again = block.saturating_add(PAUSE);
		for (era, amount) in claimable {
			let underway = self.context.steps.begun(Step::Claiming);
			let sent = self.context.chain.send(Message::Claim(era)).await;
			drop(underway);
			match sent {
				Ok(number) => {
					self.context.steps.passed(Step::Claimed);
					tracing::info!(era, amount = %Amount(amount), "reward claimed");
					if let Err(error) = self.count(number).await {
						tracing::warn!(%error, "cannot look for the reward");
					}
				},
				Err(error) => {
					tracing::warn!(era, %error, "cannot claim a reward; trying again later");
					break;
				},
			}
		}
	}

	fn is_worth_it(&self, claimable: &[(u32, Balance)]) -> bool {
		let total: Balance = claimable.iter().map(|(_, amount)| amount).sum();
		total > 0 && total >= self.terms.least.0
	}

	fn publish(&self) {
		let earnings = self.earnings;
		self.context.vitals.send_modify(|vitals| vitals.earnings = earnings);
		self.context.metrics.earned_jobs.set(tct(earnings.jobs));
		self.context.metrics.earned_rewards.set(tct(earnings.rewards));
		if let Err(error) = earnings.save(&self.state_dir) {
			tracing::warn!(%error, "cannot write down what was earned");
		}
	}
}
