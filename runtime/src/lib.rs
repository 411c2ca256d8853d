//! The Tercet runtime: composition only. What it is made of is listed here; how each part is
//! configured is in [`configs`], what can be asked of it in [`apis`], how a chain starts in
//! [`genesis`].

#![cfg_attr(not(feature = "std"), no_std)]
#![allow(missing_docs, reason = "the macros that compose the runtime generate undocumented items")]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

#[cfg(feature = "runtime-benchmarks")]
#[macro_use]
mod benchmarking;

pub mod apis;
pub mod configs;
pub mod genesis;
pub mod owed;

use alloc::{borrow::Cow, vec::Vec};
use polkadot_sdk::{
	frame_executive, frame_metadata_hash_extension, frame_support, frame_system, pallet_babe,
	pallet_balances, pallet_grandpa, pallet_multisig, pallet_proxy, pallet_sudo, pallet_timestamp,
	pallet_transaction_payment, pallet_utility, sp_runtime, sp_version,
};
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature, OpaqueExtrinsic,
};
use sp_version::{runtime_version, RuntimeVersion};

pub use apis::RUNTIME_API_VERSIONS;
pub use tercet_primitives::{Balance, BlockNumber};

/// What signs a transaction: sr25519, ed25519 or ecdsa.
pub type Signature = MultiSignature;
/// Public key of an account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Number of transactions an account has sent.
pub type Nonce = u32;
/// A block hash.
pub type Hash = tercet_primitives::H256;
/// How transactions name accounts.
pub type Address = MultiAddress<AccountId, ()>;
/// A block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// A block as the node sees it: its transactions are bytes, so that any runtime upgrade is fine.
pub type OpaqueBlock = generic::Block<Header, OpaqueExtrinsic>;
/// What a transaction carries besides its call, and what checks it.
pub type TxExtension = (
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	owed::FreeIfOwed<pallet_transaction_payment::ChargeTransactionPayment<Runtime>>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);
/// A transaction as it travels.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// Dispatches blocks to pallets.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

impl_opaque_keys! {
	/// Keys that a validator's node holds.
	pub struct SessionKeys {
		/// Block production.
		pub babe: Babe,
		/// Finality.
		pub grandpa: Grandpa,
	}
}

/// Name and versions.
#[runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("tercet"),
	impl_name: Cow::Borrowed("tercet-node"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

#[frame_support::runtime]
mod runtime {
	use super::*;

	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	// Before JobMarket: its `on_finalize` draws with the VRF output that Babe's has just written.
	#[runtime::pallet_index(2)]
	pub type Babe = pallet_babe;
	#[runtime::pallet_index(3)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(5)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(6)]
	pub type Sudo = pallet_sudo;
	#[runtime::pallet_index(7)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(8)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(9)]
	pub type Multisig = pallet_multisig;

	#[runtime::pallet_index(50)]
	pub type ModelRegistry = pallet_model_registry;
	#[runtime::pallet_index(51)]
	pub type ProviderStaking = pallet_provider_staking;
	#[runtime::pallet_index(52)]
	pub type JobMarket = pallet_job_market;
	#[runtime::pallet_index(53)]
	pub type Verification = pallet_verification;
	#[runtime::pallet_index(54)]
	pub type Payouts = pallet_payouts;
}
