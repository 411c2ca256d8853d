//! From the bytes of an input to the results of some of its items.

use std::{cell::OnceCell, fmt::Display};

use bytes::Bytes;
use codec::{Decode, Encode};
use tercet_primitives::{hashing::item_seed, ItemSet, H256};
use tercet_privacy::{sealed, JobKey};
use tercet_tensors::TensorMap;

use crate::{
	compute::{Failure, FailureKind, Results},
	engine::{EngineError, Session},
};

/// Which items go through the model together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Batch {
	/// Those asked for.
	Asked,
	/// All of the job; the others' results are dropped.
	Whole,
}

/// A model in this process.
pub trait Model {
	/// Runs all items of `input` as one batch; `seed` gives what the random numbers of one of them
	/// are made of.
	///
	/// # Errors
	/// As [`Session::run`].
	fn run(&mut self, input: &TensorMap, seed: Seed<'_>) -> Result<TensorMap, EngineError>;
}

/// The seed of an item, by its place in the map that is run.
pub type Seed<'s> = &'s dyn Fn(u32) -> [u8; 32];

impl Model for Session {
	fn run(&mut self, input: &TensorMap, _: Seed<'_>) -> Result<TensorMap, EngineError> {
		Session::run(self, input)
	}
}

/// Some items of an input for the model with digest `artifact`.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
	/// The model.
	pub artifact: &'a H256,
	/// The input, as somebody stored it.
	pub input: &'a Bytes,
	/// Items that the job says it has.
	pub declared: u32,
	/// Items whose results are wanted.
	pub asked: &'a ItemSet,
	/// Which go through the model together.
	pub batch: Batch,
	/// Leave out documents: what nobody compares, nobody has to tell the truth about.
	pub vectors_only: bool,
	/// The key that the input is sealed with, and the results will be.
	pub key: Option<&'a JobKey>,
}

/// The results that are wanted.
///
/// # Errors
/// [`FailureKind::Input`] if the bytes are no map of as many items as the job says, or sealed and not
/// with this key for this model, and what the model says.
pub fn answer(model: &mut dyn Model, work: Work<'_>) -> Result<Results, Failure> {
	let Work { input, declared, .. } = work;
	let refused = |reason: String| Failure::new(FailureKind::Input, reason);
	let map =
		TensorMap::from_shared(input).map_err(|error| refused(format!("the input: {error}")))?;
	let found = map.items();
	if found != declared {
		return Err(refused(format!("the input has {found} items, the job {declared}")));
	}
	let map = opened(map, &work)?;
	let mut output = run_items(model, &map, work)?;
	if work.vectors_only {
		output = output.without_documents().map_err(|_| {
			let text = "the model answers with text alone, which has no similarity to compare";
			Failure::new(FailureKind::Model, text)
		})?;
	}
	if let Some(key) = work.key {
		output = sealed::seal_result(&output, key, work.artifact, work.asked)
			.map_err(|error| Failure::new(FailureKind::Model, format!("the results: {error}")))?;
	}
	Ok(Results { bytes: output.to_canonical_bytes(), digests: output.item_digests() })
}

/// The input, without its seal if it has one.
fn opened(map: TensorMap, work: &Work<'_>) -> Result<TensorMap, Failure> {
	let refused = |reason: &dyn Display| {
		Failure::new(FailureKind::Input, format!("the sealed input: {reason}"))
	};
	match work.key {
		Some(key) => sealed::open_input(&map, key, work.artifact).map_err(|error| refused(&error)),
		// Whoever runs it gets no key: everybody sees that there is nothing to wait for.
		None if sealed::is_sealed(&map) => Err(refused(
			&"it names no owner and key, or its answers are to be compared by similarity",
		)),
		None => Ok(map),
	}
}

/// The results of the items that are asked for of `input`, in rising order.
fn run_items(
	model: &mut dyn Model,
	input: &TensorMap,
	work: Work<'_>,
) -> Result<TensorMap, Failure> {
	let Work { artifact, asked, batch, .. } = work;
	let not_there =
		|| Failure::new(FailureKind::Asked, "items are asked for that the job does not have");
	let digest = OnceCell::new();
	let seed = |index: u32| {
		let digest = digest.get_or_init(|| H256(tercet_walrus_client::digest(work.input)));
		item_seed(artifact, digest, index).0
	};
	if *asked == ItemSet::first(input.items()) {
		return Ok(model.run(input, &seed)?);
	}
	let some = input.select(asked).ok_or_else(not_there)?;
	if batch == Batch::Asked {
		// An item draws the same alone and among the others.
		let places: Vec<u32> = asked.iter().collect();
		let place = |index: u32| places.get(index as usize).copied().unwrap_or(index);
		match model.run(&some, &|index| seed(place(index))) {
			// A model may take batches of one size only.
			Err(EngineError::WrongShape { .. }) => {},
			outcome => return Ok(outcome?),
		}
	}
	model.run(input, &seed)?.select(asked).ok_or_else(not_there)
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_tensors::Tensor;

	const ARTIFACT: H256 = H256([5; 32]);

	/// Adds one; takes batches of one size only, if any is named, and notes their sizes, and the seed
	/// of the last item.
	#[derive(Default)]
	struct AddOne {
		only: Option<u32>,
		seen: Vec<u32>,
		seed: [u8; 32],
	}

	impl Model for AddOne {
		fn run(&mut self, input: &TensorMap, seed: Seed<'_>) -> Result<TensorMap, EngineError> {
			let items = input.items();
			if self.only.is_some_and(|only| only != items) {
				let (name, expected, found) = ("x".into(), vec![], vec![items as usize]);
				return Err(EngineError::WrongShape { name, expected, found });
			}
			self.seen.push(items);
			self.seed = seed(items - 1);
			let values = input.tensor("x").unwrap().to_u8().unwrap();
			let values: Vec<u8> = values.iter().map(|value| value + 1).collect();
			Ok(TensorMap::new([("y", Tensor::u8(&[values.len()], &values).unwrap())]).unwrap())
		}
	}

	fn input() -> TensorMap {
		TensorMap::new([("x", Tensor::u8(&[4], &[10, 20, 30, 40]).unwrap())]).unwrap()
	}

	fn run(only: Option<u32>, asked: &[u32], batch: Batch) -> (Result<Vec<u8>, Failure>, Vec<u32>) {
		let mut model = AddOne { only, ..AddOne::default() };
		let output = run_with(&mut model, asked, batch);
		(output.map(|output| output.tensor("y").unwrap().to_u8().unwrap()), model.seen)
	}

	fn run_with(model: &mut AddOne, asked: &[u32], batch: Batch) -> Result<TensorMap, Failure> {
		let (input, asked) = (input(), asked.iter().copied().collect());
		let bytes = input.to_canonical_bytes().into();
		let work = Work {
			artifact: &ARTIFACT,
			input: &bytes,
			declared: 4,
			asked: &asked,
			batch,
			vectors_only: false,
			key: None,
		};
		run_items(model, &input, work)
	}

	#[test]
	fn answer_gives_an_item_the_same_seed_whatever_runs_beside_it() {
		let seed = |asked: &[u32], batch| {
			let mut model = AddOne::default();
			run_with(&mut model, asked, batch).unwrap();
			model.seed
		};
		let last = seed(&[0, 1, 2, 3], Batch::Asked);
		for (asked, batch) in
			[(&[3][..], Batch::Asked), (&[1, 3], Batch::Asked), (&[3], Batch::Whole)]
		{
			assert_eq!(seed(asked, batch), last, "{asked:?}");
		}
		assert_ne!(seed(&[2], Batch::Asked), last);
	}

	#[test]
	fn answer_runs_only_those_asked_for_when_the_batch_may_have_any_size() {
		for (asked, expected) in
			[(&[0, 1, 2, 3][..], &[11, 21, 31, 41][..]), (&[1, 3], &[21, 41]), (&[0], &[11])]
		{
			let (values, seen) = run(None, asked, Batch::Asked);
			assert_eq!(values.unwrap(), expected);
			assert_eq!(seen, [asked.len() as u32]);
		}
	}

	#[test]
	fn answer_runs_the_whole_batch_when_its_shape_counts() {
		for (only, batch) in [(None, Batch::Whole), (Some(4), Batch::Asked)] {
			let (values, seen) = run(only, &[1, 3], batch);
			assert_eq!(values.unwrap(), [21, 41]);
			assert_eq!(seen, [4]);
		}
	}

	#[test]
	fn answer_fails_when_an_item_does_not_exist_or_none_is_asked_for() {
		for asked in [&[4][..], &[]] {
			for batch in [Batch::Asked, Batch::Whole] {
				let (values, _) = run(None, asked, batch);
				assert_eq!(values.unwrap_err().kind, FailureKind::Asked, "{asked:?}");
			}
		}
	}

	#[test]
	fn answer_fails_when_the_input_is_not_what_the_job_says() {
		let mut model = AddOne::default();
		let bytes = input().to_canonical_bytes();
		let mut fails = |bytes: &[u8], declared| {
			let bytes = Bytes::copy_from_slice(bytes);
			let (asked, batch) = (ItemSet::first(declared), Batch::Asked);
			let work = Work {
				artifact: &ARTIFACT,
				input: &bytes,
				declared,
				asked: &asked,
				batch,
				vectors_only: false,
				key: None,
			};
			answer(&mut model, work).unwrap_err()
		};
		for failure in [fails(&bytes, 3), fails(&bytes, 5), fails(&bytes[1..], 4), fails(b"", 4)] {
			assert_eq!(failure.kind, FailureKind::Input, "{failure}");
		}
	}
}
