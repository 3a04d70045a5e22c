//! What a run leaves behind for others: evidence. The recorder hears what the run tells, is told what it decides, and
//! writes when every check has passed and when all is over, whatever the end.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::Args;

use super::refresh::{self, Job};
use super::rules::Loaded;
use super::{environment, output};
use crate::evidence::{End, Outcome, Record, seal};
use crate::failure::Failure;
use crate::plan::Plan;
use crate::report::{self, Event, Observer, Report};
use crate::schema::Schema;
use crate::signature::SigningKey;

mod facts;
pub(super) mod folder;

use folder::Folder;

/// Where a run leaves what.
#[derive(Args, Clone, Default)]
pub(super) struct Leave {
    /// Write the evidence of the run into this folder (or BAUTA_EVIDENCE)
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// Sign the evidence with this Ed25519 key, PEM or 64 hexadecimal digits (or BAUTA_EVIDENCE_KEY)
    #[arg(long, value_name = "FILE")]
    evidence_key: Option<PathBuf>,
}

/// Keeps what becomes known of one run.
pub(super) struct Recorder {
    folder: Option<PathBuf>,
    key: Option<SigningKey>,
    known: Mutex<Known>,
}

struct Known {
    record: Record,
    /// Digest of the record that the live generation was published with.
    marker: Option<String>,
}

impl Recorder {
    /// Looks at the folder and the key, so that a run that could leave no evidence does not begin.
    ///
    /// # Errors
    /// The key is none or readable by others (exit 2), or the folder cannot be written (exit 3).
    pub(super) fn start(run: &str, rules: &Path, options: &refresh::Options) -> Result<Self, Failure> {
        let given = |option: &Option<PathBuf>, name: &str| option.clone().or_else(|| environment(name).map(Into::into));
        let folder = given(&options.record.evidence, "BAUTA_EVIDENCE");
        let key =
            given(&options.record.evidence_key, "BAUTA_EVIDENCE_KEY").map(|path| signing_key(&path)).transpose()?;
        let mut record = facts::draft(run, rules, options, &now());
        if let Some(folder) = &folder {
            drop(Folder::open(folder)?);
            record.program.sha256 = facts::program();
        }
        Ok(Self { folder, key, known: Mutex::new(Known { record, marker: None }) })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An observer that hears everything and passes it on.
    pub(super) fn hearing<'a>(&'a self, observer: &'a dyn Observer) -> Hearing<'a> {
        Hearing { recorder: self, observer }
    }

    /// The command line is understood.
    pub(super) fn begun(&self, job: &Job) {
        facts::begun(&mut self.known().record, job);
    }

    /// Production was opened.
    pub(super) fn source(&self, end: End) {
        self.known().record.source = end;
    }

    /// The rules were resolved.
    pub(super) fn planned(&self, loaded: &Loaded, schema: &Schema, plan: &Plan) {
        facts::planned(&mut self.known().record, loaded, schema, plan);
    }

    /// The target may be used; its live generation was published with the record that has this digest.
    pub(super) fn target(&self, end: End, marker: Option<&str>) {
        let mut known = self.known();
        known.record.target = end;
        known.marker = marker.map(str::to_owned);
    }

    /// What the run warns about before its first row; later warnings are heard.
    pub(super) fn warned(&self, warnings: &[String]) {
        self.known().record.warnings = warnings.to_vec();
    }

    /// The run is over.
    ///
    /// # Errors
    /// That of the run; or what is left behind cannot be written.
    pub(super) fn end(&self, ended: Result<Report, Failure>) -> Result<Report, Failure> {
        let written = self.end_evidence(&ended);
        match (ended, written) {
            (Ok(report), Ok(())) => Ok(report),
            (Ok(_), Err(failure)) => {
                let message = format!("staging is published, but its ending is not recorded: {}", failure.message);
                Err(Failure { message, ..failure })
            }
            (Err(failure), Ok(())) => Err(failure),
            (Err(failure), Err(unwritten)) => {
                output::note(format_args!("warning: {unwritten}"));
                Err(failure)
            }
        }
    }

    fn end_evidence(&self, ended: &Result<Report, Failure>) -> Result<(), Failure> {
        let mut known = self.known();
        match ended {
            Ok(_) => {
                known.record.outcome = Outcome::Published;
                let generations = &mut known.record.generations;
                generations.live = generations.made.clone();
            }
            Err(failure) => facts::failed(&mut known.record, failure),
        }
        self.write(&mut known).map(drop)
    }

    /// Writes the record as it is now. Returns its digest.
    fn write(&self, known: &mut Known) -> Result<Option<String>, Failure> {
        let Some(path) = &self.folder else { return Ok(None) };
        let folder = Folder::open(path)?;
        known.record.ended = now();
        known.record.chain = folder.next(known.marker.as_deref());
        let sealed = seal(known.record.clone(), self.key.as_ref());
        folder.add(&sealed)?;
        Ok(Some(sealed.digest))
    }
}

impl report::Recorder for Recorder {
    fn passed(&self, report: &Report) -> Result<Option<String>, Failure> {
        let mut known = self.known();
        facts::loaded(&mut known.record, report);
        known.record.outcome = Outcome::Passed;
        self.write(&mut known)
    }
}

/// Hears what a run tells.
pub(super) struct Hearing<'a> {
    recorder: &'a Recorder,
    observer: &'a dyn Observer,
}

impl Observer for Hearing<'_> {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = &event {
            self.recorder.known().record.warnings.push(text.clone());
        }
        self.observer.event(event);
    }
}

/// RFC 3339, UTC.
fn now() -> String {
    jiff::Timestamp::now().to_string()
}

/// Reads the key that signs.
///
/// # Errors
/// It is none, or its file is missing or readable by others (exit 2).
pub(super) fn signing_key(path: &Path) -> Result<SigningKey, Failure> {
    let text = super::key::private(path)?;
    SigningKey::read(&text).map_err(|why| {
        Failure::usage(format!("{} holds no key to sign with: {why}", path.display()))
            .remedy("make one: `(umask 077; openssl genpkey -algorithm ed25519 > FILE)`")
    })
}
