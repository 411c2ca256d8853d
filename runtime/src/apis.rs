//! What can be asked of the runtime.

use alloc::vec::Vec;
use codec::Encode;

use polkadot_sdk::{
	frame_support::{
		genesis_builder_helper::build_state,
		traits::{Get, KeyOwnerProofSystem},
		view_functions::{ViewFunctionDispatchError, ViewFunctionId},
		weights::Weight,
	},
	frame_system_rpc_runtime_api, pallet_grandpa, pallet_staking_runtime_api,
	pallet_transaction_payment, pallet_transaction_payment_rpc_runtime_api as payment_api, sp_api,
	sp_authority_discovery, sp_block_builder, sp_consensus_babe, sp_consensus_grandpa, sp_core,
	sp_genesis_builder, sp_inherents, sp_offchain, sp_runtime, sp_session, sp_staking,
	sp_transaction_pool,
};
use sp_api::impl_runtime_apis;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata};
use sp_genesis_builder::PresetId;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, DispatchError, ExtrinsicInclusionMode,
};
use tercet_primitives::{
	apis::{
		metrics::{MarketActivity, MarketState},
		Assignment, ItemProofError, JobView, ProviderView, Quote, Supply,
	},
	JobId, Model, ModelId, PoolId, Redundancy, H256,
};

#[cfg(feature = "runtime-benchmarks")]
use polkadot_sdk::{
	frame_benchmarking,
	frame_support::traits::{StorageInfo, StorageInfoTrait, WhitelistedStorageKeys},
	frame_system_benchmarking::{
		extensions::Pallet as SystemExtensionsBench, Pallet as SystemBench,
	},
};

use crate::{configs::*, *};

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block)
		}

		fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl polkadot_sdk::frame_support::view_functions::runtime_api::RuntimeViewFunction<Block>
		for Runtime
	{
		fn execute_view_function(
			id: ViewFunctionId,
			input: Vec<u8>,
		) -> Result<Vec<u8>, ViewFunctionDispatchError> {
			Runtime::execute_view_function(id, input)
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: InherentData,
		) -> CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			tx: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, tx, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_consensus_babe::BabeApi<Block> for Runtime {
		fn configuration() -> sp_consensus_babe::BabeConfiguration {
			let epoch_config = Babe::epoch_config().unwrap_or(BABE_GENESIS_EPOCH_CONFIG);
			sp_consensus_babe::BabeConfiguration {
				slot_duration: Babe::slot_duration(),
				epoch_length: EpochSlots::get(),
				c: epoch_config.c,
				authorities: Babe::authorities().to_vec(),
				randomness: Babe::randomness(),
				allowed_slots: epoch_config.allowed_slots,
			}
		}

		fn current_epoch_start() -> sp_consensus_babe::Slot {
			Babe::current_epoch_start()
		}

		fn current_epoch() -> sp_consensus_babe::Epoch {
			Babe::current_epoch()
		}

		fn next_epoch() -> sp_consensus_babe::Epoch {
			Babe::next_epoch()
		}

		// The proof is made from the state that it is asked in, so the slot says nothing more.
		fn generate_key_ownership_proof(
			_slot: sp_consensus_babe::Slot,
			authority_id: sp_consensus_babe::AuthorityId,
		) -> Option<sp_consensus_babe::OpaqueKeyOwnershipProof> {
			Historical::prove((sp_consensus_babe::KEY_TYPE, authority_id))
				.map(|proof| sp_consensus_babe::OpaqueKeyOwnershipProof::new(proof.encode()))
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation_proof: sp_consensus_babe::EquivocationProof<<Block as BlockT>::Header>,
			key_owner_proof: sp_consensus_babe::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			let key_owner_proof = key_owner_proof.decode()?;
			Babe::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			pallet_grandpa::CurrentSetId::<Runtime>::get()
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			equivocation_proof: sp_consensus_grandpa::EquivocationProof<
				<Block as BlockT>::Hash,
				NumberFor<Block>,
			>,
			key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			let key_owner_proof = key_owner_proof.decode()?;
			Grandpa::submit_unsigned_equivocation_report(equivocation_proof, key_owner_proof)
		}

		fn generate_key_ownership_proof(
			_set_id: sp_consensus_grandpa::SetId,
			authority_id: sp_consensus_grandpa::AuthorityId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			Historical::prove((sp_consensus_grandpa::KEY_TYPE, authority_id))
				.map(|proof| sp_consensus_grandpa::OpaqueKeyOwnershipProof::new(proof.encode()))
		}
	}

	impl sp_authority_discovery::AuthorityDiscoveryApi<Block> for Runtime {
		fn authorities() -> Vec<sp_authority_discovery::AuthorityId> {
			AuthorityDiscovery::authorities()
		}
	}

	impl pallet_staking_runtime_api::StakingApi<Block, Balance, AccountId> for Runtime {
		fn nominations_quota(balance: Balance) -> u32 {
			Staking::api_nominations_quota(balance)
		}

		fn eras_stakers_page_count(
			era: sp_staking::EraIndex,
			account: AccountId,
		) -> sp_staking::Page {
			Staking::api_eras_stakers_page_count(era, account)
		}

		fn pending_rewards(era: sp_staking::EraIndex, account: AccountId) -> bool {
			Staking::api_pending_rewards(era, account)
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> sp_session::OpaqueGeneratedSessionKeys {
			SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl payment_api::TransactionPaymentApi<Block, Balance> for Runtime {
		fn query_info(
			uxt: <Block as BlockT>::Extrinsic,
			len: u32,
		) -> pallet_transaction_payment::RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(uxt, len)
		}

		fn query_fee_details(
			uxt: <Block as BlockT>::Extrinsic,
			len: u32,
		) -> pallet_transaction_payment::FeeDetails<Balance> {
			TransactionPayment::query_fee_details(uxt, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl payment_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall> for Runtime {
		fn query_call_info(
			call: RuntimeCall,
			len: u32,
		) -> pallet_transaction_payment::RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_call_info(call, len)
		}

		fn query_call_fee_details(
			call: RuntimeCall,
			len: u32,
		) -> pallet_transaction_payment::FeeDetails<Balance> {
			TransactionPayment::query_call_fee_details(call, len)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<PresetId>) -> Option<Vec<u8>> {
			polkadot_sdk::frame_support::genesis_builder_helper::get_preset::<RuntimeGenesisConfig>(
				id,
				genesis::get_preset,
			)
		}

		fn preset_names() -> Vec<PresetId> {
			genesis::preset_names()
		}
	}

	impl tercet_primitives::apis::ModelApi<Block> for Runtime {
		fn model_count() -> u32 {
			ModelRegistry::model_count()
		}

		fn model(id: ModelId) -> Option<Model<AccountId>> {
			ModelRegistry::model(id)
		}
	}

	impl tercet_primitives::apis::JobApi<Block> for Runtime {
		fn job_count() -> u64 {
			JobMarket::job_count()
		}

		fn job(id: JobId) -> Option<JobView> {
			let job = JobMarket::job(id)?;
			Some(JobView { job, committee: Verification::committee(id) })
		}

		fn quote(
			pool: PoolId,
			items: u32,
			price: Balance,
			redundancy: Redundancy,
		) -> Result<Quote, DispatchError> {
			let pallet_job_market::Estimate { units, cost, escrow, deposit } =
				JobMarket::quote(pool, items, price, redundancy)?;
			let providers = ProviderStaking::pool_size(&pool);
			Ok(Quote { units, cost, escrow, deposit, providers })
		}

		fn supply(pool: PoolId) -> Vec<Supply> {
			ProviderStaking::supply(&pool)
		}

		fn verify_item(
			job: JobId,
			index: u32,
			digest: H256,
			proof: Vec<H256>,
		) -> Result<(), ItemProofError> {
			JobMarket::verify_item(job, index, &digest, &proof)
		}
	}

	impl tercet_primitives::apis::ProviderApi<Block> for Runtime {
		fn provider(who: AccountId) -> Option<ProviderView> {
			ProviderStaking::provider_view(&who)
		}

		fn claimable(who: AccountId) -> Vec<(u32, Balance)> {
			Payouts::claimable_of(&who)
		}

		fn work_credits(who: AccountId) -> Balance {
			Payouts::credits_of(&who)
		}

		fn assignments(who: AccountId) -> Vec<Assignment> {
			assignments(&who)
		}
	}

	impl tercet_primitives::apis::metrics::MetricsApi<Block> for Runtime {
		fn market_state() -> MarketState {
			figures::market_state()
		}

		fn market_activity() -> MarketActivity {
			figures::market_activity()
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	impl frame_benchmarking::Benchmark<Block> for Runtime {
		fn benchmark_metadata(
			extra: bool,
		) -> (Vec<frame_benchmarking::BenchmarkList>, Vec<StorageInfo>) {
			let mut list = Vec::new();
			list_benchmarks!(list, extra);
			(list, AllPalletsWithSystem::storage_info())
		}

		fn dispatch_benchmark(
			config: frame_benchmarking::BenchmarkConfig,
		) -> Result<Vec<frame_benchmarking::BenchmarkBatch>, alloc::string::String> {
			let whitelist = AllPalletsWithSystem::whitelisted_storage_keys();
			let params = (&config, &whitelist);
			let mut batches = Vec::new();
			add_benchmarks!(params, batches);
			Ok(batches)
		}
	}
}

/// Every job in a provider's hands, oldest first, with all that a worker needs to answer it.
fn assignments(who: &AccountId) -> Vec<Assignment> {
	use tercet_primitives::traits::ModelCatalog;

	Verification::assignments(who)
		.into_iter()
		.filter_map(|(job, committee)| {
			let request = JobMarket::job(job)?.request;
			let artifact =
				<ModelRegistry as ModelCatalog<AccountId>>::terms(request.variant).ok()?.artifact;
			let seat = committee.seats.into_iter().find(|seat| &seat.executor == who)?;
			Some(Assignment {
				job,
				round: seat.round,
				variant: request.variant,
				artifact,
				class: request.class,
				items: request.items,
				input: request.input,
				asked: seat.items,
				agreement: committee.agreement,
				committee_round: committee.round,
				stage: committee.stage,
				until: committee.until,
				items_open: committee.items,
				seed: committee.seed,
				deadline: committee.deadline,
				state: seat.state,
				sealed: seat.seal.is_some(),
				voted: seat.voted,
			})
		})
		.collect()
}
