//! `tercet provider`.

use clap::{ArgGroup, Args, Subcommand};
use tercet_primitives::{AccountId32, DeterminismClass, ModelId};

use super::parse::{class, Portion, VariantChoice};
use crate::amounts::{Amount, Share};

/// Offer compute, delegate stake to those who do.
#[derive(Debug, Subcommand)]
pub enum ProviderCommand {
	/// Bond stake, or more of it.
	Bond {
		/// How much, in TCT.
		amount: Amount,
	},

	/// Start to take stake out; it is free when the unbonding period is over.
	Unbond {
		/// How much, in TCT.
		amount: Amount,
	},

	/// Free what has finished unbonding: your own stake, or what you delegated.
	Withdraw {
		/// What you took back from this provider, instead of your own stake.
		#[arg(long, value_name = "PROVIDER")]
		from: Option<AccountId32>,
	},

	/// Offer to run a variant, change an offer's price, or take it back.
	#[command(after_help = "\
Examples:
  tercet --key //Bob provider offer --model 0 --variant int8 --price 0.0005
  tercet --key //Bob provider offer --model 0 --variant int8 --remove")]
	Offer(OfferArgs),

	/// Enter the pools of all offers.
	Available,

	/// Leave all pools; jobs in hand stay.
	Unavailable,

	/// Delegate stake to a provider: you share in its rewards and in its slashes.
	Delegate {
		/// To whom.
		provider: AccountId32,
		/// How much, in TCT.
		amount: Amount,
	},

	/// Start to take delegated stake back; it is free when the unbonding period is over.
	Undelegate {
		/// From whom.
		provider: AccountId32,
		/// How much, in TCT, or `all`.
		amount: Portion,
	},

	/// Set the share of rewards that you keep before your delegators get theirs.
	Commission {
		/// The share; it may not rise fast.
		commission: Share,
	},

	/// Name the operator who runs you: providers of one operator never share a job. It counts once
	/// the operator accepts.
	#[command(group = ArgGroup::new("who").required(true).args(["operator", "clear"]))]
	Operator {
		/// The operator.
		operator: Option<AccountId32>,
		/// Be your own operator again.
		#[arg(long)]
		clear: bool,
	},

	/// Accept, as its operator, a provider that named you.
	Accept {
		/// The provider.
		provider: AccountId32,
	},

	/// Let the key of a worker answer jobs for you, and change offers and availability; it cannot
	/// move your stake. Your own key can stay offline then.
	WorkerKey {
		/// Address of the worker's key, as `tercet-worker init` shows it.
		address: AccountId32,
		/// Take that back.
		#[arg(long)]
		remove: bool,
	},

	/// Claim the rewards of eras for a provider. Anybody may.
	Claim {
		/// For whom; the account of --key if not said.
		provider: Option<AccountId32>,

		/// Only of this era; of every claimable one if not said.
		#[arg(long)]
		era: Option<u32>,
	},

	/// Show a provider: stake, delegations, reputation, offers, record, jobs in hand.
	#[command(visible_alias = "status")]
	Show {
		/// The account; that of --key if not said.
		account: Option<AccountId32>,
	},
}

/// Offer to run a variant, change an offer's price, or take it back.
#[derive(Debug, Args)]
pub struct OfferArgs {
	/// Number of the model.
	#[arg(long)]
	pub model: ModelId,

	/// Variant: its precision (int8) or its position (0). Not needed if there is only one.
	#[arg(long)]
	pub variant: Option<VariantChoice>,

	/// Determinism class: `portable`, or everything pinned, like cpu/ort-1.31.1/x86-avx2/t1.
	#[arg(long, default_value = "portable", value_parser = class)]
	pub class: DeterminismClass,

	/// The least that you accept per work unit, in TCT.
	#[arg(long, value_name = "AMOUNT", required_unless_present = "remove")]
	pub price: Option<Amount>,

	/// Take the offer back.
	#[arg(long, conflicts_with = "price")]
	pub remove: bool,
}
