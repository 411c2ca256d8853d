use crate::Clock;
use proptest::prelude::*;

#[test]
fn clock_counts_from_zero_when_it_starts() {
	let clock = Clock::default();
	let numbers = [0, 9, 10, 19, 20].map(|now| clock.at(now, 10));
	assert_eq!(numbers, [0, 0, 1, 1, 2]);
}

#[test]
fn clock_keeps_the_current_period_when_the_length_changes() {
	let clock = Clock::default().at_next(25, 10);
	assert_eq!(clock, Clock { index: 3, start: 30 });
	let numbers = [25, 29, 30, 34, 35].map(|now| clock.at(now, 5));
	assert_eq!(numbers, [2, 2, 3, 3, 4]);
}

#[test]
fn clock_keeps_the_next_start_when_the_length_changes_twice_in_a_period() {
	let clock = Clock::default().at_next(25, 10);
	assert_eq!(clock.at_next(26, 5), clock);
	assert_eq!(clock.at_next(30, 7), Clock { index: 4, start: 37 });
}

#[test]
fn clock_does_not_panic_when_time_ends() {
	let end = Clock::default().at_next(u32::MAX, 1);
	assert_eq!(end.start, u32::MAX);
	assert_eq!(Clock { index: u32::MAX, start: 0 }.at(u32::MAX, 1), u32::MAX);
	assert_eq!(Clock::default().at(5, 0), 0);
}

proptest! {
	/// The number of every moment is what it was or one more, whatever the lengths.
	#[test]
	fn clock_never_jumps_when_lengths_change_at_random(
		changes in prop::collection::vec((1u32..40, 1u32..20), 1..20),
	) {
		let (mut clock, mut length, mut now) = (Clock::default(), 10, 0);
		for (wait, new) in changes {
			for _ in 0..wait {
				let before = clock.at(now, length);
				now += 1;
				let after = clock.at(now, length);
				prop_assert!(after == before || after == before + 1);
			}
			let before = clock.at(now, length);
			clock = clock.at_next(now, length);
			length = new;
			prop_assert_eq!(clock.at(now, length), before);
		}
	}
}
