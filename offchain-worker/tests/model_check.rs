//! Hostile and broken ONNX files, each with its own error, before ONNX Runtime sees them.

mod common;

use common::onnx::{add, add_graph, identity, message, model, node, port, tensor, Message, FLOAT};
use proptest::prelude::*;
use tercet_worker::model_check::{check, ModelError};

fn error(model: &Message) -> ModelError {
	check(&model.0).unwrap_err()
}

fn is_not_onnx(bytes: &[u8]) -> bool {
	matches!(check(bytes), Err(ModelError::NotOnnx(_)))
}

/// A graph that has one `If` node with `branch` inside.
fn nested(branch: Message) -> Message {
	let attribute = message().bytes(1, "then_branch").bytes(6, branch).integer(20, 5);
	message()
		.bytes(1, node("If", &["x"], &["y"]).bytes(5, attribute))
		.bytes(11, port("x", FLOAT, &[2]))
		.bytes(12, port("y", FLOAT, &[2]))
}

fn external() -> Message {
	let entry = message().bytes(1, "location").bytes(2, "/etc/passwd");
	message().integer(1, 2).integer(2, FLOAT).bytes(8, "w").bytes(13, entry).integer(14, 1)
}

#[test]
fn check_passes_when_the_model_is_plain() {
	assert!(check(&add().0).is_ok());
	assert!(check(&identity(FLOAT).0).is_ok());
	assert!(check(&model(nested(add_graph(tensor("w", &[2], &[1.0, 2.0])))).0).is_ok());
}

#[test]
fn check_passes_when_the_model_is_one_of_the_examples() {
	assert!(check(&common::digits_int8()).is_ok());
}

#[test]
fn check_fails_when_the_file_is_garbage() {
	let text = b"<html><body>404 Not Found</body></html>";
	for bytes in [&b""[..], b"garbage", text, &[0; 100], &[0xff; 100]] {
		assert!(is_not_onnx(bytes), "{bytes:?}");
	}
}

#[test]
fn check_fails_when_the_file_is_cut_anywhere() {
	let whole = add().0;
	for length in 0..whole.len() {
		assert!(check(&whole[..length]).is_err(), "{length} of {}", whole.len());
	}
}

#[test]
fn check_fails_when_the_file_is_in_ort_format() {
	let mut bytes = add().0;
	bytes[4..8].copy_from_slice(b"ORTM");
	assert_eq!(check(&bytes), Err(ModelError::NotOnnx("an ORT-format file")));
}

#[test]
fn check_fails_when_parts_are_missing() {
	let graph = || add_graph(tensor("w", &[2], &[1.0, 2.0]));
	let opset = || message().integer(2, 13);
	assert!(is_not_onnx(&message().bytes(7, graph()).bytes(8, opset()).0));
	assert!(is_not_onnx(&message().integer(1, 8).bytes(8, opset()).0));
	assert!(is_not_onnx(&message().integer(1, 8).bytes(7, graph()).0));
	assert!(is_not_onnx(&model(message()).0));
}

#[test]
fn check_fails_when_a_message_repeats() {
	assert!(is_not_onnx(&add().bytes(7, message()).0));
}

#[test]
fn check_fails_when_an_initialiser_is_external() {
	let expected = ModelError::ExternalData("w".into());
	assert_eq!(error(&model(add_graph(external()))), expected);
	let only_location = tensor("w", &[2], &[1.0, 2.0]).integer(14, 1);
	assert_eq!(error(&model(add_graph(only_location))), expected);
	let only_entry = tensor("w", &[2], &[1.0, 2.0]).bytes(13, message());
	assert_eq!(error(&model(add_graph(only_entry))), expected);
}

#[test]
fn check_fails_when_a_tensor_inside_a_branch_or_an_attribute_is_external() {
	let expected = ModelError::ExternalData("w".into());
	assert_eq!(error(&model(nested(add_graph(external())))), expected);
	for field in [5, 10] {
		let attribute = message().bytes(1, "value").bytes(field, external()).integer(20, 4);
		let graph = message()
			.bytes(1, node("Constant", &[], &["y"]).bytes(5, attribute))
			.bytes(12, port("y", FLOAT, &[2]));
		assert_eq!(error(&model(graph)), expected);
	}
}

#[test]
fn check_fails_when_a_domain_is_unknown() {
	let expected = ModelError::UnknownDomain("evil.ops".into());
	let import = add().bytes(8, message().bytes(1, "evil.ops").integer(2, 1));
	assert_eq!(error(&import), expected);
	let graph = add_graph(tensor("w", &[2], &[1.0, 2.0]))
		.bytes(1, node("Run", &["y"], &["z"]).bytes(7, "evil.ops"));
	assert_eq!(error(&model(graph.clone())), expected);
	assert_eq!(error(&model(nested(graph))), expected);
	let known = add()
		.bytes(8, message().bytes(1, "com.microsoft").integer(2, 1))
		.bytes(8, message().bytes(1, "ai.onnx").integer(2, 13));
	assert!(check(&known.0).is_ok());
}

#[test]
fn check_fails_when_an_operator_reaches_outside() {
	let graph = add_graph(tensor("w", &[2], &[1.0, 2.0]))
		.bytes(1, node("EPContext", &["y"], &["z"]).bytes(7, "com.microsoft"));
	assert_eq!(error(&model(graph)), ModelError::ForbiddenOperator("EPContext".into()));
}

#[test]
fn check_fails_when_functions_or_sparse_tensors_are_used() {
	let function = add().bytes(25, message());
	assert_eq!(error(&function), ModelError::Unsupported("model-local functions"));
	let sparse = model(add_graph(tensor("w", &[2], &[1.0, 2.0])).bytes(15, message()));
	assert_eq!(error(&sparse), ModelError::Unsupported("sparse tensors"));
}

#[test]
fn check_fails_when_a_tensor_claims_more_than_it_has() {
	for dims in [&[1 << 40][..], &[1 << 32, 1 << 32], &[u64::MAX], &[u64::MAX, u64::MAX]] {
		let oversized = model(add_graph(tensor("w", dims, &[1.0])));
		assert_eq!(error(&oversized), ModelError::OversizedTensor("w".into()), "{dims:?}");
	}
}

#[test]
fn check_fails_when_graphs_nest_too_deeply() {
	let graph = (0..9).fold(add_graph(tensor("w", &[2], &[1.0, 2.0])), |graph, _| nested(graph));
	assert_eq!(error(&model(graph)), ModelError::NotOnnx("graphs nest too deeply"));
	let deepest = (0..2000).fold(message(), |graph, _| nested(graph));
	assert!(is_not_onnx(&model(deepest).0));
}

proptest! {
	#[test]
	fn check_never_panics_when_bytes_are_random(bytes: Vec<u8>) {
		let _ = check(&bytes);
	}

	#[test]
	fn check_never_panics_when_one_byte_changes(at in 0usize..150, to: u8) {
		let mut bytes = add().0;
		if let Some(byte) = bytes.get_mut(at) {
			*byte = to;
		}
		let _ = check(&bytes);
	}
}
