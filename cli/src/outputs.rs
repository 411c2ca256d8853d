//! Results as files of the form that people use: responses in JSON, images, or tensors.

use std::{
	ffi::OsString,
	fmt, fs,
	path::{Path, PathBuf},
};

use anyhow::{ensure, Context as _, Result};
use tercet_primitives::ItemSet;
use tercet_tensors::{Dtype, TensorMap};

use crate::amounts::size;

/// Name of the tensor that holds images: unsigned bytes, `[items, height, width, 3]`, red, green, blue.
const IMAGE: &str = "image";

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
	/// Where.
	pub path: PathBuf,
	/// Its length.
	pub bytes: u64,
}

impl fmt::Display for File {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} ({})", self.path.display(), size(self.bytes))
	}
}

/// Writes a result in the form that the name of `path` says. Items in `open` have no result: `null`
/// in JSON, no file among images, zeros among tensors.
///
/// # Errors
/// If the result has not that form, or a file cannot be written.
pub fn write(result: &TensorMap, open: &ItemSet, path: &Path) -> Result<Vec<File>> {
	let extension = path.extension().unwrap_or_default();
	if is_json(path) {
		Ok(vec![save(path, &lines(result, open)?)?])
	} else if extension == "png" {
		images(result, open, path)
	} else {
		Ok(vec![save(path, &result.to_canonical_bytes())?])
	}
}

/// Whether that file is for responses in JSON.
pub fn is_json(path: &Path) -> bool {
	path.extension().is_some_and(|extension| extension == "jsonl" || extension == "json")
}

/// One response per line.
fn lines(result: &TensorMap, open: &ItemSet) -> Result<Vec<u8>> {
	let documents = result.documents().with_context(|| {
		"the result has no responses in JSON: write it as tensors, to a file.safetensors, or, if it has images, to a file.png"
	})?;
	let mut bytes = Vec::new();
	for (index, document) in (0..).zip(documents) {
		bytes.extend_from_slice(if open.contains(index) { b"null" } else { document });
		bytes.push(b'\n');
	}
	Ok(bytes)
}

fn images(result: &TensorMap, open: &ItemSet, path: &Path) -> Result<Vec<File>> {
	let image = result.tensor(IMAGE).filter(|tensor| tensor.dtype() == Dtype::U8);
	let image = image.context("the result has no images: write it to a .jsonl or .safetensors")?;
	let &[_, height, width, 3] = image.shape() else {
		anyhow::bail!(
			"the images have the shape {:?}, not [items, height, width, 3]",
			image.shape()
		);
	};
	ensure!(height > 0 && width > 0, "the images are empty");
	let mut files = Vec::new();
	for (index, pixels) in (0..).zip(image.data().chunks(height * width * 3)) {
		if !open.contains(index) {
			let path = if result.items() == 1 { path.to_owned() } else { numbered(path, index) };
			files.push(save(&path, &png(pixels, height, width)?)?);
		}
	}
	Ok(files)
}

/// `out.png` as `out-7.png`.
fn numbered(path: &Path, index: u32) -> PathBuf {
	let mut name = path.file_stem().map_or_else(OsString::new, OsString::from);
	name.push(format!("-{index}.png"));
	path.with_file_name(name)
}

fn png(pixels: &[u8], height: usize, width: usize) -> Result<Vec<u8>> {
	let mut bytes = Vec::new();
	let mut encoder = png::Encoder::new(&mut bytes, u32::try_from(width)?, u32::try_from(height)?);
	encoder.set_color(png::ColorType::Rgb);
	encoder.set_depth(png::BitDepth::Eight);
	encoder.write_header()?.write_image_data(pixels)?;
	Ok(bytes)
}

fn save(path: &Path, bytes: &[u8]) -> Result<File> {
	fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
	Ok(File { path: path.to_owned(), bytes: bytes.len() as u64 })
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_tensors::Tensor;

	fn none() -> ItemSet {
		ItemSet::default()
	}

	#[test]
	fn write_gives_a_line_for_each_response_when_the_name_says_so() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("out.jsonl");
		let result = TensorMap::from_documents(&["[1]", "{}", "[3]"]).unwrap();
		let files = write(&result, &ItemSet::from_iter([1]), &path).unwrap();
		assert_eq!(fs::read_to_string(&path).unwrap(), "[1]\nnull\n[3]\n");
		assert_eq!(files, [File { path, bytes: 13 }]);
	}

	#[test]
	fn write_gives_an_image_for_each_item_when_the_name_says_so() {
		let dir = tempfile::tempdir().unwrap();
		let pixels: Vec<u8> = (0..2 * 2 * 3 * 3).collect();
		let tensor = Tensor::u8(&[2, 2, 3, 3], &pixels).unwrap();
		let result = TensorMap::new([(IMAGE, tensor)]).unwrap();
		let files = write(&result, &none(), &dir.path().join("out.png")).unwrap();
		let names = files.iter().map(|file| file.path.file_name().unwrap().to_str().unwrap());
		assert_eq!(names.collect::<Vec<_>>(), ["out-0.png", "out-1.png"]);
		let bytes = fs::File::open(&files[1].path).unwrap();
		let mut reader = png::Decoder::new(std::io::BufReader::new(bytes)).read_info().unwrap();
		let mut read = vec![0; reader.output_buffer_size().unwrap()];
		reader.next_frame(&mut read).unwrap();
		assert_eq!(read, pixels[18..]);
	}

	#[test]
	fn write_gives_tensors_when_the_name_says_nothing() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("out.safetensors");
		let result = TensorMap::new([("x", Tensor::u8(&[1], &[7]).unwrap())]).unwrap();
		write(&result, &none(), &path).unwrap();
		assert_eq!(TensorMap::from_bytes(&fs::read(&path).unwrap()).unwrap(), result);
	}

	#[test]
	fn write_fails_when_the_result_has_another_form() {
		let dir = tempfile::tempdir().unwrap();
		let result = TensorMap::new([("x", Tensor::u8(&[1], &[7]).unwrap())]).unwrap();
		for name in ["out.jsonl", "out.png"] {
			let path = dir.path().join(name);
			assert!(write(&result, &none(), &path).is_err());
			assert!(!path.exists());
		}
	}
}
