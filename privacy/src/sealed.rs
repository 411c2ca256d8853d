//! Maps whose items are sealed: inputs and results of private jobs.
//!
//! | tensor | shape of unsigned bytes | in | |
//! |---|---|---|---|
//! | `tercet/sealed` | `[items, width]` | both | the items, as [rows] |
//! | `tercet/owner` | `[items, 32]` | inputs | whose key it is: the requester's account, in every row |
//! | `tercet/commitment` | `[items, 32]` | inputs | [`JobKey::commitment`], in every row |
//!
//! A row is a nonce (24 bytes), what XChaCha20-Poly1305 makes of the item, its tag (16), and a byte
//! 0x80 that ends it. The item is the canonical encoding of that item alone, a byte 0x80, and zeros up
//! to a Padmé length. With it are authenticated whether it is input (0) or result (1), the digest of
//! the model's artifact, and the item's index in the job (u32, little-endian), which results of a part
//! of a job keep. The cipher's key and the nonce's key are keyed BLAKE2b-256 hashes of
//! `tercet/private-cipher/1` and `tercet/private-nonce/1`, under the key of the job; the nonce is a
//! keyed BLAKE2b-192 hash of all that is authenticated and the filled-up item.
//!
//! So equal results have equal bytes, whoever seals them, and the digest of an item depends on that
//! item alone: committees compare, narrow, patch and prove sealed results like any other.

use tercet_primitives::{AccountId32, ItemSet, H256};
use tercet_tensors::{
	rows::{self, SEALED},
	Dtype, Tensor, TensorMap, MAX_HEADER_BYTES,
};

use crate::{
	cipher::{Cipher, Place, Purpose},
	JobKey,
};

/// Name of the tensor that says whose key an input is sealed with.
pub const OWNER: &str = "tercet/owner";

/// Name of the tensor that says which key an input is sealed with.
pub const COMMITMENT: &str = "tercet/commitment";

/// Why nothing is sealed or opened.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
	/// The map has other tensors than sealed ones have.
	#[error("it is no map of sealed items")]
	Malformed,
	/// The map has another number of items.
	#[error("{found} items where {expected} should be")]
	Items {
		/// How many there should be.
		expected: u32,
		/// How many there are.
		found: u32,
	},
	/// It was not sealed with this key, for this model, in this place.
	#[error("item {0} does not open: it was sealed with another key, for another model or in another place, or changed since")]
	Refused(u32),
	/// What was sealed is no item, or has not the tensors that the first has.
	#[error("item {0} is none, or has other tensors than the first")]
	Content(u32),
	/// The items are too large together.
	#[error(transparent)]
	Tensors(#[from] tercet_tensors::Error),
}

/// What everybody can see of a sealed input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
	/// The requester, whose envelopes have the key.
	pub owner: AccountId32,
	/// [`JobKey::commitment`] of the key.
	pub commitment: H256,
}

impl Sealed {
	/// What can be seen of an input as it is stored, or `None` if it is not sealed. For inputs that are
	/// not, that is known from the header.
	pub fn peek(bytes: &[u8]) -> Option<Self> {
		let header = bytes.get(..bytes.len().min(MAX_HEADER_BYTES))?;
		let length = u64::from_le_bytes(*header.first_chunk()?);
		let header = header.get(..usize::try_from(length.saturating_add(8)).ok()?)?;
		let name = SEALED.as_bytes();
		if !header.windows(name.len()).any(|window| window == name) {
			return None;
		}
		Self::of(&TensorMap::from_bytes(bytes).ok()?)
	}

	/// What can be seen of an input, or `None` if it is not sealed.
	pub fn of(map: &TensorMap) -> Option<Self> {
		map.rows(SEALED).filter(|_| map.len() == 3)?;
		let owner = AccountId32::new(common_row(map, OWNER)?);
		Some(Self { owner, commitment: H256(common_row(map, COMMITMENT)?) })
	}
}

/// Whether a map has sealed items, or pretends to.
pub fn is_sealed(map: &TensorMap) -> bool {
	map.tensor(SEALED).is_some()
}

/// Seals an input for the model with digest `artifact`.
///
/// # Errors
/// [`Error::Tensors`].
pub fn seal_input(
	input: &TensorMap,
	owner: &AccountId32,
	key: &JobKey,
	artifact: &H256,
) -> Result<TensorMap, Error> {
	let items = ItemSet::first(input.items());
	let sealed = seal(input, key, Purpose::Input, artifact, &items)?;
	let in_every_row = |row: &[u8]| {
		let rows = input.items() as usize;
		Tensor::new(Dtype::U8, vec![rows, row.len()], row.repeat(rows))
	};
	let commitment = key.commitment();
	Ok(TensorMap::new([
		(SEALED, sealed),
		(OWNER, in_every_row(owner.as_ref())?),
		(COMMITMENT, in_every_row(commitment.as_bytes())?),
	])?)
}

/// Opens an input.
///
/// # Errors
/// Any [`Error`]; they are the same for whoever has the key.
pub fn open_input(map: &TensorMap, key: &JobKey, artifact: &H256) -> Result<TensorMap, Error> {
	let named = Sealed::of(map).ok_or(Error::Malformed)?;
	if named.commitment != key.commitment() {
		return Err(Error::Refused(0));
	}
	open(map, key, Purpose::Input, artifact, &ItemSet::first(map.items()))
}

/// Seals the results of `items` of a job.
///
/// # Errors
/// [`Error::Items`], [`Error::Tensors`].
pub fn seal_result(
	result: &TensorMap,
	key: &JobKey,
	artifact: &H256,
	items: &ItemSet,
) -> Result<TensorMap, Error> {
	Ok(TensorMap::new([(SEALED, seal(result, key, Purpose::Result, artifact, items)?)])?)
}

/// Opens the results of `items` of a job.
///
/// # Errors
/// Any [`Error`].
pub fn open_result(
	map: &TensorMap,
	key: &JobKey,
	artifact: &H256,
	items: &ItemSet,
) -> Result<TensorMap, Error> {
	if map.len() != 1 {
		return Err(Error::Malformed);
	}
	open(map, key, Purpose::Result, artifact, items)
}

fn seal(
	map: &TensorMap,
	key: &JobKey,
	purpose: Purpose,
	artifact: &H256,
	items: &ItemSet,
) -> Result<Tensor, Error> {
	let cipher = Cipher::new(key);
	let mut rows = Vec::new();
	for (position, item) in places(map, items)? {
		let content = map.item(position).ok_or(Error::Content(item))?.to_canonical_bytes();
		let row = cipher.seal(&Place { purpose, artifact, item }, content);
		rows.push(row.ok_or(tercet_tensors::Error::SizeOverflow)?);
	}
	Ok(rows::tensor(SEALED, &rows)?)
}

fn open(
	map: &TensorMap,
	key: &JobKey,
	purpose: Purpose,
	artifact: &H256,
	items: &ItemSet,
) -> Result<TensorMap, Error> {
	let cipher = Cipher::new(key);
	let rows = map.rows(SEALED).ok_or(Error::Malformed)?;
	let mut opened = Vec::new();
	for ((_, item), row) in places(map, items)?.zip(rows) {
		let place = Place { purpose, artifact, item };
		let content = cipher.open(&place, row).ok_or(Error::Refused(item))?;
		let content = TensorMap::from_bytes(&content).map_err(|_| Error::Content(item))?;
		opened.push((item, content));
	}
	join(&opened)
}

/// Positions in `map` and the items of the job that are there.
fn places<'i>(
	map: &TensorMap,
	items: &'i ItemSet,
) -> Result<impl Iterator<Item = (u32, u32)> + use<'i>, Error> {
	let (expected, found) = (items.len(), map.items());
	if found != expected {
		return Err(Error::Items { expected, found });
	}
	Ok((0..).zip(items.iter()))
}

/// Maps of one item each as one map.
fn join(items: &[(u32, TensorMap)]) -> Result<TensorMap, Error> {
	let (_, first) = items.first().ok_or(Error::Malformed)?;
	for (item, map) in items {
		let alike = map.items() == 1
			&& map.len() == first.len()
			&& first.iter().all(|(name, tensor)| {
				let other = map.tensor(name).filter(|other| other.dtype() == tensor.dtype());
				let same_shape = other.is_some_and(|other| other.shape() == tensor.shape());
				same_shape || (first.rows(name).is_some() && map.rows(name).is_some())
			});
		if !alike {
			return Err(Error::Content(*item));
		}
	}
	let joined = first.iter().map(|(name, tensor)| {
		if first.rows(name).is_some() {
			let all = items.iter().filter_map(|(_, map)| map.rows(name)).flatten();
			return Ok((name, rows::tensor(name, &all.collect::<Vec<_>>())?));
		}
		let all = items.iter().filter_map(|(_, map)| map.tensor(name));
		let data = all.flat_map(Tensor::data).copied().collect();
		let shape = [&[items.len()][..], tensor.shape().get(1..).unwrap_or_default()].concat();
		Ok((name, Tensor::new(tensor.dtype(), shape, data)?))
	});
	Ok(TensorMap::new(joined.collect::<Result<Vec<_>, tercet_tensors::Error>>()?)?)
}

/// The 32 bytes that every row of the tensor `name` has.
fn common_row(map: &TensorMap, name: &str) -> Option<[u8; 32]> {
	let tensor = map.tensor(name).filter(|tensor| tensor.dtype() == Dtype::U8)?;
	let (rows, rest) = tensor.data().as_chunks::<32>();
	let is_rows = tensor.shape() == [rows.len(), 32] && rest.is_empty();
	let first = rows.first().filter(|first| is_rows && rows.iter().all(|row| row == *first))?;
	Some(*first)
}
