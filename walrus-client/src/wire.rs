//! The JSON of the Walrus API, camelCase on the wire, as written by the local store and read by the
//! client. Fields that neither needs are left out; unknown ones are ignored when reading.

use crate::BlobId;
use serde::{Deserialize, Serialize};

/// The answer to `PUT /v1/blobs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum StoreAnswer {
	/// The blob was not there for as long as asked, and now is.
	#[serde(rename_all = "camelCase")]
	NewlyCreated {
		blob_object: BlobObject,
		#[serde(default)]
		cost: u64,
	},
	/// The blob is there for at least as long as asked.
	#[serde(rename_all = "camelCase")]
	AlreadyCertified {
		blob_id: BlobId,
		end_epoch: u64,
		/// The object that keeps it. Walrus may give the event of the certification instead.
		#[serde(default, skip_serializing_if = "Option::is_none")]
		object: Option<String>,
	},
	/// The committee found that the slivers do not encode the blob.
	#[serde(rename_all = "camelCase")]
	MarkedInvalid { blob_id: BlobId },
}

/// The on-chain object that pays for a blob.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlobObject {
	/// `0x` and 64 hexadecimal digits.
	#[serde(default)]
	pub id: String,
	#[serde(default)]
	pub registered_epoch: u64,
	pub blob_id: BlobId,
	pub size: u64,
	#[serde(default)]
	pub encoding_type: String,
	#[serde(default)]
	pub certified_epoch: Option<u64>,
	pub storage: Storage,
	#[serde(default)]
	pub deletable: bool,
}

/// The span of epochs that is paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Storage {
	#[serde(default)]
	pub id: String,
	#[serde(default)]
	pub start_epoch: u64,
	/// The first epoch in which the blob is gone.
	pub end_epoch: u64,
	#[serde(default)]
	pub storage_size: u64,
}

/// The body of every error.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ErrorAnswer {
	pub error: ErrorBody,
}

/// What an error says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ErrorBody {
	/// Kind of error, such as `NOT_FOUND`.
	#[serde(default)]
	pub status: String,
	/// The HTTP status again.
	#[serde(default)]
	pub code: u16,
	/// For people.
	pub message: String,
	/// For programs.
	#[serde(default)]
	pub details: Vec<serde_json::Value>,
}

#[cfg(test)]
mod tests {
	use super::*;

	const ID: &str = "kIrHJ_1VfYJD-OV0O1JicM2lB5swr83ZkfvTD7BWV0I";

	#[test]
	fn answers_of_walrus_are_understood() {
		let created = format!(
			r#"{{"newlyCreated":{{"blobObject":{{"id":"0xe91e","registeredEpoch":34,
			"blobId":"{ID}","size":17,"encodingType":"RS2","certifiedEpoch":34,
			"storage":{{"id":"0x4748","startEpoch":34,"endEpoch":35,"storageSize":66034000}},
			"deletable":true}},"resourceOperation":{{"registerFromScratch":{{
			"encodedLength":66034000,"epochsAhead":1}}}},"cost":132300}}}}"#
		);
		let StoreAnswer::NewlyCreated { blob_object, cost } =
			serde_json::from_str(&created).unwrap()
		else {
			panic!("not newly created")
		};
		assert_eq!((blob_object.storage.end_epoch, blob_object.size, cost), (35, 17, 132_300));

		let certified = format!(
			r#"{{"alreadyCertified":{{"blobId":"{ID}","event":{{"txDigest":"4XQ",
			"eventSeq":"0"}},"endEpoch":35}}}}"#
		);
		assert!(matches!(
			serde_json::from_str(&certified).unwrap(),
			StoreAnswer::AlreadyCertified { end_epoch: 35, object: None, .. }
		));

		let invalid = format!(r#"{{"markedInvalid":{{"blobId":"{ID}","event":{{}}}}}}"#);
		assert!(matches!(
			serde_json::from_str(&invalid).unwrap(),
			StoreAnswer::MarkedInvalid { .. }
		));
	}

	#[test]
	fn answers_are_written_in_camel_case() {
		let blob_id = ID.parse().unwrap();
		let answer = StoreAnswer::AlreadyCertified { blob_id, end_epoch: 3, object: None };
		assert_eq!(
			serde_json::to_string(&answer).unwrap(),
			format!(r#"{{"alreadyCertified":{{"blobId":"{ID}","endEpoch":3}}}}"#)
		);
	}
}
