//! How the blocks of a commit window are used: when patience ends, and when it is time to abstain.

use tercet_primitives::BlockNumber;

/// The blocks from the one at which a job was first looked at to the last that takes a commitment.
///
/// ```
/// use tercet_worker::window::Window;
///
/// let window = Window::new(100, 130);
/// assert_eq!((window.patient_until(), window.give_up_at()), (120, 126));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
	first: BlockNumber,
	until: BlockNumber,
}

impl Window {
	/// Blocks that an abstention is given to find its way into a block, at most.
	const LAST_CALL: BlockNumber = 4;

	/// The window from best block `first` to `until`, the last block that takes a commitment.
	pub fn new(first: BlockNumber, until: BlockNumber) -> Self {
		Self { first, until }
	}

	/// The last block that takes a commitment.
	pub fn until(&self) -> BlockNumber {
		self.until
	}

	/// The best block from which on a blob that the store still does not have counts as missing: two
	/// thirds of the window are for waiting, the rest for committing to that verdict.
	///
	/// Walrus takes seconds to certify a blob, and a requester may submit the job meanwhile.
	pub fn patient_until(&self) -> BlockNumber {
		let patience = u64::from(self.length()).saturating_mul(2).div_ceil(3);
		// At most the length, which is a block number.
		self.first.saturating_add(patience as BlockNumber).min(self.last_chance())
	}

	/// The best block from which on it is time to abstain: the last quarter of the window, four
	/// blocks at most. In a window of one block there is no time for it.
	pub fn give_up_at(&self) -> BlockNumber {
		match self.length() {
			0 | 1 => self.until,
			length => self.until.saturating_sub((length / 4).clamp(1, Self::LAST_CALL)),
		}
	}

	/// Whether best block `block` is among the last that an abstention may need.
	pub fn is_ending(&self, block: BlockNumber) -> bool {
		block.saturating_add(Self::LAST_CALL) >= self.until
	}

	/// The last best block whose successor takes a commitment; at least `first`.
	fn last_chance(&self) -> BlockNumber {
		self.until.saturating_sub(1).max(self.first)
	}

	fn length(&self) -> BlockNumber {
		self.until.saturating_sub(self.first)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn window_leaves_time_to_say_so_whenever_it_has_two_blocks() {
		for first in [0, 10, u32::MAX - 100] {
			for length in 2..100 {
				let (window, until) = (Window::new(first, first + length), first + length);
				assert!(window.give_up_at() < until, "{window:?}");
				assert!(window.give_up_at() > first, "{window:?}");
				assert!(window.patient_until() <= window.give_up_at(), "{window:?}");
				assert!(window.patient_until() > first, "{window:?}");
			}
		}
	}

	#[test]
	fn window_ends_four_blocks_early() {
		let window = Window::new(100, 130);
		assert!(!window.is_ending(125) && window.is_ending(126) && window.is_ending(200));
	}

	#[test]
	fn window_of_one_block_is_for_trying() {
		let window = Window::new(9, 10);
		assert_eq!((window.patient_until(), window.give_up_at()), (9, 10));
	}

	#[test]
	fn window_does_not_overflow_when_it_has_passed_or_is_the_last() {
		assert_eq!(Window::new(20, 10).give_up_at(), 10);
		assert_eq!(Window::new(20, 10).patient_until(), 20);
		assert_eq!(Window::new(u32::MAX, u32::MAX).give_up_at(), u32::MAX);
		assert_eq!(Window::new(0, u32::MAX).give_up_at(), u32::MAX - 4);
	}
}
