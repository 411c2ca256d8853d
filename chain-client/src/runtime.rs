//! What depends on the version of the chain's runtime: metadata, and the encoding of transactions.

use std::sync::Arc;

use codec::{Compact, Decode, Encode};
use polkadot_sdk::{
	sp_crypto_hashing::blake2_256,
	sp_runtime::{DispatchError, ModuleError},
};
use subxt::{
	client::{OfflineClient, OfflineClientAtBlock},
	config::{substrate::SpecVersionForRange, DefaultExtrinsicParamsBuilder, SubstrateConfig},
	ext::{
		scale_decode::visitor::{decode_with_visitor, IgnoreVisitor},
		scale_encode::{self, EncodeAsFields, FieldIter},
		scale_type_resolver::TypeResolver,
	},
	tx::StaticPayload,
	utils::H256 as SubxtHash,
	Metadata,
};
use subxt_signer::sr25519::Keypair;
use tercet_primitives::H256;

use crate::{
	calls::{Arg, Call},
	client::Head,
	Error, Event,
};

/// One version of the chain's runtime.
pub(crate) struct Runtime {
	pub version: Version,
	metadata: Arc<Metadata>,
	client: OfflineClientAtBlock<SubstrateConfig>,
}

/// What `state_getRuntimeVersion` says that we need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
	pub spec_version: u32,
	pub transaction_version: u32,
}

/// A signed transaction.
pub(crate) struct Signed {
	pub bytes: Vec<u8>,
	pub hash: H256,
}

impl Runtime {
	/// The runtime of that version, from the bytes of `Metadata_metadata_at_version`.
	pub fn new(version: Version, genesis: H256, metadata: &[u8]) -> Result<Self, Error> {
		let decode =
			|reason: &dyn ToString| Error::decode("the chain's metadata", reason.to_string());
		let metadata = Metadata::decode_from(metadata).map_err(|error| decode(&error))?.arc();
		let Version { spec_version, transaction_version } = version;
		// This client is for one version only, whatever the block.
		let range =
			SpecVersionForRange { block_range: 0..u64::MAX, spec_version, transaction_version };
		let config = SubstrateConfig::builder()
			.set_genesis_hash(SubxtHash::from(genesis.0))
			.set_metadata_for_spec_versions([(spec_version, metadata.clone())])
			.set_spec_version_for_block_ranges([range])
			.build();
		let client = OfflineClient::new_with_config(config)
			.at_block(0u64)
			.map_err(|error| decode(&error))?;
		Ok(Self { version, metadata, client })
	}

	/// Signs a call. Extensions of the chain that carry no data, and sign nothing besides, need no
	/// mention here: the metadata lists them, and subxt leaves out what has no bytes. Whether a call
	/// is free is for the chain alone to say; it is signed like any other.
	///
	/// The transaction is valid for [`MORTALITY`](crate::MORTALITY) blocks from
	/// `anchor` on, and only on forks that contain it.
	pub fn sign(
		&self,
		signer: &Keypair,
		call: &Call,
		nonce: u64,
		anchor: Head,
	) -> Result<Signed, Error> {
		let cannot = |error: &dyn ToString| call_error(call, error.to_string());
		let args = Encoded(self.arguments(call)?);
		let payload = StaticPayload::new(call.pallet, call.name, args);
		let from = (u64::from(anchor.number), SubxtHash::from(anchor.hash.0));
		let params = DefaultExtrinsicParamsBuilder::<SubstrateConfig>::new()
			.nonce(nonce)
			.mortal_from_unchecked(u64::from(crate::MORTALITY), from.0, from.1)
			.build();
		let transactions = self.client.tx();
		let mut signable = transactions
			.create_signable_offline(&payload, params)
			.map_err(|error| cannot(&error))?;
		let bytes = signable.sign(signer).map_err(|error| cannot(&error))?.into_encoded();
		let hash = H256(blake2_256(&bytes));
		Ok(Signed { bytes, hash })
	}

	/// The encoded arguments of a call, checked against their types on this chain.
	fn arguments(&self, call: &Call) -> Result<Vec<u8>, Error> {
		let missing = || call_error(call, "there is no such call");
		let pallet = self.metadata.pallet_by_name(call.pallet).ok_or_else(missing)?;
		let fields = &pallet.call_variant_by_name(call.name).ok_or_else(missing)?.fields;
		if fields.len() != call.args.len() {
			let reason = format!("{} arguments instead of {}", call.args.len(), fields.len());
			return Err(call_error(call, reason));
		}
		let mut encoded = Vec::new();
		for (field, arg) in fields.iter().zip(&call.args) {
			let name = field.name.as_deref().unwrap_or_default();
			let start = encoded.len();
			match arg {
				Arg::Encoded(bytes) => encoded.extend_from_slice(bytes),
				Arg::Amount(amount) if self.is_compact(field.ty.id) => {
					Compact(*amount).encode_to(&mut encoded);
				},
				Arg::Amount(amount) => amount.encode_to(&mut encoded),
				Arg::Calls(calls) => {
					Compact(calls.len() as u32).encode_to(&mut encoded);
					calls.iter().try_for_each(|call| self.encode_call(call, &mut encoded))?;
				},
				Arg::Call(call) => self.encode_call(call, &mut encoded)?,
			}
			let mut rest = &encoded[start..];
			let types = self.metadata.types();
			decode_with_visitor(&mut rest, field.ty.id, types, IgnoreVisitor::new())
				.map_err(|error| call_error(call, format!("argument `{name}`: {error}")))?;
			if !rest.is_empty() {
				let reason = format!("argument `{name}` is {} bytes too long", rest.len());
				return Err(call_error(call, reason));
			}
		}
		Ok(encoded)
	}

	fn encode_call(&self, call: &Call, encoded: &mut Vec<u8>) -> Result<(), Error> {
		let missing = || call_error(call, "there is no such call");
		let arguments = self.arguments(call)?;
		let pallet = self.metadata.pallet_by_name(call.pallet).ok_or_else(missing)?;
		let variant = pallet.call_variant_by_name(call.name).ok_or_else(missing)?;
		encoded.extend([pallet.call_index(), variant.index]);
		encoded.extend(arguments);
		Ok(())
	}

	/// A constant of a pallet, encoded.
	pub fn constant(&self, pallet: &str, name: &str) -> Option<&[u8]> {
		Some(self.metadata.pallet_by_name(pallet)?.constant_by_name(name)?.value())
	}

	fn is_compact(&self, type_id: u32) -> bool {
		use subxt::ext::scale_type_resolver::visitor;
		let is = visitor::new((), |(), _| false).visit_compact(|(), _| true);
		self.metadata.types().resolve_type(type_id, is).unwrap_or(false)
	}

	/// The events of a block, from the bytes of `System.Events`.
	pub fn events(&self, bytes: Vec<u8>) -> Result<Vec<Event>, Error> {
		let events = self.client.events().from_bytes(bytes);
		let events = events.iter().map(|event| {
			let event = event.map_err(|error| Error::decode("an event", error))?;
			Event::new(&event)
		});
		events.collect()
	}

	/// Why a call failed, by name.
	pub fn dispatch_error(&self, error: DispatchError) -> Error {
		let named = |pallet: &str, error: String, docs: &'static str| Error::Dispatch {
			pallet: pallet.into(),
			error,
			docs: docs.into(),
		};
		let docs: &'static str = error.into();
		match error {
			DispatchError::Module(error) => self.module_error(error),
			DispatchError::Token(error) => named("Token", format!("{error:?}"), error.into()),
			DispatchError::Arithmetic(error) => {
				named("Arithmetic", format!("{error:?}"), error.into())
			},
			other => named("System", format!("{other:?}"), docs),
		}
	}

	fn module_error(&self, ModuleError { index, error, .. }: ModuleError) -> Error {
		let pallet = self.metadata.pallet_by_error_index(index);
		let variant = pallet.as_ref().and_then(|pallet| pallet.error_variant_by_index(error[0]));
		Error::Dispatch {
			pallet: pallet.map_or_else(|| format!("pallet {index}"), |pallet| pallet.name().into()),
			error: variant
				.map_or_else(|| format!("error {}", error[0]), |variant| variant.name.clone()),
			docs: variant.map(|variant| variant.docs.join(" ").trim().into()).unwrap_or_default(),
		}
	}

	/// Why a call failed, from the start of `System.ExtrinsicFailed`'s fields.
	pub fn decode_dispatch_error(&self, mut bytes: &[u8]) -> Result<Error, Error> {
		DispatchError::decode(&mut bytes)
			.map(|error| self.dispatch_error(error))
			.map_err(|error| Error::decode("a dispatch error", error))
	}
}

fn call_error(call: &Call, reason: impl Into<String>) -> Error {
	Error::Call { pallet: call.pallet.into(), call: call.name.into(), reason: reason.into() }
}

/// Arguments that are encoded already.
struct Encoded(Vec<u8>);

impl EncodeAsFields for Encoded {
	fn encode_as_fields_to<R: TypeResolver>(
		&self,
		_: &mut dyn FieldIter<'_, R::TypeId>,
		_: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		out.extend_from_slice(&self.0);
		Ok(())
	}
}
