//! Bits on record, made with ONNX Runtime's published builds. `cargo run --release --example selftest`
//! prints those of the machine it runs on.

/// Root of the int8 graph's results: nine items. Of every machine.
pub(super) const PORTABLE: &str =
	"c47d1e7e28824c4f935321ead8d3499760fa195019c13920e83f8330b9a94b23";

/// Roots of the float graph's results, by class: batches of 1, 7 and 32.
pub(super) const PINNED: &[(&str, [&str; 3])] = &[
	("cpu/ort-1.31.1/x86-avx2/t1", X86_AVX2),
	("cpu/ort-1.31.1/x86-avx2/t2", X86_AVX2),
	("cpu/ort-1.31.1/x86-avx2/t4", X86_AVX2),
	("cpu/ort-1.31.1/x86-avx2/t8", X86_AVX2),
	("cpu/ort-1.31.1/x86-sse/t1", X86_SSE),
];

const X86_AVX2: [&str; 3] = [
	"b27603f77e53e5eb3cb71808b2f1186efc7b7c08d5c2fa92803c7069aa92edbe",
	"c6d0346fa3078660634034b3550a91b4bbb70c45111f0a13d18becc17fce1cfd",
	"dbe030a4c6ef7a86ce48a046656eab17c535a3ad1b794d1fd4736f56c9e54c53",
];

const X86_SSE: [&str; 3] = [
	"03ecaadf877efbf0adca8539e270fa1f75d8d87c422200d389401f3bcffad3b9",
	"c65d875ae97602242a5135eaeeb5c7ac5cb598c7e43dd12bd1a10be795443693",
	"fcf5d40f5c0478723e3bf83505f8aabeb7a1e5a7597d03960128421a2263f7da",
];

/// What is on record for a class.
pub(super) fn recorded(class: &str) -> Option<[&'static str; 3]> {
	PINNED.iter().find(|(name, _)| *name == class).map(|(_, digests)| *digests)
}
