//! How much work a plan is: units that tables are split into, and about how long a refresh will take.

use std::path::Path;

use serde_json::{Value, json};

use super::super::audit::read_report;
use crate::failure::Failure;
use crate::plan::Plan;
use crate::source::Source;

/// Bytes that one worker moves in a second, masks and indexes included, where no run has told better: half of what two
/// workers did in `benches/runs/2026-11-23` (391 MB in 7.8 s).
const RATE: u64 = 25 << 20;

/// Seconds of a refresh without rows: opening production, creating the database, publishing it
/// (`benches/runs/2026-11-23/pipeline-with-checks.md`).
const FIXED: f64 = 0.6;

/// Seconds for each table besides its rows: mirroring its structure, keys and indexes. Of 1000 empty tables 8.2 ms with
/// pg_dump and pg_restore, and 4.9 ms more with us (`benches/runs/2026-11-23/pipeline.md`).
const PER_TABLE: f64 = 0.013;

/// What is known about the work.
pub(super) struct Estimate {
    /// Units of each table of the plan, in the plan's order; none where no database was asked.
    pub(super) units: Vec<usize>,
    /// Bytes in a second, and where that is known from.
    rate: (u64, String),
    /// Bytes of all tables.
    bytes: u64,
    /// Seconds that no row is to blame for; none where a whole run told the rate, which has them in it.
    fixed: f64,
}

impl Estimate {
    /// Works it out; `stated` is `--rate`, `report` the last run's.
    ///
    /// # Errors
    /// The report is none (exit 2).
    pub(super) fn new(
        plan: &Plan,
        source: Option<&dyn Source>,
        jobs: usize,
        stated: Option<u64>,
        report: Option<&Path>,
    ) -> Result<Self, Failure> {
        let units = match source {
            None => Vec::new(),
            Some(source) => {
                let all: Vec<usize> = (0..plan.tables.len()).collect();
                // Whether a table is split depends on all that there is to do.
                let mut counts = vec![0; plan.tables.len()];
                source.units(plan, &all).iter().for_each(|unit| counts[unit.table] += 1);
                counts
            }
        };
        let rate = match (stated, report) {
            (Some(rate), _) => (rate, "as stated".to_owned()),
            (None, Some(path)) => {
                let run = read_report(path)?;
                (run.rate().unwrap_or(RATE), format!("as run {} had", run.run))
            }
            (None, None) => {
                let workers = if jobs == 1 { "one worker".to_owned() } else { format!("{jobs} workers") };
                (RATE * jobs as u64, format!("a guess for {workers}: --report RUN.json knows better"))
            }
        };
        let bytes = plan.tables.iter().map(|table| table.estimated_bytes).sum();
        let whole_run = stated.is_none() && report.is_some();
        let fixed = if whole_run { 0.0 } else { FIXED + PER_TABLE * plan.tables.len() as f64 };
        Ok(Self { units, rate, bytes, fixed })
    }

    /// Seconds, where sizes are known.
    fn seconds(&self) -> Option<u64> {
        let seconds = self.bytes as f64 / self.rate.0.max(1) as f64 + self.fixed;
        (self.bytes > 0).then_some(seconds.ceil() as u64)
    }

    /// One line for people.
    pub(super) fn text(&self) -> Option<String> {
        let seconds = self.seconds()?;
        let (rate, from) = &self.rate;
        let time = match seconds {
            0..120 => format!("{seconds} s"),
            120..7200 => format!("{} min", seconds.div_ceil(60)),
            _ => format!("{:.1} h", seconds as f64 / 3600.0),
        };
        let units: usize = self.units.iter().sum();
        let fixed = match self.fixed {
            0.0 => String::new(),
            fixed => format!(" ({fixed:.1} s of it without rows)"),
        };
        Some(format!(
            "{} in {units} units, about {time}{fixed} at {} a second ({from})",
            indicatif::BinaryBytes(self.bytes),
            indicatif::BinaryBytes(*rate)
        ))
    }

    /// For programs.
    pub(super) fn as_json(&self) -> Value {
        let units: usize = self.units.iter().sum();
        json!({
            "bytes": self.bytes,
            "units": if self.units.is_empty() { Value::Null } else { json!(units) },
            "bytes_per_second": self.rate.0,
            "rate_from": self.rate.1,
            "fixed_seconds": self.fixed,
            "seconds": self.seconds(),
        })
    }
}
