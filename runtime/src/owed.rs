//! Who does not pay a transaction fee: an executor for what it owes, itself or by its proxy.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode};
use polkadot_sdk::{
	frame_support::{dispatch::DispatchResult, traits::InstanceFilter, weights::Weight},
	frame_system::{self, ensure_signed},
	pallet_proxy,
	sp_runtime::{
		traits::{
			DispatchInfoOf, Implication, PostDispatchInfoOf, StaticLookup, TransactionExtension,
			TransactionExtensionMetadata, ValidateResult,
		},
		transaction_validity::{
			TransactionLongevity, TransactionPriority, TransactionSource, TransactionValidityError,
			ValidTransaction,
		},
	},
};
use scale_info::{StaticTypeInfo, TypeInfo};

use pallet_verification::{weights::votes_in, WeightInfo as _};

use crate::{AccountId, Proxy, Runtime, RuntimeCall, RuntimeOrigin, Verification};

/// Owed calls go before any that pays: there is at most one for every duty of every seat, so they
/// cannot crowd out others, and a full pool cannot keep them out.
const PRIORITY: TransactionPriority = TransactionPriority::MAX / 2;

/// Blocks for which an owed call stays in the pool: then the worker sends it again if it is still
/// owed.
const LONGEVITY: TransactionLongevity = 32;

/// Skips `S`, which charges the fee, for calls that their signer owes; see
/// [`pallet_verification`]. Wallets see `S` only.
#[derive(Clone, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
pub struct FreeIfOwed<S>(pub S);

impl<S: StaticTypeInfo> TypeInfo for FreeIfOwed<S> {
	type Identity = S;
	fn type_info() -> scale_info::Type {
		S::type_info()
	}
}

impl<S: core::fmt::Debug> core::fmt::Debug for FreeIfOwed<S> {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		self.0.fmt(f)
	}
}

/// What became of the wrapped extension.
pub enum Charge<T> {
	/// It applies.
	Applied(T),
	/// The call is owed.
	Skipped,
}

impl<S: TransactionExtension<RuntimeCall> + StaticTypeInfo> TransactionExtension<RuntimeCall>
	for FreeIfOwed<S>
{
	const IDENTIFIER: &'static str = S::IDENTIFIER;
	type Implicit = S::Implicit;
	type Val = Charge<S::Val>;
	type Pre = Charge<S::Pre>;

	fn metadata() -> Vec<TransactionExtensionMetadata> {
		S::metadata()
	}

	fn implicit(&self) -> Result<Self::Implicit, TransactionValidityError> {
		self.0.implicit()
	}

	fn weight(&self, call: &RuntimeCall) -> Weight {
		self.0.weight(call).saturating_add(weight_of_owed(call))
	}

	fn validate(
		&self,
		origin: RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
		implicit: S::Implicit,
		implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, RuntimeCall> {
		if let Some(validity) = owed(&origin, call) {
			return Ok((validity, Charge::Skipped, origin));
		}
		let (validity, val, origin) =
			self.0.validate(origin, call, info, len, implicit, implication, source)?;
		Ok((validity, Charge::Applied(val), origin))
	}

	fn prepare(
		self,
		val: Self::Val,
		origin: &RuntimeOrigin,
		call: &RuntimeCall,
		info: &DispatchInfoOf<RuntimeCall>,
		len: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		match val {
			Charge::Applied(val) => {
				self.0.prepare(val, origin, call, info, len).map(Charge::Applied)
			},
			Charge::Skipped => Ok(Charge::Skipped),
		}
	}

	fn post_dispatch_details(
		pre: Self::Pre,
		info: &DispatchInfoOf<RuntimeCall>,
		post_info: &PostDispatchInfoOf<RuntimeCall>,
		len: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		match pre {
			Charge::Applied(pre) => S::post_dispatch_details(pre, info, post_info, len, result),
			Charge::Skipped => Ok(Weight::zero()),
		}
	}
}

/// How an owed call stands in the pool; `None` if the call is not owed now.
fn owed(origin: &RuntimeOrigin, call: &RuntimeCall) -> Option<ValidTransaction> {
	let signer = ensure_signed(origin.clone()).ok()?;
	let (who, call) = acting(signer, call)?;
	let RuntimeCall::Verification(call) = call else { return None };
	let provides = Verification::owed_tags(&who, call);
	(!provides.is_empty()).then_some(ValidTransaction {
		priority: PRIORITY,
		longevity: LONGEVITY,
		provides,
		..Default::default()
	})
}

/// Who does what by `call`: its signer, or the account that the signer may do this for, as a proxy, at
/// once. `None` if it is not the proxy of that account: the call would fail.
fn acting(signer: AccountId, call: &RuntimeCall) -> Option<(AccountId, &RuntimeCall)> {
	let RuntimeCall::Proxy(pallet_proxy::Call::proxy { real, force_proxy_type, call }) = call
	else {
		return Some((signer, call));
	};
	// Not worth looking for a proxy: nothing else is ever owed.
	let RuntimeCall::Verification(_) = &**call else { return None };
	let real = <Runtime as frame_system::Config>::Lookup::lookup(real.clone()).ok()?;
	let proxy = Proxy::find_proxy(&real, &signer, *force_proxy_type).ok()?;
	(proxy.delay == 0 && proxy.proxy_type.filter(call)).then_some((real, &**call))
}

/// What [`owed`] takes.
fn weight_of_owed(call: &RuntimeCall) -> Weight {
	type WeightInfo = <Runtime as pallet_verification::Config>::WeightInfo;
	match call {
		RuntimeCall::Verification(pallet_verification::Call::answer { duties }) => {
			let count = u32::try_from(duties.len()).unwrap_or(u32::MAX);
			WeightInfo::owed(count, votes_in(duties))
		},
		RuntimeCall::Proxy(pallet_proxy::Call::proxy { call, .. }) => match &**call {
			RuntimeCall::Verification(_) => {
				let proxies = <Runtime as frame_system::Config>::DbWeight::get().reads(1);
				weight_of_owed(call).saturating_add(proxies)
			},
			_ => Weight::zero(),
		},
		_ => Weight::zero(),
	}
}
