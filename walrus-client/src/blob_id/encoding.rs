//! Shape of the encoding, and its first half: the columns of the data matrix, expanded.
//!
//! The blob is a matrix of k1 × k2 symbols, filled row by row and padded with zeros. Each column is
//! Reed-Solomon coded from k1 to n symbols; the n rows that result are the *primary slivers*.
//!
//! The code works on 16-bit elements, each position on its own, so all columns are coded by one
//! call whose shards are whole rows. Only the order of the bytes needs care. The codec takes blocks
//! of 64 bytes that hold the 32 low bytes of 32 elements and then their 32 high bytes; a Walrus
//! symbol is one shard of a code of its own, laid out the same way except that its last block is
//! shorter. [`put`] and [`take`] move a symbol to and from any run of elements of a longer shard.

use reed_solomon_simd::ReedSolomonEncoder;
use std::num::NonZeroU16;

/// Elements of a block of the codec, and half its bytes.
const LANES: usize = 32;

/// What follows from the number of shards and the length of the blob.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
	/// Shards, slivers of either kind, symbols of an expanded sliver.
	pub n: usize,
	/// Rows of the data matrix: symbols of a column before its expansion.
	pub k1: usize,
	/// Columns of the data matrix: symbols of a row before its expansion.
	pub k2: usize,
	/// Bytes of a symbol, even and not zero.
	pub symbol: usize,
}

impl Shape {
	pub fn new(n_shards: NonZeroU16, len: usize) -> Self {
		let n = usize::from(n_shards.get());
		// As many shards may be faulty as Byzantine agreement bears.
		let faulty = (n - 1) / 3;
		let (k1, k2) = (n - 2 * faulty, n - faulty);
		let symbol = len.div_ceil(k1 * k2).max(1).next_multiple_of(2);
		Self { n, k1, k2, symbol }
	}

	/// 16-bit elements of a symbol.
	pub fn elements(&self) -> usize {
		self.symbol / 2
	}
}

/// Bytes of a shard of the codec that holds `elements`, in whole blocks.
pub(super) fn shard_bytes(elements: usize) -> usize {
	elements.div_ceil(LANES) * 2 * LANES
}

/// Where the low byte of an element is; its high byte is `LANES` further on.
fn low_byte(element: usize) -> usize {
	element / LANES * 2 * LANES + element % LANES
}

/// Writes `symbol` to the elements of `shard` that begin with number `first`.
pub(super) fn put(shard: &mut [u8], first: usize, symbol: &[u8]) {
	if let [low, high] = symbol {
		let at = low_byte(first);
		shard[at] = *low;
		shard[at + LANES] = *high;
		return;
	}
	for (index, block) in symbol.chunks(2 * LANES).enumerate() {
		let (low, high) = block.split_at(block.len() / 2);
		for (at, from, len) in runs(first + index * LANES, low.len()) {
			shard[at..at + len].copy_from_slice(&low[from..from + len]);
			shard[at + LANES..at + LANES + len].copy_from_slice(&high[from..from + len]);
		}
	}
}

/// Reads `symbol` back from the elements of `shard` that begin with number `first`.
pub(super) fn take(shard: &[u8], first: usize, symbol: &mut [u8]) {
	if let [low, high] = symbol {
		let at = low_byte(first);
		*low = shard[at];
		*high = shard[at + LANES];
		return;
	}
	for (index, block) in symbol.chunks_mut(2 * LANES).enumerate() {
		let (low, high) = block.split_at_mut(block.len() / 2);
		for (at, from, len) in runs(first + index * LANES, low.len()) {
			low[from..from + len].copy_from_slice(&shard[at..at + len]);
			high[from..from + len].copy_from_slice(&shard[at + LANES..at + LANES + len]);
		}
	}
}

/// The contiguous pieces of `count` elements from number `first` on: byte position of the low half
/// in the shard, elements before the piece, elements in it.
fn runs(first: usize, count: usize) -> impl Iterator<Item = (usize, usize, usize)> {
	let mut done = 0;
	std::iter::from_fn(move || {
		let element = first + done;
		let len = (LANES - element % LANES).min(count - done);
		let run = (low_byte(element), done, len);
		done += len;
		(len > 0).then_some(run)
	})
}

/// The data matrix and the code that turns it into primary slivers.
pub(super) struct Primary {
	shape: Shape,
	row_bytes: usize,
	/// The k1 rows of data, in the codec's order of bytes.
	data: Vec<u8>,
	code: Option<ReedSolomonEncoder>,
}

impl Primary {
	pub fn new(shape: Shape, data: &[u8]) -> Self {
		let row_bytes = shard_bytes(shape.k2 * shape.elements());
		let mut rows = vec![0; shape.k1 * row_bytes];
		for (row, bytes) in rows.chunks_mut(row_bytes).zip(data.chunks(shape.k2 * shape.symbol)) {
			for (column, symbol) in bytes.chunks(shape.symbol).enumerate() {
				let first = column * shape.elements();
				if symbol.len() == shape.symbol {
					put(row, first, symbol);
				} else {
					let mut padded = vec![0; shape.symbol];
					padded[..symbol.len()].copy_from_slice(symbol);
					put(row, first, &padded);
				}
			}
		}
		let code = encoder(shape.k1, shape.n, row_bytes);
		Self { shape, row_bytes, data: rows, code }
	}

	/// Codes all columns. The rows borrow from this, since they may be large.
	pub fn encode(&mut self) -> PrimarySlivers<'_> {
		let Self { shape, row_bytes, data, code } = self;
		let recovery = code.as_mut().map(|code| {
			for row in data.chunks(*row_bytes) {
				code.add_original_shard(row).expect("k1 rows of the announced length; qed");
			}
			code.encode().expect("all k1 rows were added; qed")
		});
		PrimarySlivers { k1: shape.k1, row_bytes: *row_bytes, data, recovery }
	}
}

/// The n primary slivers, each of k2 symbols in the codec's order of bytes.
pub(super) struct PrimarySlivers<'a> {
	k1: usize,
	row_bytes: usize,
	data: &'a [u8],
	recovery: Option<reed_solomon_simd::EncoderResult<'a>>,
}

impl PrimarySlivers<'_> {
	/// All rows in order.
	pub fn rows(&self) -> Vec<&[u8]> {
		let coded = self.recovery.iter().flat_map(|result| result.recovery_iter());
		debug_assert_eq!(self.data.len(), self.k1 * self.row_bytes);
		self.data.chunks(self.row_bytes).chain(coded).collect()
	}
}

/// The code from `data` to `total` shards; none if there is nothing to add (up to three shards).
pub(super) fn encoder(data: usize, total: usize, shard_bytes: usize) -> Option<ReedSolomonEncoder> {
	let recovery = total - data;
	(recovery > 0).then(|| {
		ReedSolomonEncoder::new(data, recovery, shard_bytes)
			.expect("n is at most MAX_SHARDS and shards are whole blocks; qed")
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn take_returns_what_put_wrote_at_any_offset() {
		for len in (2..200).step_by(2) {
			for first in [0, 1, 31, 32, 45, 64] {
				let symbol: Vec<u8> = (0..len as u8).map(|byte| byte ^ 0x5a).collect();
				let mut shard = vec![0xff; shard_bytes(first + len / 2)];
				put(&mut shard, first, &symbol);
				let mut back = vec![0; len];
				take(&shard, first, &mut back);
				assert_eq!(back, symbol, "length {len}, first {first}");
			}
		}
	}

	#[test]
	fn whole_blocks_keep_their_order() {
		let symbol: Vec<u8> = (0..128).collect();
		let mut shard = vec![0; 128];
		put(&mut shard, 0, &symbol);
		assert_eq!(shard, symbol);
	}

	#[test]
	fn shape_follows_the_byzantine_bound() {
		let shape = |n, len| {
			let shape = Shape::new(NonZeroU16::new(n).unwrap(), len);
			(shape.k1, shape.k2, shape.symbol)
		};
		assert_eq!(shape(1, 0), (1, 1, 2));
		assert_eq!(shape(7, 15), (3, 5, 2));
		assert_eq!(shape(7, 31), (3, 5, 4));
		assert_eq!(shape(1000, 12), (334, 667, 2));
		assert_eq!(shape(1000, 10 << 20), (334, 667, 48));
	}
}
