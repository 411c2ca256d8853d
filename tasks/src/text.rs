//! Texts to tokens and back.

mod clip;

use serde::Deserialize;
use tokenizers::{Tokenizer, TruncationParams};

use crate::{
	limits::{MAX_TEXT_BYTES, MAX_TOKENS},
	package::Package,
	OpenError, RequestError,
};

/// The tokenizer of a package.
pub(crate) struct Text {
	tokenizer: Tokenizer,
	/// The token that fills up rows.
	pub pad: u32,
	/// Tokens that a model of this package takes.
	pub limit: usize,
}

/// Tokens of one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
	pub ids: Vec<u32>,
	pub types: Vec<u32>,
}

/// A token as configuration files write it.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum TokenText {
	Plain(String),
	Added { content: String },
}

impl TokenText {
	pub fn as_str(&self) -> &str {
		match self {
			Self::Plain(content) | Self::Added { content } => content,
		}
	}
}

/// What is read of `tokenizer_config.json`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct TokenizerConfig {
	pub pad_token: Option<TokenText>,
	/// A float in files whose author had no limit: 10³⁰.
	pub model_max_length: Option<f64>,
	pub word_delimiter_token: Option<TokenText>,
	#[serde(default)]
	pub do_lower_case: bool,
}

/// What is read of `config.json` about tokens.
#[derive(Debug, Default, Deserialize)]
struct Config {
	/// −1 in some files.
	pad_token_id: Option<i64>,
	max_position_embeddings: Option<usize>,
	n_positions: Option<usize>,
}

impl Text {
	/// The tokenizer under `folder`: the empty one, or one such as `tokenizer/`.
	pub fn open(package: &Package, folder: &str) -> Result<Self, OpenError> {
		let path = format!("{folder}tokenizer.json");
		let malformed = |error: tokenizers::Error| OpenError::malformed(&path, error);
		let mut tokenizer = match package.file(&path) {
			Some(bytes) => Tokenizer::from_bytes(bytes).map_err(malformed)?,
			None => {
				let json = clip::tokenizer(package, folder)?
					.ok_or_else(|| OpenError::MissingFile(path.clone()))?;
				Tokenizer::from_bytes(json).map_err(malformed)?
			},
		};
		// Whatever the author's last call left in the file.
		tokenizer.with_padding(None);
		tokenizer.with_truncation(None).map_err(malformed)?;
		let of_tokenizer: TokenizerConfig =
			package.json(&format!("{folder}tokenizer_config.json"))?.unwrap_or_default();
		let of_model: Config = package.json("config.json")?.unwrap_or_default();
		let named = of_tokenizer.pad_token.and_then(|pad| tokenizer.token_to_id(pad.as_str()));
		let positions = of_model.max_position_embeddings.or(of_model.n_positions);
		let limits = [of_tokenizer.model_max_length.map(|limit| limit as usize), positions];
		let limit = limits.into_iter().flatten().min().unwrap_or(MAX_TOKENS).clamp(1, MAX_TOKENS);
		let pad = named.or(of_model.pad_token_id.and_then(|id| id.try_into().ok())).unwrap_or(0);
		Ok(Self { tokenizer, pad, limit })
	}

	/// The tokens of `text`, with those that the model wants around it, cut at `limit` if there is
	/// one.
	pub fn encode(&self, text: &str, limit: Option<usize>) -> Result<Tokens, RequestError> {
		let refused = |error: tokenizers::Error| RequestError::Tokenizer(error.to_string());
		if text.len() > MAX_TEXT_BYTES {
			return Err(RequestError::TextTooLong(text.len()));
		}
		let mut encoding = self.tokenizer.encode_fast(text, false).map_err(refused)?;
		if let Some(limit) = limit {
			let around = self
				.tokenizer
				.get_post_processor()
				.map_or(0, |processor| tokenizers::PostProcessor::added_tokens(processor, false));
			let params = TruncationParams::default();
			encoding.truncate(limit.saturating_sub(around), 0, params.direction);
		}
		let encoding = self.tokenizer.post_process(encoding, None, true).map_err(refused)?;
		let (ids, types) = (encoding.get_ids().to_vec(), encoding.get_type_ids().to_vec());
		Ok(Tokens { ids, types })
	}

	/// The text of `tokens`, special ones left out.
	pub fn decode(&self, tokens: &[u32]) -> Result<String, RequestError> {
		let refused = |error: tokenizers::Error| RequestError::Tokenizer(error.to_string());
		self.tokenizer.decode(tokens, true).map_err(refused)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{archive, manifest};

	const MANIFEST: (&str, &[u8]) = (manifest::PATH, br#"{"task": "text-to-image"}"#);

	fn open(files: &[(&str, &str)], folder: &str) -> Result<Text, OpenError> {
		let files = files.iter().map(|(path, text)| (*path, text.as_bytes()));
		let mut files: Vec<_> = files.chain([MANIFEST]).collect();
		files.sort();
		let mut bytes = Vec::new();
		archive::write(files, &mut bytes).unwrap();
		Text::open(&Package::read(&bytes).unwrap(), folder)
	}

	const WORDS: &str = r#"{"version": "1.0", "added_tokens": [
		{"id": 0, "content": "[PAD]", "special": true, "single_word": false, "lstrip": false,
			"rstrip": false, "normalized": false}],
		"truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
		"padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": null,
			"pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
		"normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "decoder": null,
		"post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
		"model": {"type": "WordLevel", "unk_token": "[UNK]",
			"vocab": {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "a": 4, "b": 5}}}"#;

	#[test]
	fn encode_cuts_before_the_closing_token_when_a_text_is_long() {
		let config = r#"{"pad_token": {"content": "[PAD]"}, "model_max_length": 5}"#;
		let files = [("tokenizer.json", WORDS), ("tokenizer_config.json", config)];
		let text = open(&files, "").unwrap();
		assert_eq!((text.pad, text.limit), (0, 5));
		assert_eq!(text.encode("a b", None).unwrap().ids, [1, 4, 5, 2]);
		assert_eq!(text.encode("a b a b a", None).unwrap().ids, [1, 4, 5, 4, 5, 4, 2]);
		assert_eq!(text.encode("a b a b a", Some(5)).unwrap().ids, [1, 4, 5, 4, 2]);
		assert_eq!(text.encode("", Some(5)).unwrap().ids, [1, 2]);
		assert_eq!(text.encode("a", Some(1)).unwrap().ids, [1, 2]);
		let long = "a".repeat(MAX_TEXT_BYTES + 1);
		assert_eq!(text.encode(&long, None), Err(RequestError::TextTooLong(long.len())));
	}

	#[test]
	fn limit_is_the_smallest_that_is_stated() {
		let limit = |tokenizer: &str, model: &str| {
			let config = [("tokenizer_config.json", tokenizer), ("config.json", model)];
			open(&[config[0], config[1], ("tokenizer.json", WORDS)], "").unwrap().limit
		};
		assert_eq!(limit("{}", r#"{"n_positions": 7}"#), 7);
		assert_eq!(limit(r#"{"model_max_length": 9}"#, r#"{"max_position_embeddings": 7}"#), 7);
		assert_eq!(limit(r#"{"model_max_length": 1e30}"#, "{}"), MAX_TOKENS);
	}

	#[test]
	fn open_makes_clips_tokenizer_when_there_are_only_vocabulary_and_merges() {
		let vocabulary = r#"{"a": 0, "b": 1, "a</w>": 2, "b</w>": 3, "ab</w>": 4,
			"<|startoftext|>": 5, "<|endoftext|>": 6}"#;
		let files = [
			("tokenizer/vocab.json", vocabulary),
			("tokenizer/merges.txt", "#version: 0.2\na b</w>\n"),
			("tokenizer/tokenizer_config.json", r#"{"pad_token": "<|endoftext|>"}"#),
		];
		let text = open(&files, "tokenizer/").unwrap();
		assert_eq!(text.encode("AB  b", None).unwrap().ids, [5, 4, 3, 6]);
		assert_eq!(text.pad, 6);
		assert!(matches!(open(&files[..1], "tokenizer/"), Err(OpenError::MissingFile(_))));
	}
}
