//! Where our programs are.

use std::{
	env,
	path::{Path, PathBuf},
};

use super::Error;

/// Overrides the folder in which programs are looked for.
pub const BIN_DIR_VARIABLE: &str = "TERCET_BIN_DIR";

/// The folders in which programs are looked for: the one that `TERCET_BIN_DIR` names, or else that
/// of this program and the one above (test binaries are one folder below the others).
pub fn search_path() -> Vec<PathBuf> {
	if let Some(folder) = env::var_os(BIN_DIR_VARIABLE).filter(|folder| !folder.is_empty()) {
		return vec![folder.into()];
	}
	let own = env::current_exe().ok();
	let folders = own.iter().flat_map(|own| own.ancestors().skip(1).take(2));
	folders.map(Path::to_path_buf).collect()
}

/// The program called `name` in the first of `folders` that has it.
///
/// # Errors
/// [`Error::MissingBinary`].
pub fn find(name: &'static str, folders: &[PathBuf]) -> Result<PathBuf, Error> {
	let mut candidates = folders.iter().map(|folder| folder.join(name));
	candidates.find(|candidate| candidate.is_file()).ok_or_else(|| {
		let searched = folders.iter().map(|folder| folder.display().to_string());
		Error::MissingBinary { name, searched: searched.collect::<Vec<_>>().join(", ") }
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn find_takes_the_first_folder_that_has_it() {
		let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
		std::fs::write(second.path().join("tercet-node"), "").unwrap();
		let folders = [first.path().to_path_buf(), second.path().to_path_buf()];
		assert_eq!(find("tercet-node", &folders).unwrap(), second.path().join("tercet-node"));
	}

	#[test]
	fn find_says_where_it_looked_when_missing() {
		let error = find("tercet-node", &["/nowhere".into()]).unwrap_err().to_string();
		assert!(error.contains("/nowhere") && error.contains("cargo build"), "{error}");
	}
}
