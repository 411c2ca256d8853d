//! Tensors that reach for other files, or are not as large as they say.

use tercet_worker::compute::FailureKind;

use crate::{
	case::{of, with, Case, End},
	common::onnx::{add_graph, int, message, model, node, port, tensor, Message, FLOAT},
};

/// Path of a file that no model may read.
pub fn external(path: &str) -> Message {
	let entry = |key: &str, value: &str| message().bytes(1, key).bytes(2, value);
	let tensor = message()
		.integer(1, 2)
		.integer(2, FLOAT)
		.bytes(8, "w")
		.bytes(13, entry("location", path))
		.bytes(13, entry("offset", "0"))
		.bytes(13, entry("length", "8"))
		.integer(14, 1);
	model(add_graph(tensor))
}

pub fn cases() -> Vec<Case> {
	let outside = "keeps its data outside";
	let weights = |tensor: Message| model(add_graph(tensor));
	let flagged = tensor("w", &[2], &[1.0, 2.0]).integer(14, 1);
	let unflagged = tensor("w", &[2], &[1.0, 2.0])
		.bytes(13, message().bytes(1, "location").bytes(2, "/etc/passwd"));
	let hidden = message().bytes(1, "value").bytes(5, unflagged.clone());
	let constant = of([message().bytes(2, "y").bytes(4, "Constant").bytes(5, hidden)]);
	let both = tensor("w", &[2], &[1.0, 2.0]).float(4, 1.0).float(4, 2.0);
	let short = |length: usize| {
		message().integer(1, 2).integer(2, FLOAT).bytes(8, "w").bytes(9, vec![0; length])
	};
	let int4 = |length: usize| {
		let tensor = message().integer(1, 3).integer(2, 22).bytes(8, "w").bytes(9, vec![0; length]);
		with([tensor], [node("Cast", &["w"], &["y"]).bytes(5, int("to", 1))])
	};
	let dims = (0..100).fold(message(), |tensor, _| tensor.integer(1, 1));
	let many_dims = dims.integer(2, FLOAT).bytes(8, "w").bytes(9, [0; 4]);
	let declared = |dims: &[u64]| {
		model(
			message()
				.bytes(1, node("Identity", &["x"], &["y"]))
				.bytes(11, port("x", FLOAT, dims))
				.bytes(12, port("y", FLOAT, dims)),
		)
	};
	let segment = tensor("w", &[2], &[1.0, 2.0]).bytes(3, message());
	// Zeros that are repeated in the file as often as they are in memory, 65 MiB of them.
	let heavy = tensor("w", &[65 << 18], &vec![0.0; 65 << 18]);
	vec![
		Case::refused("external data at an absolute path", external("/etc/passwd"), outside),
		Case::refused("external data at ../../..", external("../../../../etc/passwd"), outside),
		Case::refused("external data in this process", external("/proc/self/environ"), outside),
		Case::refused("external data in a device", external("/dev/zero"), outside),
		Case::refused("external data in memory", external("*/_ORT_MEM_ADDR_/*"), outside),
		Case::refused("external data by flag alone", weights(flagged), outside),
		Case::refused("external data by path alone", weights(unflagged), outside),
		Case::refused("external data in a constant", constant, outside),
		Case::refused(
			"a tensor of 2^40 elements",
			weights(tensor("w", &[1 << 40], &[1.0])),
			"claims more",
		),
		Case::refused(
			"a shape that overflows",
			weights(tensor("w", &[1 << 33, 1 << 33], &[1.0])),
			"claims more",
		),
		Case::refused(
			"a negative dimension",
			weights(tensor("w", &[u64::MAX], &[1.0])),
			"claims more",
		),
		Case::refused(
			"negative dimensions that multiply to one",
			weights(tensor("w", &[u64::MAX, u64::MAX], &[1.0])),
			"claims more",
		),
		Case::refused("100 dimensions", weights(many_dims), "dimensions"),
		Case::refused("too little data", weights(short(7)), "claims more"),
		Case::refused("too much data", weights(short(9)), "does not fit"),
		Case::refused("data in two fields", weights(both), "does not fit"),
		Case::refused("a segment of a tensor", weights(segment), "segmented"),
		Case::refused("three 4-bit elements in one byte", int4(1), "claims more"),
		Case::new("three 4-bit elements in two bytes", int4(2), End::FailsSomehow),
		Case::refused(
			"a declared shape of 2^50 elements",
			declared(&[1 << 25, 1 << 25]),
			"impossible shape",
		),
		Case::refused("a declared shape below -1", declared(&[u64::MAX - 4]), "impossible shape"),
		Case::new(
			"weights beyond what the record declares",
			weights(heavy),
			End::Fails(FailureKind::Promise, "the model's record says"),
		),
	]
}
