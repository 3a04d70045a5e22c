//! Files for programs that we start: nobody else can read them, and on Linux they have no name from before the first byte is
//! written, so that nothing is left of them however we end.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempPath;

/// The files that a process has open, each under its number, as Linux shows them to the process itself (proc(5)). Opening
/// one of them anew begins at its start.
const OPEN_FILES: &str = "/proc/self/fd";

/// Which of a program's standard streams carries a file to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::postgres) enum Stream {
    /// Its standard input.
    Input = 0,
    /// Its standard output.
    Output = 1,
}

/// A private file.
#[derive(Debug)]
pub(in crate::postgres) struct Private {
    file: File,
    /// Its name, where it has to have one; removed when dropped.
    path: Option<TempPath>,
}

impl Private {
    /// Makes an empty one in the temporary folder, with mode 0600.
    pub(in crate::postgres) fn new() -> io::Result<Self> {
        let (file, path) = tempfile::Builder::new().prefix("bauta-").tempfile()?.into_parts();
        if cfg!(target_os = "linux") && Path::new(OPEN_FILES).is_dir() {
            path.close()?;
            return Ok(Self { file, path: None });
        }
        Ok(Self { file, path: Some(path) })
    }

    /// To write to.
    pub(in crate::postgres) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The file as a program's standard stream.
    pub(in crate::postgres) fn stdio(&self) -> io::Result<Stdio> {
        Ok(Stdio::from(self.file.try_clone()?))
    }

    /// The path under which a program opens it that has it as this stream.
    pub(in crate::postgres) fn path(&self, stream: Stream) -> PathBuf {
        match &self.path {
            Some(path) => path.to_path_buf(),
            None => Path::new(OPEN_FILES).join((stream as u8).to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::Command;

    use super::*;

    #[test]
    fn a_program_reads_it_and_no_folder_shows_it() {
        let mut private = Private::new().unwrap();
        private.file().write_all(b"secret").unwrap();
        // Twice in one process: each opening begins at the start.
        let path = private.path(Stream::Input);
        let read = Command::new("cat").arg(&path).arg(&path).stdin(private.stdio().unwrap()).output().unwrap();
        assert_eq!(read.stdout, b"secretsecret");
        #[cfg(target_os = "linux")]
        assert!(path.starts_with("/proc/self/fd"), "{path:?}");
    }
}
