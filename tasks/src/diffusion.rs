//! How noise becomes an image, step by step: DDIM without fresh noise (Song, Meng and Ermon 2020,
//! formula 12 with η = 0) and Euler's method on the same equation (Karras et al. 2022, algorithm 2
//! without churn), as diffusers has them. Neither draws anything after the first noise.

use serde::Deserialize;

use crate::{package::Package, OpenError};

/// What is read of `scheduler/scheduler_config.json`.
#[derive(Clone, Debug, Deserialize)]
struct Config {
	#[serde(rename = "_class_name")]
	class: String,
	#[serde(default = "thousand")]
	num_train_timesteps: usize,
	#[serde(default = "first_beta")]
	beta_start: f64,
	#[serde(default = "last_beta")]
	beta_end: f64,
	#[serde(default)]
	beta_schedule: BetaSchedule,
	#[serde(default)]
	prediction_type: Prediction,
	timestep_spacing: Option<Spacing>,
	#[serde(default)]
	steps_offset: usize,
	#[serde(default = "yes")]
	set_alpha_to_one: bool,
	#[serde(default = "yes")]
	clip_sample: bool,
	#[serde(default = "one")]
	clip_sample_range: f32,
	// What is known and refused where it is set.
	#[serde(default)]
	thresholding: bool,
	#[serde(default)]
	rescale_betas_zero_snr: bool,
	#[serde(default)]
	use_karras_sigmas: bool,
	#[serde(default)]
	use_exponential_sigmas: bool,
	#[serde(default)]
	use_beta_sigmas: bool,
	trained_betas: Option<serde::de::IgnoredAny>,
	interpolation_type: Option<String>,
	timestep_type: Option<String>,
	final_sigmas_type: Option<String>,
}

fn thousand() -> usize {
	1000
}

fn first_beta() -> f64 {
	0.0001
}

fn last_beta() -> f64 {
	0.02
}

fn one() -> f32 {
	1.0
}

fn yes() -> bool {
	true
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BetaSchedule {
	#[default]
	Linear,
	ScaledLinear,
	#[serde(rename = "squaredcos_cap_v2")]
	SquaredCosine,
}

/// What the model predicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
enum Prediction {
	/// The noise.
	#[default]
	#[serde(rename = "epsilon")]
	Noise,
	/// The image.
	#[serde(rename = "sample")]
	Image,
	/// The velocity between them.
	#[serde(rename = "v_prediction")]
	Velocity,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Spacing {
	Leading,
	Linspace,
	Trailing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
	Ddim,
	Euler,
}

/// A scheduler of a package.
#[derive(Clone, Debug)]
pub(crate) struct Scheduler {
	config: Config,
	method: Method,
	/// For each timestep, how much of the image is left: ᾱ.
	alphas: Vec<f64>,
}

/// One step of a schedule.
#[derive(Clone, Debug)]
pub(crate) struct Step {
	/// What the model is told.
	pub timestep: f32,
	/// What the sample is multiplied by before the model sees it.
	pub input_scale: f32,
	prediction: Prediction,
	kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
	Ddim { alpha: f64, next_alpha: f64, clip: Option<f32> },
	Euler { sigma: f64, next_sigma: f64 },
}

const FILE: &str = "scheduler/scheduler_config.json";

/// Timesteps that a model may have been trained with.
const MAX_TIMESTEPS: usize = 10_000;

impl Scheduler {
	/// The scheduler of a package.
	pub fn open(package: &Package) -> Result<Self, OpenError> {
		Self::new(package.json(FILE)?.ok_or_else(|| OpenError::MissingFile(FILE.into()))?)
	}

	fn new(config: Config) -> Result<Self, OpenError> {
		let unsupported = |what: &str| Err(OpenError::unsupported(FILE, what));
		let method = match config.class.as_str() {
			"DDIMScheduler" => Method::Ddim,
			"EulerDiscreteScheduler" => Method::Euler,
			other => {
				let what = format!("{other}; DDIMScheduler and EulerDiscreteScheduler are known;");
				return unsupported(&what);
			},
		};
		let set =
			|value: &Option<String>, usual: &str| value.as_deref().is_some_and(|v| v != usual);
		for (name, refused) in [
			("thresholding", config.thresholding),
			("rescale_betas_zero_snr", config.rescale_betas_zero_snr),
			("use_karras_sigmas", config.use_karras_sigmas),
			("use_exponential_sigmas", config.use_exponential_sigmas),
			("use_beta_sigmas", config.use_beta_sigmas),
			("trained_betas", config.trained_betas.is_some()),
			("interpolation_type", set(&config.interpolation_type, "linear")),
			("timestep_type", set(&config.timestep_type, "discrete")),
			("final_sigmas_type", set(&config.final_sigmas_type, "zero")),
		] {
			if refused {
				return unsupported(name);
			}
		}
		if !(2..=MAX_TIMESTEPS).contains(&config.num_train_timesteps) {
			return unsupported("this number of timesteps");
		}
		let betas = config.betas();
		if betas.iter().any(|beta| !(*beta > 0.0 && *beta < 1.0)) {
			return unsupported("betas outside of 0 to 1");
		}
		let left = betas.iter().scan(1.0, |left, beta| {
			*left *= 1.0 - beta;
			Some(*left)
		});
		Ok(Self { method, alphas: left.collect(), config })
	}

	/// Most steps that there can be.
	pub fn most_steps(&self) -> usize {
		self.config.num_train_timesteps
	}

	/// What the first noise is multiplied by, and the steps from it to the image.
	pub fn schedule(&self, steps: usize) -> (f32, Vec<Step>) {
		let timesteps = self.timesteps(steps);
		match self.method {
			Method::Ddim => (1.0, self.ddim(&timesteps, steps)),
			Method::Euler => self.euler(&timesteps),
		}
	}

	fn ddim(&self, timesteps: &[f64], steps: usize) -> Vec<Step> {
		let first = self.alphas.first().copied().unwrap_or(1.0);
		let last = if self.config.set_alpha_to_one { 1.0 } else { first };
		let stride = self.config.num_train_timesteps / steps.max(1);
		let clip = self.config.clip_sample.then_some(self.config.clip_sample_range);
		let step = |timestep: &f64| {
			let index = *timestep as usize;
			let before = index.checked_sub(stride);
			let kind = Kind::Ddim {
				alpha: self.alpha(index),
				next_alpha: before.map_or(last, |index| self.alpha(index)),
				clip,
			};
			let prediction = self.config.prediction_type;
			Step { timestep: *timestep as f32, input_scale: 1.0, prediction, kind }
		};
		timesteps.iter().map(step).collect()
	}

	fn euler(&self, timesteps: &[f64]) -> (f32, Vec<Step>) {
		let sigma = |index: usize| {
			let alpha = self.alpha(index);
			((1.0 - alpha) / alpha).sqrt()
		};
		// Linear between whole timesteps.
		let between = |timestep: &f64| {
			let below = timestep.floor();
			let part = timestep - below;
			let index = below as usize;
			sigma(index) * (1.0 - part) + sigma(index + 1) * part
		};
		let mut sigmas: Vec<f64> = timesteps.iter().map(between).collect();
		sigmas.push(0.0);
		let largest = sigmas.iter().copied().fold(0.0, f64::max);
		let leading = matches!(self.spacing(), Spacing::Leading);
		let first = if leading { (largest * largest + 1.0).sqrt() } else { largest };
		let step = |(timestep, pair): (&f64, &[f64])| {
			let [sigma, next_sigma] = *pair else { return None };
			let input_scale = (1.0 / (sigma * sigma + 1.0).sqrt()) as f32;
			let kind = Kind::Euler { sigma, next_sigma };
			let prediction = self.config.prediction_type;
			Some(Step { timestep: *timestep as f32, input_scale, prediction, kind })
		};
		(first as f32, timesteps.iter().zip(sigmas.windows(2)).filter_map(step).collect())
	}

	fn alpha(&self, index: usize) -> f64 {
		let last = self.alphas.len().saturating_sub(1);
		self.alphas.get(index.min(last)).copied().unwrap_or(1.0)
	}

	fn spacing(&self) -> Spacing {
		let usual = match self.method {
			Method::Ddim => Spacing::Leading,
			Method::Euler => Spacing::Linspace,
		};
		self.config.timestep_spacing.unwrap_or(usual)
	}

	/// The timesteps of a schedule, falling.
	fn timesteps(&self, steps: usize) -> Vec<f64> {
		let trained = self.config.num_train_timesteps;
		let steps = steps.clamp(1, trained);
		let rounded = |x: f64| x.round_ties_even();
		match self.spacing() {
			Spacing::Leading => {
				let stride = trained / steps;
				let timestep = |index| (index * stride + self.config.steps_offset) as f64;
				(0..steps).rev().map(timestep).collect()
			},
			Spacing::Linspace => {
				let stride = (trained - 1) as f64 / (steps - 1).max(1) as f64;
				let timestep = |index| index as f64 * stride;
				let timesteps = (0..steps).rev().map(timestep);
				match self.method {
					Method::Ddim => timesteps.map(rounded).collect(),
					// Floats of 32 bits, where diffusers has them.
					Method::Euler => timesteps.map(|x| f64::from(x as f32)).collect(),
				}
			},
			Spacing::Trailing => {
				let stride = trained as f64 / steps as f64;
				let timestep = |index| rounded(trained as f64 - index as f64 * stride) - 1.0;
				(0..steps).map(timestep).map(|timestep| timestep.max(0.0)).collect()
			},
		}
	}
}

impl Config {
	/// Share of noise that each timestep adds.
	fn betas(&self) -> Vec<f64> {
		let count = self.num_train_timesteps;
		let line = |from: f64, to: f64| {
			(0..count).map(move |index| from + (to - from) * index as f64 / (count - 1) as f64)
		};
		match self.beta_schedule {
			BetaSchedule::Linear => line(self.beta_start, self.beta_end).collect(),
			BetaSchedule::ScaledLinear => {
				line(self.beta_start.sqrt(), self.beta_end.sqrt()).map(|root| root * root).collect()
			},
			BetaSchedule::SquaredCosine => {
				let left = |index: usize| {
					let part = (index as f64 / count as f64 + 0.008) / 1.008;
					let cosine = libm::cos(part * std::f64::consts::FRAC_PI_2);
					cosine * cosine
				};
				(0..count).map(|index| (1.0 - left(index + 1) / left(index)).min(0.999)).collect()
			},
		}
	}
}

impl Step {
	/// What becomes of `sample`, about which the model predicted `output`.
	pub fn advance(&self, sample: &mut [f32], output: &[f32]) {
		match self.kind {
			Kind::Ddim { alpha, next_alpha, clip } => {
				let (signal, noise) = (alpha.sqrt() as f32, (1.0 - alpha).sqrt() as f32);
				let next_signal = next_alpha.sqrt() as f32;
				let next_noise = (1.0 - next_alpha).sqrt() as f32;
				for (x, output) in sample.iter_mut().zip(output) {
					let (image, predicted_noise) = match self.prediction {
						Prediction::Noise => ((*x - noise * output) / signal, *output),
						Prediction::Image => (*output, (*x - signal * output) / noise),
						Prediction::Velocity => {
							(signal * *x - noise * output, signal * output + noise * *x)
						},
					};
					let image = clip.map_or(image, |range| image.clamp(-range.abs(), range.abs()));
					*x = next_signal * image + next_noise * predicted_noise;
				}
			},
			Kind::Euler { sigma, next_sigma } => {
				let square = sigma * sigma + 1.0;
				let (of_output, of_sample) =
					((-sigma / square.sqrt()) as f32, (1.0 / square) as f32);
				let (sigma, difference) = (sigma as f32, (next_sigma - sigma) as f32);
				for (x, output) in sample.iter_mut().zip(output) {
					let image = match self.prediction {
						Prediction::Noise => *x - sigma * output,
						Prediction::Image => *output,
						Prediction::Velocity => output * of_output + *x * of_sample,
					};
					*x += (*x - image) / sigma * difference;
				}
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Configuration; steps; what diffusers 0.35 makes of (0.5, −1.2, 2) times the first scale, where
	/// the model predicts 0.3·x + 0.0001·t.
	const BY_DIFFUSERS: &[(&str, usize, [f32; 3])] = &[
		(
			r#"{"_class_name": "DDIMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "clip_sample": false, "set_alpha_to_one": false, "steps_offset": 1}"#,
			7,
			[1.390651, -4.310958, 6.421484],
		),
		(r#"{"_class_name": "DDIMScheduler"}"#, 5, [0.867792, -0.836939, 0.962109]),
		(
			r#"{"_class_name": "DDIMScheduler", "prediction_type": "v_prediction", "timestep_spacing": "trailing", "clip_sample": false}"#,
			6,
			[0.179525, -0.555036, 0.827667],
		),
		(
			r#"{"_class_name": "DDIMScheduler", "prediction_type": "sample", "beta_schedule": "squaredcos_cap_v2", "timestep_spacing": "linspace", "clip_sample_range": 0.8}"#,
			4,
			[0.082735, -0.141749, 0.280810],
		),
		(
			r#"{"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "timestep_spacing": "leading", "steps_offset": 1}"#,
			7,
			[1.379032, -4.274952, 6.367841],
		),
		(
			r#"{"_class_name": "EulerDiscreteScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}"#,
			3,
			[2.940405, -10.604406, 14.891711],
		),
		(
			r#"{"_class_name": "EulerDiscreteScheduler", "prediction_type": "v_prediction", "timestep_spacing": "trailing"}"#,
			6,
			[0.176776, -0.548248, 0.816503],
		),
	];

	fn scheduler(config: &str) -> Result<Scheduler, OpenError> {
		Scheduler::new(serde_json::from_str(config).unwrap())
	}

	#[test]
	fn schedule_equals_diffusers_when_a_model_is_followed_to_the_end() {
		for (config, steps, expected) in BY_DIFFUSERS {
			let (scale, schedule) = scheduler(config).unwrap().schedule(*steps);
			assert_eq!(schedule.len(), *steps);
			let mut sample = [0.5, -1.2, 2.0].map(|x| x * scale);
			for step in schedule {
				let output = sample.map(|x| 0.3 * x * step.input_scale + 0.0001 * step.timestep);
				step.advance(&mut sample, &output);
			}
			let near = |(a, b): (&f32, &f32)| (a - b).abs() < 2e-5 * b.abs().max(1.0);
			assert!(
				sample.iter().zip(expected).all(near),
				"{config}: {sample:?}, not {expected:?}"
			);
		}
	}

	#[test]
	fn schedule_has_every_number_of_steps_when_asked() {
		for class in ["DDIMScheduler", "EulerDiscreteScheduler"] {
			for spacing in ["leading", "linspace", "trailing"] {
				let config = format!(
					r#"{{"_class_name": "{class}", "timestep_spacing": "{spacing}", "steps_offset": 1}}"#
				);
				let scheduler = scheduler(&config).unwrap();
				for steps in [1, 2, 3, 7, 50, 999, 1000] {
					let (scale, schedule) = scheduler.schedule(steps);
					assert_eq!(schedule.len(), steps, "{config}");
					let mut sample = [scale];
					schedule.iter().for_each(|step| step.advance(&mut sample, &[0.1]));
					assert!(sample[0].is_finite(), "{config}: {steps} steps");
				}
			}
		}
	}

	#[test]
	fn scheduler_is_refused_by_name_when_it_is_another_or_has_other_options() {
		for (config, name) in [
			(r#"{"_class_name": "PNDMScheduler"}"#, "PNDMScheduler"),
			(r#"{"_class_name": "DDIMScheduler", "thresholding": true}"#, "thresholding"),
			(r#"{"_class_name": "DDIMScheduler", "trained_betas": [0.1]}"#, "trained_betas"),
			(r#"{"_class_name": "DDIMScheduler", "beta_end": 3}"#, "betas"),
			(r#"{"_class_name": "DDIMScheduler", "num_train_timesteps": 1}"#, "timesteps"),
			(r#"{"_class_name": "EulerDiscreteScheduler", "use_karras_sigmas": true}"#, "karras"),
			(
				r#"{"_class_name": "EulerDiscreteScheduler", "final_sigmas_type": "sigma_min"}"#,
				"final",
			),
		] {
			let error = scheduler(config).unwrap_err().to_string();
			assert!(error.contains(name), "{config}: {error}");
		}
	}
}
