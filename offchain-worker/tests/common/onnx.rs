//! A writer of ONNX files, field by field, so that tests can get any of them wrong.

/// Bytes of a message under construction.
#[derive(Clone, Default)]
pub struct Message(pub Vec<u8>);

impl Message {
	/// Adds an integer field.
	pub fn integer(mut self, number: u32, value: u64) -> Self {
		self.varint(u64::from(number) << 3);
		self.varint(value);
		self
	}

	/// Adds a string, bytes or message field.
	pub fn bytes(mut self, number: u32, value: impl AsRef<[u8]>) -> Self {
		let value = value.as_ref();
		self.varint(u64::from(number) << 3 | 2);
		self.varint(value.len() as u64);
		self.0.extend_from_slice(value);
		self
	}

	/// Adds a four-byte float field.
	pub fn float(mut self, number: u32, value: f32) -> Self {
		self.varint(u64::from(number) << 3 | 5);
		self.0.extend_from_slice(&value.to_le_bytes());
		self
	}

	fn varint(&mut self, mut value: u64) {
		while value >= 0x80 {
			self.0.push(value as u8 | 0x80);
			value >>= 7;
		}
		self.0.push(value as u8);
	}
}

impl AsRef<[u8]> for Message {
	fn as_ref(&self) -> &[u8] {
		&self.0
	}
}

pub fn message() -> Message {
	Message::default()
}

/// An attribute of an integer.
pub fn int(name: &str, value: i64) -> Message {
	message().bytes(1, name).integer(3, value as u64).integer(20, 2)
}

/// An attribute of integers.
pub fn ints(name: &str, values: &[i64]) -> Message {
	let attribute = message().bytes(1, name).integer(20, 7);
	values.iter().fold(attribute, |attribute, value| attribute.integer(8, *value as u64))
}

/// An attribute of a text.
pub fn text(name: &str, value: &str) -> Message {
	message().bytes(1, name).bytes(4, value).integer(20, 3)
}

/// An attribute of a graph.
pub fn subgraph(name: &str, graph: Message) -> Message {
	message().bytes(1, name).bytes(6, graph).integer(20, 5)
}

/// A tensor of 64-bit integers with its data inside.
pub fn longs(name: &str, dims: &[u64], values: &[i64]) -> Message {
	let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
	let tensor = dims.iter().fold(message(), |tensor, dim| tensor.integer(1, *dim));
	tensor.integer(2, INT64).bytes(8, name).bytes(9, raw)
}

/// A value without a declared shape.
pub fn shapeless(name: &str, kind: u64) -> Message {
	message().bytes(1, name).bytes(2, message().bytes(1, message().integer(1, kind)))
}

/// A scalar.
pub fn scalar(name: &str, kind: u64) -> Message {
	let tensor = message().integer(1, kind).bytes(2, message());
	message().bytes(1, name).bytes(2, message().bytes(1, tensor))
}

/// TensorProto.DataType
pub const FLOAT: u64 = 1;
pub const UINT8: u64 = 2;
pub const INT64: u64 = 7;
pub const BOOL: u64 = 9;
pub const FLOAT16: u64 = 10;

/// A model of one graph, over the default domain.
pub fn model(graph: Message) -> Message {
	message().integer(1, 8).bytes(7, graph).bytes(8, message().integer(2, 13))
}

/// A node without attributes.
pub fn node(operator: &str, inputs: &[&str], outputs: &[&str]) -> Message {
	let node = inputs.iter().fold(message(), |node, name| node.bytes(1, name));
	let node = outputs.iter().fold(node, |node, name| node.bytes(2, name));
	node.bytes(4, operator)
}

/// An input or output of shape `[batch, dims…]`; a dimension of 0 is symbolic as well.
pub fn port(name: &str, kind: u64, dims: &[u64]) -> Message {
	let batch = message().bytes(1, message().bytes(2, "batch"));
	let shape = dims.iter().fold(batch, |shape, dim| match dim {
		0 => shape.bytes(1, message().bytes(2, "any")),
		dim => shape.bytes(1, message().integer(1, *dim)),
	});
	let tensor = message().integer(1, kind).bytes(2, shape);
	message().bytes(1, name).bytes(2, message().bytes(1, tensor))
}

/// A float tensor with its data inside.
pub fn tensor(name: &str, dims: &[u64], values: &[f32]) -> Message {
	let raw: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
	let tensor = dims.iter().fold(message(), |tensor, dim| tensor.integer(1, *dim));
	tensor.integer(2, FLOAT).bytes(8, name).bytes(9, raw)
}

/// `y = x + w` for `x` of shape `[batch, 2]`, with `w` = `[10, 20]`.
pub fn add() -> Message {
	model(add_graph(tensor("w", &[2], &[10.0, 20.0])))
}

pub fn add_graph(weights: Message) -> Message {
	message()
		.bytes(1, node("Add", &["x", "w"], &["y"]))
		.bytes(2, "g")
		.bytes(5, weights)
		.bytes(11, port("x", FLOAT, &[2]))
		.bytes(12, port("y", FLOAT, &[2]))
}

/// `y = x`, for elements of one type and shape `[batch, 2]`.
pub fn identity(kind: u64) -> Message {
	model(
		message()
			.bytes(1, node("Identity", &["x"], &["y"]))
			.bytes(2, "g")
			.bytes(11, port("x", kind, &[2]))
			.bytes(12, port("y", kind, &[2])),
	)
}
