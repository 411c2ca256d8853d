//! The rule: thresholds where distributions separate, refusals where they do not.

mod common;

use common::comparison;
use tercet_calibration::{
	analysis::Comparison,
	proposal::{Refusal, Rule},
};

const RULE: Rule = Rule { job_items: 64, false_reject: 1e-6, false_accept: 1e-3 };

/// Honest machines with equal bits.
fn equal() -> Comparison {
	comparison("honest", &[&[0; 100]], 0.0)
}

#[test]
fn propose_is_the_middle_when_distributions_are_far_apart() {
	let other = comparison("other", &[&[40; 100], &[42; 100]], 0.16);
	let proposal = RULE.propose(&equal(), &[other]).unwrap();
	// Safe from 0 on; from 40 on, one seed of two passes everything: √(1 · 40) − 1.
	assert_eq!(proposal.max_distance, 5);
	assert_eq!((proposal.false_reject_largest, proposal.false_accept_item), (0.0, 0.0));
}

#[test]
fn propose_heeds_the_closest_when_there_are_several() {
	let near = comparison("near", &[&[10; 100]], 0.04);
	let far = comparison("far", &[&[90; 100]], 0.4);
	assert_eq!(RULE.propose(&equal(), &[near.clone(), far.clone()]).unwrap().max_distance, 2);
	assert_eq!(RULE.propose(&equal(), &[far, near]).unwrap().max_distance, 2);
}

#[test]
fn propose_says_that_one_item_is_inseparable_when_only_jobs_separate() {
	// Half of the items have the honest distance; 64 of them by chance do not.
	let distances: Vec<u16> = (0..100).map(|item| item % 2 * 3).collect();
	let other = comparison("other", &[&distances], 0.01);
	let proposal = RULE.propose(&equal(), std::slice::from_ref(&other)).unwrap();
	assert_eq!(proposal.false_accept_item, 0.5);
	assert_eq!(proposal.false_accept_job, 0.5f64.powi(64));
	assert_eq!(RULE.separates_from(&other, 0), Some(16));
	let single = Rule { job_items: 1, ..RULE };
	let refusal = single.propose(&equal(), &[other]).unwrap_err();
	assert!(matches!(refusal, Refusal::Inseparable(..)), "{refusal}");
}

#[test]
fn propose_is_refused_when_distributions_overlap() {
	let honest = comparison("honest", &[&[0, 1, 5, 2]], 0.008);
	let other = comparison("int8", &[&[4, 4, 4, 4]], 0.016);
	let refusal = RULE.propose(&honest, std::slice::from_ref(&other)).unwrap_err();
	let Refusal::Inseparable(others, 64, lowest) = &refusal else { panic!("{refusal}") };
	assert!(*lowest >= 5);
	assert_eq!(others, &[("int8".to_owned(), Some(3))]);
	assert!(refusal.to_string().contains("int8 passes above 3"), "{refusal}");
	assert_eq!(RULE.separates_from(&other, *lowest), None);
}

#[test]
fn propose_is_refused_when_a_variant_has_equal_bits() {
	let same = comparison("fp16", &[&[0; 100]], 0.0);
	let refusal = RULE.propose(&equal(), &[same]).unwrap_err();
	assert!(refusal.to_string().contains("fp16 passes even at 0"), "{refusal}");
}

#[test]
fn propose_is_refused_when_there_was_one_setting() {
	let nothing = Comparison { name: "honest".into(), pairs: Vec::new() };
	assert_eq!(RULE.propose(&nothing, &[]).unwrap_err(), Refusal::OneSetting);
}

#[test]
fn propose_is_refused_when_honest_answers_are_unrelated() {
	let honest = comparison("honest", &[&[128; 10]], 0.5);
	assert_eq!(RULE.propose(&honest, &[]).unwrap_err(), Refusal::HonestTooFar);
}

#[test]
fn lowest_is_at_least_what_was_measured_when_angles_promise_less() {
	let honest = comparison("honest", &[&[0, 7]], 1e-9);
	assert_eq!(RULE.lowest(&honest), Some(7));
}

#[test]
fn lowest_exceeds_what_was_measured_when_angles_promise_more() {
	// A bit in 25,600: no item of ten differs, but items of 512 will.
	let honest = comparison("honest", &[&[0; 10]], 1.0 / 25_600.0);
	let lowest = RULE.lowest(&honest).unwrap();
	assert!(honest.beyond(lowest) * 512.0 <= RULE.false_reject);
	assert!(honest.beyond(lowest - 1) * 512.0 > RULE.false_reject);
}

#[test]
fn jobs_within_is_the_mean_over_seeds_when_seeds_differ() {
	// Items of a job share their seed: one seed lets everything pass, the other nothing.
	let other = comparison("other", &[&[0; 10], &[9; 10]], 0.02);
	for items in [1, 64, 512] {
		assert_eq!(other.jobs_within(5, items), 0.5);
	}
}

#[test]
fn jobs_within_is_that_of_the_worst_pair_when_settings_differ() {
	let mut other = comparison("other", &[&[0, 9]], 0.02);
	other.pairs.extend(comparison("other", &[&[9, 9]], 0.02).pairs);
	assert_eq!(other.jobs_within(5, 2), 0.25);
}
