//! From an item's results to its feature vector.

use half::{bf16, f16};
use tercet_primitives::Feature;

use super::finite;
use crate::{Dtype, Tensor, TensorMap};

/// Rows and columns that a plane is averaged down to.
const CELLS: usize = 16;

/// The feature vector of `item`, a map of one item; see [the rules](super). All components are
/// finite.
pub fn features(item: &TensorMap, feature: Feature) -> Vec<f32> {
	let mut vector = Vec::new();
	for (_, tensor) in item.iter() {
		let elements = elements(tensor);
		match feature {
			Feature::Flat => vector.extend(elements),
			Feature::LowFrequency => {
				let (height, width) = plane(tensor.shape());
				// Planes without elements have no cells; chunks of length 0 are not allowed.
				for plane in elements.chunks((height * width).max(1)) {
					average(plane, height, width, &mut vector);
				}
			},
		}
	}
	vector
}

/// Elements as finite f32 values, in row-major order.
fn elements(tensor: &Tensor) -> Vec<f32> {
	macro_rules! read {
		($($dtype:ident => |$bytes:ident: $size:literal| $value:expr;)*) => {
			match tensor.dtype() {
				$(Dtype::$dtype => {
					let (elements, _) = tensor.data().as_chunks::<$size>();
					elements.iter().map(|bytes| { let $bytes = *bytes; finite($value) }).collect()
				},)*
				// Tensors are only made of the types above.
				_ => Vec::new(),
			}
		};
	}
	read! {
		BOOL => |bytes: 1| f32::from(bytes[0]);
		U8 => |bytes: 1| f32::from(bytes[0]);
		I8 => |bytes: 1| f32::from(i8::from_le_bytes(bytes));
		U16 => |bytes: 2| f32::from(u16::from_le_bytes(bytes));
		I16 => |bytes: 2| f32::from(i16::from_le_bytes(bytes));
		F16 => |bytes: 2| f16::from_le_bytes(bytes).to_f32();
		BF16 => |bytes: 2| bf16::from_le_bytes(bytes).to_f32();
		U32 => |bytes: 4| u32::from_le_bytes(bytes) as f32;
		I32 => |bytes: 4| i32::from_le_bytes(bytes) as f32;
		F32 => |bytes: 4| f32::from_le_bytes(bytes);
		U64 => |bytes: 8| u64::from_le_bytes(bytes) as f32;
		I64 => |bytes: 8| i64::from_le_bytes(bytes) as f32;
		F64 => |bytes: 8| f64::from_le_bytes(bytes) as f32;
	}
}

/// Height and width of the planes of a tensor whose first dimension is the item.
fn plane(shape: &[usize]) -> (usize, usize) {
	match shape {
		[_, .., height, width] => (*height, *width),
		[_, width] => (1, *width),
		_ => (1, 1),
	}
}

/// Appends the cells of one plane.
fn average(plane: &[f32], height: usize, width: usize, cells: &mut Vec<f32>) {
	let (rows, columns) = (height.min(CELLS), width.min(CELLS));
	let area = height as f64 * width as f64;
	for row in 0..rows {
		for column in 0..columns {
			let mut sum = 0.0;
			for (i, row_weight) in covered(height, rows, row) {
				for (j, column_weight) in covered(width, columns, column) {
					let weight = row_weight as f64 * column_weight as f64;
					sum += f64::from(plane[i * width + j]) * weight;
				}
			}
			cells.push((sum / area) as f32);
		}
	}
}

/// Elements of `length` that cell `cell` of `cells` covers, and how much of each, in units of which
/// an element has `cells` and a cell `length`.
fn covered(length: usize, cells: usize, cell: usize) -> impl Iterator<Item = (usize, usize)> {
	let (start, end) = (length * cell, length * (cell + 1));
	(start / cells..end.div_ceil(cells)).map(move |element| {
		let overlap = end.min(cells * (element + 1)) - start.max(cells * element);
		(element, overlap)
	})
}
