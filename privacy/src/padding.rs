//! Lengths that say little.
//!
//! What is sealed is filled up to a Padmé length (Nikitin et al., *Reducing Metadata Leakage from
//! Encrypted Files and Communication with PURBs*, PoPETs 2019, section 4): a number of which so many low
//! bits are zero that O(log log L) bits of a length L are told, at the cost of at most 12 % more bytes.

/// Ends what is meant; zeros may follow.
const END: u8 = 0x80;

/// `plaintext` and what fills it up.
pub(crate) fn padded(mut plaintext: Vec<u8>) -> Vec<u8> {
	plaintext.push(END);
	let length = padme(plaintext.len());
	plaintext.resize(length, 0);
	plaintext
}

/// `padded` without what fills it up; `None` if nobody filled it up in this way.
pub(crate) fn unpadded(padded: &[u8]) -> Option<&[u8]> {
	let end = padded.iter().rposition(|byte| *byte != 0)?;
	let is_end = padded.get(end) == Some(&END) && padme(end + 1) == padded.len();
	padded.get(..end).filter(|_| is_end)
}

/// The least Padmé length that is at least `length`.
fn padme(length: usize) -> usize {
	let Some(exponent) = length.checked_ilog2().filter(|exponent| *exponent > 0) else {
		return length;
	};
	let kept = exponent.ilog2() + 1;
	let mask = (1usize << exponent.saturating_sub(kept)) - 1;
	// Lengths of vectors are far below where this would overflow.
	length.saturating_add(mask) & !mask
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn padme_gives_the_lengths_of_the_paper() {
		for (length, expected) in [
			(0, 0),
			(1, 1),
			(7, 7),
			(8, 8),
			(9, 10),
			(64, 64),
			(65, 72),
			(100, 104),
			(1000, 1024),
			(1025, 1088),
			(1_000_000, 1_015_808),
		] {
			assert_eq!(padme(length), expected, "{length}");
		}
	}

	#[test]
	fn padme_never_shrinks_and_adds_at_most_12_percent() {
		let mut last = 0;
		for length in 0..100_000 {
			let padded = padme(length);
			assert!(padded >= length && padded >= last);
			assert!(padded * 100 <= length * 112 + 100, "{length}: {padded}");
			assert_eq!(padme(padded), padded);
			last = padded;
		}
	}

	#[test]
	fn unpadded_gives_back_whatever_was_filled_up() {
		for plaintext in [&b""[..], &[0], &[END], &[1, 0, 0], &[7; 99]] {
			assert_eq!(unpadded(&padded(plaintext.to_vec())), Some(plaintext));
		}
		for wrong in [&b""[..], &[0; 9], &[1, 2, 3], &[END, 0], &[9, 9, 9, 9, 9, 9, 9, 9, END]] {
			assert_eq!(unpadded(wrong), None, "{wrong:?}");
		}
	}
}
