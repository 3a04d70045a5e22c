//! The folder of a package: one writer at a time, and after a crash at any moment either the record is in it whole or not
//! at all. Files are written beside their names first and synced, then listed, then renamed; what a crash left between the
//! last two steps is taken as renamed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::evidence::{Chain, FoundIn, SUMS, Sealed};
use crate::failure::{Failure, cause};

/// A folder that nobody else writes to, until it is dropped.
pub(super) struct Folder {
    path: PathBuf,
    locked: File,
    sums: String,
}

impl Folder {
    /// Makes it where it is missing, and waits for other writers.
    ///
    /// # Errors
    /// It cannot be made, read or written.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        Self::try_open(path).map_err(|error| failed(path, &error))
    }

    fn try_open(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let locked = File::open(path)?;
        flock(&locked, FlockOperation::LockExclusive)?;
        let sums = match fs::read_to_string(path.join(SUMS)) {
            Ok(sums) => sums,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let folder = Self { path: path.to_owned(), locked, sums };
        folder.tidy()?;
        Ok(folder)
    }

    /// Renames what was listed and not renamed, and drops what was not listed.
    fn tidy(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let Some(name) = name.to_str().and_then(finished) else { continue };
            let part = self.path.join(part(name));
            let listed = self.sums.lines().any(|line| line.split_once("  ").is_some_and(|(_, file)| file == name));
            if listed && !self.path.join(name).exists() {
                fs::rename(part, self.path.join(name))?;
            } else {
                fs::remove_file(part)?;
            }
        }
        Ok(())
    }

    /// Where the next record stands. `marker` is what staging refers to, for a folder that is still empty.
    pub(super) fn next(&self, marker: Option<&str>) -> Chain {
        let records = self.sums.lines().filter_map(|line| line.split_once("  ")).filter(|(_, file)| !is_page(file));
        let mut number = 1;
        let mut last = None;
        for (digest, _) in records {
            number += 1;
            last = Some(digest.to_owned());
        }
        match (last, marker) {
            (Some(last), _) => Chain { number, previous: Some(last), found_in: FoundIn::Folder },
            (None, Some(marker)) => Chain { number, previous: Some(marker.to_owned()), found_in: FoundIn::Marker },
            (None, None) => Chain { number, previous: None, found_in: FoundIn::Nowhere },
        }
    }

    /// Writes a record's files, so that they are on the disk when it returns.
    ///
    /// # Errors
    /// They cannot be written.
    pub(super) fn add(self, sealed: &Sealed) -> Result<(), Failure> {
        self.try_add(sealed).map_err(|error| failed(&self.path, &error))
    }

    fn try_add(&self, sealed: &Sealed) -> io::Result<()> {
        let mut sums = self.sums.clone();
        for (name, bytes) in &sealed.files {
            self.write(name, bytes)?;
            sums.push_str(&format!("{}  {name}\n", crate::evidence::digest(bytes)));
        }
        self.write(SUMS, sums.as_bytes())?;
        self.locked.sync_all()?;
        fs::rename(self.path.join(part(SUMS)), self.path.join(SUMS))?;
        for (name, _) in &sealed.files {
            fs::rename(self.path.join(part(name)), self.path.join(name))?;
        }
        self.locked.sync_all()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(self.path.join(part(name)))?;
        file.write_all(bytes)?;
        file.sync_all()
    }
}

/// Every file of a package, by name.
///
/// # Errors
/// The folder cannot be read, or a folder is in it.
pub(in crate::cli) fn read(path: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let read = || {
        let mut files = BTreeMap::new();
        let mut parts = Vec::new();
        for entry in fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let bytes = if entry.file_type()?.is_file() { fs::read(entry.path())? } else { Vec::new() };
            match finished(&name) {
                Some(whole) => parts.push((whole.to_owned(), bytes)),
                None => drop(files.insert(name, bytes)),
            }
        }
        // A crash between listing and renaming; what is not listed is no part of the package.
        let listed = files.get(SUMS).map(|sums| String::from_utf8_lossy(sums).into_owned()).unwrap_or_default();
        for (name, bytes) in parts {
            if listed.contains(&name) {
                files.entry(name).or_insert(bytes);
            }
        }
        Ok(files)
    };
    read().map_err(|error: io::Error| Failure::world(format!("{} cannot be read: {}", path.display(), cause(&error))))
}

/// The name of a file that is not whole yet.
fn part(name: &str) -> String {
    format!(".{name}.part")
}

/// The name that such a file will have.
fn finished(name: &str) -> Option<&str> {
    name.strip_prefix('.')?.strip_suffix(".part")
}

fn is_page(file: &str) -> bool {
    file.ends_with(".html")
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::world(format!("the evidence cannot be written into {}: {}", path.display(), cause(error)))
        .remedy("name a folder that this program may write to with --evidence")
}
