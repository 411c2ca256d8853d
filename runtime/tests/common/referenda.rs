//! Referenda of both houses, from submission to enactment.

use super::*;
use codec::Encode;
use polkadot_sdk::{
	frame_support::traits::{schedule::DispatchTime, Bounded},
	frame_system::RawOrigin,
	pallet_conviction_voting::{self, AccountVote, Conviction},
	pallet_preimage,
	pallet_referenda::{self, Instance2, ReferendumInfo},
	sp_runtime::traits::{BlakeTwo256, Hash},
};
use tercet_runtime::{
	configs::origins::Origin, pace::Haste, Dao, OriginCaller, Scheduler, Treasury,
};

/// Who votes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum House {
	Token,
	Contributors,
}

use House::{Contributors, Token};

/// So hasty that the longest referendum is over within a few hundred blocks.
pub const HURRY: u32 = 2_880;

/// Runs `test` on a chain that lives fast, and checks every pallet's invariants afterwards.
pub fn on_a_hasty_chain(test: impl FnOnce()) {
	on_a_chain(|| {
		Haste::<Runtime>::put(HURRY);
		test();
	});
}

/// Like [`next_block`], with the hooks that governance needs.
pub fn step() {
	next_block();
	let now = System::block_number();
	Scheduler::on_initialize(now);
	Treasury::on_initialize(now);
}

/// Blocks until `done`; says in how many.
pub fn step_until(done: impl Fn() -> bool) -> BlockNumber {
	let start = System::block_number();
	while !done() {
		assert!(System::block_number() < start + 1_000, "it never came");
		step();
	}
	System::block_number() - start
}

/// Root's, as referenda name it.
pub fn root() -> OriginCaller {
	RawOrigin::Root.into()
}

/// Submits a referendum of `house` on `call` from `origin`, and places its deposit.
pub fn propose(house: House, origin: impl Into<OriginCaller>, call: impl Into<RuntimeCall>) -> u32 {
	let bytes = call.into().encode();
	let proposal = match bytes.clone().try_into() {
		Ok(inline) => Bounded::Inline(inline),
		Err(_) => {
			let (hash, len) = (BlakeTwo256::hash(&bytes), bytes.len() as u32);
			note(bytes);
			Bounded::Lookup { hash, len }
		},
	};
	let proposal_origin = Box::new(origin.into());
	let enactment_moment = DispatchTime::After(0);
	let who = account(Sr25519Keyring::Alice);
	match house {
		Token => {
			type Call = pallet_referenda::Call<Runtime>;
			let index = pallet_referenda::ReferendumCount::<Runtime>::get();
			let call = Call::submit { proposal_origin, proposal, enactment_moment };
			dispatch(who.clone(), call).expect("is submitted");
			dispatch(who, Call::place_decision_deposit { index }).expect("has a deposit");
			index
		},
		Contributors => {
			type Call = pallet_referenda::Call<Runtime, Instance2>;
			let index = pallet_referenda::ReferendumCount::<Runtime, Instance2>::get();
			let call = Call::submit { proposal_origin, proposal, enactment_moment };
			dispatch(who.clone(), call).expect("is submitted");
			dispatch(who, Call::place_decision_deposit { index }).expect("has a deposit");
			index
		},
	}
}

/// Stores a preimage.
pub fn note(bytes: Vec<u8>) {
	let call = pallet_preimage::Call::<Runtime>::note_preimage { bytes };
	dispatch(account(Sr25519Keyring::Alice), call).expect("is stored");
}

/// Whether referendum `index` of `house` was approved.
pub fn approved(house: House, index: u32) -> bool {
	match house {
		Token => matches!(
			pallet_referenda::ReferendumInfoFor::<Runtime>::get(index),
			Some(ReferendumInfo::Approved(..))
		),
		Contributors => matches!(
			pallet_referenda::ReferendumInfoFor::<Runtime, Instance2>::get(index),
			Some(ReferendumInfo::Approved(..))
		),
	}
}

/// Everybody votes for referendum `index` of the token house with most of what they have, until it
/// is approved.
pub fn approve_by_tokens(index: u32) {
	for key in Sr25519Keyring::well_known() {
		let who = account(key);
		let vote = pallet_conviction_voting::Vote { aye: true, conviction: Conviction::Locked1x };
		let balance = Balances::free_balance(&who) / 10 * 9;
		let vote = AccountVote::Standard { vote, balance };
		let call = pallet_conviction_voting::Call::<Runtime>::vote { poll_index: index, vote };
		dispatch(who, call).expect("votes");
	}
	step_until(|| approved(Token, index));
}

/// `voters` vote for referendum `index` of the contributor house as soon as they can, until it is
/// approved.
pub fn approve_by_work(index: u32, voters: &[AccountId]) {
	step_until(|| Dao::power_of(index, voters[0].clone()).is_some());
	for who in voters {
		let vote = pallet_dao::Vote::Aye;
		dispatch(who.clone(), pallet_dao::Call::<Runtime>::vote { poll: index, vote })
			.expect("votes");
	}
	step_until(|| approved(Contributors, index));
}

/// Three providers who have run a job, so that each has a third of all work credits, from before the
/// present snapshot period.
pub fn workers() -> [AccountId; 3] {
	let workers = [Sr25519Keyring::Bob, Sr25519Keyring::Charlie, Sr25519Keyring::Dave].map(account);
	workers.iter().for_each(|who| provide(who.clone(), BOND));
	next_block();
	next_block();
	work(&workers);
	(0..10).for_each(|_| step());
	workers
}

/// Has `executors`, who are all providers there are, run a job.
pub fn work(executors: &[AccountId; 3]) {
	let requester = account(Sr25519Keyring::Alice);
	let job = submit(requester, request(10, MILLI_TCT, 60)).expect("is submitted");
	next_block();
	next_block();
	for who in executors {
		commit(who.clone(), job, 0).expect("commits");
	}
	next_block();
	next_block();
	for who in executors {
		reveal(who.clone(), job, 0).expect("reveals");
	}
}

/// Dispatches a call as a referendum from `origin` does.
pub fn dispatch_from(
	origin: Origin,
	call: impl Into<RuntimeCall>,
) -> polkadot_sdk::sp_runtime::DispatchResult {
	call.into().dispatch(origin.into()).map(|_| ()).map_err(|error| error.error)
}
