//! What executors say. Running a model is a hash here; everything that the chain sees of an answer
//! is as a worker would make it.

use codec::Encode;
use tercet_primitives::{
	hashing::{self, Salt},
	Answer, Duty, Invalidity, ItemSet, JobId, Payload, Response, Votes, H256,
};
use tercet_runtime::AccountId;

/// What an executor says about a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
	/// The truth: the result, or that the input is refused.
	Right,
	/// The wrong answer that colluders agree on.
	Wrong,
	/// The answer that this provider always gives.
	Constant(u32),
	/// The truth, shown with a fingerprint so many bits beyond the threshold.
	Near(u16),
	/// What the cheaper variant says.
	Cheaper,
}

/// An input, as far as answers depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input {
	/// Its digest.
	pub digest: H256,
	/// Whether the model takes it.
	pub valid: bool,
}

/// Item digests of the answer `word`.
pub(crate) fn digests(input: Input, word: Word, items: &ItemSet) -> Vec<H256> {
	let result = |item: u32| match word {
		Word::Right => (input.digest, item, 0u8).encode(),
		Word::Wrong => (input.digest, item, 1u8).encode(),
		Word::Constant(number) => (number, 2u8).encode(),
		Word::Near(_) => (input.digest, item, 3u8).encode(),
		Word::Cheaper => (input.digest, item, 4u8).encode(),
	};
	items.iter().map(|item| hashing::item_digest(&result(item))).collect()
}

/// The response that stands for `word`, for those `items`.
pub fn response(input: Input, word: Word, items: &ItemSet) -> Response {
	if !input.valid && word == Word::Right {
		return Response::Invalid(Invalidity::InputRefused);
	}
	let root = hashing::result_root(items, &digests(input, word, items));
	let output = root.as_bytes().to_vec().try_into().expect("32 bytes are few");
	Response::Result(Answer { root, output: Payload::Inline(output) })
}

fn salt(job: JobId, who: &AccountId) -> Salt {
	polkadot_sdk::sp_crypto_hashing::blake2_256(&(job, who).encode())
}

/// Commits `who`, drawn in `round`.
pub fn commit(genesis: &H256, job: JobId, round: u8, who: &AccountId, response: &Response) -> Duty {
	let salt = salt(job, who);
	let commitment = hashing::commitment(genesis, job, round, who, response, &salt);
	Duty::Commit { job, commitment }
}

/// Opens that commitment.
pub fn reveal(job: JobId, who: &AccountId, response: Response) -> Duty {
	Duty::Reveal { job, response, salt: salt(job, who) }
}

/// Shows the items behind the answer.
pub fn itemize(job: JobId, input: Input, word: Word, items: &ItemSet) -> Duty {
	let digests = digests(input, word, items).into_iter().map(|digest| digest.0);
	let digests = Votes::try_from(digests.collect::<Vec<_>>()).expect("a job's items");
	Duty::Itemize { job, digests }
}
