//! `text-to-image`: images for texts, by latent diffusion in the layout of diffusers.
//!
//! Request: `{"inputs": "a text", "parameters": {…}}` with `negative_prompt` (empty),
//! `num_inference_steps` (50), `guidance_scale` (7.5; 1 or less is without guidance), `seed`, and
//! `width` and `height`, which can only be the model's own, as all items of a result have one size.
//!
//! Result: `image`, U8 `[items, height, width, 3]`; `json`, `{"width": w, "height": h}` or why there is
//! none, in which case the image is black; `features`, the mean colours of 8 × 8 fields, from 0 to 1.
//!
//! The first noise is drawn as [`crate::random`] says, in row-major order of `[channels, height,
//! width]` of the latent image. Items with equal numbers of steps share batches.

use std::collections::BTreeMap;

use ort::value::DynValue;
use serde::{Deserialize, Serialize};
use tercet_tensors::{documents::DOCUMENTS, Tensor, TensorMap};

use super::{graph, Opener, Pipeline};
use crate::{
	diffusion::Scheduler,
	json::{self, Answer, FEATURES},
	limits::{MAX_BATCH_IMAGES, MAX_DIFFUSION_STEPS, MAX_IMAGE_SIDE},
	package::Package,
	random::Random,
	text::{Text, Tokens},
	value::{floats, integers, is_float, is_integer, to_floats},
	Graph, OpenError, RequestError, TaskError,
};

pub(super) struct TextToImage {
	text: Text,
	text_encoder: Graph,
	unet: Graph,
	vae_decoder: Graph,
	scheduler: Scheduler,
	/// Channels, height and width of a latent image.
	latent: [usize; 3],
	/// Pixels per latent pixel.
	factor: usize,
	scaling: f32,
	shift: f32,
	embedding: String,
	prediction: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
	negative_prompt: Option<String>,
	num_inference_steps: Option<usize>,
	guidance_scale: Option<f32>,
	width: Option<usize>,
	height: Option<usize>,
	seed: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Response {
	width: usize,
	height: usize,
}

/// An image that is asked for.
struct Asked {
	prompt: Tokens,
	negative: Tokens,
	steps: usize,
	guidance: f32,
	noise: Vec<f32>,
}

/// What is read of `unet/config.json`.
#[derive(Debug, Deserialize)]
struct UnetConfig {
	in_channels: usize,
	sample_size: SampleSize,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum SampleSize {
	Square(usize),
	Sides([usize; 2]),
}

/// What is read of `vae_decoder/config.json`.
#[derive(Debug, Deserialize)]
struct VaeConfig {
	block_out_channels: Vec<usize>,
	#[serde(default = "stable_diffusion")]
	scaling_factor: f32,
	shift_factor: Option<f32>,
}

fn stable_diffusion() -> f32 {
	0.18215
}

const TEXT_ENCODER: &str = "text_encoder/model.onnx";
const UNET: &str = "unet/model.onnx";
const VAE_DECODER: &str = "vae_decoder/model.onnx";
const UNET_CONFIG: &str = "unet/config.json";
const VAE_CONFIG: &str = "vae_decoder/config.json";

const STEPS: usize = 50;
const GUIDANCE: f32 = 7.5;

/// Fields per side of an image's features.
const FIELDS: usize = 8;
const FEATURE_WIDTH: usize = FIELDS * FIELDS * 3;

impl TextToImage {
	pub fn open(package: &Package, open: &mut Opener) -> Result<Self, OpenError> {
		let text = Text::open(package, "tokenizer/")?;
		let scheduler = Scheduler::open(package)?;
		let missing = |path: &str| OpenError::MissingFile(path.into());
		let of_unet: UnetConfig = package.json(UNET_CONFIG)?.ok_or_else(|| missing(UNET_CONFIG))?;
		let of_vae: VaeConfig = package.json(VAE_CONFIG)?.ok_or_else(|| missing(VAE_CONFIG))?;
		let [height, width] = match of_unet.sample_size {
			SampleSize::Square(side) => [side; 2],
			SampleSize::Sides(sides) => sides,
		};
		let blocks = of_vae.block_out_channels.len();
		let factor = if (1..=8).contains(&blocks) { 1 << (blocks - 1) } else { 0 };
		let fits = |side: usize| (1..=MAX_IMAGE_SIDE).contains(&side.saturating_mul(factor));
		if !fits(height) || !fits(width) || !(1..=64).contains(&of_unet.in_channels) {
			return Err(OpenError::unsupported(UNET_CONFIG, "this size of images"));
		}
		let text_encoder = graph(package, open, &[TEXT_ENCODER])?;
		text_encoder.check_inputs(|port| {
			matches!(port.name.as_str(), "input_ids" | "attention_mask") && is_integer(port.kind)
		})?;
		text_encoder.require_input("input_ids", is_integer)?;
		let embedding = text_encoder.require_output(&["last_hidden_state"])?.name.clone();
		let unet = graph(package, open, &[UNET])?;
		unet.check_inputs(|port| {
			matches!(port.name.as_str(), "sample" | "timestep" | "encoder_hidden_states")
		})?;
		for input in ["sample", "encoder_hidden_states"] {
			if unet.require_input(input, is_float)?.fixed(0).is_some() {
				let what = format!("`{input}` for one number of images only");
				return Err(OpenError::unsupported(UNET, what));
			}
		}
		unet.require_input("timestep", |kind| is_float(kind) || is_integer(kind))?;
		let prediction = unet.require_output(&["out_sample", "sample"])?.name.clone();
		let vae_decoder = graph(package, open, &[VAE_DECODER])?;
		vae_decoder.check_inputs(|port| port.name == "latent_sample")?;
		vae_decoder.require_input("latent_sample", is_float)?;
		vae_decoder.require_output(&["sample"])?;
		Ok(Self {
			text,
			text_encoder,
			unet,
			vae_decoder,
			scheduler,
			latent: [of_unet.in_channels, height, width],
			factor,
			scaling: of_vae.scaling_factor,
			shift: of_vae.shift_factor.unwrap_or(0.0),
			embedding,
			prediction,
		})
	}

	/// Height and width of images.
	fn size(&self) -> (usize, usize) {
		let [_, height, width] = self.latent;
		(height * self.factor, width * self.factor)
	}

	fn begin(
		&self,
		request: json::Request<String, Parameters>,
		seed: impl FnOnce() -> [u8; 32],
	) -> Answer<Asked> {
		let parameters = request.parameters.unwrap_or_default();
		let (height, width) = self.size();
		let same = |name, asked: Option<usize>, own: usize| match asked {
			Some(other) if other != own => {
				Err(RequestError::out_of_range(name, format!("{own}, the model's own")))
			},
			_ => Ok(()),
		};
		same("width", parameters.width, width)?;
		same("height", parameters.height, height)?;
		let steps = parameters.num_inference_steps.unwrap_or(STEPS);
		let most = MAX_DIFFUSION_STEPS.min(self.scheduler.most_steps());
		if !(1..=most).contains(&steps) {
			return Err(RequestError::out_of_range("num_inference_steps", format!("1 to {most}")));
		}
		let guidance = parameters.guidance_scale.unwrap_or(GUIDANCE);
		if !guidance.is_finite() || guidance < 0.0 {
			return Err(RequestError::out_of_range("guidance_scale", "0 or more"));
		}
		let tokens = |text: &str| self.text.encode(text, Some(self.length()));
		let prompt = tokens(&request.inputs)?;
		let negative = tokens(parameters.negative_prompt.as_deref().unwrap_or_default())?;
		let noise = Random::new(parameters.seed, seed()).normal(self.latent.iter().product());
		Ok(Asked { prompt, negative, steps, guidance, noise })
	}

	/// Tokens of every text: all are filled up to the same length.
	fn length(&self) -> usize {
		self.text_encoder
			.input("input_ids")
			.and_then(|port| port.fixed(1))
			.unwrap_or(self.text.limit)
	}

	/// The images of a batch of equal steps, all with guidance or all without.
	fn images(&mut self, batch: &[&Asked]) -> Result<Vec<Vec<u8>>, TaskError> {
		let guided = batch.iter().any(|asked| asked.guidance > 1.0);
		let steps = batch.first().map_or(1, |asked| asked.steps);
		let negatives = batch.iter().filter(|_| guided).map(|asked| &asked.negative);
		let texts: Vec<_> = negatives.chain(batch.iter().map(|asked| &asked.prompt)).collect();
		let embeddings = self.embed(&texts)?;
		let (first_scale, schedule) = self.scheduler.schedule(steps);
		let noise = batch.iter().flat_map(|asked| &asked.noise);
		let mut latents: Vec<f32> = noise.map(|x| x * first_scale).collect();
		let each: usize = self.latent.iter().product();
		for step in schedule {
			let scaled = latents.iter().map(|x| x * step.input_scale);
			let mut sample: Vec<f32> = scaled.collect();
			if guided {
				sample.extend_from_within(..);
			}
			let predicted = self.predict(sample, texts.len(), step.timestep, &embeddings)?;
			let output = if guided {
				let (without, with) = predicted.split_at(latents.len());
				let guidance =
					batch.iter().flat_map(|asked| std::iter::repeat_n(asked.guidance, each));
				let pairs = without.iter().zip(with).zip(guidance);
				pairs.map(|((without, with), scale)| without + scale * (with - without)).collect()
			} else {
				predicted
			};
			step.advance(&mut latents, &output);
		}
		self.decode(latents, batch.len())
	}

	/// The embeddings of texts.
	fn embed(&mut self, texts: &[&Tokens]) -> Result<DynValue, TaskError> {
		let length = self.length();
		let mut values = Vec::with_capacity(2);
		for port in self.text_encoder.inputs() {
			let mut elements = Vec::with_capacity(texts.len() * length);
			for (row, text) in (1..).zip(texts) {
				let mask = port.name == "attention_mask";
				let cell = |id: &u32| if mask { 1 } else { i64::from(*id) };
				elements.extend(text.ids.iter().map(cell));
				elements.resize(row * length, if mask { 0 } else { i64::from(self.text.pad) });
			}
			let value = integers(&[texts.len(), length], elements, port.kind)?;
			values.push((port.name.clone(), value));
		}
		let inputs: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value)).collect();
		let output = self.text_encoder.run(&inputs)?.take(&self.embedding)?;
		// The next graph may have another width of floats.
		let kind = self.unet.input("encoder_hidden_states").map(|port| port.kind);
		let (shape, elements) = to_floats(&self.embedding, &output)?;
		match kind {
			Some(kind) => floats(&shape, elements.into_owned(), kind),
			None => Ok(output),
		}
	}

	/// What the model predicts about samples.
	fn predict(
		&mut self,
		sample: Vec<f32>,
		rows: usize,
		timestep: f32,
		embeddings: &DynValue,
	) -> Result<Vec<f32>, TaskError> {
		let [channels, height, width] = self.latent;
		let (mut values, count) = (Vec::with_capacity(2), sample.len());
		let mut sample = Some(sample);
		for port in self.unet.inputs() {
			let value = match port.name.as_str() {
				"sample" => {
					let elements = sample.take().unwrap_or_default();
					floats(&[rows, channels, height, width], elements, port.kind)?
				},
				"timestep" => {
					let shape: Vec<usize> = port
						.shape
						.iter()
						.map(|size| usize::try_from(*size).unwrap_or(rows))
						.collect();
					let times = vec![timestep; shape.iter().product()];
					floats(&shape, times, port.kind)?
				},
				_ => continue,
			};
			values.push((port.name.clone(), value));
		}
		let mut inputs: Vec<_> =
			values.iter().map(|(name, value)| (name.as_str(), value)).collect();
		inputs.push(("encoder_hidden_states", embeddings));
		let output = self.unet.run(&inputs)?.take(&self.prediction)?;
		let (shape, elements) = to_floats(&self.prediction, &output)?;
		if elements.len() != count {
			let expected = format!("[{rows}, {channels}, {height}, {width}]");
			let name = self.prediction.clone();
			return Err(TaskError::WrongOutput { name, expected, found: shape });
		}
		Ok(elements.into_owned())
	}

	/// Latent images to images: height × width × 3 bytes each.
	fn decode(&mut self, mut latents: Vec<f32>, rows: usize) -> Result<Vec<Vec<u8>>, TaskError> {
		latents.iter_mut().for_each(|x| *x = *x / self.scaling + self.shift);
		let [channels, latent_height, latent_width] = self.latent;
		let (height, width) = self.size();
		let Some(port) = self.vae_decoder.inputs().first() else { return Ok(Vec::new()) };
		let shape = [rows, channels, latent_height, latent_width];
		let input = floats(&shape, latents, port.kind)?;
		let output = self.vae_decoder.run(&[("latent_sample", &input)])?.take("sample")?;
		let (shape, elements) = to_floats("sample", &output)?;
		if shape != [rows, 3, height, width] {
			let expected = format!("[{rows}, 3, {height}, {width}]");
			return Err(TaskError::WrongOutput { name: "sample".into(), expected, found: shape });
		}
		let plane = height * width;
		let image = |planes: &[f32]| {
			let colour =
				|index: usize| planes.get(index % 3 * plane + index / 3).copied().map(byte);
			(0..3 * plane).filter_map(colour).collect()
		};
		Ok(elements.chunks_exact(3 * plane).map(image).collect())
	}
}

/// A value from −1 to 1 as a byte.
fn byte(value: f32) -> u8 {
	((value / 2.0 + 0.5).clamp(0.0, 1.0) * 255.0).round_ties_even() as u8
}

/// The mean colours of an image's fields, row by row.
fn features(image: &[u8], height: usize, width: usize) -> Vec<f32> {
	let mut features = Vec::with_capacity(FEATURE_WIDTH);
	let field = |index: usize, size: usize| {
		let (from, to) = (index * size / FIELDS, (index + 1) * size / FIELDS);
		// Images smaller than the fields have every pixel in several.
		from..to.max(from + 1).min(size)
	};
	for row in 0..FIELDS {
		for column in 0..FIELDS {
			let (rows, columns) = (field(row, height), field(column, width));
			let count = (rows.len() * columns.len()).max(1) as f64;
			for channel in 0..3 {
				let sum: u64 = rows
					.clone()
					.flat_map(|y| columns.clone().map(move |x| (y * width + x) * 3 + channel))
					.filter_map(|at| image.get(at).map(|byte| u64::from(*byte)))
					.sum();
				features.push((sum as f64 / count / 255.0) as f32);
			}
		}
	}
	features
}

impl Pipeline for TextToImage {
	fn run(
		&mut self,
		input: &TensorMap,
		seed: &dyn Fn(u32) -> [u8; 32],
	) -> Result<TensorMap, TaskError> {
		let requests = json::requests(input)?.into_iter().zip(0..);
		let begun = requests.map(|(request, item)| self.begin(request?, || seed(item)));
		let asked: Vec<Answer<Asked>> = begun.collect();
		let mut alike: BTreeMap<(usize, bool), Vec<usize>> = BTreeMap::new();
		for (item, asked) in asked.iter().enumerate() {
			if let Ok(asked) = asked {
				alike.entry((asked.steps, asked.guidance > 1.0)).or_default().push(item);
			}
		}
		let (height, width) = self.size();
		let bytes = height * width * 3;
		let mut images = vec![0; asked.len() * bytes];
		let mut vectors = vec![0.0; asked.len() * FEATURE_WIDTH];
		for batch in alike.values().flat_map(|items| items.chunks(MAX_BATCH_IMAGES)) {
			let of_batch: Vec<&Asked> =
				batch.iter().filter_map(|item| asked.get(*item)?.as_ref().ok()).collect();
			for (item, image) in batch.iter().zip(self.images(&of_batch)?) {
				if let Some(slot) = vectors.chunks_exact_mut(FEATURE_WIDTH).nth(*item) {
					slot.copy_from_slice(&features(&image, height, width));
				}
				if let Some(slot) = images.chunks_exact_mut(bytes).nth(*item) {
					slot.copy_from_slice(&image);
				}
			}
		}
		let items = asked.len();
		let answers = asked.into_iter().map(|asked| asked.map(|_| Response { width, height }));
		let documents = json::responses_tensor(answers.collect())?;
		Ok(TensorMap::new([
			("image", Tensor::u8(&[items, height, width, 3], &images)?),
			(FEATURES, Tensor::f32(&[items, FEATURE_WIDTH], &vectors)?),
			(DOCUMENTS, documents),
		])?)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn byte_rounds_and_stays_in_range_when_values_do_not() {
		assert_eq!([-9.0, -1.0, 0.0, 1.0, 9.0].map(byte), [0, 0, 128, 255, 255]);
		assert_eq!(byte(f32::NAN), 0);
	}

	#[test]
	fn features_are_mean_colours_of_fields() {
		let image: Vec<u8> =
			(0..16 * 8).flat_map(|i| [255, if i % 8 < 4 { 0 } else { 51 }, 0]).collect();
		let vector = features(&image, 16, 8);
		assert_eq!(vector.len(), FEATURE_WIDTH);
		assert_eq!(vector[..3], [1.0, 0.0, 0.0]);
		assert_eq!(vector[FEATURE_WIDTH - 3..], [1.0, 0.2, 0.0]);
		assert_eq!(features(&[51; 3], 1, 1), [0.2; FEATURE_WIDTH]);
	}
}
