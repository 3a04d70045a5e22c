//! Single files for other programs: one that is replaced as a whole, one that grows by lines.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, cause};

/// Replaces a file in one step: a reader finds the old one or the new one.
///
/// # Errors
/// It cannot be written.
pub(super) fn replace(path: &Path, run: &str, text: &str) -> Result<(), Failure> {
    let part = part(path, run);
    let written = write(&part, text).and_then(|()| fs::rename(&part, path));
    if written.is_err() {
        // What is half written is of no use; that it cannot be removed either says nothing more.
        let _ = fs::remove_file(&part);
    }
    written.map_err(|error| failed(path, &error))
}

/// Tries whether a file could be replaced, without touching it.
///
/// # Errors
/// It could not.
pub(super) fn replaceable(path: &Path, run: &str) -> Result<(), Failure> {
    if path.is_dir() || path.file_name().is_none() {
        return Err(failed(path, &io::ErrorKind::IsADirectory.into()));
    }
    let part = part(path, run);
    write(&part, "").and_then(|()| fs::remove_file(&part)).map_err(|error| failed(path, &error))
}

/// Makes a folder where it is missing, and tries whether files can be made in it.
///
/// # Errors
/// They cannot.
pub(super) fn folder(path: &Path, run: &str) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(|error| failed(path, &error))?;
    replaceable(&path.join("bauta.json"), run)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A name beside a file's own that no other run uses. It does not end as the file does: collectors read all that do.
fn part(path: &Path, run: &str) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{run}.part"))
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
        .remedy("name a place that this program may write to")
}
