//! Private jobs, on the side of whoever asks: where their keys are, and how their results are opened.

use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context as _, Result};
use tercet_primitives::{AccountId32, ItemSet, H256};
use tercet_privacy::{sealed, JobKey};
use tercet_tensors::{Tensor, TensorMap};

use crate::{data, results::Verified};

/// The key of a private job, and the file that has it.
#[derive(Debug)]
pub struct KeptKey {
	/// The key.
	pub key: JobKey,
	/// Whoever loses this file cannot read the result.
	pub path: PathBuf,
}

impl KeptKey {
	/// A new key, on disk before anything is sealed with it.
	///
	/// # Errors
	/// If it cannot be written.
	pub fn create() -> Result<Self> {
		let key = JobKey::random();
		let path = path_of(key.commitment())?;
		key.create(&path).context("cannot keep the job's key")?;
		Ok(Self { key, path })
	}

	/// The key with this commitment, from `file` or from where it is kept.
	///
	/// # Errors
	/// If it is not there, or is another.
	pub fn load(commitment: H256, file: Option<&Path>) -> Result<Self> {
		let path = file.map_or_else(|| path_of(commitment), |file| Ok(file.to_owned()))?;
		let key = match JobKey::load(&path) {
			Err(error) if error.is_missing() => bail!(
				"the job is private, and its key is not here: copy {} from where the job was submitted, or name it with --job-key",
				path.display()
			),
			key => key.context("the key of the private job")?,
		};
		ensure!(
			key.commitment() == commitment,
			"{} has the key of another job: this one's has the commitment {}",
			path.display(),
			hex::encode(commitment)
		);
		Ok(Self { key, path })
	}

	/// `input` for the model with digest `artifact`, sealed.
	///
	/// # Errors
	/// If it is too large.
	pub fn seal(
		&self,
		input: &TensorMap,
		owner: &AccountId32,
		artifact: &H256,
	) -> Result<TensorMap> {
		sealed::seal_input(input, owner, &self.key, artifact).context("cannot seal the input")
	}

	/// The result of one item, as executors seal it.
	///
	/// # Errors
	/// If it has not one item.
	pub fn seal_result(&self, result: &TensorMap, artifact: &H256, item: u32) -> Result<TensorMap> {
		let item = ItemSet::from_iter([item]);
		sealed::seal_result(result, &self.key, artifact, &item).context("cannot seal the result")
	}

	/// A result that was verified as it is on chain, opened; items without agreement are zeros.
	///
	/// # Errors
	/// If the executors sealed something else, or with another key.
	pub fn open(&self, verified: &Verified, artifact: &H256) -> Result<TensorMap> {
		let items = verified.tensors.items();
		let present = ItemSet::first(items).without(&verified.open);
		let sealed = verified.tensors.select(&present).context("no item has a result")?;
		let opened = sealed::open_result(&sealed, &self.key, artifact, &present)
			.context("the result that the executors agreed on cannot be opened")?;
		Ok(spread(&opened, &present, items)?)
	}
}

/// Where the key with this commitment is kept.
fn path_of(commitment: H256) -> Result<PathBuf> {
	let data = data::folder().context("no home directory for the job's key: set XDG_DATA_HOME")?;
	Ok(data.join("private").join(format!("{}.key", hex::encode(commitment))))
}

/// A map of `items` items that has the items of `map` at `places`, and zeros or nothing elsewhere.
fn spread(
	map: &TensorMap,
	places: &ItemSet,
	items: u32,
) -> Result<TensorMap, tercet_tensors::Error> {
	let positions = || places.iter().map(|place| place as usize);
	let spread = map.iter().map(|(name, tensor)| {
		if let Some(found) = map.rows(name) {
			let mut rows = vec![&[][..]; items as usize];
			for (place, row) in positions().zip(found) {
				rows[place] = row;
			}
			return Ok((name, tercet_tensors::rows::tensor(name, &rows)?));
		}
		let length = tensor.data().len() / (places.len().max(1) as usize);
		let mut data = vec![0; length * items as usize];
		for (position, place) in positions().enumerate() {
			let item = &tensor.data()[position * length..(position + 1) * length];
			data[place * length..(place + 1) * length].copy_from_slice(item);
		}
		let shape = [&[items as usize][..], tensor.shape().get(1..).unwrap_or_default()].concat();
		Ok((name, Tensor::new(tensor.dtype(), shape, data)?))
	});
	TensorMap::new(spread.collect::<Result<Vec<_>, _>>()?)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn load_fails_and_names_the_file_when_the_key_is_missing_or_another() {
		let dir = tempfile::tempdir().unwrap();
		let (path, key) = (dir.path().join("x.key"), JobKey::random());
		let error = KeptKey::load(key.commitment(), Some(&path)).unwrap_err().to_string();
		assert!(error.contains("x.key") && error.contains("--job-key"), "{error}");
		JobKey::random().create(&path).unwrap();
		let error = KeptKey::load(key.commitment(), Some(&path)).unwrap_err().to_string();
		assert!(error.contains("another job"), "{error}");
	}

	#[test]
	fn spread_leaves_zeros_and_nothing_where_there_are_no_results() {
		let map = TensorMap::new([
			("json", tercet_tensors::documents::tensor(&["a", "bc"]).unwrap()),
			("x", Tensor::u8(&[2, 2], &[1, 2, 3, 4]).unwrap()),
		]);
		let spread = spread(&map.unwrap(), &ItemSet::from_iter([0, 2]), 4).unwrap();
		assert_eq!(spread.documents().unwrap(), [&b"a"[..], b"", b"bc", b""]);
		assert_eq!(spread.tensor("x").unwrap().data(), [1, 2, 0, 0, 3, 4, 0, 0]);
	}
}
