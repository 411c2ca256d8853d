//! Frames of a speech model to a text, as connectionist temporal classification has it: runs of one
//! token count once, blanks count nothing.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{numbers::argmax, package::Package, text::TokenizerConfig, OpenError};

/// The vocabulary of a speech model.
#[derive(Clone, Debug)]
pub(crate) struct Vocabulary {
	tokens: BTreeMap<u32, String>,
	blank: u32,
	delimiter: String,
	lower_case: bool,
}

impl Vocabulary {
	/// The vocabulary of a package: `vocab.json`, or that in `tokenizer.json`. The blank is the token
	/// for padding.
	pub fn open(package: &Package) -> Result<Self, OpenError> {
		#[derive(Deserialize)]
		struct Tokenizer {
			model: Model,
			#[serde(default)]
			added_tokens: Vec<Added>,
		}
		#[derive(Deserialize)]
		struct Model {
			vocab: BTreeMap<String, u32>,
		}
		#[derive(Deserialize)]
		struct Added {
			id: u32,
			content: String,
		}
		#[derive(Default, Deserialize)]
		struct Config {
			pad_token_id: Option<i64>,
		}
		const FILE: &str = "tokenizer.json";
		let ids: BTreeMap<String, u32> = match package.json("vocab.json")? {
			Some(ids) => ids,
			None => {
				let tokenizer: Tokenizer = package
					.json(FILE)?
					.ok_or_else(|| OpenError::MissingFile("vocab.json".into()))?;
				let added =
					tokenizer.added_tokens.into_iter().map(|added| (added.content, added.id));
				tokenizer.model.vocab.into_iter().chain(added).collect()
			},
		};
		let config: TokenizerConfig = package.json("tokenizer_config.json")?.unwrap_or_default();
		let of_model: Config = package.json("config.json")?.unwrap_or_default();
		let pad = config.pad_token.as_ref().map_or("<pad>", |token| token.as_str());
		let blank = ids
			.get(pad)
			.copied()
			.or(of_model.pad_token_id.and_then(|id| id.try_into().ok()))
			.ok_or_else(|| {
				OpenError::unsupported(
					"vocab.json",
					format!("a vocabulary without its blank, `{pad}`"),
				)
			})?;
		let delimiter = config.word_delimiter_token.as_ref().map_or("|", |token| token.as_str());
		Ok(Self {
			blank,
			delimiter: delimiter.into(),
			lower_case: config.do_lower_case,
			tokens: ids.into_iter().map(|(token, id)| (id, token)).collect(),
		})
	}

	/// The text of `frames` of logits, `width` in each: the best token of each frame.
	pub fn decode(&self, frames: &[f32], width: usize) -> String {
		let mut text = String::new();
		let mut last = None;
		for frame in frames.chunks_exact(width.max(1)) {
			// A vocabulary has fewer than 2³² tokens.
			let token = argmax(frame) as u32;
			if last.replace(token) == Some(token) || token == self.blank {
				continue;
			}
			match self.tokens.get(&token) {
				Some(token) if *token == self.delimiter => text.push(' '),
				Some(token) => text.push_str(token),
				None => {},
			}
		}
		let text = text.trim();
		if self.lower_case {
			text.to_lowercase()
		} else {
			text.into()
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn decode(tokens: &[usize]) -> String {
		let names = ["<pad>", "|", "a", "b"];
		let tokens_by_id = names.iter().zip(0..).map(|(name, id)| (id, name.to_string()));
		let vocabulary = Vocabulary {
			tokens: tokens_by_id.collect(),
			blank: 0,
			delimiter: "|".into(),
			lower_case: false,
		};
		let frame = |token: &usize| (0..5).map(|id| f32::from(u8::from(id == *token))).collect();
		let frames: Vec<Vec<f32>> = tokens.iter().map(frame).collect();
		vocabulary.decode(&frames.concat(), 5)
	}

	#[test]
	fn decode_collapses_runs_unless_a_blank_is_between() {
		assert_eq!(decode(&[2, 2, 0, 2, 3, 3, 1, 1, 3]), "aab b");
		assert_eq!(decode(&[1, 0, 0, 2, 1]), "a");
		assert_eq!(decode(&[0, 0]), "");
		assert_eq!(decode(&[2, 4, 3]), "ab");
	}
}
