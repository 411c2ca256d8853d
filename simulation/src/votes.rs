//! Who agrees with whom under `Similar`: the largest set of seats that agree pairwise, and the
//! chances of whom it leaves out when somebody stands near the threshold.

/// The seats that agree, a bit for each: the largest set that all agree with each other, and of
/// several the one that lacks the latest seats. `agree(a, b)` is only asked for `a < b`.
pub fn agreement(seats: usize, agree: impl Fn(usize, usize) -> bool) -> u8 {
	let all_agree = |set: u8| {
		let places = (0..seats).filter(|place| set & (1 << place) != 0);
		let places: Vec<usize> = places.collect();
		places.iter().enumerate().all(|(at, b)| places[..at].iter().all(|a| agree(*a, *b)))
	};
	let sets = 0..=u8::MAX >> (8 - seats.clamp(1, 7));
	sets.filter(|set| all_agree(*set)).fold(0, |best, set| {
		if set.count_ones() > best.count_ones() {
			set
		} else {
			best
		}
	})
}

/// Whom a round leaves out, with the chance of each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Near {
	/// Everyone agrees.
	pub all: f64,
	/// A quorum without some honest seat, which counts as wrong then.
	pub without_honest: f64,
	/// A quorum of all honest seats, without those near the threshold.
	pub without_near: f64,
	/// No quorum.
	pub none: f64,
}

/// What a round comes to in which `is_near` says of each seat whether it stands near the threshold.
/// Those that do agree with each other, the honest do too, and an honest seat agrees with the others
/// with the chance `within`, each on its own.
pub fn near(is_near: &[bool], quorum: usize, within: f64) -> Near {
	let honest: Vec<usize> = (0..is_near.len()).filter(|place| !is_near[*place]).collect();
	let mut found = Near::default();
	for inside in 0..1u32 << honest.len() {
		let is_inside = |place: usize| {
			honest.iter().position(|it| *it == place).is_none_or(|rank| inside & (1 << rank) != 0)
		};
		let count = inside.count_ones() as i32;
		let chance = within.powi(count) * (1.0 - within).powi(honest.len() as i32 - count);
		// Only what one of each kind says of the other is in question.
		let agree = |a: usize, b: usize| {
			is_near[a] == is_near[b] || is_inside(if is_near[a] { b } else { a })
		};
		let set = agreement(is_near.len(), agree);
		let has = |place: usize| set & (1 << place) != 0;
		let lacks_honest = honest.iter().any(|place| !has(*place));
		let side = if (set.count_ones() as usize) < quorum {
			&mut found.none
		} else if lacks_honest {
			&mut found.without_honest
		} else if (0..is_near.len()).all(has) {
			&mut found.all
		} else {
			&mut found.without_near
		};
		*side += chance;
	}
	found
}

/// What one seat near the threshold does to a job of three whose other seats, now and later, are
/// honest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lone {
	/// Chance that the first round disagrees.
	pub disputed: f64,
	/// Chance that an honest seat is left out in the end and slashed.
	pub honest_slashed: f64,
	/// Chance that it is slashed itself.
	pub slashed: f64,
}

/// [`Lone`], when its first fingerprint is within of an honest one with the chance `first` and those
/// of later rounds with the chance `later`. It has each of the first three seats with equal chances.
pub fn lone(first: f64, later: f64) -> Lone {
	let mut found = Lone::default();
	for own in 0..3 {
		let three: Vec<bool> = (0..3).map(|place| place == own).collect();
		let five: Vec<bool> = (0..5).map(|place| place == own).collect();
		let (opened, ended) = (near(&three, 3, first), near(&five, 4, later));
		// Four honest seats of five are a quorum, so that there is always one.
		found.disputed += opened.none / 3.0;
		found.honest_slashed += opened.none * ended.without_honest / 3.0;
		found.slashed += opened.none * ended.without_near / 3.0;
	}
	found
}

#[cfg(test)]
mod tests {
	use super::*;

	fn close(a: f64, b: f64) {
		assert!((a - b).abs() < 1e-12, "{a} is not {b}");
	}

	#[test]
	fn agreement_takes_the_earlier_seats_when_two_sets_are_as_large() {
		assert_eq!(agreement(3, |_, _| true), 0b111);
		assert_eq!(agreement(3, |_, _| false), 0b001);
		// 0 agrees with all but 4, the others with each other.
		assert_eq!(agreement(5, |a, b| (a, b) != (0, 4)), 0b01111);
		assert_eq!(agreement(5, |a, b| (a, b) != (0, 3) && (a, b) != (0, 4)), 0b11110);
	}

	#[test]
	fn near_is_the_binomial_when_one_stands_near() {
		let within = 0.7f64;
		let three = near(&[false, true, false], 3, within);
		close(three.all, within.powi(2));
		close(three.none, 1.0 - within.powi(2));
		let five = near(&[true, false, false, false, false], 4, within);
		close(five.all, within.powi(4));
		// One of four is out of reach, and its seat is later.
		close(five.without_honest, 4.0 * within.powi(3) * (1.0 - within));
		close(five.none, 0.0);
		close(five.all + five.without_honest + five.without_near, 1.0);
		// From the last seat, an honest one later than it there is not.
		let last = near(&[false, false, false, false, true], 4, within);
		close(last.without_honest, 0.0);
	}

	#[test]
	fn lone_does_nothing_when_everybody_is_within() {
		assert_eq!(lone(1.0, 1.0), Lone::default());
		let always = lone(0.0, 0.0);
		close(always.disputed, 1.0);
		close(always.slashed, 1.0);
	}
}
