//! The second half: rows expanded from k2 to n symbols, and the Merkle roots of all slivers.
//!
//! Rows and columns of the n × n matrix are coded by linear codes that commute, so the symbol
//! (i, j) is the same whether it is reached through primary sliver i or secondary sliver j. One pass
//! over the rows therefore serves both: every symbol is made and hashed once, a row's hashes give
//! the root of its primary sliver, and are added to the n growing trees of the secondary slivers.
//! No more than a block of rows is ever held in expanded form.

use super::{
	encoding::{encoder, put, shard_bytes, take, PrimarySlivers, Shape},
	merkle::{Forest, Hash, LeafHasher, TreeHasher},
};
use reed_solomon_simd::ReedSolomonEncoder;
use std::{
	num::NonZeroUsize,
	sync::atomic::{AtomicUsize, Ordering},
	thread,
};

/// Rows that are coded together: enough to fill the codec's 64-byte blocks with 2-byte symbols, and
/// a power of two, so that a block of rows is a complete subtree of every column.
const MAX_BLOCK: usize = 64;

/// Working memory that one block's coding may take, in bytes, before blocks become smaller.
const BLOCK_BUDGET: usize = 16 << 20;

/// More threads would steal from the work that the machine is there for.
const MAX_THREADS: usize = 4;

/// The Merkle roots of all slivers.
pub(super) struct Roots {
	/// Root of primary sliver i at i.
	pub primary: Vec<Hash>,
	/// Root of secondary sliver j at j.
	pub secondary: Vec<Hash>,
}

/// What a block of rows contributes.
struct Block {
	primary: Vec<Hash>,
	/// One node of every column's tree: the subtree over the rows of this block.
	columns: Vec<Hash>,
}

/// Expands every primary sliver and hashes every sliver of either kind.
pub(super) fn sliver_roots(shape: Shape, slivers: &PrimarySlivers<'_>) -> Roots {
	let rows = slivers.rows();
	let rows_per_block = block_rows(shape);
	let blocks: Vec<&[&[u8]]> = rows.chunks(rows_per_block).collect();
	let leaves = LeafHasher::new(shape);
	let base = if blocks.len() > 1 { rows_per_block.ilog2() as usize } else { 0 };

	let done = run_all(&blocks, || Expander::new(shape, rows_per_block, &leaves, base));

	let mut primary = Vec::with_capacity(shape.n);
	let mut columns = Forest::new(base);
	let mut hasher = TreeHasher::new(leaves.blank());
	for block in done {
		primary.extend(block.primary);
		columns.push(block.columns, &mut hasher);
	}
	Roots { primary, secondary: columns.finish(base, &mut hasher) }
}

/// The largest power of two of rows that respects the limits.
fn block_rows(shape: Shape) -> usize {
	// The codec works in place on a power of two of shards, at most twice n.
	let row_cost = 2 * shape.n.next_power_of_two() * shape.symbol;
	let affordable = (BLOCK_BUDGET / row_cost).max(1);
	1 << affordable.min(MAX_BLOCK).ilog2()
}

/// Runs every block through expanders, one per thread, and returns the results in order.
fn run_all<'a>(blocks: &[&[&[u8]]], expander: impl Fn() -> Expander<'a> + Sync) -> Vec<Block> {
	let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
	let threads = threads.min(MAX_THREADS).min(blocks.len());
	let next = AtomicUsize::new(0);
	let work = || {
		let mut expander = expander();
		let mut done = Vec::new();
		loop {
			let index = next.fetch_add(1, Ordering::Relaxed);
			let Some(rows) = blocks.get(index) else { return done };
			done.push((index, expander.expand(rows)));
		}
	};
	let mut done = thread::scope(|scope| {
		let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
		let mut done = work();
		for helper in helpers {
			done.extend(helper.join().expect("expanding a block does not panic; qed"));
		}
		done
	});
	done.sort_unstable_by_key(|(index, _)| *index);
	done.into_iter().map(|(_, block)| block).collect()
}

/// What one thread needs to expand blocks, reused from block to block.
struct Expander<'a> {
	shape: Shape,
	leaves: &'a LeafHasher,
	hasher: TreeHasher,
	code: Option<ReedSolomonEncoder>,
	/// Level of the nodes that a block returns for the columns.
	level: usize,
	/// One column of a block, as the codec takes it.
	shard: Vec<u8>,
	/// One expanded row, as symbols.
	symbols: Vec<u8>,
}

impl<'a> Expander<'a> {
	fn new(shape: Shape, block_rows: usize, leaves: &'a LeafHasher, level: usize) -> Self {
		let shard = vec![0; shard_bytes(block_rows * shape.elements())];
		Self {
			shape,
			leaves,
			hasher: TreeHasher::new(leaves.blank()),
			code: encoder(shape.k2, shape.n, shard.len()),
			level,
			shard,
			symbols: vec![0; shape.n * shape.symbol],
		}
	}

	/// Expands some rows, not more than the block that this was made for.
	fn expand(&mut self, rows: &[&[u8]]) -> Block {
		let Self { shape, leaves, hasher, code, level, shard, symbols } = self;
		let (size, elements) = (shape.symbol, shape.elements());
		let coded = code.as_mut().map(|code| {
			let mut symbol = vec![0; size];
			for column in 0..shape.k2 {
				// A last block with fewer rows leaves old elements behind it: no matter, since
				// every element is coded on its own and those are not read.
				for (index, row) in rows.iter().enumerate() {
					take(row, column * elements, &mut symbol);
					put(shard, index * elements, &symbol);
				}
				code.add_original_shard(&*shard).expect("k2 shards of the announced length; qed");
			}
			code.encode().expect("all k2 columns were added; qed")
		});

		let mut primary = Vec::with_capacity(rows.len());
		let mut columns = Forest::new(0);
		for (index, row) in rows.iter().enumerate() {
			let (plain, expanded) = symbols.split_at_mut(shape.k2 * size);
			for (column, symbol) in plain.chunks_mut(size).enumerate() {
				take(row, column * elements, symbol);
			}
			for (result, symbol) in
				coded.iter().flat_map(|coded| coded.recovery_iter()).zip(expanded.chunks_mut(size))
			{
				take(result, index * elements, symbol);
			}
			let line = leaves.hash(symbols);
			primary.push(hasher.root(line.clone()));
			columns.push(line, hasher);
		}
		Block { primary, columns: columns.finish(*level, hasher) }
	}
}
