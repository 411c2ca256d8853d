//! Writes the few ONNX graphs that the self-test runs.
//!
//! Weights are small integers times a power of two, made by integer arithmetic: the same everywhere.

/// A protobuf message.
#[derive(Clone, Default)]
pub(super) struct Message(pub Vec<u8>);

/// `TensorProto.DataType`.
pub(super) const FLOAT: u64 = 1;
const UINT8: u64 = 2;
const INT32: u64 = 6;

impl Message {
	pub fn integer(mut self, number: u64, value: u64) -> Self {
		self.varint(number << 3);
		self.varint(value);
		self
	}

	pub fn bytes(mut self, number: u64, value: impl AsRef<[u8]>) -> Self {
		let value = value.as_ref();
		self.varint(number << 3 | 2);
		self.varint(value.len() as u64);
		self.0.extend_from_slice(value);
		self
	}

	fn varint(&mut self, mut value: u64) {
		while value >= 0x80 {
			// The lowest seven bits.
			self.0.push((value & 0x7f) as u8 | 0x80);
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

/// A graph under construction, as a file: IR 8, opset 17.
#[derive(Default)]
pub(super) struct Graph(Message);

impl Graph {
	pub fn node(self, operator: &str, inputs: &[&str], output: &str) -> Self {
		let node = inputs.iter().fold(Message::default(), |node, name| node.bytes(1, name));
		Self(self.0.bytes(1, node.bytes(2, output).bytes(4, operator)))
	}

	/// An input of shape `[batch, dims…]`.
	pub fn input(self, name: &str, dims: &[u64]) -> Self {
		Self(self.0.bytes(11, port(name, dims)))
	}

	/// An output of shape `[batch, dims…]`.
	pub fn output(self, name: &str, dims: &[u64]) -> Self {
		Self(self.0.bytes(12, port(name, dims)))
	}

	/// Float weights between -1/8 and 1/8.
	pub fn floats(self, name: &str, dims: &[u64]) -> Self {
		let values = numbers(name, dims).map(|number| f32::from(number as i8) / 1024.0);
		self.tensor(name, FLOAT, dims, values.flat_map(f32::to_le_bytes).collect())
	}

	/// Unsigned weights of eight bits.
	pub fn unsigned(self, name: &str, dims: &[u64]) -> Self {
		let values = numbers(name, dims).collect();
		self.tensor(name, UINT8, dims, values)
	}

	/// Biases of 32 bits.
	pub fn integers(self, name: &str, dims: &[u64]) -> Self {
		let values = numbers(name, dims).map(|number| i32::from(number as i8) * 16);
		self.tensor(name, INT32, dims, values.flat_map(i32::to_le_bytes).collect())
	}

	/// One float.
	pub fn scale(self, name: &str, value: f32) -> Self {
		self.tensor(name, FLOAT, &[], value.to_le_bytes().to_vec())
	}

	/// One zero point.
	pub fn zero(self, name: &str, value: u8) -> Self {
		self.tensor(name, UINT8, &[], vec![value])
	}

	fn tensor(self, name: &str, kind: u64, dims: &[u64], raw: Vec<u8>) -> Self {
		let tensor = dims.iter().fold(Message::default(), |tensor, dim| tensor.integer(1, *dim));
		Self(self.0.bytes(5, tensor.integer(2, kind).bytes(8, name).bytes(9, raw)))
	}

	/// The file.
	pub fn file(self) -> Vec<u8> {
		let opset = Message::default().integer(2, 17);
		Message::default().integer(1, 8).bytes(7, self.0.bytes(2, "selftest")).bytes(8, opset).0
	}
}

fn port(name: &str, dims: &[u64]) -> Message {
	let batch = Message::default().bytes(1, Message::default().bytes(2, "batch"));
	let shape =
		dims.iter().fold(batch, |shape, dim| shape.bytes(1, Message::default().integer(1, *dim)));
	let tensor = Message::default().integer(1, FLOAT).bytes(2, shape);
	Message::default().bytes(1, name).bytes(2, Message::default().bytes(1, tensor))
}

/// As many bytes as a tensor has elements, from a generator that `name` seeds (splitmix64).
pub(super) fn numbers(name: &str, dims: &[u64]) -> impl Iterator<Item = u8> {
	let mut state = name
		.bytes()
		.fold(0u64, |seed, byte| seed.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte)));
	(0..dims.iter().product::<u64>()).map(move |_| {
		state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = state;
		mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
		(mixed >> 56) as u8
	})
}
