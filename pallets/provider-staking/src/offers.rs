//! What a provider offers, and whether it can be drawn for it.

use crate::{Config, Error, Event, Offer, Pallet, ProviderOf, Providers};
use frame::prelude::*;
use tercet_primitives::{traits::ModelCatalog, Balance, PoolId};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_offer(
		who: &T::AccountId,
		pool: PoolId,
		least_price: Balance,
	) -> DispatchResult {
		let mut provider = Self::existing(who)?;
		ensure!(least_price > 0, Error::<T>::ZeroPrice);
		ensure!(!provider.offers.iter().any(|o| o.pool == pool), Error::<T>::DuplicateOffer);
		T::Models::terms(pool.variant)?;
		provider
			.offers
			.try_push(Offer { pool, least_price, seat: None })
			.map_err(|_| Error::<T>::TooManyOffers)?;

		if provider.available {
			Self::seat(who, &mut provider)?;
		}
		Providers::<T>::insert(who, provider);
		Self::deposit_event(Event::Offered { provider: who.clone(), pool, least_price });
		Ok(())
	}

	pub(crate) fn do_update_offer(
		who: &T::AccountId,
		pool: PoolId,
		least_price: Balance,
	) -> DispatchResult {
		let mut provider = Self::existing(who)?;
		ensure!(least_price > 0, Error::<T>::ZeroPrice);
		let offer = provider.offers.iter_mut().find(|offer| offer.pool == pool);
		let offer = offer.ok_or(Error::<T>::NoSuchOffer)?;
		offer.least_price = least_price;

		Self::reprice(offer);
		Providers::<T>::insert(who, provider);
		Self::deposit_event(Event::OfferUpdated { provider: who.clone(), pool, least_price });
		Ok(())
	}

	pub(crate) fn do_withdraw_offer(who: &T::AccountId, pool: PoolId) -> DispatchResult {
		let mut provider = Self::existing(who)?;
		let position = provider.offers.iter().position(|offer| offer.pool == pool);
		let position = position.ok_or(Error::<T>::NoSuchOffer)?;
		let last = provider.offers.len() == 1;
		ensure!(!(provider.available && last), Error::<T>::StillAvailable);

		let offer = provider.offers.remove(position);
		Self::unseat(&offer);
		Providers::<T>::insert(who, provider);
		Self::deposit_event(Event::OfferWithdrawn { provider: who.clone(), pool });
		Ok(())
	}

	/// Makes a provider available; returns the number of seats it took.
	pub(crate) fn do_go_available(who: &T::AccountId) -> Result<u32, DispatchError> {
		let mut provider = Self::existing(who)?;
		ensure!(!provider.available, Error::<T>::AlreadyAvailable);
		ensure!(provider.bonded >= T::MinBond::get(), Error::<T>::BelowMinimumBond);
		ensure!(!provider.offers.is_empty(), Error::<T>::NoOffers);

		Self::seat(who, &mut provider)?;
		provider.available = true;
		let seats = provider.offers.len().saturated_into();
		Providers::<T>::insert(who, provider);
		Self::deposit_event(Event::WentAvailable { provider: who.clone() });
		Ok(seats)
	}

	/// Makes a provider unavailable; returns the number of seats it gave up.
	pub(crate) fn do_go_unavailable(who: &T::AccountId) -> Result<u32, DispatchError> {
		let mut provider = Self::existing(who)?;
		ensure!(provider.available, Error::<T>::NotAvailable);

		Self::retire(who, &mut provider);
		let seats = provider.offers.len().saturated_into();
		Self::store(who, provider);
		Ok(seats)
	}

	/// Takes an available provider out of its pools; the caller stores it.
	pub(crate) fn retire(who: &T::AccountId, provider: &mut ProviderOf<T>) {
		for offer in provider.offers.iter_mut() {
			Self::unseat(offer);
			offer.seat = None;
		}
		provider.available = false;
		Self::deposit_event(Event::WentUnavailable { provider: who.clone() });
	}
}
