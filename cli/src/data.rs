//! What is kept between commands.

use std::path::PathBuf;

/// Where programs of this user keep data; `None` if nothing says where its home is.
pub fn folder() -> Option<PathBuf> {
	let named = std::env::var_os("XDG_DATA_HOME").filter(|path| !path.is_empty());
	let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share"));
	Some(named.map(PathBuf::from).or_else(home)?.join("tercet"))
}
