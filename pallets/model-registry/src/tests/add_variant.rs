use crate::{mock::*, Error, Event};
use frame::testing_prelude::*;
use tercet_primitives::{Agreement, Feature, ModelId, Precision, VariantId, WorkUnits};

#[test]
fn add_variant_appends_and_grows_the_deposit_when_valid() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		let before = Registry::model(id).unwrap();
		assert_ok!(Registry::add_variant(RuntimeOrigin::signed(AUTHOR), id, variant(1)));

		let after = Registry::model(id).unwrap();
		assert_eq!(after.variants[0], before.variants[0]);
		assert_eq!(after.variants[1], variant(1));
		let growth = (after.encoded_size() - before.encoded_size()) as u128 * DEPOSIT_PER_BYTE;
		assert!(growth > 0);
		assert_eq!(after.deposit, before.deposit + growth);
		assert_eq!(held(AUTHOR), after.deposit);
		assert_eq!(after.deposit, DEPOSIT_BASE + DEPOSIT_PER_BYTE * after.encoded_size() as u128);
		System::assert_last_event(
			Event::VariantAdded {
				variant: VariantId { model: id, index: 1 },
				deposit: after.deposit,
			}
			.into(),
		);
	});
}

#[test]
fn add_variant_accepts_when_only_the_precision_differs() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		let mut other = variant(0);
		other.precision = Precision::Fp32;
		assert_ok!(Registry::add_variant(RuntimeOrigin::signed(AUTHOR), id, other));
	});
}

#[test]
fn add_variant_refuses_when_the_model_is_full() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		for file in 1..16 {
			assert_ok!(Registry::add_variant(RuntimeOrigin::signed(AUTHOR), id, variant(file)));
		}
		assert_noop!(
			Registry::add_variant(RuntimeOrigin::signed(AUTHOR), id, variant(16)),
			Error::<Test>::TooManyVariants
		);
		assert_eq!(Registry::model(id).unwrap().variants.len(), 16);
	});
}

#[test]
fn add_variant_refuses_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(Registry::add_variant(RuntimeOrigin::root(), id, variant(1)), BadOrigin);
		assert_noop!(Registry::add_variant(RuntimeOrigin::none(), id, variant(1)), BadOrigin);
	});
}

#[test]
fn add_variant_refuses_when_the_caller_is_neither_author_nor_manager() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		assert_noop!(
			Registry::add_variant(RuntimeOrigin::signed(OTHER), id, variant(1)),
			Error::<Test>::NotManager
		);
	});
}

#[test]
fn add_variant_refuses_when_the_model_is_unknown() {
	build_and_execute(|| {
		publish(AUTHOR);
		assert_noop!(
			Registry::add_variant(RuntimeOrigin::signed(AUTHOR), ModelId(1), variant(1)),
			Error::<Test>::UnknownModel
		);
	});
}

#[test]
fn add_variant_refuses_when_the_variant_is_malformed() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		let refused = |variant, error: Error<Test>| {
			assert_noop!(Registry::add_variant(RuntimeOrigin::signed(AUTHOR), id, variant), error);
		};
		let mut bad = variant(1);
		bad.units_per_item = WorkUnits(0);
		refused(bad, Error::ZeroUnits);
		let mut bad = variant(1);
		bad.artifact.size = 0;
		refused(bad.clone(), Error::EmptyArtifact);
		bad.artifact.size = MAX_ARTIFACT_BYTES + 1;
		refused(bad, Error::ArtifactTooLarge);
		let mut bad = variant(1);
		bad.memory = 0;
		refused(bad, Error::ZeroMemory);
		let mut bad = variant(1);
		bad.agreement = Agreement::Similar { max_distance: 128, feature: Feature::LowFrequency };
		refused(bad, Error::DistanceTooLarge);
		refused(variant(0), Error::DuplicateVariant);
	});
}

#[test]
fn add_variant_refuses_when_the_author_cannot_pay_the_growth() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		spend_all(AUTHOR);
		assert_noop!(
			Registry::add_variant(RuntimeOrigin::signed(AUTHOR), id, variant(1)),
			TokenError::FundsUnavailable
		);
	});
}

#[test]
fn add_variant_holds_from_the_author_when_a_manager_calls() {
	build_and_execute(|| {
		let id = publish(AUTHOR);
		appoint(id);
		let before = held(AUTHOR);
		assert_ok!(Registry::add_variant(RuntimeOrigin::signed(MANAGER), id, variant(1)));
		assert!(held(AUTHOR) > before);
		assert_eq!((held(MANAGER), free(MANAGER)), (0, RICH));

		spend_all(AUTHOR);
		assert_noop!(
			Registry::add_variant(RuntimeOrigin::signed(MANAGER), id, variant(2)),
			TokenError::FundsUnavailable
		);
	});
}
