//! The canonical hashes. Each starts with its own domain tag, so none can be read as another.
//!
//! All hashes are BLAKE2b-256; integers are little-endian, as in SCALE.

use alloc::vec::Vec;
use binary_merkle_tree::{merkle_proof, merkle_root, verify_proof};
use codec::Encode;
use polkadot_sdk::{sp_crypto_hashing::blake2_256, sp_runtime::traits::BlakeTwo256};

use crate::{Fingerprint, ItemSet, JobId, Response, H256};

const ITEM_TAG: &[u8] = b"tercet/item/1";
const LEAF_TAG: &[u8] = b"tercet/leaf/1";
const RESPONSE_TAG: &[u8] = b"tercet/response/1";
const COMMIT_TAG: &[u8] = b"tercet/commit/2";
const SEAL_TAG: &[u8] = b"tercet/seal/1";
const CANARY_TAG: &[u8] = b"tercet/canary/1";
const DRAW_TAG: &[u8] = b"tercet/draw/1";
const LOTTERY_TAG: &[u8] = b"tercet/lottery/1";
const FINGERPRINT_TAG: &[u8] = b"tercet/fingerprint/1";
const RANDOM_TAG: &[u8] = b"tercet/random/1";

/// Random bytes that hide an answer behind its commitment.
pub type Salt = [u8; 32];

/// Digest of one item's canonical result bytes.
pub fn item_digest(result: &[u8]) -> H256 {
	H256(blake2_256(&[ITEM_TAG, result].concat()))
}

/// Merkle root over the results of `items`, where `digests` are their [`item_digest`]s in rising
/// order of items. Each leaf carries its item's index, so an item cannot be shown for another.
pub fn result_root(items: &ItemSet, digests: &[H256]) -> H256 {
	merkle_root::<BlakeTwo256, _>(leaves(items, digests))
}

/// Sibling hashes, from the leaf up, that lead from item `index` to the [`result_root`]; `None`
/// when there is no such item.
pub fn item_proof(items: &ItemSet, digests: &[H256], index: u32) -> Option<Vec<H256>> {
	let leaves = leaves(items, digests);
	let position = items.rank(index);
	(items.contains(index) && (position as usize) < leaves.len())
		.then(|| merkle_proof::<BlakeTwo256, _, _>(leaves, position).proof)
}

/// Whether `proof` leads from `digest` as item `index` of `items` to `root`.
pub fn verify_item(
	root: &H256,
	items: &ItemSet,
	index: u32,
	digest: &H256,
	proof: &[H256],
) -> bool {
	let (leaf, position) = (leaf(index, digest), items.rank(index));
	let proof = proof.iter().copied();
	items.contains(index)
		&& verify_proof::<BlakeTwo256, _, _>(root, proof, items.len(), position, &leaf)
}

/// Hash of a whole response.
pub fn response_hash(response: &Response) -> H256 {
	H256((RESPONSE_TAG, response).using_encoded(blake2_256))
}

/// The commitment of `executor` to `response`. It binds chain, job, round and executor, so a copy is
/// worth nothing to anybody else, anywhere else, ever.
pub fn commitment<AccountId: Encode>(
	genesis: &H256,
	job: JobId,
	round: u8,
	executor: &AccountId,
	response: &Response,
	salt: &Salt,
) -> H256 {
	let preimage = (COMMIT_TAG, genesis, job, round, executor, response_hash(response), salt);
	H256(preimage.using_encoded(blake2_256))
}

/// The commitment of `executor` to `fingerprints` in `round` of a job, which is the committee's
/// round, not that of the executor's seat.
pub fn seal<AccountId: Encode>(
	genesis: &H256,
	job: JobId,
	round: u8,
	executor: &AccountId,
	fingerprints: &[Fingerprint],
	salt: &Salt,
) -> H256 {
	let preimage = (SEAL_TAG, genesis, job, round, executor, fingerprints, salt);
	H256(preimage.using_encoded(blake2_256))
}

/// A requester's commitment to the digest that item `index` of its job should have.
pub fn canary(genesis: &H256, index: u32, digest: &H256, salt: &Salt) -> H256 {
	H256((CANARY_TAG, genesis, index, digest, salt).using_encoded(blake2_256))
}

/// Seed of the draw for `job`, from the VRF output of the drawing block.
pub fn draw_seed(vrf_output: &[u8; 32], genesis: &H256, job: JobId, round: u8) -> H256 {
	H256((DRAW_TAG, vrf_output, genesis, job, round).using_encoded(blake2_256))
}

/// A number, uniform below 2^32, that decides whether `job` is audited, from the VRF output of the
/// block after the last commitment.
pub fn lottery(vrf_output: &[u8; 32], genesis: &H256, job: JobId) -> u32 {
	let [a, b, c, d, ..] = (LOTTERY_TAG, vrf_output, genesis, job).using_encoded(blake2_256);
	u32::from_le_bytes([a, b, c, d])
}

/// Seed of the fingerprints of `job` in `round`, from the VRF output of the block after the last
/// commitment.
pub fn fingerprint_seed(vrf_output: &[u8; 32], genesis: &H256, job: JobId, round: u8) -> H256 {
	H256((FINGERPRINT_TAG, vrf_output, genesis, job, round).using_encoded(blake2_256))
}

/// Seed of everything random in item `index` of an input: sampling, diffusion noise. It is made of
/// what is run alone, so that whoever runs it again, in an escalation, an audit or years later, draws
/// the same; `artifact` and `input` are digests of the variant and of the whole input.
pub fn item_seed(artifact: &H256, input: &H256, index: u32) -> H256 {
	H256((RANDOM_TAG, artifact, input, index).using_encoded(blake2_256))
}

fn leaves(items: &ItemSet, digests: &[H256]) -> Vec<[u8; 32]> {
	digests.iter().zip(items.iter()).map(|(digest, index)| leaf(index, digest)).collect()
}

fn leaf(index: u32, digest: &H256) -> [u8; 32] {
	(LEAF_TAG, index, digest).using_encoded(blake2_256)
}
