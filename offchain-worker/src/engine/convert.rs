//! Tensors of ours to values of ONNX Runtime's, and back.

use std::fmt::Debug;

use half::{bf16, f16};
use ort::{
	session::SessionInputValue,
	value::{
		DynValue, PrimitiveTensorElementType, Tensor as OrtTensor, TensorElementType, TensorRef,
		ValueType,
	},
};
use tercet_tensors::{Dtype, Tensor};

use super::EngineError;

/// An element type that both sides have.
trait Element: PrimitiveTensorElementType + Copy + Debug + 'static {
	const DTYPE: Dtype;

	/// All elements of little-endian bytes.
	fn read(bytes: &[u8]) -> Vec<Self>;

	/// The same, where they lie, if this type can be looked at so and they lie as it needs.
	fn view(_: &[u8]) -> Option<&[Self]> {
		None
	}

	/// Little-endian bytes of all elements.
	fn write(elements: &[Self]) -> Vec<u8> {
		Self::bytes(elements).map_or_else(|| Self::write_each(elements), <[u8]>::to_vec)
	}

	/// The same, where they lie, if that is what they are.
	fn bytes(_: &[Self]) -> Option<&[u8]> {
		None
	}

	/// The same, one element after the other.
	fn write_each(elements: &[Self]) -> Vec<u8>;
}

macro_rules! elements {
	($($element:ty, $dtype:ident $(, $view:item, $bytes:item)?;)*) => {
		$(impl Element for $element {
			const DTYPE: Dtype = Dtype::$dtype;

			$($view $bytes)?

			fn read(bytes: &[u8]) -> Vec<Self> {
				let (chunks, _) = bytes.as_chunks();
				chunks.iter().map(|chunk| <$element>::from_le_bytes(*chunk)).collect()
			}

			fn write_each(elements: &[Self]) -> Vec<u8> {
				elements.iter().flat_map(|element| element.to_le_bytes()).collect()
			}
		})*
	};
}

/// Elements of which every pattern of bits is one, on machines that write them as files do.
macro_rules! plain_elements {
	($($element:ty, $dtype:ident;)*) => {
		elements! {
			$($element, $dtype, fn view(bytes: &[u8]) -> Option<&[Self]> {
				match cfg!(target_endian = "little") {
					true => bytemuck::try_cast_slice(bytes).ok(),
					false => None,
				}
			}, fn bytes(elements: &[Self]) -> Option<&[u8]> {
				cfg!(target_endian = "little").then(|| bytemuck::cast_slice(elements))
			};)*
		}
	};
}

elements! {
	f16, F16; bf16, BF16;
}
plain_elements! {
	f32, F32; f64, F64;
	i8, I8; i16, I16; i32, I32; i64, I64;
	u8, U8; u16, U16; u32, U32; u64, U64;
}

impl Element for bool {
	const DTYPE: Dtype = Dtype::BOOL;

	fn read(bytes: &[u8]) -> Vec<Self> {
		bytes.iter().map(|byte| *byte != 0).collect()
	}

	fn write_each(elements: &[Self]) -> Vec<u8> {
		elements.iter().copied().map(u8::from).collect()
	}
}

/// Calls `$function::<T>` with the Rust type for a type of ONNX Runtime, or gives `None`.
macro_rules! dispatch {
	($kind:expr, $function:ident($($argument:expr),*)) => {
		match $kind {
			TensorElementType::Float32 => Some($function::<f32>($($argument),*)),
			TensorElementType::Float64 => Some($function::<f64>($($argument),*)),
			TensorElementType::Float16 => Some($function::<f16>($($argument),*)),
			TensorElementType::Bfloat16 => Some($function::<bf16>($($argument),*)),
			TensorElementType::Int8 => Some($function::<i8>($($argument),*)),
			TensorElementType::Int16 => Some($function::<i16>($($argument),*)),
			TensorElementType::Int32 => Some($function::<i32>($($argument),*)),
			TensorElementType::Int64 => Some($function::<i64>($($argument),*)),
			TensorElementType::Uint8 => Some($function::<u8>($($argument),*)),
			TensorElementType::Uint16 => Some($function::<u16>($($argument),*)),
			TensorElementType::Uint32 => Some($function::<u32>($($argument),*)),
			TensorElementType::Uint64 => Some($function::<u64>($($argument),*)),
			TensorElementType::Bool => Some($function::<bool>($($argument),*)),
			_ => None,
		}
	};
}

/// Our name for ONNX Runtime's element type, if both sides have it.
pub fn dtype_of(kind: TensorElementType) -> Option<Dtype> {
	fn dtype<T: Element>() -> Dtype {
		T::DTYPE
	}
	dispatch!(kind, dtype())
}

/// `tensor` as a value of ONNX Runtime with elements of type `kind`, which must be its own.
pub fn to_value(tensor: &Tensor, kind: TensorElementType) -> Result<DynValue, EngineError> {
	fn value<T: Element>(tensor: &Tensor) -> Result<DynValue, EngineError> {
		let parts = (tensor.shape().to_vec(), T::read(tensor.data()));
		let tensor =
			OrtTensor::from_array(parts).map_err(|error| EngineError::Run(error.to_string()))?;
		Ok(tensor.into_dyn())
	}
	let unsupported = || EngineError::Run(format!("no values of type {kind}"));
	dispatch!(kind, value(tensor)).ok_or_else(unsupported)?
}

/// As [`to_value`], without a copy where the bytes lie as ONNX Runtime needs them.
pub fn to_input(
	tensor: &Tensor,
	kind: TensorElementType,
) -> Result<SessionInputValue<'_>, EngineError> {
	fn view<T: Element>(tensor: &Tensor) -> Option<Result<SessionInputValue<'_>, EngineError>> {
		let elements = T::view(tensor.data())?;
		let view = TensorRef::from_array_view((tensor.shape().to_vec(), elements));
		Some(view.map(Into::into).map_err(|error| EngineError::Run(error.to_string())))
	}
	match dispatch!(kind, view(tensor)).flatten() {
		Some(view) => view,
		None => Ok(to_value(tensor, kind)?.into()),
	}
}

/// The output called `name`, as a tensor of ours.
pub fn from_value(name: &str, value: &DynValue) -> Result<Tensor, EngineError> {
	fn tensor<T: Element>(value: &DynValue) -> Result<Tensor, EngineError> {
		let (shape, elements) =
			value.try_extract_tensor::<T>().map_err(|error| EngineError::Run(error.to_string()))?;
		// What exists has no negative dimension.
		let shape = shape.iter().map(|dim| usize::try_from(*dim).unwrap_or(0)).collect();
		Ok(Tensor::new(T::DTYPE, shape, T::write(elements))?)
	}
	let unsupported = |found: &ValueType| EngineError::UnsupportedOutput {
		name: name.into(),
		found: found.to_string(),
	};
	match value.dtype() {
		ValueType::Tensor { ty, .. } => {
			dispatch!(*ty, tensor(value)).ok_or_else(|| unsupported(value.dtype()))?
		},
		other => Err(unsupported(other)),
	}
}
