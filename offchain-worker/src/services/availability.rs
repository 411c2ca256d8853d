//! Offers this machine to the chain: stake, offers, a seat in the pools.

use std::{collections::BTreeSet, time::Duration};

use tercet_primitives::{apis::ProviderView, Balance, DeterminismClass, ModelId, PoolId};
use tokio_util::sync::CancellationToken;

use crate::{
	chain::{ChainError, Message},
	context::{Backoff, Context},
	offers::{wanted, Amount, Offer},
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
	/// The class for variants whose bits depend on the machine.
	pub pinned: Option<DeterminismClass>,
}

/// Bonds, offers and goes available, as the terms say.
pub struct Availability {
	context: Context,
	terms: Terms,
	/// Pools whose offers the chain refused.
	refused: BTreeSet<PoolId>,
	/// Whether the provider was available once. Whoever takes it out of the pools later means it.
	was_available: bool,
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
		Self { context, terms, refused: BTreeSet::new(), was_available: false }
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
		let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(15));
		loop {
			match self.meet().await {
				Ok(()) => {
					backoff.reset();
					let next = board.borrow().block.saturating_add(LOOK_EVERY);
					if board.wait_for(|board| board.block >= next).await.is_err() {
						return Ok(());
					}
				},
				Err(Unmet::Later(reason)) => {
					tracing::warn!(%reason, "not available yet; trying again");
					backoff.wait().await;
				},
				Err(Unmet::Never(reason)) => return Err(ServiceError::Fatal(reason)),
			}
		}
	}

	/// Does what is missing. Everything is looked up again, so it is harmless to repeat.
	async fn meet(&mut self) -> Result<(), Unmet> {
		let provider = self.context.chain.provider().await?;
		self.bond(provider.as_ref()).await?;
		self.offer(provider.as_ref()).await?;
		if self.was_available {
			return Ok(());
		}
		let provider = self.context.chain.provider().await?;
		match provider {
			Some(provider) if provider.available => self.was_available = true,
			Some(provider) if !provider.offers.is_empty() => {
				match self.context.chain.send(Message::GoAvailable).await {
					Ok(_) | Err(ChainError::AlreadyDone(_)) => {},
					Err(error) => return Err(error.into()),
				}
				tracing::info!(offers = provider.offers.len(), "available for jobs");
				self.was_available = true;
			},
			_ => tracing::debug!("nothing is offered yet; not available"),
		}
		Ok(())
	}

	async fn bond(&self, provider: Option<&ProviderView>) -> Result<(), Unmet> {
		let bonded = provider.map_or(0, |provider| provider.bonded);
		let missing = self.terms.bond.unwrap_or(0).saturating_sub(bonded);
		if missing > 0 {
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
		for (pool, price) in wanted(&self.terms.offers, &models, self.terms.pinned) {
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
