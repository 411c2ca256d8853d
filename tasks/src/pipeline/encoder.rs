//! Graphs that read a whole text at once: tokens in, one output for each text.
//!
//! `inputs` of a request is one text or an array of texts; the response is accordingly what the task
//! makes of a text, or an array of these. `features` of several texts are the mean of theirs.

use std::ops::Range;

use serde::{de::DeserializeOwned, Deserialize, Serialize};
use tercet_tensors::TensorMap;

use super::{graph, Opener};
use crate::{
	batch::{self, Bounds, Mix},
	json::{self, Answer},
	limits::{MAX_BATCH_ROWS, MAX_BATCH_TOKENS, MAX_TEXTS},
	package::{Package, MODEL},
	text::{Text, Tokens},
	value::{integers, is_integer, to_floats},
	Graph, OpenError, RequestError, TaskError,
};

/// A graph over `input_ids`, and `attention_mask`, `token_type_ids` and `position_ids` where it wants
/// them.
pub(super) struct Encoder {
	pub graph: Graph,
	text: Text,
	output: String,
	/// Rows of a batch, if the graph takes one number only.
	rows: Option<usize>,
	/// Tokens of a row, if the graph takes one number only.
	length: Option<usize>,
}

/// What requests of such a task may say.
pub(super) trait Parameters: Default + DeserializeOwned {
	/// Whether they are within their ranges.
	fn check(&self) -> Result<(), RequestError>;

	/// Whether texts are cut where the model's context ends.
	fn truncate(&self) -> bool;
}

/// What the graph made of one text.
pub(super) struct Row<'v> {
	/// Shape of its part of the output.
	pub shape: &'v [usize],
	/// Elements of its part.
	pub elements: &'v [f32],
	/// Tokens of the text; what the shape has beyond is padding.
	pub tokens: usize,
}

/// Response and vector of one text.
pub(super) type Made<R> = (R, Vec<f32>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
	One(String),
	Several(Vec<String>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Response<R> {
	One(R),
	Several(Vec<R>),
}

/// A request that is answered from the texts in `range`.
struct Asked<P> {
	range: Range<usize>,
	several: bool,
	parameters: P,
}

const INPUTS: [&str; 4] = ["input_ids", "attention_mask", "token_type_ids", "position_ids"];

impl Encoder {
	/// The encoder of a package, by its first output among `outputs`.
	pub fn open(package: &Package, open: &mut Opener, outputs: &[&str]) -> Result<Self, OpenError> {
		let text = Text::open(package, "")?;
		let graph = graph(package, open, &[MODEL])?;
		graph.check_inputs(|port| INPUTS.contains(&port.name.as_str()) && is_integer(port.kind))?;
		let ids = graph.require_input("input_ids", is_integer)?;
		let (rows, length) = (ids.fixed(0), ids.fixed(1));
		let output = graph.require_output(outputs)?.name.clone();
		Ok(Self { text, output, rows, length, graph })
	}

	/// Size of the output's last dimension, if the graph says it.
	pub fn width(&self) -> Option<usize> {
		let port = self.graph.outputs().iter().find(|port| port.name == self.output)?;
		port.fixed(port.shape.len().checked_sub(1)?)
	}

	/// The results of a whole map. `make` makes response and vector (of `width` numbers) of what the
	/// graph made of a text, or `None` if that has the wrong shape.
	pub fn answer<P: Parameters, R: Serialize>(
		&mut self,
		input: &TensorMap,
		width: usize,
		mut make: impl FnMut(&P, Row) -> Option<Made<R>>,
	) -> Result<TensorMap, TaskError> {
		let mut tokens = Vec::new();
		let requests = json::requests::<Texts, P>(input)?.into_iter();
		let asked: Vec<Answer<Asked<P>>> = requests
			.map(|request| {
				let request = request?;
				let parameters = request.parameters.unwrap_or_default();
				parameters.check()?;
				let (texts, several) = match request.inputs {
					Texts::One(text) => (vec![text], false),
					Texts::Several(texts) => (texts, true),
				};
				if texts.is_empty() || texts.len() > MAX_TEXTS {
					let range = format!("a text, or 1 to {MAX_TEXTS} texts");
					return Err(RequestError::out_of_range("inputs", range));
				}
				let of_item = texts.iter().map(|text| self.encode(text, parameters.truncate()));
				let of_item = of_item.collect::<Result<Vec<_>, _>>()?;
				let range = tokens.len()..tokens.len() + of_item.len();
				tokens.extend(of_item);
				Ok(Asked { range, several, parameters })
			})
			.collect();

		// Which item a text belongs to.
		let mut owners = vec![0; tokens.len()];
		for (item, asked) in asked.iter().enumerate() {
			let range = asked.as_ref().map_or(0..0, |asked| asked.range.clone());
			owners.get_mut(range).unwrap_or_default().fill(item);
		}
		let mut made: Vec<Option<Made<R>>> = tokens.iter().map(|_| None).collect();
		self.run(&tokens, |text, row| {
			let owner = owners.get(text).and_then(|item| asked.get(*item)?.as_ref().ok());
			let result = owner.and_then(|asked| make(&asked.parameters, row));
			let fits = result.is_some();
			if let Some(slot) = made.get_mut(text) {
				*slot = result;
			}
			fits
		})?;

		let answers = asked.into_iter().map(|asked| {
			let asked = asked?;
			let texts = made.get_mut(asked.range).unwrap_or_default().iter_mut();
			let (mut responses, vectors): (Vec<_>, Vec<_>) = texts.filter_map(Option::take).unzip();
			let vector = mean(vectors);
			let response = match responses.pop() {
				Some(response) if !asked.several => Response::One(response),
				last => {
					responses.extend(last);
					Response::Several(responses)
				},
			};
			Ok((response, vector))
		});
		json::results(answers.collect(), width)
	}

	/// The tokens of a text, cut where the model's context ends if `truncate`.
	fn encode(&self, text: &str, truncate: bool) -> Result<Tokens, RequestError> {
		let limit = self.length.unwrap_or(self.text.limit);
		let tokens = self.text.encode(text, truncate.then_some(limit))?;
		match tokens.ids.len() {
			0 => Err(RequestError::NoTokens),
			tokens if tokens > limit => Err(RequestError::TooManyTokens { tokens, limit }),
			_ => Ok(tokens),
		}
	}

	/// Runs all `texts` and hands what becomes of each to `take`, which tells whether it fits.
	fn run(
		&mut self,
		texts: &[Tokens],
		mut take: impl FnMut(usize, Row) -> bool,
	) -> Result<(), TaskError> {
		let lengths = batch::rows(texts.iter().map(|tokens| tokens.ids.len()));
		let bounds = Bounds {
			rows: self.rows.unwrap_or(MAX_BATCH_ROWS),
			total: MAX_BATCH_TOKENS,
			longest: usize::MAX,
			mix: Mix::Padded,
		};
		for batch in batch::plan(&lengths, bounds) {
			let of_batch: Vec<_> = batch.iter().filter_map(|index| texts.get(*index)).collect();
			let longest = of_batch.iter().map(|tokens| tokens.ids.len()).max().unwrap_or(0);
			let length = self.length.unwrap_or(longest);
			// A graph for one number of rows gets the last one again.
			let rows = self.rows.unwrap_or(batch.len());
			let values = self.bind(&of_batch, rows, length)?;
			let inputs: Vec<_> =
				values.iter().map(|(name, value)| (name.as_str(), value)).collect();
			let output = self.graph.run(&inputs)?.take(&self.output)?;
			let (shape, elements) = to_floats(&self.output, &output)?;
			let wrong = || TaskError::WrongOutput {
				name: self.output.clone(),
				expected: "one row per text, and as wide as config.json says".into(),
				found: shape.clone(),
			};
			let (found, inner) = shape.split_first().ok_or_else(wrong)?;
			if *found != rows {
				return Err(wrong());
			}
			let parts = elements.chunks_exact(inner.iter().product::<usize>().max(1));
			for ((text, tokens), part) in batch.iter().zip(of_batch).zip(parts) {
				let row = Row { shape: inner, elements: part, tokens: tokens.ids.len() };
				if !take(*text, row) {
					return Err(wrong());
				}
			}
		}
		Ok(())
	}

	/// The inputs of one batch.
	fn bind(
		&self,
		texts: &[&Tokens],
		rows: usize,
		length: usize,
	) -> Result<Vec<(String, ort::value::DynValue)>, TaskError> {
		let mut values = Vec::with_capacity(INPUTS.len());
		for port in self.graph.inputs() {
			let mut elements = Vec::with_capacity(rows * length);
			for row in 0..rows {
				let Some(text) = texts.get(row).or(texts.last()) else { break };
				let filler = match port.name.as_str() {
					"input_ids" => {
						elements.extend(text.ids.iter().map(|id| i64::from(*id)));
						i64::from(self.text.pad)
					},
					"attention_mask" => {
						elements.extend(text.ids.iter().map(|_| 1));
						0
					},
					"token_type_ids" => {
						elements.extend(text.types.iter().map(|kind| i64::from(*kind)));
						0
					},
					_ => {
						elements.extend((0..length).map(|position| position as i64));
						0
					},
				};
				elements.resize((row + 1) * length, filler);
			}
			values.push((port.name.clone(), integers(&[rows, length], elements, port.kind)?));
		}
		Ok(values)
	}
}

/// The mean of vectors of one length.
fn mean(mut vectors: Vec<Vec<f32>>) -> Vec<f32> {
	if vectors.len() < 2 {
		return vectors.pop().unwrap_or_default();
	}
	let count = vectors.len() as f64;
	let mut sums = vec![0.0_f64; vectors.first().map_or(0, Vec::len)];
	for vector in &vectors {
		sums.iter_mut().zip(vector).for_each(|(sum, x)| *sum += f64::from(*x));
	}
	sums.into_iter().map(|sum| (sum / count) as f32).collect()
}
