//! What the local store remembers of a blob, beside its content.

use crate::BlobId;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The id of the object that stands for a blob: `0x` and 64 hexadecimal digits.
///
/// On Walrus it is an object on Sui, new for each registration. Here it follows from the blob id,
/// so that tests and scripts get the same one each time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ObjectId(pub [u8; 32]);

impl ObjectId {
	pub fn of(blob_id: &BlobId) -> Self {
		Self(crate::digest(&[b"tercet-store/object", blob_id.as_bytes().as_slice()].concat()))
	}
}

impl fmt::Display for ObjectId {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "0x{}", hex::encode(self.0))
	}
}

impl FromStr for ObjectId {
	type Err = ();

	fn from_str(text: &str) -> Result<Self, ()> {
		let mut bytes = [0; 32];
		let digits = text.strip_prefix("0x").ok_or(())?;
		hex::decode_to_slice(digits, &mut bytes).map_err(|_| ())?;
		Ok(Self(bytes))
	}
}

/// The record of one blob; a JSON file next to its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
	pub blob_id: BlobId,
	/// Length in bytes.
	pub size: u64,
	/// BLAKE2b-256 of the content, hexadecimal.
	pub digest: String,
	/// Epoch of the first registration.
	pub start_epoch: u64,
	/// The first epoch in which the blob is gone.
	pub end_epoch: u64,
	pub deletable: bool,
	/// Who was to receive the object, if anybody.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub owner: Option<String>,
}

/// What a publisher's client may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
	/// Epochs from the current one on; at least 1.
	pub epochs: u32,
	pub deletable: bool,
	pub owner: Option<String>,
}

impl Record {
	/// Whether the blob is kept at least as well as `terms` demand in `epoch`.
	pub fn satisfies(&self, terms: &Terms, epoch: u64) -> bool {
		self.end_epoch >= epoch + u64::from(terms.epochs) && (!self.deletable || terms.deletable)
	}

	/// Improves the record up to `terms`; nothing ever gets worse by storing again.
	pub fn extend(&mut self, terms: &Terms, epoch: u64) {
		self.end_epoch = self.end_epoch.max(epoch + u64::from(terms.epochs));
		self.deletable &= terms.deletable;
		if terms.owner.is_some() {
			self.owner.clone_from(&terms.owner);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn object_ids_parse_as_they_print() {
		let id = ObjectId::of(&BlobId([1; 32]));
		assert_eq!(id.to_string().parse(), Ok(id));
		assert_ne!(id, ObjectId::of(&BlobId([2; 32])));
		for wrong in ["", "0x", "0x12", &id.to_string()[2..], &format!("{id}00")] {
			assert!(wrong.parse::<ObjectId>().is_err(), "{wrong}");
		}
	}

	#[test]
	fn extend_never_makes_a_record_worse() {
		let mut record = Record {
			blob_id: BlobId([0; 32]),
			size: 0,
			digest: String::new(),
			start_epoch: 5,
			end_epoch: 10,
			deletable: false,
			owner: None,
		};
		let weak = Terms { epochs: 1, deletable: true, owner: None };
		let before = record.clone();
		assert!(record.satisfies(&weak, 6));
		record.extend(&weak, 6);
		assert_eq!(record, before);

		let strong = Terms { epochs: 6, deletable: false, owner: Some("0x1".into()) };
		assert!(!record.satisfies(&strong, 6));
		record.extend(&strong, 6);
		assert!(record.satisfies(&strong, 6));
		assert_eq!((record.end_epoch, record.deletable), (12, false));
	}
}
