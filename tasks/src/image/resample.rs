//! Resampling of 8-bit images, bit for bit as Pillow does it.
//!
//! Models were trained on images that Pillow had scaled: `Image.resize` widens its filter when it
//! shrinks, works on one axis after the other, and rounds to 8 bits between them, with weights in
//! fixed point. This is the same arithmetic (`ImagingResample` in `src/libImaging/Resample.c`).

/// Filters, by what `preprocessor_config.json` calls `resample`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
	/// 0.
	Nearest,
	/// 1: Lanczos over three lobes.
	Lanczos,
	/// 2: a triangle.
	Bilinear,
	/// 3: Keys' cubic with a = −0.5.
	Bicubic,
	/// 4: the mean of a box.
	Box,
	/// 5: Hamming's window over one lobe.
	Hamming,
}

impl Filter {
	/// The filter with Pillow's number `number`.
	pub fn from_number(number: u64) -> Option<Self> {
		use Filter::*;
		let index = usize::try_from(number).ok()?;
		[Nearest, Lanczos, Bilinear, Bicubic, Box, Hamming].get(index).copied()
	}

	/// Half the width of the filter, in pixels of the larger image.
	fn support(self) -> f64 {
		match self {
			Self::Nearest => 0.0,
			Self::Box => 0.5,
			Self::Bilinear | Self::Hamming => 1.0,
			Self::Bicubic => 2.0,
			Self::Lanczos => 3.0,
		}
	}

	fn weight(self, x: f64) -> f64 {
		let pi = std::f64::consts::PI;
		let sinc = |x: f64| if x == 0.0 { 1.0 } else { libm::sin(x * pi) / (x * pi) };
		match self {
			Self::Nearest => 0.0,
			Self::Box => f64::from(u8::from(x > -0.5 && x <= 0.5)),
			Self::Bilinear => (1.0 - x.abs()).max(0.0),
			Self::Hamming => match x.abs() {
				0.0 => 1.0,
				x if x >= 1.0 => 0.0,
				x => sinc(x) * (0.54 + 0.46 * libm::cos(x * pi)),
			},
			Self::Bicubic => {
				const A: f64 = -0.5;
				match x.abs() {
					x if x < 1.0 => ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0,
					x if x < 2.0 => (((x - 5.0) * x + 8.0) * x - 4.0) * A,
					_ => 0.0,
				}
			},
			Self::Lanczos if (-3.0..3.0).contains(&x) => sinc(x) * sinc(x / 3.0),
			Self::Lanczos => 0.0,
		}
	}
}

/// 8-bit pixels, `channels` bytes each, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pixels {
	pub width: usize,
	pub height: usize,
	pub channels: usize,
	pub data: Vec<u8>,
}

/// Bits after the point of a weight.
const PRECISION: u32 = 32 - 8 - 2;

/// What makes one output pixel of a line: where it starts to read, and the weights.
struct Window {
	start: usize,
	weights: Vec<i32>,
}

/// `image` in another size.
pub(crate) fn resize(image: &Pixels, width: usize, height: usize, filter: Filter) -> Pixels {
	if (width, height) == (image.width, image.height) {
		return image.clone();
	}
	if filter == Filter::Nearest {
		return nearest(image, width, height);
	}
	let wide = |image: &Pixels| match width {
		width if width == image.width => image.clone(),
		width => horizontal(image, &windows(image.width, width, filter)),
	};
	let high = |image: &Pixels| match height {
		height if height == image.height => image.clone(),
		height => vertical(image, &windows(image.height, height, filter)),
	};
	// Rounding between the axes makes their order show. Since version 13, Pillow begins with the
	// height where that loses more than twice as many pixels as the width.
	let fewer = |from: usize, to: usize| from as i64 - to as i64;
	let (columns, rows) = (fewer(image.width, width), fewer(image.height, height));
	if rows > 0 && rows > 2 * columns {
		wide(&high(image))
	} else {
		high(&wide(image))
	}
}

fn windows(from: usize, to: usize, filter: Filter) -> Vec<Window> {
	let scale = from as f64 / to as f64;
	let widened = scale.max(1.0);
	let support = filter.support() * widened;
	let window = |index: usize| {
		let center = (index as f64 + 0.5) * scale;
		// Truncation of what is not negative, as in C.
		let start = (center - support + 0.5).max(0.0) as usize;
		let end = ((center + support + 0.5) as usize).min(from);
		let weight = |x: usize| filter.weight((x as f64 - center + 0.5) * (1.0 / widened));
		let weights: Vec<f64> = (start..end.max(start)).map(weight).collect();
		let sum: f64 = weights.iter().sum();
		let fixed = |weight: &f64| {
			let weight = if sum == 0.0 { *weight } else { weight / sum };
			let scaled = weight * f64::from(1_u32 << PRECISION);
			(if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i32
		};
		Window { start, weights: weights.iter().map(fixed).collect() }
	};
	(0..to).map(window).collect()
}

/// Rounds a sum of bytes times weights.
fn round(sum: i32) -> u8 {
	(sum >> PRECISION).clamp(0, 255) as u8
}

const HALF: i32 = 1 << (PRECISION - 1);

fn horizontal(image: &Pixels, windows: &[Window]) -> Pixels {
	let channels = image.channels;
	let mut data = Vec::with_capacity(windows.len() * image.height * channels);
	for row in image.data.chunks_exact((image.width * channels).max(1)) {
		for window in windows {
			for channel in 0..channels {
				let pixels = row.iter().skip(window.start * channels + channel).step_by(channels);
				let products =
					pixels.zip(&window.weights).map(|(x, weight)| i32::from(*x) * weight);
				data.push(round(HALF + products.sum::<i32>()));
			}
		}
	}
	Pixels { width: windows.len(), data, ..*image }
}

fn vertical(image: &Pixels, windows: &[Window]) -> Pixels {
	let line = image.width * image.channels;
	let mut data = Vec::with_capacity(windows.len() * line);
	let mut sums = vec![0_i32; line];
	for window in windows {
		sums.fill(HALF);
		let rows = image.data.chunks_exact(line.max(1)).skip(window.start);
		for (row, weight) in rows.zip(&window.weights) {
			sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += i32::from(*x) * weight);
		}
		data.extend(sums.iter().copied().map(round));
	}
	Pixels { height: windows.len(), data, ..*image }
}

fn nearest(image: &Pixels, width: usize, height: usize) -> Pixels {
	// Pillow steps through affine coordinates: the pixel that the centre of the new one falls into.
	let place = |index: usize, from: usize, to: usize| {
		(((index as f64 + 0.5) * (from as f64 / to as f64)) as usize).min(from.saturating_sub(1))
	};
	let mut data = Vec::with_capacity(width * height * image.channels);
	for y in 0..height {
		for x in 0..width {
			let at = place(y, image.height, height) * image.width + place(x, image.width, width);
			let pixel = image.data.get(at * image.channels..(at + 1) * image.channels);
			data.extend_from_slice(pixel.unwrap_or_default());
		}
	}
	Pixels { width, height, channels: image.channels, data }
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Width, height and channels of an image whose byte i is (31·i² + 17·i) mod 251; the size it
	/// gets; the filter's number; what Pillow 13.0 makes of it, in hexadecimal.
	const BY_PILLOW: &[(usize, usize, usize, usize, usize, u64, &str)] = &[
		(7, 5, 1, 3, 4, 0, "304f6b70079643c03fd1c6b8"),
		(7, 5, 1, 3, 4, 1, "44598d8678af97c0a1a1a17e"),
		(7, 5, 1, 3, 4, 2, "495e90847dab94b6a1a3a380"),
		(7, 5, 1, 3, 4, 3, "425b8f8579ae95bea2a5a27d"),
		(7, 5, 1, 3, 4, 4, "1864a17a82bc91d58cc48766"),
		(7, 5, 1, 3, 4, 5, "345d90816faf8fc09daf9e78"),
		(7, 5, 1, 10, 6, 0, "0030309e4f4f3e6b6bd68470709a0707ad9696bd27cacab0d4d43bdbdbbe27cacab0d4d43bdbdbbedf4343e0c0c0de3f3fd9b6d1d12fc6c6a0b8b813"),
		(7, 5, 1, 10, 6, 1, "0006529d7b3d384ea6df7557699d2827a5889bcb3888ce9f8b6763c4d5ab6371a2d7f7be6e7dc2e6f79559b2bad2dc6269b5a8dcae278acb9bcd6b00"),
		(7, 5, 1, 10, 6, 2, "001a4c996b4940609bd663616f984643918da5c34e7ea6a78c776fa9bebe74849ec1c9b08093afc9d5987ab0bdc6c97a7fa8b6c5a93791b9a1b26e13"),
		(7, 5, 1, 10, 6, 3, "000e4a9d70433b58a0dd6f606b9b2e2d9f8ba2c63f81b8a58d7065b8cbb9697ea2cce0ba758eb8d6ea9364b9c1ced86573b5b2d2b12a91c49ec26b01"),
		(7, 5, 1, 10, 6, 4, "0030309e4f4f3e6b6bd68470709a0707ad9696bd27cacab0d4d43bdbdbbe27cacab0d4d43bdbdbbedf4343e0c0c0de3f3fd9b6d1d12fc6c6a0b8b813"),
		(7, 5, 1, 10, 6, 5, "001e389e5e4c3e6894d67a716e9a282aa594a4bf4485ada9988a5fbec3be6187a2bfcbbc6ea6b5c6dc8558d2c4c5d8537acab6c7c530a9bfa0b67813"),
		(4, 6, 3, 3, 2, 0, "96bd273bdbbedf43e0cbd726c9531b2165e7"),
		(4, 6, 3, 3, 2, 1, "8591768ba09f96459daea88e9a715b678c6f"),
		(4, 6, 3, 3, 2, 2, "8597798a9b9d9a54a1a8a3849a76606c8175"),
		(4, 6, 3, 3, 2, 3, "8495758a9f9f9a49a2aba68c9a725c678771"),
		(4, 6, 3, 3, 2, 4, "72995789a2a5bb1fbca7b3a9986c5551956f"),
		(4, 6, 3, 3, 2, 5, "809c6588a2a5ac3fb3aaad8a9c70595c867b"),
	];

	fn image(width: usize, height: usize, channels: usize) -> Pixels {
		let byte = |i: usize| ((i * i * 31 + i * 17) % 251) as u8;
		Pixels { width, height, channels, data: (0..width * height * channels).map(byte).collect() }
	}

	#[test]
	fn resize_equals_pillow_bit_for_bit_when_images_grow_or_shrink() {
		for (width, height, channels, to_width, to_height, number, expected) in BY_PILLOW {
			let filter = Filter::from_number(*number).unwrap();
			let made = resize(&image(*width, *height, *channels), *to_width, *to_height, filter);
			let hex: String = made.data.iter().map(|byte| format!("{byte:02x}")).collect();
			assert_eq!(
				hex, *expected,
				"{filter:?}, {width} x {height} to {to_width} x {to_height}"
			);
		}
	}

	#[test]
	fn resize_changes_nothing_when_the_size_stays() {
		let image = image(3, 2, 3);
		assert_eq!(resize(&image, 3, 2, Filter::Bicubic), image);
	}
}
