//! `tercet credit`.

use clap::Subcommand;
use tercet_primitives::AccountId32;

use crate::amounts::Amount;

/// Put money aside once, for the escrow of many jobs.
#[derive(Debug, Subcommand)]
pub enum CreditCommand {
	/// Put more aside.
	Add {
		/// How much, in TCT.
		amount: Amount,
	},

	/// Take back what no open job needs.
	Withdraw {
		/// How much, in TCT.
		amount: Amount,
	},

	/// Show what is put aside, and how much of it open jobs need.
	Show {
		/// The account; that of --key if not said.
		account: Option<AccountId32>,
	},
}
