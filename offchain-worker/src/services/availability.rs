//! Offers this machine to the chain: stake, offers, a seat in the pools.

use std::{collections::BTreeSet, time::Duration};

use tercet_primitives::{apis::ProviderView, Balance, ModelId, PoolId};
use tokio_util::sync::CancellationToken;

use crate::{
	chain::{ChainError, Message, NO_RIGHTS},
	context::{Backoff, Context},
	offers::{wanted, Amount, Classes, Largest, Offer},
	pause::PauseState,
	supervisor::ServiceError,
};

/// Blocks between looks for newly published models.
const LOOK_EVERY: u32 = 3;

/// What the operator wants.
#[derive(Clone, Debug)]
pub struct Terms {
	/// Stake to have bonded, in planck; more is not taken back.
	pub bond: Option<Balance>,
	/// What to offer.
	pub offers: Vec<Offer>,
	/// The classes to offer variants in.
	pub classes: Classes,
	/// The largest variants to offer.
	pub largest: Largest,
}

/// Bonds, offers and goes available, as the terms say.
pub struct Availability {
	context: Context,
	terms: Terms,
	/// Pools whose offers the chain refused.
	refused: BTreeSet<PoolId>,
	/// Whether it still has to enter the pools: it has not been there yet, or left them for a pause.
	/// Whoever else takes it out of them means it, until the operator says `resume`.
	enter: bool,
}

/// Why the terms could not be met.
enum Unmet {
	Later(String),
	Never(String),
}

impl From<ChainError> for Unmet {
	fn from(error: ChainError) -> Self {
		match error {
			ChainError::Refused(reason) => Self::Never(reason),
			error => Self::Later(error.to_string()),
		}
	}
}

impl Availability {
	/// The service.
	pub fn new(context: Context, terms: Terms) -> Self {
		Self { context, terms, refused: BTreeSet::new(), enter: true }
	}

	/// Runs until `shutdown`: meets the terms, and offers models that are published later.
	///
	/// # Errors
	/// [`ServiceError::Fatal`] if the chain refuses the bond: the operator must decide.
	pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServiceError> {
		shutdown.clone().run_until_cancelled(self.serve()).await.unwrap_or(Ok(()))
	}

	async fn serve(mut self) -> Result<(), ServiceError> {
		let mut board = self.context.board.subscribe();
		let mut pause = self.context.pause.subscribe();
		let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(15));
		loop {
			let seen = pause.borrow_and_update().clone();
			let paused = seen.is_paused();
			let next = board.borrow().block.saturating_add(LOOK_EVERY);
			let met = self.meet(paused).await;
			let wait = async {
				match met {
					Ok(()) => {
						backoff.reset();
						let _ = board.wait_for(|board| board.block >= next).await;
					},
					Err(Unmet::Later(reason)) => {
						tracing::warn!(%reason, "not available yet; trying again");
						backoff.wait().await;
					},
					Err(Unmet::Never(reason)) => return Err(ServiceError::Fatal(reason)),
				}
				Ok(())
			};
			tokio::select! {
				waited = wait => waited?,
				// A lost sender would mean that the worker ends.
				Ok(()) = pause.changed() => self.enter |= resumed(&seen, &pause.borrow()),
			}
		}
	}

	/// Does what is missing. Everything is looked up again, so it is harmless to repeat.
	async fn meet(&mut self, paused: bool) -> Result<(), Unmet> {
		let chain = self.context.chain.clone();
		if chain.signer() != chain.account() && !chain.standing().await?.may_act {
			let hint = NO_RIGHTS.replace("ADDRESS", &chain.signer().to_string());
			return Err(Unmet::Later(hint));
		}
		let provider = chain.provider().await?;
		if paused {
			return match provider {
				Some(provider) if provider.available => {
					// Before it is sent: it may be taken and the answer lost.
					self.enter = true;
					chain.send(Message::GoUnavailable).await?;
					let pause = self.context.pause.borrow().clone();
					tracing::info!(reason = pause.reason(), "left the pools");
					Ok(())
				},
				_ => Ok(()),
			};
		}
		self.bond(provider.as_ref()).await?;
		self.offer(provider.as_ref()).await?;
		if !self.enter {
			return Ok(());
		}
		let provider = chain.provider().await?;
		match provider {
			Some(provider) if provider.available => self.enter = false,
			Some(provider) if !provider.offers.is_empty() => {
				match chain.send(Message::GoAvailable).await {
					Ok(_) | Err(ChainError::AlreadyDone(_)) => {},
					Err(error) => return Err(error.into()),
				}
				tracing::info!(offers = provider.offers.len(), "available for jobs");
				self.enter = false;
			},
			_ => tracing::debug!("nothing is offered yet; not available"),
		}
		Ok(())
	}

	async fn bond(&self, provider: Option<&ProviderView>) -> Result<(), Unmet> {
		let bonded = provider.map_or(0, |provider| provider.bonded);
		let missing = self.terms.bond.unwrap_or(0).saturating_sub(bonded);
		if missing > 0 {
			let chain = &self.context.chain;
			if chain.signer() != chain.account() {
				let (amount, account) = (Amount(missing), chain.account());
				let hint = format!(
					"{account} lacks {amount} of the stake in [offers], which a proxy cannot bond; \
					 with its own key: `tercet --key COLD provider bond AMOUNT`"
				);
				return Err(Unmet::Later(hint));
			}
			let sent = self.context.chain.send(Message::Bond(missing)).await;
			sent.map_err(|error| match error {
				ChainError::Refused(reason) => {
					Unmet::Never(format!("cannot bond {}: {reason}", Amount(missing)))
				},
				error => error.into(),
			})?;
			tracing::info!(amount = %Amount(missing), "bonded");
		}
		Ok(())
	}

	async fn offer(&mut self, provider: Option<&ProviderView>) -> Result<(), Unmet> {
		if self.terms.offers.is_empty() {
			return Ok(());
		}
		let chain = &self.context.chain;
		let has_stake = provider.is_some() || self.terms.bond.is_some_and(|bond| bond > 0);
		if !has_stake {
			return Err(Unmet::Never("offers need stake: name an amount with --bond".into()));
		}
		let mut models = Vec::new();
		for id in (0..chain.model_count().await?).map(ModelId) {
			models.extend(chain.model(id).await?.map(|model| (id, model)));
		}
		let offered: BTreeSet<PoolId> = provider
			.map(|provider| provider.offers.iter().map(|(pool, _)| *pool).collect())
			.unwrap_or_default();
		let terms = &self.terms;
		for (pool, price) in wanted(&terms.offers, &models, terms.classes, terms.largest) {
			if offered.contains(&pool) || self.refused.contains(&pool) {
				continue;
			}
			match chain.send(Message::Offer(pool, price)).await {
				Ok(_) => tracing::info!(
					variant = %pool.variant,
					class = %pool.class,
					price = %Amount(price),
					"offered"
				),
				Err(ChainError::AlreadyDone(_)) => {},
				Err(ChainError::Refused(reason)) => {
					tracing::error!(variant = %pool.variant, %reason, "offer refused");
					self.refused.insert(pool);
				},
				Err(error) => return Err(error.into()),
			}
		}
		Ok(())
	}
}

/// Whether the operator said `resume` between two states: took back a pause, or said it without one.
fn resumed(before: &PauseState, after: &PauseState) -> bool {
	after.operator.is_none() && (before.operator.is_some() || before == after)
}

/// Leaves the pools, so that no more jobs come. Jobs in hand remain.
///
/// # Errors
/// What the chain says, unless the provider had left before.
pub async fn leave(context: &Context) -> Result<(), ChainError> {
	match context.chain.provider().await? {
		Some(provider) if provider.available => {
			context.chain.send(Message::GoUnavailable).await.map(drop)
		},
		_ => Ok(()),
	}
}
