//! A fresh chain on which model and runtime do the same.

use std::{
	cell::RefCell,
	collections::{BTreeMap, BTreeSet},
	panic,
};
use tercet_primitives::{
	DeterminismClass, JobId, ModelId, Permill, PoolId, VariantId, MILLI_TCT, TCT,
};

use crate::{
	actor, compare, palette::variant, resolve::Step, Action, Call, NewModel, Oracle, Resolver,
	What, World,
};

/// Actions between two comparisons of everything.
const EVERY: u32 = 64;

/// Hops of one skip at most.
const MOST_HOPS: u32 = 60;

/// Calls that a divergence shows.
const SHOWN: usize = 12;

/// How often each call was accepted and refused.
#[derive(Clone, Debug, Default)]
pub struct Tally {
	/// By name of the call: accepted, refused.
	pub calls: BTreeMap<&'static str, (u64, u64)>,
	/// Blocks, those skipped not counted.
	pub blocks: u64,
	/// How jobs ended, and other things of which it is good to know that they happen.
	pub events: BTreeMap<String, u64>,
}

impl Tally {
	/// Adds another tally.
	pub fn add(&mut self, other: &Self) {
		for (name, (accepted, refused)) in &other.calls {
			let own = self.calls.entry(name).or_default();
			*own = (own.0 + accepted, own.1 + refused);
		}
		self.blocks += other.blocks;
		for (event, count) in &other.events {
			*self.events.entry(event.clone()).or_default() += count;
		}
	}
}

/// Model and runtime differ.
#[derive(Clone, Debug)]
pub struct Divergence {
	/// How.
	pub text: String,
	/// The last calls, this one at the end.
	pub calls: Vec<String>,
}

impl std::fmt::Display for Divergence {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		writeln!(f, "the last calls:")?;
		self.calls.iter().try_for_each(|call| writeln!(f, "  {call}"))?;
		writeln!(f, "differences (- model, + runtime):\n{}", self.text)
	}
}

thread_local! {
	static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what panics say for the divergence that they become, instead of printing it.
pub fn panics_are_divergences() {
	panic::set_hook(Box::new(|info| PANIC.with(|said| *said.borrow_mut() = info.to_string())));
}

/// A chain and its model.
pub struct Episode {
	world: World,
	oracle: Oracle,
	resolver: Resolver,
	tally: Tally,
	/// Whether every invariant is checked after every block.
	thorough: bool,
	actions: u32,
	calls: Vec<String>,
	/// Jobs whose end was counted.
	ended: BTreeSet<JobId>,
}

impl Episode {
	/// A chain with models and providers; everything else follows from the seed.
	pub fn new(seed: u64, thorough: bool) -> Result<Self, Divergence> {
		let (world, oracle) = World::new(seed);
		let (resolver, tally, actions, calls, ended) = Default::default();
		let mut episode = Self { world, oracle, resolver, tally, thorough, actions, calls, ended };
		for call in prelude() {
			episode.step(Step::Call(call))?;
		}
		episode.step(Step::Skip(episode.oracle.now + 25))?;
		episode.check(true)?;
		Ok(episode)
	}

	/// Runs `actions` on a fresh chain; says how many were done when model and runtime differ.
	pub fn run(
		seed: u64,
		actions: &[Action],
		thorough: bool,
	) -> Result<Tally, (usize, Divergence)> {
		let mut episode = Self::new(seed, thorough).map_err(|divergence| (0, divergence))?;
		for (place, action) in actions.iter().enumerate() {
			episode.act(action).map_err(|divergence| (place + 1, divergence))?;
		}
		episode.check(true).map_err(|divergence| (actions.len(), divergence))?;
		Ok(episode.tally())
	}

	/// Does one action. A panic of either side is a divergence.
	pub fn act(&mut self, action: &Action) -> Result<(), Divergence> {
		let done = panic::catch_unwind(panic::AssertUnwindSafe(|| {
			let steps = self.resolver.steps(action, &self.oracle);
			steps.into_iter().try_for_each(|step| self.step(step))?;
			self.actions += 1;
			self.check(self.actions.is_multiple_of(EVERY))
		}));
		done.unwrap_or_else(|payload| {
			let kept = PANIC.with(|said| std::mem::take(&mut *said.borrow_mut()));
			let said = payload.downcast_ref::<String>().map_or("a panic", String::as_str);
			Err(self.divergence(if kept.is_empty() { said.to_owned() } else { kept }))
		})
	}

	/// Compares what was touched, or everything, and then checks the invariants too.
	pub fn check(&mut self, everything: bool) -> Result<(), Divergence> {
		let oracle = &self.oracle;
		let found = self.world.run(|| match everything {
			true => compare::everything(oracle),
			false => compare::touched(oracle),
		});
		if !found.is_empty() {
			return Err(self.divergence(found.join("\n")));
		}
		self.oracle.bank.touched.clear();
		self.oracle.touched = Default::default();
		if everything {
			self.check_invariants()?;
		}
		Ok(())
	}

	fn check_invariants(&mut self) -> Result<(), Divergence> {
		self.world.check_invariants().map_err(|text| self.divergence(text))
	}

	/// What happened so far.
	pub fn tally(&self) -> Tally {
		let mut tally = self.tally.clone();
		tally.events.extend(self.world.seen.clone());
		tally
	}

	/// The model as it stands.
	pub fn oracle(&self) -> &Oracle {
		&self.oracle
	}

	fn divergence(&self, text: String) -> Divergence {
		let shown = self.calls.len().saturating_sub(SHOWN);
		Divergence { text, calls: self.calls[shown..].to_vec() }
	}

	fn step(&mut self, step: Step) -> Result<(), Divergence> {
		match step {
			Step::Call(call) => self.call(&call),
			Step::Block => self.block(None).map(drop),
			Step::Skip(to) => {
				for _ in 0..MOST_HOPS {
					if self.block(Some(to))? >= to {
						break;
					}
				}
				Ok(())
			},
		}
	}

	fn call(&mut self, call: &Call) -> Result<(), Divergence> {
		self.note(format!("{}: {call:?}", self.oracle.now));
		let (runtime, luck) = self.world.call(call);
		let model = self.oracle.call(call, luck);
		let count = self.tally.calls.entry(call.what.name()).or_default();
		match (model, runtime) {
			(Ok(()), Ok(())) => count.0 += 1,
			(Err(_), Err(_)) => count.1 += 1,
			(model, runtime) => {
				let text = format!("accepted?\n  - {model:?}\n  + {runtime:?}");
				return Err(self.divergence(text));
			},
		}
		self.count_ends();
		self.check(false)
	}

	/// The next block, or the first one in which something is due; says which.
	fn block(&mut self, skip_to: Option<u32>) -> Result<u32, Divergence> {
		match skip_to {
			None => {
				self.note(format!("{}: next block", self.oracle.now));
				let luck = self.world.next_block();
				self.oracle.next_block(luck);
			},
			Some(most) => {
				let (to, luck) = self.world.skip_to(most);
				self.note(format!("{}: skip to {to}", self.oracle.now));
				self.oracle.skip_to(to, luck);
			},
		}
		self.tally.blocks += 1;
		self.count_ends();
		self.check(false)?;
		if self.thorough {
			self.check_invariants()?;
		}
		Ok(self.oracle.now)
	}

	fn note(&mut self, call: String) {
		if self.calls.len() > 8 * SHOWN {
			self.calls.drain(..7 * SHOWN);
		}
		self.calls.push(call);
	}

	/// Counts the decisions of this step.
	fn count_ends(&mut self) {
		use tercet_primitives::{Disputed, JobState};
		let touched = self.oracle.touched.jobs.iter();
		let jobs = touched.filter_map(|id| Some((id, self.oracle.market.jobs.get(id)?)));
		for (id, job) in jobs {
			let end = match &job.state {
				JobState::Settled { disputed: Disputed::None, .. } => "job settled".into(),
				JobState::Settled { disputed: Disputed::Resolved(_), .. } => {
					"job settled in parts".into()
				},
				JobState::Settled { .. } => "job settled in part".into(),
				JobState::Refunded { reason, .. } => format!("job refunded: {reason:?}"),
				JobState::Invalid { why, .. } => format!("job invalid: {why:?}"),
				JobState::Queued | JobState::Running { .. } => continue,
			};
			if self.ended.insert(*id) {
				*self.tally.events.entry(end).or_default() += 1;
			}
		}
	}
}

/// Three models and eight providers.
fn prelude() -> Vec<Call> {
	let label = |text: &str| text.as_bytes().to_vec().try_into().expect("short");
	let model = |number: u32| NewModel {
		name: label("model"),
		task: label("tensor"),
		licence: label("MIT"),
		royalty: Permill::from_percent(10),
		parent: number.checked_sub(1).map(ModelId),
		derivative_share: Permill::from_percent(30),
		variants: vec![variant(2 + number as u8, number == 1)],
	};
	let models = (0..3).map(|number| Call {
		who: actor(13 + number as usize),
		what: What::Publish(model(number)),
	});
	let providers = (0..8).flat_map(|number| {
		let pool = |model| PoolId {
			variant: VariantId { model: ModelId(model), index: 0 },
			class: DeterminismClass::Portable,
		};
		let bond = What::Bond((1_000 + 600 * (number as u128 % 5)) * TCT);
		let offers = (0..3).map(move |model| What::Offer(pool(model), MILLI_TCT));
		let calls = [bond].into_iter().chain(offers).chain([What::GoAvailable]);
		calls.map(move |what| Call { who: actor(number), what })
	});
	models.chain(providers).collect()
}
