//! What requesters do: they post jobs, challenge answers and open canaries.

use tercet_primitives::{
	hashing::{self, Salt},
	traits::Settlement,
	DeterminismClass, Funding, ItemSet, JobId, JobRequest, JobState, Payload, Redundancy, Response,
	H256,
};
use tercet_runtime::{AccountId, JobMarket, Runtime};

use crate::{
	answers::{self, Input, Word},
	chain::{self, dispatch, now, VARIANT},
	people::LEAST_PRICE,
	scenario::{Demand, Strategy},
	settings,
	world::{Kind, Story, World, DEADLINE},
};

/// Salt of every canary: nobody but its requester looks for it here.
const SALT: Salt = [7; 32];

/// What a requester of false alarms claims to have expected.
const CLAIMED: Word = Word::Constant(u32::MAX);

impl World<'_> {
	/// Posts the next job.
	pub(crate) fn submit(&mut self) {
		self.find_reviews();
		let number = self.stories.len();
		let kind = self.next_kind(number);
		let redundancy = self.next_redundancy(number);
		let bytes = (number as u64).to_le_bytes().to_vec();
		let payload = Payload::Inline(bytes.try_into().expect("eight bytes are few"));
		let digest = payload.digest();
		let input = Input { digest, valid: kind != Kind::Refused };
		let unclaimable = kind == Kind::Unclaimable;
		let request = JobRequest {
			variant: VARIANT,
			class: DeterminismClass::Portable,
			items: 1,
			input: payload,
			price: if unclaimable { LEAST_PRICE - 1 } else { LEAST_PRICE },
			redundancy,
			deadline: now() + if unclaimable { 20 } else { DEADLINE },
			canary: self.canary(kind, input),
			funding: Funding::Hold,
		};
		let job = JobId(JobMarket::job_count());
		type Call = pallet_job_market::Call<Runtime>;
		dispatch(&self.requester, Call::submit { request }).expect("the request is fine");
		let record = self.record(job);
		self.seen = JobMarket::job_count();
		self.inputs.insert(digest, number);
		self.stories.push(Story {
			kind,
			input,
			executors: redundancy.executors,
			pay: record.request.price * u128::from(record.units().0),
			risk: record.risk,
			lied: false,
			first: 0,
			seats: Vec::new(),
			reviewers: Vec::new(),
			audited: false,
			reviewed: None,
			gains: vec![None; self.scenario.providers.len()],
			review_gain: 0.0,
			review_cost: 0.0,
			escape: 0.0,
			executed: 0,
			paid: 0,
		});
		self.take_up(job, number, false);
		if kind == Kind::Cancelled {
			dispatch(&self.requester, Call::cancel { job }).expect("it was not drawn yet");
		}
	}

	fn next_kind(&mut self, number: usize) -> Kind {
		match (self.scenario.demand, number % 4) {
			(Demand::Ordinary | Demand::Adaptive { .. }, _) => Kind::Ordinary,
			(Demand::Griefing, 0) => Kind::Refused,
			(Demand::Griefing, 1) => Kind::Unclaimable,
			(Demand::Griefing, 2) => Kind::Cancelled,
			(Demand::Griefing, _) => Kind::Challenged,
			(Demand::FalseAlarms, place) if place % 2 == 0 => Kind::Challenged,
			(Demand::FalseAlarms, _) => Kind::FalseCanary,
			(Demand::Canaries { percent }, _) => {
				if self.canaries.happens(f64::from(percent) / 100.0) {
					Kind::Canary
				} else {
					Kind::Ordinary
				}
			},
		}
	}

	/// Every other job is for few executors, once nearly everybody is proven; the others are where
	/// those who are not can become so.
	fn next_redundancy(&mut self, number: usize) -> Redundancy {
		let Demand::Adaptive { executors } = self.scenario.demand else {
			return Redundancy::DEFAULT;
		};
		let proven = self.proven.iter().filter(|proven| **proven).count();
		self.has_proven |= proven * 10 >= self.proven.len() * 9 && proven > 0;
		if self.has_proven && number % 2 == 1 {
			Redundancy { executors, quorum: executors }
		} else {
			Redundancy::DEFAULT
		}
	}

	/// The commitment that a job of this kind carries; zero is as good as any if it is to none.
	fn canary(&self, kind: Kind, input: Input) -> H256 {
		match kind {
			Kind::Canary => hashing::canary(&self.genesis, 0, &digest(input, Word::Right), &SALT),
			Kind::FalseCanary => hashing::canary(&self.genesis, 0, &digest(input, CLAIMED), &SALT),
			_ => H256::zero(),
		}
	}

	/// Whether the requester of a job that has settled doubts its answer.
	pub(crate) fn is_doubted(&self, story: &Story) -> bool {
		// Friends of a requester of false alarms would be slashed with the others.
		let has_friends = story.first > 0 && self.has_accusers();
		matches!(story.kind, Kind::Challenged | Kind::Canary | Kind::FalseCanary) && !has_friends
	}

	/// Whether some reviewers are on the side of a requester of false alarms.
	pub(crate) fn has_accusers(&self) -> bool {
		self.scenario.providers.iter().any(|(strategy, _)| *strategy == Strategy::Accuse)
	}

	/// Requesters challenge and open canaries, and governance hears appeals.
	pub(crate) fn go_to_court(&mut self) {
		for job in std::mem::take(&mut self.to_doubt) {
			let story = &self.stories[self.over[&job].story];
			match story.kind {
				Kind::Challenged => {
					let call = pallet_verification::Call::<Runtime>::challenge { job };
					dispatch(&self.requester, call).expect("the window has just opened");
				},
				_ => self.open_canary(job, story.kind, story.input),
			}
		}
		for id in std::mem::take(&mut self.to_appeal) {
			let call = pallet_provider_staking::Call::<Runtime>::cancel_slash { id };
			chain::govern(call).expect("it was not applied yet");
		}
	}

	/// Opens the canary of a settled job if the answer is not what it expects.
	fn open_canary(&self, job: JobId, kind: Kind, input: Input) {
		let JobState::Settled { answer, .. } = self.record(job).state else { return };
		let items = ItemSet::first(1);
		let is_settled = |word: &Word| {
			let response = answers::response(input, *word, &items);
			matches!(response, Response::Result(result) if result == answer)
		};
		let settled = [Word::Right, Word::Wrong].into_iter().find(is_settled);
		let agreed = digest(input, settled.expect("colluders have one lie"));
		let expected = digest(input, if kind == Kind::Canary { Word::Right } else { CLAIMED });
		if agreed == expected {
			return;
		}
		let proof = hashing::item_proof(&items, &[agreed], 0).expect("there is one item");
		let call = |salt| pallet_verification::Call::<Runtime>::open_canary {
			job,
			index: 0,
			digest: expected,
			salt,
			agreed,
			proof: proof.clone().try_into().expect("one item needs no siblings"),
		};
		// What was not committed to beforehand is nothing to complain about.
		dispatch(&self.requester, call([8; 32])).expect_err("another salt opens nothing");
		dispatch(&self.requester, call(SALT)).expect("the window has just opened");
	}

	/// Books what a review has cost whoever asked for it, and holds a false alarm against its price.
	pub(crate) fn book_review(&mut self, job: JobId, story: usize) {
		let record = self.record(job);
		let story = &mut self.stories[story];
		if !matches!(story.kind, Kind::Challenged | Kind::Canary | Kind::FalseCanary) {
			return;
		}
		let statement = record.state.statement();
		let cost = (record.escrow - statement.refunded) as f64;
		story.review_cost += cost;
		let pay = story.pay as f64;
		let settled = matches!(record.state, JobState::Settled { .. });
		if story.kind == Kind::Canary || !settled || statement.executors != 5 * story.pay {
			return;
		}
		let royalty: f64 = record.royalties.iter().map(|it| settings::share(it.share)).sum();
		let besides = 1.0 + settings::treasury_share() + royalty;
		let price = settings::job_fee() as f64 / pay + 5.0 * besides;
		self.report.count("false alarm: cost, in P", cost / pay, price, 0.0);
	}

	/// The gain of each false alarm, to those who ask for it and those who sit in its review.
	pub(crate) fn accusations(&self) -> impl Iterator<Item = f64> + '_ {
		let reviewed =
			self.stories.iter().filter(|story| !story.audited && story.reviewed.is_some());
		reviewed.map(|story| (story.review_gain - story.review_cost) / story.pay as f64)
	}

	/// Whether the executors of this story had to be proven.
	pub(crate) fn is_for_proven(&self, story: &Story) -> bool {
		let redundancy = Redundancy { executors: story.executors, quorum: story.executors };
		<JobMarket as Settlement<AccountId>>::is_for_proven(&redundancy)
	}
}

/// Digest of the only item of the answer `word`.
fn digest(input: Input, word: Word) -> H256 {
	answers::digests(input, word, &ItemSet::first(1))[0]
}
