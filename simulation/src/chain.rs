//! The real runtime in memory: its pallets, its storage, its hooks. Only Babe is not run; its VRF
//! output is put where it would have written it.

use polkadot_sdk::{
	frame_support::{
		dispatch::DispatchResultWithPostInfo,
		storage::with_transaction,
		traits::{
			fungible::{Inspect, Mutate},
			Hooks,
		},
		weights::Weight,
	},
	pallet_babe,
	sp_io::TestExternalities,
	sp_runtime::{traits::Dispatchable, BuildStorage, DispatchError, Permill, TransactionOutcome},
};
use tercet_primitives::{
	Agreement, Balance, BlobRef, BlockNumber, DeterminismClass, Feature, ModelId, PoolId,
	Precision, Variant, VariantId, WorkUnits, H256, TCT,
};
use tercet_runtime::{
	configs::TreasuryAccount, AccountId, Balances, Dao, JobMarket, ModelRegistry, Payouts, Privacy,
	ProviderStaking, Runtime, RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin, System,
	Verification,
};

use crate::prints::MAX_DISTANCE;

/// The only variant there is.
pub const VARIANT: VariantId = VariantId { model: ModelId(0), index: 0 };

/// Its pool.
pub const POOL: PoolId = PoolId { variant: VARIANT, class: DeterminismClass::Portable };

/// What the model asks for each item.
pub const UNITS_PER_ITEM: WorkUnits = WorkUnits(10);

/// What everyone starts with.
pub const ENDOWMENT: Balance = 10_000_000 * TCT;

/// Runs `story` on a fresh chain on which the model is published and the treasury has money. The
/// answers of the model are compared by their fingerprints if it is `similar`, else by their bits.
pub fn on_a_chain<R>(similar: bool, story: impl FnOnce() -> R) -> R {
	let storage = RuntimeGenesisConfig::default().build_storage().expect("the default is valid");
	TestExternalities::new(storage).execute_with(|| {
		System::set_block_number(1);
		initialize(1);
		endow(&TreasuryAccount::get());
		let author = account("author", 0);
		endow(&author);
		dispatch(&author, publish(similar)).expect("the model is published");
		story()
	})
}

fn publish(similar: bool) -> pallet_model_registry::Call<Runtime> {
	let agreement = match similar {
		true => Agreement::Similar { max_distance: MAX_DISTANCE, feature: Feature::Flat },
		false => Agreement::Exact,
	};
	let variant = Variant {
		precision: Precision::Int8,
		artifact: BlobRef { blob_id: [1; 32], digest: H256::repeat_byte(2), size: 3 },
		units_per_item: UNITS_PER_ITEM,
		memory: 1 << 20,
		agreement,
	};
	pallet_model_registry::Call::publish {
		name: b"model".to_vec().try_into().expect("short"),
		task: b"tensor".to_vec().try_into().expect("short"),
		licence: b"MIT".to_vec().try_into().expect("short"),
		royalty: Permill::from_percent(7),
		parent: None,
		derivative_share: Permill::zero(),
		variants: vec![variant].try_into().expect("one"),
	}
}

/// The account of the `index`-th actor of a kind.
pub fn account(kind: &str, index: u32) -> AccountId {
	let mut bytes = [0; 32];
	bytes[..kind.len()].copy_from_slice(kind.as_bytes());
	bytes[28..].copy_from_slice(&index.to_be_bytes());
	AccountId::new(bytes)
}

/// Gives `who` its [`ENDOWMENT`].
pub fn endow(who: &AccountId) {
	Balances::mint_into(who, ENDOWMENT).expect("far from the largest balance");
}

/// Everything that `who` owns, held or not.
pub fn wealth(who: &AccountId) -> Balance {
	Balances::total_balance(who)
}

/// Dispatches a call as `who`, fees aside.
pub fn dispatch(who: &AccountId, call: impl Into<RuntimeCall>) -> DispatchResultWithPostInfo {
	call.into().dispatch(RuntimeOrigin::signed(who.clone()))
}

/// Dispatches a call as governance.
pub fn govern(call: impl Into<RuntimeCall>) -> DispatchResultWithPostInfo {
	call.into().dispatch(RuntimeOrigin::root())
}

/// The block under construction.
pub fn now() -> BlockNumber {
	System::block_number()
}

/// Ends the block with the VRF output `vrf`: committees are drawn, stages end.
pub fn finalize(vrf: [u8; 32]) {
	pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some(vrf));
	let now = now();
	ModelRegistry::on_finalize(now);
	ProviderStaking::on_finalize(now);
	JobMarket::on_finalize(now);
	Verification::on_finalize(now);
	Payouts::on_finalize(now);
}

/// What `look` sees of the chain if the block ended with the VRF output `vrf`. Changes nothing.
pub fn peek<R>(vrf: [u8; 32], look: impl FnOnce() -> R) -> R {
	with_transaction(|| {
		finalize(vrf);
		TransactionOutcome::Rollback(Ok::<_, DispatchError>(look()))
	})
	.expect("nothing failed")
}

/// Begins the next block, once the last one was finalized.
pub fn begin_block() {
	let next = now() + 1;
	System::reset_events();
	System::set_block_number(next);
	initialize(next);
}

fn initialize(now: BlockNumber) {
	ModelRegistry::on_initialize(now);
	ProviderStaking::on_initialize(now);
	JobMarket::on_initialize(now);
	Verification::on_initialize(now);
	Payouts::on_initialize(now);
	ProviderStaking::on_idle(now, Weight::MAX);
	JobMarket::on_idle(now, Weight::MAX);
	Verification::on_idle(now, Weight::MAX);
	Payouts::on_idle(now, Weight::MAX);
}

/// Checks the invariants of every pallet.
pub fn check_invariants() {
	ModelRegistry::do_try_state().expect("model-registry");
	ProviderStaking::do_try_state().expect("provider-staking");
	JobMarket::do_try_state().expect("job-market");
	Verification::do_try_state().expect("verification");
	Payouts::do_try_state().expect("payouts");
	Privacy::do_try_state().expect("privacy");
	Dao::do_try_state().expect("dao");
}
