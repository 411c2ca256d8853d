//! How fast governance may tune a parameter.

/// Whether a parameter may go from `from` to `to` in one change: to at most twice and at least half
/// of what it was, or anywhere as long as neither is more than `step`, which is how a value leaves
/// and reaches zero.
pub fn moves_slowly(from: u128, to: u128, step: u128) -> bool {
	// Saturation is in the safe direction: above half of `u128::MAX`, whatever is larger is less
	// than double.
	let doubles_at_most = to <= from.saturating_mul(2) && from <= to.saturating_mul(2);
	doubles_at_most || (from <= step && to <= step)
}
