//! The whole runtime in memory, started from the development preset.

// Each test file uses what it needs.
#![allow(dead_code)]

pub mod blocks;
pub mod referenda;

use polkadot_sdk::{
	frame_support::{
		dispatch::DispatchResultWithPostInfo,
		traits::{OnFinalize, OnGenesis, OnInitialize},
		weights::Weight,
	},
	pallet_babe,
	sp_crypto_hashing::blake2_256,
	sp_io::TestExternalities,
	sp_keyring::Sr25519Keyring,
	sp_runtime::{traits::Dispatchable, BuildStorage, Permill},
};
use tercet_primitives::{
	hashing, Agreement, Answer, Balance, BlobRef, BlockNumber, DeterminismClass, Duty, Funding,
	JobId, JobRequest, ModelId, Payload, PoolId, Precision, Redundancy, Response, Seat, Variant,
	VariantId, WorkUnits, H256, MILLI_TCT, TCT,
};
use tercet_runtime::{
	genesis, AccountId, Balances, JobMarket, ModelRegistry, Payouts, ProviderStaking, Runtime,
	RuntimeCall, RuntimeGenesisConfig, RuntimeOrigin, System, Verification,
};

/// The only variant there is.
pub const VARIANT: VariantId = VariantId { model: ModelId(0), index: 0 };

/// Its pool.
pub const POOL: PoolId = PoolId { variant: VARIANT, class: DeterminismClass::Portable };

/// Runs `test` on a fresh chain on which //Ferdie has published a model, and checks the invariants of
/// every pallet afterwards.
pub fn on_a_chain<R>(test: impl FnOnce() -> R) -> R {
	chain().execute_with(|| {
		let result = test();
		check_invariants();
		result
	})
}

/// A fresh chain on which //Ferdie has published a model.
pub fn chain() -> TestExternalities {
	let mut chain = chain_from("development");
	chain.execute_with(|| {
		System::on_genesis();
		next_block();
		dispatch(account(Sr25519Keyring::Ferdie), publish()).expect("the model is published");
	});
	chain
}

/// A chain that starts from `preset`.
pub fn chain_from(preset: &str) -> TestExternalities {
	let preset = genesis::get_preset(&preset.into()).expect("the preset exists");
	let patch: serde_json::Value = serde_json::from_slice(&preset).expect("presets are JSON");
	let mut config = serde_json::to_value(RuntimeGenesisConfig::default()).expect("serializes");
	merge(&mut config, patch);
	let config: RuntimeGenesisConfig = serde_json::from_value(config).expect("the preset fits");
	TestExternalities::new(config.build_storage().expect("genesis builds"))
}

fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
	match (into, patch) {
		(serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				merge(into.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(into, patch) => *into = patch,
	}
}

/// Invariants of every pallet of ours.
pub fn check_invariants() {
	ModelRegistry::do_try_state().expect("model-registry");
	ProviderStaking::do_try_state().expect("provider-staking");
	JobMarket::do_try_state().expect("job-market");
	Verification::do_try_state().expect("verification");
	Payouts::do_try_state().expect("payouts");
	tercet_runtime::Privacy::do_try_state().expect("privacy");
	tercet_runtime::Dao::do_try_state().expect("dao");
}

/// Our pallets, in the runtime's order.
type Ours = (ModelRegistry, ProviderStaking, JobMarket, Verification, Payouts);

/// Ends the block and begins the next one, whose hooks run as they do on a chain: Babe's output is
/// there when the market draws and the lottery is held.
pub fn next_block() {
	end_block();
	begin_block();
}

/// Ends the block.
pub fn end_block() {
	let now = System::block_number();
	let vrf = blake2_256(&now.to_le_bytes());
	pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some(vrf));
	Ours::on_finalize(now);
	System::reset_events();
}

/// Begins the next one. Returns the weight that the hooks declare.
pub fn begin_block() -> Weight {
	let next = System::block_number() + 1;
	System::set_block_number(next);
	Ours::on_initialize(next)
}

/// Blocks until `number`.
pub fn run_to(number: BlockNumber) {
	while System::block_number() < number {
		next_block();
	}
}

/// The account of a well-known key.
pub fn account(key: Sr25519Keyring) -> AccountId {
	key.to_account_id()
}

/// Dispatches a call as `who`, fees aside.
pub fn dispatch(who: AccountId, call: impl Into<RuntimeCall>) -> DispatchResultWithPostInfo {
	call.into().dispatch(RuntimeOrigin::signed(who))
}

fn publish() -> pallet_model_registry::Call<Runtime> {
	let variant = Variant {
		precision: Precision::Int8,
		artifact: BlobRef { blob_id: [1; 32], digest: H256::repeat_byte(2), size: 3 },
		units_per_item: WorkUnits(2),
		memory: 1 << 20,
		agreement: Agreement::Exact,
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

/// Makes `who` an available provider.
pub fn provide(who: AccountId, bond: Balance) {
	type Call = pallet_provider_staking::Call<Runtime>;
	dispatch(who.clone(), Call::bond { amount: bond }).expect("bonds");
	dispatch(who.clone(), Call::offer { pool: POOL, least_price: MILLI_TCT }).expect("offers");
	dispatch(who, Call::go_available {}).expect("goes available");
}

/// A request for `items` items, due `deadline` blocks from now.
pub fn request(items: u32, price: Balance, deadline: BlockNumber) -> JobRequest {
	JobRequest {
		variant: VARIANT,
		class: DeterminismClass::Portable,
		items,
		input: Payload::Inline(vec![1, 2, 3].try_into().expect("short")),
		price,
		redundancy: Redundancy::DEFAULT,
		deadline: System::block_number() + deadline,
		canary: H256::zero(),
		funding: Funding::Hold,
	}
}

/// Submits a job; its id is the number of jobs before it.
pub fn submit(who: AccountId, request: JobRequest) -> Result<JobId, ()> {
	let id = JobId(JobMarket::job_count());
	let call = pallet_job_market::Call::<Runtime>::submit { request };
	dispatch(who, call).map(|_| id).map_err(|_| ())
}

/// The response that honest executors give to every job; others differ by `lie`.
pub fn response(lie: u8) -> Response {
	Response::Result(answer(lie))
}

/// The answer in it.
pub fn answer(lie: u8) -> Answer {
	let digest = H256::repeat_byte(lie);
	Answer {
		root: hashing::result_root(&tercet_primitives::ItemSet::first(1), &[digest]),
		output: Payload::Inline(vec![lie].try_into().expect("short")),
	}
}

/// The seat of `who` in the committee of `job`.
pub fn seat(who: &AccountId, job: JobId) -> Option<Seat<AccountId>> {
	let committee = Verification::committee(job)?;
	committee.seats.into_iter().find(|seat| seat.executor == *who)
}

/// A commitment of `who`; for round 0 if it has no seat.
pub fn commitment(who: &AccountId, job: JobId, lie: u8) -> Duty {
	let genesis = System::block_hash(0);
	let round = seat(who, job).map_or(0, |seat| seat.round);
	let commitment = hashing::commitment(&genesis, job, round, who, &response(lie), &[lie; 32]);
	Duty::Commit { job, commitment }
}

/// What opens it.
pub fn opening(job: JobId, lie: u8) -> Duty {
	Duty::Reveal { job, response: response(lie), salt: [lie; 32] }
}

/// The call that does `duties`.
pub fn duties(duties: Vec<Duty>) -> pallet_verification::Call<Runtime> {
	pallet_verification::Call::answer { duties: duties.try_into().expect("few") }
}

/// Commits `who` to an answer.
pub fn commit(who: AccountId, job: JobId, lie: u8) -> DispatchResultWithPostInfo {
	let duty = commitment(&who, job, lie);
	dispatch(who, duties(vec![duty]))
}

/// Reveals that answer.
pub fn reveal(who: AccountId, job: JobId, lie: u8) -> DispatchResultWithPostInfo {
	dispatch(who, duties(vec![opening(job, lie)]))
}

/// The executors of `job`, in the order of their seats.
pub fn executors(job: JobId) -> Vec<AccountId> {
	let committee = Verification::committee(job).expect("a committee was drawn");
	committee.seats.into_iter().map(|seat| seat.executor).collect()
}

/// Everything that `who` owns, held or not.
pub fn wealth(who: &AccountId) -> Balance {
	use polkadot_sdk::frame_support::traits::fungible::Inspect;
	Balances::total_balance(who)
}

/// What a provider of these tests bonds.
pub const BOND: Balance = 2_000 * TCT;
