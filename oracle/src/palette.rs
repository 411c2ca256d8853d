//! The values that actions choose from.

use tercet_primitives::{
	Agreement, Architecture, Balance, BlobRef, DeterminismClass, ExecutionProvider, Feature,
	ModelId, OnnxRuntimeVersion, Permill, PoolId, Precision, Variant, VariantId, WorkUnits, H256,
	MILLI_TCT, TCT,
};

use crate::{actor, AccountId, Action, NewModel, Oracle, What, ACTORS};

pub(crate) fn pick<T: Clone>(from: &[T], by: u8) -> Option<T> {
	(!from.is_empty()).then(|| from[usize::from(by) % from.len()].clone())
}

pub(crate) fn model_id(oracle: &Oracle, by: u8) -> ModelId {
	// One too many now and then.
	ModelId(u32::from(by) % (oracle.registry.models.len() as u32 + u32::from(by > 240)).max(1))
}

pub(crate) fn variant_id(oracle: &Oracle, by: u8) -> VariantId {
	let model = model_id(oracle, by);
	let variants = oracle.registry.models.get(model.0 as usize).map_or(1, |it| it.variants.len());
	VariantId { model, index: (by / 7) % (variants as u8 + u8::from(by > 250)) }
}

pub(crate) fn class(by: u8) -> DeterminismClass {
	if by < 235 {
		return DeterminismClass::Portable;
	}
	DeterminismClass::Pinned {
		provider: ExecutionProvider::Cpu,
		runtime: OnnxRuntimeVersion { major: 1, minor: 31, patch: 1 },
		architecture: Architecture::X86Avx2,
		threads: 1,
	}
}

pub(crate) fn pool(oracle: &Oracle, by: u8, class_by: u8) -> PoolId {
	PoolId { variant: variant_id(oracle, by), class: class(class_by) }
}

pub(crate) fn price(by: u8) -> Balance {
	let prices = [1, 1, 2, 2, 3, 10, 500, 1_000, 1_000, 5_000, 20_000, 0];
	MILLI_TCT * prices[usize::from(by) % prices.len()]
}

pub(crate) fn least_price(by: u8) -> Balance {
	let prices = [1, 1, 1, 1, 2, 3, 1_000, 0];
	MILLI_TCT * prices[usize::from(by) % prices.len()]
}

pub(crate) fn amount(by: u8, fine: u8) -> Balance {
	let amounts = [1, 10, 100, 500, 999, 1_000, 1_001, 1_500, 2_000, 3_000, 8_000, 30_000];
	match by {
		250 => 0,
		251 => 1,
		252 => Balance::MAX,
		_ => TCT * amounts[usize::from(by) % amounts.len()] + u128::from(fine),
	}
}

/// A variant that nobody has published yet, as a rule.
pub(crate) fn variant(by: u8, similar: bool) -> Variant {
	let agreement = match similar {
		true => Agreement::Similar { max_distance: 10, feature: Feature::Flat },
		false => Agreement::Exact,
	};
	Variant {
		precision: if similar { Precision::Fp32 } else { Precision::Int8 },
		artifact: BlobRef { blob_id: [by; 32], digest: H256::repeat_byte(by), size: 3 },
		units_per_item: WorkUnits(u64::from(by % 5)),
		memory: 1 << 20,
		agreement,
	}
}

pub(crate) fn publication(oracle: &Oracle, action: &Action) -> What {
	let [_, b, c, d, e, f, g] = action.how;
	let label = |text: &[u8]| text.to_vec().try_into().expect("short");
	let percent = |by: u8, from: &[u32]| Permill::from_percent(from[usize::from(by) % from.len()]);
	let variants = (0..usize::from(b % 4)).map(|step| variant(c.wrapping_add(step as u8), d < 128));
	What::Publish(NewModel {
		name: label(if g == 0 { b"" } else { b"model" }),
		task: label(if g == 1 { b"" } else { b"tensor" }),
		licence: label(if g == 2 { &[0xff] } else { b"MIT" }),
		royalty: percent(e, &[0, 1, 7, 33, 50, 51]),
		parent: (f < 170).then(|| model_id(oracle, f)),
		derivative_share: percent(g, &[0, 10, 50, 100]),
		variants: variants.collect(),
	})
}

pub(crate) fn transfer(oracle: &Oracle, who: &AccountId, action: &Action) -> What {
	let [a, b, c, d, ..] = action.how;
	let to = match b {
		0..=199 => actor(b.into()),
		200..=230 => oracle.rules.treasury.clone(),
		_ => oracle.rules.pots[&actor(usize::from(b % 10))].clone(),
	};
	let least = oracle.rules.least_balance;
	let free = oracle.bank.free(who);
	// Providers and requesters are not made poor, or little would happen any more.
	let all = if usize::from(a) % ACTORS.len() < 13 { TCT } else { free };
	let amounts = [1, least - 1, least, 3 * least, TCT, all, all.saturating_sub(least / 2)];
	What::Transfer { to, amount: amounts[usize::from(c) % amounts.len()], keep_alive: d < 128 }
}
