//! # Payouts
//!
//! Splits the escrow of a settled job between those who earned it.
//!
//! ## Glossary
//!
//! - **work**: what the executors earn together, `executors × units × price`.
//! - **royalty**: what the model's author earns on top, a share of the work.
//! - **treasury share**: what the network earns on top, a share of the work.
//! - **escrow**: what the payer has on hold for the job: all three, rounded up.
//!
//! ## How a split works
//!
//! [`worst_case`](tercet_primitives::traits::Payouts::worst_case) rounds every share up and says
//! what to hold; [`distribute`](tercet_primitives::traits::Payouts::distribute) rounds every share
//! down and pays. What rounding leaves, and whatever else of the escrow is not owed, returns to the
//! payer, so the parts of a [`Statement`](tercet_primitives::Statement) always sum to the escrow.
//!
//! Three rules keep one account from holding up everybody else's pay:
//!
//! - **Who cannot receive is paid to the treasury.** A payment below the existential deposit cannot
//!   bring an account to life. That part goes to the treasury account and is counted as the
//!   treasury's; the statement then names fewer executors, or no royalty.
//! - **What the treasury cannot receive returns to the payer**, and a remainder that the payer
//!   cannot receive (below the existential deposit, with nothing free) goes to the treasury.
//! - **Freezes of the payer do not count.** The money was put on hold for this very purpose, so
//!   voting with it elsewhere does not take it back.
//!
//! A treasury share that was raised after submission takes no more than the escrow leaves once
//! executors and author are paid.
//!
//! ## Scenario
//!
#![doc = "```ignore"]
#![doc = include_str!("tests/scenario.rs")]
#![doc = "```"]
//!
//! ## Invariants
//!
//! Checked by [`Pallet::do_try_state`]:
//!
//! 1. The [`Ledger`] balances: what executors, authors and treasury were paid and what payers got
//!    back sums to the escrow that was ever distributed.
//!
//! There are no calls: pay is pushed, nothing waits to be claimed.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::indexing_slicing,
		clippy::panic,
		clippy::unwrap_used
	)
)]

extern crate alloc;

mod distribution;
#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;
mod types;

pub use pallet::*;
pub use types::{Ledger, Role};

use frame::{deps::sp_runtime::TryRuntimeError, prelude::*, traits::fungible::MutateHold};
use tercet_primitives::{Balance, JobId};

#[frame::pallet]
pub mod pallet {
	use super::*;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config {
		/// The overarching hold reason.
		type RuntimeHoldReason: Parameter + Member + MaxEncodedLen + Copy + VariantCount;

		/// The native token.
		type Currency: MutateHold<
			Self::AccountId,
			Reason = Self::RuntimeHoldReason,
			Balance = Balance,
		>;

		/// What the network earns on top of the executors' pay, as a share of it.
		type TreasuryShare: Get<Permill>;

		/// Who receives the treasury share, and what others cannot receive. Keep it alive: what it
		/// cannot receive either stays with the payer.
		type TreasuryAccount: Get<Self::AccountId>;
	}

	/// Everything ever distributed.
	#[pallet::storage]
	pub type Distributed<T: Config> = StorageValue<_, Ledger, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Someone was paid for a job.
		Paid {
			/// The job.
			job: JobId,
			/// Who was paid.
			payee: T::AccountId,
			/// How much.
			amount: Balance,
			/// For what.
			role: Role,
		},
		/// Someone could not be paid, because the account is dead and the payment below the
		/// existential deposit; the treasury is paid instead.
		Redirected {
			/// The job.
			job: JobId,
			/// Who could not be paid.
			payee: T::AccountId,
			/// How much.
			amount: Balance,
			/// For what.
			role: Role,
		},
		/// What was left of the escrow returned to the payer.
		Refunded {
			/// The job.
			job: JobId,
			/// Who paid for the job.
			to: T::AccountId,
			/// How much.
			amount: Balance,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The escrow does not cover executors and author.
		EscrowTooSmall,
		/// The amounts do not fit into a balance.
		AmountOverflow,
		/// Neither the payer nor the treasury can receive what is left of the escrow.
		NobodyCanReceive,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), TryRuntimeError> {
			Self::do_try_state()
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Checks the invariants in the crate's documentation.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let ledger = Distributed::<T>::get();
		ensure!(
			ledger.parts() == Some(ledger.escrow),
			"invariant 1: the parts of the ledger do not sum to the escrow distributed"
		);
		Ok(())
	}
}
