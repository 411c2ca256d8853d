//! Sealing of one item.
//!
//! Two executors who have the same result must have the same bytes, so nothing here is random: the
//! nonce is made of what is sealed, as in SIV (Rogaway and Shrimpton, 2006). The same nonce means the
//! same plaintext in the same place, or a collision of a keyed hash of 192 bits.

use blake2b_simd::Params;
use chacha20poly1305::{
	aead::{Aead, KeyInit, Payload},
	XChaCha20Poly1305, XNonce,
};
use tercet_primitives::H256;
use zeroize::Zeroizing;

use crate::{padding, JobKey};

const CIPHER_LABEL: &[u8] = b"tercet/private-cipher/1";
const NONCE_LABEL: &[u8] = b"tercet/private-nonce/1";

/// Bytes of a nonce.
const NONCE_BYTES: usize = 24;

/// Ends a row: whatever fills rows up comes after it.
const END: u8 = 0x80;

/// What an item belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
	/// What is run.
	Input = 0,
	/// What comes of it.
	Result = 1,
}

/// Where an item belongs. It opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
	/// What it belongs to.
	pub purpose: Purpose,
	/// The model's artifact. Without it, somebody could submit another's input to a model made to tell
	/// what it saw, by how long it takes, how much it answers, or whether it fails.
	pub artifact: &'a H256,
	/// Its index in the job.
	pub item: u32,
}

impl Place<'_> {
	fn encode(&self) -> Vec<u8> {
		let Self { purpose, artifact, item } = self;
		[&[*purpose as u8][..], artifact.as_bytes(), &item.to_le_bytes()].concat()
	}
}

/// The keys that one job's items are sealed with.
pub(crate) struct Cipher {
	cipher: XChaCha20Poly1305,
	nonce_key: Zeroizing<[u8; 32]>,
}

impl Cipher {
	/// Of the job with this key.
	pub fn new(key: &JobKey) -> Self {
		let derived = |label| {
			let mut bytes = Zeroizing::new([0u8; 32]);
			let hash = Params::new().hash_length(32).key(key.bytes()).hash(label);
			bytes.copy_from_slice(hash.as_bytes());
			bytes
		};
		let cipher = XChaCha20Poly1305::new((&*derived(CIPHER_LABEL)).into());
		Self { cipher, nonce_key: derived(NONCE_LABEL) }
	}

	/// The row of an item: nonce, ciphertext with its tag, and a byte that ends it. `None` if it is
	/// longer than the cipher takes, which is 256 GiB.
	pub fn seal(&self, place: &Place<'_>, item: Vec<u8>) -> Option<Vec<u8>> {
		let aad = place.encode();
		let padded = Zeroizing::new(padding::padded(item));
		let nonce = self.nonce(&aad, &padded);
		let payload = Payload { msg: &padded, aad: &aad };
		let ciphertext = self.cipher.encrypt(XNonce::from_slice(&nonce), payload).ok()?;
		Some([&nonce[..], &ciphertext, &[END]].concat())
	}

	/// The item of a row; `None` if nobody who has the key sealed it for this place.
	pub fn open(&self, place: &Place<'_>, row: &[u8]) -> Option<Vec<u8>> {
		let (nonce, rest) = row.split_first_chunk::<NONCE_BYTES>()?;
		let ciphertext = rest.strip_suffix(&[END])?;
		let aad = place.encode();
		let payload = Payload { msg: ciphertext, aad: &aad };
		let padded = Zeroizing::new(self.cipher.decrypt(XNonce::from_slice(nonce), payload).ok()?);
		// An item is sealed in one way only.
		let item = padding::unpadded(&padded).filter(|_| self.nonce(&aad, &padded) == *nonce)?;
		Some(item.to_vec())
	}

	fn nonce(&self, aad: &[u8], padded: &[u8]) -> [u8; NONCE_BYTES] {
		let mut params = Params::new();
		let mut state = params.hash_length(NONCE_BYTES).key(&*self.nonce_key).to_state();
		// The place has one length, so nothing can be read in two ways.
		let hash = state.update(aad).update(padded).finalize();
		let mut nonce = [0; NONCE_BYTES];
		nonce.copy_from_slice(hash.as_bytes());
		nonce
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const ARTIFACT: H256 = H256([3; 32]);

	fn place(item: u32) -> Place<'static> {
		Place { purpose: Purpose::Input, artifact: &ARTIFACT, item }
	}

	#[test]
	fn item_opens_nowhere_but_in_its_place() {
		let cipher = Cipher::new(&JobKey::random());
		let row = cipher.seal(&place(4), b"item".to_vec()).unwrap();
		assert_eq!(cipher.open(&place(4), &row).unwrap(), b"item");
		let another = H256([4; 32]);
		for elsewhere in [
			place(5),
			Place { purpose: Purpose::Result, ..place(4) },
			Place { artifact: &another, ..place(4) },
		] {
			assert_eq!(cipher.open(&elsewhere, &row), None, "{elsewhere:?}");
			assert_ne!(cipher.seal(&elsewhere, b"item".to_vec()).unwrap()[..24], row[..24]);
		}
		assert_eq!(Cipher::new(&JobKey::random()).open(&place(4), &row), None);
	}

	#[test]
	fn item_is_not_opened_when_a_bit_is_flipped_or_a_byte_is_cut() {
		let cipher = Cipher::new(&JobKey::random());
		let row = cipher.seal(&place(0), b"an item".to_vec()).unwrap();
		for bit in 0..row.len() * 8 {
			let mut changed = row.clone();
			changed[bit / 8] ^= 1 << (bit % 8);
			assert_eq!(cipher.open(&place(0), &changed), None, "bit {bit}");
		}
		for length in 0..row.len() {
			assert_eq!(cipher.open(&place(0), &row[..length]), None, "{length} bytes");
		}
	}

	#[test]
	fn item_is_not_opened_when_it_was_sealed_in_another_way() {
		let cipher = Cipher::new(&JobKey::random());
		let (nonce, aad) = ([7; NONCE_BYTES], place(0).encode());
		let padded = padding::padded(b"item".to_vec());
		let payload = Payload { msg: &padded, aad: &aad };
		let ciphertext = cipher.cipher.encrypt(XNonce::from_slice(&nonce), payload).unwrap();
		let row = [&nonce[..], &ciphertext, &[END]].concat();
		assert_eq!(cipher.open(&place(0), &row), None);
	}

	#[test]
	fn row_has_the_same_length_when_the_item_is_a_little_longer() {
		let cipher = Cipher::new(&JobKey::random());
		let length = |item: usize| cipher.seal(&place(0), vec![1; item]).unwrap().len();
		assert_eq!(length(1000), length(1020));
		assert_ne!(length(1000), length(1100));
	}
}
