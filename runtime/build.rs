//! Builds the runtime's wasm blob with the metadata hash that hardware wallets check.

fn main() {
	#[cfg(feature = "std")]
	{
		use std::{env, path::PathBuf};

		let mut builder = substrate_wasm_builder::WasmBuilder::init_with_defaults()
			.enable_metadata_hash("TCT", 12);
		// The chain stores the blob: where somebody keeps sources is nothing that belongs in it.
		let sources = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
		let workspace = sources.as_deref().and_then(|folder| folder.parent());
		let cargo = env::var_os("CARGO_HOME")
			.map(PathBuf::from)
			.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
		for (path, name) in [(workspace, "/tercet"), (cargo.as_deref(), "/cargo")] {
			if let Some(path) = path {
				let flag = format!("--remap-path-prefix={}={name}", path.display());
				builder = builder.append_to_rust_flags(flag);
			}
		}
		builder.build();
	}
}
