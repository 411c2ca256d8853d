//! Which chains the node knows by name, and how to load any other from a file.

use std::path::PathBuf;

use polkadot_sdk::{
	sc_chain_spec::{ChainType, GenericChainSpec, Properties},
	sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET},
};

/// A Tercet chain spec: no extensions.
pub type ChainSpec = GenericChainSpec;

/// The spec called `id`: `dev`, `local`, or a path to a JSON file.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" => from_preset("Tercet Development", id, ChainType::Development, DEV_RUNTIME_PRESET),
		"" | "local" => {
			from_preset("Tercet Local", "local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
		},
		path => ChainSpec::from_json_file(PathBuf::from(path)).map_err(|error| {
			format!("`{path}` is neither `dev` nor `local` nor a readable chain spec: {error}")
		}),
	}
}

fn from_preset(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	let wasm = tercet_runtime::WASM_BINARY
		.ok_or("this node was built with SKIP_WASM_BUILD and has no runtime of its own")?;
	let spec = ChainSpec::builder(wasm, None)
		.with_name(name)
		.with_id(&format!("tercet_{id}"))
		.with_chain_type(kind)
		.with_protocol_id("tercet")
		.with_properties(properties())
		.with_genesis_config_preset_name(preset)
		.build();
	Ok(spec)
}

/// What wallets show: symbol, decimals and address format.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "TCT".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), 42.into());
	properties
}
