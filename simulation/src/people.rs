//! The providers of a simulation and what each one earned, lost and spent.

use std::collections::BTreeMap;

use pallet_provider_staking::Providers;
use polkadot_sdk::frame_support::traits::Get;
use tercet_primitives::{Balance, MILLI_TCT, TCT};
use tercet_runtime::{AccountId, ProviderStaking, Runtime};

use crate::{
	chain::{account, dispatch, endow, wealth, POOL},
	scenario::{Scenario, Strategy},
};

/// What each provider bonds: far above the cap on what counts, so that slashes change no weight.
pub const BOND: Balance = 1_000_000 * TCT;

/// The least price that each provider takes, per work unit.
pub const LEAST_PRICE: Balance = MILLI_TCT;

/// A provider.
#[derive(Clone, Debug)]
pub struct Provider {
	/// Its account.
	pub who: AccountId,
	/// How it behaves.
	pub strategy: Strategy,
	/// What it owned when it began.
	pub before: Balance,
	/// Paid to it, as the events say.
	pub paid: Balance,
	/// Slashed from it and not cancelled, as the events say.
	pub slashed: Balance,
	/// What running all that it ran costs at the price that it was paid: its pay if it had been paid
	/// for all of it.
	pub executed: Balance,
}

/// Everyone who offers compute.
#[derive(Clone, Debug, Default)]
pub struct People {
	/// The providers.
	pub all: Vec<Provider>,
	places: BTreeMap<AccountId, usize>,
}

impl People {
	/// Makes everyone in `scenario` an available provider.
	pub fn settle(scenario: &Scenario) -> Self {
		type Call = pallet_provider_staking::Call<Runtime>;
		let mut people = Self::default();
		let strategies = scenario
			.providers
			.iter()
			.flat_map(|(strategy, count)| std::iter::repeat_n(*strategy, *count as usize));
		for (strategy, index) in strategies.zip(0..) {
			let who = account("provider", index);
			endow(&who);
			dispatch(&who, Call::bond { amount: BOND }).expect("bonds");
			dispatch(&who, Call::offer { pool: POOL, least_price: LEAST_PRICE }).expect("offers");
			dispatch(&who, Call::go_available {}).expect("goes available");
			let before = wealth(&who);
			people.places.insert(who.clone(), people.all.len());
			people.all.push(Provider { who, strategy, before, paid: 0, slashed: 0, executed: 0 });
		}
		people
	}

	/// Where a provider stands in [`Self::all`].
	pub fn place(&self, who: &AccountId) -> Option<usize> {
		self.places.get(who).copied()
	}

	/// How a provider behaves.
	pub fn strategy(&self, who: &AccountId) -> Strategy {
		self.place(who).map_or(Strategy::Honest, |place| self.all[place].strategy)
	}

	/// Everyone's weight in a draw that is made now.
	pub fn weights(&self) -> Vec<f64> {
		let params = pallet_provider_staking::Params::<Runtime>::get();
		let epoch = ProviderStaking::epoch();
		let cap = <<Runtime as pallet_provider_staking::Config>::StakeCap as Get<Balance>>::get();
		let weight = |provider: &Provider| {
			let record = Providers::<Runtime>::get(&provider.who).filter(|it| it.available)?;
			let counted = record.counted.at(epoch).min(cap) as f64 / cap as f64;
			let reputation = record.reputation.decayed(epoch, params.reputation_half_life);
			Some(counted * f64::from(reputation.multiplier()))
		};
		self.all.iter().map(|provider| weight(provider).unwrap_or(0.0)).collect()
	}

	/// Who may be drawn for jobs of few executors now.
	pub fn proven(&self) -> Vec<bool> {
		let params = pallet_provider_staking::Params::<Runtime>::get();
		let epoch = ProviderStaking::epoch();
		let is_proven = |provider: &Provider| {
			let record = Providers::<Runtime>::get(&provider.who)?;
			let reputation = record.reputation.decayed(epoch, params.reputation_half_life);
			let verified = record.record.verified >= params.proven_verified.into();
			Some(verified && reputation.score >= params.proven_score)
		};
		self.all.iter().map(|provider| is_proven(provider).unwrap_or(false)).collect()
	}

	/// Slashes of a provider that are decided and not applied yet.
	pub fn pending(&self, place: usize) -> Balance {
		Providers::<Runtime>::get(&self.all[place].who).map_or(0, |it| it.pending.total())
	}
}
