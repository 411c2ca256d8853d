//! The canonical encoding is what its documentation says, and the same for the same map.

mod common;

use common::file;
use proptest::prelude::*;
use safetensors::SafeTensors;
use tercet_primitives::{hashing, ItemSet, MAX_ITEMS};
use tercet_tensors::{Dtype, Tensor, TensorMap};

fn sample() -> TensorMap {
	TensorMap::new([
		("logits", Tensor::f32(&[2, 2], &[1.0, -1.0, 0.5, 2.0]).unwrap()),
		("flag", Tensor::new(Dtype::BOOL, vec![2], vec![1, 0]).unwrap()),
	])
	.unwrap()
}

#[test]
fn to_canonical_bytes_is_the_documented_file_when_encoding_a_known_map() {
	let header = concat!(
		r#"{"flag":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]},"#,
		r#""logits":{"dtype":"F32","shape":[2,2],"data_offsets":[2,18]}}"#,
	);
	let padded = format!("{header:<width$}", width = header.len().next_multiple_of(8));
	let mut data = vec![1, 0];
	for value in [1.0f32, -1.0, 0.5, 2.0] {
		data.extend(value.to_le_bytes());
	}
	assert_eq!(sample().to_canonical_bytes(), file(&padded, &data));
}

#[test]
fn to_canonical_bytes_is_equal_when_insertion_order_differs() {
	let [a, b] = [("a", 1.0), ("b", 2.0)].map(|(n, v)| (n, Tensor::f32(&[1], &[v]).unwrap()));
	let forward = TensorMap::new([a.clone(), b.clone()]).unwrap();
	let backward = TensorMap::new([b, a]).unwrap();
	assert_eq!(forward.to_canonical_bytes(), backward.to_canonical_bytes());
}

#[test]
fn to_canonical_bytes_drops_metadata_and_gaps_in_order_when_input_was_not_canonical() {
	let messy = file(
		r#"{"b":{"shape":[1],"data_offsets":[0,1],"dtype":"U8"} ,
		"__metadata__":{"format":"pt"},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
		&[7, 8],
	);
	let map = TensorMap::from_bytes(&messy).unwrap();
	let canonical = map.to_canonical_bytes();
	assert!(!String::from_utf8_lossy(&canonical).contains("metadata"));
	assert_eq!(&canonical[canonical.len() - 2..], [8, 7]);
	assert_eq!(TensorMap::from_bytes(&canonical).unwrap(), map);
}

#[test]
fn to_canonical_bytes_is_read_by_the_reference_reader_when_names_need_escapes() {
	let name = "quote\" back\\ tab\t bell\u{7} ü 名";
	let map = TensorMap::new([(name, Tensor::u8(&[1, 2], &[3, 4]).unwrap())]).unwrap();
	let bytes = map.to_canonical_bytes();
	let read = SafeTensors::deserialize(&bytes).unwrap();
	assert_eq!(read.tensor(name).unwrap().data(), [3, 4]);
	assert!(String::from_utf8(bytes).unwrap().contains(r#"quote\" back\\ tab\t bell\u0007 ü 名"#));
}

#[test]
fn from_shared_reads_the_same_as_from_bytes_and_copies_no_data() {
	let bytes = sample().to_canonical_bytes().into();
	let map = TensorMap::from_shared(&bytes).unwrap();
	assert_eq!(map, sample());
	let file = bytes.as_ptr_range();
	assert!(map.iter().all(|(_, tensor)| file.contains(&tensor.data().as_ptr())));
}

#[test]
fn item_is_one_slice_of_every_tensor_when_index_exists() {
	let item = sample().item(1).unwrap();
	assert_eq!(item.items(), 1);
	assert_eq!(item.tensor("logits").unwrap().shape(), [1, 2]);
	assert_eq!(item.tensor("logits").unwrap().to_f32().unwrap(), [0.5, 2.0]);
	assert_eq!(item.tensor("flag").unwrap().data(), [0]);
}

#[test]
fn item_is_none_when_index_is_past_the_end() {
	assert_eq!(sample().item(2), None);
}

#[test]
fn select_is_the_chosen_items_when_all_exist() {
	let two = sample();
	assert_eq!(two.select(&ItemSet::first(2)), Some(two.clone()));
	assert_eq!(two.select(&ItemSet::from_iter([1])), two.item(1));
}

#[test]
fn select_is_none_when_nothing_or_a_missing_item_is_chosen() {
	assert_eq!(sample().select(&ItemSet::default()), None);
	assert_eq!(sample().select(&ItemSet::from_iter([0, 2])), None);
}

#[test]
fn item_digests_hash_the_canonical_bytes_of_each_item_when_there_are_several() {
	let map = sample();
	let expected: Vec<_> =
		(0..2).map(|i| hashing::item_digest(&map.item(i).unwrap().to_canonical_bytes())).collect();
	assert_eq!(map.item_digests(), expected);
	assert_eq!(map.root(), hashing::result_root(&ItemSet::first(2), &expected));
	let others = ItemSet::from_iter([3, 9]);
	assert_eq!(map.root_over(&others), hashing::result_root(&others, &expected));
}

#[test]
fn root_proves_every_item_when_there_are_max_items() {
	let elements: Vec<u32> = (0..MAX_ITEMS).collect();
	let map = TensorMap::new([("x", Tensor::u32(&[512], &elements).unwrap())]).unwrap();
	let (digests, all) = (map.item_digests(), ItemSet::first(MAX_ITEMS));
	for index in [0, 1, 255, 511] {
		let proof = hashing::item_proof(&all, &digests, index).unwrap();
		let digest = &digests[index as usize];
		assert!(hashing::verify_item(&map.root(), &all, index, digest, &proof));
	}
}

fn any_dtype() -> impl Strategy<Value = Dtype> {
	prop::sample::select(vec![
		Dtype::BOOL,
		Dtype::U8,
		Dtype::I8,
		Dtype::I16,
		Dtype::U16,
		Dtype::F16,
		Dtype::BF16,
		Dtype::I32,
		Dtype::U32,
		Dtype::F32,
		Dtype::F64,
		Dtype::I64,
		Dtype::U64,
	])
}

fn any_tensor(items: usize) -> impl Strategy<Value = Tensor> {
	let shape = prop::collection::vec(0usize..4, 0..3);
	(any_dtype(), shape, any::<u64>()).prop_map(move |(dtype, rest, seed)| {
		let shape: Vec<usize> = std::iter::once(items).chain(rest).collect();
		let length = shape.iter().product::<usize>() * dtype.bitsize() / 8;
		let byte = |i: usize| seed.rotate_left(i as u32).wrapping_mul(i as u64 | 1) as u8;
		let data = (0..length).map(byte);
		let data = match dtype {
			Dtype::BOOL => data.map(|byte| byte & 1).collect(),
			_ => data.collect(),
		};
		Tensor::new(dtype, shape, data).unwrap()
	})
}

fn any_entries() -> impl Strategy<Value = Vec<(String, Tensor)>> {
	(1usize..9).prop_flat_map(|items| {
		prop::collection::btree_map("\\PC{1,8}", any_tensor(items), 1..6)
			.prop_map(|map| map.into_iter().collect())
	})
}

proptest! {
	#[test]
	fn from_bytes_returns_the_same_map_when_reading_canonical_bytes(entries in any_entries()) {
		let map = TensorMap::new(entries).unwrap();
		let bytes = map.to_canonical_bytes();
		let read = TensorMap::from_bytes(&bytes).unwrap();
		prop_assert_eq!(read.to_canonical_bytes(), bytes.clone());
		prop_assert_eq!(read, map);
		prop_assert!(SafeTensors::deserialize(&bytes).is_ok());
	}

	#[test]
	fn to_canonical_bytes_is_equal_when_entries_are_shuffled(
		(sorted, shuffled) in any_entries().prop_flat_map(|e| (Just(e.clone()), Just(e).prop_shuffle())),
	) {
		let [sorted, shuffled] = [sorted, shuffled].map(|e| TensorMap::new(e).unwrap());
		prop_assert_eq!(sorted.to_canonical_bytes(), shuffled.to_canonical_bytes());
		prop_assert_eq!(sorted.root(), shuffled.root());
	}

	#[test]
	fn item_digests_match_single_items_when_maps_are_random(entries in any_entries()) {
		let map = TensorMap::new(entries).unwrap();
		for (index, digest) in map.item_digests().iter().enumerate() {
			let item = map.item(index as u32).unwrap();
			prop_assert_eq!(&hashing::item_digest(&item.to_canonical_bytes()), digest);
			prop_assert_eq!(&item.item_digests(), &vec![*digest]);
		}
	}
}
