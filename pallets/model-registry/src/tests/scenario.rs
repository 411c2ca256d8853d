use crate::mock::*;
use frame::testing_prelude::*;
use tercet_primitives::{traits::ModelCatalog, ModelId, Permill, Royalty, VariantId};

#[test]
fn published_variants_can_be_asked_for_when_their_author_paid_the_deposit() {
	build_and_execute(|| {
		let author = RuntimeOrigin::signed(AUTHOR);
		assert_ok!(Publish::default().by(author.clone()));
		assert_ok!(Registry::add_variant(author.clone(), ModelId(0), variant(1)));

		let model = Registry::model(ModelId(0)).unwrap();
		assert_eq!(held(AUTHOR), model.deposit);
		for index in [0, 1] {
			let terms = Registry::terms(VariantId { model: ModelId(0), index }).unwrap();
			assert_eq!(terms.artifact, variant(index.into()).artifact);
		}

		// Somebody else builds on it; a fifth of that one's royalty of 5 % flows on.
		let call = Publish { parent: Some(ModelId(0)), ..Default::default() };
		assert_ok!(call.by(RuntimeOrigin::signed(OTHER)));
		let earner = |payee, percent| Royalty { payee, share: Permill::from_percent(percent) };
		let terms = Registry::terms(VariantId { model: ModelId(1), index: 0 }).unwrap();
		assert_eq!(terms.royalties.into_inner(), [earner(OTHER, 4), earner(AUTHOR, 1)]);

		// The author sells it.
		assert_ok!(Registry::offer_transfer(author, ModelId(0), Some(MANAGER)));
		assert_ok!(Registry::accept_transfer(RuntimeOrigin::signed(MANAGER), ModelId(0)));
		assert_eq!((held(AUTHOR), held(MANAGER)), (0, model.deposit));
		let terms = Registry::terms(VariantId { model: ModelId(1), index: 0 }).unwrap();
		assert_eq!(terms.royalties.into_inner(), [earner(OTHER, 4), earner(MANAGER, 1)]);
	});
}
