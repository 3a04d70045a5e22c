//! Single files for other programs: one that is replaced as a whole, one that grows by lines.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use crate::failure::{Failure, cause};

/// Replaces a file in one step: a reader finds the old one or the new one.
///
/// # Errors
/// It cannot be written.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Not `.prom`: the collector reads every such file.
    let part = path.with_file_name(format!(".{name}.part"));
    let write = || {
        let mut file = File::create(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    write().map_err(|error| failed(path, &error))
}

/// Adds a line to a file.
///
/// # Errors
/// It cannot be written.
pub(super) fn append(path: &Path, line: &str) -> Result<(), Failure> {
    let write = || {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        // One write: lines of runs that end at the same time do not mix.
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::world(format!("{} cannot be written: {}", path.display(), cause(error)))
}
