//! One tensor: element type, shape and bytes that fit each other.

use bytes::Bytes;
use safetensors::Dtype;

use crate::Error;

/// Dimensions that a tensor may have, the item included.
pub const MAX_DIMENSIONS: usize = 16;

/// A dense tensor in row-major order, elements little-endian. Bytes, shape and element type always
/// agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
	dtype: Dtype,
	shape: Vec<usize>,
	data: Bytes,
}

macro_rules! typed {
	($($(#[$doc:meta])* $new:ident, $read:ident, $element:ty, $dtype:ident;)*) => {
		$(
			$(#[$doc])*
			///
			/// # Errors
			/// As [`Tensor::new`].
			pub fn $new(shape: &[usize], elements: &[$element]) -> Result<Self, Error> {
				let data = elements.iter().flat_map(|element| element.to_le_bytes()).collect();
				Self::new(Dtype::$dtype, shape.to_vec(), data)
			}

			/// The elements, in row-major order.
			///
			/// # Errors
			/// [`Error::WrongDtype`] if they are of another type.
			pub fn $read(&self) -> Result<Vec<$element>, Error> {
				if self.dtype != Dtype::$dtype {
					return Err(Error::WrongDtype { expected: Dtype::$dtype, found: self.dtype });
				}
				let (elements, _) = self.data.as_chunks();
				Ok(elements.iter().map(|bytes| <$element>::from_le_bytes(*bytes)).collect())
			}
		)*
	};
}

impl Tensor {
	/// A tensor from its parts; `data` holds the elements in row-major order, little-endian.
	///
	/// # Errors
	/// [`Error::UnsupportedDtype`], [`Error::TooManyDimensions`], [`Error::SizeOverflow`],
	/// [`Error::WrongDataLength`], [`Error::InvalidBool`].
	pub fn new(dtype: Dtype, shape: Vec<usize>, data: Vec<u8>) -> Result<Self, Error> {
		Self::from_shared(dtype, shape, data.into())
	}

	/// As [`Self::new`], of a part of something larger.
	pub(crate) fn from_shared(dtype: Dtype, shape: Vec<usize>, data: Bytes) -> Result<Self, Error> {
		let expected = byte_length(dtype, &shape)?;
		if data.len() != expected {
			let (expected, found) = (expected as u64, data.len() as u64);
			return Err(Error::WrongDataLength { expected, found });
		}
		if dtype == Dtype::BOOL {
			if let Some(byte) = data.iter().find(|byte| **byte > 1) {
				return Err(Error::InvalidBool(*byte));
			}
		}
		Ok(Self { dtype, shape, data })
	}

	typed! {
		/// A tensor of 32-bit floats.
		f32, to_f32, f32, F32;
		/// A tensor of 64-bit floats.
		f64, to_f64, f64, F64;
		/// A tensor of signed bytes.
		i8, to_i8, i8, I8;
		/// A tensor of signed 16-bit integers.
		i16, to_i16, i16, I16;
		/// A tensor of signed 32-bit integers.
		i32, to_i32, i32, I32;
		/// A tensor of signed 64-bit integers.
		i64, to_i64, i64, I64;
		/// A tensor of bytes.
		u8, to_u8, u8, U8;
		/// A tensor of unsigned 16-bit integers.
		u16, to_u16, u16, U16;
		/// A tensor of unsigned 32-bit integers.
		u32, to_u32, u32, U32;
		/// A tensor of unsigned 64-bit integers.
		u64, to_u64, u64, U64;
	}

	/// Element type.
	pub fn dtype(&self) -> Dtype {
		self.dtype
	}

	/// Dimensions; the first is the item.
	pub fn shape(&self) -> &[usize] {
		&self.shape
	}

	/// The elements in row-major order, little-endian.
	pub fn data(&self) -> &[u8] {
		&self.data
	}

	/// First dimension; 0 for a scalar, which belongs to no item.
	pub(crate) fn first_dimension(&self) -> usize {
		self.shape.first().copied().unwrap_or(0)
	}

	/// Bytes of item `index`; `None` if there is none.
	pub(crate) fn item_data(&self, index: usize) -> Option<&[u8]> {
		let items = self.first_dimension();
		if index >= items {
			return None;
		}
		let length = self.data.len() / items;
		self.data.get(index * length..(index + 1) * length)
	}

	/// Shape of one item: the same, with a first dimension of 1.
	pub(crate) fn item_shape(&self) -> Vec<usize> {
		std::iter::once(1).chain(self.shape.iter().skip(1).copied()).collect()
	}
}

/// Bytes that a tensor takes.
pub(crate) fn byte_length(dtype: Dtype, shape: &[usize]) -> Result<usize, Error> {
	if shape.len() > MAX_DIMENSIONS {
		return Err(Error::TooManyDimensions(shape.len()));
	}
	let element = element_bytes(dtype).ok_or(Error::UnsupportedDtype(dtype))?;
	let length = shape.iter().try_fold(element, |product, dim| product.checked_mul(*dim));
	// Addresses are signed inside allocators, so this is where memory ends.
	length.filter(|length| isize::try_from(*length).is_ok()).ok_or(Error::SizeOverflow)
}

fn element_bytes(dtype: Dtype) -> Option<usize> {
	match dtype {
		Dtype::BOOL | Dtype::U8 | Dtype::I8 => Some(1),
		Dtype::I16 | Dtype::U16 | Dtype::F16 | Dtype::BF16 => Some(2),
		Dtype::I32 | Dtype::U32 | Dtype::F32 => Some(4),
		Dtype::I64 | Dtype::U64 | Dtype::F64 => Some(8),
		_ => None,
	}
}
