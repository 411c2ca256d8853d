//! The Tercet runtime: composition only. What it is made of is listed here; how each part is
//! configured is in [`configs`], what can be asked of it in [`apis`], how a chain starts in
//! [`genesis`].

// The macros of so many pallets nest deeply.
#![recursion_limit = "512"]
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
mod figures;
pub mod genesis;
mod offchain;
pub mod owed;
pub mod pace;

use alloc::{borrow::Cow, vec::Vec};
use polkadot_sdk::{
	frame_executive, frame_metadata_hash_extension, frame_support, frame_system,
	pallet_authority_discovery, pallet_authorship, pallet_babe, pallet_bags_list, pallet_balances,
	pallet_bounties, pallet_child_bounties, pallet_conviction_voting, pallet_grandpa,
	pallet_im_online, pallet_multisig, pallet_offences, pallet_preimage, pallet_proxy,
	pallet_referenda, pallet_scheduler,
	pallet_session::{self, historical as pallet_session_historical},
	pallet_staking, pallet_sudo, pallet_timestamp, pallet_transaction_payment, pallet_treasury,
	pallet_utility, pallet_whitelist, sp_runtime, sp_version,
};
use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature, OpaqueExtrinsic,
};
use sp_version::{runtime_version, RuntimeVersion};

pub use apis::RUNTIME_API_VERSIONS;
use configs::pallet_origins;
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
	// First: it gives a transaction that nobody signed, such as a heartbeat, its origin.
	frame_system::AuthorizeCall<Runtime>,
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
		/// Heartbeats.
		pub im_online: ImOnline,
		/// Addresses of validators in the network's directory.
		pub authority_discovery: AuthorityDiscovery,
	}
}

/// Defines [`VERSION`]. A macro because what reads the version out of the code wants a literal.
macro_rules! version {
	($spec_version:tt) => {
		/// Name and versions.
		#[runtime_version]
		pub const VERSION: RuntimeVersion = RuntimeVersion {
			spec_name: Cow::Borrowed("tercet"),
			impl_name: Cow::Borrowed("tercet-node"),
			authoring_version: 1,
			spec_version: $spec_version,
			impl_version: 1,
			apis: RUNTIME_API_VERSIONS,
			transaction_version: 1,
			system_version: 1,
		};
	};
}

#[cfg(not(feature = "next-version"))]
version!(1);
// For rehearsals of upgrades: `scripts/next-runtime.sh`.
#[cfg(feature = "next-version")]
version!(2);

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

	// Hooks and genesis run in the order of indices. Authorship comes before Session, which may end
	// the session that an author is paid for; Staking comes before Session, whose genesis asks it
	// for validators.
	#[runtime::pallet_index(10)]
	pub type Authorship = pallet_authorship;
	#[runtime::pallet_index(11)]
	pub type Staking = pallet_staking;
	#[runtime::pallet_index(12)]
	pub type Session = pallet_session;
	#[runtime::pallet_index(13)]
	pub type Historical = pallet_session_historical;
	#[runtime::pallet_index(14)]
	pub type Offences = pallet_offences;
	#[runtime::pallet_index(15)]
	pub type ImOnline = pallet_im_online;
	#[runtime::pallet_index(16)]
	pub type AuthorityDiscovery = pallet_authority_discovery;
	#[runtime::pallet_index(17)]
	pub type VoterList = pallet_bags_list;
	#[runtime::pallet_index(18)]
	pub type Pace = pace;

	#[runtime::pallet_index(20)]
	pub type Preimage = pallet_preimage;
	#[runtime::pallet_index(21)]
	pub type Scheduler = pallet_scheduler;
	#[runtime::pallet_index(22)]
	pub type Referenda = pallet_referenda;
	#[runtime::pallet_index(23)]
	pub type ConvictionVoting = pallet_conviction_voting;
	#[runtime::pallet_index(24)]
	pub type Whitelist = pallet_whitelist;
	#[runtime::pallet_index(25)]
	pub type Treasury = pallet_treasury;
	#[runtime::pallet_index(26)]
	pub type Bounties = pallet_bounties;
	#[runtime::pallet_index(27)]
	pub type ChildBounties = pallet_child_bounties;
	#[runtime::pallet_index(28)]
	pub type Origins = pallet_origins;

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
	#[runtime::pallet_index(55)]
	pub type Privacy = pallet_privacy;

	#[runtime::pallet_index(60)]
	pub type Dao = pallet_dao;
	#[runtime::pallet_index(61)]
	pub type ContributorReferenda = pallet_referenda<Instance2>;
}
