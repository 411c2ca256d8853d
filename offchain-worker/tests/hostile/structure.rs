//! Models of parts that cannot or must not fit together.

use crate::{
	case::{graph, of, with, Case},
	common::onnx::{
		add, add_graph, int, ints, message, model, node, port, subgraph, tensor, text, Message,
		FLOAT,
	},
};

pub fn cases() -> Vec<Case> {
	[versions(), operators(), values(), kinds(), sizes()].into_iter().flatten().collect()
}

fn versions() -> Vec<Case> {
	let graph = || add_graph(tensor("w", &[2], &[1.0, 2.0]));
	let versions = |format: u64, operators: u64| {
		message().integer(1, format).bytes(7, graph()).bytes(8, message().integer(2, operators))
	};
	vec![
		Case::refused(
			"no graph",
			message().integer(1, 8).bytes(8, message().integer(2, 13)),
			"no graph",
		),
		Case::refused("no version", message().bytes(7, graph()), "no version"),
		Case::refused("format version 0", versions(0, 13), "format version 0"),
		Case::refused("format version 2^31", versions(1 << 31, 13), "format version"),
		Case::refused("operator set 0", versions(8, 0), "operator set version 0"),
		Case::refused("operator set 2^31", versions(8, 1 << 31), "operator set version"),
		Case::refused("operator set -1", versions(8, u64::MAX), "operator set version"),
		Case::refused(
			"an operator set of somebody's own",
			add().bytes(8, message().bytes(1, "com.example").integer(2, 1)),
			"unknown operator domain",
		),
		Case::refused(
			"a model-local function",
			add().bytes(25, message().bytes(1, "f")),
			"functions",
		),
		Case::refused("a training graph", add().bytes(20, message()), "training"),
	]
}

fn operators() -> Vec<Case> {
	let one = |node: Message| of([node]);
	let custom = node("Backdoor", &["x"], &["y"]).bytes(7, "com.example");
	let context = node("EPContext", &["x"], &["y"])
		.bytes(5, text("ep_cache_context", "/etc/passwd"))
		.bytes(7, "com.microsoft");
	let dropout = with(
		[tensor("ratio", &[], &[0.5]), message().integer(2, 9).bytes(8, "training").bytes(9, [1])],
		[node("Dropout", &["x", "ratio", "training"], &["y"])],
	);
	let vectors = node("TfIdfVectorizer", &["x"], &["y"]);
	vec![
		Case::refused("a custom operator", one(custom), "unknown operator domain"),
		Case::refused(
			"an operator that nobody knows",
			one(node("Backdoor", &["x"], &["y"])),
			"not allowed",
		),
		Case::refused("a compiled context from a file", one(context), "`EPContext` is not allowed"),
		Case::refused(
			"random numbers",
			one(node("RandomNormalLike", &["x"], &["y"])),
			"not allowed",
		),
		Case::refused("random choices", one(node("Multinomial", &["x"], &["y"])), "not allowed"),
		Case::refused("dropout while training", dropout, "not allowed"),
		Case::refused("an image decoder", one(node("ImageDecoder", &["x"], &["y"])), "not allowed"),
		Case::refused(
			"regular expressions",
			one(node("RegexFullMatch", &["x"], &["y"])),
			"not allowed",
		),
		Case::refused("string operators", one(vectors), "not allowed"),
		Case::refused(
			"sequence operators",
			one(node("SequenceConstruct", &["x"], &["y"])),
			"not allowed",
		),
		Case::refused(
			"optional operators",
			one(node("OptionalHasElement", &["x"], &["y"])),
			"not allowed",
		),
	]
}

fn values() -> Vec<Case> {
	let identity = |from: &str, to: &str| node("Identity", &[from], &[to]);
	let circle = of([
		node("Add", &["x", "b"], &["a"]),
		node("Add", &["x", "a"], &["b"]),
		identity("b", "y"),
	]);
	let twice = of([identity("x", "y"), node("Neg", &["x"], &["y"])]);
	let again = with(
		[tensor("w", &[1], &[1.0]), tensor("w", &[1], &[2.0])],
		[node("Add", &["x", "w"], &["y"])],
	);
	let no_outputs =
		model(message().bytes(1, identity("x", "y")).bytes(11, port("x", FLOAT, &[2])));
	let other = model(graph([identity("x", "z")]));
	vec![
		Case::refused("a circle of nodes", circle, "used before it is made"),
		Case::refused(
			"a node that feeds itself",
			of([node("Add", &["x", "y"], &["y"])]),
			"before it is made",
		),
		Case::refused(
			"a value from nowhere",
			of([node("Add", &["x", "w"], &["y"])]),
			"before it is made",
		),
		Case::refused("an output that nothing makes", other, "before it is made"),
		Case::refused("two values of one name", twice, "two values"),
		Case::refused("two tensors of one name", again, "two values"),
		Case::refused("no outputs", no_outputs, "without outputs"),
	]
}

fn kinds() -> Vec<Case> {
	let kind = |number: u32| {
		let kind = message().bytes(number, message());
		let value = message().bytes(1, "x").bytes(2, kind);
		model(
			message()
				.bytes(1, node("Identity", &["x"], &["y"]))
				.bytes(11, value)
				.bytes(12, port("y", FLOAT, &[2])),
		)
	};
	let strings = with(
		[message().integer(1, 1).integer(2, 8).bytes(8, "w").bytes(6, "secret")],
		[node("Identity", &["w"], &["y"])],
	);
	let constant =
		of([message().bytes(2, "y").bytes(4, "Constant").bytes(5, text("value_string", "secret"))]);
	let cast = of([node("Cast", &["x"], &["y"]).bytes(5, int("to", 8))]);
	let of_type =
		of([node("Identity", &["x"], &["y"]).bytes(5, message().bytes(1, "t").bytes(14, []))]);
	let of_function =
		of([node("Identity", &["x"], &["y"]).bytes(5, message().bytes(1, "t").bytes(21, "outer"))]);
	let sparse_attribute = of([message()
		.bytes(2, "y")
		.bytes(4, "Constant")
		.bytes(5, message().bytes(1, "sparse_value").bytes(22, message()))]);
	let port_of = |kind| {
		model(
			message()
				.bytes(1, node("Identity", &["x"], &["y"]))
				.bytes(11, port("x", kind, &[2]))
				.bytes(12, port("y", kind, &[2])),
		)
	};
	vec![
		Case::refused("a sequence as input", kind(4), "sequences"),
		Case::refused("a map as input", kind(5), "maps"),
		Case::refused("an opaque type", kind(7), "opaque"),
		Case::refused("a sparse input", kind(8), "sparse"),
		Case::refused("an optional input", kind(9), "optional"),
		Case::refused("a sparse tensor", model(graph([]).bytes(15, message())), "sparse"),
		Case::refused("a sparse constant", sparse_attribute, "sparse"),
		Case::refused("a string tensor", strings, "string tensors"),
		Case::refused("a string constant", constant, "string tensors"),
		Case::refused("a cast to strings", cast, "string tensors"),
		Case::refused("string inputs", port_of(8), "string tensors"),
		Case::refused("an element type that does not exist", port_of(99), "unknown element type"),
		Case::refused("a type as attribute", of_type, "types as attributes"),
		Case::refused("an attribute of a function", of_function, "attributes of functions"),
	]
}

fn sizes() -> Vec<Case> {
	let nest = |inner: Message| {
		graph([node("If", &["x"], &["y"]).bytes(5, subgraph("then_branch", inner))])
	};
	let depth = |depth: usize| model((0..depth).fold(graph([]), |inner, _| nest(inner)));
	let nodes = (0..200_001).map(|_| node("Identity", &["x"], &[""]));
	let many = (0..300)
		.fold(node("Identity", &["x"], &["y"]), |node, i| node.bytes(5, int(&format!("a{i}"), i)));
	let long = node("Einsum", &["x"], &["y"]).bytes(5, text("equation", &"i".repeat(1 << 20)));
	let strides = node("MaxPool", &["x"], &["y"]).bytes(5, ints("kernel_shape", &[1; 100_000]));
	vec![
		Case::refused("graphs nested 9 deep", depth(9), "nest too deeply"),
		Case::refused("graphs nested 1000 deep", depth(1000), "nest too deeply"),
		Case::refused("200,001 nodes", of(nodes), "nodes"),
		Case::refused("300 attributes", of([many]), "attributes"),
		Case::refused("an attribute of a megabyte of text", of([long]), "bytes in a text"),
		Case::new(
			"an attribute of 100,000 integers",
			of([strides]),
			crate::case::End::FailsSomehow,
		),
	]
}
