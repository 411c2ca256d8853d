//! Results that need no trust: fetched bytes against what the chain says was agreed.
//!
//! A job has one answer, or, when executors differed on some items, two: the base, which counts for
//! the items that they agreed on at once, and the patch, which fresh executors gave for the rest.

use std::fmt;

use serde::{Deserialize, Serialize};
use tercet_primitives::{
	hashing, AccountId32, Answer, Disputed, ItemSet, Job, JobId, JobState, Patch, H256,
};
use tercet_tensors::{rows, Tensor, TensorMap};

/// Why a result was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// There is nothing to check against.
	#[error(
		"job {0} is not settled, so there is no result; follow it with `tercet job watch {0}`"
	)]
	NotSettled(JobId),

	/// The chain names a patch, and its bytes were not given.
	#[error("some items of job {0} were run again, and their results are missing")]
	NoPatch(JobId),

	/// The bytes are not as long as agreed.
	#[error("{of} has {found} bytes where the executors agreed on {expected}")]
	WrongSize {
		/// Of which answer.
		of: Output,
		/// On chain.
		expected: u64,
		/// Of what was fetched.
		found: u64,
	},

	/// The bytes are not those agreed on.
	#[error("the digest of {of} is {found:?} where the executors agreed on {expected:?}")]
	WrongDigest {
		/// Of which answer.
		of: Output,
		/// On chain.
		expected: H256,
		/// Of what was fetched.
		found: H256,
	},

	/// The bytes are agreed on, but they are no tensors.
	#[error("the executors agreed on something that is no safetensors file: {0}")]
	NotTensors(#[from] tercet_tensors::Error),

	/// The tensors do not have one slice for each item.
	#[error("{of} has {found} items where it should have {expected}")]
	WrongItems {
		/// Of which answer.
		of: Output,
		/// On chain.
		expected: u32,
		/// In the result.
		found: u32,
	},

	/// The tensors do not lead to the root that was agreed on.
	#[error(
		"the items of {of} lead to the root {found:?} where the executors agreed on {expected:?}"
	)]
	WrongRoot {
		/// Of which answer.
		of: Output,
		/// On chain.
		expected: H256,
		/// Computed from the result.
		found: H256,
	},

	/// The patch does not fit into the base.
	#[error("the patch has other tensors than the result that it belongs to")]
	PatchDiffers,

	/// There are fewer items.
	#[error("job {job} has {items} items, so the last one is {}", items.saturating_sub(1))]
	NoSuchItem {
		/// The job.
		job: JobId,
		/// How many it has.
		items: u32,
	},

	/// Nobody agreed on this item.
	#[error("nothing was agreed on for item {item} of job {job}")]
	NotAgreed {
		/// The job.
		job: JobId,
		/// The item.
		item: u32,
	},
}

/// Which of a job's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
	/// That of the first agreement.
	Base,
	/// That of the items which were run again.
	Patch,
}

impl fmt::Display for Output {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Base => "the result",
			Self::Patch => "the patch",
		})
	}
}

/// What the executors of a job agreed on.
#[derive(Clone, Copy, Debug)]
pub struct Agreed<'a> {
	/// Counts for every item that is neither in the patch nor open. Its root covers all items.
	pub base: &'a Answer,
	/// Counts for the items that it names.
	pub patch: Option<&'a Patch>,
	/// Items without agreement.
	pub open: ItemSet,
	items: u32,
}

impl Agreed<'_> {
	/// The root that covers an item, and the items under it; `None` if nothing was agreed on for it.
	pub fn cover(&self, item: u32) -> Option<(H256, ItemSet)> {
		if item >= self.items || self.open.contains(item) {
			return None;
		}
		match self.patch {
			Some(patch) if patch.items.contains(item) => Some((patch.answer.root, patch.items)),
			_ => Some((self.base.root, ItemSet::first(self.items))),
		}
	}
}

/// A result that is what the executors agreed on.
#[derive(Clone, Debug)]
pub struct Verified {
	/// The result: base and patch in one. Items without agreement are zeros.
	pub tensors: TensorMap,
	/// Items without agreement.
	pub open: ItemSet,
	/// Merkle root of the base, as on chain.
	pub root: H256,
	base: Vec<H256>,
	patch: Option<(ItemSet, Vec<H256>)>,
}

/// That one item belongs to what the executors of a job agreed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemProof {
	/// The job.
	pub job: JobId,
	/// Which of its items, counted from 0.
	pub item: u32,
	/// Digest of the item's result.
	pub digest: H256,
	/// Siblings from the leaf up.
	pub proof: Vec<H256>,
}

/// What the executors of a job agreed on.
///
/// # Errors
/// [`Error::NotSettled`].
pub fn agreed(id: JobId, job: &Job<AccountId32>) -> Result<Agreed<'_>, Error> {
	let items = job.request.items;
	match &job.state {
		JobState::Settled { answer, disputed, .. } => {
			let (patch, open) = match disputed {
				Disputed::None => (None, ItemSet::default()),
				Disputed::Resolved(patch) => (Some(patch), ItemSet::default()),
				Disputed::Refunded { items, .. } => (None, *items),
			};
			Ok(Agreed { base: answer, patch, open, items })
		},
		JobState::Running { part: Some(part), .. } => {
			let open = ItemSet::first(items).without(&part.items);
			Ok(Agreed { base: &part.answer, patch: None, open, items })
		},
		_ => Err(Error::NotSettled(id)),
	}
}

/// Checks fetched bytes in every respect: size, digest, items, roots; puts the patch in its places.
///
/// # Errors
/// Any [`Error`] but [`Error::NoSuchItem`] and [`Error::NotAgreed`].
pub fn verify(
	id: JobId,
	job: &Job<AccountId32>,
	base: &[u8],
	patch: Option<&[u8]>,
) -> Result<Verified, Error> {
	let agreed = agreed(id, job)?;
	let all = ItemSet::first(job.request.items);
	let (mut tensors, base) = checked(Output::Base, agreed.base, &all, base)?;
	let patch = match agreed.patch {
		None => None,
		Some(expected) => {
			let bytes = patch.ok_or(Error::NoPatch(id))?;
			let (found, digests) =
				checked(Output::Patch, &expected.answer, &expected.items, bytes)?;
			tensors = patched(&tensors, &expected.items, Some(&found))?;
			Some((expected.items, digests))
		},
	};
	if !agreed.open.is_empty() {
		tensors = patched(&tensors, &agreed.open, None)?;
	}
	Ok(Verified { tensors, open: agreed.open, root: agreed.base.root, base, patch })
}

/// The tensors and item digests of one answer over `items`.
fn checked(
	of: Output,
	answer: &Answer,
	items: &ItemSet,
	bytes: &[u8],
) -> Result<(TensorMap, Vec<H256>), Error> {
	let (expected, found) = (answer.output.size(), bytes.len() as u64);
	if found != expected {
		return Err(Error::WrongSize { of, expected, found });
	}
	let (expected, found) = (answer.output.digest(), H256(tercet_walrus_client::digest(bytes)));
	if found != expected {
		return Err(Error::WrongDigest { of, expected, found });
	}
	let tensors = TensorMap::from_bytes(bytes)?;
	let (expected, found) = (items.len(), tensors.items());
	if found != expected {
		return Err(Error::WrongItems { of, expected, found });
	}
	let digests = tensors.item_digests();
	let (expected, found) = (answer.root, hashing::result_root(items, &digests));
	if found != expected {
		return Err(Error::WrongRoot { of, expected, found });
	}
	Ok((tensors, digests))
}

/// `base` with the results of `items` taken from `patch`, or set to zero, [rows] to nothing.
fn patched(
	base: &TensorMap,
	items: &ItemSet,
	patch: Option<&TensorMap>,
) -> Result<TensorMap, Error> {
	if patch.is_some_and(|patch| patch.len() != base.len()) {
		return Err(Error::PatchDiffers);
	}
	let mut tensors = Vec::new();
	for (name, tensor) in base.iter() {
		let patched = match base.rows(name) {
			Some(rows) => patched_rows(name, rows, items, patch)?,
			None => patched_tensor(name, tensor, items, patch)?,
		};
		tensors.push((name.to_owned(), patched));
	}
	Ok(TensorMap::new(tensors)?)
}

/// Documents, and what is sealed, have lengths of their own.
fn patched_rows<'a>(
	name: &str,
	mut all: Vec<&'a [u8]>,
	items: &ItemSet,
	patch: Option<&'a TensorMap>,
) -> Result<Tensor, Error> {
	let source = match patch {
		None => vec![&[][..]; items.len() as usize],
		Some(patch) => patch.rows(name).ok_or(Error::PatchDiffers)?,
	};
	for (index, row) in items.iter().zip(source) {
		*all.get_mut(index as usize).ok_or(Error::PatchDiffers)? = row;
	}
	Ok(rows::tensor(name, &all)?)
}

fn patched_tensor(
	name: &str,
	tensor: &Tensor,
	items: &ItemSet,
	patch: Option<&TensorMap>,
) -> Result<Tensor, Error> {
	let count = tensor.shape().first().copied().unwrap_or_default().max(1);
	let length = tensor.data().len() / count;
	let source = match patch {
		None => vec![0; length * items.len() as usize],
		Some(patch) => {
			let other = patch.tensor(name).ok_or(Error::PatchDiffers)?;
			let alike = other.dtype() == tensor.dtype()
				&& other.shape().get(1..) == tensor.shape().get(1..);
			if !alike {
				return Err(Error::PatchDiffers);
			}
			other.data().to_vec()
		},
	};
	let mut data = tensor.data().to_vec();
	for (position, index) in items.iter().enumerate() {
		let (from, to) = (position * length, index as usize * length);
		let (Some(from), Some(to)) =
			(source.get(from..from + length), data.get_mut(to..to + length))
		else {
			return Err(Error::PatchDiffers);
		};
		to.copy_from_slice(from);
	}
	Ok(Tensor::new(tensor.dtype(), tensor.shape().to_vec(), data)?)
}

impl Verified {
	/// The proof of one item.
	///
	/// # Errors
	/// [`Error::NoSuchItem`], [`Error::NotAgreed`].
	pub fn prove(&self, job: JobId, item: u32) -> Result<ItemProof, Error> {
		let items = self.tensors.items();
		if item >= items {
			return Err(Error::NoSuchItem { job, items });
		}
		if self.open.contains(item) {
			return Err(Error::NotAgreed { job, item });
		}
		let (cover, digests) = match &self.patch {
			Some((cover, digests)) if cover.contains(item) => (*cover, digests),
			_ => (ItemSet::first(items), &self.base),
		};
		let digest = digests.get(cover.rank(item) as usize).copied();
		match (digest, hashing::item_proof(&cover, digests, item)) {
			(Some(digest), Some(proof)) => Ok(ItemProof { job, item, digest, proof }),
			_ => Err(Error::NoSuchItem { job, items }),
		}
	}
}

impl ItemProof {
	/// Whether it leads to what the executors agreed on, computed here.
	///
	/// # Errors
	/// [`Error::NotSettled`], [`Error::NoSuchItem`], [`Error::NotAgreed`].
	pub fn holds(&self, job: &Job<AccountId32>) -> Result<bool, Error> {
		let agreed = agreed(self.job, job)?;
		if self.item >= job.request.items {
			return Err(Error::NoSuchItem { job: self.job, items: job.request.items });
		}
		let not_agreed = Error::NotAgreed { job: self.job, item: self.item };
		let (root, cover) = agreed.cover(self.item).ok_or(not_agreed)?;
		Ok(hashing::verify_item(&root, &cover, self.item, &self.digest, &self.proof))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::testing;
	use tercet_primitives::{Part, Payload, RefundReason, Statement};

	const ID: JobId = JobId(5);

	fn result() -> TensorMap {
		let logits = Tensor::f32(&[3, 2], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
		TensorMap::new([("logits", logits)]).unwrap()
	}

	/// Of items 0 and 2.
	fn patch() -> (TensorMap, ItemSet) {
		let logits = Tensor::f32(&[2, 2], &[10.0, 11.0, 14.0, 15.0]).unwrap();
		(TensorMap::new([("logits", logits)]).unwrap(), [0, 2].into_iter().collect())
	}

	fn answer(map: &TensorMap, items: &ItemSet) -> Answer {
		let root = hashing::result_root(items, &map.item_digests());
		let output = Payload::Inline(map.to_canonical_bytes().try_into().unwrap());
		Answer { root, output }
	}

	fn settled(items: u32, answer: Answer, disputed: Disputed) -> Job<AccountId32> {
		let statement = Statement::default();
		testing::job(items, JobState::Settled { at: 9, answer, disputed, statement })
	}

	fn plain(items: u32, answer: Answer) -> Job<AccountId32> {
		settled(items, answer, Disputed::None)
	}

	#[test]
	fn verify_accepts_and_proves_when_everything_fits() {
		let map = result();
		let job = plain(3, answer(&map, &ItemSet::first(3)));
		let verified = verify(ID, &job, &map.to_canonical_bytes(), None).unwrap();
		assert_eq!(verified.tensors, map);
		for item in 0..3 {
			let proof = verified.prove(ID, item).unwrap();
			assert_eq!(proof.holds(&job), Ok(true));
			let other = ItemProof { item: (item + 1) % 3, ..proof.clone() };
			assert_eq!(other.holds(&job), Ok(false));
			let text = serde_json::to_string(&proof).unwrap();
			assert_eq!(serde_json::from_str::<ItemProof>(&text).unwrap(), proof);
		}
		let none = Error::NoSuchItem { job: ID, items: 3 };
		assert_eq!(verified.prove(ID, 3), Err(none));
	}

	#[test]
	fn verify_merges_and_proves_when_there_is_a_patch() {
		let (base, (patch, items)) = (result(), patch());
		let disputed = Disputed::Resolved(Patch { items, answer: answer(&patch, &items) });
		let job = settled(3, answer(&base, &ItemSet::first(3)), disputed);
		let (base, patch) = (base.to_canonical_bytes(), patch.to_canonical_bytes());
		let verified = verify(ID, &job, &base, Some(&patch)).unwrap();
		let merged = verified.tensors.tensor("logits").unwrap().to_f32().unwrap();
		assert_eq!(merged, [10.0, 11.0, 2.0, 3.0, 14.0, 15.0]);
		for item in 0..3 {
			assert_eq!(verified.prove(ID, item).unwrap().holds(&job), Ok(true), "{item}");
		}
		assert_eq!(verify(ID, &job, &base, None).err(), Some(Error::NoPatch(ID)));
		let mut flipped = patch.clone();
		*flipped.last_mut().unwrap() ^= 1;
		let error = verify(ID, &job, &base, Some(&flipped)).err().unwrap();
		assert!(matches!(error, Error::WrongDigest { of: Output::Patch, .. }), "{error}");
	}

	#[test]
	fn verify_merges_documents_when_their_lengths_differ() {
		let base = TensorMap::from_documents(&["one", "two", "three"]).unwrap();
		let again = TensorMap::from_documents(&["a longer one"]).unwrap();
		let (items, open) = (ItemSet::from_iter([1]), ItemSet::from_iter([2]));
		let of = |disputed| settled(3, answer(&base, &ItemSet::first(3)), disputed);
		let texts = |job: &Job<AccountId32>, patch: Option<&[u8]>| {
			let verified = verify(ID, job, &base.to_canonical_bytes(), patch).unwrap();
			let documents = verified.tensors.documents().unwrap();
			documents
				.iter()
				.map(|text| String::from_utf8_lossy(text).into())
				.collect::<Vec<String>>()
		};
		let patch = Patch { items, answer: answer(&again, &items) };
		let bytes = again.to_canonical_bytes();
		let merged = texts(&of(Disputed::Resolved(patch)), Some(&bytes));
		assert_eq!(merged, ["one", "a longer one", "three"]);
		let refunded = Disputed::Refunded { items: open, reason: RefundReason::Disagreement };
		assert_eq!(texts(&of(refunded), None), ["one", "two", ""]);
	}

	#[test]
	fn verify_fails_when_the_patch_has_other_tensors() {
		let (base, items) = (result(), ItemSet::from_iter([1]));
		for other in [
			TensorMap::new([("scores", Tensor::f32(&[1, 2], &[0.0; 2]).unwrap())]).unwrap(),
			TensorMap::new([("logits", Tensor::f32(&[1, 3], &[0.0; 3]).unwrap())]).unwrap(),
			TensorMap::new([("logits", Tensor::u8(&[1, 2], &[0; 2]).unwrap())]).unwrap(),
		] {
			let disputed = Disputed::Resolved(Patch { items, answer: answer(&other, &items) });
			let job = settled(3, answer(&base, &ItemSet::first(3)), disputed);
			let patch = other.to_canonical_bytes();
			let error = verify(ID, &job, &base.to_canonical_bytes(), Some(&patch)).err();
			assert_eq!(error, Some(Error::PatchDiffers));
		}
	}

	#[test]
	fn verify_leaves_out_items_when_nobody_agreed_on_them() {
		let map = result();
		let base = answer(&map, &ItemSet::first(3));
		let open = ItemSet::from_iter([1]);
		let refunded = Disputed::Refunded { items: open, reason: RefundReason::Disagreement };
		let part = Part {
			answer: base.clone(),
			items: [0, 2].into_iter().collect(),
			statement: Statement::default(),
		};
		let running = JobState::Running { drawn_at: 2, part: Some(part) };
		for job in [settled(3, base, refunded), testing::job(3, running)] {
			let verified = verify(ID, &job, &map.to_canonical_bytes(), None).unwrap();
			assert_eq!(verified.open, open);
			let values = verified.tensors.tensor("logits").unwrap().to_f32().unwrap();
			assert_eq!(values, [0.0, 1.0, 0.0, 0.0, 4.0, 5.0]);
			assert_eq!(verified.prove(ID, 1), Err(Error::NotAgreed { job: ID, item: 1 }));
			let proof = verified.prove(ID, 2).unwrap();
			assert_eq!(proof.holds(&job), Ok(true));
			let open = ItemProof { item: 1, ..proof };
			assert_eq!(open.holds(&job), Err(Error::NotAgreed { job: ID, item: 1 }));
		}
	}

	#[test]
	fn verify_fails_when_size_digest_items_or_root_differ() {
		let map = result();
		let bytes = map.to_canonical_bytes();
		let good = answer(&map, &ItemSet::first(3));
		let check = |job: &Job<_>, bytes: &[u8]| verify(ID, job, bytes, None).err().unwrap();
		let shorter = &bytes[..bytes.len() - 1];
		assert!(matches!(check(&plain(3, good.clone()), shorter), Error::WrongSize { .. }));
		let mut flipped = bytes.clone();
		*flipped.last_mut().unwrap() ^= 1;
		assert!(matches!(check(&plain(3, good.clone()), &flipped), Error::WrongDigest { .. }));
		let items = Error::WrongItems { of: Output::Base, expected: 4, found: 3 };
		assert_eq!(check(&plain(4, good.clone()), &bytes), items);
		let other = Answer { root: H256::zero(), ..good };
		assert!(matches!(check(&plain(3, other), &bytes), Error::WrongRoot { .. }));
		let garbage = b"no tensors".to_vec();
		let output = Payload::Inline(garbage.clone().try_into().unwrap());
		let job = plain(3, Answer { root: H256::zero(), output });
		assert!(matches!(check(&job, &garbage), Error::NotTensors(_)));
	}

	#[test]
	fn verify_fails_when_the_job_is_not_settled() {
		for state in [JobState::Queued, JobState::Running { drawn_at: 2, part: None }] {
			let job = testing::job(3, state);
			assert_eq!(verify(ID, &job, b"", None).err(), Some(Error::NotSettled(ID)));
		}
	}
}
