//! Tensors of ours and plain numbers to values of ONNX Runtime's, and back.

use std::{borrow::Cow, fmt::Debug};

use half::{bf16, f16};
use ort::value::{
	DynValue, PrimitiveTensorElementType, Tensor as OrtTensor, TensorElementType, ValueType,
};
use tercet_tensors::{Dtype, Tensor};

use crate::TaskError;

/// An element type that both sides have.
trait Element: PrimitiveTensorElementType + Copy + Debug + 'static {
	const DTYPE: Dtype;

	/// All elements of little-endian bytes.
	fn read(bytes: &[u8]) -> Vec<Self>;

	/// Little-endian bytes of all elements.
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
///
/// # Errors
/// [`TaskError::Run`].
pub fn to_value(tensor: &Tensor, kind: TensorElementType) -> Result<DynValue, TaskError> {
	fn value<T: Element>(tensor: &Tensor) -> Result<DynValue, TaskError> {
		owned(tensor.shape(), T::read(tensor.data()))
	}
	dispatch!(kind, value(tensor)).unwrap_or_else(|| Err(unsupported(kind)))
}

/// The output called `name`, as a tensor of ours.
///
/// # Errors
/// [`TaskError::UnsupportedOutput`], [`TaskError::Run`].
pub fn from_value(name: &str, value: &DynValue) -> Result<Tensor, TaskError> {
	fn tensor<T: Element>(value: &DynValue) -> Result<Tensor, TaskError> {
		let (shape, elements) = value.try_extract_tensor::<T>()?;
		Ok(Tensor::new(T::DTYPE, sizes(shape), T::write(elements))?)
	}
	let unsupported = |found: &ValueType| TaskError::UnsupportedOutput {
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

/// Integers, for an input of integers of any width.
pub(crate) fn integers(
	shape: &[usize],
	elements: Vec<i64>,
	kind: TensorElementType,
) -> Result<DynValue, TaskError> {
	match kind {
		TensorElementType::Int64 => owned(shape, elements),
		// Tokens, masks, positions and steps are far below the limit of 32 bits.
		TensorElementType::Int32 => owned(shape, cast(elements, |x| x as i32)),
		TensorElementType::Bool => owned(shape, cast(elements, |x| x != 0)),
		TensorElementType::Float32 => owned(shape, cast(elements, |x| x as f32)),
		other => Err(unsupported(other)),
	}
}

/// Floats, for an input of floats of any width, or of integers that they are rounded to.
pub(crate) fn floats(
	shape: &[usize],
	elements: Vec<f32>,
	kind: TensorElementType,
) -> Result<DynValue, TaskError> {
	match kind {
		TensorElementType::Float32 => owned(shape, elements),
		TensorElementType::Float16 => owned(shape, cast(elements, f16::from_f32)),
		TensorElementType::Float64 => owned(shape, cast(elements, f64::from)),
		TensorElementType::Int64 => owned(shape, cast(elements, |x| x.round() as i64)),
		TensorElementType::Int32 => owned(shape, cast(elements, |x| x.round() as i32)),
		other => Err(unsupported(other)),
	}
}

/// Zeros of any type that [`integers`] and [`floats`] make.
pub(crate) fn zeros(shape: &[usize], kind: TensorElementType) -> Result<DynValue, TaskError> {
	let count = shape.iter().product();
	match kind {
		TensorElementType::Float32 | TensorElementType::Float16 | TensorElementType::Float64 => {
			floats(shape, vec![0.0; count], kind)
		},
		_ => integers(shape, vec![0; count], kind),
	}
}

/// Whether [`integers`] makes values of this type.
pub(crate) fn is_integer(kind: TensorElementType) -> bool {
	use TensorElementType as T;
	matches!(kind, T::Int64 | T::Int32 | T::Bool)
}

/// Whether [`floats`] makes values of this type from floats.
pub(crate) fn is_float(kind: TensorElementType) -> bool {
	use TensorElementType as T;
	matches!(kind, T::Float32 | T::Float16 | T::Float64)
}

/// Shape and elements of a tensor of floats, whatever their width.
pub(crate) fn to_floats<'v>(
	name: &str,
	value: &'v DynValue,
) -> Result<(Vec<usize>, Cow<'v, [f32]>), TaskError> {
	match value.dtype() {
		ValueType::Tensor { ty: TensorElementType::Float32, .. } => {
			let (shape, elements) = value.try_extract_tensor::<f32>()?;
			Ok((sizes(shape), Cow::Borrowed(elements)))
		},
		ValueType::Tensor { ty: TensorElementType::Float16, .. } => {
			let (shape, elements) = value.try_extract_tensor::<f16>()?;
			Ok((sizes(shape), elements.iter().map(|element| element.to_f32()).collect()))
		},
		ValueType::Tensor { ty: TensorElementType::Float64, .. } => {
			let (shape, elements) = value.try_extract_tensor::<f64>()?;
			Ok((sizes(shape), elements.iter().map(|element| *element as f32).collect()))
		},
		other => Err(TaskError::UnsupportedOutput { name: name.into(), found: other.to_string() }),
	}
}

fn owned<T: PrimitiveTensorElementType + Debug + Clone + 'static>(
	shape: &[usize],
	elements: Vec<T>,
) -> Result<DynValue, TaskError> {
	Ok(OrtTensor::from_array((shape.to_vec(), elements))?.into_dyn())
}

fn cast<A, B>(elements: Vec<A>, function: impl Fn(A) -> B) -> Vec<B> {
	elements.into_iter().map(function).collect()
}

/// What exists has no negative dimension.
fn sizes(shape: &[i64]) -> Vec<usize> {
	shape.iter().map(|dim| usize::try_from(*dim).unwrap_or(0)).collect()
}

fn unsupported(kind: TensorElementType) -> TaskError {
	TaskError::Run(format!("no values of type {kind}"))
}
