//! One class of hostile files.

use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::compute::FailureKind;

use crate::common::onnx::{message, model, port, Message, FLOAT};

/// What must become of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// It fails like this, with this in the reason.
	Fails(FailureKind, &'static str),
	/// It fails, in whatever way: what matters is that only its own process notices.
	FailsSomehow,
	/// It is strange and does no harm.
	Runs,
	/// Never: somebody has to stop it.
	Hangs,
}

/// A hostile artifact and an input for it.
pub struct Case {
	/// Name of the class.
	pub class: &'static str,
	pub artifact: Vec<u8>,
	pub input: Vec<u8>,
	pub end: End,
}

impl Case {
	pub fn new(class: &'static str, artifact: impl AsRef<[u8]>, end: End) -> Self {
		let input = Tensor::f32(&[1, 2], &[1.0, 2.0]).unwrap();
		let input = TensorMap::new([("x", input)]).unwrap().to_canonical_bytes();
		Self { class, artifact: artifact.as_ref().to_vec(), input, end }
	}

	/// A file whose bytes say what is wrong with it.
	pub fn refused(class: &'static str, artifact: impl AsRef<[u8]>, said: &'static str) -> Self {
		Self::new(class, artifact, End::Fails(FailureKind::Model, said))
	}
}

/// A graph from `x` of shape `[batch, 2]` to `y` of any shape, both floats.
pub fn graph(nodes: impl IntoIterator<Item = Message>) -> Message {
	let graph = nodes.into_iter().fold(message(), |graph, node| graph.bytes(1, node));
	let any = message().bytes(1, "y").bytes(2, message().bytes(1, message().integer(1, FLOAT)));
	graph.bytes(2, "g").bytes(11, port("x", FLOAT, &[2])).bytes(12, any)
}

/// A model of such a graph.
pub fn of(nodes: impl IntoIterator<Item = Message>) -> Message {
	model(graph(nodes))
}

/// As [`of`], with tensors in the file.
pub fn with(
	tensors: impl IntoIterator<Item = Message>,
	nodes: impl IntoIterator<Item = Message>,
) -> Message {
	model(tensors.into_iter().fold(graph(nodes), |graph, tensor| graph.bytes(5, tensor)))
}
