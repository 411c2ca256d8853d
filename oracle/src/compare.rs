//! Where model and runtime differ.

use polkadot_sdk::{frame_system, pallet_balances};
use std::{collections::BTreeMap, fmt::Debug};
use tercet_primitives::{Balance, BlockNumber, JobId};
use tercet_runtime::{Runtime, RuntimeHoldReason, System};

use crate::{
	model::{
		slot, Account, Cause, Chunk, Counted, Credit, Delegation, Era, Ledger, Place, Pot,
		Provider, Purpose, Record, Reference, Review, Slash, Slot, Status, Verdict, Wait,
	},
	name,
	world::issuance,
	AccountId, Oracle,
};

/// What differs, in words.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
	fn check<T: PartialEq + Debug>(&mut self, what: impl FnOnce() -> String, model: T, runtime: T) {
		if model != runtime {
			let (model, runtime) = (format!("{model:#?}"), format!("{runtime:#?}"));
			self.0.push(format!("{}\n{}", what(), lines(&model, &runtime)));
		}
	}

	/// Compares maps entry by entry, so that only those that differ are shown.
	fn maps<K: Ord + Debug, V: PartialEq + Debug>(
		&mut self,
		what: &str,
		model: impl IntoIterator<Item = (K, V)>,
		runtime: impl IntoIterator<Item = (K, V)>,
	) {
		let mut runtime: BTreeMap<K, V> = runtime.into_iter().collect();
		for (key, value) in model {
			let other = runtime.remove(&key);
			self.check(|| format!("{what} {key:?}"), Some(value), other);
		}
		for (key, value) in runtime {
			self.check(|| format!("{what} {key:?}"), None, Some(value));
		}
	}
}

/// An account that is shown by its name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Named(AccountId);

impl Debug for Named {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		f.write_str(&name(&self.0))
	}
}

/// The lines that differ: `-` in the model, `+` in the runtime.
fn lines(model: &str, runtime: &str) -> String {
	let (a, b): (Vec<_>, Vec<_>) = (model.lines().collect(), runtime.lines().collect());
	let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
	let (a, b) = (&a[start..], &b[start..]);
	let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
	let shown = |sign: &str, lines: &[&str]| -> String {
		let lines = &lines[..lines.len() - end];
		lines.iter().map(|line| format!("  {sign} {}\n", line.trim_start())).collect()
	};
	shown("-", a) + &shown("+", b)
}

/// Compares what this step may have changed, by the model. On the chain.
pub(crate) fn touched(oracle: &Oracle) -> Vec<String> {
	let mut found = Differences::default();
	found.check(|| "block".into(), oracle.now, System::block_number());
	found.check(|| "total issuance".into(), oracle.bank.issuance, issuance());
	found.check(
		|| "number of jobs".into(),
		oracle.market.count,
		tercet_runtime::JobMarket::job_count(),
	);
	for who in &oracle.bank.touched {
		found.check(
			|| format!("balances of {}", name(who)),
			oracle.bank.account(who),
			account(who),
		);
	}
	for who in &oracle.touched.providers {
		let model = oracle.staking.providers.get(who).cloned();
		found.check(|| format!("provider {}", name(who)), model, provider(who));
	}
	for id in &oracle.touched.jobs {
		job(&mut found, oracle, *id);
	}
	found.0
}

fn job(found: &mut Differences, oracle: &Oracle, id: JobId) {
	let verification = &oracle.verification;
	let job = pallet_job_market::Jobs::<Runtime>::get(id);
	found.check(|| format!("job {id}"), oracle.market.jobs.get(&id).cloned(), job);
	let committee = pallet_verification::CommitteesOf::<Runtime>::get(id);
	let model = verification.committees.get(&id).cloned();
	found.check(|| format!("committee {id}"), model, committee);
	let verdict = pallet_verification::Verdicts::<Runtime>::get(id).map(verdict);
	found.check(|| format!("verdict {id}"), verification.verdicts.get(&id).copied(), verdict);
	let review = pallet_verification::Reviews::<Runtime>::get(id).map(review);
	found.check(|| format!("review {id}"), verification.reviews.get(&id).cloned(), review);
	let reference = pallet_verification::References::<Runtime>::get(id).map(reference);
	found.check(|| format!("reference {id}"), verification.references.get(&id).cloned(), reference);
}

/// Compares everything. On the chain.
pub(crate) fn everything(oracle: &Oracle) -> Vec<String> {
	let mut found = Differences(touched(oracle));
	let accounts = frame_system::Account::<Runtime>::iter_keys();
	let accounts = accounts.map(|who| (account(&who), Named(who)));
	let alive = accounts.filter(|(account, _)| *account != Account::default());
	let alive = alive.map(|(account, who)| (who, account));
	let model = oracle.bank.accounts().iter().map(|(who, it)| (Named(who.clone()), it.clone()));
	found.maps("balances of", model, alive);
	registry(&mut found, oracle);
	staking(&mut found, oracle);
	market(&mut found, oracle);
	verification(&mut found, oracle);
	work(&mut found, oracle);
	found.0
}

fn registry(found: &mut Differences, oracle: &Oracle) {
	use pallet_model_registry::{Models, NextModelId, TransferOffers};
	let models = oracle.registry.models.iter().cloned();
	let models = models.enumerate().map(|(id, model)| (id as u32, model));
	let stored = Models::<Runtime>::iter().map(|(id, model)| (id.0, model));
	found.maps("model", models, stored);
	let count = oracle.registry.models.len() as u32;
	found.check(|| "next model".into(), count, NextModelId::<Runtime>::get().0);
	let offers = TransferOffers::<Runtime>::iter();
	found.maps("offer of model", oracle.registry.offers.clone(), offers);
}

fn staking(found: &mut Differences, oracle: &Oracle) {
	use pallet_provider_staking as pallet;
	let staking = &oracle.staking;
	let keys = pallet::Providers::<Runtime>::iter_keys();
	let stored = keys.filter_map(|who| Some((who.clone(), provider(&who)?)));
	found.maps("provider", staking.providers.clone(), stored);
	let seats = staking.pools.iter().flat_map(|(pool, seats)| {
		let numbered = seats.iter().zip(0u32..);
		numbered.map(|(who, number)| {
			let provider = &staking.providers[who];
			let price = provider.offers.iter().find(|offer| offer.0 == *pool).map(|it| it.1);
			((*pool, number), (who.clone(), price, provider.counted))
		})
	});
	let stored = pallet::PoolSeats::<Runtime>::iter().map(|(pool, number, seat)| {
		((pool, number), (seat.provider, Some(seat.least_price), counted(seat.counted)))
	});
	found.maps("seat", seats, stored);
	let delegations = pallet::Delegations::<Runtime>::iter().map(|(to, by, delegation)| {
		let pallet::Delegation { pot, shares, unbonding } = delegation;
		((to, by), Delegation { pot, shares, unbonding: chunks(&unbonding) })
	});
	found.maps("delegation", staking.delegations.clone(), delegations);
	let next_pot = pallet::NextPot::<Runtime>::get();
	found.check(|| "next pot".into(), staking.next_pot, next_pot);
	let slashes = pallet::PendingSlashes::<Runtime>::iter().map(|(id, slash)| {
		let pallet::PendingSlash { provider, own, delegated, due } = slash;
		(id, Slash { provider, own, delegated, due })
	});
	found.maps("slash", staking.slashes.clone(), slashes);
	let queue = pallet::SlashQueue::<Runtime>::get();
	let model = (staking.slash_begin, staking.slash_end);
	found.check(|| "queue of slashes".into(), model, (queue.begin, queue.end));
	let burned = pallet::TotalBurned::<Runtime>::get();
	found.check(|| "burned".into(), staking.burned, burned);
}

fn market(found: &mut Differences, oracle: &Oracle) {
	use pallet_job_market as pallet;
	let market = &oracle.market;
	found.maps("job", market.jobs.clone(), pallet::Jobs::<Runtime>::iter());
	let credits = pallet::Credits::<Runtime>::iter().map(|(who, credit)| {
		let pallet::Credit { total, committed } = credit;
		(who, Credit { total, committed })
	});
	found.maps("credit", market.credits.clone(), credits);
	found.maps("queue at", market.queue.clone(), pallet::Queue::<Runtime>::iter());
	let ends = (pallet::QueueHead::<Runtime>::get(), pallet::QueueTail::<Runtime>::get());
	found.check(|| "ends of the queue".into(), (market.head, market.tail), ends);
	let reserved = pallet::ReservedDraws::<Runtime>::get().entries;
	found.check(|| "reserved draws".into(), market.reserved, reserved);
	let waiting = pallet::Waiting::<Runtime>::iter().map(|(job, wait)| {
		let place = match wait.place {
			pallet::Place::Queue(position) => Place::Queue(position),
			pallet::Place::Retry(at) => Place::Retry(at),
		};
		(job, Wait { failures: wait.failures, place })
	});
	found.maps("waiting", market.waiting.clone(), waiting);
	let model = market.retries.iter().map(|slot| (*slot, ()));
	found.maps("retry", model, slots(pallet::Retries::<Runtime>::iter_keys()));
	let model = market.expiries.iter().map(|slot| (*slot, ()));
	found.maps("expiry", model, slots(pallet::Expiries::<Runtime>::iter_keys()));
	let reviews = pallet::ReviewOf::<Runtime>::iter();
	found.maps("the market's review of", market.review_of.clone(), reviews);
	let model = market.reimbursable.iter().map(|job| (*job, ()));
	found.maps("reimbursable", model, pallet::Reimbursable::<Runtime>::iter());
}

fn verification(found: &mut Differences, oracle: &Oracle) {
	use pallet_verification as pallet;
	let verification = &oracle.verification;
	let committees = pallet::CommitteesOf::<Runtime>::iter();
	found.maps("committee", verification.committees.clone(), committees);
	let open = verification.committees.iter().filter(|it| it.1.decision.is_none());
	let assigned = open.flat_map(|(job, committee)| {
		committee.seats.iter().map(|seat| ((seat.executor.clone(), *job), ()))
	});
	let stored = pallet::Assignments::<Runtime>::iter_keys().map(|key| (key, ()));
	found.maps("assignment", assigned, stored);
	let votes = pallet::VotesOf::<Runtime>::iter().map(|(job, place, votes)| ((job, place), votes));
	found.maps("votes", verification.votes.clone(), votes);
	let model = verification.agenda.iter().map(|slot| (*slot, ()));
	found.maps("agenda", model, slots(pallet::Agenda::<Runtime>::iter_keys()));
	let reserved = pallet::ReservedTransitions::<Runtime>::get().entries;
	found.check(|| "reserved transitions".into(), verification.reserved, reserved);
	let verdicts = pallet::Verdicts::<Runtime>::iter().map(|(job, it)| (job, verdict(it)));
	found.maps("verdict", verification.verdicts.clone(), verdicts);
	let references = pallet::References::<Runtime>::iter().map(|(job, it)| (job, reference(it)));
	found.maps("reference", verification.references.clone(), references);
	let reviews = pallet::Reviews::<Runtime>::iter().map(|(job, it)| (job, review(it)));
	found.maps("review", verification.reviews.clone(), reviews);
	let review_of = pallet::ReviewOf::<Runtime>::iter();
	found.maps("review of", verification.review_of.clone(), review_of);
}

fn work(found: &mut Differences, oracle: &Oracle) {
	use pallet_payouts as pallet;
	let work = &oracle.work;
	let eras = pallet::WorkOfEras::<Runtime>::iter().map(|(era, it)| {
		let pallet::EraWork { value, income, rate, of_income, unclaimed } = it;
		(era, Era { value, income, rate, of_income, unclaimed })
	});
	found.maps("era", work.eras.clone(), eras);
	let values = pallet::WorkOf::<Runtime>::iter().map(|(era, who, value)| ((era, who), value));
	found.maps("work", work.values.clone(), values);
	let credits = pallet::WorkCredits::<Runtime>::iter();
	let credits = credits.map(|(who, it)| (who, (it.amount, it.half_life)));
	found.maps("work credits", work.credits.clone(), credits);
	let total = pallet::TotalCredits::<Runtime>::get();
	let total = (total.amount, total.half_life);
	found.check(|| "all work credits".into(), work.total_credits, total);
	let pallet::Ledger { escrow, executors, royalties, treasury, refunded, minted } =
		pallet::Distributed::<Runtime>::get();
	let ledger = Ledger { escrow, executors, royalties, treasury, refunded, minted };
	found.check(|| "ledger".into(), work.ledger, ledger);
}

fn account(who: &AccountId) -> Account {
	let holds = pallet_balances::Holds::<Runtime>::get(who);
	let held: BTreeMap<Purpose, Balance> =
		holds.iter().map(|hold| (purpose(hold.id), hold.amount)).collect();
	let data = frame_system::Account::<Runtime>::get(who).data;
	assert_eq!(data.reserved, held.values().sum::<Balance>(), "holds are what is reserved");
	Account { free: data.free, held }
}

fn purpose(reason: RuntimeHoldReason) -> Purpose {
	use pallet_job_market::HoldReason as Market;
	use pallet_provider_staking::HoldReason as Staking;
	match reason {
		RuntimeHoldReason::ModelRegistry(_) => Purpose::Model,
		RuntimeHoldReason::ProviderStaking(Staking::Bond) => Purpose::Bond,
		RuntimeHoldReason::ProviderStaking(Staking::Delegation) => Purpose::Delegation,
		RuntimeHoldReason::JobMarket(Market::Escrow) => Purpose::Escrow,
		RuntimeHoldReason::JobMarket(Market::Deposit) => Purpose::Deposit,
		RuntimeHoldReason::JobMarket(Market::Credit) => Purpose::Credit,
		#[allow(unreachable_patterns, reason = "other pallets may hold money some day")]
		other => panic!("nothing in these episodes holds for {other:?}"),
	}
}

fn provider(who: &AccountId) -> Option<Provider> {
	let stored = pallet_provider_staking::Providers::<Runtime>::get(who)?;
	let pot = stored.pot.map(|pot| {
		let pallet_provider_staking::Pot { id, value, shares, unbonding } = pot;
		Pot { id, value, shares, unbonding }
	});
	let record = stored.record;
	Some(Provider {
		bonded: stored.bonded,
		unbonding: chunks(&stored.unbonding),
		pot,
		counted: counted(stored.counted),
		pending_own: stored.pending.own,
		pending_delegated: stored.pending.delegated,
		at_risk: stored.at_risk,
		commission: stored.commission,
		raised_at: stored.raised_at,
		operator: stored.operator,
		proposed: stored.proposed,
		score: stored.reputation.score.deconstruct(),
		score_since: stored.reputation.since,
		available: stored.available,
		in_flight: stored.in_flight,
		record: Record {
			assigned: record.assigned,
			verified: record.verified,
			unresolved: record.unresolved,
			alone: record.alone,
			silent: record.silent,
			withheld: record.withheld,
			wrong: record.wrong,
			abstained: record.abstained,
		},
		offers: stored.offers.iter().map(|offer| (offer.pool, offer.least_price)).collect(),
	})
}

fn chunks(chunks: &[pallet_provider_staking::UnbondChunk]) -> Vec<Chunk> {
	chunks.iter().map(|chunk| (chunk.amount, chunk.at)).collect()
}

fn counted(counted: pallet_provider_staking::Counted) -> Counted {
	let pallet_provider_staking::Counted { now, next, from } = counted;
	Counted { now, next, from }
}

fn verdict(verdict: pallet_verification::Verdict) -> Verdict {
	Verdict { seats: verdict.seats.0, canonical: verdict.canonical }
}

fn reference(reference: pallet_verification::Reference) -> Reference {
	let pallet_verification::Reference { seed, items, votes } = reference;
	Reference { seed, items, votes }
}

fn review(review: pallet_verification::Review<AccountId>) -> Review {
	use pallet_verification as pallet;
	let cause = match review.cause {
		pallet::Cause::Audit => Cause::Audit,
		pallet::Cause::Challenge { by } => Cause::Challenge(by),
		pallet::Cause::Canary { by, index, digest } => Cause::Canary(by, index, digest),
	};
	let status = match review.status {
		pallet::Status::Open => Status::Open,
		pallet::Status::Ended => Status::Ended,
		pallet::Status::Upheld => Status::Upheld,
		pallet::Status::Overturned => Status::Overturned,
	};
	Review { of: review.of, cause, status }
}

fn slots(keys: impl Iterator<Item = (BlockNumber, JobId)>) -> Vec<(Slot, ())> {
	keys.map(|(at, job)| (slot(at, job), ())).collect()
}
