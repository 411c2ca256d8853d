//! Who runs a provider. Providers with the same operator never sit on one committee, so honest
//! operators of several providers cannot be taken for colluders, and those who look for independent
//! answers get them.

use crate::{Config, Error, Event, Pallet};
use frame::prelude::*;

impl<T: Config> Pallet<T> {
	/// Names `operator`, who has to accept; itself, or `None`, counts at once.
	pub(crate) fn do_set_operator(
		who: &T::AccountId,
		operator: Option<T::AccountId>,
	) -> DispatchResult {
		let mut provider = Self::existing(who)?;
		provider.proposed = operator.filter(|operator| operator != who);
		let event = match provider.proposed.clone() {
			Some(operator) => Event::OperatorProposed { provider: who.clone(), operator },
			None => {
				provider.operator = None;
				Event::OperatorSet { provider: who.clone(), operator: who.clone() }
			},
		};
		Self::store(who, provider);
		Self::deposit_event(event);
		Ok(())
	}

	/// `who` runs `target` from now on.
	pub(crate) fn do_accept_provider(who: &T::AccountId, target: &T::AccountId) -> DispatchResult {
		let mut provider = Self::existing(target)?;
		ensure!(provider.proposed.as_ref() == Some(who), Error::<T>::NotProposed);
		provider.operator = provider.proposed.take();
		Self::store(target, provider);
		Self::deposit_event(Event::OperatorSet { provider: target.clone(), operator: who.clone() });
		Ok(())
	}
}
