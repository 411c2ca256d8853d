//! Files that are no models: broken, cut, of other formats, or endless.

use crate::{
	case::Case,
	common::{
		digits,
		onnx::{add, add_graph, message, model, node, port, tensor, Message, FLOAT},
	},
};

pub fn cases() -> Vec<Case> {
	let not_onnx = "not an ONNX model";
	let malformed = "malformed protobuf";
	let real = digits("onnx/model.onnx");
	let mut ort_format = add().0;
	ort_format[4..8].copy_from_slice(b"ORTM");
	let mut groups = add().0;
	groups.extend([0x0b, 0x0c]);
	let long_varint = [&[0x08][..], &[0xff; 11]].concat();
	let length = [&[0x3a][..], &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
	let deep = (0..5000).fold(Message::default(), |inner, _| message().bytes(7, inner));
	let named = |name: &[u8]| {
		let node = message().bytes(1, "x").bytes(2, "y").bytes(3, name).bytes(4, "Identity");
		model(
			message()
				.bytes(1, node)
				.bytes(2, "g")
				.bytes(11, port("x", FLOAT, &[2]))
				.bytes(12, port("y", FLOAT, &[2])),
		)
	};
	let twice = add().bytes(7, add_graph(tensor("w", &[2], &[1.0, 2.0])));
	let parts = model(message().bytes(1, node("Add", &["x", "x"], &["y"])))
		.bytes(7, message().bytes(12, port("y", FLOAT, &[2])));
	let pickle =
		b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94.";
	vec![
		Case::refused("nothing", [], not_onnx),
		Case::refused("a web page", b"<html><body>404 Not Found</body></html>", not_onnx),
		Case::refused("zeros", [0; 4096], not_onnx),
		Case::refused("ones", [0xff; 4096], not_onnx),
		Case::refused("a model cut in the middle", &real[..real.len() / 2], malformed),
		Case::refused("a model without its first byte", &real[1..], not_onnx),
		Case::refused("a model in ORT format", ort_format, "an ORT-format file"),
		Case::refused("a gzip archive", gzip(), not_onnx),
		Case::refused("a zip archive", b"PK\x03\x04\x14\0\0\0\x08\0model.onnx", not_onnx),
		Case::refused("a pickle", pickle, not_onnx),
		Case::refused(
			"a shared library",
			b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0>\0",
			not_onnx,
		),
		Case::refused("a script", b"#!/bin/sh\ncat /etc/passwd\n", not_onnx),
		Case::refused("a length beyond the file", length, malformed),
		Case::refused("an endless integer", long_varint, malformed),
		Case::refused("protobuf groups", groups, malformed),
		Case::refused("a message inside of itself, 5000 deep", deep, not_onnx),
		Case::refused("a graph twice, to be merged", twice, "a repeated message"),
		Case::refused("a graph in two halves", parts, "a repeated message"),
		Case::refused("a name that is not UTF-8", named(b"\xff\xfe"), malformed),
		Case::refused("a name that moves the cursor", named(b"\x1b[2J"), "control characters"),
		Case::refused("a name of a megabyte", named(&vec![b'n'; 1 << 20]), "bytes in a name"),
		Case::refused("a name that pretends to be an error", named(b"std::bad_alloc"), "pretends"),
	]
}

/// The start of a gzip archive, and a hundred kilobytes that would unpack to much more.
fn gzip() -> Vec<u8> {
	let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xec, 0xc1, 0x01, 0x01];
	bytes.resize(100 << 10, 0);
	bytes
}
