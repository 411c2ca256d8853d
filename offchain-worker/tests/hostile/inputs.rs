//! Inputs that the model does not take.

use tercet_tensors::{Tensor, TensorMap};
use tercet_worker::compute::FailureKind;

use crate::{
	case::{Case, End},
	common::onnx::add,
};

pub fn cases() -> Vec<Case> {
	let case = |class, input: Vec<u8>, said| {
		let end = End::Fails(FailureKind::Input, said);
		Case { input, ..Case::new(class, add(), end) }
	};
	let map =
		|name: &str, tensor: Tensor| TensorMap::new([(name, tensor)]).unwrap().to_canonical_bytes();
	let good = map("x", Tensor::f32(&[1, 2], &[1.0, 2.0]).unwrap());
	let header = |text: &str| {
		let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
		bytes.extend_from_slice(text.as_bytes());
		bytes
	};
	let nested = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
	vec![
		case("input: nothing", vec![], "the input"),
		case("input: cut", good[..good.len() - 1].to_vec(), "the input"),
		case("input: a header of 2^63 bytes", vec![0xff; 8], "header"),
		case("input: JSON 100,000 deep", header(&nested), "malformed header"),
		case(
			"input: a shape that overflows",
			header(r#"{"x":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,4]}}"#),
			"the input",
		),
		case(
			"input: data at an offset beyond the file",
			header(
				r#"{"x":{"dtype":"F32","shape":[1,2],"data_offsets":[18446744073709551608,18446744073709551615]}}"#,
			),
			"the input",
		),
		case("input: another name", map("z", Tensor::f32(&[1, 2], &[0.0; 2]).unwrap()), "no input"),
		case("input: another type", map("x", Tensor::u8(&[1, 2], &[0; 2]).unwrap()), "takes"),
		case(
			"input: another shape",
			map("x", Tensor::f32(&[1, 3], &[0.0; 3]).unwrap()),
			"takes shape",
		),
		case(
			"input: more items than the job",
			map("x", Tensor::f32(&[2, 2], &[0.0; 4]).unwrap()),
			"items",
		),
	]
}
