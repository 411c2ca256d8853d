//! Images: from a request to what a model takes.

mod decode;
mod preprocess;
mod resample;

pub(crate) use decode::decode;
pub(crate) use preprocess::Preprocessor;
