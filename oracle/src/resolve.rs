//! What an action means where the model stands.
//!
//! Choices are taken among what there is: a duty among those that are owed, a job to cancel among
//! those that wait. A few are taken at random all the same, so that refusals agree as well.

use std::collections::BTreeMap;
use tercet_primitives::{
	hashing::{self, Salt},
	Balance, BlobRef, BlockNumber, DeterminismClass, Funding, ItemSet, Job, JobId, JobRequest,
	JobState, ModelId, Payload, Permill, PoolId, Redundancy, VariantId, H256, TCT,
};

use crate::{
	actor,
	answers::{owed, Plan, Secret},
	model::root_of,
	palette::*,
	AccountId, Action, Call, Kind, Oracle, What, ACTORS,
};

/// What an action leads to.
#[derive(Clone, Debug)]
pub enum Step {
	/// A call.
	Call(Call),
	/// The next block.
	Block,
	/// As many blocks as nothing is due in, and one more; at most until this one.
	Skip(BlockNumber),
}

/// Turns actions into calls, and remembers what executors and requesters keep to themselves.
#[derive(Clone, Debug, Default)]
pub struct Resolver {
	pub(crate) secrets: BTreeMap<(JobId, AccountId), Secret>,
	/// Digests behind each root that was committed to.
	pub(crate) answers: BTreeMap<H256, (ItemSet, Vec<H256>)>,
	/// What canaries commit to.
	canaries: BTreeMap<H256, (u32, H256, Salt)>,
}

impl Resolver {
	/// What `action` means now.
	pub fn steps(&mut self, action: &Action, oracle: &Oracle) -> Vec<Step> {
		let [a, b, c, d, e, f, g] = action.how;
		let who = actor(a.into());
		let one = |who: AccountId, what: What| vec![Step::Call(Call { who, what })];
		let provider = || {
			let known: Vec<_> = oracle.staking.providers.keys().cloned().collect();
			pick(&known, b).filter(|_| g < 245).unwrap_or_else(|| actor(b.into()))
		};
		let jobs = |fits: &dyn Fn(&Job<AccountId>) -> bool| -> JobId {
			let found = oracle.market.jobs.iter().filter(|(_, job)| fits(job));
			let found: Vec<JobId> = found.map(|(id, _)| *id).collect();
			// The newest ones first.
			let newest: Vec<_> = found.into_iter().rev().take(12).collect();
			let any = JobId(u64::from(b) % (oracle.market.count + 1));
			pick(&newest, b).filter(|_| g < 240).unwrap_or(any)
		};
		let requester = |job: JobId| {
			let job = oracle.market.jobs.get(&job).filter(|_| f < 240);
			job.map_or_else(|| who.clone(), |job| job.requester.clone())
		};
		match action.kind {
			Kind::Provide => self.provide(oracle, a, c, d),
			Kind::Bond => one(who, What::Bond(amount(b, c))),
			Kind::Unbond => {
				let who = provider();
				let bonded = oracle.staking.providers.get(&who).map_or(0, |it| it.bonded);
				let amounts = [bonded, bonded.saturating_sub(1_000 * TCT), amount(c, d)];
				one(who, What::Unbond(amounts[usize::from(e) % 3]))
			},
			Kind::WithdrawUnbonded => {
				let leaving = oracle.staking.providers.iter();
				let leaving =
					leaving.filter(|(_, it)| it.unbonding.iter().any(|c| c.1 <= oracle.now));
				let leaving: Vec<_> = leaving.map(|(who, _)| who.clone()).collect();
				one(pick(&leaving, b).unwrap_or_else(provider), What::WithdrawUnbonded)
			},
			Kind::Offer => one(provider(), What::Offer(pool(oracle, c, d), least_price(e))),
			Kind::UpdateOffer | Kind::WithdrawOffer => {
				let who = provider();
				let offers = oracle.staking.providers.get(&who).map(|it| it.offers.clone());
				let offered = pick(&offers.unwrap_or_default(), c).filter(|_| d < 240);
				let pool = offered.map_or_else(|| pool(oracle, c, d), |offer| offer.0);
				one(
					who,
					match action.kind {
						Kind::UpdateOffer => What::UpdateOffer(pool, least_price(e)),
						_ => What::WithdrawOffer(pool),
					},
				)
			},
			Kind::GoAvailable => one(provider(), What::GoAvailable),
			Kind::GoUnavailable => one(provider(), What::GoUnavailable),
			Kind::Delegate => {
				let amounts = [amount(c, d), oracle.bank.spendable(&who), 20 * TCT, 137 * TCT + 1];
				one(who, What::Delegate(provider(), amounts[usize::from(e) % 4]))
			},
			Kind::Undelegate => {
				let all = oracle.staking.delegations.iter();
				let all =
					all.filter(|it| it.1.shares > 0).map(|it| it.0.clone()).collect::<Vec<_>>();
				let (target, who) = pick(&all, b).filter(|_| g < 245).unwrap_or((provider(), who));
				let amounts = [Balance::MAX, amount(c, d), 30 * TCT, 10 * TCT + u128::from(d)];
				one(who, What::Undelegate(target, amounts[usize::from(e) % 4]))
			},
			Kind::WithdrawUndelegated => {
				let all = oracle.staking.delegations.iter();
				let due =
					all.filter(|it| it.1.unbonding.iter().any(|c| c.1 <= oracle.now || g < 60));
				let due: Vec<_> = due.map(|it| it.0.clone()).collect();
				let (target, who) = pick(&due, b).filter(|_| g < 245).unwrap_or((provider(), who));
				one(who, What::WithdrawUndelegated(target))
			},
			Kind::SetCommission => {
				let step = Permill::from_percent([0, 1, 5, 10, 30, 100][usize::from(c) % 6]);
				one(provider(), What::SetCommission(step))
			},
			Kind::SetOperator => {
				let operator = (c < 200).then(|| actor(usize::from(c % 11)));
				one(provider(), What::SetOperator(operator))
			},
			Kind::AcceptProvider => {
				let named = oracle.staking.providers.iter();
				let named = named.filter_map(|(who, it)| Some((who.clone(), it.proposed.clone()?)));
				let named: Vec<_> = named.collect();
				let (target, who) =
					pick(&named, b).filter(|_| g < 230).unwrap_or((provider(), who));
				one(who, What::AcceptProvider(target))
			},
			Kind::CancelSlash => {
				let ids: Vec<u32> = oracle.staking.slashes.keys().copied().collect();
				one(who, What::CancelSlash(pick(&ids, b).unwrap_or(b.into()), c < 230))
			},
			Kind::Submit => self.submission(oracle, action),
			Kind::TopUp => {
				let job = jobs(&|job| job.state == JobState::Queued);
				let now = oracle.market.jobs.get(&job).map_or(0, |job| job.request.price);
				let more = [now * 2, now + 1, now, price(c)][usize::from(d) % 4];
				one(requester(job), What::TopUp(job, more))
			},
			Kind::Cancel => {
				let job = jobs(&|job| job.state == JobState::Queued);
				one(requester(job), What::Cancel(job))
			},
			Kind::Prune => {
				let over = oracle.market.jobs.iter().filter(|(_, job)| job.state.is_terminal());
				let over: Vec<_> = over.map(|(id, _)| *id).collect();
				// The oldest ones first.
				let job = pick(&over[..over.len().min(8)], b).unwrap_or(JobId(b.into()));
				one(who, What::Prune(job))
			},
			Kind::AddCredit => one(self.requester(a), What::AddCredit(amount(b, c))),
			Kind::WithdrawCredit => {
				let credits: Vec<_> = oracle.market.credits.iter().collect();
				let (who, credit) = pick(&credits, b)
					.map_or((who, 0), |(who, it)| (who.clone(), it.total - it.committed));
				one(
					who,
					What::WithdrawCredit([credit, amount(c, d), credit + 1][usize::from(e) % 3]),
				)
			},
			Kind::Duty => {
				let Some((job, place)) = pick(&owed(oracle), a) else { return vec![Step::Block] };
				let plan = if b < 60 { Plan::lie(c, place) } else { Plan::Honest };
				vec![Step::Call(self.do_duties(oracle, job, place, plan, d < 100, g))]
			},
			Kind::Everyone => self.everyone(oracle, action),
			Kind::Batch => self.batch(oracle, action),
			Kind::Stray => self.stray(oracle, action),
			Kind::Challenge => {
				let Some(job) = doubtful(oracle, b, |_| true)
					.or_else(|| (g < 40).then(|| jobs(&|job| job.state.is_terminal())))
				else {
					return vec![Step::Block];
				};
				one(requester(job), What::Challenge(job))
			},
			Kind::OpenCanary => {
				let known = |job: &Job<AccountId>| self.canaries.contains_key(&job.request.canary);
				let Some(job) =
					doubtful(oracle, b, known).or_else(|| (g < 40).then(|| jobs(&known)))
				else {
					return vec![Step::Block];
				};
				one(requester(job), self.canary(oracle, job, c, d))
			},
			Kind::Publish => one(actor(usize::from(a % 16)), publication(oracle, action)),
			Kind::AddVariant => {
				let model = model_id(oracle, b);
				let author =
					oracle.registry.models.get(model.0 as usize).map(|it| it.author.clone());
				let who = author.filter(|_| c < 230).unwrap_or(who);
				one(who, What::AddVariant(model, variant(d, e < 100)))
			},
			Kind::OfferTransfer | Kind::SetManagers | Kind::Deprecate | Kind::Undeprecate => {
				let model = model_id(oracle, b);
				let stored = oracle.registry.models.get(model.0 as usize);
				let who = stored.filter(|_| c < 230).map_or(who, |it| it.author.clone());
				one(
					who,
					match action.kind {
						Kind::OfferTransfer => {
							What::OfferTransfer(model, (d < 220).then(|| actor(e.into())))
						},
						Kind::SetManagers => {
							let count = usize::from(d % 4);
							let managers = (0..count).map(|step| actor(usize::from(e) + step));
							What::SetManagers(model, managers.collect())
						},
						Kind::Deprecate => {
							What::Deprecate(model, (d < 128).then(|| model_id(oracle, e)))
						},
						_ => What::Undeprecate(model),
					},
				)
			},
			Kind::AcceptTransfer => {
				let offers: Vec<_> = oracle.registry.offers.clone().into_iter().collect();
				let offer = pick(&offers, b).filter(|_| g < 220);
				let (model, who) = offer.unwrap_or((model_id(oracle, b), who));
				one(who, What::AcceptTransfer(model))
			},
			Kind::Claim => {
				let keys: Vec<_> = oracle.work.values.keys().cloned().collect();
				let key = pick(&keys, b).filter(|_| g < 235);
				let (era, provider) = key.unwrap_or((u32::from(c), actor(b.into())));
				one(who, What::Claim(provider, era))
			},
			Kind::Transfer => one(who.clone(), transfer(oracle, &who, action)),
			Kind::Block => vec![Step::Block],
			Kind::Blocks => vec![Step::Block; usize::from(a % 8) + 1],
			// Or everyone would be silent.
			Kind::Skip if b < 210 && !owed(oracle).is_empty() => self.everyone(oracle, action),
			Kind::Skip => {
				let blocks = [50, 500, 43_300, 605_000][usize::from(a) % 4];
				vec![Step::Skip(oracle.now.saturating_add(blocks))]
			},
		}
	}

	fn requester(&self, by: u8) -> AccountId {
		let anybody = usize::from(by) % ACTORS.len();
		actor(if by < 230 { 10 + usize::from(by % 3) } else { anybody })
	}

	fn provide(&self, oracle: &Oracle, a: u8, c: u8, d: u8) -> Vec<Step> {
		let who = actor(usize::from(a % 10));
		let known = oracle.staking.providers.get(&who);
		let mut calls = Vec::new();
		if known.is_none_or(|it| it.bonded < 1_500 * TCT) {
			calls.push(What::Bond((1_000 + 500 * u128::from(c % 8)) * TCT));
		}
		let pools = (0..3).map(|model| PoolId {
			variant: VariantId { model: ModelId(model), index: 0 },
			class: DeterminismClass::Portable,
		});
		let missing = pools
			.filter(|pool| known.is_none_or(|it| it.offers.iter().all(|offer| offer.0 != *pool)));
		calls.extend(missing.map(|pool| What::Offer(pool, least_price(d))));
		if known.is_none_or(|it| !it.available) {
			calls.push(What::GoAvailable);
		}
		calls.into_iter().map(|what| Step::Call(Call { who: who.clone(), what })).collect()
	}

	fn submission(&mut self, oracle: &Oracle, action: &Action) -> Vec<Step> {
		let [a, b, c, d, e, f, g] = action.how;
		let shapes = [
			(3, 3),
			(3, 3),
			(3, 3),
			(3, 3),
			(3, 2),
			(3, 2),
			(1, 1),
			(2, 2),
			(5, 4),
			(5, 3),
			(7, 5),
			(4, 3),
			(7, 4),
			(3, 1),
			(8, 5),
			(0, 0),
		];
		let (executors, quorum) = shapes[usize::from(b) % shapes.len()];
		let times = [40, 60, 60, 100, 100, 200, 400, 20, 19, 43_200, 43_201, 1_000];
		let time = times[usize::from(c) % times.len()];
		let items = match d {
			254 => 0,
			255 => 513,
			_ => u32::from(d % 4) + 1,
		};
		let index = u32::from(d % 4) % items.max(1);
		let known = Plan::Wrong(if f < 150 { 1 } else { 0 }).digest(index);
		let canary = match f % 2 {
			0 => {
				let salt = [f; 32];
				let canary = hashing::canary(&oracle.rules.genesis, index, &known, &salt);
				self.canaries.insert(canary, (index, known, salt));
				canary
			},
			_ => H256::repeat_byte(f),
		};
		let input = match g {
			0..=200 => Payload::Inline(vec![g; usize::from(g % 7) + 1].try_into().expect("short")),
			201..=250 => {
				Payload::Blob(BlobRef { blob_id: [g; 32], digest: H256::repeat_byte(g), size: 9 })
			},
			_ => Payload::Inline(Default::default()),
		};
		let variant = match e {
			0..=225 => VariantId { model: ModelId(u32::from(e % 3)), index: 0 },
			_ => variant_id(oracle, e),
		};
		let who = self.requester(a);
		let has_credit = oracle.market.credits.contains_key(&who) || a > 200;
		let what = What::Submit(JobRequest {
			variant,
			class: class(e),
			items,
			input,
			price: price(g),
			redundancy: Redundancy { executors, quorum },
			deadline: oracle.now + time,
			canary,
			funding: if has_credit && c % 2 == 1 { Funding::Credit } else { Funding::Hold },
		});
		vec![Step::Call(Call { who, what })]
	}

	fn canary(&self, oracle: &Oracle, id: JobId, c: u8, d: u8) -> What {
		let job = oracle.market.jobs.get(&id);
		let canary = job.and_then(|job| self.canaries.get(&job.request.canary));
		let (index, digest, salt) = canary.copied().unwrap_or((0, H256::zero(), [0; 32]));
		let root = job.and_then(|job| root_of(job, index)).map(|it| it.0);
		let shown = root.and_then(|root| self.answers.get(&root)).and_then(|(items, digests)| {
			let proof = hashing::item_proof(items, digests, index)?;
			Some((digests[items.rank(index) as usize], proof))
		});
		let (mut agreed, proof) = shown.unwrap_or((H256::zero(), Vec::new()));
		if c > 240 {
			agreed = H256::repeat_byte(d);
		}
		let index = if d > 250 { index + 1 } else { index };
		What::OpenCanary { job: id, index, digest, salt, agreed, proof }
	}
}

/// A job that can be doubted.
fn doubtful(oracle: &Oracle, by: u8, fits: impl Fn(&Job<AccountId>) -> bool) -> Option<JobId> {
	let window = oracle.rules.verification.challenge_window;
	let found = oracle.market.jobs.iter().filter(|(id, job)| {
		let JobState::Settled { at, .. } = job.state else { return false };
		let fresh = oracle.now <= at + window && !oracle.market.review_of.contains_key(id);
		fresh && !oracle.verification.reviews.contains_key(id) && fits(job)
	});
	pick(&found.map(|(id, _)| *id).collect::<Vec<_>>(), by)
}
