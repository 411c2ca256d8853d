//! Parameters that tests need otherwise, by the development chain's sudo key.

use anyhow::{ensure, Result};
use codec::{Decode, DecodeAll, Encode};
use tercet_chain_client::{keys, Call, ChainClient};
use tercet_cli::storage;
use tercet_primitives::{BlockNumber, Permill};

/// How many jobs are audited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audits {
	/// None.
	Never,
	/// Every one.
	Always,
}

/// `pallet_verification::VerificationParams`.
#[derive(Clone, Copy, Debug, Decode, Encode)]
struct VerificationParams {
	audit_rate: Permill,
	proven_audit_rate: Permill,
	min_audit_time: BlockNumber,
	challenge_window: BlockNumber,
}

/// Sets both audit rates.
///
/// Writes the storage itself: the call refuses changes that are too large or too soon, as it should.
pub(crate) async fn set_audits(chain: &ChainClient, audits: Audits) -> Result<()> {
	/// `System.set_storage`, by pallet and call index.
	const SET_STORAGE: [u8; 2] = [0, 4];
	let key = storage::value("Verification", "Params");
	let now = chain.at(chain.best().await?.hash).storage(&key).await?;
	let mut params = match now {
		Some(bytes) => VerificationParams::decode_all(&mut &bytes[..])?,
		None => anyhow::bail!("the chain has no verification parameters in its genesis"),
	};
	let rate = match audits {
		Audits::Never => Permill::zero(),
		Audits::Always => Permill::one(),
	};
	(params.audit_rate, params.proven_audit_rate) = (rate, rate);
	let items = vec![(key.clone(), params.encode())];
	let call = [&SET_STORAGE[..], &items.encode()].concat();
	let sudo = Call::new("Sudo", "sudo", vec![call]);
	let included = chain.submit(&keys::from_uri("//Alice")?, sudo).await?;
	let written = chain.at(included.block.hash).storage(&key).await?;
	ensure!(written == Some(params.encode()), "the sudo key could not set the audit rates");
	Ok(())
}
