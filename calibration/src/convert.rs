//! Tensors of ours to values of ONNX Runtime's, and back.

use std::fmt::Debug;

use half::{bf16, f16};
use ort::value::{
	DynValue, PrimitiveTensorElementType, Tensor as OrtTensor, TensorElementType, ValueType,
};
use tercet_tensors::{Dtype, Tensor};

/// An element type that both sides have.
trait Element: PrimitiveTensorElementType + Copy + Debug + 'static {
	const DTYPE: Dtype;

	fn read(bytes: &[u8]) -> Vec<Self>;

	fn write(elements: &[Self]) -> Vec<u8>;
}

macro_rules! elements {
	($($element:ty, $dtype:ident;)*) => {
		$(impl Element for $element {
			const DTYPE: Dtype = Dtype::$dtype;

			fn read(bytes: &[u8]) -> Vec<Self> {
				let (chunks, _) = bytes.as_chunks();
				chunks.iter().map(|chunk| <$element>::from_le_bytes(*chunk)).collect()
			}

			fn write(elements: &[Self]) -> Vec<u8> {
				elements.iter().flat_map(|element| element.to_le_bytes()).collect()
			}
		})*
	};
}
elements! {
	f32, F32; f64, F64; f16, F16; bf16, BF16;
	i8, I8; i16, I16; i32, I32; i64, I64;
	u8, U8; u16, U16; u32, U32; u64, U64;
}

impl Element for bool {
	const DTYPE: Dtype = Dtype::BOOL;

	fn read(bytes: &[u8]) -> Vec<Self> {
		bytes.iter().map(|byte| *byte != 0).collect()
	}

	fn write(elements: &[Self]) -> Vec<u8> {
		elements.iter().copied().map(u8::from).collect()
	}
}

/// `tensor` as a value of ONNX Runtime.
pub fn to_value(tensor: &Tensor) -> Result<DynValue, String> {
	fn value<T: Element>(tensor: &Tensor) -> Result<DynValue, String> {
		let parts = (tensor.shape().to_vec(), T::read(tensor.data()));
		let tensor = OrtTensor::from_array(parts).map_err(|error| error.to_string())?;
		Ok(tensor.into_dyn())
	}
	match tensor.dtype() {
		Dtype::F32 => value::<f32>(tensor),
		Dtype::F64 => value::<f64>(tensor),
		Dtype::F16 => value::<f16>(tensor),
		Dtype::BF16 => value::<bf16>(tensor),
		Dtype::I8 => value::<i8>(tensor),
		Dtype::I16 => value::<i16>(tensor),
		Dtype::I32 => value::<i32>(tensor),
		Dtype::I64 => value::<i64>(tensor),
		Dtype::U8 => value::<u8>(tensor),
		Dtype::U16 => value::<u16>(tensor),
		Dtype::U32 => value::<u32>(tensor),
		Dtype::U64 => value::<u64>(tensor),
		Dtype::BOOL => value::<bool>(tensor),
		other => Err(format!("ONNX Runtime has no values of type {other}")),
	}
}

/// The output called `name`, as a tensor of ours.
pub fn from_value(name: &str, value: &DynValue) -> Result<Tensor, String> {
	fn tensor<T: Element>(value: &DynValue) -> Result<Tensor, String> {
		let (shape, elements) =
			value.try_extract_tensor::<T>().map_err(|error| error.to_string())?;
		// What exists has no negative dimension.
		let shape = shape.iter().map(|dim| usize::try_from(*dim).unwrap_or(0)).collect();
		Tensor::new(T::DTYPE, shape, T::write(elements)).map_err(|error| error.to_string())
	}
	let ValueType::Tensor { ty, .. } = value.dtype() else {
		return Err(format!("output `{name}` is a {}, not a tensor", value.dtype()));
	};
	match ty {
		TensorElementType::Float32 => tensor::<f32>(value),
		TensorElementType::Float64 => tensor::<f64>(value),
		TensorElementType::Float16 => tensor::<f16>(value),
		TensorElementType::Bfloat16 => tensor::<bf16>(value),
		TensorElementType::Int8 => tensor::<i8>(value),
		TensorElementType::Int16 => tensor::<i16>(value),
		TensorElementType::Int32 => tensor::<i32>(value),
		TensorElementType::Int64 => tensor::<i64>(value),
		TensorElementType::Uint8 => tensor::<u8>(value),
		TensorElementType::Uint16 => tensor::<u16>(value),
		TensorElementType::Uint32 => tensor::<u32>(value),
		TensorElementType::Uint64 => tensor::<u64>(value),
		TensorElementType::Bool => tensor::<bool>(value),
		other => Err(format!("output `{name}` has elements of type {other}")),
	}
}
