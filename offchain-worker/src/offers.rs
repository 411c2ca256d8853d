//! What an operator writes about money and offers, and what it means on chain.

use std::{fmt, str::FromStr};

use tercet_primitives::{
	Agreement, Balance, DeterminismClass, Model, ModelId, PoolId, Precision, Variant, VariantId,
	MILLI_TCT, TCT,
};

/// An amount of TCT: `1.5`, `1.5TCT`, `20mTCT` or `300planck`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub Balance);

/// The text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an amount; write it like 100, 0.5, 20mTCT or 300planck")]
pub struct BadAmount(String);

impl FromStr for Amount {
	type Err = BadAmount;

	fn from_str(text: &str) -> Result<Self, BadAmount> {
		let units = [("planck", 1), ("mTCT", MILLI_TCT), ("TCT", TCT)];
		let (number, unit) = units
			.into_iter()
			.find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, unit)))
			.unwrap_or((text, TCT));
		parse_decimal(number.trim(), unit).map(Self).ok_or_else(|| BadAmount(text.into()))
	}
}

impl fmt::Display for Amount {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let (whole, fraction) = (self.0 / TCT, self.0 % TCT);
		let decimals = format!("{fraction:012}");
		match decimals.trim_end_matches('0') {
			"" => write!(f, "{whole} TCT"),
			decimals => write!(f, "{whole}.{decimals} TCT"),
		}
	}
}

/// `number` × `unit`, exactly; `None` if it is no decimal number or does not come out even.
fn parse_decimal(number: &str, unit: Balance) -> Option<Balance> {
	let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
	let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
	if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
		return None;
	}
	let whole = if whole.is_empty() { 0 } else { whole.parse::<Balance>().ok()? };
	let mut amount = whole.checked_mul(unit)?;
	let mut place = unit;
	for digit in fraction.bytes() {
		let digit = Balance::from(digit - b'0');
		if !place.is_multiple_of(10) && digit != 0 {
			return None;
		}
		place /= 10;
		amount = amount.checked_add(digit.checked_mul(place)?)?;
	}
	Some(amount)
}

/// What to offer and for how much: `MODEL.VARIANT=PRICE` or `all=PRICE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
	/// One variant, or everything that is published.
	pub variants: Variants,
	/// The least price per work unit.
	pub price: Amount,
}

/// The variants that an offer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variants {
	/// Every variant of every model, those published later included.
	All,
	/// This one.
	One(VariantId),
}

/// The text is no offer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOffer {
	/// There is no `=`, or no variant before it.
	#[error("`{0}` is not an offer; write it like 0.1=0.001 (model 0, variant 1) or all=0.001")]
	Form(String),
	/// What follows the `=` is no amount.
	#[error(transparent)]
	Price(#[from] BadAmount),
	/// Nothing for nothing.
	#[error("the price in `{0}` is zero; ask for at least 1planck")]
	ZeroPrice(String),
}

impl fmt::Display for Offer {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.variants {
			Variants::All => f.write_str("all")?,
			Variants::One(VariantId { model, index }) => write!(f, "{}.{index}", model.0)?,
		}
		write!(f, "={}", self.price.to_string().trim_end_matches(" TCT"))
	}
}

impl FromStr for Offer {
	type Err = BadOffer;

	fn from_str(text: &str) -> Result<Self, BadOffer> {
		let form = || BadOffer::Form(text.into());
		let (what, price) = text.split_once('=').ok_or_else(form)?;
		let variants = match what {
			"all" => Variants::All,
			one => {
				let (model, index) = one.split_once('.').ok_or_else(form)?;
				let model = model.parse().map_err(|_| form())?;
				let index = index.parse().map_err(|_| form())?;
				Variants::One(VariantId { model, index })
			},
		};
		let price: Amount = price.parse()?;
		if price.0 == 0 {
			return Err(BadOffer::ZeroPrice(text.into()));
		}
		Ok(Self { variants, price })
	}
}

/// The classes whose bits this machine reproduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes {
	/// The class of this machine, for variants whose bits depend on it.
	pub pinned: Option<DeterminismClass>,
	/// Whether integer-exact variants have everybody's bits here.
	pub portable: bool,
}

/// The largest variants that this worker runs, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Largest {
	/// Size of the artifact.
	pub model: u64,
	/// Memory that the record declares.
	pub memory: u64,
}

impl Largest {
	/// No bounds.
	pub const ANY: Self = Self { model: u64::MAX, memory: u64::MAX };

	/// Whether jobs over `variant` can be run here.
	pub fn fits(&self, variant: &Variant) -> bool {
		variant.artifact.size <= self.model && variant.memory <= self.memory
	}
}

/// The pools that `offers` mean among `models`, with prices. An offer for one variant outweighs one
/// for all. What does not fit is not offered: its jobs would only be handed back.
///
/// Bits count under [`Agreement::Exact`] only. Similar results may come from any machine, so these
/// variants are offered in the portable class as well, whatever their precision.
pub fn wanted<A>(
	offers: &[Offer],
	models: &[(ModelId, Model<A>)],
	classes: Classes,
	largest: Largest,
) -> Vec<(PoolId, Balance)> {
	let Classes { pinned, portable: has_portable } = classes;
	let price_of = |variant: VariantId| {
		let price = |wanted| offers.iter().find(|o| o.variants == wanted).map(|o| o.price.0);
		price(Variants::One(variant)).or_else(|| price(Variants::All))
	};
	let mut pools = Vec::new();
	for (id, model) in models {
		for (index, variant) in (0u8..).zip(&model.variants) {
			if !largest.fits(variant) {
				continue;
			}
			let portable = Some(DeterminismClass::Portable);
			let classes = match (variant.agreement, variant.precision) {
				(Agreement::Similar { .. }, _) => [portable, pinned],
				(Agreement::Exact, Precision::Int8) => [portable.filter(|_| has_portable), None],
				(Agreement::Exact, _) => [pinned, None],
			};
			let variant = VariantId { model: *id, index };
			let Some(price) = price_of(variant) else { continue };
			let offer = |class| (PoolId { variant, class }, price);
			pools.extend(classes.into_iter().flatten().map(offer));
		}
	}
	pools
}
