//! Providers as others see them.

use crate::{Config, Pallet, Params, Providers, Record};
use frame::prelude::*;
use tercet_primitives::{apis::ProviderView, AccountId32};

impl<T: Config> Pallet<T> {
	/// A provider as the chain sees it.
	pub fn provider_view(who: &T::AccountId) -> Option<ProviderView> {
		let provider = Providers::<T>::get(who)?;
		let params = Params::<T>::get();
		let epoch = Self::epoch_by(&params);
		let Record { assigned, verified, unresolved, alone, silent, withheld, wrong, abstained } =
			provider.record;
		Some(ProviderView {
			bonded: provider.bonded,
			unbonding: provider.total_unbonding(),
			delegated: provider.delegated(),
			counted: provider.counted.at(epoch),
			at_risk: provider.at_risk,
			pending_slashes: provider.pending.total(),
			commission: provider.commission,
			operator: account_id(&provider.operator_of(who)),
			reputation: provider.reputation.decayed(epoch, params.reputation_half_life).score,
			available: provider.available,
			in_flight: provider.in_flight,
			assigned,
			verified,
			unresolved,
			alone,
			silent,
			withheld,
			wrong,
			abstained,
			offers: provider.offers.iter().map(|offer| (offer.pool, offer.least_price)).collect(),
		})
	}
}

/// The account as everything outside this pallet knows it: itself, on every Tercet chain. Shorter
/// ones, of test chains, are filled with zeros.
pub(crate) fn account_id(who: &impl Encode) -> AccountId32 {
	who.using_encoded(|bytes| AccountId32::decode(&mut TrailingZeroInput::new(bytes)))
		.expect("32 bytes can be read from input that never ends; qed")
}
