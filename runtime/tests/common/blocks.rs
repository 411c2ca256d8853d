//! Whole blocks: every pallet's hooks run, the clock is set, authors take turns. A test that starts
//! here is always inside a block, which [`next_block`] ends.

use codec::Encode;
use polkadot_sdk::{
	pallet_babe, pallet_staking, pallet_timestamp,
	sp_consensus_babe::{
		digests::{PreDigest, SecondaryPlainPreDigest},
		Slot, BABE_ENGINE_ID,
	},
	sp_keystore::{testing::MemoryKeystore, KeystoreExt},
	sp_runtime::{traits::Header as _, Digest, DigestItem},
	sp_staking::{EraIndex, SessionIndex},
};
use tercet_primitives::SLOT_MILLIS;
use tercet_runtime::{AccountId, Executive, Hash, Header, Runtime, Session, UncheckedExtrinsic};

use super::{chain_from, check_invariants};

/// The slot of the first block.
const FIRST_SLOT: u64 = 1_000_000;

/// Runs `test` in the first block of a chain that starts from `preset`, on a node that can generate
/// keys, and checks the invariants of our pallets afterwards.
pub fn on_a_network<R>(preset: &str, test: impl FnOnce() -> R) -> R {
	let mut chain = chain_from(preset);
	chain.register_extension(KeystoreExt::new(MemoryKeystore::new()));
	chain.execute_with(|| {
		begin(1, Hash::default(), &[]);
		let result = test();
		check_invariants();
		result
	})
}

/// Ends the block; the next one is by the validator whose turn it is, unless it is disabled.
pub fn next_block() {
	next_block_without(&[]);
}

/// The same, if the validators in `away` are away.
pub fn next_block_without(away: &[AccountId]) {
	let header = Executive::finalize_block();
	begin(header.number() + 1, header.hash(), away);
}

fn begin(number: u32, parent: Hash, away: &[AccountId]) {
	let slot = FIRST_SLOT + u64::from(number);
	let author = author(slot, away);
	let turn = PreDigest::SecondaryPlain(SecondaryPlainPreDigest {
		authority_index: author,
		slot: Slot::from(slot),
	});
	let digest = Digest { logs: vec![DigestItem::PreRuntime(BABE_ENGINE_ID, turn.encode())] };
	let header = Header::new(number, Hash::default(), Hash::default(), parent, digest);
	Executive::initialize_block(&header);
	let now = pallet_timestamp::Call::set { now: slot * SLOT_MILLIS };
	let applied = Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(now.into()));
	applied.expect("the clock may be set").expect("the clock is set");
}

/// Whose block it is: authorities take turns by slots, and who cannot is passed over.
fn author(slot: u64, away: &[AccountId]) -> u32 {
	let validators = Session::validators();
	let disabled = Session::disabled_validators();
	let count = validators.len() as u64;
	(0..count)
		.map(|skipped| ((slot + skipped) % count) as u32)
		.find(|index| !disabled.contains(index) && !away.contains(&validators[*index as usize]))
		.expect("somebody is there")
}

/// The slot of the block.
pub fn slot() -> Slot {
	pallet_babe::CurrentSlot::<Runtime>::get()
}

/// The era that is running.
pub fn era() -> EraIndex {
	pallet_staking::ActiveEra::<Runtime>::get().expect("there is always an era").index
}

/// Blocks until session `index` has begun.
pub fn run_to_session(index: SessionIndex) {
	run_to_session_without(index, &[]);
}

/// The same, if the validators in `away` are away.
pub fn run_to_session_without(index: SessionIndex, away: &[AccountId]) {
	while Session::current_index() < index {
		next_block_without(away);
	}
}

/// Blocks until era `index` has begun.
pub fn run_to_era(index: EraIndex) {
	while era() < index {
		next_block();
	}
}
