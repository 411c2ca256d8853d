//! Every malformed file has its own error, and none makes the reader panic or allocate.

mod common;

use common::file;
use proptest::prelude::*;
use tercet_tensors::{
	Dtype, Error, Tensor, TensorMap, MAX_HEADER_BYTES, MAX_NAME_BYTES, MAX_TENSORS,
};

fn read(header: &str, data: &[u8]) -> Result<TensorMap, Error> {
	TensorMap::from_bytes(&file(header, data))
}

/// A header of one tensor `x`.
fn one(dtype: &str, shape: &str, offsets: &str) -> String {
	format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#)
}

#[test]
fn from_bytes_fails_when_file_is_shorter_than_its_prefix() {
	for length in 0..8 {
		let error = TensorMap::from_bytes(&vec![0; length]).unwrap_err();
		assert_eq!(error, Error::Truncated { need: 8, have: length as u64 });
	}
}

#[test]
fn from_bytes_fails_when_file_is_shorter_than_its_header() {
	let bytes = file(&one("U8", "[1]", "[0,1]"), &[0]);
	let error = TensorMap::from_bytes(&bytes[..20]).unwrap_err();
	assert!(matches!(error, Error::Truncated { have: 20, .. }), "{error}");
}

#[test]
fn from_bytes_fails_when_header_is_too_large() {
	let length = MAX_HEADER_BYTES as u64 + 1;
	let error = TensorMap::from_bytes(&length.to_le_bytes()).unwrap_err();
	assert_eq!(error, Error::HeaderTooLarge(length));
	let error = TensorMap::from_bytes(&u64::MAX.to_le_bytes()).unwrap_err();
	assert_eq!(error, Error::HeaderTooLarge(u64::MAX));
}

#[test]
fn from_bytes_fails_when_header_is_not_the_right_json() {
	let cases = [
		"",
		"{",
		"[]",
		"null",
		"garbage",
		"{} {}",
		r#"{"x":1}"#,
		r#"{"x":{}}"#,
		r#"{"x":{"dtype":"U8","shape":[1]}}"#,
		r#"{"x":{"dtype":"U9","shape":[1],"data_offsets":[0,1]}}"#,
		r#"{"x":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#,
		r#"{"x":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}"#,
		r#"{"x":{"dtype":"U8","shape":[1e999],"data_offsets":[0,1]}}"#,
		r#"{"x":{"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]}}"#,
		r#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}}"#,
		r#"{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
		r#"{"__metadata__":{"a":1}}"#,
	];
	for header in cases {
		let error = read(header, &[0]).unwrap_err();
		assert!(matches!(error, Error::MalformedHeader(_)), "{header}: {error}");
	}
}

#[test]
fn from_bytes_fails_when_header_is_not_utf8_or_nests_deeply() {
	let mut bytes = 4u64.to_le_bytes().to_vec();
	bytes.extend([b'{', 0xff, 0xfe, b'}']);
	assert!(matches!(TensorMap::from_bytes(&bytes), Err(Error::MalformedHeader(_))));
	let deep = format!(r#"{{"x":{}"#, "[".repeat(10_000));
	assert!(matches!(read(&deep, &[]), Err(Error::MalformedHeader(_))));
}

#[test]
fn from_bytes_fails_when_a_name_repeats() {
	let entry = r#""x":{"dtype":"U8","shape":[1],"data_offsets":"#;
	let error = read(&format!("{{{entry}[0,1]}},{entry}[1,2]}}}}"), &[0, 0]).unwrap_err();
	assert_eq!(error, Error::DuplicateName("x".into()));
}

#[test]
fn from_bytes_fails_when_a_name_is_empty() {
	let header = r#"{"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
	assert_eq!(read(header, &[0]).unwrap_err(), Error::ReservedName(String::new()));
}

#[test]
fn new_fails_when_a_name_is_too_long() {
	let x = || Tensor::u8(&[1], &[0]).unwrap();
	let name = "\u{1}".repeat(MAX_NAME_BYTES);
	assert!(TensorMap::new([(format!("{name}x"), x())])
		.is_err_and(|error| error == Error::NameTooLong(MAX_NAME_BYTES + 1)));
	let shape = [1; tercet_tensors::MAX_DIMENSIONS];
	let largest = (0..MAX_TENSORS)
		.map(|i| (format!("{i:03}{}", &name[3..]), { Tensor::u8(&shape, &[0]).unwrap() }));
	let bytes = TensorMap::new(largest).unwrap().to_canonical_bytes();
	assert!(TensorMap::from_bytes(&bytes).is_ok());
}

#[test]
fn from_bytes_fails_when_there_are_too_many_tensors() {
	let entry = |i| format!(r#""{i}":{{"dtype":"U8","shape":[1],"data_offsets":[{i},{}]}}"#, i + 1);
	let count = MAX_TENSORS + 1;
	let header = format!("{{{}}}", (0..count).map(entry).collect::<Vec<_>>().join(","));
	assert_eq!(read(&header, &vec![0; count]).unwrap_err(), Error::TooManyTensors(count));
}

#[test]
fn from_bytes_fails_when_there_are_no_items() {
	assert_eq!(read("{}", &[]).unwrap_err(), Error::NoItems);
	assert_eq!(read(r#"{"__metadata__":{}}"#, &[]).unwrap_err(), Error::NoItems);
	assert_eq!(read(&one("U8", "[0,4]", "[0,0]"), &[]).unwrap_err(), Error::NoItems);
	assert_eq!(read(&one("U8", "[]", "[0,1]"), &[0]).unwrap_err(), Error::NoItems);
}

#[test]
fn from_bytes_fails_when_there_are_more_than_max_items() {
	assert!(read(&one("U8", "[512]", "[0,512]"), &[0; 512]).is_ok());
	let error = read(&one("U8", "[513]", "[0,513]"), &[0; 513]).unwrap_err();
	assert_eq!(error, Error::TooManyItems(513));
	let error = read(&one("U8", "[4294967296,0]", "[0,0]"), &[]).unwrap_err();
	assert_eq!(error, Error::TooManyItems(1 << 32));
}

#[test]
fn from_bytes_fails_when_first_dimensions_differ() {
	let header = r#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},
		"b":{"dtype":"U8","shape":[1,3],"data_offsets":[2,5]}}"#;
	let error = read(header, &[0; 5]).unwrap_err();
	assert_eq!(error, Error::ItemsDiffer { name: "b".into(), expected: 2, found: 1 });
}

#[test]
fn from_bytes_fails_when_a_size_overflows() {
	for shape in
		["[18446744073709551615,2]", "[512,9223372036854775807]", "[2,4611686018427387904]"]
	{
		assert_eq!(read(&one("F32", shape, "[0,4]"), &[0; 4]).unwrap_err(), Error::SizeOverflow);
	}
}

#[test]
fn from_bytes_fails_when_there_are_too_many_dimensions() {
	let shape = format!("[{}]", ["1"; 17].join(","));
	assert_eq!(read(&one("U8", &shape, "[0,1]"), &[0]).unwrap_err(), Error::TooManyDimensions(17));
}

#[test]
fn from_bytes_fails_when_element_type_is_not_whole_bytes_or_not_bindable() {
	for dtype in [Dtype::F4, Dtype::F8_E4M3, Dtype::C64] {
		let error = read(&one(&dtype.to_string(), "[2]", "[0,1]"), &[0]).unwrap_err();
		assert_eq!(error, Error::UnsupportedDtype(dtype));
	}
}

#[test]
fn from_bytes_fails_when_offsets_do_not_match_shape() {
	let error = read(&one("F32", "[2]", "[0,4]"), &[0; 4]).unwrap_err();
	assert_eq!(error, Error::WrongDataLength { expected: 8, found: 4 });
}

#[test]
fn from_bytes_fails_when_data_is_shorter_or_longer_than_described() {
	let header = one("F32", "[2]", "[0,8]");
	let wrong = |found| Error::WrongFileLength { expected: 8, found };
	assert_eq!(read(&header, &[0; 7]).unwrap_err(), wrong(7));
	assert_eq!(read(&header, &[0; 9]).unwrap_err(), wrong(9));
	let far = one("U8", "[512,1000000000000]", "[0,512000000000000]");
	assert!(matches!(read(&far, &[0; 9]), Err(Error::WrongFileLength { found: 9, .. })));
}

#[test]
fn from_bytes_fails_when_data_overlaps_or_leaves_a_gap_or_runs_backwards() {
	let two = |second: &str| {
		format!(
			r#"{{"a":{{"dtype":"U8","shape":[2],"data_offsets":[0,2]}},
			"b":{{"dtype":"U8","shape":[2],"data_offsets":{second}}}}}"#
		)
	};
	assert!(read(&two("[2,4]"), &[0; 4]).is_ok());
	for second in ["[0,2]", "[1,3]", "[3,5]"] {
		let error = read(&two(second), &[0; 5]).unwrap_err();
		assert_eq!(error, Error::MisplacedData("b".into()), "{second}");
	}
	let error = read(&one("U8", "[1]", "[1,0]"), &[0]).unwrap_err();
	assert_eq!(error, Error::MisplacedData("x".into()));
	let error = read(&one("U8", "[1]", "[1,2]"), &[0; 2]).unwrap_err();
	assert_eq!(error, Error::MisplacedData("x".into()));
}

#[test]
fn from_bytes_fails_when_a_bool_is_neither_zero_nor_one() {
	assert!(read(&one("BOOL", "[2]", "[0,2]"), &[0, 1]).is_ok());
	let error = read(&one("BOOL", "[2]", "[0,2]"), &[0, 2]).unwrap_err();
	assert_eq!(error, Error::InvalidBool(2));
}

#[test]
fn new_fails_when_names_repeat_or_are_reserved() {
	let x = || Tensor::u8(&[1], &[0]).unwrap();
	let error = TensorMap::new([("x", x()), ("x", x())]).unwrap_err();
	assert_eq!(error, Error::DuplicateName("x".into()));
	let error = TensorMap::new([("__metadata__", x())]).unwrap_err();
	assert_eq!(error, Error::ReservedName("__metadata__".into()));
	let none: [(&str, Tensor); 0] = [];
	assert_eq!(TensorMap::new(none).unwrap_err(), Error::NoItems);
}

#[test]
fn tensor_fails_when_elements_do_not_fill_the_shape_or_are_read_as_another_type() {
	let error = Tensor::i64(&[2], &[1]).unwrap_err();
	assert_eq!(error, Error::WrongDataLength { expected: 16, found: 8 });
	let error = Tensor::i64(&[1], &[1]).unwrap().to_f64().unwrap_err();
	assert_eq!(error, Error::WrongDtype { expected: Dtype::F64, found: Dtype::I64 });
}

proptest! {
	#[test]
	fn from_bytes_never_panics_when_bytes_are_random(bytes: Vec<u8>) {
		let _ = TensorMap::from_bytes(&bytes);
	}

	#[test]
	fn from_bytes_never_panics_when_one_byte_of_a_file_changes(at in 0usize..80, to: u8) {
		let mut bytes = file(&one("F32", "[2,1]", "[0,8]"), &[0; 8]);
		if let Some(byte) = bytes.get_mut(at) {
			*byte = to;
		}
		let _ = TensorMap::from_bytes(&bytes);
	}

	#[test]
	fn from_bytes_fails_when_a_file_is_cut_anywhere(cut in 0usize..70) {
		let bytes = file(&one("F32", "[2,1]", "[0,8]"), &[0; 8]);
		prop_assume!(cut < bytes.len());
		prop_assert!(TensorMap::from_bytes(&bytes[..cut]).is_err());
	}
}
