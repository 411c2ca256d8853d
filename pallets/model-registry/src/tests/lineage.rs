use crate::mock::*;
use frame::testing_prelude::*;
use proptest::prelude::*;
use tercet_primitives::{ModelId, Permill};

/// Publishes a model made from `parent`, with its royalty and derivative share in parts in a
/// million, by an author of its own: account 100 for model 0.
fn child(parent: Option<u32>, royalty: u32, derivative_share: u32) -> u32 {
	let id = Registry::model_count();
	let author = 100 + u64::from(id);
	assert_ok!(Balances::transfer_allow_death(RuntimeOrigin::signed(OTHER), author, 10_000));
	let call = Publish {
		royalty: Permill::from_parts(royalty),
		parent: parent.map(ModelId),
		derivative_share: Permill::from_parts(derivative_share),
		..Default::default()
	};
	assert_ok!(call.by(RuntimeOrigin::signed(author)));
	id
}

/// Who earns what, in parts in a million.
fn royalties(model: u32) -> Vec<(u64, u32)> {
	let royalties = Registry::royalties(ModelId(model)).unwrap();
	royalties.into_iter().map(|royalty| (royalty.payee, royalty.share.deconstruct())).collect()
}

#[test]
fn royalties_are_the_authors_alone_when_there_is_no_parent() {
	build_and_execute(|| {
		child(None, 50_000, 1_000_000);
		assert_eq!(royalties(0), [(100, 50_000)]);
		child(None, 0, 0);
		assert_eq!(royalties(1), [(101, 0)]);
		assert_eq!(Registry::royalties(ModelId(2)), None);
	});
}

#[test]
fn royalties_flow_to_every_ancestor_when_the_lineage_is_short() {
	build_and_execute(|| {
		child(None, 0, 500_000);
		child(Some(0), 0, 200_000);
		child(Some(1), 100_000, 0);
		// A fifth of 10 % to the parent, half of that to the grandparent.
		assert_eq!(royalties(2), [(102, 80_000), (101, 10_000), (100, 10_000)]);
	});
}

#[test]
fn royalties_stay_with_the_fourth_when_the_lineage_is_longer() {
	build_and_execute(|| {
		child(None, 0, 500_000);
		for parent in 0..4 {
			child(Some(parent), 160_000, 500_000);
		}
		assert_eq!(royalties(3), [(103, 80_000), (102, 40_000), (101, 20_000), (100, 20_000)]);
		// The great-great-grandparent gets nothing.
		assert_eq!(royalties(4), [(104, 80_000), (103, 40_000), (102, 20_000), (101, 20_000)]);
	});
}

#[test]
fn royalties_end_when_an_ancestor_takes_no_share() {
	build_and_execute(|| {
		child(None, 0, 500_000);
		child(Some(0), 0, 0);
		child(Some(1), 100_000, 0);
		assert_eq!(royalties(2), [(102, 100_000)]);
	});
}

#[test]
fn royalties_pass_through_when_an_ancestor_takes_all() {
	build_and_execute(|| {
		child(None, 0, 250_000);
		child(Some(0), 0, 1_000_000);
		child(Some(1), 100_000, 0);
		assert_eq!(royalties(2), [(102, 0), (101, 75_000), (100, 25_000)]);
	});
}

#[test]
fn royalties_leave_what_rounding_leaves_with_the_child_when_shares_are_fractions() {
	build_and_execute(|| {
		child(None, 0, 333_333);
		child(Some(0), 100, 0);
		// 33.3333 parts flow on: 33.
		assert_eq!(royalties(1), [(101, 67), (100, 33)]);
		child(Some(0), 2, 0);
		assert_eq!(royalties(2), [(102, 2)]);
	});
}

#[test]
fn royalties_are_those_of_the_present_authors_when_a_model_was_transferred() {
	build_and_execute(|| {
		child(None, 0, 500_000);
		child(Some(0), 100_000, 0);
		assert_ok!(Registry::offer_transfer(RuntimeOrigin::signed(100), ModelId(0), Some(AUTHOR)));
		assert_ok!(Registry::accept_transfer(RuntimeOrigin::signed(AUTHOR), ModelId(0)));
		assert_eq!(royalties(1), [(101, 50_000), (AUTHOR, 50_000)]);
	});
}

proptest! {
	/// However deep and whatever the shares, they sum to exactly the royalty of the model.
	#[test]
	fn royalties_sum_to_the_models_when_lineages_are_random(
		lineage in prop::collection::vec((0u32..=300_000, 0u32..=1_000_000), 1..8),
	) {
		build_and_execute(|| {
			let mut parent = None;
			for (royalty, derivative_share) in lineage {
				let id = child(parent, royalty, derivative_share);
				let earners = royalties(id);
				assert!((1..=4).contains(&earners.len()));
				assert_eq!(earners[0].0, 100 + u64::from(id));
				assert_eq!(earners.iter().map(|(_, share)| share).sum::<u32>(), royalty);
				parent = Some(id);
			}
		});
	}
}
