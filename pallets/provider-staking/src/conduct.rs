//! What becomes of a provider after a job.

use crate::{Config, Pallet, Params, Providers};
use tercet_primitives::{Balance, Conduct};

impl<T: Config> Pallet<T> {
	/// Ends one job of `who`. Without effect if it has none in hand.
	pub(crate) fn do_release(who: &T::AccountId, risk: Balance, conduct: Conduct) {
		let Some(mut provider) = Providers::<T>::get(who) else { return };
		if !provider.end_job(risk, conduct) {
			return;
		}
		let params = Params::<T>::get();
		let reputation =
			provider.reputation.decayed(Self::epoch_by(&params), params.reputation_half_life);
		provider.reputation = reputation.after(conduct);
		match conduct {
			Conduct::Wrong => Self::punish(who, &mut provider, risk),
			Conduct::Withheld => {
				Self::punish(who, &mut provider, params.withheld_share.mul_floor(risk))
			},
			Conduct::Silent => {
				Self::punish(who, &mut provider, params.silent_share.mul_floor(risk))
			},
			Conduct::Verified | Conduct::Unresolved | Conduct::Alone | Conduct::Abstained => {},
		}
		Self::store(who, provider);
	}

	/// A verified answer of `who` turned out wrong. Without effect if it is no provider any more.
	pub(crate) fn do_overrule(who: &T::AccountId, risk: Balance) {
		let Some(mut provider) = Providers::<T>::get(who) else { return };
		// One that left and came back has no verified job to lose, but is the one that was wrong.
		provider.overrule_job();
		let params = Params::<T>::get();
		let reputation =
			provider.reputation.decayed(Self::epoch_by(&params), params.reputation_half_life);
		provider.reputation = reputation.after(Conduct::Wrong);
		Self::punish(who, &mut provider, risk);
		Self::store(who, provider);
	}
}
