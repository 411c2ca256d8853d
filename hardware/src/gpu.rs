//! NVIDIA GPUs, by NVML.

use std::{
	collections::{BTreeMap, BTreeSet},
	path::Path,
	sync::{Mutex, PoisonError},
};

use nvml_wrapper::{
	enum_wrappers::device::TemperatureSensor, enums::device::UsedGpuMemory, error::NvmlError,
	Device, Nvml,
};
use serde::{Deserialize, Serialize};

use crate::reading::{Reading, Unreadable};

/// The driver's library. Only development packages install it without the number.
const LIBRARIES: [&str; 2] = ["libnvidia-ml.so.1", "libnvidia-ml.so"];

/// The driver, and what it said last.
pub struct Gpus {
	nvml: Nvml,
	/// Time of the newest sample per GPU, in the driver's microseconds.
	seen: Mutex<BTreeMap<u32, u64>>,
}

/// Versions of the driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Driver {
	/// Of the driver: `570.133.20`.
	pub version: String,
	/// Newest CUDA that it runs: `12.8`.
	pub cuda: String,
}

/// One GPU at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gpu {
	/// NVML's number of it, which is that of the PCI bus. CUDA counts the same way with
	/// `CUDA_DEVICE_ORDER=PCI_BUS_ID`.
	pub index: u32,
	/// What it is called: `NVIDIA H200`.
	pub name: String,
	/// What nobody else is called.
	pub uuid: String,
	/// Memory, in bytes.
	pub memory_total: Reading<u64>,
	/// Memory that is neither free nor ours, in bytes.
	pub memory_by_others: Reading<u64>,
	/// Time in which it did anything, in percent.
	pub utilisation: Reading<u8>,
	/// Time in which it worked for others, in percent.
	pub utilisation_by_others: Reading<u8>,
	/// Watts.
	pub power: Reading<f64>,
	/// °C.
	pub temperature: Reading<f64>,
	/// Joules since the driver was loaded.
	pub energy: Reading<f64>,
	/// Who uses it.
	pub processes: Reading<Vec<GpuProcess>>,
}

/// A process on a GPU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpuProcess {
	/// Its id.
	pub pid: u32,
	/// Its memory there, in bytes, if the driver says.
	pub memory: Option<u64>,
	/// Whose it is.
	pub owner: Owner,
}

/// Whose a process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
	/// Ours.
	Ours,
	/// Somebody else's.
	Others,
	/// Nobody on this side of the container has that id.
	Unknown,
}

impl Gpus {
	/// Opens the driver's library.
	///
	/// # Errors
	/// If it is not installed, or the driver is not loaded, or the two do not fit together.
	pub fn open() -> Reading<Self> {
		let mut last = None;
		for library in LIBRARIES {
			match Nvml::builder().lib_path(library.as_ref()).init() {
				Ok(nvml) => return Ok(Self { nvml, seen: Mutex::default() }),
				Err(error @ NvmlError::LibloadingError(_)) => last = Some(error),
				Err(error) => return Err(explain(&error)),
			}
		}
		Err(last.map_or_else(|| Unreadable::new("no library"), |error| explain(&error)))
	}

	/// Versions of the driver.
	///
	/// # Errors
	/// What NVML says.
	pub fn driver(&self) -> Reading<Driver> {
		let version = self.nvml.sys_driver_version().map_err(|error| explain(&error))?;
		let cuda = self.nvml.sys_cuda_driver_version().map_err(|error| explain(&error))?;
		Ok(Driver { version, cuda: format!("{}.{}", cuda / 1000, cuda % 1000 / 10) })
	}

	/// All GPUs now. `ours` are the ids of our processes; `proc` is where ids are looked up.
	///
	/// # Errors
	/// If they cannot be listed; what a single one does not say is in it.
	pub fn read(&self, ours: &BTreeSet<u32>, proc: &Path) -> Reading<Vec<Gpu>> {
		let number = self.nvml.device_count().map_err(|error| explain(&error))?;
		let owner = |pid: u32| match ours.contains(&pid) {
			true => Owner::Ours,
			false if proc.join(pid.to_string()).exists() => Owner::Others,
			false => Owner::Unknown,
		};
		(0..number).map(|index| self.read_one(index, &owner)).collect()
	}

	fn read_one(&self, index: u32, owner: &dyn Fn(u32) -> Owner) -> Reading<Gpu> {
		let device = self.nvml.device_by_index(index).map_err(|error| explain(&error))?;
		let processes = processes(&device, owner);
		let memory = reading(device.memory_info());
		let utilisation = reading(device.utilization_rates()).map(|rates| percent(rates.gpu));
		let utilisation_by_others = utilisation.clone().and_then(|total| {
			by_others(index, total, &processes.clone()?, &self.work(index, &device, owner))
		});
		let memory_by_others = memory.clone().and_then(|memory| {
			let held = processes.clone()?;
			let ours = held.iter().filter(|process| process.owner == Owner::Ours);
			let ours: u64 = ours.filter_map(|process| process.memory).sum();
			Ok(memory.used.saturating_sub(ours))
		});
		Ok(Gpu {
			index,
			name: device.name().unwrap_or_else(|_| "GPU".into()),
			uuid: device.uuid().unwrap_or_default(),
			memory_total: memory.map(|memory| memory.total),
			memory_by_others,
			utilisation,
			utilisation_by_others,
			power: reading(device.power_usage()).map(|milliwatts| f64::from(milliwatts) / 1e3),
			temperature: reading(device.temperature(TemperatureSensor::Gpu)).map(f64::from),
			energy: self.energy_of(&device),
			processes,
		})
	}

	/// What each process did since the last look, in percent; nothing where the driver does not say.
	fn work(
		&self,
		index: u32,
		device: &Device<'_>,
		owner: &dyn Fn(u32) -> Owner,
	) -> Vec<(Owner, u8)> {
		let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
		let since = seen.get(&index).copied();
		let samples = device.process_utilization_stats(since).unwrap_or_default();
		if let Some(newest) = samples.iter().map(|sample| sample.timestamp).max() {
			seen.insert(index, newest);
		}
		let mut busiest: BTreeMap<u32, u32> = BTreeMap::new();
		for sample in samples {
			let work = sample.sm_util.max(sample.enc_util).max(sample.dec_util);
			let before = busiest.entry(sample.pid).or_default();
			*before = work.max(*before);
		}
		busiest.into_iter().map(|(pid, work)| (owner(pid), percent(work))).collect()
	}

	/// Joules that a GPU has used since the driver was loaded.
	///
	/// # Errors
	/// If it has no such counter: those before Volta have none.
	pub fn energy(&self, index: u32) -> Reading<f64> {
		let device = self.nvml.device_by_index(index).map_err(|error| explain(&error))?;
		self.energy_of(&device)
	}

	/// Watts that a GPU draws now.
	///
	/// # Errors
	/// If it does not say.
	pub fn power(&self, index: u32) -> Reading<f64> {
		let device = self.nvml.device_by_index(index).map_err(|error| explain(&error))?;
		reading(device.power_usage()).map(|milliwatts| f64::from(milliwatts) / 1e3)
	}

	/// How many GPUs there are.
	///
	/// # Errors
	/// What NVML says.
	pub fn count(&self) -> Reading<u32> {
		self.nvml.device_count().map_err(|error| explain(&error))
	}

	fn energy_of(&self, device: &Device<'_>) -> Reading<f64> {
		reading(device.total_energy_consumption()).map(|millijoules| millijoules as f64 / 1e3)
	}
}

fn processes(device: &Device<'_>, owner: &dyn Fn(u32) -> Owner) -> Reading<Vec<GpuProcess>> {
	let computing = reading(device.running_compute_processes())?;
	// Some drivers have no graphics.
	let drawing = device.running_graphics_processes().unwrap_or_default();
	let mut found: BTreeMap<u32, Option<u64>> = BTreeMap::new();
	for process in computing.into_iter().chain(drawing) {
		let memory = match process.used_gpu_memory {
			UsedGpuMemory::Used(bytes) => Some(bytes),
			UsedGpuMemory::Unavailable => None,
		};
		let known = found.entry(process.pid).or_default();
		*known = memory.max(*known);
	}
	let process = |(pid, memory)| GpuProcess { pid, memory, owner: owner(pid) };
	Ok(found.into_iter().map(process).collect())
}

/// Percent of the time in which a GPU worked for others.
///
/// `total` is the time in which it did anything, `present` who has memory there, `work` what each of
/// them did, where the driver says. What cannot be told apart counts as the work of others.
fn by_others(index: u32, total: u8, present: &[GpuProcess], work: &[(Owner, u8)]) -> Reading<u8> {
	if total == 0 {
		return Ok(0);
	}
	let unknown = || {
		Unreadable(format!(
			"the driver does not say for whom GPU {index} works; inside a container it cannot, \
			 unless that shares the host's process ids"
		))
	};
	if work.iter().any(|(owner, _)| *owner == Owner::Unknown) {
		return Err(unknown());
	}
	if !work.is_empty() {
		let others = work.iter().filter(|(owner, _)| *owner == Owner::Others);
		return Ok(others.fold(0u8, |sum, (_, work)| sum.saturating_add(*work)).min(100));
	}
	let is = |wanted| present.iter().any(|process| process.owner == wanted);
	match (is(Owner::Ours), is(Owner::Others), is(Owner::Unknown)) {
		(_, _, true) | (false, false, _) => Err(unknown()),
		(true, false, false) => Ok(0),
		(_, true, false) => Ok(total),
	}
}

fn percent(value: u32) -> u8 {
	u8::try_from(value.min(100)).unwrap_or(100)
}

fn reading<T>(result: Result<T, NvmlError>) -> Reading<T> {
	result.map_err(|error| explain(&error))
}

fn explain(error: &NvmlError) -> Unreadable {
	Unreadable(match error {
		NvmlError::LibloadingError(_) | NvmlError::LibraryNotFound => {
			"there is no NVIDIA driver: libnvidia-ml.so.1 is not installed".into()
		},
		NvmlError::DriverNotLoaded => {
			"the NVIDIA driver is installed but not loaded; `modprobe nvidia` or a restart loads it"
				.into()
		},
		NvmlError::LibRmVersionMismatch => {
			"the NVIDIA driver was updated since it was loaded; restart the machine".into()
		},
		NvmlError::NotSupported => "this GPU or driver does not say".into(),
		NvmlError::GpuLost => "the GPU has fallen off the bus; restart the machine".into(),
		error => format!("NVML: {error}"),
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn process(owner: Owner) -> GpuProcess {
		GpuProcess { pid: 1, memory: None, owner }
	}

	#[test]
	fn by_others_counts_their_work_when_the_driver_tells_processes_apart() {
		let work = [(Owner::Ours, 80), (Owner::Others, 15), (Owner::Others, 5)];
		assert_eq!(by_others(0, 97, &[], &work), Ok(20));
		assert_eq!(by_others(0, 97, &[], &work[..1]), Ok(0));
		let game = [(Owner::Others, 99), (Owner::Others, 30)];
		assert_eq!(by_others(0, 97, &[], &game), Ok(100));
	}

	#[test]
	fn by_others_is_all_of_it_when_work_cannot_be_told_apart() {
		let (ours, others) = (process(Owner::Ours), process(Owner::Others));
		assert_eq!(by_others(0, 50, std::slice::from_ref(&ours), &[]), Ok(0));
		assert_eq!(by_others(0, 50, std::slice::from_ref(&others), &[]), Ok(50));
		assert_eq!(by_others(0, 50, &[ours, others], &[]), Ok(50));
	}

	#[test]
	fn by_others_is_unreadable_when_nobody_is_seen_at_work() {
		assert_eq!(by_others(0, 0, &[], &[]), Ok(0));
		assert!(by_others(0, 50, &[], &[]).is_err());
		assert!(by_others(0, 50, &[process(Owner::Unknown)], &[]).is_err());
		assert!(by_others(0, 50, &[], &[(Owner::Unknown, 50)]).is_err());
	}

	#[test]
	fn open_says_why_when_there_is_no_driver() {
		match Gpus::open() {
			Ok(gpus) => println!("GPUs: {:?}", gpus.count()),
			Err(reason) => {
				println!("skipped: {reason}");
				assert!(!reason.0.is_empty());
			},
		}
	}
}
