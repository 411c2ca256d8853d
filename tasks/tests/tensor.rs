//! The task `tensor`, with the digits model.

mod common;

use std::path::Path;

use tercet_tasks::{Blame, Folder, Precision, TaskError};
use tercet_tensors::{Dtype, Tensor, TensorMap};

fn run(input: &TensorMap) -> Result<TensorMap, TaskError> {
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/digits");
	let folder = Folder::discover(&folder).unwrap();
	let artifact = folder.variant(Precision::Int8).unwrap().to_bytes().unwrap();
	common::pipeline(&artifact).unwrap().run(input, &|_| [0; 32])
}

fn map(name: &str, tensor: Tensor) -> TensorMap {
	TensorMap::new([(name, tensor)]).unwrap()
}

fn image(shape: &[usize]) -> Tensor {
	Tensor::f32(shape, &vec![0.5; shape.iter().product()]).unwrap()
}

#[test]
fn tensor_gives_one_result_per_item_when_the_input_fits() {
	let result = run(&map("image", image(&[3, 64]))).unwrap();
	assert_eq!(result.tensor("logits").unwrap().shape(), [3, 10]);
}

#[test]
fn tensor_is_refused_by_name_when_the_input_does_not_fit() {
	let refused = |input| {
		let error = run(&input).unwrap_err();
		assert_eq!(error.blame(), Blame::Input, "{error}");
		error
	};
	let missing = refused(map("picture", image(&[1, 64])));
	assert!(matches!(missing, TaskError::UnexpectedInput(name) if name == "picture"));
	let both = [("image", image(&[1, 64])), ("more", image(&[1, 1]))];
	let more = refused(TensorMap::new(both).unwrap());
	assert!(matches!(more, TaskError::UnexpectedInput(name) if name == "more"));
	let wide = refused(map("image", image(&[1, 65])));
	assert!(matches!(wide, TaskError::WrongShape { found, .. } if found == [1, 65]));
	let bytes = refused(map("image", Tensor::u8(&[1, 64], &[0; 64]).unwrap()));
	assert!(matches!(bytes, TaskError::WrongDtype { found: Dtype::U8, .. }));
}
