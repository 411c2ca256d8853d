//! Where the chain keeps what has no question of its own.

use codec::Encode;
use polkadot_sdk::sp_crypto_hashing::{blake2_128, twox_128, twox_64};

/// Key of a map's entry, for maps whose keys are hashed with `Blake2_128Concat`.
pub fn entry(pallet: &str, item: &str, key: impl Encode) -> Vec<u8> {
	let key = key.encode();
	[&value(pallet, item)[..], &blake2_128(&key), &key].concat()
}

/// Key of a single value.
pub fn value(pallet: &str, item: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}

/// Key of the chain's first block hash, which is kept for ever.
pub fn genesis_hash() -> Vec<u8> {
	let number = 0u32.encode();
	[&value("System", "BlockHash")[..], &twox_64(&number), &number].concat()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn keys_are_those_of_every_substrate_chain() {
		let account = value("System", "Account");
		let expected = "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9";
		assert_eq!(hex::encode(account), expected);
		let genesis = "26aa394eea5630e07c48ae0c9558cef7a44704b568d21667356a5a050c118746\
			b4def25cfda6ef3a00000000";
		assert_eq!(hex::encode(genesis_hash()), genesis);
	}
}
