//! PNG and JPEG files to pixels.

use std::io::Cursor;

use image::{ImageReader, Limits};

use super::resample::Pixels;
use crate::{limits::MAX_IMAGE_PIXELS, RequestError};

/// The image in `bytes`, with 1 channel (grey, as Pillow's mode `L`) or 3 (red, green, blue). What it
/// says about transparency is dropped, and what it says about orientation is not followed.
///
/// # Errors
/// [`RequestError::NotImage`], [`RequestError::ImageTooLarge`].
pub(crate) fn decode(bytes: &[u8], channels: usize) -> Result<Pixels, RequestError> {
	let refused = |error: image::ImageError| RequestError::NotImage(error.to_string());
	let reader = || {
		ImageReader::new(Cursor::new(bytes))
			.with_guessed_format()
			.map_err(|error| RequestError::NotImage(error.to_string()))
	};
	let (width, height) = reader()?.into_dimensions().map_err(refused)?;
	if u64::from(width) * u64::from(height) > MAX_IMAGE_PIXELS {
		return Err(RequestError::ImageTooLarge { width, height });
	}
	let mut limits = Limits::no_limits();
	// Sixteen bits of four channels, and as much again for the decoder.
	limits.max_alloc = Some(MAX_IMAGE_PIXELS * 16);
	let mut reader = reader()?;
	reader.limits(limits);
	let image = reader.decode().map_err(refused)?.into_rgb8();
	let (width, height) = (image.width() as usize, image.height() as usize);
	let colours = image.into_raw();
	let data = if channels == 1 { grey(&colours) } else { colours };
	Ok(Pixels { width, height, channels, data })
}

/// Luminance by ITU-R 601-2, in Pillow's fixed point.
fn grey(colours: &[u8]) -> Vec<u8> {
	let (pixels, _) = colours.as_chunks();
	let luminance = |[red, green, blue]: &[u8; 3]| {
		let sum = u32::from(*red) * 19_595 + u32::from(*green) * 38_470 + u32::from(*blue) * 7471;
		((sum + 0x8000) >> 16) as u8
	};
	pixels.iter().map(luminance).collect()
}

#[cfg(test)]
mod tests {
	use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

	use super::*;

	fn file(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
		let mut bytes = Vec::new();
		let image = RgbImage::from_pixel(width, height, Rgb([200, 100, 50]));
		let image = DynamicImage::ImageRgb8(image);
		image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
		bytes
	}

	#[test]
	fn decode_gives_colours_or_grey_when_asked() {
		let bytes = file(ImageFormat::Png, 2, 1);
		assert_eq!(decode(&bytes, 3).unwrap().data, [200, 100, 50, 200, 100, 50]);
		// Image.new("RGB", (1, 1), (200, 100, 50)).convert("L")
		assert_eq!(decode(&bytes, 1).unwrap().data, [124, 124]);
		let lossy = decode(&file(ImageFormat::Jpeg, 8, 8), 3).unwrap();
		assert!(lossy.data.iter().zip([200, 100, 50]).all(|(x, y)| x.abs_diff(y) < 4));
	}

	#[test]
	fn decode_refuses_large_images_by_their_header_when_there_is_nothing_behind_it() {
		let mut bytes = file(ImageFormat::Png, 1, 1);
		bytes[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
		let crc = crc(&bytes[12..29]);
		bytes[29..33].copy_from_slice(&crc.to_be_bytes());
		let refused = decode(&bytes, 3).unwrap_err();
		assert_eq!(refused, RequestError::ImageTooLarge { width: 65_535, height: 65_535 });
	}

	#[test]
	fn decode_fails_when_the_file_is_broken_or_something_else() {
		let bytes = file(ImageFormat::Png, 9, 9);
		for broken in
			[&b""[..], b"text", &bytes[..bytes.len() / 2], b"GIF89a\x01\x00\x01\x00\x00\x00\x00"]
		{
			assert!(matches!(decode(broken, 3), Err(RequestError::NotImage(_))));
		}
	}

	/// CRC-32 of a PNG chunk.
	fn crc(bytes: &[u8]) -> u32 {
		let step = |crc: u32, byte: &u8| {
			(0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 * (crc & 1)))
		};
		!bytes.iter().fold(u32::MAX, step)
	}
}
