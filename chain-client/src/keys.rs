//! Key pairs (sr25519) from what people write down.

use std::{path::Path, str::FromStr};

use subxt_signer::{sr25519::Keypair, SecretUri};
use tercet_primitives::AccountId32;

use crate::Error;

/// A key pair from a secret URI: a development key (`//Alice`), a BIP-39 mnemonic, a seed of 32
/// bytes in hexadecimal (`0x…`), each optionally with a derivation path (`//hard/soft`) and, for
/// mnemonics, a password (`///password`). The same as in polkadot.js and `subkey`.
///
/// # Errors
/// [`Error::Key`], which never repeats the secret.
pub fn from_uri(uri: &str) -> Result<Keypair, Error> {
	const EXPECTED: &str =
		"expected `//Alice`, a mnemonic of 12 to 24 words, or a seed like 0x and \
		64 hexadecimal digits, each optionally with a path like //1/2";
	let parsed = SecretUri::from_str(uri.trim())
		.map_err(|_| Error::Key(format!("the key is not a secret URI: {EXPECTED}")))?;
	Keypair::from_uri(&parsed).map_err(|error| {
		Error::Key(format!("the key cannot be used ({}): {EXPECTED}", anonymous(&error)))
	})
}

/// A key pair from a file that holds a secret URI and nothing else.
///
/// # Errors
/// [`Error::Key`] if the file cannot be read, or for anything that [`from_uri`] refuses.
pub fn from_file(path: impl AsRef<Path>) -> Result<Keypair, Error> {
	let path = path.as_ref();
	let text = std::fs::read_to_string(path).map_err(|error| {
		Error::Key(format!("cannot read the key file {}: {error}", path.display()))
	})?;
	from_uri(&text).map_err(|error| Error::Key(format!("key file {}: {error}", path.display())))
}

/// The account that a key pair signs for. It displays as SS58 with the generic prefix 42.
pub fn account_id(pair: &Keypair) -> AccountId32 {
	AccountId32::new(pair.public_key().0)
}

/// What is wrong, without anything that was typed.
fn anonymous(error: &subxt_signer::sr25519::Error) -> &'static str {
	use subxt_signer::sr25519::Error as E;
	match error {
		E::Phrase(_) => "the words are not a BIP-39 mnemonic",
		E::Hex(_) => "the seed is not 32 bytes in hexadecimal",
		_ => "the seed is not valid",
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	#[test]
	fn from_uri_gives_alice_when_written_in_each_way() {
		for uri in [
			"//Alice",
			"//Alice\n",
			"bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice",
			"0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a",
		] {
			assert_eq!(account_id(&from_uri(uri).unwrap()).to_string(), ALICE, "{uri}");
		}
	}

	#[test]
	fn from_uri_fails_without_repeating_the_secret_when_malformed() {
		for uri in ["0x1234", "Alice", "bottom drive obey", "0xzz"] {
			let error = from_uri(uri).unwrap_err();
			assert!(matches!(error, Error::Key(_)));
			assert!(!error.to_string().contains(&format!("`{uri}`")), "{error}");
		}
	}

	#[test]
	fn from_file_fails_when_there_is_none() {
		let error = from_file("/nonexistent/key").unwrap_err();
		assert!(error.to_string().contains("/nonexistent/key"), "{error}");
	}
}
