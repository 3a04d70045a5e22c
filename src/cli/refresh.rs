//! `bauta refresh`: the main job.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;

use super::approve::Required;
use super::endpoint::{From, To};
use super::patience::{self, Patience};
use super::record::{self, Recorder};
use super::{Common, Format, endpoint, key, output, progress, report, rules, signals};
use crate::diagnostic::Diagnostics;
use crate::failure::{Failure, Kind};
use crate::pipeline;
use crate::plan::Plan;
use crate::postgres::about::about;
use crate::report::{Event, Observer, Report};
use crate::sink::Sink;
use crate::sink::null::NullSink;
use crate::sink::parquet::ParquetSink;
use crate::sink::postgres::PostgresSink;
use crate::source::Source;
use crate::source::csv::CsvSource;
use crate::source::postgres::PostgresSource;

/// Refreshes staging from production: one snapshot, every column through its mask, every check, one step to publish.
///
/// Whatever fails, and whenever: the old staging goes on serving.
#[derive(Args)]
pub(super) struct Refresh {
    /// The rule file
    rules: PathBuf,
    /// Where rows come from: postgresql://... or csv:FOLDER (or BAUTA_SOURCE)
    #[arg(long)]
    source: Option<String>,
    /// Where they go: postgresql://..., parquet:FOLDER, or null: for a dry run (or BAUTA_TARGET)
    #[arg(long)]
    target: Option<String>,
    #[command(flatten)]
    options: Options,
}

/// What a refresh can be told besides its rules and its two ends.
#[derive(Args, Clone)]
pub(super) struct Options {
    /// The environment of the rule file that this refresh is for; without it all rows travel
    #[arg(long)]
    pub(super) env: Option<String>,
    /// Workers, each with one connection to either side [default: the processors, or a third of them where both servers
    /// run on this machine]
    #[arg(long)]
    pub(super) jobs: Option<usize>,
    /// Split tables into units of this size, such as 64MB [default: what keeps all workers at work]
    #[arg(long, value_parser = bytes)]
    pub(super) split_size: Option<u64>,
    /// Read at most so much from production in a second, such as 20MB
    #[arg(long, value_parser = bytes)]
    pub(super) max_rate: Option<u64>,
    /// Memory that the target's server may take for building indexes, all together
    #[arg(long, default_value = "512MB", value_parser = bytes)]
    pub(super) target_memory: u64,
    /// Write the report as JSON into this folder
    #[arg(long)]
    pub(super) report: Option<PathBuf>,
    /// The reviewed schema snapshot, if it is not beside the rules
    #[arg(long)]
    pub(super) schema: Option<PathBuf>,
    /// Take over a target database that bauta did not make; what it holds becomes the previous generation
    #[arg(long)]
    pub(super) adopt: bool,
    /// Accept production and staging on one server (never in one database)
    #[arg(long)]
    pub(super) allow_same_cluster: bool,
    /// Accept a superuser on production
    #[arg(long)]
    pub(super) allow_privileged_source: bool,
    /// Accept a standby that may cancel the run
    #[arg(long)]
    pub(super) allow_standby_conflict: bool,
    /// Go on without the settings of the database that the loading role may not set
    #[arg(long)]
    pub(super) drop_settings: bool,
    /// Make the shadow from this template database, prepared by an administrator
    #[arg(long)]
    pub(super) template: Option<String>,
    /// Database of the target's server for locking and renaming
    #[arg(long, default_value = "postgres")]
    pub(super) maintenance_db: String,
    /// Previous generations that are kept
    #[arg(long, default_value_t = 1)]
    pub(super) generations: usize,
    /// How long they are kept, such as 7d
    #[arg(long, default_value = "7d", value_parser = duration)]
    pub(super) generations_for: Duration,
    /// How long sessions of production may wait for a lock of ours, such as 10s
    #[arg(long, default_value = "10s", value_parser = duration)]
    pub(super) max_block: Duration,
    /// Look at every value for leaks, and read back what is loaded: kept columns must be as they were read
    #[arg(long)]
    pub(super) deep: bool,
    #[command(flatten)]
    pub(super) patience: Patience,
    /// Warnings are refusals
    #[arg(long)]
    pub(super) strict: bool,
    #[command(flatten)]
    pub(super) record: record::Leave,
    #[command(flatten)]
    pub(super) approval: Required,
}

/// 512 MiB: what a small server of today can spare.
const TARGET_MEMORY: u64 = 512 << 20;

/// As without any option.
impl Default for Options {
    fn default() -> Self {
        Self {
            env: None,
            jobs: None,
            split_size: None,
            max_rate: None,
            target_memory: TARGET_MEMORY,
            report: None,
            schema: None,
            adopt: false,
            allow_same_cluster: false,
            allow_privileged_source: false,
            allow_standby_conflict: false,
            drop_settings: false,
            template: None,
            maintenance_db: "postgres".to_owned(),
            generations: 1,
            generations_for: Duration::from_secs(7 * 86_400),
            max_block: Duration::from_secs(10),
            deep: false,
            patience: Patience::default(),
            strict: false,
            record: record::Leave::default(),
            approval: Required::default(),
        }
    }
}

/// A duration as the rule language writes it.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let micros = crate::mask::params::duration(text).and_then(|micros| u64::try_from(micros).ok());
    micros.map(Duration::from_micros).ok_or_else(|| "a duration is a whole number with s, m, h, d or w".to_owned())
}

/// Bytes as PostgreSQL writes them.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let units = [("kB", 10), ("MB", 20), ("GB", 30), ("TB", 40)];
    let split = units.into_iter().find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, bits)));
    let bytes = split.and_then(|(count, bits)| count.trim_end().parse::<u64>().ok()?.checked_mul(1 << bits));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| "a size is a whole number above 0 with kB, MB, GB or TB".to_owned())
}

impl Refresh {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let stop = signals::listen(self.options.patience.timeout)?;
        // What is published is not tried again, whatever else went wrong.
        let (report, recorded) = self.options.patience.run(&stop, async || self.attempt(common, &stop).await).await?;
        recorded?;
        if let Some(folder) = &self.options.report {
            report::write(folder, &report)?;
        }
        output::result(match common.format {
            Format::Json => serde_json::to_string_pretty(&report).unwrap_or_default(),
            _ => report::summary(&report),
        })
    }

    /// One try. What it leaves behind may fail to be written although it is published.
    async fn attempt(
        &self,
        common: &Common,
        stop: &watch::Receiver<Option<Kind>>,
    ) -> Result<(Report, Result<(), Failure>), Failure> {
        let run = key::random_id()?;
        let recorder = Recorder::start(&run, &self.rules, &self.options);
        let ended = match recorder.ready() {
            Ok(()) => patience::within_grace(stop, self.refresh(run, common, &recorder, stop)).await,
            Err(failure) => Err(failure),
        };
        match ended {
            Ok(report) => {
                let recorded = recorder.end(Ok(report.clone())).map(drop);
                Ok((report, recorded))
            }
            Err(failure) => recorder.end(Err(failure)).map(|report| (report, Ok(()))),
        }
    }

    async fn refresh(
        &self,
        run: String,
        common: &Common,
        recorder: &Recorder,
        stop: &watch::Receiver<Option<Kind>>,
    ) -> Result<Report, Failure> {
        let job = Job {
            key: key::find()?,
            from: endpoint::source(self.source.as_deref())?,
            to: endpoint::target(self.target.as_deref())?,
            rules: self.rules.clone(),
            options: self.options.clone(),
            run,
        };
        let observer = progress::observer(common, &job.run);
        job.run(common, observer.as_ref(), recorder, stop.clone()).await
    }
}

/// A refresh with everything that it needs.
pub(super) struct Job {
    pub(super) rules: PathBuf,
    pub(super) from: From,
    pub(super) to: To,
    pub(super) key: key::RunKey,
    pub(super) options: Options,
    pub(super) run: String,
}

/// The two kinds of sources: a database can say more about itself than the trait does.
enum Opened {
    Postgres(Box<PostgresSource>),
    Files(Box<CsvSource>),
}

impl Opened {
    fn source(&self) -> &dyn Source {
        match self {
            Opened::Postgres(source) => source.as_ref(),
            Opened::Files(source) => source.as_ref(),
        }
    }

    fn boxed(self) -> Box<dyn Source> {
        match self {
            Opened::Postgres(source) => source,
            Opened::Files(source) => source,
        }
    }
}

impl Job {
    /// Runs it to its end. Warnings are shown as they come and stand in the report.
    pub(super) async fn run(
        self,
        common: &Common,
        observer: &dyn Observer,
        recorder: &Recorder,
        stop: watch::Receiver<Option<Kind>>,
    ) -> Result<Report, Failure> {
        let observer = &recorder.hearing(observer);
        recorder.begun(&self);
        let loaded =
            rules::load(&self.rules, self.options.schema.as_deref())?.for_environment(self.options.env.as_deref())?;
        let mut warnings = Vec::new();
        if self.key.fresh {
            warnings.push("no key is set (BAUTA_KEY, BAUTA_KEY_FILE): this run has one of its own, and no other run will give the same values".to_owned());
        }
        let jobs = self.options.jobs.unwrap_or_else(|| self.workers()).max(1);
        observer.event(Event::Stage("opening production at one moment".to_owned()));
        let mut approved = Vec::new();
        let prepared = self.prepare(&loaded, jobs, common, recorder, (&mut warnings, &mut approved));
        let (opened, plan, found, sink) = pipeline::until_stopped(&stop, prepared).await?;
        for warning in &warnings {
            observer.event(Event::Warning(warning.clone()));
        }
        warnings.extend(found.list.into_iter().map(|warning| warning.message));
        recorder.warned(&warnings);
        let options = pipeline::Options {
            jobs,
            deep: self.options.deep,
            key_fingerprint: (!self.key.fresh).then(|| self.key.key.fingerprint()),
            key: &self.key.key,
            run: self.run.clone(),
            stop,
            recorder: Some(recorder),
        };
        let mut report = pipeline::run(&plan, opened.boxed(), sink.as_ref(), options, observer).await?;
        if !approved.is_empty() {
            report.checks.insert(0, format!("the rules are approved by {}", approved.join(", ")));
        }
        report.warnings.splice(0..0, warnings);
        Ok(report)
    }

    /// Everything up to the first change: production is opened, the rules are resolved, the target is looked at.
    async fn prepare(
        &self,
        loaded: &rules::Loaded,
        jobs: usize,
        common: &Common,
        recorder: &Recorder,
        (warnings, approved): (&mut Vec<String>, &mut Vec<String>),
    ) -> Result<(Opened, Plan, Diagnostics, Box<dyn Sink>), Failure> {
        let opened = self.open(jobs, loaded.snapshot.as_ref()).await?;
        let resolved = async {
            let (plan, found) = loaded.resolve(opened.source().schema(), common, self.options.strict)?;
            loaded.unexpired()?;
            *approved = self.options.approval.check(loaded)?;
            recorder.approved(approved);
            if let Opened::Postgres(source) = &opened {
                warnings.extend_from_slice(source.warnings());
                source.check(&plan).await?;
                recorder.source(about(source.session()).await?);
            }
            recorder.planned(loaded, opened.source().schema(), &plan);
            let sink = self.sink(&opened, &plan, recorder, warnings).await?;
            Ok((plan, found, sink))
        };
        match resolved.await {
            Ok((plan, found, sink)) => Ok((opened, plan, found, sink)),
            Err(failure) => {
                opened.boxed().close().await;
                Err(failure)
            }
        }
    }

    async fn open(&self, jobs: usize, snapshot: Option<&crate::schema::Schema>) -> Result<Opened, Failure> {
        Ok(match &self.from {
            From::Csv(folder) => Opened::Files(Box::new(CsvSource::open(folder, snapshot)?)),
            From::Postgres(address) => {
                let options = crate::source::postgres::Options {
                    jobs,
                    allow_privileged: self.options.allow_privileged_source,
                    strict: self.options.strict,
                    allow_standby_conflict: self.options.allow_standby_conflict,
                    max_block: self.options.max_block,
                    split_size: self.options.split_size,
                    max_rate: self.options.max_rate,
                    ..crate::source::postgres::Options::default()
                };
                Opened::Postgres(Box::new(PostgresSource::open(address, options).await?))
            }
        })
    }
}

impl Job {
    /// The sink; for a database everything that can be checked is checked now.
    async fn sink(
        &self,
        opened: &Opened,
        plan: &Plan,
        recorder: &Recorder,
        warnings: &mut Vec<String>,
    ) -> Result<Box<dyn Sink>, Failure> {
        let (source, target) = match (opened, &self.to) {
            (_, To::Null) => return Ok(Box::new(NullSink)),
            (_, To::Parquet(folder)) => return Ok(Box::new(ParquetSink::new(folder))),
            (Opened::Files(_), To::Postgres(_)) => {
                return Err(Failure::usage("files cannot be refreshed into a database by this version")
                    .remedy("name a folder: parquet:FOLDER"));
            }
            (Opened::Postgres(source), To::Postgres(target)) => (source, target),
        };
        let given = &self.options;
        let options = crate::sink::postgres::Options {
            publisher: endpoint::publisher()?,
            maintenance: given.maintenance_db.clone(),
            adopt: given.adopt,
            allow_same_cluster: given.allow_same_cluster,
            drop_settings: given.drop_settings,
            strict: given.strict,
            template: given.template.clone(),
            keep: given.generations,
            keep_for: given.generations_for,
            jobs: given.jobs.unwrap_or_else(processors),
            memory: given.target_memory,
            search: endpoint::programs(),
            run: self.run.clone(),
        };
        let (sink, told) = PostgresSink::prepare(source.session(), source.snapshot_id(), plan, target, options).await?;
        warnings.extend(told);
        recorder.target(sink.end().clone(), sink.live_evidence());
        Ok(Box::new(sink))
    }
}

impl Job {
    /// A worker keeps three processes busy: a server's that sends, our own, a server's that takes. Where all of them run on
    /// this machine, they share its processors.
    fn workers(&self) -> usize {
        match (&self.from, &self.to) {
            (From::Postgres(source), To::Postgres(target)) if source.is_local() && target.is_local() => {
                processors().div_ceil(3)
            }
            _ => processors(),
        }
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
