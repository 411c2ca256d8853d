//! The one archive of given files: ustar, with every freedom of the format taken away.
//!
//! For each file, in bytewise order of the paths: a header of 512 bytes, the contents, zeros up to a
//! multiple of 512. Then 1024 zeros. A header has the path (at most 100 bytes), mode `0000644`, owner
//! and group `0000000`, the size in 11 octal digits, modification time `00000000000`, the checksum
//! in 6 octal digits, NUL and a space, type `0`, magic `ustar`, NUL, version `00`; all else is zero.
//! Digits end with a NUL. Every `tar` program reads it; only this form is accepted here, so that the
//! same files always have the same hash.

use std::io::{self, Write};

/// Bytes of a header, and what contents are padded to.
const BLOCK: usize = 512;

/// Bytes after the last file.
const TRAILER: usize = 2 * BLOCK;

/// Files that one archive may hold.
pub const MAX_FILES: usize = 64;

/// Bytes that a path may have.
pub const MAX_PATH_BYTES: usize = 100;

/// Folders above a file, and the file.
pub const MAX_PATH_PARTS: usize = 4;

/// Bytes that an archive may have.
pub const MAX_ARCHIVE_BYTES: usize = 64 << 30;

/// Longest file: what eleven octal digits count.
const MAX_FILE_BYTES: u64 = (1 << 33) - 1;

/// Why bytes are not an archive, or files cannot become one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
	/// The archive ends too early.
	#[error("truncated: {0} bytes are missing")]
	Truncated(u64),
	/// There are bytes after the end.
	#[error("{0} bytes after the end")]
	TrailingBytes(u64),
	/// A header is not the one that its file has.
	#[error("the header at byte {0} is not canonical; write packages with `tercet model pack`")]
	NotCanonical(usize),
	/// The padding after a file is not zero.
	#[error("the padding after `{0}` is not zero")]
	Padding(String),
	/// A path that no file of a package can have.
	#[error("`{0}` cannot be a path in a package: letters, digits, `.`, `-`, `_` between slashes")]
	BadPath(String),
	/// Paths are not in rising order, or one appears twice.
	#[error("`{0}` is out of order or appears twice")]
	OutOfOrder(String),
	/// There are too many files.
	#[error("more than {MAX_FILES} files")]
	TooManyFiles,
	/// There is no file.
	#[error("no files")]
	Empty,
	/// The archive is longer than any package.
	#[error("{0} bytes; at most {MAX_ARCHIVE_BYTES} are read")]
	TooLarge(u64),
}

/// Whether `bytes` claim to be an archive.
pub fn is_archive(bytes: &[u8]) -> bool {
	bytes.get(257..262) == Some(b"ustar")
}

/// The files of an archive, in rising order of their paths.
///
/// # Errors
/// Any [`ArchiveError`]; the bytes are not trusted.
pub fn read(bytes: &[u8]) -> Result<Vec<(&str, &[u8])>, ArchiveError> {
	if bytes.len() > MAX_ARCHIVE_BYTES {
		return Err(ArchiveError::TooLarge(bytes.len() as u64));
	}
	let mut files: Vec<(&str, &[u8])> = Vec::new();
	let mut rest = bytes;
	loop {
		let at = bytes.len() - rest.len();
		let (block, after) = split(rest, BLOCK as u64)?;
		if block.iter().all(|byte| *byte == 0) {
			let (second, after) = split(after, BLOCK as u64)?;
			if second.iter().any(|byte| *byte != 0) {
				return Err(ArchiveError::NotCanonical(at));
			}
			if !after.is_empty() {
				return Err(ArchiveError::TrailingBytes(after.len() as u64));
			}
			return if files.is_empty() { Err(ArchiveError::Empty) } else { Ok(files) };
		}
		let (path, size) = parse_header(block).ok_or(ArchiveError::NotCanonical(at))?;
		check_path(path)?;
		if header(path, size) != block {
			return Err(ArchiveError::NotCanonical(at));
		}
		if files.last().is_some_and(|(last, _)| *last >= path) {
			return Err(ArchiveError::OutOfOrder(path.into()));
		}
		if files.len() == MAX_FILES {
			return Err(ArchiveError::TooManyFiles);
		}
		let (contents, after) = split(after, size)?;
		let (padding, after) = split(after, padding(size) as u64)?;
		if padding.iter().any(|byte| *byte != 0) {
			return Err(ArchiveError::Padding(path.into()));
		}
		files.push((path, contents));
		rest = after;
	}
}

/// Writes the archive of `files`, which come in rising order of their paths.
///
/// # Errors
/// `InvalidInput` with an [`ArchiveError`] if they cannot be one archive, and those of `out`.
pub fn write<'a>(
	files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
	mut out: impl Write,
) -> io::Result<()> {
	let invalid = |error: ArchiveError| io::Error::new(io::ErrorKind::InvalidInput, error);
	let mut last = None;
	let mut count = 0;
	for (path, contents) in files {
		check_path(path).map_err(invalid)?;
		if last.is_some_and(|last| last >= path) {
			return Err(invalid(ArchiveError::OutOfOrder(path.into())));
		}
		let size = contents.len() as u64;
		if size > MAX_FILE_BYTES {
			return Err(invalid(ArchiveError::TooLarge(size)));
		}
		count += 1;
		if count > MAX_FILES {
			return Err(invalid(ArchiveError::TooManyFiles));
		}
		out.write_all(&header(path, size))?;
		out.write_all(contents)?;
		out.write_all(&[0; BLOCK][..padding(size)])?;
		last = Some(path);
	}
	if count == 0 {
		return Err(invalid(ArchiveError::Empty));
	}
	out.write_all(&[0; TRAILER])
}

fn split(bytes: &[u8], at: u64) -> Result<(&[u8], &[u8]), ArchiveError> {
	let missing = || ArchiveError::Truncated(at.saturating_sub(bytes.len() as u64));
	let at = usize::try_from(at).map_err(|_| missing())?;
	bytes.split_at_checked(at).ok_or_else(missing)
}

fn padding(size: u64) -> usize {
	// Less than a block, so it fits.
	(size.next_multiple_of(BLOCK as u64) - size) as usize
}

/// Only what every file system can hold, and what cannot lead out of a folder.
fn check_path(path: &str) -> Result<(), ArchiveError> {
	let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
	let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(allowed);
	let fits = path.len() <= MAX_PATH_BYTES && path.split('/').count() <= MAX_PATH_PARTS;
	if fits && path.split('/').all(part) {
		Ok(())
	} else {
		Err(ArchiveError::BadPath(path.into()))
	}
}

fn parse_header(block: &[u8]) -> Option<(&str, u64)> {
	let name = block.get(..100)?;
	let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
	let path = std::str::from_utf8(name.get(..end)?).ok()?;
	let digits = std::str::from_utf8(block.get(124..135)?).ok()?;
	Some((path, u64::from_str_radix(digits, 8).ok()?))
}

fn header(path: &str, size: u64) -> [u8; BLOCK] {
	let mut block = [0; BLOCK];
	let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
	put(0, path.as_bytes());
	put(100, b"0000644\0");
	put(108, b"0000000\0");
	put(116, b"0000000\0");
	put(124, format!("{size:011o}\0").as_bytes());
	put(136, b"00000000000\0");
	// The checksum counts itself as spaces.
	put(148, b"        ");
	put(156, b"0");
	put(257, b"ustar\x0000");
	let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
	block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
	block
}

#[cfg(test)]
mod tests {
	use proptest::prelude::*;

	use super::*;

	fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
		let mut bytes = Vec::new();
		write(files.iter().copied(), &mut bytes).unwrap();
		bytes
	}

	fn sample() -> Vec<u8> {
		archive(&[("a.json", b"{}"), ("onnx/model.onnx", &[7; 513]), ("z", b"")])
	}

	#[test]
	fn read_returns_what_was_written_when_the_archive_is_canonical() {
		let bytes = sample();
		assert_eq!(bytes.len(), 512 * (2 + 3 + 1 + 2));
		let files = read(&bytes).unwrap();
		assert_eq!(files, [("a.json", &b"{}"[..]), ("onnx/model.onnx", &[7; 513]), ("z", b"")]);
	}

	#[test]
	fn write_makes_what_tar_lists_when_tar_is_asked() {
		let file = tempfile::NamedTempFile::new().unwrap();
		std::fs::write(file.path(), sample()).unwrap();
		let list = std::process::Command::new("tar").arg("tf").arg(file.path()).output().unwrap();
		assert!(list.status.success());
		assert_eq!(String::from_utf8(list.stdout).unwrap(), "a.json\nonnx/model.onnx\nz\n");
	}

	#[test]
	fn read_refuses_by_name_when_something_is_wrong() {
		let good = sample();
		assert_eq!(read(&[]), Err(ArchiveError::Truncated(512)));
		assert_eq!(read(&good[..good.len() - 1]), Err(ArchiveError::Truncated(1)));
		assert_eq!(read(&[0; 1024]), Err(ArchiveError::Empty));
		let long = [good.clone(), vec![0]].concat();
		assert_eq!(read(&long), Err(ArchiveError::TrailingBytes(1)));
		let mut owned = good.clone();
		owned[108 + 6] = b'1';
		assert_eq!(read(&owned), Err(ArchiveError::NotCanonical(0)));
		let mut padded = good.clone();
		padded[512 + 2] = 1;
		assert_eq!(read(&padded), Err(ArchiveError::Padding("a.json".into())));
		let mut huge = good;
		huge[124..135].copy_from_slice(b"77777777777");
		assert!(matches!(read(&huge), Err(ArchiveError::NotCanonical(0))));
		let unsorted = [&archive(&[("b", b"")])[..512], &archive(&[("a", b"")])].concat();
		assert_eq!(read(&unsorted), Err(ArchiveError::OutOfOrder("a".into())));
	}

	#[test]
	fn read_does_not_allocate_what_a_header_claims_when_the_contents_are_missing() {
		let bytes = [&header("a", MAX_FILE_BYTES)[..], &[0; 1024]].concat();
		assert_eq!(read(&bytes), Err(ArchiveError::Truncated(MAX_FILE_BYTES - 1024)));
	}

	#[test]
	fn write_refuses_paths_that_lead_out_when_they_are_named() {
		for path in
			["", "/a", "a/", "../a", "a/../b", ".a", "a//b", "a b", "a\\b", "a/b/c/d/e", "ä"]
		{
			let error = write([(path, &b""[..])], Vec::new()).unwrap_err();
			assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{path}");
		}
		let long = "a".repeat(MAX_PATH_BYTES + 1);
		assert!(write([(long.as_str(), &b""[..])], Vec::new()).is_err());
		assert!(write([("b", &b""[..]), ("a", &b""[..])], Vec::new()).is_err());
	}

	proptest! {
		#[test]
		fn read_accepts_only_what_write_makes_when_bytes_are_changed(
			at in 0usize..4096, byte in any::<u8>(), cut in 0usize..4097,
		) {
			let mut bytes = sample();
			if let Some(slot) = bytes.get_mut(at) {
				*slot = byte;
			}
			bytes.truncate(cut);
			if let Ok(files) = read(&bytes) {
				prop_assert_eq!(archive(&files), bytes);
			}
		}

		#[test]
		fn read_never_panics_when_bytes_are_anything(bytes: Vec<u8>) {
			let _ = read(&bytes);
		}
	}
}
