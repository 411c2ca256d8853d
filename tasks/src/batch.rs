//! Which items go through a graph together.
//!
//! The shape of a batch changes the bits of float results. So the batches of a map are a pure
//! function of the whole map: honest executors of one job build the same ones, in the same order.
//! Items are sorted by length (then by index), so that little is padded.

use crate::limits::MAX_BATCH_ROWS;

/// How rows may share a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
	/// Shorter rows are padded.
	Padded,
	/// All rows of a batch are equally long.
	EqualLengths,
}

/// One item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
	/// Its length.
	pub length: usize,
	/// By how much it may grow.
	pub growth: usize,
}

/// What no batch exceeds. One row alone is always a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
	/// Rows, and never more than [`MAX_BATCH_ROWS`].
	pub rows: usize,
	/// Rows × longest, growth included.
	pub total: usize,
	/// Longest, with the most that any row may grow: padded rows end where the longest ends.
	pub longest: usize,
	/// Whether rows may differ in length.
	pub mix: Mix,
}

/// Batches of positions in `rows`.
pub(crate) fn plan(rows: &[Row], bounds: Bounds) -> Vec<Vec<usize>> {
	let most = bounds.rows.clamp(1, MAX_BATCH_ROWS);
	let mut order: Vec<(usize, Row)> = rows.iter().copied().enumerate().collect();
	order.sort_by_key(|(index, row)| (row.length, *index));
	let mut batches: Vec<Vec<usize>> = Vec::new();
	let (mut first, mut growth) = (0, 0);
	for (index, row) in order {
		let together = growth.max(row.growth);
		// The newest row is the longest.
		let longest = row.length.saturating_add(together);
		match batches.last_mut() {
			Some(batch)
				if batch.len() < most
					&& (bounds.mix == Mix::Padded || row.length == first)
					&& longest <= bounds.longest
					&& (batch.len() + 1).saturating_mul(longest) <= bounds.total =>
			{
				batch.push(index);
				growth = together;
			},
			_ => {
				batches.push(vec![index]);
				(first, growth) = (row.length, row.growth);
			},
		}
	}
	batches
}

/// Rows that do not grow.
pub(crate) fn rows(lengths: impl IntoIterator<Item = usize>) -> Vec<Row> {
	lengths.into_iter().map(|length| Row { length, growth: 0 }).collect()
}

#[cfg(test)]
mod tests {
	use proptest::prelude::*;

	use super::*;

	const BOUNDS: Bounds = Bounds { rows: 9, total: 99, longest: 99, mix: Mix::Padded };

	#[test]
	fn plan_puts_like_with_like_when_lengths_differ() {
		let rows = rows([5, 1, 5, 2]);
		assert_eq!(plan(&rows, Bounds { rows: 2, ..BOUNDS }), [vec![1, 3], vec![0, 2]]);
		assert_eq!(plan(&rows, BOUNDS), [vec![1, 3, 0, 2]]);
		let equal = plan(&rows, Bounds { mix: Mix::EqualLengths, ..BOUNDS });
		assert_eq!(equal, [vec![1], vec![3], vec![0, 2]]);
		assert_eq!(plan(&rows, Bounds { total: 10, ..BOUNDS }), [vec![1, 3], vec![0, 2]]);
		assert!(plan(&[], BOUNDS).is_empty());
	}

	#[test]
	fn plan_leaves_room_when_rows_grow() {
		let (short, long) = (Row { length: 1, growth: 9 }, Row { length: 9, growth: 1 });
		assert_eq!(plan(&[short, long], Bounds { longest: 10, ..BOUNDS }), [vec![0], vec![1]]);
		assert_eq!(plan(&[short, long], Bounds { longest: 18, ..BOUNDS }), [vec![0, 1]]);
		assert_eq!(plan(&[short, long], Bounds { total: 35, ..BOUNDS }), [vec![0], vec![1]]);
	}

	proptest! {
		#[test]
		fn plan_has_every_item_once_and_keeps_its_bounds_when_rows_are_anything(
			sizes in prop::collection::vec((1usize..400, 0usize..100), 0..100),
			most in 0usize..50, total in 0usize..5000, longest in 0usize..500, padded: bool,
		) {
			let rows: Vec<_> =
				sizes.into_iter().map(|(length, growth)| Row { length, growth }).collect();
			let mix = if padded { Mix::Padded } else { Mix::EqualLengths };
			let batches = plan(&rows, Bounds { rows: most, total, longest, mix });
			let mut all: Vec<_> = batches.concat();
			all.sort_unstable();
			prop_assert_eq!(all, (0..rows.len()).collect::<Vec<_>>());
			for batch in batches.iter().filter(|batch| batch.len() > 1) {
				let of_batch: Vec<Row> = batch.iter().map(|index| rows[*index]).collect();
				let length = of_batch.iter().map(|row| row.length).max().unwrap();
				let end = length + of_batch.iter().map(|row| row.growth).max().unwrap();
				prop_assert!(batch.len() <= most.min(MAX_BATCH_ROWS));
				prop_assert!(end <= longest && batch.len() * end <= total);
				prop_assert!(padded || of_batch.iter().all(|row| row.length == length));
			}
		}
	}
}
