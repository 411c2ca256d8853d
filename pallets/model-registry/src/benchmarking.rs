//! Benchmarks: every call on records as large as they can be.

use crate::{Call, Config, Managers, Models, NextModelId, Pallet, TransferOffers, Variants};
use alloc::{vec, vec::Vec};
use frame::{benchmarking::prelude::*, traits::fungible::Mutate};
use tercet_primitives::{
	model::{Label, MAX_LABEL_BYTES},
	Agreement, Balance, BlobRef, Feature, Model, ModelId, Precision, Variant, VariantId, WorkUnits,
	FINGERPRINT_BITS, H256, MAX_LINEAGE, MAX_MANAGERS, MAX_VARIANTS, TCT,
};

/// What each account of these benchmarks has, in planck: enough for any deposit.
const FUNDS: Balance = 1_000_000 * TCT;

/// A variant of the longest encoding; those with other numbers are told apart by their files only.
fn variant<T: Config>(number: u32) -> Variant {
	Variant {
		precision: Precision::Fp32,
		artifact: BlobRef {
			blob_id: [u8::MAX; 32],
			digest: H256::repeat_byte(number as u8),
			size: T::MaxArtifactBytes::get(),
		},
		units_per_item: WorkUnits(u64::MAX),
		memory: u64::MAX,
		agreement: Agreement::Similar {
			max_distance: FINGERPRINT_BITS / 2 - 1,
			feature: Feature::LowFrequency,
		},
	}
}

fn variants<T: Config>(count: u32) -> Variants {
	(0..count).map(variant::<T>).collect::<Vec<_>>().try_into().expect("at most MAX_VARIANTS")
}

fn label() -> Label {
	vec![b'x'; MAX_LABEL_BYTES as usize].try_into().expect("as long as a label may be")
}

fn managers<T: Config>(count: u32) -> Managers<T> {
	let managers = (0..count).map(|index| account("manager", index, 0)).collect::<Vec<_>>();
	managers.try_into().expect("at most MAX_MANAGERS")
}

fn funded<T: Config>(who: T::AccountId) -> Result<T::AccountId, DispatchError>
where
	T::Currency: Mutate<T::AccountId, Balance = Balance>,
{
	T::Currency::mint_into(&who, FUNDS)?;
	Ok(who)
}

/// Publishes a model with these variants and as many managers as there can be, the last of which is
/// returned with its id.
fn published<T: Config>(
	author: &T::AccountId,
	parent: Option<ModelId>,
	variants: Variants,
) -> Result<(ModelId, T::AccountId), DispatchError> {
	let id = NextModelId::<T>::get();
	let half = Permill::from_percent(50);
	let royalty = T::MaxRoyalty::get();
	let origin = || RawOrigin::Signed(author.clone()).into();
	Pallet::<T>::publish(origin(), label(), label(), label(), royalty, parent, half, variants)?;
	let managers = managers::<T>(MAX_MANAGERS);
	let manager = managers.last().expect("there are some").clone();
	Pallet::<T>::set_managers(origin(), id, managers)?;
	Ok((id, manager))
}

/// For the benchmarks of other pallets: publishes models by [`MAX_LINEAGE`] authors, each made from
/// the one before, with records as large as they can be; returns the first variant of the last one,
/// whose royalty flows to all of them.
pub fn publish_lineage<T: Config>(
	agreement: Agreement,
	units_per_item: WorkUnits,
) -> Result<VariantId, DispatchError>
where
	T::Currency: Mutate<T::AccountId, Balance = Balance>,
{
	let mut variants = variants::<T>(MAX_VARIANTS);
	for variant in variants.iter_mut().take(1) {
		(variant.agreement, variant.units_per_item) = (agreement, units_per_item);
	}
	let mut model = None;
	for index in 0..MAX_LINEAGE {
		let author = funded::<T>(account("lineage", index, 0))?;
		model = Some(published::<T>(&author, model, variants.clone())?.0);
	}
	Ok(VariantId { model: model.expect("MAX_LINEAGE is not zero"), index: 0 })
}

fn model<T: Config>(id: ModelId) -> Model<T::AccountId> {
	Models::<T>::get(id).expect("it is published")
}

#[benchmarks(where T::Currency: Mutate<T::AccountId, Balance = Balance>)]
mod benchmarks {
	use super::*;

	/// A model with a parent.
	#[benchmark]
	fn publish(v: Linear<1, MAX_VARIANTS>) -> Result<(), BenchmarkError> {
		let other = funded::<T>(account("author", 0, 0))?;
		let (parent, _) = published::<T>(&other, None, variants::<T>(MAX_VARIANTS))?;
		let author = funded::<T>(whitelisted_caller())?;
		let id = NextModelId::<T>::get();

		#[extrinsic_call]
		_(
			RawOrigin::Signed(author),
			label(),
			label(),
			label(),
			T::MaxRoyalty::get(),
			Some(parent),
			Permill::one(),
			variants::<T>(v),
		);

		assert_eq!(model::<T>(id).variants.len() as u32, v);
		Ok(())
	}

	/// The last one that fits, by a manager: the deposit is the author's.
	#[benchmark]
	fn add_variant() -> Result<(), BenchmarkError> {
		let author = funded::<T>(account("author", 0, 0))?;
		let (id, manager) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS - 1))?;
		let last = variant::<T>(MAX_VARIANTS);

		#[extrinsic_call]
		_(RawOrigin::Signed(manager), id, last);

		assert_eq!(model::<T>(id).variants.len() as u32, MAX_VARIANTS);
		Ok(())
	}

	/// Taken back: that also looks for the offer.
	#[benchmark]
	fn offer_transfer() -> Result<(), BenchmarkError> {
		let author = funded::<T>(whitelisted_caller())?;
		let (id, _) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS))?;
		TransferOffers::<T>::insert(id, account::<T::AccountId>("buyer", 0, 0));

		#[extrinsic_call]
		_(RawOrigin::Signed(author), id, None);

		assert!(!TransferOffers::<T>::contains_key(id));
		Ok(())
	}

	/// By somebody who had nothing on hold yet.
	#[benchmark]
	fn accept_transfer() -> Result<(), BenchmarkError> {
		let author = funded::<T>(account("author", 0, 0))?;
		let (id, _) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS))?;
		let buyer = funded::<T>(whitelisted_caller())?;
		TransferOffers::<T>::insert(id, &buyer);

		#[extrinsic_call]
		_(RawOrigin::Signed(buyer.clone()), id);

		assert_eq!(model::<T>(id).author, buyer);
		Ok(())
	}

	/// Of a model with the most variants, so that the deposit moves.
	#[benchmark]
	fn set_managers(m: Linear<0, MAX_MANAGERS>) -> Result<(), BenchmarkError> {
		let author = funded::<T>(whitelisted_caller())?;
		let (id, _) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS))?;
		if m == MAX_MANAGERS {
			let none = managers::<T>(0);
			Pallet::<T>::set_managers(RawOrigin::Signed(author.clone()).into(), id, none)?;
		}
		let before = model::<T>(id).deposit;

		#[extrinsic_call]
		_(RawOrigin::Signed(author), id, managers::<T>(m));

		let model = model::<T>(id);
		assert_eq!(model.managers.len() as u32, m);
		assert_ne!(model.deposit, before);
		Ok(())
	}

	/// By a manager, in favour of another model.
	#[benchmark]
	fn deprecate() -> Result<(), BenchmarkError> {
		let author = funded::<T>(account("author", 0, 0))?;
		let (id, manager) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS))?;
		let (successor, _) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS))?;
		let before = model::<T>(id).deposit;

		#[extrinsic_call]
		_(RawOrigin::Signed(manager), id, Some(successor));

		let model = model::<T>(id);
		assert_eq!(model.deprecated.and_then(|advice| advice.successor), Some(successor));
		assert!(model.deposit > before);
		Ok(())
	}

	/// By a manager.
	#[benchmark]
	fn undeprecate() -> Result<(), BenchmarkError> {
		let author = funded::<T>(account("author", 0, 0))?;
		let (id, manager) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS))?;
		let (successor, _) = published::<T>(&author, None, variants::<T>(MAX_VARIANTS))?;
		let origin = RawOrigin::Signed(manager.clone());
		Pallet::<T>::deprecate(origin.clone().into(), id, Some(successor))?;

		#[extrinsic_call]
		_(origin, id);

		assert!(model::<T>(id).deprecated.is_none());
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
