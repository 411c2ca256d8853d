//! Comparing answers: pure functions on seats and their votes.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use tercet_primitives::{
	hamming_distance, hashing, Agreement, Answer, Committee, Fingerprint, Invalidity, ItemSet,
	Response, Seat, SeatState, Votes, H256, MAX_SEATS,
};

const PICK_TAG: &[u8] = b"tercet/canonical/1";

/// Some seats of one committee: bit `i` stands for seat `i`.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct SeatSet(pub u8);

impl SeatSet {
	/// Number of seats.
	pub fn len(&self) -> u32 {
		self.0.count_ones()
	}

	/// Whether there is no seat.
	pub fn is_empty(&self) -> bool {
		self.0 == 0
	}

	/// Whether seat `place` is among them.
	pub fn contains(&self, place: usize) -> bool {
		bit(place) & self.0 != 0
	}

	/// The seats, in rising order.
	pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
		(0..MAX_SEATS as usize).filter(|place| self.contains(*place))
	}

	/// Whether all of them are in `other`.
	fn is_subset(&self, other: &Self) -> bool {
		self.0 & !other.0 == 0
	}
}

impl FromIterator<usize> for SeatSet {
	fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
		Self(places.into_iter().fold(0, |set, place| set | bit(place)))
	}
}

fn bit(place: usize) -> u8 {
	u32::try_from(place).ok().and_then(|place| 1u8.checked_shl(place)).unwrap_or(0)
}

/// Which seats agree, and which of them speaks for all.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Verdict {
	/// The seats that agree.
	pub seats: SeatSet,
	/// The one whose response counts.
	pub canonical: u8,
}

/// What a seat says about the items that are compared.
enum Ballot<'a> {
	/// Nothing that counts.
	None,
	/// The job cannot be run.
	Invalid(Invalidity),
	/// An answer to exactly these items.
	Whole(&'a Answer),
	/// The root over these items of an answer to more than them.
	Root(H256),
	/// A vote per item.
	Votes(Vec<Fingerprint>),
}

/// The answers of one committee, ready to be compared over its open items.
pub struct Poll<'a, AccountId> {
	committee: &'a Committee<AccountId>,
	votes: &'a [Votes],
	ballots: Vec<Ballot<'a>>,
}

impl<'a, AccountId> Poll<'a, AccountId> {
	/// `votes` holds those of every seat, in the order of the seats; none are an empty list.
	pub fn new(committee: &'a Committee<AccountId>, votes: &'a [Votes]) -> Self {
		let none = &[][..];
		let ballots = committee
			.seats
			.iter()
			.enumerate()
			.map(|(place, seat)| {
				let votes = votes.get(place).map_or(none, |votes| votes.as_slice());
				ballot(committee, seat, votes)
			})
			.collect();
		Self { committee, votes, ballots }
	}

	/// Whether the seats at `a` and `b` say the same.
	pub fn agree(&self, a: usize, b: usize) -> bool {
		let (Some(a), Some(b)) = (self.ballots.get(a), self.ballots.get(b)) else { return false };
		match (a, b) {
			(Ballot::Invalid(a), Ballot::Invalid(b)) => a == b,
			(Ballot::Whole(a), Ballot::Whole(b)) => a == b,
			(Ballot::Whole(a), Ballot::Root(b)) | (Ballot::Root(b), Ballot::Whole(a)) => {
				a.root == *b
			},
			(Ballot::Root(a), Ballot::Root(b)) => a == b,
			(Ballot::Votes(a), Ballot::Votes(b)) => {
				let max = max_distance(&self.committee.agreement);
				a.len() == b.len() && a.iter().zip(b).all(|(a, b)| hamming_distance(a, b) <= max)
			},
			_ => false,
		}
	}

	/// Whether what the seat at `place` says can be compared.
	pub fn counts(&self, place: usize) -> bool {
		!matches!(self.ballots.get(place), None | Some(Ballot::None))
	}

	/// The largest set of seats that all agree with each other; the first of several.
	pub fn largest_agreement(&self) -> SeatSet {
		let seats = self.ballots.len();
		let neighbours: Vec<SeatSet> = (0..seats)
			.map(|a| {
				(0..seats).filter(|b| self.counts(a) && (a == *b || self.agree(a, *b))).collect()
			})
			.collect();
		let is_clique = |set: &SeatSet| {
			set.iter().all(|place| neighbours.get(place).is_some_and(|near| set.is_subset(near)))
		};
		// At most 2^7 sets.
		(0..=u8::MAX >> 1).map(SeatSet).filter(is_clique).fold(SeatSet::default(), |best, set| {
			if set.len() > best.len() {
				set
			} else {
				best
			}
		})
	}

	/// What a quorum agrees on, if one does: the response of one of them, picked by the committee's
	/// seed.
	///
	/// Once a part of the job was paid, only a result for exactly the rest counts.
	pub fn verdict(&self) -> Option<Verdict> {
		let seats = self.largest_agreement();
		if seats.len() < u32::from(self.committee.quorum) || seats.is_empty() {
			return None;
		}
		let speakers = seats.iter().filter(|place| {
			let Some(seat) = self.committee.seats.get(*place) else { return false };
			match &seat.state {
				SeatState::Revealed(Response::Result(_)) => seat.items == self.committee.items,
				SeatState::Revealed(Response::Invalid(_)) => !is_narrowed(self.committee),
				_ => false,
			}
		});
		let canonical = pick(&self.committee.seed, speakers.collect())?;
		Some(Verdict { seats, canonical })
	}

	/// The seats that gave a result, and the items on which they all agree, if they are enough for a
	/// quorum and agree on some items but not on all.
	pub fn agreed_part(&self) -> Option<(Verdict, ItemSet)> {
		let seats: SeatSet = result_seats(self.committee).collect();
		if seats.len() < u32::from(self.committee.quorum) {
			return None;
		}
		let items = &self.committee.items;
		let rows: Option<Vec<_>> = seats
			.iter()
			.map(|place| {
				let seat = self.committee.seats.get(place)?;
				let votes = votes_over(seat, self.votes.get(place)?.as_slice(), items);
				Some(votes).filter(|votes| votes.len() == items.len() as usize)
			})
			.collect();
		let rows = rows?;
		let max = max_distance(&self.committee.agreement);
		let agreed: ItemSet = items
			.iter()
			.enumerate()
			.filter(|(rank, _)| {
				let column: Vec<_> = rows.iter().filter_map(|row| row.get(*rank)).collect();
				column.iter().enumerate().all(|(place, a)| {
					column.iter().take(place).all(|b| hamming_distance(a, b) <= max)
				})
			})
			.map(|(_, index)| index)
			.collect();
		if agreed.is_empty() || agreed == *items {
			return None;
		}
		let canonical = pick(&self.committee.seed, seats.iter().collect())?;
		Some((Verdict { seats, canonical }, agreed))
	}
}

/// Whether a part of the job was paid already: then the first seats cover more than what is open.
pub fn is_narrowed<AccountId>(committee: &Committee<AccountId>) -> bool {
	committee.seats.iter().any(|seat| seat.items != committee.items)
}

/// Whether two seats gave results with different roots over the same items.
pub fn roots_differ<AccountId>(committee: &Committee<AccountId>) -> bool {
	let roots = || {
		committee.seats.iter().filter_map(|seat| result_of(seat).map(|it| (seat.items, it.root)))
	};
	roots().any(|(items, root)| roots().any(|(other, its)| items == other && root != its))
}

/// The seats that gave a result.
pub fn result_seats<AccountId>(
	committee: &Committee<AccountId>,
) -> impl Iterator<Item = usize> + '_ {
	let seats = committee.seats.iter().enumerate();
	seats.filter(|(_, seat)| result_of(seat).is_some()).map(|(place, _)| place)
}

/// The result that a seat gave.
pub fn result_of<AccountId>(seat: &Seat<AccountId>) -> Option<&Answer> {
	match &seat.state {
		SeatState::Revealed(Response::Result(answer)) => Some(answer),
		_ => None,
	}
}

/// What a seat said.
pub fn response_of<AccountId>(seat: &Seat<AccountId>) -> Option<&Response> {
	match &seat.state {
		SeatState::Revealed(response) => Some(response),
		_ => None,
	}
}

/// Of `votes` on the items `from`, those on the items `to`.
pub fn restrict(votes: &[Fingerprint], from: &ItemSet, to: &ItemSet) -> Vec<Fingerprint> {
	let voted = from.iter().zip(votes);
	voted.filter(|(index, _)| to.contains(*index)).map(|(_, vote)| *vote).collect()
}

/// Bits in which two votes on one item may differ.
pub fn max_distance(agreement: &Agreement) -> u16 {
	match agreement {
		Agreement::Exact => 0,
		Agreement::Similar { max_distance, .. } => *max_distance,
	}
}

/// The votes of a seat, over `items`: they are either about these, or about all that the seat
/// covers.
pub fn votes_over<AccountId>(
	seat: &Seat<AccountId>,
	votes: &[Fingerprint],
	items: &ItemSet,
) -> Vec<Fingerprint> {
	if votes.len() == items.len() as usize {
		votes.to_vec()
	} else if votes.len() == seat.items.len() as usize {
		restrict(votes, &seat.items, items)
	} else {
		Vec::new()
	}
}

fn ballot<'a, AccountId>(
	committee: &Committee<AccountId>,
	seat: &'a Seat<AccountId>,
	votes: &[Fingerprint],
) -> Ballot<'a> {
	let items = &committee.items;
	let answer = match &seat.state {
		SeatState::Revealed(Response::Invalid(why)) => return Ballot::Invalid(*why),
		SeatState::Revealed(Response::Result(answer)) => answer,
		_ => return Ballot::None,
	};
	let exact = committee.agreement == Agreement::Exact;
	if exact && seat.items == *items {
		return Ballot::Whole(answer);
	}
	let votes = votes_over(seat, votes, items);
	if votes.len() != items.len() as usize {
		return Ballot::None;
	}
	if exact {
		let digests: Vec<_> = votes.into_iter().map(H256).collect();
		Ballot::Root(hashing::result_root(items, &digests))
	} else {
		Ballot::Votes(votes)
	}
}

/// One of `places`, by a seed that was unknown when the answers were fixed.
fn pick(seed: &H256, places: Vec<usize>) -> Option<u8> {
	let [a, b, c, d, ..] = (PICK_TAG, seed).using_encoded(frame::hashing::blake2_256);
	let position = u32::from_le_bytes([a, b, c, d]).checked_rem(places.len() as u32)?;
	places.get(position as usize).and_then(|place| u8::try_from(*place).ok())
}
