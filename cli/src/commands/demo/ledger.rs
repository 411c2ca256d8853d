//! Who had what, and who paid which fees in between.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use tercet_chain_client::{AccountBalance, ChainClient, Head};
use tercet_primitives::{AccountId32, Balance};

/// The account of the treasury: what `PalletId(*b"py/trsry").into_account_truncating()` gives.
pub fn treasury() -> AccountId32 {
	let mut bytes = [0; 32];
	let id = b"modlpy/trsry";
	bytes[..id.len()].copy_from_slice(id);
	AccountId32::new(bytes)
}

/// Balances at the end of one block.
#[derive(Clone, Debug)]
pub struct Snapshot {
	/// The block.
	pub head: Head,
	/// All the money there is.
	pub issuance: Balance,
	balances: BTreeMap<AccountId32, AccountBalance>,
}

impl Snapshot {
	/// What these accounts have at the end of that block.
	pub async fn take(chain: &ChainClient, head: Head, accounts: &[AccountId32]) -> Result<Self> {
		let at = chain.at(head.hash);
		let mut balances = BTreeMap::new();
		for account in accounts {
			balances.insert(account.clone(), at.balance(account.clone()).await?);
		}
		Ok(Self { head, issuance: at.total_issuance().await?, balances })
	}

	/// Everything that an account has, held or not.
	pub fn total(&self, account: &AccountId32) -> Balance {
		self.balances.get(account).map_or(0, AccountBalance::total)
	}

	/// What is held from an account.
	pub fn held(&self, account: &AccountId32) -> Balance {
		self.balances.get(account).map_or(0, |balance| balance.reserved)
	}
}

/// Transaction fees of some blocks, by who paid them.
#[derive(Clone, Debug, Default)]
pub struct Fees(BTreeMap<AccountId32, Balance>);

impl Fees {
	/// Fees of the blocks after `before` up to `after`.
	pub async fn between(chain: &ChainClient, before: Head, after: Head) -> Result<Self> {
		let mut fees = Self::default();
		for number in before.number.saturating_add(1)..=after.number {
			let hash = chain.hash_of(number).await?.context("a block is gone")?;
			for event in chain.at(hash).events().await? {
				if event.is("TransactionPayment", "TransactionFeePaid") {
					let (payer, fee) = event.decode::<(AccountId32, Balance)>()?;
					*fees.0.entry(payer).or_default() += fee;
				}
			}
		}
		Ok(fees)
	}

	/// What one account paid.
	pub fn of(&self, account: &AccountId32) -> Balance {
		self.0.get(account).copied().unwrap_or(0)
	}

	/// What all accounts paid.
	pub fn total(&self) -> Balance {
		self.0.values().sum()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn treasury_is_the_account_that_every_substrate_chain_knows() {
		assert_eq!(treasury().to_string(), "5EYCAe5ijiYfyeZ2JJCGq56LmPyNRAKzpG4QkoQkkQNB5e6Z");
	}
}
