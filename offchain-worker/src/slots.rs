//! Several devices, with one job on each at a time.

use std::sync::{
	atomic::{AtomicUsize, Ordering},
	Arc,
};

use tokio_util::sync::CancellationToken;

use crate::compute::{Compute, Failure, FailureKind, Opening, Request, Results, Runnable};

/// What runs models on each of several devices. A job goes where its model is open already, or else to
/// the device that has the fewest jobs.
///
/// Whoever asks for no more jobs at a time than there are devices has one job on each.
pub struct Slots(Vec<Slot>);

struct Slot {
	compute: Arc<dyn Compute>,
	/// Jobs that run there.
	busy: Arc<AtomicUsize>,
}

impl Slots {
	/// One slot for each of these.
	pub fn new(devices: Vec<Arc<dyn Compute>>) -> Self {
		let slot = |compute| Slot { compute, busy: Arc::default() };
		Self(devices.into_iter().map(slot).collect())
	}

	/// How many there are.
	pub fn number(&self) -> usize {
		self.0.len()
	}

	/// All of them, those with the fewest jobs first.
	fn by_load(&self) -> Vec<&Slot> {
		let mut slots: Vec<&Slot> = self.0.iter().collect();
		slots.sort_by_key(|slot| slot.busy.load(Ordering::Relaxed));
		slots
	}
}

impl Slot {
	fn take(&self) -> Taken {
		self.busy.fetch_add(1, Ordering::Relaxed);
		Taken(self.busy.clone())
	}
}

impl Compute for Slots {
	fn is_open(&self, opening: &Opening) -> bool {
		self.0.iter().any(|slot| slot.compute.is_open(opening))
	}

	fn loaded(&self, opening: &Opening) -> Option<Box<dyn Runnable>> {
		let slots = self.by_load();
		let least = slots.first()?.busy.load(Ordering::Relaxed);
		// A free device without the model is better than a second job on one that has it.
		let mut free = slots.into_iter().filter(|slot| slot.busy.load(Ordering::Relaxed) <= least);
		free.find_map(|slot| {
			let model = slot.compute.loaded(opening)?;
			Some(Box::new(Leased { model, _taken: slot.take() }) as Box<dyn Runnable>)
		})
	}

	fn load(
		&self,
		opening: Opening,
		bytes: &[u8],
		cancel: &CancellationToken,
	) -> Result<Box<dyn Runnable>, Failure> {
		let none = || Failure::new(FailureKind::Machine, "there is no device");
		let slot = self.by_load().into_iter().next().ok_or_else(none)?;
		// Opening a model takes time, and the device with it.
		let taken = slot.take();
		let model = slot.compute.load(opening, bytes, cancel)?;
		Ok(Box::new(Leased { model, _taken: taken }))
	}
}

/// A job's place on a device.
struct Taken(Arc<AtomicUsize>);

impl Drop for Taken {
	fn drop(&mut self) {
		self.0.fetch_sub(1, Ordering::Relaxed);
	}
}

/// A model on its device, for one job.
struct Leased {
	model: Box<dyn Runnable>,
	_taken: Taken,
}

impl Runnable for Leased {
	fn run(&mut self, request: &Request<'_>) -> Result<Results, Failure> {
		self.model.run(request)
	}

	fn gpu(&self) -> Option<u32> {
		self.model.gpu()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::sync::Mutex;
	use tercet_primitives::H256;

	/// A device that has one model open after its first job, and says which GPU it is.
	#[derive(Default)]
	struct Fake(u32, Mutex<Option<Opening>>);

	struct Model(u32);

	impl Runnable for Model {
		fn run(&mut self, _: &Request<'_>) -> Result<Results, Failure> {
			Ok(Results { bytes: Vec::new(), digests: Vec::new() })
		}

		fn gpu(&self) -> Option<u32> {
			Some(self.0)
		}
	}

	impl Compute for Fake {
		fn is_open(&self, opening: &Opening) -> bool {
			*self.1.lock().unwrap() == Some(*opening)
		}

		fn loaded(&self, opening: &Opening) -> Option<Box<dyn Runnable>> {
			self.is_open(opening).then(|| Box::new(Model(self.0)) as Box<dyn Runnable>)
		}

		fn load(
			&self,
			opening: Opening,
			_: &[u8],
			_: &CancellationToken,
		) -> Result<Box<dyn Runnable>, Failure> {
			*self.1.lock().unwrap() = Some(opening);
			Ok(Box::new(Model(self.0)))
		}
	}

	fn opening(digest: u8) -> Opening {
		Opening { digest: H256([digest; 32]), declared: None, confirming: false }
	}

	#[test]
	fn slots_give_each_job_a_device_of_its_own() {
		let devices =
			[0, 1].map(|index| Arc::new(Fake(index, Mutex::default())) as Arc<dyn Compute>);
		let slots = Slots::new(devices.into());
		let load = |digest| slots.load(opening(digest), b"", &CancellationToken::new()).unwrap();
		let first = load(1);
		let second = load(2);
		assert_eq!((first.gpu(), second.gpu()), (Some(0), Some(1)));
		drop((first, second));
		// Where the model is open, if that device is free.
		let again = slots.loaded(&opening(2)).unwrap();
		assert_eq!(again.gpu(), Some(1));
		assert!(slots.loaded(&opening(2)).is_none());
		assert_eq!(slots.loaded(&opening(1)).unwrap().gpu(), Some(0));
	}
}
