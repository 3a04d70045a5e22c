//! What a run leaves behind for others: evidence, metrics, lineage. The recorder hears what the run tells, is told what it decides, and
//! writes when every check has passed and when all is over, whatever the end.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use clap::Args;

use super::refresh::{self, Job};
use super::rules::Loaded;
use super::{environment, output};
use crate::evidence::{End, Outcome, Record, seal};
use crate::failure::Failure;
use crate::monitor::lineage;
use crate::monitor::metrics::{Metrics, stage};
use crate::plan::Plan;
use crate::report::{self, Event, Observer, Report};
use crate::schema::Schema;
use crate::signature::SigningKey;

mod facts;
mod files;
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
    /// Write metrics for Prometheus into this file, also when the run fails
    #[arg(long, value_name = "FILE")]
    metrics_file: Option<PathBuf>,
    /// Append OpenLineage events to this file, one a line
    #[arg(long, value_name = "FILE")]
    openlineage: Option<PathBuf>,
}

/// Keeps what becomes known of one run.
pub(super) struct Recorder {
    begun: Instant,
    evidence: Option<PathBuf>,
    evidence_key: Option<PathBuf>,
    metrics: Option<PathBuf>,
    openlineage: Option<PathBuf>,
    report: Option<PathBuf>,
    known: Mutex<Known>,
}

struct Known {
    record: Record,
    key: Option<SigningKey>,
    /// Digest of the record that the live generation was published with.
    marker: Option<String>,
    stages: Vec<(&'static str, Instant)>,
    rows: u64,
    bytes: u64,
}

impl Recorder {
    /// Begins to listen.
    pub(super) fn start(run: &str, rules: &Path, options: &refresh::Options) -> Self {
        let given = |option: &Option<PathBuf>, name: &str| option.clone().or_else(|| environment(name).map(Into::into));
        output::belongs_to(run);
        let known = Known {
            record: facts::draft(run, rules, options, &now()),
            key: None,
            marker: None,
            stages: Vec::new(),
            rows: 0,
            bytes: 0,
        };
        Self {
            begun: Instant::now(),
            evidence: given(&options.record.evidence, "BAUTA_EVIDENCE"),
            evidence_key: given(&options.record.evidence_key, "BAUTA_EVIDENCE_KEY"),
            metrics: options.record.metrics_file.clone(),
            openlineage: options.record.openlineage.clone(),
            report: options.report.clone(),
            known: Mutex::new(known),
        }
    }

    /// Looks at the key and at every place that is written to later, so that a run that could leave nothing does not begin.
    ///
    /// # Errors
    /// The key is none or readable by others (exit 2), or a file cannot be written (exit 3).
    pub(super) fn ready(&self) -> Result<(), Failure> {
        let mut known = self.known();
        known.key = self.evidence_key.as_deref().map(signing_key).transpose()?;
        if let Some(folder) = &self.evidence {
            drop(Folder::open(folder)?);
            known.record.program.sha256 = facts::program();
        }
        let run = known.record.run.clone();
        self.metrics.as_deref().map_or(Ok(()), |path| files::replaceable(path, &run))?;
        self.report.as_deref().map_or(Ok(()), |path| files::folder(path, &run))?;
        if let Some(path) = &self.openlineage {
            files::append(path, &lineage::started(&known.record).to_string())?;
        }
        Ok(())
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

    /// Who approved the rules.
    pub(super) fn approved(&self, by: &[String]) {
        self.known().record.approved_by = by.to_vec();
    }

    /// The run is over.
    ///
    /// # Errors
    /// That of the run; or what is left behind cannot be written.
    pub(super) fn end(&self, ended: Result<Report, Failure>) -> Result<Report, Failure> {
        let recorded = self.end_record(&ended);
        let ended = after(ended, recorded);
        let told = self.tell(&ended);
        after(ended, told)
    }

    fn end_record(&self, ended: &Result<Report, Failure>) -> Result<(), Failure> {
        let mut known = self.known();
        match ended {
            Ok(_) => {
                known.record.outcome = Outcome::Published;
                let generations = &mut known.record.generations;
                generations.live = generations.made.clone();
            }
            Err(failure) => facts::failed(&mut known.record, failure),
        }
        known.record.ended = now();
        self.write(&mut known).map(drop)
    }

    /// Metrics and lineage.
    fn tell(&self, ended: &Result<Report, Failure>) -> Result<(), Failure> {
        let known = self.known();
        let lineage = self.openlineage.as_ref();
        let appended = lineage.map(|path| files::append(path, &lineage::ended(&known.record).to_string()));
        if let Some(path) = &self.metrics {
            let mut metrics = self.metrics(&known, ended.as_ref().err());
            metrics.remember(&std::fs::read_to_string(path).unwrap_or_default());
            files::replace(path, &known.record.run, &metrics.to_text())?;
        }
        appended.unwrap_or(Ok(()))
    }

    fn metrics(&self, known: &Known, failure: Option<&Failure>) -> Metrics {
        let record = &known.record;
        let over = Instant::now();
        let mut stages: Vec<(&'static str, f64)> = Vec::new();
        for (index, (stage, begun)) in known.stages.iter().enumerate() {
            let end = known.stages.get(index + 1).map_or(over, |(_, next)| *next);
            let seconds = end.duration_since(*begun).as_secs_f64();
            match stages.iter_mut().find(|(known, _)| known == stage) {
                Some((_, sum)) => *sum += seconds,
                None => stages.push((stage, seconds)),
            }
        }
        let seconds = |time: &str| time.parse::<jiff::Timestamp>().ok().map(|time| time.as_duration().as_secs_f64());
        // The new staging is live, even where its ending could not be recorded.
        let live = record.generations.live.is_some();
        Metrics {
            rules: record.rules.file.clone(),
            environment: record.rules.environment.clone().unwrap_or_default(),
            staging: record.generations.staging.clone(),
            run: record.run.clone(),
            outcome: record.outcome.word().to_owned(),
            exit: failure.map_or(0, |failure| failure.kind.exit_code()),
            ended: seconds(&record.ended).unwrap_or_default(),
            seconds: self.begun.elapsed().as_secs_f64(),
            stages,
            rows: known.rows,
            bytes: known.bytes,
            success: failure.is_none().then(|| seconds(&record.ended)).flatten(),
            data: live.then(|| seconds(&record.began)).flatten(),
        }
    }

    /// Writes the record as it is now. Returns its digest.
    fn write(&self, known: &mut Known) -> Result<Option<String>, Failure> {
        let Some(path) = &self.evidence else { return Ok(None) };
        let folder = Folder::open(path)?;
        known.record.ended = now();
        known.record.chain = folder.next(known.marker.as_deref());
        let sealed = seal(known.record.clone(), known.key.as_ref());
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

/// How the sink tells that it dropped an older generation.
const DROPPED: &str = "dropped ";

/// Hears what a run tells.
pub(super) struct Hearing<'a> {
    recorder: &'a Recorder,
    observer: &'a dyn Observer,
}

impl Observer for Hearing<'_> {
    fn event(&self, event: Event) {
        let mut known = self.recorder.known();
        match &event {
            Event::Stage(words) if words.starts_with(DROPPED) => {
                known.record.generations.deleted.push(words[DROPPED.len()..].to_owned());
            }
            Event::Stage(words) => known.stages.push((stage(words), Instant::now())),
            Event::Tables(_) => known.stages.push(("stream", Instant::now())),
            Event::Warning(text) => known.record.warnings.push(text.clone()),
            Event::Rows { rows, bytes, .. } => {
                known.rows += rows;
                known.bytes += bytes;
            }
            Event::TableDone { .. } => {}
        }
        drop(known);
        self.observer.event(event);
    }
}

/// What the run ended with, and what could not be written after it.
fn after(ended: Result<Report, Failure>, written: Result<(), Failure>) -> Result<Report, Failure> {
    match (ended, written) {
        (ended, Ok(())) => ended,
        (Ok(_), Err(failure)) => {
            let message = format!("staging is published, but not all is recorded: {}", failure.message);
            Err(Failure { message, ..failure })
        }
        (Err(failure), Err(unwritten)) => {
            // What kept the run from beginning is said once.
            if unwritten.message != failure.message {
                output::note(format_args!("warning: {unwritten}"));
            }
            Err(failure)
        }
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
