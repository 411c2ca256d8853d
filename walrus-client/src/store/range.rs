//! The `Range` header, as far as blobs need it: one span of bytes.

/// What a request asks for of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
	/// All of it.
	Everything,
	/// `len` bytes from `first` on, within the blob; `len` is not zero.
	Part {
		/// Offset of the first byte.
		first: u64,
		/// Number of bytes.
		len: u64,
	},
	/// Nothing that exists.
	Unsatisfiable,
}

/// Understands a `Range` header for a blob of `size` bytes.
///
/// RFC 9110 lets a server ignore what it does not understand: other units, several ranges and
/// malformed ones mean everything, as if there were no header.
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
	let Some(range) = header.and_then(|header| header.trim().strip_prefix("bytes=")) else {
		return Wanted::Everything;
	};
	let Some((first, last)) = range.trim().split_once('-') else { return Wanted::Everything };
	match (number(first), number(last)) {
		(Some(first), Some(last)) if last < first => Wanted::Everything,
		(Some(first), _) if first >= size && (last.is_empty() || number(last).is_some()) => {
			Wanted::Unsatisfiable
		},
		(Some(first), Some(last)) => Wanted::Part { first, len: last.min(size - 1) - first + 1 },
		(Some(first), None) if last.is_empty() => Wanted::Part { first, len: size - first },
		(None, Some(suffix)) if first.is_empty() => {
			let len = suffix.min(size);
			if len == 0 {
				Wanted::Unsatisfiable
			} else {
				Wanted::Part { first: size - len, len }
			}
		},
		_ => Wanted::Everything,
	}
}

/// Digits only: `u64` would also parse a leading plus.
fn number(text: &str) -> Option<u64> {
	if text.bytes().all(|byte| byte.is_ascii_digit()) {
		text.parse().ok()
	} else {
		None
	}
}

#[cfg(test)]
mod tests {
	use super::{Wanted::*, *};

	#[test]
	fn spans_are_cut_at_the_end() {
		for (header, first, len) in [
			("bytes=0-0", 0, 1),
			("bytes=2-4", 2, 3),
			("bytes=2-", 2, 8),
			("bytes=9-9", 9, 1),
			("bytes=5-99", 5, 5),
			("bytes=-3", 7, 3),
			("bytes=-99", 0, 10),
		] {
			assert_eq!(wanted(Some(header), 10), Part { first, len }, "{header}");
		}
	}

	#[test]
	fn nothing_is_wanted_when_it_begins_past_the_end() {
		for header in ["bytes=10-", "bytes=10-11", "bytes=-0"] {
			assert_eq!(wanted(Some(header), 10), Unsatisfiable, "{header}");
		}
		for header in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
			assert_eq!(wanted(Some(header), 0), Unsatisfiable, "{header}");
		}
	}

	#[test]
	fn everything_is_wanted_when_the_header_means_nothing() {
		assert_eq!(wanted(None, 10), Everything);
		for header in [
			"",
			"bytes=",
			"bytes=-",
			"bytes=a-b",
			"bytes=4-2",
			"bytes=1-2,4-5",
			"lines=1-2",
			"bytes=+1-2",
			"bytes=20-x",
		] {
			assert_eq!(wanted(Some(header), 10), Everything, "{header}");
		}
	}
}
