//! What `preprocessor_config.json` says is done to an image: resize, crop, rescale, normalize, in this
//! order, as the image processors of transformers do.

use serde::Deserialize;

use super::resample::{resize, Filter, Pixels};
use crate::{limits::MAX_IMAGE_SIDE, package::Package, OpenError};

/// A model's way from an image to a tensor.
#[derive(Clone, Debug)]
pub(crate) struct Preprocessor {
	resize: Option<Resize>,
	filter: Filter,
	crop: Option<Side>,
	/// For each channel, what a byte is multiplied by, the mean and the deviation.
	scale: f32,
	mean: [f32; 3],
	deviation: [f32; 3],
	/// Of every tensor.
	size: Side,
}

/// In pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Side {
	pub width: usize,
	pub height: usize,
}

#[derive(Clone, Copy, Debug)]
enum Resize {
	/// To this size, whatever the shape.
	Exactly(Side),
	/// Until the shorter side has this length.
	Shortest(usize),
}

/// A size as configuration files write it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(untagged)]
enum Size {
	Number(usize),
	Sides { height: usize, width: usize },
	Shortest { shortest_edge: usize },
}

#[derive(Debug, Deserialize)]
struct Config {
	#[serde(default = "yes")]
	do_resize: bool,
	size: Option<Size>,
	resample: Option<u64>,
	#[serde(default)]
	do_center_crop: bool,
	crop_size: Option<Size>,
	crop_pct: Option<f64>,
	#[serde(default = "yes")]
	do_rescale: bool,
	#[serde(default = "per_byte")]
	rescale_factor: f64,
	#[serde(default = "yes")]
	do_normalize: bool,
	image_mean: Option<Vec<f32>>,
	image_std: Option<Vec<f32>>,
}

fn yes() -> bool {
	true
}

fn per_byte() -> f64 {
	1.0 / 255.0
}

const FILE: &str = "preprocessor_config.json";

/// ConvNeXT crops images below this size, and squeezes larger ones.
const CROPPED_BELOW: usize = 384;

impl Preprocessor {
	/// The preprocessor of a package.
	pub fn open(package: &Package) -> Result<Self, OpenError> {
		let config: Config =
			package.json(FILE)?.ok_or_else(|| OpenError::MissingFile(FILE.into()))?;
		Self::new(&config)
	}

	fn new(config: &Config) -> Result<Self, OpenError> {
		let unsupported = |what: &str| OpenError::unsupported(FILE, what);
		let mut crop = match (config.do_center_crop, config.crop_size) {
			(false, _) => None,
			(true, Some(Size::Number(side))) => Some(Side::square(side)),
			(true, Some(Size::Sides { height, width })) => Some(Side { width, height }),
			(true, _) => return Err(unsupported("a crop without `crop_size`")),
		};
		let resize = match (config.do_resize, config.size) {
			(false, _) => None,
			(true, Some(Size::Sides { height, width })) => {
				Some(Resize::Exactly(Side { width, height }))
			},
			(true, Some(Size::Number(side))) if crop.is_none() => {
				Some(Resize::Exactly(Side::square(side)))
			},
			(true, Some(Size::Number(side) | Size::Shortest { shortest_edge: side })) => {
				match config.crop_pct {
					Some(_) if side >= CROPPED_BELOW => Some(Resize::Exactly(Side::square(side))),
					Some(part) if part > 0.0 && part <= 1.0 => {
						crop = Some(Side::square(side));
						Some(Resize::Shortest((side as f64 / part) as usize))
					},
					Some(_) => return Err(unsupported("`crop_pct` outside of 0 to 1")),
					None => Some(Resize::Shortest(side)),
				}
			},
			(true, None) => return Err(unsupported("a resize without `size`")),
		};
		let size = match (crop, resize) {
			(Some(side), _) | (None, Some(Resize::Exactly(side))) => side,
			_ => return Err(unsupported("a size that differs between images; set `size` or crop")),
		};
		let fits = |length: usize| (1..=MAX_IMAGE_SIDE).contains(&length);
		let shortest = match resize {
			Some(Resize::Shortest(side)) => side,
			Some(Resize::Exactly(side)) => side.width.max(side.height),
			None => 1,
		};
		if ![size.width, size.height, shortest].into_iter().all(fits) {
			return Err(unsupported("a size of 0 or more than the limit"));
		}
		let filter = Filter::from_number(config.resample.unwrap_or(2))
			.ok_or_else(|| unsupported("an unknown `resample`"))?;
		let of_channels = |values: &Option<Vec<f32>>, otherwise: f32| match values.as_deref() {
			Some([one]) if config.do_normalize => Ok([*one; 3]),
			Some([red, green, blue]) if config.do_normalize => Ok([*red, *green, *blue]),
			Some(_) if config.do_normalize => {
				Err(unsupported("a mean of other channels than 1 or 3"))
			},
			None if config.do_normalize => {
				Err(unsupported("normalizing without mean and deviation"))
			},
			_ => Ok([otherwise; 3]),
		};
		let mean = of_channels(&config.image_mean, 0.0)?;
		let deviation = of_channels(&config.image_std, 1.0)?;
		let scale = if config.do_rescale { config.rescale_factor as f32 } else { 1.0 };
		Ok(Self { resize, filter, crop, scale, mean, deviation, size })
	}

	/// Size of every tensor.
	pub fn size(&self) -> Side {
		self.size
	}

	/// The tensor of an image: channel by channel, row by row.
	pub fn tensor(&self, image: &Pixels) -> Vec<f32> {
		let resized = match self.resize {
			None => image.clone(),
			Some(Resize::Exactly(side)) => resize(image, side.width, side.height, self.filter),
			Some(Resize::Shortest(side)) => {
				let (short, long) = (image.width.min(image.height), image.width.max(image.height));
				// Truncated, as transformers does. Bounded, because a strip of one pixel's width
				// would grow without end.
				let longer = (side as f64 * long as f64 / short.max(1) as f64) as usize;
				let longer = longer.clamp(side, side.saturating_mul(MAX_STRETCH));
				let wide = image.width >= image.height;
				let (width, height) = if wide { (longer, side) } else { (side, longer) };
				resize(image, width, height, self.filter)
			},
		};
		let cropped = match self.crop {
			Some(side) => crop(&resized, side),
			None => resized,
		};
		self.normalized(&cropped)
	}

	fn normalized(&self, image: &Pixels) -> Vec<f32> {
		let mut tensor = Vec::with_capacity(image.data.len());
		for (channel, (mean, deviation)) in
			self.mean.iter().zip(&self.deviation).enumerate().take(image.channels)
		{
			let bytes = image.data.iter().skip(channel).step_by(image.channels);
			tensor.extend(bytes.map(|byte| (f32::from(*byte) * self.scale - mean) / deviation));
		}
		tensor
	}
}

/// How many times longer than its shorter side an image may become.
const MAX_STRETCH: usize = 64;

impl Side {
	fn square(side: usize) -> Self {
		Self { width: side, height: side }
	}
}

/// The middle of an image; black where it is smaller.
fn crop(image: &Pixels, side: Side) -> Pixels {
	let start = |have: usize, want: usize| (have as i64 - want as i64).div_euclid(2);
	let (left, top) = (start(image.width, side.width), start(image.height, side.height));
	let mut data = Vec::with_capacity(side.width * side.height * image.channels);
	let inside = |at: i64, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
	for y in 0..side.height {
		for x in 0..side.width {
			let x = inside(left + x as i64, image.width);
			let y = inside(top + y as i64, image.height);
			let at = x.zip(y).map(|(x, y)| (y * image.width + x) * image.channels);
			let pixel = at.and_then(|at| image.data.get(at..at + image.channels));
			let length = data.len() + image.channels;
			data.extend_from_slice(pixel.unwrap_or_default());
			data.resize(length, 0);
		}
	}
	Pixels { width: side.width, height: side.height, channels: image.channels, data }
}

#[cfg(test)]
mod tests {
	use super::*;

	fn preprocessor(config: &str) -> Result<Preprocessor, OpenError> {
		Preprocessor::new(&serde_json::from_str(config).unwrap())
	}

	fn image(width: usize, height: usize) -> Pixels {
		let byte = |i: usize| ((i * i * 31 + i * 17) % 251) as u8;
		Pixels { width, height, channels: 3, data: (0..width * height * 3).map(byte).collect() }
	}

	#[test]
	fn tensor_is_normalized_channel_by_channel_when_the_config_says_so() {
		let config = r#"{"do_resize": true, "size": {"height": 1, "width": 2}, "image_mean": [0.5, 0, 1],
			"image_std": [0.5, 1, 2]}"#;
		let data = vec![0, 51, 255, 255, 102, 0];
		let image = Pixels { width: 2, height: 1, channels: 3, data };
		let tensor = preprocessor(config).unwrap().tensor(&image);
		let expected = [-1.0, 1.0, 0.2, 0.4, 0.0, -0.5];
		assert!(tensor.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{tensor:?}");
	}

	#[test]
	fn tensor_equals_transformers_when_it_shrinks_crops_and_normalizes() {
		// CLIPImageProcessor(size={"shortest_edge": 3}, crop_size={"height": 3, "width": 3},
		//     resample=3)(image)["pixel_values"], transformers 4.57, slow
		let config = r#"{"size": {"shortest_edge": 3}, "resample": 3, "do_center_crop": true,
			"crop_size": {"height": 3, "width": 3}, "do_normalize": true,
			"image_mean": [0.48145466, 0.4578275, 0.40821073],
			"image_std": [0.26862954, 0.26130258, 0.27577711]}"#;
		let tensor = preprocessor(config).unwrap().tensor(&image(8, 5));
		let expected: &[f32] = &[
			-0.157239, 0.441297, 0.441297, 0.879250, 0.178525, 0.032541, -0.025853, 0.981439,
			0.193124, 0.168897, -0.296344, 0.379006, 0.574107, -0.461429, -0.266328, 0.138882,
			-0.281336, 0.348991, 0.425269, 0.638570, 0.581690, -0.186194, 0.766551, 0.553250,
			0.837651, 0.709670, 0.553250,
		];
		assert_eq!(tensor.len(), expected.len());
		assert!(tensor.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{tensor:?}");
	}

	#[test]
	fn crop_is_black_outside_when_the_image_is_smaller() {
		let image = Pixels { width: 1, height: 3, channels: 1, data: vec![1, 2, 3] };
		let cropped = crop(&image, Side { width: 4, height: 1 });
		assert_eq!(cropped.data, [0, 0, 2, 0]);
	}

	#[test]
	fn preprocessor_is_refused_when_sizes_are_open_or_absurd() {
		for config in [
			r#"{"do_resize": false, "do_normalize": false}"#,
			r#"{"size": {"shortest_edge": 224}, "do_normalize": false}"#,
			r#"{"size": 0, "do_normalize": false}"#,
			r#"{"size": 100000, "do_normalize": false}"#,
			r#"{"size": 8, "resample": 9, "do_normalize": false}"#,
			r#"{"size": 8}"#,
			r#"{"size": 8, "image_mean": [1, 2], "image_std": [1, 2]}"#,
		] {
			assert!(matches!(preprocessor(config), Err(OpenError::Unsupported { .. })), "{config}");
		}
	}

	#[test]
	fn tensor_has_the_stated_size_when_an_image_is_a_strip() {
		let config = r#"{"size": {"shortest_edge": 4}, "do_center_crop": true, "crop_size": 4,
			"do_normalize": false}"#;
		let preprocessor = preprocessor(config).unwrap();
		assert_eq!(preprocessor.size(), Side::square(4));
		assert_eq!(preprocessor.tensor(&image(5000, 1)).len(), 48);
	}
}
