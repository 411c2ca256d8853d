//! What is measured, and how the pallets make for each other what their benchmarks work on.

use alloc::{vec, vec::Vec};

use polkadot_sdk::{
	frame_benchmarking::{self, account},
	frame_support::traits::{
		fungible::Mutate,
		schedule::{v3::Named, DispatchTime},
		Bounded, Get, OnFinalize, OnInitialize, Polling,
	},
	frame_system_benchmarking, pallet_babe,
	pallet_referenda::{
		self, DecidingStatus, Instance2, ReferendumInfo::Ongoing, ReferendumInfoFor, TracksInfo,
	},
	pallet_transaction_payment, sp_crypto_hashing,
};

use pallet_job_market::HoldReason;
use pallet_model_registry::benchmarking::publish_lineage;
use pallet_payouts::{
	Credits, CreditsBefore, Past, PastCredits, TotalCredits, TotalCreditsBefore, WorkCredits,
	SNAPSHOT_PERIODS,
};
use pallet_provider_staking::{benchmarking as staking, draw::SMALL_POOL};
use pallet_verification::benchmarking::setup as committees;
use tercet_primitives::{
	Agreement, Balance, BlockNumber, DeterminismClass, Funding, JobId, JobRequest, ModelId,
	Payload, PoolId, Redundancy, VariantId, WorkUnits, H256, MAX_INLINE_BYTES, TCT,
};

use crate::{
	configs::{origins::Origin, TreasuryAccount, EXISTENTIAL_DEPOSIT},
	AccountId, Balances, ContributorReferenda, JobMarket, Runtime, RuntimeHoldReason,
	RuntimeOrigin, Scheduler, System,
};

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_timestamp, Timestamp]
	[pallet_babe, Babe]
	[pallet_grandpa, Grandpa]
	[pallet_balances, Balances]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_sudo, Sudo]
	[pallet_utility, Utility]
	[pallet_proxy, Proxy]
	[pallet_multisig, Multisig]
	[pallet_model_registry, ModelRegistry]
	[pallet_provider_staking, ProviderStaking]
	[pallet_job_market, JobMarket]
	[pallet_verification, Verification]
	[pallet_payouts, Payouts]
	[pallet_privacy, Privacy]
	[pallet_dao, Dao]
);

impl frame_system_benchmarking::Config for Runtime {}

impl pallet_transaction_payment::BenchmarkConfig for Runtime {}

/// What each account that pays has, in planck.
const FUNDS: Balance = 1_000_000 * TCT;

/// Paid per work unit by the jobs of benchmarks, in planck: every author of the deepest lineage earns
/// more than the existential deposit with a single item.
const PRICE: Balance = 10 * EXISTENTIAL_DEPOSIT;

/// Sets up whatever the benchmarks of one pallet need of the others.
pub struct Helper;

/// A variant of a model of the deepest lineage, one work unit per item.
fn variant(agreement: Agreement) -> VariantId {
	publish_lineage::<Runtime>(agreement, WorkUnits(1)).expect("models can be published")
}

/// A new pool of so many providers with `stake` each; they ask for the existential deposit, and
/// `drawable` of them, at even distances, have no job in hand.
fn pool(agreement: Agreement, providers: u32, drawable: u32, stake: Balance) -> PoolId {
	let pool = PoolId { variant: variant(agreement), class: DeterminismClass::Portable };
	for index in 0..providers {
		let who: AccountId = account("provider", index, pool.variant.model.0);
		let drawable_before =
			|index: u32| u64::from(index) * u64::from(drawable) / u64::from(providers);
		let busy = drawable_before(index) == drawable_before(index + 1);
		staking::seat::<Runtime>(&who, pool, EXISTENTIAL_DEPOSIT, stake, busy)
			.expect("anybody can become a provider");
	}
	pool
}

fn stake_cap() -> Balance {
	<Runtime as pallet_provider_staking::Config>::StakeCap::get()
}

fn set_vrf(output: [u8; 32]) {
	pallet_babe::AuthorVrfRandomness::<Runtime>::put(Some(output));
}

impl pallet_provider_staking::BenchmarkHelper for Helper {
	fn variant() -> VariantId {
		variant(Agreement::Exact)
	}
}

impl pallet_payouts::BenchmarkHelper<AccountId, RuntimeHoldReason> for Helper {
	fn reason() -> RuntimeHoldReason {
		HoldReason::Escrow.into()
	}

	fn provider(who: &AccountId) {
		staking::largest_provider::<Runtime>(who).expect("anybody can become a provider");
	}
}

impl pallet_privacy::BenchmarkHelper<AccountId> for Helper {
	fn provider(who: &AccountId) {
		staking::largest_provider::<Runtime>(who).expect("anybody can become a provider");
	}
}

impl pallet_verification::benchmarking::BenchmarkHelper for Helper {
	fn submit(items: u32, agreement: Agreement, redundancy: Redundancy, canary: H256) -> JobId {
		let PoolId { variant, class } = pool(agreement, SMALL_POOL, SMALL_POOL, stake_cap());
		let requester: AccountId = account("requester", variant.model.0, 0);
		for who in [&requester, &TreasuryAccount::get()] {
			Balances::mint_into(who, FUNDS).expect("the issuance is far below its limit");
		}
		let latest: BlockNumber = <Runtime as pallet_job_market::Config>::MaxDeadline::get();
		let input = vec![7; MAX_INLINE_BYTES as usize];
		let id = JobId(JobMarket::job_count());
		let request = JobRequest {
			variant,
			class,
			items,
			input: Payload::Inline(input.try_into().expect("as much as fits inline")),
			price: PRICE,
			redundancy,
			deadline: System::block_number() + latest,
			canary,
			funding: Funding::Hold,
		};
		JobMarket::submit(RuntimeOrigin::signed(requester), request).expect("it is a good request");
		id
	}

	fn draw() {
		set_vrf([7; 32]);
		let now = System::block_number();
		JobMarket::on_initialize(now);
		JobMarket::on_finalize(now);
	}
}

impl pallet_job_market::benchmarking::BenchmarkHelper<AccountId> for Helper {
	fn pool(providers: u32, drawable: u32) -> PoolId {
		Balances::set_balance(&TreasuryAccount::get(), 0);
		pool(Agreement::Exact, providers, drawable, stake_cap() / 8 * 3)
	}

	fn set_vrf(output: [u8; 32]) {
		set_vrf(output);
	}

	fn overdue_audit() -> JobId {
		committees::overdue_audit::<Runtime>()
	}

	fn note_challenge(of: JobId, review: JobId, payer: AccountId) {
		committees::note_challenge::<Runtime>(of, review, payer);
	}

	fn leave_traces(job: JobId) {
		committees::leave_traces::<Runtime>(job);
	}
}

impl pallet_dao::BenchmarkHelper<AccountId> for Helper {
	fn deciding(who: &AccountId) -> u32 {
		let tracks = <Runtime as pallet_referenda::Config<Instance2>>::Tracks::tracks();
		let track = tracks.last().expect("the house has tracks").id;
		let poll = ContributorReferenda::create_ongoing(track).expect("any track will do");
		let period = <Runtime as pallet_payouts::Config>::SnapshotPeriod::get();
		// The oldest period that is remembered when as many have passed.
		let since = period;
		System::set_block_number(period * (SNAPSHOT_PERIODS + 1));
		ReferendumInfoFor::<Runtime, Instance2>::mutate(poll, |info| {
			if let Some(Ongoing(status)) = info {
				status.deciding = Some(DecidingStatus { since, confirming: None });
			}
		});

		let credits = Credits { amount: TCT, half_life: 0 };
		let past = (1..=SNAPSHOT_PERIODS + 1).map(|period| Past { period, credits });
		let past = PastCredits(past.collect::<Vec<_>>().try_into().expect("as many as are kept"));
		CreditsBefore::<Runtime>::insert(who, past.clone());
		TotalCreditsBefore::<Runtime>::put(past);
		WorkCredits::<Runtime>::insert(who, credits);
		TotalCredits::<Runtime>::put(credits);
		poll
	}

	fn models(count: u32) -> Vec<ModelId> {
		(0..count).map(|_| variant(Agreement::Exact).model).collect()
	}

	fn approved() -> u32 {
		let referendum = 0u32;
		let name = codec::Encode::using_encoded(
			&(*b"assembly", "enactment", referendum),
			sp_crypto_hashing::blake2_256,
		);
		let call = codec::Encode::encode(&crate::RuntimeCall::System(
			polkadot_sdk::frame_system::Call::remark { remark: vec![7; 64] },
		));
		let call = Bounded::Inline(call.try_into().expect("it is short"));
		let origin = Origin::MarketAdmin.into();
		<Scheduler as Named<_, _, _>>::schedule_named(
			name,
			DispatchTime::After(9),
			None,
			63,
			origin,
			call,
		)
		.expect("the agenda is empty");
		referendum
	}
}
