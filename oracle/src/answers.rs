//! What executors answer, honestly or not, and how they say it.

use polkadot_sdk::sp_crypto_hashing::blake2_256;
use tercet_primitives::{
	committee::MAX_DUTIES,
	hashing::{self, Salt},
	Answer, Committee, Duty, Invalidity, JobId, Payload, Response, Seat, SeatState, Stage, Votes,
	H256,
};

use crate::{
	actor, model::is_due, palette::pick, resolve::Step, AccountId, Action, Call, Oracle, Resolver,
	What,
};

/// How an executor answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
	Honest,
	/// All items wrong.
	Wrong(u8),
	/// One item wrong.
	WrongAt(u32, u8),
	/// The same items in another encoding.
	OtherOutput,
	/// Fingerprints off by some bits.
	Noisy(u8),
	Invalid(Invalidity),
	Abstain,
}

impl Plan {
	pub(crate) fn lie(byte: u8, place: u8) -> Self {
		match byte % 16 {
			0 => Self::Wrong(1),
			1 => Self::Wrong(2),
			2 | 3 => Self::WrongAt(0, 1),
			4 | 5 => Self::WrongAt(1, 1),
			6 => Self::WrongAt(3, 2),
			7 | 8 => Self::WrongAt(u32::from(place % 4), 1),
			9 => Self::Invalid(Invalidity::BlobMissing),
			10 => Self::Invalid(Invalidity::InputRefused),
			11 => Self::OtherOutput,
			12 => Self::Noisy(5),
			13 => Self::Noisy(12),
			14 => Self::Abstain,
			_ => Self::Wrong(10 + place),
		}
	}

	/// How wrong it is on `item`.
	fn lie_on(&self, item: u32) -> u8 {
		match self {
			Self::Wrong(lie) => *lie,
			Self::WrongAt(at, lie) if *at == item => *lie,
			_ => 0,
		}
	}

	pub(crate) fn digest(&self, item: u32) -> H256 {
		H256(blake2_256(&[b'd', self.lie_on(item), item as u8]))
	}

	fn fingerprint(&self, seed: &H256, item: u32) -> [u8; 32] {
		let mut print = blake2_256(&[&seed.0[..], &[self.lie_on(item), item as u8]].concat());
		if let Self::Noisy(bits) = self {
			(0..*bits).for_each(|bit| print[usize::from(bit / 8)] ^= 1 << (bit % 8));
		}
		print
	}
}

/// What an executor has committed to.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
	plan: Plan,
	response: Response,
	salt: Salt,
}

impl Resolver {
	/// Everyone who owes something in one job, or in any, does it: honestly, or some by one plan, and
	/// some do not.
	pub(crate) fn everyone(&mut self, oracle: &Oracle, action: &Action) -> Vec<Step> {
		let [a, b, c, d, e, f, g] = action.how;
		let owed = owed(oracle);
		let jobs: Vec<JobId> = {
			let mut jobs: Vec<_> = owed.iter().map(|it| it.0).collect();
			jobs.dedup();
			jobs
		};
		let Some(job) = pick(&jobs, a) else { return vec![Step::Block] };
		let everywhere = a >= 100 && e < 225;
		let liars = match e {
			0..=50 => c,
			51..=70 => 1 << (c % 7),
			225..=255 => 0xff,
			_ => 0,
		};
		let late = match f {
			0..=25 => d,
			26..=40 => 1 << (d % 7),
			_ => 0,
		};
		let seats =
			owed.into_iter().filter(|it| (it.0 == job || everywhere) && late >> it.1 & 1 == 0);
		let seats: Vec<_> = seats.collect();
		let act = |(job, place): (JobId, u8)| {
			let lies = liars >> place & 1 == 1;
			let plan = if lies { Plan::lie(b, place) } else { Plan::Honest };
			Step::Call(self.do_duties(oracle, job, place, plan, g < 128, 0))
		};
		seats.into_iter().map(act).collect()
	}

	/// All that one executor owes, in one call.
	pub(crate) fn batch(&mut self, oracle: &Oracle, action: &Action) -> Vec<Step> {
		let [a, b, c, ..] = action.how;
		let owed = owed(oracle);
		let Some((job, place)) = pick(&owed, a) else { return vec![Step::Block] };
		let executor = |(job, place): &(JobId, u8)| {
			let committee = &oracle.verification.committees[job];
			committee.seats[usize::from(*place)].executor.clone()
		};
		let who = executor(&(job, place));
		let mut duties = Vec::new();
		for (job, place) in owed.iter().filter(|it| executor(it) == who) {
			let plan = if b < 40 { Plan::lie(c, *place) } else { Plan::Honest };
			duties.extend(self.duties(oracle, *job, *place, plan, true, 0));
		}
		duties.truncate(MAX_DUTIES as usize);
		vec![Step::Call(Call { who, what: What::Answer(duties) })]
	}

	/// The call by which a seat does what it owes.
	pub(crate) fn do_duties(
		&mut self,
		oracle: &Oracle,
		job: JobId,
		place: u8,
		plan: Plan,
		at_once: bool,
		mangled: u8,
	) -> Call {
		let seat = &oracle.verification.committees[&job].seats[usize::from(place)];
		let who = seat.executor.clone();
		let duties = self.duties(oracle, job, place, plan, at_once, mangled);
		Call { who, what: What::Answer(duties) }
	}

	/// What a seat owes in its stage; under `Similar` its seal is opened with its commitment if
	/// `at_once`.
	fn duties(
		&mut self,
		oracle: &Oracle,
		job: JobId,
		place: u8,
		plan: Plan,
		at_once: bool,
		mangled: u8,
	) -> Vec<Duty> {
		let committee = &oracle.verification.committees[&job];
		let seat = &committee.seats[usize::from(place)];
		let secret = self.secret(job, seat, plan);
		let is_open = matches!(seat.state, SeatState::Revealed(_));
		match committee.stage {
			Stage::Commit if secret.plan == Plan::Abstain => vec![Duty::Abstain { job }],
			Stage::Commit => vec![commit(oracle, job, seat, &secret)],
			Stage::Seal => vec![seal(oracle, job, committee, seat, &secret)],
			Stage::Reveal => {
				let mut duties = Vec::new();
				if !is_open {
					duties.push(reveal(job, &secret, mangled));
				}
				if is_open || (at_once && seat.seal.is_some()) {
					duties.push(open_seal(job, committee, &secret, mangled));
				}
				duties
			},
			Stage::Itemize => vec![itemize(job, seat, &secret, mangled)],
			_ => vec![Duty::Abstain { job }],
		}
	}

	/// What a seat answers, decided when it is first asked.
	fn secret(&mut self, job: JobId, seat: &Seat<AccountId>, plan: Plan) -> Secret {
		let key = (job, seat.executor.clone());
		let salt = blake2_256(&[&job.0.to_le_bytes()[..], seat.executor.as_ref()].concat());
		let digests: Vec<H256> = seat.items.iter().map(|item| plan.digest(item)).collect();
		let root = hashing::result_root(&seat.items, &digests);
		let items = seat.items;
		let byte = if plan == Plan::OtherOutput { 9 } else { root.0[0] };
		let output = Payload::Inline(vec![byte].try_into().expect("short"));
		let response = match plan {
			Plan::Invalid(why) => Response::Invalid(why),
			_ => Response::Result(Answer { root, output }),
		};
		self.answers.insert(root, (items, digests));
		self.secrets.entry(key).or_insert(Secret { plan, response, salt }).clone()
	}

	/// Anybody does anything.
	pub(crate) fn stray(&mut self, oracle: &Oracle, action: &Action) -> Vec<Step> {
		let [a, b, c, d, e, f, g] = action.how;
		let committees: Vec<JobId> = oracle.verification.committees.keys().copied().collect();
		let newest: Vec<_> = committees.into_iter().rev().take(6).collect();
		let Some(job) = pick(&newest, b) else { return vec![Step::Block] };
		let committee = &oracle.verification.committees[&job];
		let place = usize::from(c) % committee.seats.len();
		let seat = &committee.seats[place];
		let secret = self.secret(job, seat, Plan::lie(d, place as u8));
		let who = if a < 200 { seat.executor.clone() } else { actor(a.into()) };
		let mangled = if f < 128 { 0 } else { 255 };
		let duty = match e % 6 {
			0 => commit(oracle, job, seat, &secret),
			1 => seal(oracle, job, committee, seat, &secret),
			2 => reveal(job, &secret, mangled),
			3 => open_seal(job, committee, &secret, mangled),
			4 => itemize(job, seat, &secret, mangled),
			_ => Duty::Abstain { job },
		};
		let duties = match g {
			0..=20 => vec![],
			21..=40 => vec![duty.clone(), duty],
			41..=80 => vec![duty, reveal(job, &secret, 0)],
			_ => vec![duty],
		};
		vec![Step::Call(Call { who, what: What::Answer(duties) })]
	}
}

/// Every seat that owes something in time.
pub(crate) fn owed(oracle: &Oracle) -> Vec<(JobId, u8)> {
	let open = oracle
		.verification
		.committees
		.iter()
		.filter(|(_, committee)| committee.decision.is_none() && oracle.now <= committee.until);
	open.flat_map(|(job, committee)| {
		let seats = committee.seats.iter().zip(0u8..);
		let due = seats.filter(|(seat, _)| is_due(committee, seat));
		due.map(|(_, place)| (*job, place))
	})
	.collect()
}

fn commit(oracle: &Oracle, job: JobId, seat: &Seat<AccountId>, secret: &Secret) -> Duty {
	let (genesis, who) = (&oracle.rules.genesis, &seat.executor);
	let Secret { response, salt, .. } = secret;
	let commitment = hashing::commitment(genesis, job, seat.round, who, response, salt);
	Duty::Commit { job, commitment }
}

fn fingerprints(committee: &Committee<AccountId>, secret: &Secret) -> Votes {
	let items: Vec<u32> = match secret.response {
		Response::Result(_) => committee.items.iter().collect(),
		Response::Invalid(_) => Vec::new(),
	};
	let prints = items.into_iter().map(|item| secret.plan.fingerprint(&committee.seed, item));
	prints.collect::<Vec<_>>().try_into().expect("no more than there are items")
}

fn seal(
	oracle: &Oracle,
	job: JobId,
	committee: &Committee<AccountId>,
	seat: &Seat<AccountId>,
	secret: &Secret,
) -> Duty {
	let (genesis, prints) = (&oracle.rules.genesis, fingerprints(committee, secret));
	let (round, who) = (committee.round, &seat.executor);
	let seal = hashing::seal(genesis, job, round, who, &prints, &secret.salt);
	Duty::Seal { job, seal }
}

fn salt_of(secret: &Secret, mangled: u8) -> Salt {
	if mangled > 248 {
		[mangled; 32]
	} else {
		secret.salt
	}
}

fn reveal(job: JobId, secret: &Secret, mangled: u8) -> Duty {
	Duty::Reveal { job, response: secret.response.clone(), salt: salt_of(secret, mangled) }
}

fn open_seal(job: JobId, committee: &Committee<AccountId>, secret: &Secret, mangled: u8) -> Duty {
	let fingerprints = fingerprints(committee, secret);
	Duty::OpenSeal { job, fingerprints, salt: salt_of(secret, mangled) }
}

fn itemize(job: JobId, seat: &Seat<AccountId>, secret: &Secret, mangled: u8) -> Duty {
	let digests = seat.items.iter().map(|item| secret.plan.digest(item).0);
	let mut digests: Vec<_> = digests.collect();
	if mangled > 248 {
		digests.pop();
	}
	Duty::Itemize { job, digests: digests.try_into().expect("no more than there are items") }
}
