use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{traits::ModelCatalog, ModelId, VariantId};

#[test]
fn published_variants_can_be_asked_for_when_their_author_paid_the_deposit() {
	build_and_execute(|| {
		let author = RuntimeOrigin::signed(AUTHOR);
		let Publish { name, task, licence, royalty, variants } = Publish::default();
		assert_ok!(Registry::publish(author.clone(), name, task, licence, royalty, variants));
		assert_ok!(Registry::add_variant(author, ModelId(0), variant(1)));

		let model = Registry::model(ModelId(0)).unwrap();
		assert_eq!(held(AUTHOR), model.deposit);
		for index in [0, 1] {
			let terms = Registry::terms(VariantId { model: ModelId(0), index }).unwrap();
			assert_eq!(terms.author, AUTHOR);
			assert_eq!(terms.artifact, variant(index.into()).artifact);
		}
	});
}
