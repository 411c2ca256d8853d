//! Receipts over real tries: made as a node makes them, and tampered with in every place.

use codec::Encode;
use polkadot_sdk::{
	sp_core::storage::{StateVersion, Storage},
	sp_state_machine::{prove_read, InMemoryBackend},
};
use tercet_primitives::{
	hashing, model::Label, Agreement, Answer, BlobRef, Decision, Invalidity, ModelId, Part,
	Payload, Permill, Precision, RefundReason, Seat, Stage, Statement, VariantId, WorkUnits,
};

use super::*;
use crate::testing;

const ID: JobId = JobId(7);
const ITEMS: u32 = 3;

/// A chain's state with a settled job, and what is needed to make a receipt of it.
struct Chain {
	storage: Storage,
	header: Header,
	digests: Vec<H256>,
	job: Job<AccountId32>,
}

fn label(text: &str) -> Label {
	text.as_bytes().to_vec().try_into().unwrap()
}

fn digests() -> Vec<H256> {
	(0..ITEMS).map(|item| hashing::item_digest(&[item as u8])).collect()
}

fn answer() -> Answer {
	let root = hashing::result_root(&ItemSet::first(ITEMS), &digests());
	Answer { root, output: Payload::Inline(vec![1, 2, 3].try_into().unwrap()) }
}

fn settled() -> JobState {
	let statement = Statement { executors: 90, royalties: 4, treasury: 5, refunded: 1 };
	JobState::Settled { at: 9, answer: answer(), disputed: Disputed::None, statement }
}

fn model(weights: H256) -> Model<AccountId32> {
	let variant = Variant {
		precision: Precision::Int8,
		artifact: BlobRef { blob_id: [9; 32], digest: weights, size: 1_000 },
		units_per_item: WorkUnits(1),
		memory: 1 << 20,
		agreement: Agreement::Exact,
	};
	Model {
		author: AccountId32::new([2; 32]),
		managers: Default::default(),
		name: label("digits"),
		task: label("tensor"),
		licence: label("MIT"),
		royalty: Permill::from_percent(5),
		parent: None,
		derivative_share: Permill::zero(),
		variants: vec![variant].try_into().unwrap(),
		published_at: 1,
		deprecated: None,
		deposit: 10,
	}
}

fn committee(responses: Vec<Response>) -> Committee<AccountId32> {
	let seats = responses.into_iter().zip(10u8..).map(|(response, who)| Seat {
		executor: AccountId32::new([who; 32]),
		round: 0,
		items: ItemSet::first(ITEMS),
		state: SeatState::Revealed(response),
		seal: None,
		voted: false,
	});
	Committee {
		round: 0,
		stage: Stage::Ended,
		until: 9,
		deadline: 100,
		agreement: Agreement::Exact,
		quorum: 3,
		items: ItemSet::first(ITEMS),
		seed: H256::zero(),
		seats: seats.collect::<Vec<_>>().try_into().unwrap(),
		decision: Some(Decision::Agreed),
	}
}

impl Chain {
	fn new(state: JobState, committee: Option<Committee<AccountId32>>) -> Self {
		let job = testing::job(ITEMS, state);
		let mut storage = Storage::default();
		let mut put = |key: Vec<u8>, value: Vec<u8>| storage.top.insert(key, value);
		put(storage::genesis_hash(), H256::repeat_byte(0x6e).encode());
		put(job_key(ID), job.encode());
		put(model_key(&job), model(job.artifact).encode());
		if let Some(committee) = committee {
			put(committee_key(ID), committee.encode());
			put(verdict_key(ID), (0b111u8, 1u8).encode());
		}
		// A state has much more than what is proven.
		for other in 0..200u64 {
			put(job_key(JobId(1_000 + other)), vec![other as u8; 50]);
		}
		let mut chain =
			Self { storage, header: Self::header(H256::zero()), digests: digests(), job };
		chain.seal();
		chain
	}

	fn settled() -> Self {
		Self::new(settled(), Some(committee(vec![Response::Result(answer()); 3])))
	}

	fn header(state_root: H256) -> Header {
		Header {
			parent_hash: H256::repeat_byte(1),
			number: 20,
			state_root,
			extrinsics_root: H256::repeat_byte(2),
			digest: Default::default(),
		}
	}

	fn backend(&self) -> InMemoryBackend<BlakeTwo256> {
		(self.storage.clone(), StateVersion::V1).into()
	}

	/// Gives the header the root of the state as it is now.
	fn seal(&mut self) {
		let root = *self.backend().root();
		self.header = Self::header(root);
	}

	fn entry(&self, key: Vec<u8>) -> Entry {
		let value = Hex(self.storage.top.get(&key).cloned().unwrap_or_default());
		Entry { key: Hex(key), value }
	}

	fn receipt(&self) -> Receipt {
		let (job, model) = (job_key(ID), model_key(&self.job));
		let (genesis, committee) = (storage::genesis_hash(), committee_key(ID));
		let verdict = verdict_key(ID);
		let keys = [&genesis, &job, &model, &committee, &verdict];
		let proof = prove_read(self.backend(), keys).unwrap();
		let optional = |key: Vec<u8>| self.storage.top.contains_key(&key).then(|| self.entry(key));
		let all = ItemSet::first(ITEMS);
		let items = [0, 2].map(|item| ItemProof {
			job: ID,
			item,
			digest: self.digests[item as usize],
			proof: hashing::item_proof(&all, &self.digests, item).unwrap(),
		});
		Receipt {
			version: VERSION,
			job: ID,
			block: Block { hash: BlakeTwo256::hash_of(&self.header), header: self.header.clone() },
			records: Records {
				genesis: self.entry(genesis),
				job: self.entry(job),
				committee: optional(committee),
				verdict: optional(verdict),
				model: self.entry(model),
			},
			proof: proof.into_iter_nodes().map(Hex).collect(),
			items: if self.job.state.is_terminal() { items.to_vec() } else { Vec::new() },
		}
	}
}

/// The error of a receipt that was changed in one place.
fn tampered(change: impl FnOnce(&mut Receipt)) -> Error {
	let mut receipt = Chain::settled().receipt();
	receipt.verify(None).unwrap();
	change(&mut receipt);
	receipt.verify(None).unwrap_err()
}

#[test]
fn verify_proves_everything_when_the_receipt_is_untouched() {
	let chain = Chain::settled();
	let receipt = chain.receipt();
	let proven = receipt.verify(Some(receipt.block.hash)).unwrap();
	assert_eq!((proven.id, proven.number, proven.items.as_slice()), (ID, 20, &[0, 2][..]));
	assert_eq!(proven.genesis, H256::repeat_byte(0x6e));
	assert_eq!(proven.job, chain.job);
	assert_eq!(proven.model, "digits");
	assert_eq!(proven.variant.artifact.digest, chain.job.artifact);
	let executors = proven.witnesses().into_iter().map(|(who, _)| who).collect::<Vec<_>>();
	assert_eq!(executors, [10, 11, 12].map(|who| AccountId32::new([who; 32])));
}

#[test]
fn receipt_survives_being_written_and_read() {
	let receipt = Chain::settled().receipt();
	let text = serde_json::to_string_pretty(&receipt).unwrap();
	let read: Receipt = serde_json::from_str(&text).unwrap();
	assert_eq!(read, receipt);
	assert!(read.verify(None).is_ok());
	let strange = text.replacen("\"version\"", "\"surprise\": 1, \"version\"", 1);
	assert!(serde_json::from_str::<Receipt>(&strange).is_err());
}

#[test]
fn receipt_is_smaller_than_the_state() {
	let chain = Chain::settled();
	let size: usize = chain.receipt().proof.iter().map(|node| node.0.len()).sum();
	let state: usize = chain.storage.top.values().map(Vec::len).sum();
	assert!(size < state / 2, "{size} of {state}");
}

#[test]
fn verify_fails_when_the_version_is_unknown() {
	assert_eq!(tampered(|receipt| receipt.version = 2), Error::UnknownVersion(2));
}

#[test]
fn verify_fails_when_the_header_is_changed() {
	let changes: [fn(&mut Header); 4] = [
		|header| header.number += 1,
		|header| header.parent_hash = H256::zero(),
		|header| header.state_root = H256::zero(),
		|header| header.extrinsics_root = H256::zero(),
	];
	for change in changes {
		let error = tampered(|receipt| change(&mut receipt.block.header));
		assert!(matches!(error, Error::HeaderMismatch { .. }), "{error}");
	}
}

#[test]
fn verify_fails_when_the_block_is_another_than_the_trusted_one() {
	let receipt = Chain::settled().receipt();
	let (expected, found) = (H256::repeat_byte(3), receipt.block.hash);
	let error = receipt.verify(Some(expected)).unwrap_err();
	assert_eq!(error, Error::OtherBlock { expected, found });
	// A forger can make header and hash fit each other, but not the trusted hash.
	let mut forged = receipt.clone();
	forged.block.header.number += 1;
	forged.block.hash = BlakeTwo256::hash_of(&forged.block.header);
	let error = forged.verify(Some(found)).unwrap_err();
	assert!(matches!(error, Error::OtherBlock { .. }), "{error}");
}

#[test]
fn verify_fails_when_the_state_root_is_another() {
	let error = tampered(|receipt| {
		receipt.block.header.state_root = H256::repeat_byte(4);
		receipt.block.hash = BlakeTwo256::hash_of(&receipt.block.header);
	});
	assert!(matches!(error, Error::InvalidProof { .. }), "{error}");
}

#[test]
fn verify_fails_when_any_node_of_the_proof_is_changed_or_missing() {
	let receipt = Chain::settled().receipt();
	for index in 0..receipt.proof.len() {
		let error = tampered(|receipt| {
			receipt.proof[index].0[0] ^= 1;
		});
		assert!(matches!(error, Error::InvalidProof { .. }), "changed node {index}: {error}");
		let error = tampered(|receipt| {
			receipt.proof.remove(index);
		});
		assert!(matches!(error, Error::InvalidProof { .. }), "missing node {index}: {error}");
	}
}

#[test]
fn verify_fails_when_a_record_is_changed() {
	let last = |entry: &mut Entry| *entry.value.0.last_mut().unwrap() ^= 1;
	let error = tampered(|receipt| last(&mut receipt.records.genesis));
	assert_eq!(error, Error::ValueMismatch(Record::Genesis));
	let error = tampered(|receipt| last(&mut receipt.records.job));
	assert_eq!(error, Error::ValueMismatch(Record::Job));
	let error = tampered(|receipt| last(&mut receipt.records.model));
	assert_eq!(error, Error::ValueMismatch(Record::Model));
	let error = tampered(|receipt| last(receipt.records.committee.as_mut().unwrap()));
	assert_eq!(error, Error::ValueMismatch(Record::Committee));
	let error = tampered(|receipt| last(receipt.records.verdict.as_mut().unwrap()));
	assert_eq!(error, Error::ValueMismatch(Record::Verdict));
}

#[test]
fn verify_fails_when_a_record_is_of_another_key() {
	let other = |entry: &mut Entry| entry.key.0[0] ^= 1;
	let error = tampered(|receipt| other(&mut receipt.records.genesis));
	assert_eq!(error, Error::WrongKey(Record::Genesis));
	let error = tampered(|receipt| other(&mut receipt.records.model));
	assert_eq!(error, Error::WrongKey(Record::Model));
	let error = tampered(|receipt| other(receipt.records.committee.as_mut().unwrap()));
	assert_eq!(error, Error::WrongKey(Record::Committee));
	let error = tampered(|receipt| receipt.job = JobId(8));
	assert_eq!(error, Error::WrongKey(Record::Job));
}

#[test]
fn verify_fails_when_the_state_has_no_such_record() {
	let mut chain = Chain::settled();
	chain.storage.top.remove(&job_key(ID));
	chain.seal();
	assert_eq!(chain.receipt().verify(None).unwrap_err(), Error::Missing(Record::Job));
}

#[test]
fn verify_fails_when_committee_or_verdict_is_left_out() {
	let error = tampered(|receipt| receipt.records.committee = None);
	assert_eq!(error, Error::LeftOut(Record::Committee));
	let error = tampered(|receipt| receipt.records.verdict = None);
	assert_eq!(error, Error::LeftOut(Record::Verdict));
}

#[test]
fn verify_fails_when_a_proven_record_cannot_be_read() {
	let mut chain = Chain::settled();
	chain.storage.top.insert(job_key(ID), vec![1, 2, 3]);
	chain.seal();
	let error = chain.receipt().verify(None).unwrap_err();
	assert!(matches!(error, Error::Undecodable { record: Record::Job, .. }), "{error}");
}

#[test]
fn verify_fails_when_job_and_model_name_different_weights() {
	let mut chain = Chain::settled();
	let other = H256::repeat_byte(5);
	chain.storage.top.insert(model_key(&chain.job), model(other).encode());
	chain.seal();
	let error = chain.receipt().verify(None).unwrap_err();
	assert_eq!(error, Error::WeightsMismatch { job: chain.job.artifact, variant: other });
}

#[test]
fn verify_fails_when_the_model_has_no_such_variant() {
	let mut chain = Chain::settled();
	chain.job.request.variant = VariantId { model: ModelId(3), index: 1 };
	chain.storage.top.insert(job_key(ID), chain.job.encode());
	chain.seal();
	assert_eq!(chain.receipt().verify(None).unwrap_err(), Error::NoSuchVariant(1));
}

#[test]
fn verify_fails_when_an_item_is_changed() {
	let error = tampered(|receipt| receipt.items[1].digest = H256::zero());
	assert_eq!(error, Error::ItemMismatch(2));
	let error = tampered(|receipt| receipt.items[0].proof[0] = H256::zero());
	assert_eq!(error, Error::ItemMismatch(0));
	let error = tampered(|receipt| receipt.items[0].item = 1);
	assert_eq!(error, Error::ItemMismatch(1));
	let error = tampered(|receipt| receipt.items[0].job = JobId(8));
	assert_eq!(error, Error::OtherJob { item: 0, job: JobId(8) });
	let error = tampered(|receipt| receipt.items[0].item = ITEMS);
	assert!(matches!(error, Error::Item(results::Error::NoSuchItem { .. })), "{error}");
}

#[test]
fn verify_proves_the_fault_when_a_job_was_not_paid() {
	let statement = Statement { refunded: 98, treasury: 2, ..Default::default() };
	let never = RefundReason::NoCommittee;
	let refunded = JobState::Refunded { at: 101, reason: never, statement };
	let mut receipt = Chain::new(refunded, None).receipt();
	receipt.items.clear();
	let proven = receipt.verify(None).unwrap();
	assert_eq!(proven.job.state.fault(), Some(never.fault()));
	assert!(proven.committee.is_none() && proven.witnesses().is_empty());

	let why = Invalidity::BlobMissing;
	let invalid = JobState::Invalid { at: 9, why, statement };
	let mut responses = vec![Response::Invalid(why); 3];
	responses.push(Response::Result(answer()));
	let mut receipt = Chain::new(invalid, Some(committee(responses))).receipt();
	receipt.items.clear();
	let proven = receipt.verify(None).unwrap();
	assert_eq!(proven.job.state.fault(), Some(why.fault()));
	assert_eq!(proven.witnesses().len(), 3);
}

#[test]
fn witnesses_are_named_for_what_they_agreed_on_when_some_items_were_in_dispute() {
	let patch = tercet_primitives::Patch {
		items: ItemSet::from_iter([1]),
		answer: Answer { root: H256::repeat_byte(8), ..answer() },
	};
	let statement = Statement::default();
	let state = JobState::Settled {
		at: 12,
		answer: answer(),
		disputed: Disputed::Resolved(patch.clone()),
		statement,
	};
	let other = Answer { root: H256::repeat_byte(7), ..answer() };
	let said = [answer(), answer(), other, patch.answer.clone(), patch.answer.clone()];
	let mut committee = committee(said.into_iter().map(Response::Result).collect());
	for seat in committee.seats.iter_mut().skip(3) {
		seat.items = patch.items;
	}
	let mut chain = Chain::new(state, Some(committee));
	// All but the third agree in the end.
	chain.storage.top.insert(verdict_key(ID), (0b11011u8, 3u8).encode());
	chain.seal();
	let mut receipt = chain.receipt();
	receipt.items.clear();
	let proven = receipt.verify(None).unwrap();
	let what = proven.witnesses().into_iter().map(|(_, what)| what).collect::<Vec<_>>();
	let (all, rest) = ("the result", "the items that were in dispute");
	assert_eq!(what, [all, all, "the items that were not in dispute", rest, rest]);
}

#[test]
fn verify_accepts_no_items_when_the_job_has_not_ended() {
	let part = Part {
		answer: answer(),
		items: ItemSet::from_iter([0, 2]),
		statement: Statement::default(),
	};
	let running = JobState::Running { drawn_at: 3, part: Some(part) };
	let chain = Chain::new(running, Some(committee(vec![])));
	let receipt = chain.receipt();
	assert_eq!(receipt.verify(None).unwrap().job.state.fault(), None);
}

#[test]
fn header_and_proof_are_understood_as_a_node_writes_them() {
	/// What a node answered to `chain_getHeader` and `state_getReadProof`.
	#[derive(Deserialize)]
	struct Answers {
		hash: H256,
		header: Header,
		proof: Vec<Hex>,
		genesis: H256,
	}
	let answers: Answers = serde_json::from_str(include_str!("node.json")).unwrap();
	assert_eq!(BlakeTwo256::hash_of(&answers.header), answers.hash);
	let state = State::new(&answers.header, &answers.proof).unwrap();
	let value = state.value(Record::Genesis, &storage::genesis_hash()).unwrap();
	assert_eq!(value, Some(answers.genesis.encode()));
	let error = state.value(Record::Job, &job_key(ID)).unwrap_err();
	assert!(matches!(error, Error::InvalidProof { record: Record::Job, .. }), "{error}");
}
