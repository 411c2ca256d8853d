//! Items that are JSON documents: requests and responses of tasks with text in them.
//!
//! Documents have no common length, so they are [rows](crate::rows) of one tensor, named
//! [`DOCUMENTS`]: UTF-8, filled up with spaces, which mean nothing at the end of JSON.

use crate::{rows, Error, Tensor, TensorMap};

/// Name of the tensor whose rows are documents.
pub const DOCUMENTS: &str = "json";

impl TensorMap {
	/// A map of `documents`, one per item, and nothing else.
	///
	/// # Errors
	/// [`Error::NoItems`], [`Error::TooManyItems`].
	pub fn from_documents<D: AsRef<[u8]>>(documents: &[D]) -> Result<Self, Error> {
		Self::new([(DOCUMENTS, tensor(documents)?)])
	}

	/// The same map without its documents.
	///
	/// # Errors
	/// [`Error::NoItems`] if there is nothing else.
	pub fn without_documents(&self) -> Result<Self, Error> {
		let others = self.iter().filter(|(name, tensor)| !is_documents(name, tensor));
		Self::new(others.map(|(name, tensor)| (name, tensor.clone())))
	}

	/// The documents of this map, one per item, without what fills them up; `None` if it has none.
	pub fn documents(&self) -> Option<Vec<&[u8]>> {
		self.rows(DOCUMENTS)
	}
}

/// `documents` as a tensor, to be put beside others under the name [`DOCUMENTS`].
///
/// # Errors
/// [`Error::SizeOverflow`].
pub fn tensor<D: AsRef<[u8]>>(documents: &[D]) -> Result<Tensor, Error> {
	rows::tensor(DOCUMENTS, documents)
}

fn is_documents(name: &str, tensor: &Tensor) -> bool {
	name == DOCUMENTS && rows::fill_of(name, tensor).is_some()
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_primitives::ItemSet;

	const TEXTS: [&str; 3] = [r#"{"inputs":"ä"}"#, "{}", r#""a longer one, by far""#];

	fn map() -> TensorMap {
		TensorMap::from_documents(&TEXTS).unwrap()
	}

	fn texts(map: &TensorMap) -> Vec<String> {
		let documents = map.documents().unwrap();
		documents.iter().map(|text| String::from_utf8(text.to_vec()).unwrap()).collect()
	}

	#[test]
	fn documents_return_when_they_were_put_in() {
		assert_eq!(texts(&map()), TEXTS);
		let read = TensorMap::from_bytes(&map().to_canonical_bytes()).unwrap();
		assert_eq!(read, map());
		assert_eq!(map().tensor(DOCUMENTS).unwrap().shape(), [3, TEXTS[2].len()]);
	}

	#[test]
	fn digest_of_an_item_is_the_same_when_others_are_longer() {
		let all = map().item_digests();
		for (index, text) in TEXTS.iter().enumerate() {
			let alone = TensorMap::from_documents(&[text]).unwrap();
			assert_eq!(alone.item_digests(), [all[index]], "{text}");
			assert_eq!(map().item(index as u32).unwrap(), alone);
		}
		let some: ItemSet = [0, 1].into_iter().collect();
		assert_eq!(map().select(&some).unwrap().item_digests(), all[..2]);
		assert_eq!(map().select(&some).unwrap(), TensorMap::from_documents(&TEXTS[..2]).unwrap());
	}

	#[test]
	fn map_is_cut_when_it_was_filled_up_with_more() {
		let mut data = Vec::new();
		for text in TEXTS {
			data.extend_from_slice(format!("{text:50}").as_bytes());
			data.resize(data.len().next_multiple_of(60), b' ');
		}
		let width = data.len() / 3;
		let wide = Tensor::u8(&[3, width], &data).unwrap();
		assert_eq!(texts(&TensorMap::new([(DOCUMENTS, wide)]).unwrap()), TEXTS);
	}

	#[test]
	fn without_documents_keeps_the_others_when_there_are_any() {
		let features = Tensor::f32(&[3, 1], &[0.5; 3]).unwrap();
		let both =
			TensorMap::new([(DOCUMENTS, tensor(&TEXTS).unwrap()), ("features", features.clone())]);
		let features = TensorMap::new([("features", features)]).unwrap();
		assert_eq!(both.unwrap().without_documents(), Ok(features.clone()));
		assert_eq!(features.without_documents(), Ok(features));
		assert_eq!(map().without_documents(), Err(Error::NoItems));
	}

	#[test]
	fn tensor_is_left_alone_when_it_holds_no_documents() {
		for tensor in [
			Tensor::u8(&[2, 1, 3], b"a  b  ").unwrap(),
			Tensor::i8(&[2, 3], &[32; 6]).unwrap(),
			Tensor::u8(&[2], b"a ").unwrap(),
		] {
			let map = TensorMap::new([(DOCUMENTS, tensor.clone())]).unwrap();
			assert_eq!(map.tensor(DOCUMENTS), Some(&tensor));
			assert_eq!(map.documents(), None);
		}
		let bytes = Tensor::u8(&[1, 3], b"a  ").unwrap();
		let map = TensorMap::new([("bytes", bytes.clone())]).unwrap();
		assert_eq!(map.tensor("bytes"), Some(&bytes));
	}
}
