//! Keys of jobs, keys of executors, and the envelope in which one is handed to the other.

use std::{fmt, path::Path};

use blake2b_simd::Params;
use codec::{Decode, Encode};
use crypto_box::{PublicKey, SecretKey};
use curve25519_dalek::MontgomeryPoint;
use rand::{rngs::OsRng, RngCore};
use tercet_primitives::{Envelope, ExecutorPublicKey, H256};
use zeroize::{Zeroize, Zeroizing};

use crate::{files, SecretFileError};

/// Tag of [`JobKey::commitment`].
const COMMITMENT_TAG: &[u8] = b"tercet/private-key/1";

/// The key of one private job: for its input, and for what comes of it.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct JobKey([u8; 32]);

impl JobKey {
	/// A new key.
	pub fn random() -> Self {
		let mut bytes = [0; 32];
		OsRng.fill_bytes(&mut bytes);
		Self(bytes)
	}

	/// The key in a file.
	///
	/// # Errors
	/// [`SecretFileError`].
	pub fn load(path: &Path) -> Result<Self, SecretFileError> {
		files::load(path).map(|bytes| Self(*bytes))
	}

	/// Writes the key to a file that is not there yet, for this user only.
	///
	/// # Errors
	/// [`SecretFileError::Io`].
	pub fn create(&self, path: &Path) -> Result<(), SecretFileError> {
		files::create(path, &self.0)
	}

	/// What the input says about the key: BLAKE2b-256 over the tag `tercet/private-key/1` and the key,
	/// in SCALE.
	///
	/// XChaCha20-Poly1305 does not commit to its key: somebody could make one ciphertext that opens
	/// under two keys as two different things, hand them to different executors, and have honest ones
	/// contradict each other.
	pub fn commitment(&self) -> H256 {
		let preimage = Zeroizing::new((COMMITMENT_TAG, &self.0).encode());
		let mut params = Params::new();
		H256::from_slice(params.hash_length(32).hash(&preimage).as_bytes())
	}

	pub(crate) fn bytes(&self) -> &[u8; 32] {
		&self.0
	}
}

impl fmt::Debug for JobKey {
	/// Without the key.
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("JobKey")
	}
}

impl Drop for JobKey {
	fn drop(&mut self) {
		self.0.zeroize();
	}
}

/// Sealed for this key, everybody could open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"the executor's key is a point of low order: whatever is sealed for it, everybody can open"
)]
pub struct WeakKey;

/// Seals the key of a job for an executor: a sealed box as in libsodium, by X25519 and
/// XSalsa20-Poly1305, different each time.
///
/// # Errors
/// [`WeakKey`].
pub fn seal_for(key: &JobKey, executor: &ExecutorPublicKey) -> Result<Envelope, WeakKey> {
	// A secret is a multiple of the cofactor, so it turns points of low order into the neutral one.
	if MontgomeryPoint(executor.0).mul_clamped([0; 32]).to_bytes() == [0; 32] {
		return Err(WeakKey);
	}
	let sealed = PublicKey::from_bytes(executor.0).seal(&mut OsRng, &key.0);
	let envelope = sealed.ok().and_then(|sealed| sealed.try_into().ok()).map(Envelope);
	Ok(envelope.expect("32 bytes are not too many to seal, and become 80; qed"))
}

/// An executor's key.
pub struct ExecutorKey(SecretKey);

impl ExecutorKey {
	/// A new key.
	pub fn random() -> Self {
		Self(SecretKey::generate(&mut OsRng))
	}

	/// The key in a file, made by the first who asks.
	///
	/// # Errors
	/// [`SecretFileError`].
	pub fn load_or_create(path: &Path) -> Result<Self, SecretFileError> {
		match files::load(path) {
			Ok(bytes) => Ok(Self(SecretKey::from_bytes(*bytes))),
			Err(error) if error.is_missing() => {
				let key = Self::random();
				files::create(path, &Zeroizing::new(key.0.to_bytes()))?;
				Ok(key)
			},
			Err(error) => Err(error),
		}
	}

	/// What the chain may know of it.
	pub fn public(&self) -> ExecutorPublicKey {
		ExecutorPublicKey(self.0.public_key().to_bytes())
	}

	/// The key of a job; `None` if it is not sealed for this key.
	pub fn open(&self, envelope: &Envelope) -> Option<JobKey> {
		let bytes = Zeroizing::new(self.0.unseal(&envelope.0).ok()?);
		bytes.as_slice().try_into().ok().map(JobKey)
	}
}

impl fmt::Debug for ExecutorKey {
	/// Without the secret.
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "ExecutorKey({})", hex::encode(self.public().0))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn envelope_opens_for_nobody_but_the_executor_it_is_sealed_for() {
		let (key, executor) = (JobKey::random(), ExecutorKey::random());
		let envelope = seal_for(&key, &executor.public()).unwrap();
		assert_eq!(executor.open(&envelope), Some(key.clone()));
		assert_eq!(ExecutorKey::random().open(&envelope), None);
		for byte in 0..envelope.0.len() {
			let mut changed = envelope;
			changed.0[byte] ^= 1;
			assert_eq!(executor.open(&changed), None, "byte {byte}");
		}
		assert_ne!(seal_for(&key, &executor.public()), Ok(envelope), "different each time");
	}

	#[test]
	fn envelope_is_a_sealed_box_as_libsodium_makes_them() {
		// crypto_box_seal of 32 bytes 0x2a, by PyNaCl 1.6.2, for the key whose
		// secret is 32 bytes 0x11.
		let executor = ExecutorKey(SecretKey::from_bytes([0x11; 32]));
		let mut envelope = Envelope([0; 80]);
		hex::decode_to_slice(LIBSODIUM, &mut envelope.0).unwrap();
		assert_eq!(executor.open(&envelope), Some(JobKey([0x2a; 32])));
	}

	const LIBSODIUM: &str =
		"fe8266cda379492b9ee8c5c191ef38b4241c00ab01b45640cd92ad73d765a67e9588c6507e32178e\
		4144cf359d21f73232fcf39b66be0cd930ba29964cda0220d4d456a70adc8fa851e7345205181844";

	#[test]
	fn seal_for_fails_when_the_executors_key_is_weak() {
		// 0, 1, p - 1, p, p + 1, and the two points of order 8: <https://cr.yp.to/ecdh.html>.
		for point in [
			"0000000000000000000000000000000000000000000000000000000000000000",
			"0100000000000000000000000000000000000000000000000000000000000000",
			"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
			"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
			"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		] {
			let mut key = ExecutorPublicKey([0; 32]);
			hex::decode_to_slice(point, &mut key.0).unwrap();
			assert_eq!(seal_for(&JobKey::random(), &key), Err(WeakKey), "{point}");
		}
	}

	#[test]
	fn commitment_is_that_of_another_key_when_a_bit_differs() {
		let (key, mut other) = (JobKey([5; 32]), JobKey([5; 32]));
		other.0[31] ^= 1;
		assert_ne!(key.commitment(), other.commitment());
		let preimage = [&[20 << 2][..], COMMITMENT_TAG, &[5; 32]].concat();
		let expected = Params::new().hash_length(32).hash(&preimage);
		assert_eq!(key.commitment().as_bytes(), expected.as_bytes());
	}

	#[test]
	fn keys_return_when_they_were_written_and_show_no_secret() {
		let dir = tempfile::tempdir().unwrap();
		let (job, executor) = (dir.path().join("job.key"), dir.path().join("executor.key"));
		let key = JobKey::random();
		key.create(&job).unwrap();
		assert_eq!(JobKey::load(&job).unwrap(), key);
		let public = ExecutorKey::load_or_create(&executor).unwrap().public();
		let again = ExecutorKey::load_or_create(&executor).unwrap();
		assert_eq!(again.public(), public);
		let shown = format!("{key:?} {again:?}");
		assert!(!shown.contains(&hex::encode(key.0)), "{shown}");
		assert!(!shown.contains(&hex::encode(again.0.to_bytes())), "{shown}");
	}
}
