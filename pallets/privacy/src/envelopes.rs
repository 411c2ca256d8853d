//! Job keys on their way to executors, and what their bytes cost.

use crate::{Addressed, Config, Envelopes, Error, Event, HoldReason, Keys, Pallet, Recipients};
use alloc::vec::Vec;
use frame::{prelude::*, token::Precision, traits::fungible::hold::Mutate};
use tercet_primitives::{Balance, H256};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_hand_over(
		owner: T::AccountId,
		commitment: H256,
		envelopes: Addressed<T>,
	) -> DispatchResult {
		let recipients = envelopes.iter().map(|(recipient, _)| recipient.clone());
		let recipients = Self::distinct(recipients.collect())?;
		ensure!(recipients.iter().all(Keys::<T>::contains_key), Error::<T>::NoKey);
		let place = (owner.clone(), commitment);
		let new = recipients.iter().filter(|who| !Envelopes::<T>::contains_key(&place, *who));
		let deposit = Self::deposit_for(new.count())?;
		if deposit > 0 {
			T::Currency::hold(&HoldReason::Envelope.into(), &owner, deposit)?;
		}
		for (recipient, envelope) in envelopes {
			Envelopes::<T>::insert(&place, recipient, envelope);
		}
		Self::deposit_event(Event::HandedOver { owner, commitment, recipients, deposit });
		Ok(())
	}

	pub(crate) fn do_take_back(
		owner: T::AccountId,
		commitment: H256,
		recipients: Recipients<T>,
	) -> DispatchResult {
		let recipients = Self::distinct(recipients.into_inner())?;
		let place = (owner.clone(), commitment);
		let is_there = |who: &T::AccountId| Envelopes::<T>::contains_key(&place, who);
		ensure!(recipients.iter().all(is_there), Error::<T>::NotHandedOver);
		let deposit = Self::deposit_for(recipients.len())?;
		T::Currency::release(&HoldReason::Envelope.into(), &owner, deposit, Precision::Exact)?;
		for recipient in &recipients {
			Envelopes::<T>::remove(&place, recipient);
		}
		Self::deposit_event(Event::TakenBack { owner, commitment, recipients, deposit });
		Ok(())
	}

	/// The deposit for so many envelopes.
	pub(crate) fn deposit_for(envelopes: usize) -> Result<Balance, ArithmeticError> {
		let count = Balance::try_from(envelopes).map_err(|_| ArithmeticError::Overflow)?;
		T::EnvelopeDeposit::get().checked_mul(count).ok_or(ArithmeticError::Overflow)
	}

	/// The recipients of one call, if they are some and nobody is among them twice.
	fn distinct(recipients: Vec<T::AccountId>) -> Result<Recipients<T>, Error<T>> {
		ensure!(!recipients.is_empty(), Error::<T>::NoRecipients);
		for (position, recipient) in recipients.iter().enumerate() {
			let mut earlier = recipients.iter().take(position);
			ensure!(!earlier.any(|other| other == recipient), Error::<T>::DuplicateRecipient);
		}
		// There are no more than the call could name.
		Ok(BoundedVec::truncate_from(recipients))
	}
}
