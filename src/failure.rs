//! Why a run ended early: a kind (which fixes the exit code), what happened, and what to do about it. A failure never
//! holds a value of anybody's row.

use std::fmt;
use std::io;

use crate::diagnostic::Diagnostics;

/// What kind of thing went wrong. The exit codes are those of the command line's manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A defect of this program (exit 1).
    Bug,
    /// Command line, key or rules are wrong; no row was read (exit 2).
    Usage,
    /// Connection, permission, disk, timeout (exit 3).
    World,
    /// The target looks like production, is not ours, or is busy (exit 4).
    Refused,
    /// A value that its mask cannot take, a constraint, a leak, a check (exit 5).
    Data,
    /// Found what `--fail-on` or `--max-age` asked about (exit 6).
    Found,
    /// SIGINT (exit 130).
    Interrupted,
    /// SIGTERM (exit 143).
    Terminated,
}

impl Kind {
    /// The exit code of the process.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::Bug => 1,
            Kind::Usage => 2,
            Kind::World => 3,
            Kind::Refused => 4,
            Kind::Data => 5,
            Kind::Found => 6,
            Kind::Interrupted => 130,
            Kind::Terminated => 143,
        }
    }
}

/// An end that is not success.
#[derive(Debug)]
pub struct Failure {
    /// Which kind.
    pub kind: Kind,
    /// What happened and where, in one sentence without a full stop; never a value.
    pub message: String,
    /// What to do about it.
    pub remedy: Option<String>,
    /// The mistakes in a rule file, where those are the cause.
    pub diagnostics: Option<Box<Diagnostics>>,
}

impl Failure {
    /// Builds a failure of any kind.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), remedy: None, diagnostics: None }
    }

    /// A mistake on the command line, in the key or in the rules (exit 2).
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// The world failed (exit 3).
    pub fn world(message: impl Into<String>) -> Self {
        Self::new(Kind::World, message)
    }

    /// The run was refused (exit 4).
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Kind::Refused, message)
    }

    /// The data failed (exit 5).
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(Kind::Data, message)
    }

    /// A defect of this program (exit 1).
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message)
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Self {
        Self {
            kind: Kind::Usage,
            message: format!("{} in {}", diagnostics.count_errors(), diagnostics.file),
            remedy: None,
            diagnostics: Some(Box::new(diagnostics)),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.remedy {
            Some(remedy) => write!(f, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

/// Why a file could not be read or written, in words.
pub fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::InvalidData => "it is no UTF-8 text".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        other => other.to_string(),
    }
}
