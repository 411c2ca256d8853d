//! The docs show what the code computes.

use tercet_simulation::{
	figures::{self, default_terms, SHARES},
	formulas::{escape, Drawn, Pool},
};

#[test]
fn docs_show_the_tables_of_the_default_parameters() {
	let docs = include_str!("../../docs/economics-verification.md");
	for (name, table) in figures::named() {
		let marked = format!("<!-- {name} -->\n\n{table}\n");
		assert!(docs.contains(&marked), "`tercet-simulate --figures` prints another {name}");
	}
}

#[test]
fn every_cheat_loses_by_the_default_parameters() {
	for executors in [1, 2, 3] {
		let terms = default_terms(executors);
		for percent in SHARES {
			let pool = Pool::Endless(f64::from(percent) / 100.0);
			let drawn = Drawn { adversarial: executors.into(), honest: 0 };
			let gain = terms.cheat(escape(pool, drawn));
			assert!(gain < 0.0, "{executors} executors, {percent} %: {gain:+.2} per seat");
		}
	}
	let third = Pool::Endless(0.33);
	let terms = default_terms(3);
	let silent = pallet_provider_staking::Parameters::default().silent_share;
	for share in [f64::from(silent.deconstruct()) / 1e6, terms.withheld] {
		assert!(terms.silence(share) < 0.0);
	}
	for least in [1, 2] {
		let gain = terms.threshold(third, least) - terms.threshold(third, 3);
		assert!(gain < 0.0, "{least} seats: {gain:+.2}");
	}
}
