//! The tokenizer of CLIP, which diffusers keeps as `vocab.json` and `merges.txt`: the `tokenizer.json`
//! that transformers would make of them.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{package::Package, OpenError};

const START: &str = "<|startoftext|>";
const END: &str = "<|endoftext|>";

/// What CLIP takes for a word: endings after an apostrophe, letters, one digit, other marks.
const WORDS: &str = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

/// The bytes of `tokenizer.json`, if the package has the two files under `folder`.
pub(super) fn tokenizer(package: &Package, folder: &str) -> Result<Option<Vec<u8>>, OpenError> {
	let (vocabulary_path, merges_path) =
		(format!("{folder}vocab.json"), format!("{folder}merges.txt"));
	let vocabulary: Option<BTreeMap<String, u32>> = package.json(&vocabulary_path)?;
	let (Some(vocabulary), Some(merges)) = (vocabulary, package.file(&merges_path)) else {
		return Ok(None);
	};
	let merges =
		std::str::from_utf8(merges).map_err(|error| OpenError::malformed(&merges_path, error))?;
	let lines = merges.lines().enumerate();
	// The first line states the version of the format.
	let merges = lines.filter(|(number, line)| !(*number == 0 && line.starts_with('#')));
	let merges: Vec<&str> =
		merges.map(|(_, line)| line).filter(|line| !line.trim().is_empty()).collect();
	let id = |token: &str| {
		let reason = || format!("it has no `{token}`");
		let id = vocabulary.get(token).copied();
		id.ok_or_else(|| OpenError::malformed(&vocabulary_path, reason()))
	};
	let (start, end) = (id(START)?, id(END)?);
	let special = |content: &str, id: u32| {
		json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
			"normalized": true, "special": true})
	};
	let mut added = vec![special(START, start), special(END, end)];
	added.sort_by_key(|token| token["id"].as_u64());
	let tokenizer = json!({
		"version": "1.0",
		"truncation": null,
		"padding": null,
		"added_tokens": added,
		"normalizer": {"type": "Sequence", "normalizers": [
			{"type": "NFC"},
			{"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
			{"type": "Lowercase"},
		]},
		"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
			{"type": "Split", "pattern": {"Regex": WORDS}, "behavior": "Removed", "invert": true},
			{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
		]},
		"post_processor": {"type": "RobertaProcessing", "sep": [END, end], "cls": [START, start],
			"trim_offsets": false, "add_prefix_space": false},
		"decoder": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true,
			"use_regex": true},
		"model": {"type": "BPE", "dropout": null, "unk_token": END, "continuing_subword_prefix": "",
			"end_of_word_suffix": "</w>", "fuse_unk": false, "byte_fallback": false,
			"vocab": vocabulary, "merges": merges},
	});
	serde_json::to_vec(&tokenizer)
		.map(Some)
		.map_err(|error| OpenError::malformed(&vocabulary_path, error))
}
