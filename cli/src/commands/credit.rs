//! `tercet credit`: money put aside once for the escrow of many jobs.

use anyhow::{Context as _, Result};
use codec::{Decode, DecodeAll};
use serde::Serialize;
use tercet_chain_client::{calls, At};
use tercet_primitives::{AccountId32, Balance};

use super::transaction::send;
use crate::{amounts::Amount, args::CreditCommand, context::Context, output::facts, storage};

/// A requester's credit, in planck: `JobMarket.Credits`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Decode, Serialize)]
pub struct Credit {
	/// All that is on hold.
	pub total: Balance,
	/// Part of it that open jobs need.
	pub committed: Balance,
}

impl Credit {
	/// What an account has put aside.
	///
	/// # Errors
	/// If the node does not answer, or keeps something else there.
	pub async fn of(at: &At, account: &AccountId32) -> Result<Self> {
		let key = storage::entry("JobMarket", "Credits", account);
		match at.storage(&key).await? {
			None => Ok(Self::default()),
			Some(bytes) => Self::decode_all(&mut &bytes[..])
				.context("the chain keeps credit in another way; use matching versions"),
		}
	}

	/// What no open job needs.
	pub fn free(&self) -> Balance {
		self.total.saturating_sub(self.committed)
	}
}

/// Does what the command says.
///
/// # Errors
/// Whatever it ran into.
pub async fn run(context: &Context, command: CreditCommand) -> Result<()> {
	match command {
		CreditCommand::Add { amount } => {
			let done = format!("{amount} more is credit; jobs draw on it with --from-credit");
			send(context, calls::add_credit(amount.0), &done).await
		},
		CreditCommand::Withdraw { amount } => {
			send(context, calls::withdraw_credit(amount.0), &format!("{amount} is free")).await
		},
		CreditCommand::Show { account } => {
			let account = context.account_or_own(account)?;
			let (_, _, at) = context.best().await?;
			let credit = Credit::of(&at, &account).await?;
			let value = serde_json::json!({ "account": account, "credit": credit });
			context.out.result(&value, || {
				facts([
					("account", account.to_string()),
					("credit", Amount(credit.total).to_string()),
					("needed by open jobs", Amount(credit.committed).to_string()),
					("free", Amount(credit.free()).to_string()),
				])
				.to_string()
			})
		},
	}
}
