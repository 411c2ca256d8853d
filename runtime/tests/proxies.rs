//! Answers by the key of a worker, which is a proxy of the provider: free while they are owed.

mod common;

use common::*;
use polkadot_sdk::{
	frame_support::dispatch::GetDispatchInfo,
	pallet_proxy,
	sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie, Dave, Eve, Ferdie, One},
	sp_runtime::{
		traits::{TransactionExtension, TxBaseImplication},
		transaction_validity::TransactionSource,
		MultiAddress,
	},
};
use tercet_primitives::{JobId, SeatState, MILLI_TCT};
use tercet_runtime::{
	configs::ProxyType,
	owed::{Charge, FreeIfOwed},
	AccountId, Runtime, RuntimeCall, RuntimeOrigin, System,
};

type ChargeFee = polkadot_sdk::pallet_transaction_payment::ChargeTransactionPayment<Runtime>;

/// Whether a transaction of `signer` is free, in the block under construction.
fn is_free(signer: AccountId, call: &RuntimeCall) -> bool {
	let charge = FreeIfOwed(ChargeFee::from(0));
	let info = call.get_dispatch_info();
	let valid = charge.validate(
		RuntimeOrigin::signed(signer),
		call,
		&info,
		200,
		(),
		&TxBaseImplication(call),
		TransactionSource::External,
	);
	// Some of the signers here have nothing to pay with.
	matches!(valid, Ok((_, Charge::Skipped, _)))
}

fn by_proxy(real: AccountId, kind: Option<ProxyType>, call: impl Into<RuntimeCall>) -> RuntimeCall {
	let (real, call) = (MultiAddress::Id(real), Box::new(call.into()));
	pallet_proxy::Call::proxy { real, force_proxy_type: kind, call }.into()
}

fn add_proxy(real: AccountId, delegate: AccountId, proxy_type: ProxyType, delay: u32) {
	let delegate = MultiAddress::Id(delegate);
	dispatch(real, pallet_proxy::Call::add_proxy { delegate, proxy_type, delay }).unwrap();
}

/// A job that Bob, Charlie and Dave were drawn for.
fn a_job() -> JobId {
	[Bob, Charlie, Dave].iter().for_each(|key| provide(account(*key), BOND));
	next_block();
	next_block();
	let job = submit(account(Alice), request(10, MILLI_TCT, 60)).unwrap();
	next_block();
	next_block();
	job
}

#[test]
fn answer_by_a_proxy_is_free_while_it_is_owed() {
	on_a_chain(|| {
		let job = a_job();
		add_proxy(account(Bob), account(Eve), ProxyType::Worker, 0);
		let owed = duties(vec![commitment(&account(Bob), job, 0)]);
		let call = by_proxy(account(Bob), None, owed.clone());
		assert!(is_free(account(Eve), &call));
		assert!(is_free(account(Eve), &by_proxy(account(Bob), Some(ProxyType::Worker), owed)));
		dispatch(account(Eve), call.clone()).unwrap();
		let seat = seat(&account(Bob), job).expect("drawn");
		assert!(matches!(seat.state, SeatState::Committed(_)), "{:?}", System::events());
		assert!(!is_free(account(Eve), &call), "it is not owed twice");
	});
}

#[test]
fn answer_by_a_proxy_is_paid_for_when_it_is_not_one_or_may_not_answer() {
	on_a_chain(|| {
		let job = a_job();
		let owed = || duties(vec![commitment(&account(Bob), job, 0)]);
		assert!(!is_free(account(Eve), &by_proxy(account(Bob), None, owed())), "no proxy");
		add_proxy(account(Bob), account(Eve), ProxyType::Governance, 0);
		assert!(!is_free(account(Eve), &by_proxy(account(Bob), None, owed())), "wrong kind");
		add_proxy(account(Bob), account(Ferdie), ProxyType::Worker, 5);
		assert!(!is_free(account(Ferdie), &by_proxy(account(Bob), None, owed())), "not at once");
		add_proxy(account(Bob), account(One), ProxyType::Worker, 0);
		let other_kind = by_proxy(account(Bob), Some(ProxyType::Any), owed());
		assert!(!is_free(account(One), &other_kind), "forced to another kind");
		let of_another = duties(vec![commitment(&account(Charlie), job, 0)]);
		assert!(!is_free(account(One), &by_proxy(account(Charlie), None, of_another)));
		let nested = by_proxy(account(Bob), None, by_proxy(account(Bob), None, owed()));
		assert!(!is_free(account(One), &nested), "nested");
		let unbond = pallet_provider_staking::Call::<Runtime>::unbond { amount: 1 };
		assert!(!is_free(account(One), &by_proxy(account(Bob), None, unbond)));
	});
}
