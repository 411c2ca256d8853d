//! Secrets in files: 32 bytes in hexadecimal, for this user only.

use std::{
	fs, io,
	io::Write,
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
};

use zeroize::Zeroizing;

/// Why a secret is not read or written.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
	/// What the file system says.
	#[error("{}: {error}", path.display())]
	Io {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		error: io::Error,
	},
	/// It is something else.
	#[error("{} is no key: it should have 64 hexadecimal digits", .0.display())]
	Malformed(PathBuf),
	/// Others can read it.
	#[error("{path} can be read by others: `chmod 600 {path}`, unless they may have", path = .0.display())]
	Exposed(PathBuf),
}

impl SecretFileError {
	/// Whether there is no such file.
	pub fn is_missing(&self) -> bool {
		matches!(self, Self::Io { error, .. } if error.kind() == io::ErrorKind::NotFound)
	}
}

/// The secret in a file.
pub(crate) fn load(path: &Path) -> Result<Zeroizing<[u8; 32]>, SecretFileError> {
	let failed = |error| SecretFileError::Io { path: path.into(), error };
	let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
	if mode & 0o077 != 0 {
		return Err(SecretFileError::Exposed(path.into()));
	}
	let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
	let mut secret = Zeroizing::new([0u8; 32]);
	hex::decode_to_slice(text.trim(), &mut *secret)
		.map_err(|_| SecretFileError::Malformed(path.into()))?;
	Ok(secret)
}

/// Writes a secret to a file that is not there yet, all of it or nothing, in a folder that is made if
/// need be.
pub(crate) fn create(path: &Path, secret: &[u8; 32]) -> Result<(), SecretFileError> {
	let failed = |error| SecretFileError::Io { path: path.into(), error };
	let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
	let folder = folder.unwrap_or(Path::new("."));
	fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
	// Nobody else can read temporary files.
	let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
	let mut text = Zeroizing::new([0u8; 64]);
	// As long as its source, twice.
	hex::encode_to_slice(secret, &mut *text)
		.map_err(|_| failed(io::ErrorKind::InvalidData.into()))?;
	file.write_all(&*text).and_then(|()| file.write_all(b"\n")).map_err(failed)?;
	file.as_file().sync_all().map_err(failed)?;
	file.persist_noclobber(path).map_err(|error| failed(error.error))?;
	// The name, too, must survive a loss of power.
	fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn secret_returns_when_it_was_created_and_is_never_written_over() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("deep/er/x.key");
		assert!(load(&path).unwrap_err().is_missing());
		create(&path, &[7; 32]).unwrap();
		assert_eq!(*load(&path).unwrap(), [7; 32]);
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		assert!(create(&path, &[8; 32]).is_err());
		assert_eq!(*load(&path).unwrap(), [7; 32]);
		assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
	}

	#[test]
	fn load_fails_when_others_can_read_it_or_it_is_something_else() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("x.key");
		create(&path, &[7; 32]).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
		assert!(matches!(load(&path), Err(SecretFileError::Exposed(_))));
		fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
		fs::write(&path, "abcd").unwrap();
		let error = load(&path).unwrap_err();
		assert!(matches!(error, SecretFileError::Malformed(_)));
		assert!(!error.to_string().contains("abcd"), "{error}");
	}
}
