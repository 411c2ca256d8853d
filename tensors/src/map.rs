//! Named tensors with a common first dimension, and what a committee agrees on about them.

use std::collections::BTreeMap;

use blake2b_simd::{many, Params};
use bytes::Bytes;
use tercet_primitives::{hashing, ItemSet, H256, MAX_ITEMS};

use crate::{decoding, encoding, rows, Error, Tensor, MAX_NAME_BYTES, MAX_TENSORS};

/// The input or the result of a job: tensors by name, each with one slice per item.
///
/// There is at least one tensor, and 1..=[`MAX_ITEMS`] items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorMap {
	items: u32,
	tensors: BTreeMap<String, Tensor>,
}

impl TensorMap {
	/// A map of `tensors`, in whatever order they come. [Rows](rows) with lengths of their own lose
	/// what fills them up.
	///
	/// # Errors
	/// [`Error::DuplicateName`], [`Error::ReservedName`], [`Error::NameTooLong`],
	/// [`Error::TooManyTensors`],
	/// [`Error::NoItems`], [`Error::TooManyItems`], [`Error::ItemsDiffer`].
	pub fn new<Name: Into<String>>(
		tensors: impl IntoIterator<Item = (Name, Tensor)>,
	) -> Result<Self, Error> {
		let mut map = BTreeMap::new();
		for (name, tensor) in tensors {
			let name = name.into();
			if name.is_empty() || name == encoding::METADATA_KEY {
				return Err(Error::ReservedName(name));
			}
			if name.len() > MAX_NAME_BYTES {
				return Err(Error::NameTooLong(name.len()));
			}
			if map.contains_key(&name) {
				return Err(Error::DuplicateName(name));
			}
			let tensor = fitted(&name, tensor)?;
			map.insert(name, tensor);
		}
		if map.len() > MAX_TENSORS {
			return Err(Error::TooManyTensors(map.len()));
		}
		let items = common_items(&map)?;
		Ok(Self { items, tensors: map })
	}

	/// Reads a safetensors file: any valid one with equal first dimensions, canonical or not.
	/// Metadata is skipped.
	///
	/// # Errors
	/// Any [`Error`]; the bytes are not trusted.
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
		Self::from_shared(&Bytes::copy_from_slice(bytes))
	}

	/// As [`Self::from_bytes`], without a copy of the tensors' data: they keep all of `bytes` alive.
	///
	/// # Errors
	/// As [`Self::from_bytes`].
	pub fn from_shared(bytes: &Bytes) -> Result<Self, Error> {
		decoding::decode(bytes)
	}

	/// The one canonical encoding of this map; see [`encoding`].
	pub fn to_canonical_bytes(&self) -> Vec<u8> {
		let layout = self.tensors.iter().map(|(name, tensor)| {
			(name.as_str(), tensor.dtype(), tensor.shape().to_vec(), tensor.data().len())
		});
		let mut bytes = encoding::header(layout);
		bytes.reserve_exact(self.tensors.values().map(|tensor| tensor.data().len()).sum());
		for tensor in self.tensors.values() {
			bytes.extend_from_slice(tensor.data());
		}
		bytes
	}

	/// Number of items: the common first dimension.
	pub fn items(&self) -> u32 {
		self.items
	}

	/// Item `index` alone, as a map whose tensors have shape `[1, …]`; `None` if there is none.
	pub fn item(&self, index: u32) -> Option<Self> {
		let tensors = self.tensors.iter().map(|(name, tensor)| {
			let data = tensor.item_data(index as usize)?.to_vec();
			let item = Tensor::new(tensor.dtype(), tensor.item_shape(), data).ok()?;
			Some((name.clone(), fitted(name, item).ok()?))
		});
		Some(Self { items: 1, tensors: tensors.collect::<Option<_>>()? })
	}

	/// The items at `positions` of this map, in rising order, as a map of their own; `None` if there
	/// are none, or this map has fewer.
	pub fn select(&self, positions: &ItemSet) -> Option<Self> {
		if positions.is_empty() {
			return None;
		}
		let tensors = self.tensors.iter().map(|(name, tensor)| {
			let mut data = Vec::with_capacity(tensor.data().len());
			for position in positions.iter() {
				data.extend_from_slice(tensor.item_data(position as usize)?);
			}
			let mut shape = tensor.shape().to_vec();
			*shape.first_mut()? = positions.len() as usize;
			let selected = Tensor::new(tensor.dtype(), shape, data).ok()?;
			Some((name.clone(), fitted(name, selected).ok()?))
		});
		Some(Self { items: positions.len(), tensors: tensors.collect::<Option<_>>()? })
	}

	/// For each item, [`hashing::item_digest`] of the canonical bytes of that item alone.
	pub fn item_digests(&self) -> Vec<H256> {
		let has_rows = self.iter().any(|(name, tensor)| rows::fill_of(name, tensor).is_some());
		if has_rows {
			let digest = |item: Self| hashing::item_digest(&item.to_canonical_bytes());
			return (0..self.items).filter_map(|index| self.item(index).map(digest)).collect();
		}
		// The header of an item depends only on names, types and shapes, so all items share it.
		let layout = self.tensors.iter().map(|(name, tensor)| {
			let length = tensor.data().len() / self.items as usize;
			(name.as_str(), tensor.dtype(), tensor.item_shape(), length)
		});
		let start = [ITEM_TAG, &encoding::header(layout)].concat();
		let length: usize = self.tensors.values().map(|tensor| tensor.data().len()).sum();
		let length = start.len() + length / self.items as usize;
		let mut messages = Vec::with_capacity(length * many::MAX_DEGREE);
		let mut digests = Vec::with_capacity(self.items as usize);
		for first in (0..self.items as usize).step_by(many::MAX_DEGREE) {
			messages.clear();
			for item in first..(first + many::MAX_DEGREE).min(self.items as usize) {
				messages.extend_from_slice(&start);
				let data = self.tensors.values().filter_map(|tensor| tensor.item_data(item));
				data.for_each(|data| messages.extend_from_slice(data));
			}
			digests.extend(side_by_side(messages.chunks_exact(length)));
		}
		digests
	}

	/// [`hashing::result_root`] over [`Self::item_digests`], for a map that covers all items of a
	/// job: what an executor commits to.
	pub fn root(&self) -> H256 {
		self.root_over(&ItemSet::first(self.items))
	}

	/// As [`Self::root`], for a map that lists the results of `items` of a job, which must be as
	/// many as this map's.
	pub fn root_over(&self, items: &ItemSet) -> H256 {
		hashing::result_root(items, &self.item_digests())
	}

	/// The tensor called `name`.
	pub fn tensor(&self, name: &str) -> Option<&Tensor> {
		self.tensors.get(name)
	}

	/// Names and tensors, names in bytewise order.
	pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor)> {
		self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
	}

	/// Number of tensors, at least 1.
	#[allow(clippy::len_without_is_empty, reason = "a map is never empty")]
	pub fn len(&self) -> usize {
		self.tensors.len()
	}
}

/// What [`hashing::item_digest`] puts before an item.
const ITEM_TAG: &[u8] = b"tercet/item/1";

/// [`hashing::item_digest`] of messages that begin with its tag, in wide registers.
fn side_by_side<'m>(messages: impl Iterator<Item = &'m [u8]>) -> Vec<H256> {
	let mut params = Params::new();
	params.hash_length(H256::len_bytes());
	let mut jobs: Vec<_> =
		messages.map(|message| many::HashManyJob::new(&params, message)).collect();
	many::hash_many(jobs.iter_mut());
	jobs.iter().map(|job| H256::from_slice(job.to_hash().as_bytes())).collect()
}

/// As wide as it must be, if its rows have lengths of their own.
fn fitted(name: &str, tensor: Tensor) -> Result<Tensor, Error> {
	match rows::fill_of(name, &tensor) {
		Some(fill) => rows::cut(fill, &tensor),
		None => Ok(tensor),
	}
}

fn common_items(tensors: &BTreeMap<String, Tensor>) -> Result<u32, Error> {
	let mut tensors = tensors.iter();
	let (_, first) = tensors.next().ok_or(Error::NoItems)?;
	let expected = first.first_dimension();
	for (name, tensor) in tensors {
		let found = tensor.first_dimension();
		if found != expected {
			let (expected, found) = (expected as u64, found as u64);
			return Err(Error::ItemsDiffer { name: name.clone(), expected, found });
		}
	}
	match u32::try_from(expected) {
		Ok(0) => Err(Error::NoItems),
		Ok(items) if items <= MAX_ITEMS => Ok(items),
		_ => Err(Error::TooManyItems(expected as u64)),
	}
}
