//! Items per second: ONNX Runtime alone, and what a worker does with the same batch, as a whole and
//! one item at a time.

use std::time::Duration;

use anyhow::Result;
use bytes::Bytes;
use ort::session::Session;
use tercet_primitives::{ItemSet, H256};
use tercet_tensors::TensorMap;
use tercet_worker::{
	compute::{Opening, Request},
	engine::Session as Ours,
	items::{answer, Batch, Work},
	runner::Runner,
	Engine,
};
use tokio_util::sync::CancellationToken;

use crate::{
	bare::{self, Values},
	busy_seconds,
	common::{engine, runner_settings},
	median,
	model::Subject,
};

/// How long each runs in a row, before it is another's turn.
const ROW: Duration = Duration::from_millis(150);

const OPENING: Opening =
	Opening { digest: H256([1; 32]), declared: Some(1 << 30), confirming: false };

/// All three ways to run one model.
struct Ways {
	bare: Session,
	ours: Ours,
	runner: Runner,
}

/// Seconds for one batch.
struct Round {
	bare: f64,
	/// From the input's bytes to the results' bytes and the digest of every item, in this process.
	answer: f64,
	/// The same by the process that models run in, with the way there and back.
	runner: f64,
}

/// Prints the table.
pub fn measure(subjects: &[Subject], rounds: usize) -> Result<()> {
	println!("| model | items per batch | ONNX Runtime alone | a worker | of that | in process |");
	println!("|---|---|---|---|---|---|");
	let engine = engine();
	let mut batched = Vec::new();
	for subject in subjects {
		let mut ways = Ways::open(&engine, subject)?;
		let all = subject.input.items();
		let mut one_or_all = Vec::new();
		for items in [all, 1] {
			let rounds = ways.rounds(&subject.first(items), rounds)?;
			let of = |what: fn(&Round) -> f64| median(rounds.iter().map(what).collect());
			let speed = |seconds: f64| f64::from(items) / seconds;
			let runner = speed(of(|round| round.runner));
			println!(
				"| {} | {items} | {:.0} items/s | {runner:.0} items/s | {:.1} % | {:.1} % |",
				subject.name,
				speed(of(|round| round.bare)),
				100.0 * of(|round| round.bare / round.runner),
				100.0 * of(|round| round.bare / round.answer),
			);
			one_or_all.push(runner);
		}
		batched.push((&subject.name, one_or_all[0] / one_or_all[1]));
	}
	println!("\n| model | a worker's items per second, as a batch over one by one |");
	println!("|---|---|");
	for (name, ratio) in batched {
		println!("| {name} | {ratio:.1} |");
	}
	println!();
	Ok(())
}

impl Ways {
	fn open(engine: &Engine, subject: &Subject) -> Result<Self> {
		let bare = bare::session(engine, &subject.model)?;
		let ours = engine.session(&subject.model, 1)?;
		let mut runner = Runner::start(&runner_settings(1))?;
		runner.open(&OPENING, &subject.model, &CancellationToken::new())?;
		Ok(Self { bare, ours, runner })
	}

	/// The first round warms up, and does not count.
	fn rounds(&mut self, input: &TensorMap, rounds: usize) -> Result<Vec<Round>> {
		self.round(input)?;
		(0..rounds).map(|_| self.round(input)).collect()
	}

	fn round(&mut self, input: &TensorMap) -> Result<Round> {
		let Self { bare, ours, runner } = self;
		let (items, bytes) = (input.items(), Bytes::from(input.to_canonical_bytes()));
		let (asked, batch) = (ItemSet::first(items), Batch::Asked);
		let values = Values::of(input)?;
		let digest = OPENING.digest;
		let work = Work {
			artifact: &digest,
			input: &bytes,
			declared: items,
			asked: &asked,
			batch,
			vectors_only: false,
			key: None,
		};
		let cancel = CancellationToken::new();
		let request =
			Request { input: &bytes, items, asked, batch, vectors_only: false, key: None, cancel };
		Ok(Round {
			bare: busy_seconds(ROW, || values.run(bare))?,
			answer: busy_seconds(ROW, || Ok(answer(ours, work)?))?,
			runner: busy_seconds(ROW, || Ok(runner.run(&OPENING, &request)?))?,
		})
	}
}
