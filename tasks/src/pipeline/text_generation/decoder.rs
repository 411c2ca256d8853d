//! A decoder graph, step by step.
//!
//! Three kinds of export are known: with a cache (`past_key_values.N.key` in, `present.N.key` out),
//! the same merged with a branch that starts without one (`use_cache_branch`), and without any cache,
//! where every step reads the whole text again. Caches stay values of ONNX Runtime.
//!
//! Rows of a batch have different lengths. With a cache, all rows must end at the same position, so
//! padding comes before a text; without, it comes after, where causal attention does not look.

use ort::value::{DynValue, TensorElementType};
use serde::Deserialize;

use crate::{
	batch::Mix,
	package::Package,
	value::{integers, is_float, is_integer, to_floats, zeros},
	Graph, OpenError, Port, TaskError,
};

/// A graph that gives the logits of the next token.
pub(super) struct Decoder {
	graph: Graph,
	cache: Vec<CachePort>,
	logits: String,
	/// The token that fills up rows.
	pad: u32,
}

/// One tensor of the cache.
struct CachePort {
	past: String,
	present: String,
	kind: TensorElementType,
	heads: usize,
	width: usize,
}

/// A batch of texts, and what the graph remembers of them.
pub(super) struct State {
	/// Number of rows; where there are more than texts, the last text stands in them again.
	rows: usize,
	/// Tokens of each text.
	tokens: Vec<Vec<u32>>,
	/// Padding before each text.
	offsets: Vec<usize>,
	cache: Vec<DynValue>,
}

/// What is read of `config.json` about attention.
#[derive(Debug, Default, Deserialize)]
struct Config {
	#[serde(alias = "n_head")]
	num_attention_heads: Option<usize>,
	num_key_value_heads: Option<usize>,
	#[serde(alias = "n_embd")]
	hidden_size: Option<usize>,
	head_dim: Option<usize>,
}

const PAST: &str = "past_key_values.";
const PRESENT: &str = "present.";
const INPUTS: [&str; 5] =
	["input_ids", "attention_mask", "position_ids", "use_cache_branch", "num_logits_to_keep"];

impl Decoder {
	pub fn new(graph: Graph, package: &Package, pad: u32) -> Result<Self, OpenError> {
		let past = |port: &Port| port.name.starts_with(PAST) && is_float(port.kind);
		let plain = |port: &Port| INPUTS.contains(&port.name.as_str()) && is_integer(port.kind);
		graph.check_inputs(|port| past(port) || plain(port))?;
		graph.require_input("input_ids", is_integer)?;
		let logits = graph.require_output(&["logits"])?.name.clone();
		let config = package.json("config.json")?.unwrap_or_default();
		let ports = graph.inputs().iter().filter(|port| past(port));
		let cache = ports.map(|port| CachePort::new(port, &config, &graph));
		let cache = cache.collect::<Result<_, _>>()?;
		Ok(Self { graph, cache, logits, pad })
	}

	/// How texts of different lengths may share a batch: with a cache, the graph must be told where
	/// they begin.
	pub fn mix(&self) -> Mix {
		let told = |name| self.graph.input(name).is_some();
		if self.cache.is_empty() || (told("attention_mask") && told("position_ids")) {
			Mix::Padded
		} else {
			Mix::EqualLengths
		}
	}

	/// Rows of a batch, if the graph takes one number only.
	pub fn rows(&self) -> Option<usize> {
		self.graph.input("input_ids")?.fixed(0)
	}

	/// Tokens of a text, if the graph takes one number only.
	pub fn length(&self) -> Option<usize> {
		self.graph.input("input_ids")?.fixed(1).filter(|_| self.cache.is_empty())
	}

	/// Reads the prompts, and gives the logits of the token that follows each.
	pub fn start(&mut self, prompts: Vec<Vec<u32>>) -> Result<(State, Vec<Vec<f32>>), TaskError> {
		let rows = self.rows().unwrap_or(prompts.len());
		let longest = prompts.iter().map(Vec::len).max().unwrap_or(0);
		let padding =
			|prompt: &Vec<u32>| if self.cache.is_empty() { 0 } else { longest - prompt.len() };
		let offsets = prompts.iter().map(padding).collect();
		let empty = |port: &CachePort| zeros(&[rows, port.heads, 0, port.width], port.kind);
		let cache = self.cache.iter().map(empty).collect::<Result<_, _>>()?;
		let mut state = State { rows, tokens: prompts, offsets, cache };
		let logits = self.step(&mut state, longest, false)?;
		Ok((state, logits))
	}

	/// Adds one token to every text, and gives the logits of those that follow.
	pub fn next(&mut self, state: &mut State, tokens: &[u32]) -> Result<Vec<Vec<f32>>, TaskError> {
		for (row, token) in state.tokens.iter_mut().zip(tokens) {
			row.push(*token);
		}
		self.step(state, 1, true)
	}

	/// Runs the graph over the last `new` positions with a cache, over all of them without.
	fn step(
		&mut self,
		state: &mut State,
		new: usize,
		continued: bool,
	) -> Result<Vec<Vec<f32>>, TaskError> {
		let cached = !self.cache.is_empty();
		let to = self.length().unwrap_or(state.end());
		let from = if cached { to.saturating_sub(new) } else { 0 };
		let pad = i64::from(self.pad);
		let mut values = Vec::with_capacity(self.graph.inputs().len());
		for port in self.graph.inputs().iter().filter(|port| !port.name.starts_with(PAST)) {
			let grid = |from: usize, cell: &dyn Fn(Option<(usize, u32)>) -> i64| {
				integers(&[state.rows, to - from], state.grid(from, to, cell), port.kind)
			};
			let value = match port.name.as_str() {
				"input_ids" => grid(from, &|cell| cell.map_or(pad, |(_, token)| i64::from(token)))?,
				"attention_mask" => grid(0, &|cell| i64::from(cell.is_some()))?,
				// Padding has a position like any text; nobody looks at it.
				"position_ids" => grid(from, &|cell| cell.map_or(1, |(index, _)| index as i64))?,
				"use_cache_branch" => integers(&[1], vec![i64::from(continued)], port.kind)?,
				// The logits of how many last positions; 0 stands for all.
				_ => {
					let shape: &[usize] = if port.shape.is_empty() { &[] } else { &[1] };
					integers(shape, vec![i64::from(cached)], port.kind)?
				},
			};
			values.push((port.name.clone(), value));
		}
		let past =
			self.cache.iter().zip(&state.cache).map(|(port, value)| (port.past.as_str(), value));
		let inputs = values.iter().map(|(name, value)| (name.as_str(), value));
		let inputs: Vec<_> = inputs.chain(past).collect();
		let mut outputs = self.graph.run(&inputs)?;
		for (port, value) in self.cache.iter().zip(&mut state.cache) {
			*value = outputs.take(&port.present)?;
		}
		self.last_logits(state, &outputs.take(&self.logits)?)
	}

	/// The logits of the last token of every text.
	fn last_logits(&self, state: &State, value: &DynValue) -> Result<Vec<Vec<f32>>, TaskError> {
		let (shape, elements) = to_floats(&self.logits, value)?;
		let wrong = || TaskError::WrongOutput {
			name: self.logits.clone(),
			expected: "[rows, tokens, vocabulary]".into(),
			found: shape.clone(),
		};
		let [rows, positions, vocabulary] = *shape.as_slice() else { return Err(wrong()) };
		if rows != state.rows || vocabulary == 0 {
			return Err(wrong());
		}
		let last = |(row, tokens): (usize, &Vec<u32>)| {
			let text_end = if self.cache.is_empty() { tokens.len() } else { positions };
			let index = row * positions + text_end.checked_sub(1).filter(|at| *at < positions)?;
			elements.get(index * vocabulary..(index + 1) * vocabulary).map(<[f32]>::to_vec)
		};
		let logits = state.tokens.iter().enumerate().map(last);
		logits.collect::<Option<_>>().ok_or_else(wrong)
	}
}

impl State {
	/// Tokens of text `index`, those of its prompt first.
	pub fn tokens(&self, index: usize) -> &[u32] {
		self.tokens.get(index).map_or(&[], Vec::as_slice)
	}

	/// Where the longest text ends.
	fn end(&self) -> usize {
		let ends = self.tokens.iter().zip(&self.offsets).map(|(row, offset)| offset + row.len());
		ends.max().unwrap_or(0)
	}

	/// `cell` of every position from `from` to `to` of every row: index and token, or `None` for
	/// padding.
	fn grid(&self, from: usize, to: usize, cell: &dyn Fn(Option<(usize, u32)>) -> i64) -> Vec<i64> {
		let mut cells = Vec::with_capacity(self.rows * (to - from));
		for row in 0..self.rows {
			let row = row.min(self.tokens.len().saturating_sub(1));
			let offset = self.offsets.get(row).copied().unwrap_or(0);
			cells.extend((from..to).map(|position| {
				let index = position.checked_sub(offset);
				cell(index.and_then(|index| Some((index, *self.tokens(row).get(index)?))))
			}));
		}
		cells
	}
}

impl CachePort {
	fn new(port: &Port, config: &Config, graph: &Graph) -> Result<Self, OpenError> {
		let unsupported = |what| {
			let what = format!("`{}` of shape {:?}: {what}", port.name, port.shape);
			OpenError::unsupported(graph.name(), what)
		};
		if port.shape.len() != 4 || port.fixed(2).is_some_and(|length| length > 0) {
			return Err(unsupported("only [rows, heads, tokens, width] with any number of tokens"));
		}
		let attention = config.num_attention_heads;
		let heads = port.fixed(1).or(config.num_key_value_heads).or(attention);
		let divided = config.hidden_size.zip(attention).and_then(|(size, n)| size.checked_div(n));
		let width = port.fixed(3).or(config.head_dim).or(divided);
		let (Some(heads), Some(width)) = (heads, width) else {
			return Err(unsupported("neither it nor config.json states heads and width"));
		};
		let layer = port.name.strip_prefix(PAST).unwrap_or(&port.name);
		let present = graph.require_output(&[&format!("{PRESENT}{layer}")])?.name.clone();
		Ok(Self { past: port.name.clone(), present, kind: port.kind, heads, width })
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn grid_puts_padding_before_texts_when_they_must_end_together() {
		let tokens = vec![vec![5, 6, 7], vec![8]];
		let state = State { rows: 3, tokens, offsets: vec![0, 2], cache: Vec::new() };
		assert_eq!(state.end(), 3);
		let ids = state.grid(0, 3, &|cell| cell.map_or(0, |(_, token)| i64::from(token)));
		assert_eq!(ids, [5, 6, 7, 0, 0, 8, 0, 0, 8]);
		let positions = state.grid(1, 3, &|cell| cell.map_or(-1, |(index, _)| index as i64));
		assert_eq!(positions, [1, 2, -1, 0, -1, 0]);
	}

	#[test]
	fn grid_puts_padding_after_texts_when_every_step_reads_all() {
		let tokens = vec![vec![5, 6, 7], vec![8]];
		let state = State { rows: 2, tokens, offsets: vec![0, 0], cache: Vec::new() };
		let mask = state.grid(0, 4, &|cell| i64::from(cell.is_some()));
		assert_eq!(mask, [1, 1, 1, 0, 1, 0, 0, 0]);
	}
}
