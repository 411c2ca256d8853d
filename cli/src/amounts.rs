//! Amounts as people write them: money, shares, sizes, deadlines.

use std::{fmt, str::FromStr};

use tercet_primitives::{Balance, BlockNumber, Permill, TCT};

/// Decimal places of the native token.
const DECIMALS: usize = 12;

/// An amount of money: `0.001`, `1 TCT`, `250 planck`. Never negative, never rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub Balance);

impl FromStr for Amount {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let text = text.trim();
		let lower = text.to_ascii_lowercase();
		if let Some(number) = lower.strip_suffix("planck") {
			let number = number.trim();
			return number
				.parse()
				.map(Self)
				.map_err(|_| format!("`{number}` is not a whole number of planck"));
		}
		let number = lower.strip_suffix("tct").unwrap_or(&lower).trim();
		decimal(number, DECIMALS).map(Self).map_err(|why| {
			format!("`{text}` is not an amount ({why}); write it like 0.001, 2.5 TCT or 100 planck")
		})
	}
}

impl fmt::Display for Amount {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} TCT", number(self.0))
	}
}

/// An amount in TCT, without the unit and without trailing zeros.
pub fn number(planck: Balance) -> String {
	let whole = planck / TCT;
	match planck % TCT {
		0 => whole.to_string(),
		rest => {
			let digits = format!("{rest:0>DECIMALS$}");
			format!("{whole}.{}", digits.trim_end_matches('0'))
		},
	}
}

/// A change of a balance, with its sign.
pub fn change(before: Balance, after: Balance) -> String {
	match after.checked_sub(before) {
		Some(gain) if gain > 0 => format!("+{}", number(gain)),
		Some(_) => "0".into(),
		None => format!("-{}", number(before.saturating_sub(after))),
	}
}

/// A share: `5%`, `0.25%`, `0.05`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share(pub Permill);

impl FromStr for Share {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let bad = |why: &str| format!("`{text}` is not a share ({why}); write it like 5% or 0.05");
		let text = text.trim();
		// Millionths: a percent has four decimal places, a plain number six.
		let parts = match text.strip_suffix('%') {
			Some(percent) => decimal(percent.trim(), 4),
			None => decimal(text, 6),
		};
		let parts = parts.map_err(|why| bad(&why))?;
		match u32::try_from(parts) {
			Ok(parts) if parts <= 1_000_000 => Ok(Self(Permill::from_parts(parts))),
			_ => Err(bad("it is more than the whole")),
		}
	}
}

/// A share as percentage.
pub fn percent(share: Permill) -> String {
	let parts = share.deconstruct();
	match parts % 10_000 {
		0 => format!("{}%", parts / 10_000),
		rest => format!("{}.{}%", parts / 10_000, format!("{rest:0>4}").trim_end_matches('0')),
	}
}

/// A number of bytes: `4096`, `256K`, `64M`, `2G` (powers of 1024).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes(pub u64);

impl FromStr for Bytes {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let bad = || format!("`{text}` is not a size; write it like 65536, 512K, 64M or 2G");
		let upper = text.trim().to_ascii_uppercase();
		let short = upper.trim_end_matches("IB").trim_end_matches('B');
		let (digits, unit) = match short.strip_suffix(['K', 'M', 'G']) {
			Some(digits) if short.ends_with('K') => (digits, 1 << 10),
			Some(digits) if short.ends_with('M') => (digits, 1 << 20),
			Some(digits) => (digits, 1 << 30),
			None => (short, 1),
		};
		let number: u64 = digits.trim().parse().map_err(|_| bad())?;
		number.checked_mul(unit).map(Self).ok_or_else(bad)
	}
}

/// A number of bytes, in the largest unit that fits.
pub fn size(bytes: u64) -> String {
	match bytes {
		0..1_024 => format!("{bytes} B"),
		1_024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1_024.0),
		1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
		_ => format!("{:.1} GiB", bytes as f64 / 1_073_741_824.0),
	}
}

/// A block: `1200`, or `+60` for the 60th from now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
	/// That block.
	At(BlockNumber),
	/// So many blocks after the best one.
	In(BlockNumber),
}

impl Deadline {
	/// The block, when `now` is the best one.
	pub fn from(self, now: BlockNumber) -> BlockNumber {
		match self {
			Self::At(block) => block,
			Self::In(blocks) => now.saturating_add(blocks),
		}
	}
}

impl FromStr for Deadline {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let bad =
			|| format!("`{text}` is not a block; write it like +60 (blocks from now) or 1200");
		match text.trim().strip_prefix('+') {
			Some(blocks) => blocks.parse().map(Self::In).map_err(|_| bad()),
			None => text.trim().parse().map(Self::At).map_err(|_| bad()),
		}
	}
}

/// A decimal number, times ten to the power of `places`.
fn decimal(text: &str, places: usize) -> Result<u128, String> {
	let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
	if whole.is_empty() && fraction.is_empty() {
		return Err("there is no number".into());
	}
	let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
	if !digits(whole) || !digits(fraction) {
		return Err("it is not a positive decimal number".into());
	}
	if fraction.len() > places {
		return Err(format!("more than {places} decimal places"));
	}
	format!("{whole}{fraction:0<places$}").parse().map_err(|_| "it is too large".into())
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_primitives::MILLI_TCT;

	#[test]
	fn amount_is_read_when_written_in_each_way() {
		for (text, planck) in [
			("0.001", MILLI_TCT),
			("1 TCT", TCT),
			("1tct", TCT),
			(" 2.5 ", 5 * TCT / 2),
			(".5", TCT / 2),
			("7.", 7 * TCT),
			("0.000000000001", 1),
			("250 planck", 250),
			("0", 0),
		] {
			assert_eq!(text.parse(), Ok(Amount(planck)), "{text}");
		}
	}

	#[test]
	fn amount_is_refused_when_malformed() {
		for text in [
			"",
			"TCT",
			"-1",
			"1e3",
			"1,5",
			"0.0000000000001",
			"1.5 planck",
			"1 DOT",
			"9".repeat(40).as_str(),
		] {
			assert!(text.parse::<Amount>().is_err(), "{text}");
		}
	}

	#[test]
	fn amount_survives_being_written_and_read() {
		for planck in [0, 1, MILLI_TCT, TCT, TCT + 1, 1_234_567_890_123_456] {
			assert_eq!(Amount(planck).to_string().parse(), Ok(Amount(planck)));
		}
		assert_eq!(number(MILLI_TCT), "0.001");
		assert_eq!(change(5 * TCT, 3 * TCT), "-2");
		assert_eq!(change(3 * TCT, 5 * TCT), "+2");
		assert_eq!(change(TCT, TCT), "0");
	}

	#[test]
	fn share_is_read_when_written_in_each_way() {
		for (text, parts) in
			[("5%", 50_000), ("0.05", 50_000), ("0.25 %", 2_500), ("100%", 1_000_000), ("0", 0)]
		{
			assert_eq!(text.parse(), Ok(Share(Permill::from_parts(parts))), "{text}");
		}
		assert_eq!(percent(Permill::from_parts(50_000)), "5%");
		assert_eq!(percent(Permill::from_parts(2_500)), "0.25%");
	}

	#[test]
	fn share_is_refused_when_malformed_or_above_one() {
		for text in ["5", "101%", "-1%", "five", "%", "0.00001%"] {
			assert!(text.parse::<Share>().is_err(), "{text}");
		}
	}

	#[test]
	fn bytes_are_read_when_written_in_each_way() {
		for (text, bytes) in
			[("10", 10), ("4K", 4_096), ("64M", 64 << 20), ("2 GiB", 2 << 30), ("1kb", 1_024)]
		{
			assert_eq!(text.parse(), Ok(Bytes(bytes)), "{text}");
		}
		for text in ["", "M", "1.5G", "x", "99999999999G"] {
			assert!(text.parse::<Bytes>().is_err(), "{text}");
		}
		assert_eq!((size(10), size(1_536)), ("10 B".into(), "1.5 KiB".into()));
	}

	#[test]
	fn deadline_counts_from_now_when_it_has_a_plus() {
		assert_eq!("+60".parse::<Deadline>().map(|deadline| deadline.from(100)), Ok(160));
		assert_eq!("60".parse::<Deadline>().map(|deadline| deadline.from(100)), Ok(60));
		for text in ["", "+", "-5", "soon", "5000000000"] {
			assert!(text.parse::<Deadline>().is_err(), "{text}");
		}
	}
}
