//! What a worker can do for a requester: models in the layout that the ecosystem publishes, and the
//! tasks of the Hugging Face API.
//!
//! - An author's [`folder`] holds variants of one model; each becomes a [`package`].
//! - A package is opened into a [`Pipeline`] over one or several [`Graph`]s of ONNX Runtime.
//! - A pipeline answers a `TensorMap` with a `TensorMap`: tensors for the task `tensor`, one
//!   [JSON document](json) per item for all others.
//!
//! One item is one request. A request that cannot be answered is answered with its reason, and the
//! other items are not affected. What an item's result is depends on the package, the whole map and
//! the seed of the item, and on nothing else; batches in particular are a function of the whole map,
//! because their shapes change the bits of float results.
//!
//! ```
//! use tercet_tasks::{open, Opener, Package};
//! use tercet_tensors::TensorMap;
//!
//! /// `graph` makes sessions of ONNX Runtime: it decides on devices and threads.
//! fn show(artifact: &[u8], graph: &mut Opener) -> Result<(), Box<dyn std::error::Error>> {
//!     let package = Package::read(artifact)?;
//!     let mut pipeline = open(&package, graph)?;
//!     let input = TensorMap::from_documents(&[r#"{"inputs": "What a day!"}"#])?;
//!     let result = pipeline.run(&input, &|_item| [0; 32])?;
//!     // [{"label":"POSITIVE","score":0.99},…]
//!     for response in result.documents().unwrap_or_default() {
//!         println!("{}", String::from_utf8_lossy(response));
//!     }
//!     Ok(())
//! }
//! ```

pub mod archive;
mod audio;
mod batch;
mod ctc;
mod diffusion;
mod error;
pub mod folder;
mod graph;
mod image;
pub mod json;
pub mod limits;
pub mod manifest;
mod numbers;
pub mod package;
mod pipeline;
pub mod random;
mod text;
mod value;

pub use error::{Blame, OpenError, RequestError, TaskError};
pub use folder::{Folder, FolderError, Precision, Variant};
pub use graph::{Graph, Port, Values};
pub use manifest::{Manifest, Pooling, Task};
pub use package::{Package, PackageError};
pub use pipeline::{open, vectors, Opener, Pipeline};
