//! The real runtime in memory: its pallets, its storage, its hooks. Only Babe is not run; its VRF
//! output is put where it would have written it.

use pallet_job_market::QueueHead;
use pallet_verification::{Agenda, ReservedTransitions};
use polkadot_sdk::{
	frame_support::{storage::IterableStorageDoubleMap, traits::Hooks},
	frame_system, pallet_babe, pallet_balances,
	sp_crypto_hashing::blake2_256,
	sp_io::TestExternalities,
	sp_runtime::{traits::Dispatchable, BuildStorage},
};
use std::collections::BTreeMap;
use tercet_primitives::{Balance, BlockNumber, JobId, MILLI_TCT, TCT};
use tercet_runtime::{
	configs::TreasuryAccount, Balances, BalancesConfig, Dao, JobMarket, JobMarketConfig,
	ModelRegistry, Payouts, PayoutsConfig, Privacy, ProviderStaking, ProviderStakingConfig,
	Runtime, RuntimeCall, RuntimeEvent, RuntimeGenesisConfig, RuntimeOrigin, System, Verification,
	VerificationConfig,
};

use crate::{
	model::{slot, Bank, Slot},
	settings::Settings,
	AccountId, Call, Luck, Oracle, What,
};

/// Those who act, and one who never owns anything at first.
pub const ACTORS: [&str; 18] = [
	"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "r0", "r1", "r2", "d0", "d1", "d2",
	"poor", "nobody",
];

/// The account of the actor of this number.
pub fn actor(number: usize) -> AccountId {
	let mut bytes = [0; 32];
	let name = ACTORS[number % ACTORS.len()].as_bytes();
	bytes[..name.len()].copy_from_slice(name);
	AccountId::new(bytes)
}

/// What people call an account.
pub fn name(who: &AccountId) -> String {
	let mut actors = ACTORS.iter().enumerate();
	if *who == TreasuryAccount::get() {
		"treasury".into()
	} else if let Some((_, name)) = actors.find(|(number, _)| actor(*number) == *who) {
		(*name).into()
	} else {
		let mut owners = (0..ACTORS.len()).map(actor);
		let owner = owners.find(|owner| ProviderStaking::pot_account(owner) == *who);
		owner.map_or_else(|| format!("{who:?}"), |owner| format!("pot of {}", name(&owner)))
	}
}

fn endowment(name: &str) -> Balance {
	match name {
		"nobody" => 0,
		"poor" => 5 * MILLI_TCT,
		name if name.starts_with('p') => 20_000 * TCT,
		name if name.starts_with('r') => 8_000 * TCT,
		_ => 5_000 * TCT,
	}
}

/// The real chain.
pub struct World {
	chain: TestExternalities,
	seed: u64,
	/// How often each event was seen of which it is good to know that it happens.
	pub seen: BTreeMap<String, u64>,
}

impl World {
	/// A chain in its first block, and the model of it.
	pub fn new(seed: u64) -> (Self, Oracle) {
		let settings = Settings::of(seed);
		let treasury_has = [TCT, 60 * TCT, 3_000 * TCT][(seed % 3) as usize];
		let endowed = (0..ACTORS.len()).map(|number| (actor(number), endowment(ACTORS[number])));
		let endowed = endowed.chain([(TreasuryAccount::get(), treasury_has)]);
		let balances: Vec<_> = endowed.filter(|(_, amount)| *amount > 0).collect();
		let config = RuntimeGenesisConfig {
			balances: BalancesConfig { balances: balances.clone(), ..Default::default() },
			provider_staking: ProviderStakingConfig {
				params: settings.staking,
				..Default::default()
			},
			job_market: JobMarketConfig { params: settings.market, ..Default::default() },
			verification: VerificationConfig {
				params: settings.verification,
				..Default::default()
			},
			payouts: PayoutsConfig { params: settings.payouts.clone(), ..Default::default() },
			..Default::default()
		};
		let chain = TestExternalities::new(config.build_storage().expect("the settings are fine"));
		let mut world = Self { chain, seed, seen: BTreeMap::new() };
		let oracle = world.run(|| {
			System::set_block_number(1);
			initialize(1);
			let rules = settings.rules(System::block_hash(0));
			let mut bank = Bank::new(rules.least_balance, rules.treasury.clone());
			let alive = frame_system::Account::<Runtime>::iter();
			alive.for_each(|(who, account)| bank.mint(&who, account.data.free));
			Oracle::new(rules, 1, bank)
		});
		(world, oracle)
	}

	/// Runs `f` on the chain.
	pub fn run<R>(&mut self, f: impl FnOnce() -> R) -> R {
		self.chain.execute_with(f)
	}

	/// Dispatches a call, fees aside; says whether it was accepted, and what chance decided.
	pub fn call(&mut self, call: &Call) -> (Result<(), String>, Luck) {
		let vrf = self.vrf();
		let done = self.run(|| {
			System::reset_events();
			let origin = match call.what {
				What::CancelSlash(_, true) => RuntimeOrigin::root(),
				_ => RuntimeOrigin::signed(call.who.clone()),
			};
			let result = runtime_call(&call.what).dispatch(origin);
			(result.map(drop).map_err(|failed| format!("{:?}", failed.error)), luck(vrf))
		});
		self.see();
		done
	}

	/// Ends the block and begins the next one, whose hooks run as they do on a chain.
	pub fn next_block(&mut self) -> Luck {
		let vrf = self.vrf();
		let luck = self.run(|| {
			let now = System::block_number();
			System::reset_events();
			let (turns, transitions) = finalize(now, vrf);
			System::set_block_number(now + 1);
			initialize(now + 1);
			Luck { turns, transitions, ..luck(vrf) }
		});
		self.see();
		luck
	}

	/// Ends the block, lets as many pass as have nothing to do, and begins block `to` or one before:
	/// which one is said. The blocks between change nothing but the three cursors, which are moved.
	pub fn skip_to(&mut self, to: BlockNumber) -> (BlockNumber, Luck) {
		let vrf = self.vrf();
		let done = self.run(|| {
			let now = System::block_number();
			System::reset_events();
			let (turns, transitions) = finalize(now, vrf);
			let to = idle_until(now + 1, to);
			if to > now + 1 {
				pallet_job_market::ExpiryCursor::<Runtime>::put(to);
				pallet_job_market::RetryCursor::<Runtime>::put(to);
				pallet_verification::AgendaCursor::<Runtime>::put(to);
			}
			System::set_block_number(to);
			initialize(to);
			(to, Luck { turns, transitions, ..luck(vrf) })
		});
		self.see();
		done
	}

	/// Counts the events of this step.
	fn see(&mut self) {
		let events = self.chain.execute_with(|| -> Vec<_> {
			System::read_events_no_consensus().filter_map(|record| notable(record.event)).collect()
		});
		for event in events {
			*self.seen.entry(event).or_default() += 1;
		}
	}

	/// VRF output of the block under construction.
	pub fn vrf(&mut self) -> [u8; 32] {
		let seed = self.seed;
		let now = self.run(System::block_number);
		blake2_256(&[&seed.to_le_bytes()[..], &now.to_le_bytes()[..]].concat())
	}

	/// Hash of all of the chain's state.
	pub fn state_root(&mut self) -> [u8; 32] {
		self.run(|| {
			use polkadot_sdk::sp_io::storage::root;
			let hash = root(polkadot_sdk::sp_core::storage::StateVersion::V1);
			hash.try_into().expect("hashes have 32 bytes")
		})
	}

	/// Checks the invariants of every pallet.
	pub fn check_invariants(&mut self) -> Result<(), String> {
		self.run(|| {
			let say = |pallet: &str| {
				let pallet = pallet.to_owned();
				move |error| format!("invariants of {pallet}: {error:?}")
			};
			ModelRegistry::do_try_state().map_err(say("model-registry"))?;
			ProviderStaking::do_try_state().map_err(say("provider-staking"))?;
			JobMarket::do_try_state().map_err(say("job-market"))?;
			Verification::do_try_state().map_err(say("verification"))?;
			Payouts::do_try_state().map_err(say("payouts"))?;
			Privacy::do_try_state().map_err(say("privacy"))?;
			Dao::do_try_state().map_err(say("dao"))
		})
	}
}

/// Ends the block; says how many turns there were in the queue, and how far down the agenda it came.
fn finalize(now: BlockNumber, vrf: [u8; 32]) -> (usize, usize) {
	let head = QueueHead::<Runtime>::get();
	pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some(vrf));
	ModelRegistry::on_finalize(now);
	ProviderStaking::on_finalize(now);
	JobMarket::on_finalize(now);
	let due = due_stages(now);
	Verification::on_finalize(now);
	Payouts::on_finalize(now);
	let turns = (QueueHead::<Runtime>::get() - head) as usize;
	// What was passed over lies before what is left; and what lies behind that was left.
	let is_left = |slot: &Slot| Agenda::<Runtime>::contains_key(slot.0, slot.2);
	(turns, due.iter().position(is_left).unwrap_or(due.len()))
}

/// The entries of the agenda that may be dealt with at the end of block `now`, in their order.
fn due_stages(now: BlockNumber) -> Vec<Slot> {
	let all = Agenda::<Runtime>::iter_keys().map(|(at, job)| slot(at, job));
	let mut due: Vec<_> = all.filter(|slot| slot.0 <= now).collect();
	due.sort();
	due.truncate(ReservedTransitions::<Runtime>::get().entries as usize);
	due
}

fn initialize(now: BlockNumber) {
	ModelRegistry::on_initialize(now);
	ProviderStaking::on_initialize(now);
	JobMarket::on_initialize(now);
	Verification::on_initialize(now);
	Payouts::on_initialize(now);
}

/// The first block from `next` on, and not after `to`, in which something is due.
fn idle_until(next: BlockNumber, to: BlockNumber) -> BlockNumber {
	let queue = pallet_provider_staking::SlashQueue::<Runtime>::get();
	if JobMarket::queue_length() > 0 {
		return next;
	}
	let slash = match pallet_provider_staking::PendingSlashes::<Runtime>::get(queue.begin) {
		Some(slash) => slash.due,
		None if queue.begin < queue.end => next,
		None => to,
	};
	fn first<Agenda: IterableStorageDoubleMap<BlockNumber, JobId, ()>>() -> Option<BlockNumber> {
		Agenda::iter_keys().map(|key| key.0).min()
	}
	let due = [
		first::<pallet_job_market::Expiries<Runtime>>(),
		first::<pallet_job_market::Retries<Runtime>>(),
		first::<pallet_verification::Agenda<Runtime>>(),
	];
	due.into_iter().flatten().chain([slash, to]).min().unwrap_or(to).max(next)
}

/// What chance has decided in this step, by its events.
fn luck(vrf: [u8; 32]) -> Luck {
	use pallet_job_market::Event as Market;
	use pallet_verification::Event as Verified;
	let mut luck = Luck { vrf, ..Default::default() };
	for record in System::read_events_no_consensus() {
		match record.event {
			RuntimeEvent::JobMarket(Market::Drawn { job, round, executors }) => {
				luck.drawn.insert((job, round), executors);
			},
			RuntimeEvent::Verification(
				Verified::Narrowed { job, .. }
				| Verified::Decided { job, .. }
				| Verified::StageBegan { job, .. },
			) => {
				if let Some(verdict) = pallet_verification::Verdicts::<Runtime>::get(job) {
					luck.canonical.insert(job, verdict.canonical);
				}
			},
			_ => {},
		}
	}
	luck
}

/// A name for events that show how deep calls have led.
fn notable(event: RuntimeEvent) -> Option<String> {
	use pallet_job_market::Event as Market;
	use pallet_payouts::Event as Payout;
	use pallet_provider_staking::Event as Staking;
	use pallet_verification::Event as Verified;
	Some(match event {
		RuntimeEvent::ProviderStaking(Staking::Left { .. }) => "provider forgotten".into(),
		RuntimeEvent::ProviderStaking(Staking::Slashed { .. }) => "slash applied".into(),
		RuntimeEvent::ProviderStaking(Staking::SlashPending { .. }) => "slash decided".into(),
		RuntimeEvent::ProviderStaking(Staking::Rewarded { delegated, .. }) => {
			format!("reward{}", if delegated > 0 { ", shared with delegators" } else { "" })
		},
		RuntimeEvent::JobMarket(Market::Drawn { round, .. }) => format!("drawn for round {round}"),
		RuntimeEvent::JobMarket(Market::Reimbursed { .. }) => "review reimbursed".into(),
		RuntimeEvent::JobMarket(Market::ExpiryFailed { .. }) => "expiry failed".into(),
		RuntimeEvent::Verification(Verified::StageBegan { stage, .. }) => {
			format!("stage {stage:?}")
		},
		RuntimeEvent::Verification(Verified::StageFailed { .. }) => "stage failed".into(),
		RuntimeEvent::Verification(Verified::Narrowed { .. }) => "narrowed".into(),
		RuntimeEvent::Verification(Verified::Decided { decision, .. }) => {
			format!("decided: {decision:?}")
		},
		RuntimeEvent::Verification(Verified::ConductRecorded { conduct, .. }) => {
			format!("conduct: {conduct:?}")
		},
		RuntimeEvent::Verification(Verified::ReviewEnded { upheld, .. }) => {
			format!("review ended: {}", if upheld { "upheld" } else { "overturned" })
		},
		RuntimeEvent::Payouts(Payout::Redirected { .. }) => "payment redirected".into(),
		RuntimeEvent::Payouts(Payout::Expired { .. }) => "reward expired".into(),
		_ => return None,
	})
}

fn runtime_call(what: &What) -> RuntimeCall {
	use pallet_job_market::Call as Market;
	use pallet_model_registry::Call as Registry;
	use pallet_provider_staking::Call as Staking;
	use pallet_verification::Call as Verify;
	match what.clone() {
		What::Bond(amount) => Staking::bond { amount }.into(),
		What::Unbond(amount) => Staking::unbond { amount }.into(),
		What::WithdrawUnbonded => Staking::withdraw_unbonded {}.into(),
		What::Offer(pool, least_price) => Staking::offer { pool, least_price }.into(),
		What::UpdateOffer(pool, least_price) => Staking::update_offer { pool, least_price }.into(),
		What::WithdrawOffer(pool) => Staking::withdraw_offer { pool }.into(),
		What::GoAvailable => Staking::go_available {}.into(),
		What::GoUnavailable => Staking::go_unavailable {}.into(),
		What::Delegate(provider, amount) => Staking::delegate { provider, amount }.into(),
		What::Undelegate(provider, amount) => Staking::undelegate { provider, amount }.into(),
		What::WithdrawUndelegated(provider) => Staking::withdraw_undelegated { provider }.into(),
		What::SetCommission(commission) => Staking::set_commission { commission }.into(),
		What::SetOperator(operator) => Staking::set_operator { operator }.into(),
		What::AcceptProvider(provider) => Staking::accept_provider { provider }.into(),
		What::CancelSlash(id, _) => Staking::cancel_slash { id }.into(),
		What::Submit(request) => Market::submit { request }.into(),
		What::TopUp(job, price) => Market::top_up { job, price }.into(),
		What::Cancel(job) => Market::cancel { job }.into(),
		What::Prune(job) => Market::prune { job }.into(),
		What::AddCredit(amount) => Market::add_credit { amount }.into(),
		What::WithdrawCredit(amount) => Market::withdraw_credit { amount }.into(),
		What::Answer(duties) => {
			Verify::answer { duties: duties.try_into().expect("no more than fit") }.into()
		},
		What::Challenge(job) => Verify::challenge { job }.into(),
		What::OpenCanary { job, index, digest, salt, agreed, proof } => {
			let proof = proof.try_into().expect("no more than fit");
			Verify::open_canary { job, index, digest, salt, agreed, proof }.into()
		},
		What::Publish(new) => Registry::publish {
			name: new.name,
			task: new.task,
			licence: new.licence,
			royalty: new.royalty,
			parent: new.parent,
			derivative_share: new.derivative_share,
			variants: new.variants.try_into().expect("no more than fit"),
		}
		.into(),
		What::AddVariant(model, variant) => Registry::add_variant { model, variant }.into(),
		What::OfferTransfer(model, to) => Registry::offer_transfer { model, to }.into(),
		What::AcceptTransfer(model) => Registry::accept_transfer { model }.into(),
		What::SetManagers(model, managers) => {
			let managers = managers.try_into().expect("no more than fit");
			Registry::set_managers { model, managers }.into()
		},
		What::Deprecate(model, successor) => Registry::deprecate { model, successor }.into(),
		What::Undeprecate(model) => Registry::undeprecate { model }.into(),
		What::Claim(provider, era) => pallet_payouts::Call::claim { provider, era }.into(),
		What::Transfer { to, amount: value, keep_alive: true } => {
			pallet_balances::Call::transfer_keep_alive { dest: to.into(), value }.into()
		},
		What::Transfer { to, amount: value, keep_alive: false } => {
			pallet_balances::Call::transfer_allow_death { dest: to.into(), value }.into()
		},
	}
}

/// All money there is.
pub(crate) fn issuance() -> Balance {
	Balances::total_issuance()
}
