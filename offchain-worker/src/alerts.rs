//! What an operator should look at, and what to do about it: one place from conditions to words.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tercet_primitives::{Permill, MILLI_TCT};

use crate::{
	chain::{Standing, NO_RIGHTS},
	config::Bytes,
	offers::Amount,
};

/// Below this the key's account cannot pay for much longer.
const LEAST_FEES: u128 = 100 * MILLI_TCT;

/// Below this a provider is drawn so rarely that something is wrong with it. Those that are new begin
/// with one half.
const LEAST_REPUTATION: Permill = Permill::from_percent(25);

/// Below this nothing more should be written to a disk.
const LEAST_DISK: Bytes = Bytes::gib(1);

/// Failed requests to the stores, between two looks, that are not mere hiccups.
const MANY_FAILURES: u64 = 5;

/// Age of the newest block at which the node is behind, or this clock wrong.
const BEHIND: Duration = Duration::from_secs(60);

/// How far in the future the newest block may be before this clock is wrong.
const AHEAD: Duration = Duration::from_secs(5);

/// What may be wrong, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
	/// The key may not act for the provider.
	NoRights,
	/// Too little stake to be drawn.
	LowStake,
	/// A slash is decided.
	Slashed,
	/// Reputation is low, or fell.
	Reputation,
	/// Nothing left for fees.
	NoFees,
	/// The disk is nearly full.
	Disk,
	/// The store fails.
	Store,
	/// The node has no new blocks.
	Node,
	/// This machine's clock is wrong.
	Clock,
	/// Out of the pools, and nobody paused.
	Unavailable,
}

impl Kind {
	/// All of them, in the order of the enum.
	pub const ALL: [Self; 10] = [
		Self::NoRights,
		Self::LowStake,
		Self::Slashed,
		Self::Reputation,
		Self::NoFees,
		Self::Disk,
		Self::Store,
		Self::Node,
		Self::Clock,
		Self::Unavailable,
	];

	/// Its name, as in the metric.
	pub fn name(self) -> &'static str {
		match self {
			Self::NoRights => "no_rights",
			Self::LowStake => "low_stake",
			Self::Slashed => "slashed",
			Self::Reputation => "reputation",
			Self::NoFees => "no_fees",
			Self::Disk => "disk",
			Self::Store => "store",
			Self::Node => "node",
			Self::Clock => "clock",
			Self::Unavailable => "unavailable",
		}
	}
}

/// Something that the operator should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
	/// What it is.
	pub kind: Kind,
	/// What is wrong.
	pub what: String,
	/// What to do.
	pub remedy: String,
}

/// What alerts are made of.
#[derive(Clone, Debug, Default)]
pub struct Readings {
	/// How the worker stands on chain, if the node says.
	pub standing: Option<Standing>,
	/// The reputation an hour ago, or when the worker started.
	pub reputation_before: Option<Permill>,
	/// Time since a new block was seen.
	pub silence: Duration,
	/// This machine's clock, in milliseconds since 1970, when `standing` was asked for.
	pub now: u64,
	/// Bytes free for the state directory.
	pub disk_free: u64,
	/// Requests to stores that failed since the last look.
	pub store_failures: u64,
	/// Whether somebody paused the worker.
	pub paused: bool,
	/// Whether it entered the pools once, and left them by nobody's wish that it knows of.
	pub was_available: bool,
	/// The signer's address, for commands to copy.
	pub signer: String,
	/// The provider's address.
	pub account: String,
}

/// Everything that is wrong, the worst first.
pub fn alerts(readings: &Readings) -> Vec<Alert> {
	let mut alerts = Vec::new();
	let mut raise = |kind, what: String, remedy: String| alerts.push(Alert { kind, what, remedy });
	if let Some(standing) = &readings.standing {
		of_standing(readings, standing, &mut raise);
	}
	if readings.disk_free < LEAST_DISK.0 {
		raise(
			Kind::Disk,
			format!("only {} MiB are free for the state directory", readings.disk_free >> 20),
			"make room, or lower disk in [limits]; models/ may be emptied while the worker is \
			 stopped, journal.redb must stay"
				.into(),
		);
	}
	if readings.store_failures >= MANY_FAILURES {
		raise(
			Kind::Store,
			format!("{} requests to the store failed in a row of blocks", readings.store_failures),
			"see the log for what it says; name a second store in urls of [stores]".into(),
		);
	}
	if readings.silence >= BEHIND {
		raise(
			Kind::Node,
			format!("no new block for {} s", readings.silence.as_secs()),
			"look at the node (`systemctl status tercet-node`); name a second one in nodes of [chain]"
				.into(),
		);
	}
	alerts.sort_by_key(|alert| alert.kind);
	alerts
}

fn of_standing(
	readings: &Readings,
	standing: &Standing,
	raise: &mut impl FnMut(Kind, String, String),
) {
	let Readings { signer, account, .. } = readings;
	if !standing.may_act {
		let remedy = format!("tercet --key COLD provider worker-key {signer}");
		let what = NO_RIGHTS.split(';').next().unwrap_or(NO_RIGHTS);
		raise(Kind::NoRights, format!("{what} {account}"), remedy);
	}
	if standing.free < LEAST_FEES {
		raise(
			Kind::NoFees,
			format!("{signer} has {} left for fees", Amount(standing.free)),
			"send it 1 TCT or so: it pays for offers, for going in and out of pools, and for claims"
				.into(),
		);
	}
	let age = i128::from(readings.now) - i128::from(standing.time);
	if standing.syncing {
		raise(
			Kind::Node,
			"the node still catches up with the others".into(),
			"wait until it has; jobs are lost meanwhile, so `tercet-worker pause` if it takes long"
				.into(),
		);
	} else if age < -(AHEAD.as_millis() as i128) {
		raise(
			Kind::Clock,
			format!("the newest block is {} s in the future", -age / 1000),
			"this machine's clock is behind: `timedatectl set-ntp true`, or look at chronyd".into(),
		);
	} else if age >= BEHIND.as_millis() as i128 && readings.silence < BEHIND {
		raise(
			Kind::Clock,
			format!("blocks arrive, and the newest is {} s old", age / 1000),
			"this machine's clock is ahead (`timedatectl set-ntp true`), or the node is behind"
				.into(),
		);
	}
	let Some(provider) = &standing.provider else { return };
	let stake = provider.bonded.saturating_sub(provider.pending_slashes);
	if stake < standing.min_bond {
		raise(
			Kind::LowStake,
			format!(
				"{} is bonded, and {} is the least to be drawn",
				Amount(stake),
				Amount(standing.min_bond)
			),
			format!(
				"bond {} more: `tercet --key PROVIDER provider bond AMOUNT`",
				Amount(standing.min_bond.saturating_sub(stake))
			),
		);
	}
	if provider.pending_slashes > 0 {
		raise(
			Kind::Slashed,
			format!("a slash of {} is decided", Amount(provider.pending_slashes)),
			format!(
				"`tercet provider show {account}` says whether answers were wrong, withheld or \
				 missing; look for them in the log, and pause until the cause is found. A vote can \
				 cancel a slash within a day: docs/runbooks/vote.md"
			),
		);
	}
	let percent = |reputation: Permill| f64::from(reputation.deconstruct()) / 10_000.0;
	let before = readings.reputation_before.unwrap_or(provider.reputation);
	// A single job that was handed back takes 1/32.
	let fell =
		u64::from(provider.reputation.deconstruct()) * 10 < u64::from(before.deconstruct()) * 9;
	if provider.reputation < LEAST_REPUTATION || fell {
		raise(
			Kind::Reputation,
			format!(
				"reputation is {:.1} % (an hour ago {:.1} %)",
				percent(provider.reputation),
				percent(before)
			),
			"jobs were given up, lost or answered differently: find out which in the log; take back \
			 offers that this machine cannot serve in time, and check node, store and clock with \
			 `tercet-worker doctor`"
				.into(),
		);
	}
	if readings.was_available && !readings.paused && !provider.available {
		raise(
			Kind::Unavailable,
			"out of the pools, and nobody paused this worker".into(),
			"somebody with the provider's key, or the chain after a slash, took it out: \
			 `tercet-worker resume` puts it back"
				.into(),
		);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tercet_primitives::{apis::ProviderView, AccountId32, TCT};

	fn good() -> Readings {
		let provider = ProviderView {
			bonded: 1_000 * TCT,
			unbonding: 0,
			delegated: 0,
			counted: 1_000 * TCT,
			at_risk: 0,
			pending_slashes: 0,
			commission: Permill::zero(),
			operator: AccountId32::new([0; 32]),
			reputation: Permill::one(),
			available: true,
			in_flight: 0,
			assigned: 0,
			verified: 0,
			unresolved: 0,
			alone: 0,
			silent: 0,
			withheld: 0,
			wrong: 0,
			abstained: 0,
			offers: Vec::new(),
		};
		let standing = Standing {
			provider: Some(provider),
			free: TCT,
			claimable: Vec::new(),
			may_act: true,
			time: 1_000_000,
			syncing: false,
			min_bond: 1_000 * TCT,
		};
		Readings {
			standing: Some(standing),
			reputation_before: Some(Permill::one()),
			silence: Duration::from_secs(2),
			now: 1_002_000,
			disk_free: 100 << 30,
			store_failures: 0,
			paused: false,
			was_available: true,
			signer: "HOT".into(),
			account: "COLD".into(),
		}
	}

	fn kinds(change: impl FnOnce(&mut Readings, &mut Standing)) -> Vec<Kind> {
		let mut readings = good();
		let mut standing = readings.standing.take().unwrap();
		change(&mut readings, &mut standing);
		readings.standing = Some(standing);
		let alerts = alerts(&readings);
		assert!(alerts.iter().all(|alert| !alert.what.is_empty() && !alert.remedy.is_empty()));
		alerts.into_iter().map(|alert| alert.kind).collect()
	}

	fn provider(standing: &mut Standing) -> &mut ProviderView {
		standing.provider.as_mut().unwrap()
	}

	#[test]
	fn alerts_are_none_when_all_is_well() {
		assert_eq!(alerts(&good()), []);
		assert_eq!(alerts(&Readings { standing: None, ..good() }), []);
	}

	#[test]
	fn alerts_name_each_condition_when_it_holds() {
		assert_eq!(kinds(|_, s| s.may_act = false), [Kind::NoRights]);
		assert_eq!(kinds(|_, s| s.free = TCT / 100), [Kind::NoFees]);
		assert_eq!(kinds(|_, s| provider(s).bonded -= 1), [Kind::LowStake]);
		let slashed = kinds(|_, s| provider(s).pending_slashes = 1);
		assert_eq!(slashed, [Kind::LowStake, Kind::Slashed]);
		let fallen =
			|percent| kinds(|_, s| provider(s).reputation = Permill::from_percent(percent));
		assert_eq!((fallen(96), fallen(89)), (vec![], vec![Kind::Reputation]));
		assert_eq!(kinds(|r, _| r.disk_free = 1 << 29), [Kind::Disk]);
		assert_eq!(kinds(|r, _| r.store_failures = 5), [Kind::Store]);
		assert_eq!(kinds(|r, _| r.silence = BEHIND), [Kind::Node]);
		assert_eq!(kinds(|_, s| s.syncing = true), [Kind::Node]);
		assert_eq!(kinds(|r, _| r.now = 1_060_000), [Kind::Clock]);
		assert_eq!(kinds(|r, _| r.now = 990_000), [Kind::Clock]);
		assert_eq!(kinds(|_, s| provider(s).available = false), [Kind::Unavailable]);
	}

	#[test]
	fn alerts_are_silent_about_pools_when_the_worker_is_paused() {
		let paused = kinds(|r, s| {
			r.paused = true;
			provider(s).available = false;
		});
		assert_eq!(paused, []);
	}

	#[test]
	fn kinds_are_all_and_named_as_they_are_serialised() {
		for (place, kind) in Kind::ALL.into_iter().enumerate() {
			assert_eq!(kind as usize, place);
			assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
		}
	}
}
