//! Weights of the calls.
//!
//! Counted by hand: the storage items that each call reads and writes, priced by the runtime's
//! database weights, on top of a generous time for decoding, checking and encoding. They stand until
//! benchmarks generate better ones.

use frame::weights_prelude::*;

/// Time that any call takes besides its storage accesses, in picoseconds: 30 µs.
const BASE: u64 = 30_000_000;

/// Time to decode, change and encode one seat, in picoseconds: 4 µs.
const PER_SEAT: u64 = 4_000_000;

/// Weights of this pallet's calls. `s` is the number of seats that are written, at most
/// [`MAX_OFFERS`](crate::MAX_OFFERS).
pub trait WeightInfo {
	/// `bond` by a provider with `s` seats.
	fn bond(s: u32) -> Weight;
	/// `unbond` by a provider with `s` seats.
	fn unbond(s: u32) -> Weight;
	/// `withdraw_unbonded`.
	fn withdraw_unbonded() -> Weight;
	/// `offer` by an available provider.
	fn offer() -> Weight;
	/// `update_offer` by an available provider.
	fn update_offer() -> Weight;
	/// `withdraw_offer` by an available provider.
	fn withdraw_offer() -> Weight;
	/// `go_available` with `s` offers.
	fn go_available(s: u32) -> Weight;
	/// `go_unavailable` with `s` offers.
	fn go_unavailable(s: u32) -> Weight;
	/// `delegate`, which opens a pot, to a provider with `s` seats.
	fn delegate(s: u32) -> Weight;
	/// `undelegate` from a provider with `s` seats.
	fn undelegate(s: u32) -> Weight;
	/// `withdraw_undelegated`, which closes the pot.
	fn withdraw_undelegated() -> Weight;
	/// `set_commission`.
	fn set_commission() -> Weight;
	/// `set_operator`.
	fn set_operator() -> Weight;
	/// `accept_provider`.
	fn accept_provider() -> Weight;
	/// `cancel_slash`, which closes the pot.
	fn cancel_slash() -> Weight;
	/// `set_params`.
	fn set_params() -> Weight;
	/// The hook, in a block without slashes.
	fn slash_queue() -> Weight;
	/// The hook looks at a slash that was cancelled or is not due.
	fn cancelled_slash() -> Weight;
	/// The hook applies a slash that closes the pot and takes `s` seats.
	fn apply_slash(s: u32) -> Weight;
}

/// The counts, priced by the runtime's database weights.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> SubstrateWeight<T> {
	/// A call that reads `reads` and writes `writes` items, and as many again for each of `seats`.
	fn call(
		(reads, writes): (u64, u64),
		seats: u32,
		(seat_reads, seat_writes): (u64, u64),
	) -> Weight {
		let seats = u64::from(seats);
		Weight::from_parts(BASE.saturating_add(PER_SEAT.saturating_mul(seats)), 0).saturating_add(
			T::DbWeight::get().reads_writes(
				reads.saturating_add(seat_reads.saturating_mul(seats)),
				writes.saturating_add(seat_writes.saturating_mul(seats)),
			),
		)
	}
}

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Reads and writes: `Providers`, `Balances::Holds`, `System::Account`; per seat `PoolSeats`.
	/// Reads: `Params`, `Epochs`.
	fn bond(s: u32) -> Weight {
		Self::call((5, 3), s, (1, 1))
	}

	/// Reads and writes: `Providers`; per seat `PoolSeats`. Reads: `Params`, `Epochs`.
	fn unbond(s: u32) -> Weight {
		Self::call((3, 1), s, (1, 1))
	}

	/// Reads and writes: `Providers`, `Balances::Holds`, `System::Account`.
	fn withdraw_unbonded() -> Weight {
		Self::call((3, 3), 0, (0, 0))
	}

	/// Reads: `Providers`, the model catalog's record; for the seat `PoolSize`.
	/// Writes: `Providers`; for the seat `PoolSize`, `PoolSeats`.
	fn offer() -> Weight {
		Self::call((2, 1), 1, (1, 2))
	}

	/// Reads and writes: `Providers`, `PoolSeats`.
	fn update_offer() -> Weight {
		Self::call((1, 1), 1, (1, 1))
	}

	/// Reads and writes: `Providers`; for the seat as in `go_unavailable`.
	fn withdraw_offer() -> Weight {
		Self::call((1, 1), 1, (3, 4))
	}

	/// Reads: `Providers`; per seat `PoolSize`. Writes: `Providers`; per seat `PoolSize`,
	/// `PoolSeats`.
	fn go_available(s: u32) -> Weight {
		Self::call((1, 1), s, (1, 2))
	}

	/// Reads: `Providers`; per seat `PoolSize`, the last of `PoolSeats`, the `Providers` record of
	/// whoever sits there. Writes: `Providers`; per seat `PoolSize`, two of `PoolSeats`, that record.
	fn go_unavailable(s: u32) -> Weight {
		Self::call((1, 1), s, (3, 4))
	}

	/// Reads and writes: `Providers`, `Delegations`, `NextPot`, the pot's `Balances::Holds`, two of
	/// `System::Account`; per seat `PoolSeats`. Reads: `Params`, `Epochs`.
	fn delegate(s: u32) -> Weight {
		Self::call((8, 6), s, (1, 1))
	}

	/// Reads and writes: `Providers`, `Delegations`; per seat `PoolSeats`. Reads: `Params`, `Epochs`.
	fn undelegate(s: u32) -> Weight {
		Self::call((4, 2), s, (1, 1))
	}

	/// Reads and writes: `Providers`, `Delegations`, the pot's `Balances::Holds`, two of
	/// `System::Account`.
	fn withdraw_undelegated() -> Weight {
		Self::call((5, 5), 0, (0, 0))
	}

	/// Reads and writes: `Providers`. Reads: `Params`.
	fn set_commission() -> Weight {
		Self::call((2, 1), 0, (0, 0))
	}

	/// Reads and writes: `Providers`.
	fn set_operator() -> Weight {
		Self::call((1, 1), 0, (0, 0))
	}

	/// Reads and writes: `Providers`.
	fn accept_provider() -> Weight {
		Self::call((1, 1), 0, (0, 0))
	}

	/// Reads and writes: `PendingSlashes`, `Providers`, the pot's `Balances::Holds`, two of
	/// `System::Account`, `TotalBurned`.
	fn cancel_slash() -> Weight {
		Self::call((6, 6), 0, (0, 0))
	}

	/// Reads and writes: `Params`, `Epochs`.
	fn set_params() -> Weight {
		Self::call((2, 2), 0, (0, 0))
	}

	/// Reads and writes: `SlashQueue`.
	fn slash_queue() -> Weight {
		T::DbWeight::get().reads_writes(1, 1)
	}

	/// Reads: `PendingSlashes`.
	fn cancelled_slash() -> Weight {
		T::DbWeight::get().reads(1)
	}

	/// Reads and writes: `PendingSlashes`, `Providers`, two of `Balances::Holds`, three of
	/// `System::Account`, `TotalBurned`; per seat as in `go_unavailable`. Reads: `Params`, `Epochs`.
	fn apply_slash(s: u32) -> Weight {
		Self::call((10, 8), s, (3, 4))
	}
}
