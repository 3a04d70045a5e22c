//! Runs a plan. First the source decides which rows travel. Then the life of a batch: a reader frames it, a bounded channel hands it over (a full channel is the
//! backpressure), the table's masks turn it into a masked batch, a writer writes it; the ledger counts rows on both
//! sides. When the last row is in, production is let go, the generation is sealed, judged and published.
//!
//! Every worker is a thread with a runtime of its own, one reader and one writer: connections of one worker never wait
//! for another's. The first failure stops them all, and the generation is discarded.
//!
//! It knows the traits of sources and sinks and no concrete one.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use crate::batch::Encoding;
use crate::failure::{Failure, Kind};
use crate::key::RootKey;
use crate::mask::TableMask;
use crate::plan::{Plan, Rows};
use crate::report::{ColumnReport, Event, Observer, Recorder, Report, TableReport};
use crate::sink::{Generation, Sink};
use crate::source::{Source, Unit};
use crate::verify::{Look, Passed, Watch, judge};

mod ledger;
mod scan;
mod worker;

use ledger::Ledger;
pub use scan::scan;

/// What a run is told besides its plan.
pub struct Options<'a> {
    /// Workers, at least one; each has one connection to either side.
    pub jobs: usize,
    /// Whether everything is looked at for leaks and read back, whatever it costs.
    pub deep: bool,
    /// The key.
    pub key: &'a RootKey,
    /// The key's fingerprint for the report; `None` where the key was made for this run.
    pub key_fingerprint: Option<String>,
    /// Random id of the run.
    pub run: String,
    /// Set from outside to end the run early (a signal).
    pub stop: watch::Receiver<Option<Kind>>,
    /// Keeps the evidence, if anybody does.
    pub recorder: Option<&'a dyn Recorder>,
}

/// Streams, seals, judges and publishes.
///
/// # Errors
/// Whatever failed first. The generation is discarded then, and what was live stays live.
pub async fn run(
    plan: &Plan,
    mut source: Box<dyn Source>,
    sink: &dyn Sink,
    options: Options<'_>,
    observer: &dyn Observer,
) -> Result<Report, Failure> {
    let begun = Instant::now();
    let started = jiff::Timestamp::now().to_string();
    let chosen = match until_stopped(&options.stop, source.choose(plan, options.key, observer)).await {
        Ok(chosen) => chosen,
        Err(failure) => {
            source.close().await;
            return Err(failure);
        }
    };
    // A beginning that is cut short would leave half a generation that nobody holds: a signal waits for its end.
    let mut generation = match sink.begin(plan, observer).await {
        Ok(generation) => generation,
        Err(failure) => {
            source.close().await;
            return Err(failure);
        }
    };
    let ledger = Ledger::new(chosen);
    let made = make(plan, source, sink, generation.as_mut(), &ledger, &options, observer).await;
    let mut report = Report {
        run: options.run,
        bauta: env!("CARGO_PKG_VERSION").to_owned(),
        rules: plan.name.clone(),
        rules_digest: plan.rules_digest.clone(),
        environment: plan.environment.clone(),
        key_fingerprint: options.key_fingerprint,
        started,
        finished: String::new(),
        seconds: 0.0,
        warnings: Vec::new(),
        checks: Vec::new(),
        tables: tables(plan, &ledger),
        k_anonymity: Vec::new(),
        published: String::new(),
        dropped: Vec::new(),
    };
    let recorded = made.and_then(|passed| recorded(passed, &mut report, options.recorder));
    let passed = match recorded {
        Ok(passed) => passed,
        Err(failure) => {
            generation.discard().await;
            return Err(failure);
        }
    };
    observer.event(Event::Stage("publishing".to_owned()));
    let published = generation.publish(passed, observer).await?;
    (report.published, report.dropped) = (published.name, published.dropped);
    report.finished = jiff::Timestamp::now().to_string();
    report.seconds = begun.elapsed().as_secs_f64();
    Ok(report)
}

/// Lets the evidence be written; its digest is published with the generation.
fn recorded(passed: Passed, report: &mut Report, recorder: Option<&dyn Recorder>) -> Result<Passed, Failure> {
    report.checks.clone_from(&passed.checks);
    report.warnings.clone_from(&passed.warnings);
    report.k_anonymity.clone_from(&passed.k_anonymity);
    for (table, shapes) in report.tables.iter_mut().zip(&passed.shapes) {
        table.columns.iter_mut().zip(shapes).for_each(|(column, shape)| column.shape.clone_from(shape));
    }
    let evidence = recorder.map_or(Ok(None), |recorder| recorder.passed(report))?;
    Ok(Passed { evidence, ..passed })
}

/// Everything between beginning a generation and publishing it. The source is closed as soon as the last row is read.
async fn make(
    plan: &Plan,
    source: Box<dyn Source>,
    sink: &dyn Sink,
    generation: &mut dyn Generation,
    ledger: &Ledger,
    options: &Options<'_>,
    observer: &dyn Observer,
) -> Result<Passed, Failure> {
    let loaded = if options.deep { generation.loaded_rows() } else { None };
    let look = match (options.deep, &loaded) {
        (false, _) => Look::Usual,
        (true, None) => Look::Deep,
        (true, Some(_)) => Look::Back,
    };
    let watch = Watch::new(plan, options.key.once(&options.run), look);
    let seen = (ledger, &watch);
    let streamed = stream(plan, source.as_ref(), sink, generation, seen, options, observer);
    source.close().await;
    streamed?;
    if let Some(loaded) = loaded {
        observer.event(Event::Stage("reading back what is loaded".to_owned()));
        until_stopped(&options.stop, scan::staging(plan, loaded.as_ref(), &watch)).await?;
    }
    let totals = ledger.totals();
    let sealed = until_stopped(&options.stop, generation.seal(plan, &totals, observer));
    let (facts, findings) = beside(sealed, || watch.findings(plan))?;
    observer.event(Event::Stage("verifying".to_owned()));
    let passed = judge(plan, &totals, findings, facts)?;
    passed.warnings.iter().for_each(|warning| observer.event(Event::Warning(warning.clone())));
    Ok(passed)
}

/// Computes something while the target's server is at work. Blocks this thread of the runtime; its other threads go on.
fn beside<A, B: Send>(
    served: impl Future<Output = Result<A, Failure>>,
    compute: impl FnOnce() -> B + Send,
) -> Result<(A, B), Failure> {
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let computed = scope.spawn(compute);
            let served = tokio::runtime::Handle::current().block_on(served);
            let computed = computed.join().map_err(|_| Failure::bug("what rows said could not be summed up"));
            Ok((served?, computed?))
        })
    })
}

/// Streams all tables through the masks. Blocks this thread of the runtime; its other threads go on.
fn stream(
    plan: &Plan,
    source: &dyn Source,
    sink: &dyn Sink,
    generation: &dyn Generation,
    (ledger, watch): (&Ledger, &Watch),
    options: &Options<'_>,
    observer: &dyn Observer,
) -> Result<(), Failure> {
    let units = units(plan, source);
    for unit in &units {
        ledger.expect(unit.table);
    }
    let estimates = plan.tables.iter().map(|table| (table.table.clone(), table.estimated_rows)).collect();
    observer.event(Event::Tables(estimates));
    for (index, table) in plan.tables.iter().enumerate() {
        if !units.iter().any(|unit| unit.table == index) {
            observer.event(Event::TableDone { table: table.table.clone(), rows: 0, seconds: 0.0 });
        }
    }
    let jobs = options.jobs.clamp(1, units.len().max(1));
    let encodings: Vec<Encoding> = plan.tables.iter().map(|table| source.encoding(table)).collect();
    let masks: Vec<_> = plan.tables.iter().map(|table| table.build(options.key)).collect();
    let wants = |mask: &TableMask, encoding: &Encoding| mask.wants(sink.takes_sealed(*encoding));
    let exempt = plan.tables.iter().zip(&encodings).map(|(table, encoding)| {
        let mask = table.build_but(&plan.exempt_of(&table.table)?.passes, options.key);
        let wants = wants(&mask, encoding);
        Some((mask, wants))
    });
    let exempt = exempt.collect();
    let (halt, halted) = watch::channel(None);
    let shared = worker::Shared {
        plan,
        source,
        generation,
        observer,
        ledger,
        watch,
        wants: masks.iter().zip(&encodings).map(|(mask, encoding)| wants(mask, encoding)).collect(),
        exempt,
        masks,
        encodings,
        units: std::sync::Mutex::new(units.into()),
    };
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let halt = Arc::new(halt);
            let workers: Vec<_> = (0..jobs)
                .map(|_| {
                    let (shared, halt, halted, stop) = (&shared, halt.clone(), halted.clone(), options.stop.clone());
                    scope.spawn(move || {
                        let ended = worker::thread(shared, stop, halted);
                        if ended.is_err() {
                            halt.send_replace(Some(Kind::World));
                        }
                        ended
                    })
                })
                .collect();
            let mut ended: Vec<_> = workers
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|_| Err(Failure::bug("a worker stopped unexpectedly"))))
                .collect();
            // A worker that was halted because another failed says nothing of its own.
            ended.sort_by_key(|ended| ended.as_ref().is_err_and(worker::was_halted));
            ended.into_iter().collect::<Result<(), _>>()
        })
    })
}

/// All units, the largest table first.
fn units(plan: &Plan, source: &dyn Source) -> Vec<Unit> {
    let mut tables: Vec<usize> =
        (0..plan.tables.len()).filter(|&index| plan.tables[index].rows != Rows::None).collect();
    tables.sort_by_key(|&index| std::cmp::Reverse(plan.tables[index].estimated_bytes));
    source.units(plan, &tables)
}

/// Ends a step early when a signal came.
///
/// # Errors
/// Those of the step, or that it was interrupted.
pub(crate) async fn until_stopped<T>(
    stop: &watch::Receiver<Option<Kind>>,
    step: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut stop = stop.clone();
    tokio::select! {
        done = step => done,
        kind = stopped(&mut stop) => Err(interrupted(kind)),
    }
}

/// Resolves when a run is told to stop; never, if nobody can tell it any more.
async fn stopped(stop: &mut watch::Receiver<Option<Kind>>) -> Kind {
    match stop.wait_for(Option::is_some).await.map(|kind| *kind) {
        Ok(Some(kind)) => kind,
        _ => std::future::pending().await,
    }
}

fn interrupted(kind: Kind) -> Failure {
    let message = match kind {
        Kind::World => "the time that the run may take is over (--timeout)",
        _ => "the run was told to stop",
    };
    Failure::new(kind, message).remedy("nothing was published; what was live is still live")
}

fn tables(plan: &Plan, ledger: &Ledger) -> Vec<TableReport> {
    plan.tables
        .iter()
        .enumerate()
        .map(|(index, table)| TableReport {
            table: table.table.to_string(),
            rows: ledger.rows(index),
            left_out: ledger.left_out(index),
            exempt: plan.exempt_of(&table.table).map(|_| ledger.exempt(index)),
            bytes: ledger.bytes(index),
            seconds: ledger.seconds(index),
            columns: table
                .columns
                .iter()
                .map(|column| ColumnReport {
                    column: column.facts.column.column.clone(),
                    mask: column.described(),
                    because: column.because.to_string(),
                    shape: None,
                })
                .collect(),
        })
        .collect()
}
