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

/// What is known about the work.
pub(super) struct Estimate {
    /// Units of each table of the plan, in the plan's order; none where no database was asked.
    pub(super) units: Vec<usize>,
    /// Bytes in a second, and where that is known from.
    rate: (u64, String),
    /// Bytes of all tables.
    bytes: u64,
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
        Ok(Self { units, rate, bytes })
    }

    /// Seconds, where sizes are known.
    fn seconds(&self) -> Option<u64> {
        (self.bytes > 0).then(|| self.bytes.div_ceil(self.rate.0.max(1)))
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
        Some(format!(
            "{} in {units} units, about {time} at {} a second ({from})",
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
            "seconds": self.seconds(),
        })
    }
}
