//! Private jobs: what is run, and what comes of it, only for whoever asks and whoever runs it.
//!
//! The machinery of jobs stays as it is. A private job's input is a [map whose items are
//! sealed](sealed), an ordinary map of tensors with digests of its own, and so is its result. Whoever
//! runs it needs the [key of the job](JobKey), which the requester hands to the executors after they
//! were drawn, sealed for the [key of each](ExecutorKey). What that hides from whom, and what not, is in
//! `docs/private-jobs.md`.
//!
//! ```
//! use tercet_primitives::{AccountId32, ItemSet, H256};
//! use tercet_privacy::{seal_for, sealed, ExecutorKey, JobKey, Sealed};
//! use tercet_tensors::TensorMap;
//!
//! // The requester seals an input for a model, and the key for an executor.
//! let (requester, model) = (AccountId32::new([1; 32]), H256([2; 32]));
//! let input = TensorMap::from_documents(&[r#"{"inputs": "What a day!"}"#])?;
//! let key = JobKey::random();
//! let sealed_input = sealed::seal_input(&input, &requester, &key, &model)?;
//! let executor = ExecutorKey::random();
//! let envelope = seal_for(&key, &executor.public())?;
//!
//! // The executor sees whose key it needs, opens it, and runs the job.
//! let bytes = sealed_input.to_canonical_bytes();
//! let Sealed { owner, commitment } = Sealed::peek(&bytes).ok_or("not sealed")?;
//! let key = executor.open(&envelope).ok_or("not for me")?;
//! assert_eq!((owner, commitment), (requester, key.commitment()));
//! assert_eq!(sealed::open_input(&sealed_input, &key, &model)?, input);
//! let result = TensorMap::from_documents(&[r#"{"label": "happy"}"#])?;
//! let sealed_result = sealed::seal_result(&result, &key, &model, &ItemSet::first(1))?;
//!
//! // The requester opens the result.
//! assert_eq!(sealed::open_result(&sealed_result, &key, &model, &ItemSet::first(1))?, result);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Sealed boxes are those of `crypto_box`, and items are sealed by XChaCha20-Poly1305 of
//! `chacha20poly1305`; both crates were audited, by Cure53 and by NCC Group.

mod cipher;
mod files;
mod keys;
mod padding;
pub mod sealed;

pub use files::SecretFileError;
pub use keys::{seal_for, ExecutorKey, JobKey, WeakKey};
pub use sealed::Sealed;
