//! Audio: from a request to what a model hears.

use std::io::Cursor;

use hound::{SampleFormat, WavReader};
use serde::Deserialize;

use crate::{limits::MAX_AUDIO_SAMPLES, package::Package, OpenError, RequestError};

/// What `preprocessor_config.json` says about audio.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Preprocessor {
	/// Samples per second that the model hears.
	#[serde(default = "sixteen_thousand")]
	pub sampling_rate: u32,
	#[serde(default = "yes")]
	do_normalize: bool,
}

fn sixteen_thousand() -> u32 {
	16_000
}

fn yes() -> bool {
	true
}

const FILE: &str = "preprocessor_config.json";

impl Preprocessor {
	/// The preprocessor of a package.
	pub fn open(package: &Package) -> Result<Self, OpenError> {
		package.json(FILE)?.ok_or_else(|| OpenError::MissingFile(FILE.into()))
	}

	/// Samples as the model hears them: with mean 0 and variance 1 if it was trained so.
	///
	/// # Errors
	/// [`RequestError::AudioLength`] if there are fewer than `least` or too many.
	pub fn prepare(&self, mut samples: Vec<f32>, least: usize) -> Result<Vec<f32>, RequestError> {
		let (found, most) = (samples.len(), MAX_AUDIO_SAMPLES);
		if found < least.max(1) || found > most {
			return Err(RequestError::AudioLength { found, least: least.max(1), most });
		}
		if samples.iter().any(|sample| !sample.is_finite()) {
			return Err(RequestError::NotAudio("a sample is not a number".into()));
		}
		if self.do_normalize {
			let count = found as f64;
			let mean = samples.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
			let square = |x: &f32| (f64::from(*x) - mean) * (f64::from(*x) - mean);
			let variance = samples.iter().map(square).sum::<f64>() / count;
			// As Wav2Vec2FeatureExtractor: silence does not become infinite.
			let deviation = (variance + 1e-7).sqrt();
			samples.iter_mut().for_each(|x| *x = ((f64::from(*x) - mean) / deviation) as f32);
		}
		Ok(samples)
	}
}

/// The samples of a WAV file, from −1 to 1, the mean of its channels.
///
/// # Errors
/// [`RequestError::NotAudio`], [`RequestError::SamplingRate`], [`RequestError::AudioLength`].
pub(crate) fn decode(bytes: &[u8], rate: u32) -> Result<Vec<f32>, RequestError> {
	let refused = |error: hound::Error| RequestError::NotAudio(error.to_string());
	let mut reader = WavReader::new(Cursor::new(bytes)).map_err(refused)?;
	let spec = reader.spec();
	if spec.sample_rate != rate {
		return Err(RequestError::SamplingRate { expected: rate, found: spec.sample_rate });
	}
	// The header's own count, which no reader exceeds.
	let found = reader.duration() as usize;
	if found > MAX_AUDIO_SAMPLES {
		return Err(RequestError::AudioLength { found, least: 1, most: MAX_AUDIO_SAMPLES });
	}
	let channels = usize::from(spec.channels.max(1));
	let samples: Vec<f32> = match spec.sample_format {
		SampleFormat::Float => {
			reader.samples::<f32>().collect::<Result<_, _>>().map_err(refused)?
		},
		SampleFormat::Int => {
			let full = 2_f32.powi(i32::from(spec.bits_per_sample) - 1);
			let samples = reader.samples::<i32>().map(|sample| sample.map(|x| x as f32 / full));
			samples.collect::<Result<_, _>>().map_err(refused)?
		},
	};
	let mean = |frame: &[f32]| frame.iter().sum::<f32>() / channels as f32;
	Ok(samples.chunks_exact(channels).map(mean).collect())
}

#[cfg(test)]
mod tests {
	use hound::{WavSpec, WavWriter};

	use super::*;

	fn file(channels: u16, rate: u32, bits: u16, samples: &[i32]) -> Vec<u8> {
		let spec = WavSpec {
			channels,
			sample_rate: rate,
			bits_per_sample: bits,
			sample_format: SampleFormat::Int,
		};
		let mut bytes = Cursor::new(Vec::new());
		let mut writer = WavWriter::new(&mut bytes, spec).unwrap();
		samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
		writer.finalize().unwrap();
		bytes.into_inner()
	}

	#[test]
	fn decode_gives_the_mean_of_channels_when_there_are_several() {
		let mono = file(1, 16_000, 16, &[0, 16_384, -32_768]);
		assert_eq!(decode(&mono, 16_000).unwrap(), [0.0, 0.5, -1.0]);
		let stereo = file(2, 8000, 8, &[64, 0, -128, -128]);
		assert_eq!(decode(&stereo, 8000).unwrap(), [0.25, -1.0]);
	}

	#[test]
	fn decode_is_refused_by_name_when_the_file_is_another() {
		let bytes = file(1, 44_100, 16, &[0; 10]);
		let refused = decode(&bytes, 16_000).unwrap_err();
		assert_eq!(refused, RequestError::SamplingRate { expected: 16_000, found: 44_100 });
		let short = &file(1, 16_000, 16, &[0; 10])[..50];
		assert!(matches!(decode(short, 16_000), Err(RequestError::NotAudio(_))));
		assert!(matches!(decode(b"RIFF", 16_000), Err(RequestError::NotAudio(_))));
	}

	#[test]
	fn decode_looks_at_the_header_first_when_it_claims_hours() {
		let mut bytes = file(1, 16_000, 16, &[0; 10]);
		let length = bytes.len();
		bytes[length - 24..length - 20].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
		assert!(matches!(decode(&bytes, 16_000), Err(RequestError::AudioLength { .. })));
	}

	#[test]
	fn prepare_normalizes_when_the_model_wants_it() {
		let preprocessor = Preprocessor { sampling_rate: 16_000, do_normalize: true };
		let samples = preprocessor.prepare(vec![1.0, 3.0], 2).unwrap();
		assert!(samples.iter().zip([-1.0, 1.0]).all(|(a, b)| (a - b).abs() < 1e-6), "{samples:?}");
		assert_eq!(preprocessor.prepare(vec![0.5; 4], 1).unwrap(), [0.0; 4]);
		let plain = Preprocessor { do_normalize: false, ..preprocessor };
		assert_eq!(plain.prepare(vec![0.5; 4], 1).unwrap(), [0.5; 4]);
		assert!(matches!(plain.prepare(vec![0.5], 2), Err(RequestError::AudioLength { .. })));
		assert!(matches!(plain.prepare(vec![f32::NAN], 1), Err(RequestError::NotAudio(_))));
	}
}
