use crate::{mock::*, Error, Event, NextModelId, Variants};
use frame::{testing_prelude::*, traits::fungible::Inspect};
use tercet_primitives::{model::Label, Agreement, Feature, ModelId, Permill, WorkUnits};

fn refused(call: Publish, error: Error<Test>) {
	assert_noop!(call.by(RuntimeOrigin::signed(AUTHOR)), error);
	assert_eq!(Balances::free_balance(AUTHOR), RICH);
}

#[test]
fn publish_stores_the_model_and_holds_the_deposit_when_valid() {
	build_and_execute(|| {
		System::set_block_number(42);
		let call = Publish { variants: variants(0..2), ..Default::default() };
		assert_ok!(call.clone().by(RuntimeOrigin::signed(AUTHOR)));

		let model = Registry::model(ModelId(0)).unwrap();
		assert_eq!(model.author, AUTHOR);
		assert_eq!(model.name, call.name);
		assert_eq!(model.task, call.task);
		assert_eq!(model.licence, call.licence);
		assert_eq!(model.royalty, call.royalty);
		assert_eq!(model.variants, call.variants);
		assert_eq!(model.derivative_share, call.derivative_share);
		assert_eq!((model.parent, model.deprecated), (None, None));
		assert!(model.managers.is_empty());
		assert_eq!(model.published_at, 42);
		let deposit = DEPOSIT_BASE + DEPOSIT_PER_BYTE * model.encoded_size() as u128;
		assert_eq!(model.deposit, deposit);
		assert_eq!(held(AUTHOR), deposit);
		assert_eq!(Balances::free_balance(AUTHOR), RICH - deposit);
		System::assert_last_event(
			Event::Published { model: ModelId(0), author: AUTHOR, variants: 2, deposit }.into(),
		);
	});
}

#[test]
fn publish_counts_ids_up_when_called_again() {
	build_and_execute(|| {
		assert_eq!(Registry::model_count(), 0);
		assert_eq!(publish(AUTHOR), ModelId(0));
		assert_eq!(publish(OTHER), ModelId(1));
		assert_eq!(publish(AUTHOR), ModelId(2));
		assert_eq!(Registry::model_count(), 3);
		assert_eq!(Registry::model(ModelId(1)).unwrap().author, OTHER);
		assert_eq!(Registry::model(ModelId(3)), None);
		assert_eq!(held(AUTHOR), 2 * held(OTHER));
	});
}

#[test]
fn publish_takes_the_largest_record_when_every_field_is_full() {
	build_and_execute(|| {
		let full = label(&"x".repeat(64));
		let call = Publish {
			name: full.clone(),
			task: full.clone(),
			licence: full,
			royalty: MaxRoyalty::get(),
			derivative_share: Permill::one(),
			variants: variants(0..16),
			..Default::default()
		};
		assert_ok!(call.by(RuntimeOrigin::signed(AUTHOR)));
	});
}

#[test]
fn publish_accepts_when_the_licence_is_not_stated() {
	build_and_execute(|| {
		let call = Publish { licence: Label::default(), ..Default::default() };
		assert_ok!(call.by(RuntimeOrigin::signed(AUTHOR)));
	});
}

#[test]
fn publish_refuses_when_the_origin_is_not_signed() {
	build_and_execute(|| {
		assert_noop!(Publish::default().by(RuntimeOrigin::root()), BadOrigin);
		assert_noop!(Publish::default().by(RuntimeOrigin::none()), BadOrigin);
	});
}

#[test]
fn publish_refuses_when_there_are_no_variants() {
	build_and_execute(|| {
		let call = Publish { variants: Variants::default(), ..Default::default() };
		refused(call, Error::NoVariants);
	});
}

#[test]
fn publish_refuses_when_name_or_task_is_empty() {
	build_and_execute(|| {
		refused(Publish { name: Label::default(), ..Default::default() }, Error::EmptyName);
		refused(Publish { task: Label::default(), ..Default::default() }, Error::EmptyTask);
	});
}

#[test]
fn publish_refuses_when_a_label_is_not_utf8() {
	build_and_execute(|| {
		let bad = Label::try_from(vec![b'a', 0xff]).unwrap();
		refused(Publish { name: bad.clone(), ..Default::default() }, Error::InvalidUtf8);
		refused(Publish { task: bad.clone(), ..Default::default() }, Error::InvalidUtf8);
		refused(Publish { licence: bad, ..Default::default() }, Error::InvalidUtf8);
	});
}

#[test]
fn publish_refuses_when_the_royalty_is_one_part_above_the_maximum() {
	build_and_execute(|| {
		let maximum = MaxRoyalty::get();
		let above = Permill::from_parts(maximum.deconstruct() + 1);
		refused(Publish { royalty: above, ..Default::default() }, Error::RoyaltyTooHigh);
		let at = Publish { royalty: maximum, ..Default::default() };
		assert_ok!(at.by(RuntimeOrigin::signed(AUTHOR)));
	});
}

#[test]
fn publish_refuses_when_a_variant_takes_no_work() {
	build_and_execute(|| {
		let mut bad = variants(0..2);
		bad[1].units_per_item = WorkUnits(0);
		refused(Publish { variants: bad, ..Default::default() }, Error::ZeroUnits);
	});
}

#[test]
fn publish_refuses_when_a_variant_takes_no_memory() {
	build_and_execute(|| {
		let mut bad = variants(0..2);
		bad[1].memory = 0;
		refused(Publish { variants: bad, ..Default::default() }, Error::ZeroMemory);
	});
}

#[test]
fn publish_refuses_when_fingerprints_may_differ_in_half_of_their_bits() {
	build_and_execute(|| {
		let mut call = Publish::default();
		let feature = Feature::Flat;
		call.variants[0].agreement = Agreement::Similar { max_distance: 128, feature };
		refused(call.clone(), Error::DistanceTooLarge);
		call.variants[0].agreement = Agreement::Similar { max_distance: u16::MAX, feature };
		refused(call.clone(), Error::DistanceTooLarge);
		for max_distance in [0, 127] {
			call.variants[0].agreement = Agreement::Similar { max_distance, feature };
			assert_ok!(call.clone().by(RuntimeOrigin::signed(AUTHOR)));
		}
	});
}

#[test]
fn publish_refuses_when_the_parent_is_unknown() {
	build_and_execute(|| {
		// Not even itself.
		let parent = Some(ModelId(0));
		refused(Publish { parent, ..Default::default() }, Error::UnknownParent);
		publish(OTHER);
		let call = Publish { parent, ..Default::default() };
		assert_ok!(call.by(RuntimeOrigin::signed(AUTHOR)));
		assert_eq!(Registry::model(ModelId(1)).unwrap().parent, parent);
	});
}

#[test]
fn publish_refuses_when_a_file_is_empty_or_one_byte_too_large() {
	build_and_execute(|| {
		let mut bad = variants(0..2);
		bad[1].artifact.size = 0;
		refused(Publish { variants: bad.clone(), ..Default::default() }, Error::EmptyArtifact);
		bad[1].artifact.size = MAX_ARTIFACT_BYTES + 1;
		refused(Publish { variants: bad, ..Default::default() }, Error::ArtifactTooLarge);
	});
}

#[test]
fn publish_refuses_when_two_variants_have_the_same_file_and_precision() {
	build_and_execute(|| {
		let mut bad = variants(0..3);
		bad[2] = bad[0].clone();
		// Nothing else makes them different models.
		bad[2].memory += 1;
		refused(Publish { variants: bad, ..Default::default() }, Error::DuplicateVariant);
	});
}

#[test]
fn publish_refuses_when_ids_have_run_out() {
	build_and_execute(|| {
		hypothetically!({
			NextModelId::<Test>::put(ModelId(u32::MAX));
			refused(Publish::default(), Error::ModelIdOverflow);
			NextModelId::<Test>::put(ModelId(u32::MAX - 1));
			assert_ok!(Publish::default().by(RuntimeOrigin::signed(AUTHOR)));
		});
	});
}

#[test]
fn publish_refuses_when_the_author_cannot_pay_the_deposit() {
	build_and_execute(|| {
		let call = Publish::default();
		assert_noop!(call.clone().by(RuntimeOrigin::signed(POOR)), TokenError::FundsUnavailable);

		publish(AUTHOR);
		let needed = held(AUTHOR) + EXISTENTIAL_DEPOSIT;
		let transfer =
			|amount| Balances::transfer_allow_death(RuntimeOrigin::signed(OTHER), POOR, amount);
		assert_ok!(transfer(needed - 1));
		assert_noop!(call.clone().by(RuntimeOrigin::signed(POOR)), TokenError::FundsUnavailable);
		assert_ok!(transfer(EXISTENTIAL_DEPOSIT));
		assert_ok!(call.by(RuntimeOrigin::signed(POOR)));
		assert!(Balances::balance(&POOR) >= EXISTENTIAL_DEPOSIT);
	});
}

#[test]
fn publish_weighs_more_when_there_are_more_variants() {
	use crate::WeightInfo;
	type Weights = crate::weights::SubstrateWeight<Test>;
	assert!(Weights::publish(16).ref_time() > Weights::publish(1).ref_time());
}
