//! Every scenario, small: frequencies within three standard deviations of the formulas, once more with
//! another seed where they are not; every job ends as the rules say, the books are the balances,
//! nobody honest loses, no attack pays.

use tercet_simulation::{scenario, settings::Settings, simulate};

/// Few enough for a minute in all, many enough for every kind of event that is not rare.
const JOBS: u64 = 1_200;

fn holds(name: &str) {
	let all = scenario::all(JOBS);
	let scenario = all.iter().find(|scenario| scenario.name == name).expect("it is listed");
	let run = |seed| {
		let report = simulate(scenario, Settings::default(), seed, &mut || {});
		let ended = report.outcomes.right + report.outcomes.wrong + report.outcomes.refunded;
		assert_eq!(ended, scenario.jobs);
		let breaches = report.breaches();
		assert!(breaches.is_empty(), "{breaches:#?}");
		report
	};
	let report = run(1);
	let deviations: Vec<_> = report.deviations().collect();
	if deviations.is_empty() {
		return;
	}
	// Of some 250 frequencies one in 370 deviates by chance, but hardly twice.
	let again = run(2);
	let both: Vec<_> = again
		.deviations()
		.filter(|(label, _)| deviations.iter().any(|(other, _)| other == label))
		.collect();
	assert!(both.is_empty(), "{deviations:#?}, and again {both:#?}");
}

macro_rules! scenarios {
	($($test:ident: $name:literal,)*) => {
		$(
			#[test]
			fn $test() {
				holds($name);
			}
		)*

		#[test]
		fn every_scenario_is_tested() {
			let tested = [$($name),*];
			let listed = scenario::all(1);
			let listed: Vec<_> = listed.iter().map(|scenario| scenario.name.as_str()).collect();
			assert_eq!(listed, tested);
		}
	};
}

scenarios! {
	everyone_earns_when_all_are_honest: "honest",
	colluders_lose_when_they_have_10_percent: "collude-10",
	colluders_lose_when_they_have_20_percent: "collude-20",
	colluders_lose_when_they_have_33_percent: "collude-33",
	colluders_lose_when_the_pool_is_large: "collude-33-large-pool",
	colluders_lose_when_two_seats_are_theirs: "collude-33-two-seats",
	liars_lose_when_they_have_10_percent: "lie-always-10",
	liars_lose_when_they_have_20_percent: "lie-always-20",
	liars_lose_when_they_have_33_percent: "lie-always-33",
	colluders_lose_when_they_withhold: "withhold-33",
	colluders_lose_when_they_back_out: "back-out-33",
	copiers_lose_when_they_repeat_the_first_reveal: "copy",
	silent_ones_lose_when_they_are_drawn: "silent-20",
	constant_ones_lose_when_they_are_drawn: "constant-20",
	authors_lose_when_they_grind: "grind-33",
	requesters_pay_when_they_grief: "grief",
	colluders_lose_when_they_copy_fingerprints: "similar-collude-33",
	near_misses_lose_when_they_are_at_the_threshold: "similar-inside-33",
	near_misses_lose_when_they_are_beyond_the_threshold: "similar-outside-33",
	cheaper_variants_lose_when_answers_are_similar: "similar-cheaper-33",
	colluders_lose_when_requesters_send_canaries: "canary-33",
	proven_colluders_lose_when_one_executor_is_asked_for: "one-executor-33",
	proven_colluders_lose_when_they_withhold: "one-executor-withhold-33",
	proven_colluders_lose_when_two_executors_are_asked_for: "two-executors-33",
	requesters_pay_when_they_raise_false_alarms: "false-alarms",
	requesters_lose_when_reviewers_are_their_friends: "false-alarms-33",
}

#[test]
fn simulate_gives_the_same_report_when_the_seed_is_the_same() {
	let all = scenario::all(60);
	let run = |seed| simulate(&all[9], Settings::default(), seed, &mut || {});
	let (first, again, other) = (run(1), run(1), run(2));
	assert_eq!(first.tallies, again.tallies);
	assert_eq!(first.outcomes, again.outcomes);
	assert_ne!(first.tallies, other.tallies);
}
