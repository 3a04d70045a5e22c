//! The command line of the pipeline benchmark.

use std::fmt;

use clap::{Parser, ValueEnum};

/// Measures refreshes beside the ways to copy unmasked.
#[derive(Clone, Parser)]
#[command(name = "pipeline")]
pub(crate) struct Options {
    /// Rows of the big table, about 195 bytes each on disk
    #[arg(long, default_value_t = 2_000_000)]
    pub(crate) rows: u64,
    /// How often everything is measured
    #[arg(long, default_value_t = 3)]
    pub(crate) runs: usize,
    /// Only these groups of figures
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Trial>,
    /// Leave out what takes long: ten times the rows, and pgbench beside a refresh
    #[arg(long)]
    quick: bool,
    /// `--jobs` for bauta
    #[arg(long)]
    pub(crate) jobs: Option<usize>,
    /// Tables of the measurement with many empty tables
    #[arg(long, default_value_t = 1_000)]
    pub(crate) tables: u64,
    /// The limit of the refresh beside pgbench
    #[arg(long, default_value = "20MB")]
    pub(crate) max_rate: String,
    /// A setting for both servers, as NAME=VALUE
    #[arg(long = "setting")]
    pub(crate) settings: Vec<String>,
    /// An argument for every `bauta refresh`
    #[arg(long = "refresh-argument", allow_hyphen_values = true)]
    pub(crate) refresh_arguments: Vec<String>,
    /// Leave out `pg_dump -Fd` and `pg_restore`, the slowest competitor
    #[arg(long)]
    pub(crate) no_archive: bool,
    /// Write the report to benches/runs/DATE/pipeline.md
    #[arg(long)]
    pub(crate) save: bool,
    /// What cargo adds
    #[arg(long, hide = true)]
    bench: bool,
}

/// A group of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trial {
    /// A masked and a kept refresh against the raw pipe and against pg_dump, with peak memory
    Copy,
    /// Processor time per masked value, into the null sink
    Processor,
    /// The latency of pgbench on production, alone and beside a refresh
    Production,
    /// One big table among small ones against an even split
    Split,
    /// Ten times the rows
    Scale,
    /// Many empty tables
    Schema,
}

impl Options {
    /// Reads the command line, or ends the program with what is wrong with it.
    pub(crate) fn read() -> Self {
        Self::parse()
    }

    /// The same with so many jobs, unless the command line says how many.
    pub(crate) fn with_jobs(&self, jobs: usize) -> Self {
        let mut options = self.clone();
        options.jobs.get_or_insert(jobs);
        options
    }

    /// What to measure, in the report's order.
    pub(crate) fn trials(&self) -> Vec<Trial> {
        let wanted = |trial: &Trial| match self.only.as_slice() {
            [] => !self.quick || !matches!(trial, Trial::Scale | Trial::Production),
            only => only.contains(trial),
        };
        Trial::value_variants().iter().copied().filter(wanted).collect()
    }
}

/// As the command line names it.
impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().expect("no trial is hidden").get_name())
    }
}
