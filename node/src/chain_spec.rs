//! Which chains the node knows by name, and how to load any other from a file.

use std::{fs, path::Path};

use polkadot_sdk::{
	sc_chain_spec::{ChainType, GenericChainSpec, Properties},
	sc_telemetry::TelemetryEndpoints,
	sp_genesis_builder::{DEV_RUNTIME_PRESET, LOCAL_TESTNET_RUNTIME_PRESET},
};
use serde_json::Value;
use tercet_runtime::genesis::{get_preset, TESTNET_RUNTIME_PRESET};

/// A Tercet chain spec: no extensions.
pub type ChainSpec = GenericChainSpec;

/// Where nodes of public networks report to unless told otherwise, and how much (0 is least).
const TELEMETRY: (&str, u8) = ("wss://telemetry.polkadot.io/submit/", 0);

/// Where a plain spec has the runtime's code, as a JSON pointer.
const CODE: &str = "/genesis/runtimeGenesis/code";

/// The spec called `id`: `dev`, `local`, `testnet`, or a path to a JSON file.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" => from_preset("Tercet Development", id, ChainType::Development, DEV_RUNTIME_PRESET),
		"" | "local" => {
			from_preset("Tercet Local", "local", ChainType::Local, LOCAL_TESTNET_RUNTIME_PRESET)
		},
		"testnet" => from_preset("Tercet Testnet", id, ChainType::Live, TESTNET_RUNTIME_PRESET),
		path => from_file(Path::new(path)).map_err(|error| {
			format!("`{path}` is no chain that this node knows, nor a readable chain spec: {error}")
		}),
	}
}

/// Reads a spec. One whose code is `0x` gets the node's own: so plain specs can be kept, read and
/// compared without two megabytes of code in each.
fn from_file(path: &Path) -> Result<ChainSpec, String> {
	let bytes = fs::read(path).map_err(|error| error.to_string())?;
	let mut json: Value = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
	match json.pointer_mut(CODE) {
		Some(code) if code == "0x" => {
			*code = polkadot_sdk::sp_core::bytes::to_hex(own_code()?, false).into();
			ChainSpec::from_json_bytes(json.to_string().into_bytes())
		},
		_ => ChainSpec::from_json_bytes(bytes),
	}
}

fn own_code() -> Result<&'static [u8], String> {
	tercet_runtime::WASM_BINARY.ok_or_else(|| {
		"this node was built with SKIP_WASM_BUILD and has no runtime of its own".into()
	})
}

fn from_preset(name: &str, id: &str, kind: ChainType, preset: &str) -> Result<ChainSpec, String> {
	// Asking the wasm for it would compile the wasm once more at every start: a third of the work of
	// starting.
	let config = get_preset(&preset.into())
		.ok_or_else(|| format!("the runtime has no preset called {preset}"))?;
	let config = serde_json::from_slice::<Value>(&config).map_err(|error| error.to_string())?;
	let public = kind == ChainType::Live;
	let mut spec = ChainSpec::builder(own_code()?, None)
		.with_name(name)
		.with_id(&format!("tercet_{id}"))
		.with_chain_type(kind)
		.with_protocol_id("tercet")
		.with_properties(properties())
		.with_genesis_config_patch(config);
	if public {
		let (url, verbosity) = TELEMETRY;
		let endpoints = TelemetryEndpoints::new(vec![(url.into(), verbosity)])
			.map_err(|error| format!("{url}: {error}"))?;
		spec = spec.with_telemetry_endpoints(endpoints);
	}
	Ok(spec.build())
}

/// What wallets show: symbol, decimals and address format.
fn properties() -> Properties {
	let mut properties = Properties::new();
	properties.insert("tokenSymbol".into(), "TCT".into());
	properties.insert("tokenDecimals".into(), 12.into());
	properties.insert("ss58Format".into(), 42.into());
	properties
}
