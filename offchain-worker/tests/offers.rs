//! Amounts and offers as operators write them.

use tercet_primitives::{
	Agreement, BlobRef, BoundedVec, DeterminismClass, Feature, Model, ModelId, Permill, PoolId,
	Precision, Variant, VariantId, WorkUnits, H256, MILLI_TCT, TCT,
};
use tercet_worker::offers::{wanted, Amount, BadOffer, Classes, Largest, Offer};

fn amount(text: &str) -> Option<u128> {
	text.parse::<Amount>().ok().map(|amount| amount.0)
}

fn model(precisions: &[Precision]) -> Model<u8> {
	let variant = |precision: &Precision| Variant {
		precision: *precision,
		artifact: BlobRef { blob_id: [0; 32], digest: H256::zero(), size: 0 },
		units_per_item: WorkUnits(1),
		memory: 0,
		agreement: Agreement::Exact,
	};
	Model {
		author: 0,
		managers: BoundedVec::default(),
		name: BoundedVec::default(),
		task: BoundedVec::default(),
		licence: BoundedVec::default(),
		royalty: Permill::zero(),
		parent: None,
		derivative_share: Permill::zero(),
		variants: BoundedVec::try_from(precisions.iter().map(variant).collect::<Vec<_>>()).unwrap(),
		published_at: 0,
		deprecated: None,
		deposit: 0,
	}
}

fn pool(model: u32, index: u8, class: DeterminismClass) -> PoolId {
	PoolId { variant: VariantId { model: ModelId(model), index }, class }
}

fn classes(pinned: Option<DeterminismClass>) -> Classes {
	Classes { pinned, portable: true }
}

#[test]
fn amount_is_exact_when_well_formed() {
	assert_eq!(amount("1000"), Some(1000 * TCT));
	assert_eq!(amount("1.5"), Some(TCT + TCT / 2));
	assert_eq!(amount("1.5TCT"), Some(TCT + TCT / 2));
	assert_eq!(amount("20mTCT"), Some(20 * MILLI_TCT));
	assert_eq!(amount("0.5 mTCT"), Some(MILLI_TCT / 2));
	assert_eq!(amount("300planck"), Some(300));
	assert_eq!(amount("0.000000000001"), Some(1));
	assert_eq!(amount(".5"), Some(TCT / 2));
	assert_eq!(amount("5."), Some(5 * TCT));
	assert_eq!(amount("1.0planck"), Some(1));
}

#[test]
fn amount_fails_when_malformed_or_uneven_or_too_large() {
	for text in [
		"",
		".",
		"-1",
		"+1",
		"1e3",
		"1,5",
		"lots",
		"TCT",
		"1.5planck",
		"0.0000000000001",
		"1..5",
		"340282366920938463463374607431768211455",
	] {
		assert_eq!(amount(text), None, "{text}");
	}
}

#[test]
fn amount_displays_in_tct_without_superfluous_digits() {
	assert_eq!(Amount(1000 * TCT).to_string(), "1000 TCT");
	assert_eq!(Amount(MILLI_TCT).to_string(), "0.001 TCT");
	assert_eq!(Amount(1).to_string(), "0.000000000001 TCT");
}

#[test]
fn offer_fails_when_malformed() {
	assert!(matches!("0=1".parse::<Offer>(), Err(BadOffer::Form(_))));
	assert!(matches!("all".parse::<Offer>(), Err(BadOffer::Form(_))));
	assert!(matches!("a.b=1".parse::<Offer>(), Err(BadOffer::Form(_))));
	assert!(matches!("0.256=1".parse::<Offer>(), Err(BadOffer::Form(_))));
	assert!(matches!("all=x".parse::<Offer>(), Err(BadOffer::Price(_))));
	assert!(matches!("all=0".parse::<Offer>(), Err(BadOffer::ZeroPrice(_))));
}

#[test]
fn wanted_puts_similar_variants_into_both_classes() {
	let mut similar = model(&[Precision::Fp32, Precision::Int8]);
	for variant in similar.variants.iter_mut() {
		variant.agreement = Agreement::Similar { max_distance: 9, feature: Feature::Flat };
	}
	let models = [(ModelId(0), similar)];
	let offers = ["all=2planck".parse().unwrap()];
	let offer = |index, class| (pool(0, index, class), 2);
	let (portable, pinned) = (DeterminismClass::Portable, pinned());
	let both = vec![offer(0, portable), offer(0, pinned), offer(1, portable), offer(1, pinned)];
	assert_eq!(wanted(&offers, &models, classes(Some(pinned)), Largest::ANY), both);
	assert_eq!(
		wanted(&offers, &models, classes(None), Largest::ANY),
		vec![offer(0, portable), offer(1, portable)]
	);
}

fn pinned() -> DeterminismClass {
	DeterminismClass::Pinned {
		provider: tercet_primitives::ExecutionProvider::Cpu,
		runtime: tercet_primitives::OnnxRuntimeVersion { major: 1, minor: 31, patch: 1 },
		architecture: tercet_primitives::Architecture::X86Avx2,
		threads: 1,
	}
}

#[test]
fn wanted_puts_int8_into_the_portable_class_and_the_rest_into_the_pinned_one() {
	let pinned = pinned();
	let models = [(ModelId(0), model(&[Precision::Fp32, Precision::Int8]))];
	let offers = ["all=2planck".parse().unwrap()];
	let portable = (pool(0, 1, DeterminismClass::Portable), 2);
	let expected = vec![(pool(0, 0, pinned), 2), portable];
	assert_eq!(wanted(&offers, &models, classes(Some(pinned)), Largest::ANY), expected);
	assert_eq!(wanted(&offers, &models, classes(None), Largest::ANY), vec![portable]);
}

#[test]
fn wanted_prefers_the_offer_for_one_variant_when_there_is_one_for_all() {
	let int8 = || model(&[Precision::Int8]);
	let models = [(ModelId(0), int8()), (ModelId(1), int8())];
	let offers = ["all=2planck", "1.0=9planck", "7.0=1"].map(|text| text.parse().unwrap());
	let portable = DeterminismClass::Portable;
	let expected = vec![(pool(0, 0, portable), 2), (pool(1, 0, portable), 9)];
	assert_eq!(wanted(&offers, &models, classes(None), Largest::ANY), expected);
	let one = [offers[1]];
	assert_eq!(wanted(&one, &models, classes(None), Largest::ANY), vec![(pool(1, 0, portable), 9)]);
}

#[test]
fn wanted_leaves_out_what_this_worker_cannot_run() {
	let mut int8 = model(&[Precision::Int8]);
	for variant in int8.variants.iter_mut() {
		(variant.artifact.size, variant.memory) = (10, 40);
	}
	let models = [(ModelId(0), int8)];
	let offers = ["all=2planck".parse().unwrap()];
	let exact = Largest { model: 10, memory: 40 };
	let count = |largest| wanted(&offers, &models, classes(None), largest).len();
	assert_eq!(count(exact), 1);
	assert_eq!(count(Largest { memory: exact.memory - 1, ..exact }), 0);
	assert_eq!(count(Largest { model: exact.model - 1, ..exact }), 0);
}
