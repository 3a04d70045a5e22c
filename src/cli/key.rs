//! Where the key comes from: `BAUTA_KEY`, `BAUTA_KEY_FILE`, or a fresh one for this run.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rand::TryRng as _;
use rand::rngs::SysRng;
use zeroize::Zeroizing;

use super::environment;
use crate::failure::{Failure, cause};
use crate::key::RootKey;

/// The key of a run.
pub(super) struct RunKey {
    pub(super) key: RootKey,
    /// Whether it was made for this run only.
    pub(super) fresh: bool,
}

/// Finds the key.
///
/// # Errors
/// It is not 64 hexadecimal digits, or its file is missing or readable by others (exit 2).
pub(super) fn find() -> Result<RunKey, Failure> {
    if let Some(text) = environment("BAUTA_KEY").map(Zeroizing::new) {
        let key = RootKey::from_hex(&text)
            .map_err(|why| Failure::usage(format!("BAUTA_KEY is no key: {why}")).remedy("`bauta keygen` prints one"))?;
        return Ok(RunKey { key, fresh: false });
    }
    let Some(path) = environment("BAUTA_KEY_FILE") else {
        return Ok(RunKey { key: RootKey::new(random()?), fresh: true });
    };
    let text = private(Path::new(&path))?;
    let key = RootKey::from_hex(&text)
        .map_err(|why| Failure::usage(format!("{path} holds no key: {why}")).remedy("`bauta keygen` prints one"))?;
    Ok(RunKey { key, fresh: false })
}

/// Reads a file that nobody else may read.
///
/// # Errors
/// It is missing or readable by others (exit 2).
pub(super) fn private(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let name = path.display();
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("the key file {name} cannot be read: {}", cause(&error)))
            .remedy(format!("make one: `(umask 077; bauta keygen > {name})`"))
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(Failure::usage(format!("the key file {name} is readable by others"))
            .remedy(format!("`chmod 600 {name}`; if others may have read it, make a new key")));
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(unreadable)
}

/// 32 bytes from the operating system's generator.
///
/// # Errors
/// The operating system has none (exit 3).
pub(super) fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0u8; 32];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| Failure::world("the operating system gives no random numbers"))?;
    Ok(bytes)
}

/// A random id of 16 hexadecimal digits.
///
/// # Errors
/// As [`random`].
pub(super) fn random_id() -> Result<String, Failure> {
    Ok(random()?[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Memory that holds the key must not end in a file; where the limit cannot be set, the run goes on.
pub(super) fn forbid_core_dumps() {
    let none = rustix::process::Rlimit { current: Some(0), maximum: Some(0) };
    let _ = rustix::process::setrlimit(rustix::process::Resource::Core, none);
}
