//! Two houses, one scheduler.

use codec::Encode;
use core::marker::PhantomData;
use frame::{
	deps::frame_support::traits::{
		schedule::{
			v3::{Anon, Named, TaskName},
			DispatchTime, Period, Priority,
		},
		Bounded,
	},
	hashing::blake2_256,
	prelude::DispatchError,
};

/// The scheduler `S` for a second instance of `pallet-referenda`.
///
/// That pallet names what it has approved after the index of the referendum alone. Two instances that
/// share a scheduler therefore use the same names, and what one has approved would be dropped without
/// a word while the other's referendum of the same index waits to be enacted. Here every name is
/// hashed once more.
pub struct Renamed<S>(PhantomData<S>);

/// The name under which `S` knows what is called `name` here.
fn renamed(name: TaskName) -> TaskName {
	(b"tercet/contributors", name).using_encoded(blake2_256)
}

impl<BlockNumber, Call, Origin, S: Anon<BlockNumber, Call, Origin>> Anon<BlockNumber, Call, Origin>
	for Renamed<S>
{
	type Address = S::Address;
	type Hasher = S::Hasher;

	fn schedule(
		when: DispatchTime<BlockNumber>,
		maybe_periodic: Option<Period<BlockNumber>>,
		priority: Priority,
		origin: Origin,
		call: Bounded<Call, Self::Hasher>,
	) -> Result<Self::Address, DispatchError> {
		S::schedule(when, maybe_periodic, priority, origin, call)
	}

	fn cancel(address: Self::Address) -> Result<(), DispatchError> {
		S::cancel(address)
	}

	fn reschedule(
		address: Self::Address,
		when: DispatchTime<BlockNumber>,
	) -> Result<Self::Address, DispatchError> {
		S::reschedule(address, when)
	}

	fn next_dispatch_time(address: Self::Address) -> Result<BlockNumber, DispatchError> {
		S::next_dispatch_time(address)
	}
}

impl<BlockNumber, Call, Origin, S: Named<BlockNumber, Call, Origin>>
	Named<BlockNumber, Call, Origin> for Renamed<S>
{
	type Address = S::Address;
	type Hasher = S::Hasher;

	fn schedule_named(
		name: TaskName,
		when: DispatchTime<BlockNumber>,
		maybe_periodic: Option<Period<BlockNumber>>,
		priority: Priority,
		origin: Origin,
		call: Bounded<Call, Self::Hasher>,
	) -> Result<Self::Address, DispatchError> {
		S::schedule_named(renamed(name), when, maybe_periodic, priority, origin, call)
	}

	fn cancel_named(name: TaskName) -> Result<(), DispatchError> {
		S::cancel_named(renamed(name))
	}

	fn reschedule_named(
		name: TaskName,
		when: DispatchTime<BlockNumber>,
	) -> Result<Self::Address, DispatchError> {
		S::reschedule_named(renamed(name), when)
	}

	fn next_dispatch_time(name: TaskName) -> Result<BlockNumber, DispatchError> {
		S::next_dispatch_time(renamed(name))
	}
}
