//! How the worker is, beyond the jobs in its hands: for people, for its own alerts, for Prometheus.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use tercet_primitives::{apis::ProviderView, Balance};

use crate::{alerts::Alert, chain::Standing};

/// What does not change while a worker runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct About {
	/// Version of the worker.
	pub version: String,
	/// Where models run.
	pub device: String,
	/// Determinism class of float variants, if this machine has one.
	pub class: Option<String>,
}

/// What changes, renewed every few blocks by [`Health`](crate::services::Health).
#[derive(Clone, Debug, Default)]
pub struct Vitals {
	/// How the worker stands on chain; nothing before the first answer.
	pub standing: Option<Standing>,
	/// What it earned since its directory was made.
	pub earnings: Earnings,
	/// What its directory takes, and what is left.
	pub disk: Disk,
	/// What the operator should look at.
	pub alerts: Vec<Alert>,
}

/// Money that came, in planck, as seen on the best chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Earnings {
	/// For jobs, since the state directory was made.
	pub jobs: Balance,
	/// Rewards of eras that were claimed since then, the delegators' part included.
	pub rewards: Balance,
	/// The last block that was looked at.
	pub block: u32,
}

impl Earnings {
	const FILE: &'static str = "earnings.json";

	/// What is written down in `dir`; nothing if there is no such file or it is damaged.
	pub fn load(dir: &Path) -> Self {
		let text = fs::read(dir.join(Self::FILE)).unwrap_or_default();
		serde_json::from_slice(&text).unwrap_or_default()
	}

	/// Writes it down.
	///
	/// # Errors
	/// What the file system says.
	pub fn save(&self, dir: &Path) -> io::Result<()> {
		let file = tempfile::NamedTempFile::new_in(dir)?;
		fs::write(file.path(), serde_json::to_vec(self)?)?;
		file.persist(dir.join(Self::FILE))?;
		Ok(())
	}
}

/// Room on disk, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Disk {
	/// Taken by cached models.
	pub models: u64,
	/// How many these are.
	pub model_count: u64,
	/// Taken by results.
	pub results: u64,
	/// Free for this user on the file system of the state directory.
	pub free: u64,
}

impl Disk {
	/// What the state directory `dir` takes and has.
	pub fn of(dir: &Path) -> Self {
		let files = |folder: &str| {
			let entries = fs::read_dir(dir.join(folder)).into_iter().flatten().flatten();
			entries.filter_map(|entry| entry.metadata().ok()).filter(fs::Metadata::is_file)
		};
		let total = |folder| files(folder).map(|file| file.len()).sum();
		Self {
			models: total("models"),
			model_count: files("models").count() as u64,
			results: total("results"),
			free: free(dir).unwrap_or_default(),
		}
	}
}

/// Bytes free for this user on the file system that has `path`.
///
/// # Errors
/// What the file system says.
pub fn free(path: &Path) -> io::Result<u64> {
	let file_system = rustix::fs::statvfs(path)?;
	Ok(file_system.f_bavail.saturating_mul(file_system.f_frsize))
}

/// A model on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CachedModel {
	/// BLAKE2b-256 of its bytes, in hexadecimal.
	pub digest: String,
	/// Its size.
	pub bytes: u64,
	/// Seconds since it was written.
	pub age: u64,
}

/// The models in the state directory `dir`, the largest first.
pub fn cached_models(dir: &Path) -> Vec<CachedModel> {
	let entries = fs::read_dir(dir.join("models")).into_iter().flatten().flatten();
	let mut models: Vec<_> = entries
		.filter_map(|entry| {
			let file = entry.metadata().ok().filter(fs::Metadata::is_file)?;
			let name = entry.path();
			Some(CachedModel {
				digest: name.file_stem()?.to_str()?.into(),
				bytes: file.len(),
				age: file.modified().ok()?.elapsed().unwrap_or_default().as_secs(),
			})
		})
		.collect();
	models.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.digest.cmp(&b.digest)));
	models
}

/// How a provider stands, for people: part of [`ProviderView`], and what it can spend and claim.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stake {
	/// Its own stake, in planck.
	pub bonded: Balance,
	/// What counts for draws in this epoch, delegations included.
	pub counted: Balance,
	/// Set aside for the jobs in hand.
	pub at_risk: Balance,
	/// Slashes that are decided and not applied.
	pub pending_slashes: Balance,
	/// From 0 to 1.
	pub reputation: f64,
	/// Whether it sits in the pools of its offers.
	pub available: bool,
	/// Number of its offers.
	pub offers: usize,
	/// Jobs in which it answered like the quorum, ever.
	pub verified: u64,
	/// Jobs in which a quorum agreed on something else, ever.
	pub wrong: u64,
	/// What the key's account can spend on fees.
	pub free: Balance,
	/// Rewards that can be claimed.
	pub claimable: Balance,
}

impl Stake {
	/// What `standing` says, if that is a provider.
	pub fn of(standing: &Standing) -> Option<Self> {
		let ProviderView {
			bonded,
			counted,
			at_risk,
			pending_slashes,
			reputation,
			available,
			verified,
			wrong,
			ref offers,
			..
		} = *standing.provider.as_ref()?;
		Some(Self {
			bonded,
			counted,
			at_risk,
			pending_slashes,
			reputation: f64::from(reputation.deconstruct()) / 1e6,
			available,
			offers: offers.len(),
			verified,
			wrong,
			free: standing.free,
			claimable: standing.claimable.iter().map(|(_, amount)| amount).sum(),
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn disk_counts_models_and_results_in_the_state_directory() {
		let dir = tempfile::tempdir().unwrap();
		for (folder, name, size) in
			[("models", "a.onnx", 3), ("models", "b.onnx", 4), ("results", "c", 5)]
		{
			fs::create_dir_all(dir.path().join(folder)).unwrap();
			fs::write(dir.path().join(folder).join(name), vec![0; size]).unwrap();
		}
		let disk = Disk::of(dir.path());
		assert_eq!((disk.models, disk.model_count, disk.results), (7, 2, 5));
		assert!(disk.free > 0);
		let models = cached_models(dir.path());
		assert_eq!(models.iter().map(|model| &model.digest[..]).collect::<Vec<_>>(), ["b", "a"]);
	}

	#[test]
	fn earnings_are_read_as_they_were_saved() {
		let dir = tempfile::tempdir().unwrap();
		assert_eq!(Earnings::load(dir.path()), Earnings::default());
		let earnings = Earnings { jobs: 3, rewards: u128::MAX, block: 9 };
		earnings.save(dir.path()).unwrap();
		assert_eq!(Earnings::load(dir.path()), earnings);
	}
}
