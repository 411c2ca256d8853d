//! Frames between a worker and its runners.
//!
//! A frame is the header's length (u32, little-endian), the body's length (u64), the header in SCALE,
//! and the body as it is: an artifact, an input or a result, which nobody wants to encode. The worker
//! sends a [`Command`] and waits for its [`Reply`]; a runner sends [`Reply::Ready`] once by itself.

use std::io::{self, IoSlice, Read, Write};

use codec::{Decode, DecodeAll, Encode};
use tercet_primitives::{ItemSet, H256};
use tercet_privacy::JobKey;

use super::sandbox::Wall;
use crate::{compute::Failure, items::Batch};

/// Longest header, in bytes: digests of all items of a job fit many times.
pub const MAX_HEADER_BYTES: usize = 1 << 20;

/// Longest body, in bytes.
pub const MAX_BODY_BYTES: u64 = 1 << 32;

/// Longest text of a [`Failure`], in bytes.
pub const MAX_TEXT_BYTES: usize = 2048;

/// What a worker asks for.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Command {
	/// Open the artifact in the body.
	Open {
		/// Threads inside each operator.
		threads: u32,
		/// Digest of the artifact.
		digest: H256,
		/// Memory that the model's record declares, in bytes.
		declared: Option<u64>,
	},
	/// Run the input in the body.
	Run {
		/// Items that the job says it has.
		items: u32,
		/// Items whose results are wanted.
		asked: ItemSet,
		/// Which items go through the model together.
		batch: Batch,
		/// Whether documents are left out.
		vectors_only: bool,
		/// The key that the input is sealed with, and the results are to be.
		key: Option<JobKey>,
	},
	/// Try to get out.
	Attempt(Attempt),
}

/// What a model that took over its process would try.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Attempt {
	/// Read a file.
	Read(String),
	/// Write a file.
	Write(String),
	/// Connect to an address.
	Connect(String),
	/// Become another program.
	Execute(String),
	/// Send a signal to a process.
	Signal(u32),
	/// Start a thread.
	Thread,
	/// Take that many bytes of memory.
	Allocate(u64),
	/// Compute for ever.
	Spin,
}

/// What a runner says.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Reply {
	/// It is locked in.
	Ready {
		/// What stands between it and the machine.
		walls: Vec<Wall>,
		/// Its address space, in bytes.
		space: u64,
		/// Memory that it takes, in bytes.
		resident: u64,
	},
	/// The artifact is open.
	Opened {
		/// Memory that the process takes now, in bytes.
		resident: u64,
	},
	/// The results are in the body.
	Done {
		/// Digest of each item's results.
		digests: Vec<H256>,
		/// Memory that the process takes now, in bytes.
		resident: u64,
	},
	/// There are none.
	Failed(Failure),
	/// What an attempt to get out came to.
	Attempted(Result<String, String>),
}

/// Sends a frame.
///
/// # Errors
/// What the stream says.
pub fn write_frame(stream: &mut impl Write, header: &impl Encode, body: &[u8]) -> io::Result<()> {
	let header = header.encode();
	let too_long = |_| io::Error::from(io::ErrorKind::InvalidInput);
	let length = u32::try_from(header.len()).map_err(too_long)?;
	let mut start = Vec::with_capacity(12 + header.len());
	start.extend_from_slice(&length.to_le_bytes());
	start.extend_from_slice(&(body.len() as u64).to_le_bytes());
	start.extend_from_slice(&header);
	// Together, so that the other side wakes up once.
	let mut slices = [IoSlice::new(&start), IoSlice::new(body)];
	let mut rest = &mut slices[..];
	while !rest.is_empty() {
		match stream.write_vectored(rest) {
			Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
			Ok(sent) => IoSlice::advance_slices(&mut rest, sent),
			Err(error) if error.kind() == io::ErrorKind::Interrupted => {},
			Err(error) => return Err(error),
		}
	}
	Ok(())
}

/// Receives a frame: its header and its body.
///
/// # Errors
/// What the stream says; [`io::ErrorKind::InvalidData`] if it is no frame, and
/// [`io::ErrorKind::OutOfMemory`] if there is no room for its body.
pub fn read_frame<T: Decode>(stream: &mut impl Read) -> io::Result<(T, Vec<u8>)> {
	let invalid = || io::Error::from(io::ErrorKind::InvalidData);
	let mut lengths = [0; 12];
	stream.read_exact(&mut lengths)?;
	let [h0, h1, h2, h3, b0, b1, b2, b3, b4, b5, b6, b7] = lengths;
	let header_length = u32::from_le_bytes([h0, h1, h2, h3]) as usize;
	let body_length = u64::from_le_bytes([b0, b1, b2, b3, b4, b5, b6, b7]);
	if header_length > MAX_HEADER_BYTES || body_length > MAX_BODY_BYTES {
		return Err(invalid());
	}
	let mut header = vec![0; header_length];
	stream.read_exact(&mut header)?;
	let header = T::decode_all(&mut header.as_slice()).map_err(|_| invalid())?;
	let body_length = usize::try_from(body_length).map_err(|_| invalid())?;
	let mut body = Vec::new();
	body.try_reserve_exact(body_length).map_err(|_| io::ErrorKind::OutOfMemory)?;
	if stream.take(body_length as u64).read_to_end(&mut body)? != body_length {
		return Err(io::ErrorKind::UnexpectedEof.into());
	}
	Ok((header, body))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::compute::FailureKind;

	fn frame(header: &impl Encode, body: &[u8]) -> Vec<u8> {
		let mut bytes = Vec::new();
		write_frame(&mut bytes, header, body).unwrap();
		bytes
	}

	#[test]
	fn frames_survive_the_way_whatever_their_body_is() {
		let failed = Reply::Failed(Failure::new(FailureKind::Time, "slow"));
		for length in [0, 1, 1 << 10, 1 << 20] {
			let sent: Vec<u8> = (0..length).map(|i| i as u8).collect();
			let bytes = frame(&failed, &sent);
			let frame = read_frame::<Reply>(&mut bytes.as_slice()).unwrap();
			assert_eq!(frame, (failed.clone(), sent));
		}
	}

	#[test]
	fn read_frame_fails_when_lengths_lie_or_the_header_is_something_else() {
		let good = frame(&Reply::Opened { resident: 1 }, b"body");
		for cut in 0..good.len() {
			assert!(read_frame::<Reply>(&mut &good[..cut]).is_err(), "{cut}");
		}
		let mut huge_header = good.clone();
		huge_header[3] = 0xff;
		let mut huge_body = good.clone();
		huge_body[11] = 0xff;
		let mut other = good.clone();
		other[12] = 200;
		for bytes in [huge_header, huge_body, other] {
			let error = read_frame::<Reply>(&mut bytes.as_slice()).unwrap_err();
			assert_eq!(error.kind(), io::ErrorKind::InvalidData);
		}
	}
}
