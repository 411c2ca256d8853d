//! Sealed maps: what opens, what does not, and what is equal.

use proptest::{collection::vec, prelude::*};
use tercet_primitives::{AccountId32, ItemSet, H256};
use tercet_privacy::{
	sealed::{
		is_sealed, open_input, open_result, seal_input, seal_result, Error, COMMITMENT, OWNER,
	},
	JobKey, Sealed,
};
use tercet_tensors::{documents, rows::SEALED, Tensor, TensorMap};

const OWNER_ID: AccountId32 = AccountId32::new([9; 32]);
const ARTIFACT: H256 = H256([3; 32]);

/// Tensors of several types, and documents of several lengths.
fn map() -> TensorMap {
	let texts = ["{}", r#"{"inputs": "a"}"#, r#"{"inputs": "a longer one"}"#];
	TensorMap::new([
		("x", Tensor::f32(&[3, 2], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]).unwrap()),
		("n", Tensor::i64(&[3], &[7, 8, 9]).unwrap()),
		("json", documents::tensor(&texts).unwrap()),
	])
	.unwrap()
}

fn items(items: impl IntoIterator<Item = u32>) -> ItemSet {
	items.into_iter().collect()
}

/// `map` with other tensors in the place of those that have the same name.
fn with(map: &TensorMap, name: &str, tensor: Option<Tensor>) -> TensorMap {
	let others = map.iter().filter(|(other, _)| *other != name);
	let others = others.map(|(name, tensor)| (name, tensor.clone()));
	TensorMap::new(others.chain(tensor.map(|tensor| (name, tensor)))).unwrap()
}

#[test]
fn input_opens_with_its_key_alone() {
	let key = JobKey::random();
	let sealed = seal_input(&map(), &OWNER_ID, &key, &ARTIFACT).unwrap();
	assert!(is_sealed(&sealed) && !is_sealed(&map()));
	assert_eq!(open_input(&sealed, &key, &ARTIFACT), Ok(map()));
	assert_eq!(open_input(&sealed, &JobKey::random(), &ARTIFACT), Err(Error::Refused(0)));
	assert_eq!(open_input(&sealed, &key, &H256::zero()), Err(Error::Refused(0)));
	assert_eq!(open_result(&sealed, &key, &ARTIFACT, &items(0..3)), Err(Error::Malformed));
	assert_eq!(open_input(&map(), &key, &ARTIFACT), Err(Error::Malformed));
}

#[test]
fn peek_sees_owner_and_commitment_of_inputs_that_are_sealed() {
	let key = JobKey::random();
	let sealed = seal_input(&map(), &OWNER_ID, &key, &ARTIFACT).unwrap();
	let seen = Sealed { owner: OWNER_ID, commitment: key.commitment() };
	assert_eq!(Sealed::peek(&sealed.to_canonical_bytes()), Some(seen));
	assert_eq!(Sealed::peek(&map().to_canonical_bytes()), None);
	for bytes in [&b""[..], &[1; 7], &[255; 40], &sealed.to_canonical_bytes()[..200]] {
		assert_eq!(Sealed::peek(bytes), None);
	}
}

#[test]
fn peek_sees_nothing_when_the_map_is_malformed() {
	let key = JobKey::random();
	let sealed = seal_input(&map(), &OWNER_ID, &key, &ARTIFACT).unwrap();
	let mut other_rows = vec![9; 3 * 32];
	other_rows[95] = 8;
	let u8s = |shape: &[usize], data: &[u8]| Some(Tensor::u8(shape, data).unwrap());
	for malformed in [
		with(&sealed, OWNER, None),
		with(&sealed, OWNER, u8s(&[3, 32], &other_rows)),
		with(&sealed, OWNER, u8s(&[3, 31], &[9; 93])),
		with(&sealed, OWNER, u8s(&[3, 1, 32], &[9; 96])),
		with(&sealed, COMMITMENT, u8s(&[3, 32], &other_rows)),
		with(&sealed, "x", u8s(&[3], &[1; 3])),
		with(&sealed, SEALED, u8s(&[3], &[1; 3])),
	] {
		assert_eq!(Sealed::peek(&malformed.to_canonical_bytes()), None);
		assert!(is_sealed(&malformed));
		assert_eq!(open_input(&malformed, &key, &ARTIFACT), Err(Error::Malformed));
	}
}

#[test]
fn item_is_refused_when_it_was_put_in_another_place() {
	let key = JobKey::random();
	let sealed = seal_result(&map(), &key, &ARTIFACT, &items(0..3)).unwrap();
	let mut rows = sealed.rows(SEALED).unwrap();
	rows.swap(1, 2);
	let swapped = tercet_tensors::rows::tensor(SEALED, &rows).unwrap();
	let swapped = TensorMap::new([(SEALED, swapped)]).unwrap();
	assert_eq!(open_result(&swapped, &key, &ARTIFACT, &items(0..3)), Err(Error::Refused(1)));
	assert_eq!(open_result(&sealed, &key, &ARTIFACT, &items(1..4)), Err(Error::Refused(1)));
	let fewer = Error::Items { expected: 2, found: 3 };
	assert_eq!(open_result(&sealed, &key, &ARTIFACT, &items(0..2)), Err(fewer));
}

#[test]
fn results_of_a_part_have_the_digests_that_they_have_among_all() {
	let key = JobKey::random();
	let all = seal_result(&map(), &key, &ARTIFACT, &items(0..3)).unwrap();
	assert_eq!(all, seal_result(&map(), &key, &ARTIFACT, &items(0..3)).unwrap());
	for part in [items([0]), items([0, 2]), items([1, 2])] {
		let some = map().select(&part).unwrap();
		let sealed = seal_result(&some, &key, &ARTIFACT, &part).unwrap();
		let expected = all.select(&part).unwrap();
		assert_eq!(sealed, expected);
		assert_eq!(sealed.item_digests(), expected.item_digests());
		assert_eq!(open_result(&sealed, &key, &ARTIFACT, &part), Ok(some));
	}
}

#[test]
fn items_are_refused_when_they_do_not_fit_together() {
	let key = JobKey::random();
	let row = |map: &TensorMap, item: u32| {
		let sealed = seal_result(map, &key, &ARTIFACT, &items([item])).unwrap();
		sealed.rows(SEALED).unwrap()[0].to_vec()
	};
	let first = TensorMap::new([("x", Tensor::u8(&[1, 2], &[1, 2]).unwrap())]).unwrap();
	for other in [
		TensorMap::new([("x", Tensor::u8(&[1, 3], &[1, 2, 3]).unwrap())]).unwrap(),
		TensorMap::new([("x", Tensor::i8(&[1, 2], &[1, 2]).unwrap())]).unwrap(),
		TensorMap::new([("y", Tensor::u8(&[1, 2], &[1, 2]).unwrap())]).unwrap(),
		map().item(0).unwrap(),
	] {
		let rows = tercet_tensors::rows::tensor(SEALED, &[row(&first, 0), row(&other, 1)]);
		let sealed = TensorMap::new([(SEALED, rows.unwrap())]).unwrap();
		assert_eq!(open_result(&sealed, &key, &ARTIFACT, &items(0..2)), Err(Error::Content(1)));
	}
}

proptest! {
	#[test]
	fn any_map_opens_as_what_was_sealed(
		data in vec((any::<u8>(), vec(any::<u8>(), 0..300)), 1..12),
		first in 0u32..400,
	) {
		let rows: Vec<&[u8]> = data.iter().map(|(_, row)| row.as_slice()).collect();
		let numbers: Vec<u8> = data.iter().map(|(number, _)| *number).collect();
		let map = TensorMap::new([
			("json", documents::tensor(&rows).unwrap()),
			("n", Tensor::u8(&[numbers.len(), 1], &numbers).unwrap()),
		]).unwrap();
		let key = JobKey::random();
		let sealed = seal_input(&map, &OWNER_ID, &key, &ARTIFACT).unwrap();
		let stored = TensorMap::from_bytes(&sealed.to_canonical_bytes()).unwrap();
		prop_assert_eq!(open_input(&stored, &key, &ARTIFACT).unwrap(), map.clone());
		let places = items(first..first + map.items());
		let sealed = seal_result(&map, &key, &ARTIFACT, &places).unwrap();
		let stored = TensorMap::from_bytes(&sealed.to_canonical_bytes()).unwrap();
		prop_assert_eq!(open_result(&stored, &key, &ARTIFACT, &places).unwrap(), map);
	}

	#[test]
	fn no_sealed_input_opens_when_a_byte_of_an_item_is_changed(
		place in any::<prop::sample::Index>(),
		change in 1u8..,
	) {
		let key = JobKey::random();
		let sealed = seal_input(&map(), &OWNER_ID, &key, &ARTIFACT).unwrap();
		let tensor = sealed.tensor(SEALED).unwrap();
		let mut data = tensor.data().to_vec();
		*place.get_mut(&mut data) ^= change;
		let changed = Tensor::u8(tensor.shape(), &data).unwrap();
		let changed = with(&sealed, SEALED, Some(changed));
		prop_assert!(matches!(open_input(&changed, &key, &ARTIFACT), Err(Error::Refused(_))));
	}
}
