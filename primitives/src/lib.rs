//! What every part of Tercet agrees on: ids and units, blobs, models, jobs and answers, the
//! canonical hashes that bind them, the traits through which pallets see each other, and the
//! runtime APIs that wallets and workers ask.
//!
//! Everything here is `no_std`, SCALE-encoded and used unchanged by pallets, worker and CLI, so a
//! type has one meaning and one encoding everywhere.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod apis;
pub mod blob;
pub mod committee;
pub mod hashing;
pub mod ids;
pub mod items;
pub mod job;
pub mod metering;
pub mod model;
pub mod params;
pub mod privacy;
pub mod provider;
pub mod traits;

pub use blob::{BlobRef, Payload, MAX_INLINE_BYTES};
pub use committee::{
	Answer, Committee, Conduct, Decision, Duty, Invalidity, Patch, Response, Seat, SeatState,
	Stage, Votes, MAX_SEATS,
};
pub use ids::{JobId, ModelId, PoolId, VariantId, WorkUnits};
pub use items::ItemSet;
pub use job::{
	Disputed, Fault, Funding, Job, JobRequest, JobState, Part, Redundancy, RefundReason, Statement,
	MAX_ITEMS,
};
pub use model::{
	hamming_distance, Agreement, Deprecation, Feature, Fingerprint, Model, Precision, Royalties,
	Royalty, Variant, VariantTerms, FINGERPRINT_BITS, MAX_LINEAGE, MAX_MANAGERS, MAX_VARIANTS,
};
pub use privacy::{Envelope, ExecutorPublicKey, ENVELOPE_BYTES};
pub use provider::{Architecture, DeterminismClass, ExecutionProvider, OnnxRuntimeVersion};

use polkadot_sdk::{sp_core, sp_runtime};

pub use sp_core::{ConstU32, H256};
pub use sp_runtime::{AccountId32, BoundedVec, Permill};

/// Amount of the native token, in planck: 1 TCT = 10^12 planck.
pub type Balance = u128;

/// Height of a block. Deadlines and windows are counted in blocks.
pub type BlockNumber = u32;

/// 10^12 planck.
pub const TCT: Balance = 1_000_000_000_000;

/// One thousandth of a [`TCT`].
pub const MILLI_TCT: Balance = TCT / 1_000;

/// Length of a slot, in milliseconds.
pub const SLOT_MILLIS: u64 = 2_000;
