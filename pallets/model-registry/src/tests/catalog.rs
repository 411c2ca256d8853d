use crate::{mock::*, Error};
use frame::testing_prelude::*;
use tercet_primitives::{
	traits::ModelCatalog, Agreement, ModelId, Permill, Royalty, VariantId, WorkUnits,
};

#[test]
fn terms_are_those_of_the_variant_when_it_exists() {
	build_and_execute(|| {
		let model = publish(AUTHOR);
		assert_ok!(Registry::add_variant(RuntimeOrigin::signed(AUTHOR), model, variant(1)));
		let terms = Registry::terms(VariantId { model, index: 1 }).unwrap();
		let royalty = Royalty { payee: AUTHOR, share: Permill::from_percent(5) };
		assert_eq!(terms.royalties.into_inner(), [royalty]);
		assert_eq!(terms.units_per_item, WorkUnits(5));
		assert_eq!(terms.artifact, variant(1).artifact);
		assert_eq!(terms.agreement, Agreement::Exact);
	});
}

#[test]
fn terms_name_what_is_unknown_when_it_does_not_exist() {
	build_and_execute(|| {
		let model = publish(AUTHOR);
		assert_noop!(
			Registry::terms(VariantId { model: ModelId(1), index: 0 }),
			Error::<Test>::UnknownModel
		);
		assert_noop!(Registry::terms(VariantId { model, index: 1 }), Error::<Test>::UnknownVariant);
	});
}
