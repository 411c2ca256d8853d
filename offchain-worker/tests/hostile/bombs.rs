//! Models that nothing is wrong with, except what happens when they run.

use tercet_worker::compute::FailureKind;

use crate::{
	case::{graph, of, with, Case, End},
	common::onnx::{
		int, ints, longs, message, model, node, port, scalar, shapeless, subgraph, tensor, text,
		Message, BOOL, FLOAT, INT64,
	},
};

const MEMORY: End = End::Fails(FailureKind::Memory, "");

pub fn cases() -> Vec<Case> {
	[shapes(), growth(), time(), arithmetic(), attributes(), results()]
		.into_iter()
		.flatten()
		.collect()
}

/// The tensor `s`: a shape, or what else a node wants to know.
fn sizes(values: &[i64]) -> Message {
	longs("s", &[values.len() as u64], values)
}

/// `m`, the largest number of the input: a scalar that no optimiser knows beforehand.
fn largest() -> Message {
	node("ReduceMax", &["x"], &["m"]).bytes(5, int("keepdims", 0))
}

/// `from` as 64-bit integers, or as floats.
fn cast(from: &str, to: &str, kind: u64) -> Message {
	node("Cast", &[from], &[to]).bytes(5, int("to", kind as i64))
}

/// One operator whose result is larger than its inputs.
fn shapes() -> Vec<Case> {
	let filled = |nodes: Vec<Message>, values: &[i64]| with([sizes(values)], nodes);
	let zeros = filled(vec![node("ConstantOfShape", &["s"], &["y"])], &[1 << 33]);
	let input_zeros = filled(
		vec![
			largest(),
			cast("m", "i", INT64),
			node("Mul", &["i", "s"], &["n"]),
			node("ConstantOfShape", &["n"], &["z"]),
			node("ReduceSum", &["z"], &["y"]).bytes(5, int("keepdims", 1)),
		],
		&[1 << 31],
	);
	let expand = filled(vec![node("Expand", &["x", "s"], &["y"])], &[1 << 15, 1 << 15, 2]);
	let tile = filled(vec![node("Tile", &["x", "s"], &["y"])], &[1 << 15, 1 << 15]);
	let pad = filled(vec![node("Pad", &["x", "s"], &["y"])], &[0, 0, 1 << 20, 1 << 10]);
	let resize =
		with([tensor("k", &[2], &[40_000.0, 40_000.0])], [node("Resize", &["x", "", "k"], &["y"])]);
	let range = with(
		[longs("zero", &[], &[0]), longs("end", &[], &[1 << 33]), longs("one", &[], &[1])],
		[node("Range", &["zero", "end", "one"], &["r"]), cast("r", "y", FLOAT)],
	);
	let one_hot = with(
		[longs("depth", &[], &[1 << 30]), tensor("v", &[2], &[0.0, 1.0])],
		[cast("x", "i", INT64), node("OneHot", &["i", "depth", "v"], &["y"])],
	);
	let outer = with(
		[longs("s", &[2], &[1 << 15, 1]), longs("t", &[2], &[1, 1 << 15])],
		[
			largest(),
			node("Expand", &["m", "s"], &["a"]),
			node("Expand", &["m", "t"], &["b"]),
			node("MatMul", &["a", "b"], &["y"]),
		],
	);
	let eye = filled(
		vec![largest(), node("Expand", &["m", "s"], &["e"]), node("EyeLike", &["e"], &["y"])],
		&[1 << 15, 1 << 15],
	);
	let nonzero = filled(
		vec![
			largest(),
			node("Expand", &["m", "s"], &["e"]),
			node("NonZero", &["e"], &["n"]),
			cast("n", "y", FLOAT),
		],
		&[1 << 12, 1 << 13],
	);
	let window = graph([node("HannWindow", &["n"], &["y"])]).bytes(5, longs("n", &[], &[1 << 30]));
	let opset = message().integer(2, 17);
	let window = message().integer(1, 8).bytes(7, window).bytes(8, opset);
	let einsum = of([
		node("Einsum", &["x"; 8], &["e"])
			.bytes(5, text("equation", "ab,cd,ef,gh,ij,kl,mn,op->abcdefghijklmnop")),
		node("Einsum", &["e"; 4], &["y"])
			.bytes(5, text("equation", "a...,b...,c...,d...->abcd...")),
	]);
	vec![
		Case::new("zeros of any shape, made while it is loaded", zeros, End::FailsSomehow),
		Case::new("zeros of a shape from the input", input_zeros, MEMORY),
		Case::new("Expand", expand, MEMORY),
		Case::new("Tile", tile, End::FailsSomehow),
		Case::new("Pad", pad, MEMORY),
		Case::new("Resize", resize, MEMORY),
		Case::new("Range, made while it is loaded", range, End::FailsSomehow),
		Case::new("OneHot", one_hot, MEMORY),
		Case::new("an outer product", outer, MEMORY),
		Case::new("EyeLike", eye, MEMORY),
		Case::new("NonZero", nonzero, MEMORY),
		Case::new("a window function", window, End::FailsSomehow),
		Case::new("Einsum of many letters", einsum, End::FailsSomehow),
	]
}

/// The value that node `i` of `last` + 1 makes.
fn value(i: usize, last: usize) -> String {
	if i == last {
		"y".into()
	} else {
		format!("v{i}")
	}
}

/// Nodes of which each takes what the one before it made, starting with `first`.
fn chain(length: usize, first: &str, link: impl Fn(&str, &str) -> Message) -> Vec<Message> {
	let mut from = first.to_owned();
	let mut nodes = Vec::new();
	for i in 0..length {
		let to = value(i, length - 1);
		nodes.push(link(&from, &to));
		from = to;
	}
	nodes
}

/// Many operators, none of which is large.
fn growth() -> Vec<Case> {
	let doubling = of(chain(40, "x", |from, to| {
		node("Concat", &[from, from], &[to]).bytes(5, int("axis", 0))
	}));
	let squaring = of(chain(40, "x", |from, to| node("MatMul", &[from, from], &[to])));
	let names: Vec<String> = (0..64).map(|i| format!("v{i}")).collect();
	let names: Vec<&str> = names.iter().map(String::as_str).collect();
	let mut wide = Vec::new();
	for name in &names {
		let sum = format!("{name} and more");
		let number = format!("{name} alone");
		wide.push(node("Add", &["x", &number], &[&sum]));
		wide.push(node("Expand", &[&sum, "s"], &[name]));
	}
	wide.push(node("Sum", &names, &["y"]));
	let numbers = names
		.iter()
		.zip(0u8..)
		.map(|(name, i)| tensor(&format!("{name} alone"), &[1], &[f32::from(i)]));
	let wide = with(numbers.chain([sizes(&[1 << 11, 1 << 12, 2])]), wide);
	let body = message()
		.bytes(1, node("Identity", &["go"], &["on"]))
		.bytes(1, node("Expand", &["x", "s"], &["slice"]))
		.bytes(2, "body")
		.bytes(11, scalar("i", INT64))
		.bytes(11, scalar("go", BOOL))
		.bytes(12, scalar("on", BOOL))
		.bytes(12, shapeless("slice", FLOAT));
	let piling = with([yes(), sizes(&[1 << 16, 2])], [forever(&[], body)]);
	vec![
		Case::new("a value doubled 40 times", doubling, MEMORY),
		Case::new("matrices that do not fit each other", squaring, End::FailsSomehow),
		Case::new("64 values at the same time", wide, MEMORY),
		Case::new("a loop whose results pile up", piling, MEMORY),
	]
}

fn yes() -> Message {
	message().integer(2, BOOL).bytes(8, "yes").bytes(9, [1])
}

/// A loop that nothing ends, with these values handed on.
fn forever(values: &[&str], body: Message) -> Message {
	let inputs = [&["", "yes"], values].concat();
	node("Loop", &inputs, &["y"]).bytes(5, subgraph("body", body))
}

fn time() -> Vec<Case> {
	let body = message()
		.bytes(1, node("Identity", &["go"], &["on"]))
		.bytes(1, node("Neg", &["v"], &["w"]))
		.bytes(2, "body")
		.bytes(11, scalar("i", INT64))
		.bytes(11, scalar("go", BOOL))
		.bytes(11, port("v", FLOAT, &[2]))
		.bytes(12, scalar("on", BOOL))
		.bytes(12, port("w", FLOAT, &[2]));
	let endless = with([yes()], [forever(&["x"], body)]);
	let mut products = vec![largest(), node("Expand", &["m", "s"], &["square"])];
	products.extend(chain(2000, "square", |from, to| node("MatMul", &[from, "square"], &[to])));
	let products = with([sizes(&[2048, 2048])], products);
	let negations = of(chain(20_000, "x", |from, to| node("Neg", &[from], &[to])));
	let sums = of(chain(60, "x", |from, to| node("Add", &[from, from], &[to])));
	vec![
		Case::new("a loop without end", endless, End::Hangs),
		Case::new("hours of matrix products", products, End::Hangs),
		Case::new("a chain of 20,000 nodes", negations, End::Runs),
		Case::new("sums of sums, 2^60 of them", sums, End::Runs),
	]
}

/// What processors, or programs that index with numbers from the model, do not survive.
fn arithmetic() -> Vec<Case> {
	let integers = |operator: &str| {
		with(
			[longs("zero", &[1], &[0])],
			[cast("x", "i", INT64), node(operator, &["i", "zero"], &["d"]), cast("d", "y", FLOAT)],
		)
	};
	let gather = with([longs("i", &[1], &[1 << 40])], [node("Gather", &["x", "i"], &["y"])]);
	let scatter = with(
		[longs("i", &[1, 2], &[-(1 << 40), 1 << 40]), tensor("u", &[1, 2], &[1.0, 2.0])],
		[node("ScatterElements", &["x", "i", "u"], &["y"])],
	);
	let reshape = with([sizes(&[-7, 3])], [node("Reshape", &["x", "s"], &["y"])]);
	let extremes = [("a", i64::MIN), ("b", i64::MAX), ("c", i64::MIN)];
	let slice = with(
		extremes.map(|(name, value)| longs(name, &[1], &[value])),
		[node("Slice", &["x", "a", "b", "", "c"], &["y"])],
	);
	let top = with([longs("k", &[1], &[1 << 40])], [node("TopK", &["x", "k"], &["y", "i"])]);
	vec![
		Case::new("integers divided by zero", integers("Div"), End::FailsSomehow),
		Case::new("integers modulo zero", integers("Mod"), End::FailsSomehow),
		Case::new("an index beyond the tensor", gather, End::FailsSomehow),
		Case::new("an index before the tensor, to write to", scatter, End::FailsSomehow),
		Case::new("a shape of -7", reshape, End::FailsSomehow),
		Case::new("a slice of extremes", slice, End::Runs),
		Case::new("the 2^40 largest of two", top, End::FailsSomehow),
	]
}

/// Attributes that kernels divide by, allocate by, or loop over.
fn attributes() -> Vec<Case> {
	let image = |operator: &str, attributes: &[Message]| {
		let node = node(operator, &["image"], &["y"]);
		let node = attributes.iter().fold(node, |node, attribute| node.bytes(5, attribute));
		with(
			[longs("axes", &[2], &[0, 1])],
			[self::node("Unsqueeze", &["x", "axes"], &["image"]), node],
		)
	};
	let convolution = |attribute: Message| {
		let kernel = tensor("w", &[1, 1, 1, 1], &[1.0]);
		with(
			[longs("axes", &[2], &[0, 1]), kernel],
			[
				node("Unsqueeze", &["x", "axes"], &["image"]),
				node("Conv", &["image", "w"], &["y"]).bytes(5, attribute),
			],
		)
	};
	let microsoft =
		|model: Message| model.bytes(8, message().bytes(1, "com.microsoft").integer(2, 1));
	let heads = with(
		[longs("axes", &[1], &[0]), tensor("w", &[2, 6], &[0.0; 12]), tensor("b", &[6], &[0.0; 6])],
		[
			node("Unsqueeze", &["x", "axes"], &["words"]),
			node("Attention", &["words", "w", "b"], &["y"])
				.bytes(5, int("num_heads", 0))
				.bytes(7, "com.microsoft"),
		],
	);
	let quantized = message().integer(1, 1).integer(1, 1).integer(1, 16).integer(2, 2);
	let blocks = [("K", 2), ("N", 1 << 40), ("bits", 4), ("block_size", 0)];
	let blocks = with(
		[quantized.bytes(8, "b").bytes(9, [0; 16]), tensor("scales", &[1], &[1.0])],
		[blocks
			.into_iter()
			.fold(node("MatMulNBits", &["x", "b", "scales"], &["y"]), |node, (name, value)| {
				node.bytes(5, int(name, value))
			})
			.bytes(7, "com.microsoft")],
	);
	let lstm = with(
		[
			longs("axes", &[1], &[0]),
			tensor("w", &[1, 4, 2], &[0.0; 8]),
			tensor("r", &[1, 4, 1], &[0.0; 4]),
		],
		[
			node("Unsqueeze", &["x", "axes"], &["sequence"]),
			node("LSTM", &["sequence", "w", "r"], &["", "y"]).bytes(5, int("hidden_size", 1 << 30)),
		],
	);
	let kernel = |size: i64| ints("kernel_shape", &[size, size]);
	let case = |class, model| Case::new(class, model, End::FailsSomehow);
	vec![
		case("strides of zero", image("MaxPool", &[kernel(1), ints("strides", &[0, 0])])),
		case("a kernel of zero", image("AveragePool", &[kernel(0)])),
		case("a kernel of 2^31", image("MaxPool", &[kernel(1 << 31)])),
		case("negative padding", image("MaxPool", &[kernel(1), ints("pads", &[-9; 4])])),
		case("padding of 2^40", image("MaxPool", &[kernel(1), ints("pads", &[1 << 40; 4])])),
		case("blocks of size zero", image("DepthToSpace", &[int("blocksize", 0)])),
		case("convolution in no groups", convolution(int("group", 0))),
		Case::new("dilations of 2^40", convolution(ints("dilations", &[1 << 40; 2])), End::Runs),
		case("attention without heads", microsoft(heads)),
		case("4-bit weights in blocks of nothing", microsoft(blocks)),
		case("an LSTM of 2^30 units", lstm),
	]
}

fn results() -> Vec<Case> {
	let model_error = |said| End::Fails(FailureKind::Model, said);
	let nan = with([tensor("nan", &[1], &[f32::NAN])], [node("Mul", &["x", "nan"], &["y"])]);
	let nothing = with(
		[longs("a", &[1], &[0]), longs("b", &[1], &[0])],
		[node("Slice", &["x", "a", "b"], &["y"])],
	);
	let others = of([node("Concat", &["x", "x"], &["y"]).bytes(5, int("axis", 0))]);
	let scalar = of([node("ReduceSum", &["x"], &["y"]).bytes(5, int("keepdims", 0))]);
	let nibbles = model(
		graph([node("Identity", &["x"], &["y"]), cast("x", "z", 22)]).bytes(12, shapeless("z", 22)),
	);
	let lie = model(
		message()
			.bytes(1, node("Identity", &["x"], &["y"]))
			.bytes(2, "g")
			.bytes(11, port("x", FLOAT, &[2]))
			.bytes(12, port("y", INT64, &[2])),
	);
	vec![
		Case::new("results that are not numbers", nan, End::Runs),
		Case::new("results without items", nothing, model_error("no items")),
		Case::new("results for other items", others, model_error("results for 2 items")),
		Case::new("results that are one number", scalar, model_error("no items")),
		Case::new("results of 4-bit integers", nibbles, End::FailsSomehow),
		Case::new("an output of another type than it says", lie, End::FailsSomehow),
	]
}
