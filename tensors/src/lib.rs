//! Inputs and results of jobs: named tensors that share their first dimension, the item.
//!
//! Two honest executors must send the same bytes for the same tensors, so a result has exactly one
//! encoding: [canonical safetensors](encoding). From it follow the digest of every item and the
//! Merkle root that executors commit to. Where bits may differ between honest machines,
//! [fingerprints](fingerprint) are compared instead. Items may be JSON [documents], or sealed, too.
//!
//! ```
//! use tercet_tensors::{Tensor, TensorMap};
//!
//! // Two items, three features each.
//! let image = Tensor::f32(&[2, 3], &[0.0, 0.1, 0.2, 1.0, 1.1, 1.2])?;
//! let input = TensorMap::new([("image", image)])?;
//! assert_eq!(input.items(), 2);
//!
//! let bytes = input.to_canonical_bytes();
//! assert_eq!(TensorMap::from_bytes(&bytes)?, input);
//! assert_eq!(input.item_digests().len(), 2);
//! # Ok::<(), tercet_tensors::Error>(())
//! ```

pub mod decoding;
pub mod documents;
pub mod encoding;
mod error;
pub mod fingerprint;
mod map;
pub mod rows;
mod tensor;

pub use decoding::{MAX_HEADER_BYTES, MAX_NAME_BYTES, MAX_TENSORS};
pub use error::Error;
pub use map::TensorMap;
pub use safetensors::Dtype;
pub use tensor::{Tensor, MAX_DIMENSIONS};
