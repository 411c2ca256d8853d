//! The blob id by its definition: every sliver coded and hashed on its own, nothing shared.

use blake2b_simd::Params;

/// A 32-byte hash.
type Hash = [u8; 32];

fn hash(parts: &[&[u8]]) -> Hash {
	let mut state = Params::new().hash_length(32).to_state();
	for part in parts {
		state.update(part);
	}
	state.finalize().as_bytes().try_into().unwrap()
}

/// The Merkle root of a list of leaves.
fn root<'a>(leaves: impl Iterator<Item = &'a [u8]>) -> Hash {
	let mut nodes: Vec<Hash> = leaves.map(|leaf| hash(&[&[0], leaf])).collect();
	while nodes.len() > 1 {
		if nodes.len() % 2 == 1 {
			nodes.push([0; 32]);
		}
		nodes = nodes.chunks(2).map(|pair| hash(&[&[1], &pair[0], &pair[1]])).collect();
	}
	nodes[0]
}

/// A list of symbols, coded to `n` symbols.
fn code(symbols: &[Vec<u8>], n: usize) -> Vec<Vec<u8>> {
	let mut all = symbols.to_vec();
	if n > symbols.len() {
		let missing = n - symbols.len();
		let coded = reed_solomon_simd::encode(symbols.len(), missing, symbols).unwrap();
		all.extend(coded);
	}
	all
}

/// The blob id of `data` for `n` shards.
pub fn blob_id(data: &[u8], n: usize) -> Hash {
	let f = (n - 1) / 3;
	let (k1, k2) = (n - 2 * f, n - f);
	let mut size = data.len().div_ceil(k1 * k2).max(1);
	size += size % 2;
	let mut padded = data.to_vec();
	padded.resize(k1 * k2 * size, 0);
	let symbol = |row: usize, column: usize| {
		let first = (row * k2 + column) * size;
		padded[first..first + size].to_vec()
	};

	let columns: Vec<Vec<Vec<u8>>> = (0..k2)
		.map(|column| code(&(0..k1).map(|row| symbol(row, column)).collect::<Vec<_>>(), n))
		.collect();
	let rows: Vec<Vec<Vec<u8>>> = (0..k1)
		.map(|row| code(&(0..k2).map(|column| symbol(row, column)).collect::<Vec<_>>(), n))
		.collect();
	let primary = (0..n).map(|row| {
		let sliver: Vec<Vec<u8>> = columns.iter().map(|column| column[row].clone()).collect();
		root(code(&sliver, n).iter().map(Vec::as_slice))
	});
	let secondary: Vec<Hash> = (0..n)
		.map(|column| {
			let sliver: Vec<Vec<u8>> = rows.iter().map(|row| row[column].clone()).collect();
			root(code(&sliver, n).iter().map(Vec::as_slice))
		})
		.collect();
	let pairs: Vec<Vec<u8>> = primary
		.enumerate()
		.map(|(index, primary)| [primary, secondary[n - 1 - index]].concat())
		.collect();
	let root = root(pairs.iter().map(Vec::as_slice));
	hash(&[&[1], &(data.len() as u64).to_le_bytes(), &root])
}
