//! `text-generation`: texts that go on.
//!
//! Request: `{"inputs": "a text", "parameters": {…}}` with `max_new_tokens` (20), `min_new_tokens`,
//! `do_sample` (false: the most probable token is taken), `temperature`, `top_k`, `top_p`,
//! `repetition_penalty`, `stop` (texts that end the answer, which ends with the first of them), `seed`,
//! `return_full_text` (false). What the request leaves out is as `generation_config.json` says.
//!
//! Response: `[{"generated_text": …, "details": {"finish_reason": "length" | "eos_token" |
//! "stop_sequence", "generated_tokens": n, "token_ids": [t, …]}}]`. Tokens are chosen as
//! [`sampling`] says.

mod decoder;
mod request;
mod sampling;

use serde::Serialize;
use tercet_tensors::TensorMap;

use self::{
	decoder::Decoder,
	request::{Defaults, Parameters, Plan, TokenIds},
};
use super::{graph, Opener, Pipeline};
use crate::{
	batch::{self, Bounds, Row},
	json::{self, Answer},
	limits::{MAX_BATCH_ROWS, MAX_BATCH_TOKENS},
	package::{Package, MODEL},
	random::Random,
	text::Text,
	OpenError, RequestError, TaskError,
};

pub(super) struct TextGeneration {
	decoder: Decoder,
	text: Text,
	defaults: Defaults,
	/// Tokens that end a text.
	ends: Vec<u32>,
}

/// Why a text ends, by the names of the Hugging Face API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Finish {
	Length,
	EosToken,
	StopSequence,
}

#[derive(Debug, Serialize)]
struct Response {
	generated_text: String,
	details: Details,
}

#[derive(Debug, Serialize)]
struct Details {
	finish_reason: Finish,
	generated_tokens: usize,
	token_ids: Vec<u32>,
}

/// A text that is being written.
struct Writing {
	inputs: String,
	prompt: Vec<u32>,
	plan: Plan,
	random: Random,
	/// Tokens so far, without the prompt.
	written: Vec<u32>,
	finish: Option<Finish>,
}

/// Where merged exports keep their graph, and plain ones.
const GRAPHS: [&str; 2] = ["onnx/decoder_model_merged.onnx", MODEL];

impl TextGeneration {
	pub fn open(package: &Package, open: &mut Opener) -> Result<Self, OpenError> {
		#[derive(Default, serde::Deserialize)]
		struct Config {
			#[serde(default)]
			eos_token_id: TokenIds,
		}
		let text = Text::open(package, "")?;
		let decoder = Decoder::new(graph(package, open, &GRAPHS)?, package, text.pad)?;
		let defaults: Defaults = package.json("generation_config.json")?.unwrap_or_default();
		let mut ends = defaults.eos_token_id.to_vec();
		if ends.is_empty() {
			let config: Config = package.json("config.json")?.unwrap_or_default();
			ends = config.eos_token_id.to_vec();
		}
		Ok(Self { decoder, text, defaults, ends })
	}

	/// Tokens of a prompt and its answer.
	fn limit(&self) -> usize {
		self.decoder.length().unwrap_or(self.text.limit)
	}

	/// The request, as a text to be written.
	fn begin(
		&self,
		request: json::Request<String, Parameters>,
		seed: impl FnOnce() -> [u8; 32],
	) -> Answer<Writing> {
		let plan = Plan::new(request.parameters.unwrap_or_default(), &self.defaults)?;
		let prompt = self.text.encode(&request.inputs, None)?.ids;
		if prompt.is_empty() {
			return Err(RequestError::NoTokens);
		}
		let limit = self.limit();
		let tokens = prompt.len() + plan.most;
		if tokens > limit {
			return Err(RequestError::ContextTooLong { tokens, limit });
		}
		let random = Random::new(plan.seed, seed());
		Ok(Writing {
			inputs: request.inputs,
			prompt,
			plan,
			random,
			written: Vec::new(),
			finish: None,
		})
	}

	/// Writes the texts of one batch to their ends.
	fn write(&mut self, batch: &mut [&mut Writing]) -> Result<(), TaskError> {
		let prompts = batch.iter().map(|writing| writing.prompt.clone()).collect();
		let (mut state, mut logits) = self.decoder.start(prompts)?;
		loop {
			let mut tokens = Vec::with_capacity(batch.len());
			for ((index, writing), logits) in batch.iter_mut().enumerate().zip(&mut logits) {
				if writing.finish.is_none() {
					writing.add(logits, state.tokens(index), &self.ends, &self.text);
				}
				// Those who are finished wait for the others; what they read meanwhile is lost.
				tokens.push(writing.written.last().copied().unwrap_or(self.text.pad));
			}
			if batch.iter().all(|writing| writing.finish.is_some()) {
				return Ok(());
			}
			logits = self.decoder.next(&mut state, &tokens)?;
		}
	}
}

impl Writing {
	/// Chooses the next token, and sees whether it is the last.
	fn add(&mut self, logits: &mut [f32], history: &[u32], ends: &[u32], text: &Text) {
		let banned = if self.written.len() < self.plan.least { ends } else { &[] };
		let token = self.plan.sampling.next(logits, history, banned, &mut self.random);
		self.written.push(token);
		self.finish = if ends.contains(&token) {
			Some(Finish::EosToken)
		} else if self.plan.stop.iter().any(|stop| self.tail(text).is_ok_and(|t| t.contains(stop)))
		{
			Some(Finish::StopSequence)
		} else if self.written.len() == self.plan.most {
			Some(Finish::Length)
		} else {
			None
		};
	}

	/// The text after the prompt. It is what the whole reads beyond the prompt, as the first token may
	/// read otherwise when it stands alone.
	fn tail(&self, text: &Text) -> Answer<String> {
		let prompt = text.decode(&self.prompt)?;
		let whole = text.decode(&[self.prompt.as_slice(), &self.written].concat())?;
		Ok(match whole.strip_prefix(&prompt) {
			Some(tail) => tail.into(),
			None => whole.chars().skip(prompt.chars().count()).collect(),
		})
	}

	fn response(self, text: &Text) -> Answer<[Response; 1]> {
		let mut tail = self.tail(text)?;
		let ends = self.plan.stop.iter().filter_map(|stop| Some(tail.find(stop)? + stop.len()));
		if let Some(end) = ends.min() {
			tail.truncate(end);
		}
		let full = self.plan.full_text;
		let generated_text = if full { self.inputs + &tail } else { tail };
		let details = Details {
			finish_reason: self.finish.unwrap_or(Finish::Length),
			generated_tokens: self.written.len(),
			token_ids: self.written,
		};
		Ok([Response { generated_text, details }])
	}
}

impl Pipeline for TextGeneration {
	fn run(
		&mut self,
		input: &TensorMap,
		seed: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError> {
		let requests = json::requests(input)?.into_iter().zip(0..);
		let begun = requests.map(|(request, item)| self.begin(request?, || seed(item)));
		let mut writings: Vec<Answer<Writing>> = begun.collect();
		let mut good: Vec<_> = writings.iter_mut().flatten().map(Some).collect();
		let rows = good
			.iter()
			.flatten()
			.map(|writing| Row { length: writing.prompt.len(), growth: writing.plan.most });
		let bounds = Bounds {
			rows: self.decoder.rows().unwrap_or(MAX_BATCH_ROWS),
			total: MAX_BATCH_TOKENS,
			longest: self.limit(),
			mix: self.decoder.mix(),
		};
		for batch in batch::plan(&rows.collect::<Vec<_>>(), bounds) {
			let taken = batch.iter().filter_map(|index| good.get_mut(*index)?.take());
			self.write(&mut taken.collect::<Vec<_>>())?;
		}
		let answers = writings.into_iter().map(|writing| writing?.response(&self.text));
		json::responses(answers.collect())
	}
}
