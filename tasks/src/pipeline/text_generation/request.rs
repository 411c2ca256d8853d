//! What a request for text may say, and what holds where it says nothing.

use serde::Deserialize;

use super::sampling::Sampling;
use crate::{
	limits::{MAX_NEW_TOKENS, MAX_STOP_STRINGS},
	RequestError,
};

/// `parameters` of a request; also what is read of `generation_config.json`, where they have their
/// defaults from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
	max_new_tokens: Option<usize>,
	min_new_tokens: Option<usize>,
	do_sample: Option<bool>,
	temperature: Option<f32>,
	top_k: Option<usize>,
	top_p: Option<f64>,
	repetition_penalty: Option<f32>,
	#[serde(alias = "stop_strings", alias = "stop_sequences")]
	stop: Option<Vec<String>>,
	seed: Option<u64>,
	return_full_text: Option<bool>,
}

/// What is read of `generation_config.json`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Defaults {
	max_new_tokens: Option<usize>,
	min_new_tokens: Option<usize>,
	do_sample: Option<bool>,
	temperature: Option<f32>,
	top_k: Option<usize>,
	top_p: Option<f64>,
	repetition_penalty: Option<f32>,
	#[serde(default)]
	pub eos_token_id: TokenIds,
}

/// One token, several, or none.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub(super) enum TokenIds {
	#[default]
	None,
	One(u32),
	Several(Vec<u32>),
}

impl TokenIds {
	pub fn to_vec(&self) -> Vec<u32> {
		match self {
			Self::None => Vec::new(),
			Self::One(token) => vec![*token],
			Self::Several(tokens) => tokens.clone(),
		}
	}
}

/// How one text is to go on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
	pub most: usize,
	pub least: usize,
	pub sampling: Sampling,
	pub stop: Vec<String>,
	pub seed: Option<u64>,
	pub full_text: bool,
}

/// Tokens that are generated when nothing says how many, as in transformers.
const MAX_NEW_TOKENS_DEFAULT: usize = 20;

impl Plan {
	/// What `parameters` ask for, over the model's `defaults`.
	///
	/// # Errors
	/// [`RequestError::OutOfRange`].
	pub fn new(parameters: Parameters, defaults: &Defaults) -> Result<Self, RequestError> {
		let p = parameters;
		let most = p.max_new_tokens.or(defaults.max_new_tokens).unwrap_or(MAX_NEW_TOKENS_DEFAULT);
		let least = p.min_new_tokens.or(defaults.min_new_tokens).unwrap_or(0);
		let sampling = Sampling {
			draw: p.do_sample.or(defaults.do_sample).unwrap_or(false),
			temperature: p.temperature.or(defaults.temperature).unwrap_or(1.0),
			top_k: p.top_k.or(defaults.top_k).unwrap_or(0),
			top_p: p.top_p.or(defaults.top_p).unwrap_or(1.0),
			repetition_penalty: p.repetition_penalty.or(defaults.repetition_penalty).unwrap_or(1.0),
		};
		let out = |name, range: &str| Err(RequestError::out_of_range(name, range));
		if most == 0 || most > MAX_NEW_TOKENS {
			return out("max_new_tokens", &format!("1 to {MAX_NEW_TOKENS}"));
		}
		if least > most {
			return out("min_new_tokens", "at most `max_new_tokens`");
		}
		let positive = |value: f32| value > 0.0 && value.is_finite();
		if !positive(sampling.temperature) {
			return out("temperature", "above 0");
		}
		if !(sampling.top_p > 0.0 && sampling.top_p <= 1.0) {
			return out("top_p", "above 0 and at most 1");
		}
		if !positive(sampling.repetition_penalty) {
			return out("repetition_penalty", "above 0");
		}
		let stop = p.stop.unwrap_or_default();
		if stop.len() > MAX_STOP_STRINGS || stop.iter().any(String::is_empty) {
			return out("stop", &format!("at most {MAX_STOP_STRINGS} texts that are not empty"));
		}
		let full_text = p.return_full_text.unwrap_or(false);
		Ok(Self { most, least, sampling, stop, seed: p.seed, full_text })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn plan(parameters: &str, defaults: &str) -> Result<Plan, String> {
		let parameters = serde_json::from_str(parameters).map_err(|error| error.to_string())?;
		let defaults = serde_json::from_str(defaults).unwrap();
		Plan::new(parameters, &defaults).map_err(|error| error.to_string())
	}

	#[test]
	fn plan_takes_defaults_of_the_model_when_the_request_leaves_them_open() {
		let empty = plan("{}", "{}").unwrap();
		assert_eq!((empty.most, empty.sampling.draw, empty.full_text), (20, false, false));
		let defaults = r#"{"do_sample": true, "top_k": 50, "eos_token_id": [1, 2], "more": 1}"#;
		let with = plan(r#"{"top_k": 3, "stop_sequences": ["."], "seed": 9}"#, defaults).unwrap();
		assert_eq!((with.sampling.draw, with.sampling.top_k), (true, 3));
		assert_eq!((with.stop, with.seed), (vec![".".to_string()], Some(9)));
	}

	#[test]
	fn plan_is_refused_by_name_when_a_number_is_out_of_range() {
		for (parameters, name) in [
			(r#"{"max_new_tokens": 0}"#, "max_new_tokens"),
			(r#"{"max_new_tokens": 4097}"#, "max_new_tokens"),
			(r#"{"min_new_tokens": 21}"#, "min_new_tokens"),
			(r#"{"temperature": 0.0}"#, "temperature"),
			(r#"{"temperature": -1}"#, "temperature"),
			(r#"{"top_p": 1.5}"#, "top_p"),
			(r#"{"repetition_penalty": 0}"#, "repetition_penalty"),
			(r#"{"stop": [""]}"#, "stop"),
			(r#"{"num_beams": 4}"#, "num_beams"),
			(r#"{"seed": -1}"#, "-1"),
		] {
			let error = plan(parameters, "{}").unwrap_err();
			assert!(error.contains(name), "{parameters}: {error}");
		}
	}
}
