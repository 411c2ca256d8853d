//! The keys of executors coming and going.

use crate::{Config, Error, Event, Keys, Pallet};
use frame::prelude::*;
use tercet_primitives::{traits::ProviderRegistry, ExecutorPublicKey};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_announce_key(
		provider: T::AccountId,
		key: ExecutorPublicKey,
	) -> DispatchResult {
		ensure!(!key.is_zero(), Error::<T>::WeakKey);
		ensure!(T::Providers::is_provider(&provider), Error::<T>::NotAProvider);
		Keys::<T>::insert(&provider, key);
		Self::deposit_event(Event::KeyAnnounced { provider, key });
		Ok(())
	}

	pub(crate) fn do_withdraw_key(provider: T::AccountId) -> DispatchResult {
		ensure!(Keys::<T>::contains_key(&provider), Error::<T>::NoKey);
		Keys::<T>::remove(&provider);
		Self::deposit_event(Event::KeyWithdrawn { provider });
		Ok(())
	}

	pub(crate) fn do_forget_key(provider: T::AccountId) -> DispatchResult {
		ensure!(!T::Providers::is_provider(&provider), Error::<T>::StillAProvider);
		Self::do_withdraw_key(provider)
	}
}
