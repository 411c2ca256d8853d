//! Results that need no trust: fetched bytes against what the chain says was agreed.

use serde::{Deserialize, Serialize};
use tercet_primitives::{apis::JobView, hashing, Answer, JobId, JobState, H256};
use tercet_tensors::TensorMap;

/// Why a result was refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// There is nothing to check against.
	#[error(
		"job {0} is not settled, so there is no result; follow it with `tercet job watch {0}`"
	)]
	NotSettled(JobId),

	/// The bytes are not as long as agreed.
	#[error("the result has {found} bytes where the executors agreed on {expected}")]
	WrongSize {
		/// On chain.
		expected: u64,
		/// Of what was fetched.
		found: u64,
	},

	/// The bytes are not those agreed on.
	#[error("the digest of the result is {found:?} where the executors agreed on {expected:?}")]
	WrongDigest {
		/// On chain.
		expected: H256,
		/// Of what was fetched.
		found: H256,
	},

	/// The bytes are agreed on, but they are no tensors.
	#[error("the executors agreed on something that is no safetensors file: {0}")]
	NotTensors(#[from] tercet_tensors::Error),

	/// The tensors do not have one slice for each item.
	#[error("the result has {found} items where the job has {expected}")]
	WrongItems {
		/// On chain.
		expected: u32,
		/// In the result.
		found: u32,
	},

	/// The tensors do not lead to the root that was agreed on.
	#[error("the items of the result lead to the root {found:?} where the executors agreed on {expected:?}")]
	WrongRoot {
		/// On chain.
		expected: H256,
		/// Computed from the result.
		found: H256,
	},

	/// There are fewer items.
	#[error("job {job} has {items} items, so the last one is {}", items - 1)]
	NoSuchItem {
		/// The job.
		job: JobId,
		/// How many it has.
		items: u32,
	},
}

/// A result that is what the executors agreed on.
#[derive(Clone, Debug)]
pub struct Verified {
	/// The result.
	pub tensors: TensorMap,
	/// Digest of each item.
	pub digests: Vec<H256>,
	/// Merkle root over them, as on chain.
	pub root: H256,
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
pub fn agreed(id: JobId, view: &JobView) -> Result<&Answer, Error> {
	match &view.job.state {
		JobState::Settled { answer, .. } => Ok(answer),
		_ => Err(Error::NotSettled(id)),
	}
}

/// Checks fetched bytes in every respect: size, digest, items, root.
///
/// # Errors
/// Any [`Error`] but [`Error::NoSuchItem`].
pub fn verify(id: JobId, view: &JobView, bytes: &[u8]) -> Result<Verified, Error> {
	let answer = agreed(id, view)?;
	let found = bytes.len() as u64;
	if found != answer.output.size() {
		return Err(Error::WrongSize { expected: answer.output.size(), found });
	}
	let found = H256(tercet_walrus_client::digest(bytes));
	if found != answer.output.digest() {
		return Err(Error::WrongDigest { expected: answer.output.digest(), found });
	}
	let tensors = TensorMap::from_bytes(bytes)?;
	let (expected, found) = (view.job.request.items, tensors.items());
	if found != expected {
		return Err(Error::WrongItems { expected, found });
	}
	let digests = tensors.item_digests();
	let root = hashing::result_root(&digests);
	if root != answer.root {
		return Err(Error::WrongRoot { expected: answer.root, found: root });
	}
	Ok(Verified { tensors, digests, root })
}

impl Verified {
	/// The proof of one item.
	///
	/// # Errors
	/// [`Error::NoSuchItem`].
	pub fn prove(&self, job: JobId, item: u32) -> Result<ItemProof, Error> {
		let none = Error::NoSuchItem { job, items: self.tensors.items() };
		let digest = self.digests.get(item as usize).copied();
		match (digest, hashing::item_proof(&self.digests, item)) {
			(Some(digest), Some(proof)) => Ok(ItemProof { job, item, digest, proof }),
			_ => Err(none),
		}
	}
}

impl ItemProof {
	/// Whether it leads to what the executors agreed on, computed here.
	///
	/// # Errors
	/// [`Error::NotSettled`].
	pub fn holds(&self, view: &JobView) -> Result<bool, Error> {
		let answer = agreed(self.job, view)?;
		let items = view.job.request.items;
		Ok(hashing::verify_item(&answer.root, items, self.item, &self.digest, &self.proof))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_primitives::{
		AccountId32, DeterminismClass, Job, JobRequest, ModelId, Payload, Permill, Statement,
		VariantId, WorkUnits,
	};
	use tercet_tensors::Tensor;

	fn result() -> TensorMap {
		let logits = Tensor::f32(&[3, 2], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap();
		TensorMap::new([("logits", logits)]).unwrap()
	}

	fn view(items: u32, answer: Answer) -> JobView {
		let account = AccountId32::new([1; 32]);
		let request = JobRequest {
			variant: VariantId { model: ModelId(0), index: 0 },
			class: DeterminismClass::Portable,
			items,
			input: Payload::Inline(Default::default()),
			price: 1,
			deadline: 100,
		};
		let statement =
			Statement { executors: 3, per_executor: 1, royalty: 0, treasury: 0, refunded: 0 };
		let job = Job {
			requester: account.clone(),
			request,
			units: WorkUnits(3),
			author: account,
			royalty: Permill::zero(),
			escrow: 10,
			submitted_at: 1,
			state: JobState::Settled { at: 9, answer, statement },
		};
		JobView { job, committee: None }
	}

	fn answer(bytes: &[u8], root: H256) -> Answer {
		Answer { root, output: Payload::Inline(bytes.to_vec().try_into().unwrap()) }
	}

	#[test]
	fn verify_accepts_and_proves_when_everything_fits() {
		let (map, id) = (result(), JobId(5));
		let bytes = map.to_canonical_bytes();
		let view = view(3, answer(&bytes, map.root()));
		let verified = verify(id, &view, &bytes).unwrap();
		for item in 0..3 {
			let proof = verified.prove(id, item).unwrap();
			assert_eq!(proof.holds(&view), Ok(true));
			let other = ItemProof { item: (item + 1) % 3, ..proof.clone() };
			assert_eq!(other.holds(&view), Ok(false));
			let text = serde_json::to_string(&proof).unwrap();
			assert_eq!(serde_json::from_str::<ItemProof>(&text).unwrap(), proof);
		}
		assert_eq!(verified.prove(id, 3), Err(Error::NoSuchItem { job: id, items: 3 }));
	}

	#[test]
	fn verify_fails_when_size_digest_items_or_root_differ() {
		let (map, id) = (result(), JobId(5));
		let bytes = map.to_canonical_bytes();
		let good = view(3, answer(&bytes, map.root()));
		let shorter = &bytes[..bytes.len() - 1];
		assert!(matches!(verify(id, &good, shorter), Err(Error::WrongSize { .. })));
		let mut flipped = bytes.clone();
		*flipped.last_mut().unwrap() ^= 1;
		assert!(matches!(verify(id, &good, &flipped), Err(Error::WrongDigest { .. })));
		let more = view(4, answer(&bytes, map.root()));
		assert_eq!(
			verify(id, &more, &bytes).err(),
			Some(Error::WrongItems { expected: 4, found: 3 })
		);
		let other = view(3, answer(&bytes, H256::zero()));
		assert!(matches!(verify(id, &other, &bytes), Err(Error::WrongRoot { .. })));
		let garbage = view(3, answer(b"no tensors", H256::zero()));
		assert!(matches!(verify(id, &garbage, b"no tensors"), Err(Error::NotTensors(_))));
	}

	#[test]
	fn verify_fails_when_the_job_is_not_settled() {
		let mut open = view(3, answer(b"", H256::zero()));
		open.job.state = JobState::Queued;
		assert_eq!(verify(JobId(5), &open, b"").err(), Some(Error::NotSettled(JobId(5))));
	}
}
