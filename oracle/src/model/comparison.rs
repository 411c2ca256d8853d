//! Comparing answers, and what follows.

use tercet_primitives::{
	hamming_distance, hashing, Agreement, Answer, Committee, Decision, Fingerprint, ItemSet, JobId,
	RefundReason, Response, SeatState, Stage, Votes, H256,
};

use super::{reviews::Judgement, Oracle, Reference, Verdict};
use crate::AccountId;

/// What each seat says about the open items.
pub(crate) struct Poll {
	says: Vec<Option<Says>>,
	max_distance: u16,
}

#[derive(Clone, PartialEq)]
enum Says {
	/// The job cannot be run.
	Invalid(tercet_primitives::Invalidity),
	/// An answer to exactly these items.
	Whole(Answer),
	/// The root over these items of a larger answer.
	Root(H256),
	/// A fingerprint for each.
	Votes(Vec<Fingerprint>),
}

impl Poll {
	/// Whether what a seat says can be compared.
	pub fn counts(&self, place: usize) -> bool {
		self.says[place].is_some()
	}

	/// Whether two seats say the same.
	pub fn agree(&self, a: usize, b: usize) -> bool {
		match (&self.says[a], &self.says[b]) {
			(Some(Says::Votes(a)), Some(Says::Votes(b))) => {
				a.iter().zip(b).all(|(a, b)| hamming_distance(a, b) <= self.max_distance)
			},
			(Some(Says::Whole(answer)), Some(Says::Root(root)))
			| (Some(Says::Root(root)), Some(Says::Whole(answer))) => answer.root == *root,
			(Some(a), Some(b)) => a == b,
			_ => false,
		}
	}

	/// The largest set of seats that agree pairwise, the first of several; as bits.
	fn largest(&self) -> u8 {
		let seats = self.says.len();
		let within = |set: u8| (0..seats).filter(move |place| set >> place & 1 == 1);
		let agrees = |set: u8| {
			within(set).all(|a| self.counts(a) && within(set).all(|b| a == b || self.agree(a, b)))
		};
		let mut best = 0u8;
		for set in 0..1u32 << seats {
			let set = set as u8;
			if set.count_ones() > best.count_ones() && agrees(set) {
				best = set;
			}
		}
		best
	}
}

fn result(committee: &Committee<AccountId>, place: usize) -> Option<&Answer> {
	match &committee.seats[place].state {
		SeatState::Revealed(Response::Result(answer)) => Some(answer),
		_ => None,
	}
}

/// Whether some items were settled before.
fn is_narrowed(committee: &Committee<AccountId>) -> bool {
	committee.seats.iter().any(|seat| seat.items != committee.items)
}

/// Of votes on `from`, those on `to`.
fn restrict(votes: &[Fingerprint], from: &ItemSet, to: &ItemSet) -> Vec<Fingerprint> {
	from.iter().zip(votes).filter(|vote| to.contains(vote.0)).map(|vote| *vote.1).collect()
}

impl Oracle {
	/// The votes of a seat over the open items; they are about these, or about all it covers.
	fn votes_over(
		&self,
		job: JobId,
		committee: &Committee<AccountId>,
		place: usize,
	) -> Option<Vec<Fingerprint>> {
		let seat = &committee.seats[place];
		let votes = self.verification.votes.get(&(job, place as u8)).filter(|_| seat.voted)?;
		let (given, open) = (votes.len(), committee.items.len() as usize);
		if given == open {
			Some(votes.to_vec())
		} else if given == seat.items.len() as usize {
			let votes = restrict(votes, &seat.items, &committee.items);
			Some(votes).filter(|votes| votes.len() == open)
		} else {
			None
		}
	}

	/// What everyone says.
	pub(crate) fn poll(&self, job: JobId, committee: &Committee<AccountId>) -> Poll {
		let max_distance = match committee.agreement {
			Agreement::Exact => 0,
			Agreement::Similar { max_distance, .. } => max_distance,
		};
		let exact = committee.agreement == Agreement::Exact;
		let says = |place: usize| {
			let seat = &committee.seats[place];
			let answer = match &seat.state {
				SeatState::Revealed(Response::Invalid(why)) => return Some(Says::Invalid(*why)),
				SeatState::Revealed(Response::Result(answer)) => answer,
				_ => return None,
			};
			if exact && seat.items == committee.items {
				return Some(Says::Whole(answer.clone()));
			}
			let votes = self.votes_over(job, committee, place)?;
			if !exact {
				return Some(Says::Votes(votes));
			}
			let digests: Vec<_> = votes.into_iter().map(H256).collect();
			Some(Says::Root(hashing::result_root(&committee.items, &digests)))
		};
		Poll { says: (0..committee.seats.len()).map(says).collect(), max_distance }
	}

	/// Whom luck has picked of `places`. Nobody, if a later duty of the same call is refused, which
	/// undoes what follows from here; if none is, [`Oracle::call`] does not let that pass.
	fn pick(&mut self, job: JobId, places: &[usize]) -> u8 {
		let Some(picked) = self.luck.canonical.get(&job).copied() else {
			self.luck.unpicked = Some(job);
			return u8::try_from(places[0]).expect("a committee has few seats");
		};
		assert!(places.contains(&usize::from(picked)), "{job}: {picked} is none of {places:?}");
		picked
	}

	/// The seats of a quorum that agrees, as bits, and those of them whose response may count: once a
	/// part was settled, only a result for exactly the rest.
	fn quorum(&self, job: JobId, committee: &Committee<AccountId>) -> Option<(u8, Vec<usize>)> {
		let seats = self.poll(job, committee).largest();
		if seats.count_ones() < u32::from(committee.quorum) || seats == 0 {
			return None;
		}
		let speaks = |place: &usize| match &committee.seats[*place].state {
			SeatState::Revealed(Response::Result(_)) => {
				committee.seats[*place].items == committee.items
			},
			SeatState::Revealed(Response::Invalid(_)) => !is_narrowed(committee),
			_ => false,
		};
		let all = Verdict { seats, canonical: 0 };
		let speakers: Vec<_> = all.places().filter(speaks).collect();
		(!speakers.is_empty()).then_some((seats, speakers))
	}

	/// All answers are in: settles, narrows, or asks more executors.
	pub(crate) fn compare(&mut self, job: JobId, mut committee: Committee<AccountId>) {
		let exact = committee.agreement == Agreement::Exact;
		let may_itemize = exact && committee.stage == Stage::Reveal;
		let results: Vec<usize> = (0..committee.seats.len())
			.filter(|place| result(&committee, *place).is_some())
			.collect();
		if let Some((seats, speakers)) = self.quorum(job, &committee) {
			// If one of those who agree gave a result, all did.
			let is_result = result(&committee, speakers[0]).is_some();
			if may_itemize && is_result && self.is_review_by_items(job) {
				return self.itemize(job, committee);
			}
			let canonical = self.pick(job, &speakers);
			return self.agree(job, committee, Verdict { seats, canonical });
		}
		let whole = self.counterpart(job).is_some() || is_narrowed(&committee);
		if whole || committee.items.len() < 2 {
			return self.escalate(job, committee);
		}
		let enough = results.len() >= usize::from(committee.quorum);
		let root = |place: &usize| result(&committee, *place).map(|answer| answer.root);
		// Nothing was settled, so all cover the same items.
		let differ = results.iter().any(|place| root(place) != root(&results[0]));
		if may_itemize && enough && differ {
			return self.itemize(job, committee);
		}
		if enough {
			self.narrow(job, &mut committee, &results);
		}
		self.escalate(job, committee);
	}

	fn itemize(&mut self, job: JobId, committee: Committee<AccountId>) {
		let until = super::committees::window(self.now, committee.deadline, 8);
		self.begin(job, committee, Stage::Itemize, until);
	}

	/// Settles the items on which all results agree, if these are some but not all.
	fn narrow(&mut self, job: JobId, committee: &mut Committee<AccountId>, results: &[usize]) {
		let rows: Option<Vec<_>> =
			results.iter().map(|place| self.votes_over(job, committee, *place)).collect();
		let Some(rows) = rows else { return };
		let max = match committee.agreement {
			Agreement::Exact => 0,
			Agreement::Similar { max_distance, .. } => max_distance,
		};
		let agreed = |rank: usize| {
			rows.iter().all(|a| rows.iter().all(|b| hamming_distance(&a[rank], &b[rank]) <= max))
		};
		let open = committee.items;
		let ranked = open.iter().enumerate().filter(|(rank, _)| agreed(*rank));
		let items: ItemSet = ranked.map(|(_, item)| item).collect();
		if items.is_empty() || items == open {
			return;
		}
		let canonical = self.pick(job, results);
		let seats = results.iter().fold(0, |seats, place| seats | 1u8 << place);
		let answer = result(committee, canonical.into()).expect("one of the results").clone();
		let executors: Vec<_> =
			results.iter().map(|place| committee.seats[*place].executor.clone()).collect();
		self.settle_part(job, &executors, answer, items);
		let row = results.iter().position(|place| *place == usize::from(canonical)).expect("above");
		let votes = restrict(&rows[row], &open, &items).try_into().expect("fewer than there are");
		let reference = Reference { seed: shown_seed(committee), items, votes };
		self.verification.references.insert(job, reference);
		self.verification.verdicts.insert(job, Verdict { seats, canonical });
		committee.items = open.without(&items);
	}

	fn agree(&mut self, job: JobId, committee: Committee<AccountId>, verdict: Verdict) {
		self.keep_reference(job, &committee, &verdict);
		self.verification.verdicts.insert(job, verdict);
		if self.awaits_audit(job) && self.now < committee.deadline {
			let until = committee.deadline;
			return self.wait(job, committee, Stage::Audit, until);
		}
		self.settle_verdict(job, committee);
	}

	/// Keeps what a review can be held against item by item.
	fn keep_reference(&mut self, job: JobId, committee: &Committee<AccountId>, verdict: &Verdict) {
		let of = |place: usize| -> Option<(ItemSet, Votes)> {
			result(committee, place)?;
			let votes = self.verification.votes.get(&(job, place as u8))?;
			let fits = committee.seats[place].voted && !votes.is_empty();
			fits.then(|| (committee.seats[place].items, votes.clone()))
		};
		let canonical = usize::from(verdict.canonical);
		let found = match committee.agreement {
			Agreement::Similar { .. } if self.verification.references.contains_key(&job) => None,
			Agreement::Similar { .. } => of(canonical).map(|(_, votes)| (committee.items, votes)),
			Agreement::Exact if is_narrowed(committee) => {
				verdict.places().filter_map(of).find(|(items, _)| *items != committee.items)
			},
			Agreement::Exact if self.is_review_by_items(job) => of(canonical),
			Agreement::Exact => None,
		};
		if let Some((items, votes)) = found {
			let reference = Reference { seed: shown_seed(committee), items, votes };
			self.verification.references.insert(job, reference);
		}
	}

	/// Settles by the verdict, unless an audit contradicts it.
	pub(crate) fn settle_verdict(&mut self, job: JobId, committee: Committee<AccountId>) {
		if self.judge_audit(job) == Judgement::Contradicted {
			self.refund(job, RefundReason::Overruled);
			return self.end_committee(job, committee, Decision::Overruled);
		}
		let verdict = self.verification.verdicts[&job];
		let executors: Vec<_> =
			verdict.places().map(|place| committee.seats[place].executor.clone()).collect();
		let decision = match &committee.seats[usize::from(verdict.canonical)].state {
			SeatState::Revealed(Response::Result(answer)) => {
				self.settle(job, &executors, answer.clone());
				Decision::Agreed
			},
			SeatState::Revealed(Response::Invalid(why)) => {
				self.settle_invalid(job, &executors, *why);
				Decision::Invalid
			},
			state => panic!("{job}: the canonical seat is {state:?}"),
		};
		self.end_committee(job, committee, decision);
	}
}

/// Fingerprints can be compared under one seed only; digests need none.
fn shown_seed(committee: &Committee<AccountId>) -> H256 {
	match committee.agreement {
		Agreement::Exact => H256::zero(),
		Agreement::Similar { .. } => committee.seed,
	}
}
