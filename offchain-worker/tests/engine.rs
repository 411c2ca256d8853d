//! Real models on the real ONNX Runtime.

mod common;

use common::{digits, digits_int8, engine, onnx};
use tercet_primitives::{DeterminismClass, OnnxRuntimeVersion};
use tercet_tensors::{Dtype, Tensor, TensorMap};
use tercet_worker::{engine::EngineError, model_check::ModelError, Engine};

fn map(name: &str, tensor: Tensor) -> TensorMap {
	TensorMap::new([(name, tensor)]).unwrap()
}

/// Images that are noise, but the same in every run.
fn images(items: usize) -> TensorMap {
	let pixel = |i: usize| (i.wrapping_mul(2_654_435_761) >> 7 & 15) as f32;
	let pixels: Vec<f32> = (0..items * 64).map(pixel).collect();
	map("image", Tensor::f32(&[items, 64], &pixels).unwrap())
}

fn run_add(input: TensorMap) -> Result<TensorMap, EngineError> {
	engine().session(&onnx::add().0, 1).unwrap().run(&input)
}

#[test]
fn load_names_the_version_and_the_class() {
	let engine = engine();
	assert_eq!(engine.version(), OnnxRuntimeVersion { major: 1, minor: 31, patch: 1 });
	let class = engine.pinned_class(4).unwrap();
	assert!(matches!(class, DeterminismClass::Pinned { threads: 4, .. }));
	assert!(class.to_string().starts_with("cpu/ort-1.31.1/"), "{class}");
}

#[test]
fn load_fails_when_the_file_is_another_library_or_none() {
	let _loaded = engine();
	let error = Engine::load("/lib/nowhere.so".as_ref()).err().unwrap();
	assert!(matches!(error, EngineError::OtherLibrary { .. }), "{error}");
}

#[test]
fn run_computes_the_graph_when_the_input_fits() {
	let output = run_add(map("x", Tensor::f32(&[2, 2], &[1.0, 2.0, 3.0, 4.0]).unwrap())).unwrap();
	assert_eq!(output.items(), 2);
	assert_eq!(output.tensor("y").unwrap().to_f32().unwrap(), [11.0, 22.0, 13.0, 24.0]);
}

#[test]
fn run_preserves_bits_when_elements_are_of_any_type() {
	let engine = engine();
	// TensorProto.DataType of each.
	for (kind, dtype) in [
		(1, Dtype::F32),
		(2, Dtype::U8),
		(3, Dtype::I8),
		(4, Dtype::U16),
		(5, Dtype::I16),
		(6, Dtype::I32),
		(7, Dtype::I64),
		(9, Dtype::BOOL),
		(10, Dtype::F16),
		(11, Dtype::F64),
		(12, Dtype::U32),
		(13, Dtype::U64),
		(16, Dtype::BF16),
	] {
		let length = 3 * 2 * dtype.bitsize() / 8;
		let data = (0..length).map(|i| if dtype == Dtype::BOOL { i as u8 & 1 } else { i as u8 });
		let tensor = Tensor::new(dtype, vec![3, 2], data.collect()).unwrap();
		let session = engine.session(&onnx::identity(kind).0, 1).unwrap();
		let output = session.run(&map("x", tensor.clone())).unwrap();
		assert_eq!(output.tensor("y"), Some(&tensor), "{dtype}");
	}
}

#[test]
fn run_fails_when_an_input_is_missing_or_unexpected() {
	let x = || Tensor::f32(&[1, 2], &[1.0, 2.0]).unwrap();
	let error = run_add(map("z", x())).unwrap_err();
	assert!(matches!(&error, EngineError::UnexpectedInput(name) if name == "z"), "{error}");
	let error = run_add(TensorMap::new([("x", x()), ("z", x())]).unwrap()).unwrap_err();
	assert!(matches!(&error, EngineError::UnexpectedInput(name) if name == "z"), "{error}");
	let two_inputs = onnx::model(
		onnx::message()
			.bytes(1, onnx::node("Add", &["x", "w"], &["y"]))
			.bytes(2, "g")
			.bytes(11, onnx::port("x", onnx::FLOAT, &[2]))
			.bytes(11, onnx::port("w", onnx::FLOAT, &[2]))
			.bytes(12, onnx::port("y", onnx::FLOAT, &[2])),
	);
	let error = engine().session(&two_inputs.0, 1).unwrap().run(&map("x", x())).unwrap_err();
	assert!(matches!(&error, EngineError::MissingInput(name) if name == "w"), "{error}");
}

#[test]
fn run_fails_when_an_input_has_the_wrong_type_or_shape() {
	let error = run_add(map("x", Tensor::f64(&[1, 2], &[1.0, 2.0]).unwrap())).unwrap_err();
	assert!(matches!(error, EngineError::WrongDtype { found: Dtype::F64, .. }), "{error}");
	for shape in [&[2, 1][..], &[2], &[1, 2, 1]] {
		let error = run_add(map("x", Tensor::f32(shape, &[1.0, 2.0]).unwrap())).unwrap_err();
		assert!(matches!(error, EngineError::WrongShape { .. }), "{shape:?}: {error}");
	}
}

#[test]
fn run_fails_when_results_do_not_belong_to_items() {
	let graph = onnx::message()
		.bytes(1, onnx::node("Shape", &["x"], &["y"]))
		.bytes(2, "g")
		.bytes(11, onnx::port("x", onnx::FLOAT, &[2]))
		.bytes(12, onnx::port("y", onnx::INT64, &[]));
	let session = engine().session(&onnx::model(graph).0, 1).unwrap();
	let input = map("x", Tensor::f32(&[3, 2], &[0.0; 6]).unwrap());
	let error = session.run(&input).unwrap_err();
	assert!(matches!(error, EngineError::OutputItems { expected: 3, found: 2 }), "{error}");
}

#[test]
fn session_fails_when_the_model_is_refused_or_unloadable() {
	let engine = engine();
	let error = engine.session(b"garbage", 1).err().unwrap();
	assert!(matches!(error, EngineError::Model(ModelError::NotOnnx(_))), "{error}");
	let identity = |operator: &str, inputs: &[&str], kind: u64| {
		let graph = onnx::message()
			.bytes(1, onnx::node(operator, inputs, &["y"]))
			.bytes(2, "g")
			.bytes(11, onnx::port("x", onnx::FLOAT, &[2]))
			.bytes(12, onnx::port("y", kind, &[2]));
		engine.session(&onnx::model(graph).0, 1).err().unwrap()
	};
	let error = identity("NoSuchOperator", &["x"], onnx::FLOAT);
	assert!(matches!(error, EngineError::Model(ModelError::ForbiddenOperator(_))), "{error}");
	// What every version of ONNX Runtime that knows the operators finds.
	let error = identity("Add", &["x"], onnx::FLOAT);
	assert!(matches!(error, EngineError::Malformed(_)), "{error}");
	let error = identity("Identity", &["x"], onnx::INT64);
	assert!(!matches!(error, EngineError::Model(_)), "{error}");
}

#[test]
fn run_gives_the_same_bits_when_an_int8_batch_is_split() {
	let engine = engine();
	let model = digits_int8();
	let input = images(48);
	let whole = engine.session(&model, 1).unwrap().run(&input).unwrap();
	assert_eq!(whole.tensor("logits").unwrap().shape(), [48, 10]);
	let logits = |map: &TensorMap| map.tensor("logits").unwrap().data().to_vec();
	for (threads, size) in [(1, 1), (1, 5), (2, 16), (4, 48), (2, 7)] {
		let session = engine.session(&model, threads).unwrap();
		let mut parts = Vec::new();
		let image = input.tensor("image").unwrap().data();
		for chunk in image.chunks(size * 64 * 4) {
			let items = chunk.len() / (64 * 4);
			let tensor = Tensor::new(Dtype::F32, vec![items, 64], chunk.to_vec()).unwrap();
			parts.extend(logits(&session.run(&map("image", tensor)).unwrap()));
		}
		assert_eq!(parts, logits(&whole), "batches of {size} on {threads} threads");
	}
}

#[test]
fn run_gives_the_same_root_when_it_is_repeated() {
	let session = engine().session(&digits_int8(), 1).unwrap();
	let root = session.run(&images(512)).unwrap().root();
	for _ in 0..3 {
		assert_eq!(session.run(&images(512)).unwrap().root(), root);
	}
}

/// Other machines made these logits with other bindings; the bits are the same.
#[test]
fn run_gives_the_published_bits_when_the_model_is_the_int8_example() {
	let [input, expected] = ["held-out.safetensors", "expected_int8.safetensors"]
		.map(|file| TensorMap::from_bytes(&digits(file)).unwrap());
	let output = engine().session(&digits_int8(), 2).unwrap().run(&input).unwrap();
	assert_eq!(output.to_canonical_bytes(), expected.to_canonical_bytes());
}
