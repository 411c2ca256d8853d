//! Tensors whose rows have lengths of their own: JSON [documents](crate::documents), and what is
//! sealed.
//!
//! Tensors have one shape for all items. What has no common length lies in a tensor of a reserved
//! name, of unsigned bytes and the shape `[items, width]`, whose rows are filled up with a byte that
//! cannot be their last. `width` is always the length of the longest row in the map; a map that was
//! made with more is cut down. So the digest of an item does not depend on the items beside it.

use crate::{documents::DOCUMENTS, Dtype, Error, Tensor, TensorMap};

/// Name of the tensor whose rows are sealed; they do not end with a zero.
pub const SEALED: &str = "tercet/sealed";

/// Fills up documents.
const SPACE: u8 = b' ';

/// Fills up what is sealed.
const ZERO: u8 = 0;

impl TensorMap {
	/// The rows of the tensor of this name, without what fills them up; `None` unless it is there and
	/// has rows with lengths of their own.
	pub fn rows(&self, name: &str) -> Option<Vec<&[u8]>> {
		let tensor = self.tensor(name)?;
		let fill = fill_of(name, tensor)?;
		Some((0..self.items() as usize).map(|item| row(fill, tensor, item)).collect())
	}
}

/// Rows as a tensor, to be put into a map under the reserved name `name`, which says what fills them
/// up.
///
/// # Errors
/// [`Error::SizeOverflow`].
pub fn tensor<R: AsRef<[u8]>>(name: &str, rows: &[R]) -> Result<Tensor, Error> {
	filled(fill_by_name(name).unwrap_or(ZERO), rows)
}

fn fill_by_name(name: &str) -> Option<u8> {
	match name {
		DOCUMENTS => Some(SPACE),
		SEALED => Some(ZERO),
		_ => None,
	}
}

/// The byte that fills up the rows of a tensor of this name; `None` if they have no lengths of their
/// own.
pub(crate) fn fill_of(name: &str, tensor: &Tensor) -> Option<u8> {
	fill_by_name(name).filter(|_| tensor.dtype() == Dtype::U8 && tensor.shape().len() == 2)
}

/// The same rows, as wide as the longest of them.
pub(crate) fn cut(fill: u8, tensor: &Tensor) -> Result<Tensor, Error> {
	let rows: Vec<&[u8]> =
		(0..tensor.first_dimension()).map(|item| row(fill, tensor, item)).collect();
	filled(fill, &rows)
}

fn filled<R: AsRef<[u8]>>(fill: u8, rows: &[R]) -> Result<Tensor, Error> {
	let rows: Vec<&[u8]> = rows.iter().map(|row| trimmed(fill, row.as_ref())).collect();
	let width = rows.iter().map(|row| row.len()).max().unwrap_or(0);
	let length = width.checked_mul(rows.len()).ok_or(Error::SizeOverflow)?;
	let mut data = Vec::with_capacity(length);
	for (item, row) in rows.iter().enumerate() {
		data.extend_from_slice(row);
		data.resize((item + 1) * width, fill);
	}
	Tensor::new(Dtype::U8, vec![rows.len(), width], data)
}

fn row(fill: u8, tensor: &Tensor, item: usize) -> &[u8] {
	trimmed(fill, tensor.item_data(item).unwrap_or_default())
}

fn trimmed(fill: u8, row: &[u8]) -> &[u8] {
	let length = row.iter().rposition(|byte| *byte != fill).map_or(0, |last| last + 1);
	row.get(..length).unwrap_or(row)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn digest_of_a_sealed_item_is_the_same_when_others_are_longer() {
		let rows: [&[u8]; 3] = [&[0, 1], &[2, 0, 3, 0x80], &[4]];
		let map = TensorMap::new([(SEALED, tensor(SEALED, &rows).unwrap())]).unwrap();
		assert_eq!(map.tensor(SEALED).unwrap().shape(), [3, 4]);
		assert_eq!(map.rows(SEALED).unwrap(), rows);
		for (index, digest) in (0..).zip(map.item_digests()) {
			let alone = tensor(SEALED, &rows[index..=index]).unwrap();
			let alone = TensorMap::new([(SEALED, alone)]).unwrap();
			assert_eq!(map.item(index as u32).unwrap(), alone);
			assert_eq!(alone.item_digests(), [digest]);
		}
	}

	#[test]
	fn rows_are_none_when_the_tensor_is_another() {
		let bytes = Tensor::u8(&[1, 2], &[1, 0]).unwrap();
		let map = TensorMap::new([("sealed", bytes.clone())]).unwrap();
		assert_eq!(map.tensor("sealed"), Some(&bytes), "only the reserved name is cut");
		assert_eq!(map.rows("sealed"), None);
		assert_eq!(map.rows(SEALED), None);
		let cube = Tensor::u8(&[1, 1, 2], &[1, 0]).unwrap();
		let map = TensorMap::new([(SEALED, cube.clone())]).unwrap();
		assert_eq!((map.rows(SEALED), map.tensor(SEALED)), (None, Some(&cube)));
	}
}
