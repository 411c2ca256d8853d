//! What whoever runs or asks for private jobs wants to know of the chain.

use codec::{Decode, Encode};
use polkadot_sdk::sp_crypto_hashing::twox_64;
use tercet_primitives::{AccountId32, Envelope, ExecutorPublicKey, PoolId, H256};

use crate::{
	at::{decode, map_key},
	At, Error,
};

/// For private jobs.
impl At {
	/// The key for which keys of private jobs are to be sealed for `provider`; `None` if it has not
	/// announced one.
	///
	/// # Errors
	/// See [`At`].
	pub async fn executor_key(
		&self,
		provider: &AccountId32,
	) -> Result<Option<ExecutorPublicKey>, Error> {
		let key = map_key("Privacy", "Keys", &[&provider.encode()]);
		let bytes = self.storage(&key).await?;
		bytes.map(|bytes| decode("the key of an executor", &bytes)).transpose()
	}

	/// The keys of several providers, in their order; see [`Self::executor_key`].
	///
	/// # Errors
	/// See [`At`].
	pub async fn executor_keys(
		&self,
		providers: &[AccountId32],
	) -> Result<Vec<Option<ExecutorPublicKey>>, Error> {
		let place = |provider: &AccountId32| map_key("Privacy", "Keys", &[&provider.encode()]);
		let places = providers.iter().map(place).collect::<Vec<_>>();
		let keys = self.storage_of(&places).await?.into_iter();
		let key = |bytes: Vec<u8>| decode("the key of an executor", &bytes);
		keys.map(|bytes| bytes.map(key).transpose()).collect()
	}

	/// The key behind `commitment`, as `owner` sealed it for `recipient`; `None` if it has not.
	///
	/// # Errors
	/// See [`At`].
	pub async fn envelope(
		&self,
		owner: &AccountId32,
		commitment: H256,
		recipient: &AccountId32,
	) -> Result<Option<Envelope>, Error> {
		let keys = [(owner, commitment).encode(), recipient.encode()];
		let key = map_key("Privacy", "Envelopes", &[&keys[0], &keys[1]]);
		let bytes = self.storage(&key).await?;
		bytes.map(|bytes| decode("an envelope", &bytes)).transpose()
	}

	/// The available providers of a pool, in the order of their seats; `most` of them if there are
	/// more.
	///
	/// # Errors
	/// See [`At`].
	pub async fn pool_providers(&self, pool: PoolId, most: u32) -> Result<Vec<AccountId32>, Error> {
		let pool = pool.encode();
		let size = match self.storage(&map_key("ProviderStaking", "PoolSize", &[&pool])).await? {
			Some(bytes) => decode::<u32>("the size of a pool", &bytes)?,
			None => 0,
		};
		let seats = map_key("ProviderStaking", "PoolSeats", &[&pool]);
		let place = |number: u32| {
			let number = number.encode();
			[&seats[..], &twox_64(&number)[..], &number[..]].concat()
		};
		let places = (0..size.min(most)).map(place).collect::<Vec<_>>();
		let seats = self.storage_of(&places).await?.into_iter().flatten();
		// A seat begins with who sits there.
		let provider = |bytes: Vec<u8>| AccountId32::decode(&mut &bytes[..]);
		let providers = seats.map(provider).collect::<Result<_, _>>();
		providers.map_err(|error| Error::decode("a seat of a pool", error))
	}
}
