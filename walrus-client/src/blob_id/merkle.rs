//! Walrus' Merkle trees, hashed in batches.
//!
//! A leaf is `H(00 ‖ data)`, an inner node `H(01 ‖ left ‖ right)`, and a level of odd length gets a
//! sibling of 32 zero bytes; H is BLAKE2b-256. At 1000 shards an id takes two million inner nodes
//! and a million leaves, so what counts here is to hash several messages per instruction, and to
//! hash nothing twice that is known: 2-byte symbols have only 65,536 leaves, and the padding of the
//! data makes whole subtrees of zeros.

use super::{encoding::Shape, expansion::Roots};
use blake2b_simd::{
	many::{hash_many, HashManyJob},
	Params,
};
use std::sync::OnceLock;

/// A node of a tree.
pub(super) type Hash = [u8; 32];

/// What takes the place of a missing sibling.
const NO_SIBLING: Hash = [0; 32];

/// Messages per batch: several times the lanes of any instruction set.
const BATCH: usize = 16;

const LEAF: u8 = 0;
const INNER: u8 = 1;

/// Bytes of an inner node's message.
const INNER_LEN: usize = 1 + 2 * 32;

/// Levels of the tallest tree, the root of 2^16 leaves included.
const MAX_LEVELS: usize = 17;

fn params() -> Params {
	let mut params = Params::new();
	params.hash_length(32);
	params
}

fn to_hash(hash: blake2b_simd::Hash) -> Hash {
	hash.as_bytes().try_into().expect("hashes have the length set in params(); qed")
}

fn inner(left: &Hash, right: &Hash) -> Hash {
	let mut message = [INNER; INNER_LEN];
	message[1..33].copy_from_slice(left);
	message[33..].copy_from_slice(right);
	to_hash(params().hash(&message))
}

/// Hashes messages of equal length that lie one after another.
fn hash_all(params: &Params, messages: &[u8], len: usize, mut each: impl FnMut(usize, Hash)) {
	for (batch, messages) in messages.chunks(BATCH * len).enumerate() {
		let count = messages.len() / len;
		let mut jobs: [_; BATCH] = std::array::from_fn(|index| {
			// Positions past the end repeat the last message, and are not run.
			let at = index.min(count - 1) * len;
			HashManyJob::new(params, &messages[at..at + len])
		});
		hash_many(&mut jobs[..count]);
		for (index, job) in jobs[..count].iter().enumerate() {
			each(batch * BATCH + index, to_hash(job.to_hash()));
		}
	}
}

/// The leaves of all 2-byte symbols, in the order of their little-endian values: 2 MiB, made once.
fn pair_leaves() -> &'static [Hash] {
	static LEAVES: OnceLock<Vec<Hash>> = OnceLock::new();
	LEAVES.get_or_init(|| {
		let symbols: Vec<u8> = (0..=u16::MAX).flat_map(u16::to_le_bytes).collect();
		hash_leaves(&symbols, 2)
	})
}

fn hash_leaves(symbols: &[u8], len: usize) -> Vec<Hash> {
	let mut messages = Vec::with_capacity(symbols.len() / len * (len + 1));
	for symbol in symbols.chunks(len) {
		messages.push(LEAF);
		messages.extend_from_slice(symbol);
	}
	let mut hashes = vec![NO_SIBLING; symbols.len() / len];
	hash_all(&params(), &messages, len + 1, |index, hash| hashes[index] = hash);
	hashes
}

/// Turns symbols into leaves.
pub(super) struct LeafHasher {
	symbol: usize,
	/// Leaves by value, where there are more symbols than values.
	table: Option<&'static [Hash]>,
	/// The symbol of zeros, and its leaf.
	zeros: Vec<u8>,
	blank: Hash,
}

impl LeafHasher {
	pub fn new(shape: Shape) -> Self {
		let zeros = vec![0; shape.symbol];
		Self {
			symbol: shape.symbol,
			table: (shape.symbol == 2 && shape.n >= 256).then(pair_leaves),
			blank: hash_leaves(&zeros, shape.symbol)[0],
			zeros,
		}
	}

	/// The leaf of a symbol of zeros.
	pub fn blank(&self) -> Hash {
		self.blank
	}

	/// The leaves of symbols that lie one after another.
	pub fn hash(&self, symbols: &[u8]) -> Vec<Hash> {
		if let Some(table) = self.table {
			let value = |pair: &[u8]| usize::from(u16::from_le_bytes([pair[0], pair[1]]));
			return symbols.chunks_exact(2).map(|pair| table[value(pair)]).collect();
		}
		// Rows of padding: most of them, where symbols are longer than the data needs.
		if symbols.chunks(self.symbol).all(|symbol| symbol == self.zeros) {
			return vec![self.blank; symbols.len() / self.symbol];
		}
		hash_leaves(symbols, self.symbol)
	}
}

/// Hashes inner nodes in batches, and knows the roots of subtrees of zeros.
///
/// Parents overwrite the list that their children came from. That is safe although they are written
/// later than asked for, since a parent's place is never behind that of a child still to be read.
pub(super) struct TreeHasher {
	params: Params,
	/// At each level, the root of a complete subtree over symbols of zeros.
	blank: [Hash; MAX_LEVELS],
	messages: [u8; BATCH * INNER_LEN],
	places: [usize; BATCH],
	waiting: usize,
}

impl TreeHasher {
	pub fn new(blank_leaf: Hash) -> Self {
		let mut blank = [blank_leaf; MAX_LEVELS];
		for level in 1..MAX_LEVELS {
			blank[level] = inner(&blank[level - 1], &blank[level - 1]);
		}
		let messages = [INNER; BATCH * INNER_LEN];
		Self { params: params(), blank, messages, places: [0; BATCH], waiting: 0 }
	}

	/// The root over a list of leaves.
	pub fn root(&mut self, mut nodes: Vec<Hash>) -> Hash {
		let mut level = 0;
		while nodes.len() > 1 {
			if nodes.len() % 2 == 1 {
				nodes.push(NO_SIBLING);
			}
			let parents = nodes.len() / 2;
			for place in 0..parents {
				let (left, right) = (nodes[2 * place], nodes[2 * place + 1]);
				self.parent(level, &left, &right, place, &mut nodes);
			}
			self.flush(&mut nodes);
			nodes.truncate(parents);
			level += 1;
		}
		nodes[0]
	}

	/// Replaces every node of `left`, all at `level`, by its parent with the same node of `right`.
	fn join(&mut self, level: usize, left: &mut [Hash], right: &[Hash]) {
		for (place, right) in right.iter().enumerate() {
			let node = left[place];
			self.parent(level, &node, right, place, left);
		}
		self.flush(left);
	}

	fn parent(&mut self, level: usize, left: &Hash, right: &Hash, place: usize, out: &mut [Hash]) {
		let blank = &self.blank[level];
		if left == blank && right == blank {
			out[place] = self.blank[level + 1];
			return;
		}
		let message = &mut self.messages[self.waiting * INNER_LEN..][..INNER_LEN];
		message[1..33].copy_from_slice(left);
		message[33..].copy_from_slice(right);
		self.places[self.waiting] = place;
		self.waiting += 1;
		if self.waiting == BATCH {
			self.flush(out);
		}
	}

	/// Hashes what is waiting and writes it to its places.
	fn flush(&mut self, out: &mut [Hash]) {
		let messages = &self.messages[..self.waiting * INNER_LEN];
		hash_all(&self.params, messages, INNER_LEN, |index, hash| out[self.places[index]] = hash);
		self.waiting = 0;
	}
}

/// Many trees of the same shape that grow together, one leaf each at a time.
///
/// A list of nodes, one per tree, waits at a level until the next one of that level comes: that is
/// binary counting, and keeps log2(leaves) lists instead of all leaves.
pub(super) struct Forest {
	/// The level of what is pushed.
	base: usize,
	pushed: usize,
	/// What waits, from `base` upwards.
	waiting: Vec<Option<Vec<Hash>>>,
}

impl Forest {
	pub fn new(base: usize) -> Self {
		Self { base, pushed: 0, waiting: Vec::new() }
	}

	/// Adds one node to each tree.
	pub fn push(&mut self, nodes: Vec<Hash>, hasher: &mut TreeHasher) {
		self.pushed += 1;
		self.carry(0, nodes, hasher);
	}

	fn carry(&mut self, mut height: usize, mut nodes: Vec<Hash>, hasher: &mut TreeHasher) {
		loop {
			if self.waiting.len() == height {
				self.waiting.push(None);
			}
			let Some(mut left) = self.waiting[height].take() else {
				self.waiting[height] = Some(nodes);
				return;
			};
			hasher.join(self.base + height, &mut left, &nodes);
			nodes = left;
			height += 1;
		}
	}

	/// The roots of all trees, at `level` at least: lower ones are given missing siblings up to
	/// there, as befits parts of larger trees.
	pub fn finish(mut self, level: usize, hasher: &mut TreeHasher) -> Vec<Hash> {
		let mut height = 0;
		loop {
			let alone = self.pushed.div_ceil(1 << height) == 1;
			let odd = self.waiting.get_mut(height).and_then(Option::take);
			match odd {
				Some(roots) if alone && self.base + height >= level => return roots,
				Some(mut nodes) => {
					let missing = vec![NO_SIBLING; nodes.len()];
					hasher.join(self.base + height, &mut nodes, &missing);
					height += 1;
					self.carry(height, nodes, hasher);
				},
				None => height += 1,
			}
		}
	}
}

/// The blob id from the roots of the slivers: shard i holds primary sliver i and secondary sliver
/// n − 1 − i, and the tree over these pairs is bound to the encoding and the length.
pub(super) fn blob_id(roots: &Roots, len: u64) -> Hash {
	/// Reed-Solomon, the only encoding that Walrus names today.
	const ENCODING: u8 = 1;

	let pairs: Vec<u8> = roots
		.primary
		.iter()
		.zip(roots.secondary.iter().rev())
		.flat_map(|(primary, secondary)| [*primary, *secondary])
		.flatten()
		.collect();
	let root = TreeHasher::new(NO_SIBLING).root(hash_leaves(&pairs, 64));
	let mut message = vec![ENCODING];
	message.extend_from_slice(&len.to_le_bytes());
	message.extend_from_slice(&root);
	to_hash(params().hash(&message))
}

#[cfg(test)]
mod tests {
	use super::*;

	fn plain_root(mut nodes: Vec<Hash>) -> Hash {
		while nodes.len() > 1 {
			if nodes.len() % 2 == 1 {
				nodes.push(NO_SIBLING);
			}
			nodes = nodes.chunks(2).map(|pair| inner(&pair[0], &pair[1])).collect();
		}
		nodes[0]
	}

	fn leaves(count: usize) -> Vec<Hash> {
		(0..count).map(|index| hash_leaves(&index.to_le_bytes(), 8)[0]).collect()
	}

	#[test]
	fn root_equals_the_plain_definition() {
		let mut hasher = TreeHasher::new(hash_leaves(&[0, 0], 2)[0]);
		for count in 1..200 {
			assert_eq!(hasher.root(leaves(count)), plain_root(leaves(count)), "{count} leaves");
		}
	}

	#[test]
	fn root_equals_the_plain_definition_when_leaves_are_blank() {
		let blank = hash_leaves(&[0, 0], 2)[0];
		let mut hasher = TreeHasher::new(blank);
		for count in 1..70 {
			for data in [0, 1, count / 2, count - 1] {
				let mut nodes = leaves(count);
				nodes[data..].fill(blank);
				assert_eq!(hasher.root(nodes.clone()), plain_root(nodes), "{data} of {count}");
			}
		}
	}

	#[test]
	fn forest_equals_a_tree_per_column() {
		let mut hasher = TreeHasher::new(NO_SIBLING);
		for rows in 1..70 {
			let mut forest = Forest::new(0);
			for leaf in leaves(rows) {
				forest.push(vec![leaf, NO_SIBLING, leaf], &mut hasher);
			}
			let roots = forest.finish(0, &mut hasher);
			let other = plain_root(vec![NO_SIBLING; rows]);
			assert_eq!(roots, [plain_root(leaves(rows)), other, plain_root(leaves(rows))]);
		}
	}

	#[test]
	fn table_equals_hashing() {
		for value in [0, 1, 255, 256, 0x1234, u16::MAX] {
			let symbol = value.to_le_bytes();
			assert_eq!(pair_leaves()[usize::from(value)], hash_leaves(&symbol, 2)[0]);
		}
	}
}
