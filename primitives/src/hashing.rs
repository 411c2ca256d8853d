//! The canonical hashes. Each starts with its own domain tag, so none can be read as another.
//!
//! All hashes are BLAKE2b-256; integers are little-endian, as in SCALE.

use alloc::vec::Vec;
use binary_merkle_tree::{merkle_proof, merkle_root, verify_proof};
use codec::Encode;
use polkadot_sdk::{sp_crypto_hashing::blake2_256, sp_runtime::traits::BlakeTwo256};

use crate::{Answer, JobId, H256};

const ITEM_TAG: &[u8] = b"tercet/item/1";
const LEAF_TAG: &[u8] = b"tercet/leaf/1";
const ANSWER_TAG: &[u8] = b"tercet/answer/1";
const COMMIT_TAG: &[u8] = b"tercet/commit/1";
const DRAW_TAG: &[u8] = b"tercet/draw/1";

/// Random bytes that hide an answer behind its commitment.
pub type Salt = [u8; 32];

/// Digest of one item's canonical result bytes.
pub fn item_digest(result: &[u8]) -> H256 {
	H256(blake2_256(&[ITEM_TAG, result].concat()))
}

/// Merkle root over `digests`, where `digests[i]` is the [`item_digest`] of item `i`. Each leaf
/// carries its index, so an item cannot be shown for another.
pub fn result_root(digests: &[H256]) -> H256 {
	merkle_root::<BlakeTwo256, _>(leaves(digests))
}

/// Sibling hashes, from the leaf up, that lead from item `index` to the [`result_root`]; `None`
/// when there is no such item.
pub fn item_proof(digests: &[H256], index: u32) -> Option<Vec<H256>> {
	((index as usize) < digests.len())
		.then(|| merkle_proof::<BlakeTwo256, _, _>(leaves(digests), index).proof)
}

/// Whether `proof` leads from `digest` as item `index` of `items` to `root`.
pub fn verify_item(root: &H256, items: u32, index: u32, digest: &H256, proof: &[H256]) -> bool {
	let leaf = leaf(index, digest);
	index < items
		&& verify_proof::<BlakeTwo256, _, _>(root, proof.iter().copied(), items, index, &leaf)
}

/// Hash of a whole answer.
pub fn answer_hash(answer: &Answer) -> H256 {
	H256((ANSWER_TAG, answer).using_encoded(blake2_256))
}

/// The commitment of `executor` to `answer`. It binds chain, job, round and executor, so a copy is
/// worth nothing to anybody else, anywhere else, ever.
pub fn commitment<AccountId: Encode>(
	genesis: &H256,
	job: JobId,
	round: u8,
	executor: &AccountId,
	answer: &Answer,
	salt: &Salt,
) -> H256 {
	let preimage = (COMMIT_TAG, genesis, job, round, executor, answer_hash(answer), salt);
	H256(preimage.using_encoded(blake2_256))
}

/// Seed of the draw for `job`, from the VRF output of the drawing block.
pub fn draw_seed(vrf_output: &[u8; 32], genesis: &H256, job: JobId, round: u8) -> H256 {
	H256((DRAW_TAG, vrf_output, genesis, job, round).using_encoded(blake2_256))
}

fn leaves(digests: &[H256]) -> Vec<[u8; 32]> {
	digests.iter().zip(0u32..).map(|(digest, index)| leaf(index, digest)).collect()
}

fn leaf(index: u32, digest: &H256) -> [u8; 32] {
	(LEAF_TAG, index, digest).using_encoded(blake2_256)
}
