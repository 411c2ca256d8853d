//! The pure functions, on committees made by hand, against slower definitions of the same.

use super::play;
use crate::{
	comparison::{Poll, SeatSet},
	mock::SIMILAR,
};
use proptest::prelude::*;
use tercet_primitives::{
	hamming_distance, Agreement, Answer, Committee, Invalidity, ItemSet, Payload, Response, Seat,
	SeatState, Stage, Votes, H256,
};

const ITEMS: u32 = 4;

fn committee(agreement: Agreement, quorum: u8, responses: &[Option<Response>]) -> Committee<u64> {
	let items = ItemSet::first(ITEMS);
	let seats = responses.iter().zip(0u64..).map(|(response, executor)| Seat {
		executor,
		round: 0,
		items,
		state: response.clone().map_or(SeatState::Withheld, SeatState::Revealed),
		seal: None,
		voted: response.is_some(),
	});
	Committee {
		round: 0,
		stage: Stage::Reveal,
		until: 1,
		deadline: 9,
		agreement,
		quorum,
		items,
		seed: H256::repeat_byte(5),
		seats: seats.collect::<Vec<_>>().try_into().unwrap(),
		decision: None,
	}
}

fn result(byte: u8) -> Response {
	let output = Payload::Inline(vec![byte].try_into().unwrap());
	Response::Result(Answer { root: H256::repeat_byte(byte), output })
}

/// A vote with this many bits set, for every item.
fn votes(bits: u16) -> Votes {
	let mut vote = [0u8; 32];
	(0..usize::from(bits)).for_each(|bit| vote[bit / 8] |= 1 << (bit % 8));
	vec![vote; ITEMS as usize].try_into().unwrap()
}

fn set(places: &[usize]) -> SeatSet {
	places.iter().copied().collect()
}

#[test]
fn seat_set_is_a_set_of_places() {
	let some = set(&[6, 0, 3, 3, 8, 70]);
	assert_eq!((some.len(), some.iter().collect::<Vec<_>>()), (3, vec![0, 3, 6]));
	assert!(some.contains(3) && !some.contains(1) && !some.contains(70));
	assert!(set(&[]).is_empty());
}

#[test]
fn largest_agreement_is_of_equal_responses_when_exact() {
	let (a, b, no) = (Some(result(1)), Some(result(2)), None);
	let why = |why| Some(Response::Invalid(why));
	let (bad, worse) = (why(Invalidity::InputRefused), why(Invalidity::ModelRefused));
	for (responses, expected) in [
		(vec![a.clone(), b.clone(), a.clone()], set(&[0, 2])),
		(vec![a.clone(), b.clone(), no.clone()], set(&[0])),
		(vec![no.clone(), no.clone(), no.clone()], set(&[])),
		(
			vec![bad.clone(), worse.clone(), bad.clone(), worse.clone(), bad.clone()],
			set(&[0, 2, 4]),
		),
		(vec![bad, a.clone(), no, a, worse], set(&[1, 3])),
	] {
		let committee = committee(Agreement::Exact, 3, &responses);
		assert_eq!(Poll::new(&committee, &[]).largest_agreement(), expected);
	}
}

#[test]
fn verdict_needs_a_quorum() {
	let responses = [Some(result(1)), Some(result(2)), Some(result(1)), Some(result(1))];
	for (quorum, agrees) in [(3, true), (4, false)] {
		let committee = committee(Agreement::Exact, quorum, &responses);
		let verdict = Poll::new(&committee, &[]).verdict();
		assert_eq!(verdict.map(|it| it.seats), agrees.then(|| set(&[0, 2, 3])));
		assert!(verdict.is_none_or(|it| it.seats.contains(it.canonical.into())));
	}
}

#[test]
fn votes_that_are_missing_never_agree() {
	let responses = [Some(result(1)), Some(result(1)), Some(result(1))];
	let committee = committee(SIMILAR, 2, &responses);
	let some = [votes(0), Votes::default(), votes(20)];
	assert_eq!(Poll::new(&committee, &some).largest_agreement(), set(&[0, 2]));
	assert_eq!(Poll::new(&committee, &[]).largest_agreement(), set(&[]));
}

#[test]
fn agreed_part_is_what_all_results_agree_on() {
	let responses = [Some(result(1)), Some(result(2)), None, Some(result(3))];
	let committee = committee(SIMILAR, 3, &responses);
	let mut all = [votes(0), votes(10), Votes::default(), votes(20)];
	assert_eq!(Poll::new(&committee, &all).agreed_part(), None, "nothing is in dispute");
	all[3][2] = [0xff; 32];
	let (verdict, items) = Poll::new(&committee, &all).agreed_part().unwrap();
	assert_eq!((verdict.seats, items), (set(&[0, 1, 3]), [0, 1, 3].into_iter().collect()));
	all[3].iter_mut().for_each(|vote| *vote = [0xff; 32]);
	assert_eq!(Poll::new(&committee, &all).agreed_part(), None, "nothing is agreed on");
}

#[test]
fn agreed_part_needs_a_quorum_of_votes() {
	let mut all = [votes(0), votes(0), votes(0)];
	all[2][1] = [0xff; 32];
	let responses = [Some(result(1)), Some(result(1)), Some(result(2))];
	for (quorum, agrees) in [(3, true), (2, true)] {
		let committee = committee(SIMILAR, quorum, &responses);
		assert_eq!(Poll::new(&committee, &all).agreed_part().is_some(), agrees);
	}
	let two = committee(SIMILAR, 3, &[Some(result(1)), Some(result(2)), None]);
	assert_eq!(Poll::new(&two, &all).agreed_part(), None);
}

#[test]
fn older_seats_are_compared_by_their_digests_when_others_cover_less() {
	let all = ItemSet::first(ITEMS);
	let open: ItemSet = [2].into_iter().collect();
	let plans = [play::HONEST, play::Plan::WrongAt(2, 1), play::Plan::WrongAt(1, 1)];
	let mut responses: Vec<_> = plans.iter().map(|it| Some(play::response(*it, &all))).collect();
	responses.push(Some(play::response(play::HONEST, &open)));
	responses.push(Some(play::response(play::Plan::Wrong(1), &open)));
	let mut committee = committee(Agreement::Exact, 3, &responses);
	committee.items = open;
	committee.seats[3].items = open;
	committee.seats[4].items = open;
	let votes: Vec<Votes> = plans
		.iter()
		.map(|plan| {
			let digests = play::digests(*plan, &all).into_iter().map(|it| it.0);
			digests.collect::<Vec<_>>().try_into().unwrap()
		})
		.chain([Votes::default(), Votes::default()])
		.collect();
	let verdict = Poll::new(&committee, &votes).verdict().unwrap();
	assert_eq!(verdict.seats, set(&[0, 2, 3]));
	// Only an answer to the open items alone can be settled.
	assert_eq!(verdict.canonical, 3);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(256))]

	/// The largest set of seats that are pairwise close, found by trying all.
	#[test]
	fn largest_agreement_is_the_largest_clique(
		bits in prop::collection::vec(0u16..70, 1..=7),
		silent in prop::collection::vec(any::<bool>(), 7),
	) {
		let responses: Vec<_> =
			bits.iter().zip(&silent).map(|(_, silent)| (!silent).then(|| result(1))).collect();
		let committee = committee(SIMILAR, 4, &responses);
		let all: Vec<_> = bits.iter().map(|bits| votes(*bits)).collect();
		let found = Poll::new(&committee, &all).largest_agreement();

		let near = |a: usize, b: usize| {
			!silent[a] && !silent[b] && hamming_distance(&all[a][0], &all[b][0]) <= 20
		};
		let mut best = 0;
		for mask in 0u8..1 << bits.len() {
			let places: Vec<_> = SeatSet(mask).iter().collect();
			if places.iter().all(|a| places.iter().all(|b| near(*a, *b))) {
				best = best.max(places.len());
			}
		}
		prop_assert_eq!(found.len() as usize, best);
		prop_assert!(found.iter().all(|a| found.iter().all(|b| near(a, b))));
	}
}
