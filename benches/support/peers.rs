//! Other programs that mask PostgreSQL data: measured where one is installed.

use std::path::PathBuf;

/// Programs that are looked for.
const PEERS: &[&str] = &["greenmask", "pgstream", "pg_datanymizer", "replibyte"];

/// Where a program lies on the `PATH`.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Which are there, as a sentence.
pub(crate) fn facts() -> String {
    let (there, absent): (Vec<&str>, Vec<&str>) = PEERS.iter().partition(|name| find(name).is_some());
    let list = |names: &[&str]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("Peers on the PATH: {}; not on the PATH: {}.", list(&there), list(&absent))
}
