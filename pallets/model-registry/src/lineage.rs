//! How the royalty of a model flows to its ancestors.

use crate::{Config, Models, Pallet};
use frame::prelude::*;
use tercet_primitives::{Model, Royalties, Royalty, MAX_LINEAGE};

impl<T: Config> Pallet<T> {
	/// Who earns how much of the royalty of `model`: its author first, then the authors of its
	/// ancestors from the nearest on, [`MAX_LINEAGE`] models at most.
	///
	/// A parent takes its derivative share of what would be its child's, rounded down to parts in a
	/// million; the child keeps the rest. The last one takes what reaches it. So the shares sum to
	/// exactly the model's royalty. Ends where nothing flows any more. Reads at most
	/// `MAX_LINEAGE - 1` records.
	pub(crate) fn royalties_of(model: &Model<T::AccountId>) -> Royalties<T::AccountId> {
		let mut royalties = Royalties::new();
		let mut earner = model.author.clone();
		let mut share = model.royalty;
		let mut parent = model.parent;
		for _ in 1..MAX_LINEAGE {
			let Some(ancestor) = parent.and_then(Models::<T>::get) else { break };
			let passed = of(ancestor.derivative_share, share);
			if passed.is_zero() {
				break;
			}
			// Cannot saturate: a share of a share is no more than it.
			push::<T>(&mut royalties, earner, share.saturating_sub(passed));
			(earner, share, parent) = (ancestor.author, passed, ancestor.parent);
		}
		push::<T>(&mut royalties, earner, share);
		royalties
	}
}

/// A share of a share, rounded down.
fn of(part: Permill, whole: Permill) -> Permill {
	Permill::from_parts(part.mul_floor(whole.deconstruct()))
}

/// Adds an earner.
fn push<T: Config>(royalties: &mut Royalties<T::AccountId>, payee: T::AccountId, share: Permill) {
	let pushed = royalties.try_push(Royalty { payee, share });
	debug_assert!(pushed.is_ok(), "one less than MAX_LINEAGE in the loop, one after it; qed");
}
