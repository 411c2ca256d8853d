//! Running some items of a job.

use tercet_primitives::ItemSet;
use tercet_tensors::TensorMap;

use super::Fault;
use crate::{compute::Runnable, engine::EngineError};

/// Which items go through the model together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Batch {
	/// Those asked for.
	Asked,
	/// All of the job; the others' results are dropped.
	Whole,
}

/// The results of the items `asked` of `input`, in rising order.
pub(super) fn run_items(
	model: &dyn Runnable,
	input: &TensorMap,
	asked: &ItemSet,
	batch: Batch,
) -> Result<TensorMap, Fault> {
	if *asked == ItemSet::first(input.items()) {
		return Ok(model.run(input)?);
	}
	if batch == Batch::Asked {
		match model.run(&input.select(asked).ok_or(Fault::Asked)?) {
			// A model may take batches of one size only.
			Err(EngineError::WrongShape { .. }) => {},
			outcome => return Ok(outcome?),
		}
	}
	model.run(input)?.select(asked).ok_or(Fault::Asked)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::Mutex;
	use tercet_tensors::Tensor;

	/// Adds one; takes batches of one size only, if any is named, and notes their sizes.
	struct AddOne {
		only: Option<u32>,
		seen: Mutex<Vec<u32>>,
	}

	impl Runnable for AddOne {
		fn run(&self, input: &TensorMap) -> Result<TensorMap, EngineError> {
			let items = input.items();
			if self.only.is_some_and(|only| only != items) {
				let (name, expected, found) = ("x".into(), vec![], vec![items as usize]);
				return Err(EngineError::WrongShape { name, expected, found });
			}
			self.seen.lock().unwrap().push(items);
			let values = input.tensor("x").unwrap().to_u8().unwrap();
			let values: Vec<u8> = values.iter().map(|value| value + 1).collect();
			Ok(TensorMap::new([("y", Tensor::u8(&[values.len()], &values).unwrap())]).unwrap())
		}
	}

	fn run(only: Option<u32>, asked: &[u32], batch: Batch) -> (Result<Vec<u8>, Fault>, Vec<u32>) {
		let model = AddOne { only, seen: Mutex::default() };
		let input = TensorMap::new([("x", Tensor::u8(&[4], &[10, 20, 30, 40]).unwrap())]).unwrap();
		let asked = asked.iter().copied().collect();
		let output = run_items(&model, &input, &asked, batch);
		let values = output.map(|output| output.tensor("y").unwrap().to_u8().unwrap());
		(values, model.seen.into_inner().unwrap())
	}

	#[test]
	fn run_items_runs_only_those_asked_for_when_the_batch_may_have_any_size() {
		for (asked, expected) in
			[(&[0, 1, 2, 3][..], &[11, 21, 31, 41][..]), (&[1, 3], &[21, 41]), (&[0], &[11])]
		{
			let (values, seen) = run(None, asked, Batch::Asked);
			assert_eq!(values.unwrap(), expected);
			assert_eq!(seen, [asked.len() as u32]);
		}
	}

	#[test]
	fn run_items_runs_the_whole_batch_when_its_shape_counts() {
		for (only, batch) in [(None, Batch::Whole), (Some(4), Batch::Asked)] {
			let (values, seen) = run(only, &[1, 3], batch);
			assert_eq!(values.unwrap(), [21, 41]);
			assert_eq!(seen, [4]);
		}
	}

	#[test]
	fn run_items_fails_when_an_item_does_not_exist_or_none_is_asked_for() {
		for asked in [&[4][..], &[]] {
			for batch in [Batch::Asked, Batch::Whole] {
				let (values, _) = run(None, asked, batch);
				assert!(matches!(values, Err(Fault::Asked)), "{asked:?}");
			}
		}
	}
}
