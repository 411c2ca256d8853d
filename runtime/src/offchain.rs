//! Transactions that nodes make by themselves: heartbeats and reports of equivocations.

use polkadot_sdk::{
	frame_metadata_hash_extension::CheckMetadataHash,
	frame_system::{
		self,
		offchain::{
			CreateAuthorizedTransaction, CreateBare, CreateTransaction, CreateTransactionBase,
		},
	},
	pallet_transaction_payment::ChargeTransactionPayment,
};
use sp_runtime::generic::Era;

use crate::{owed::FreeIfOwed, *};

impl<C> CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> CreateBare<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}

impl<C> CreateTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<C> CreateAuthorizedTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_extension() -> TxExtension {
		(
			frame_system::AuthorizeCall::new(),
			frame_system::CheckNonZeroSender::new(),
			frame_system::CheckSpecVersion::new(),
			frame_system::CheckTxVersion::new(),
			frame_system::CheckGenesis::new(),
			frame_system::CheckEra::from(Era::Immortal),
			frame_system::CheckNonce::from(0),
			frame_system::CheckWeight::new(),
			FreeIfOwed(ChargeTransactionPayment::from(0)),
			CheckMetadataHash::new(false),
			frame_system::WeightReclaim::new(),
		)
	}
}
