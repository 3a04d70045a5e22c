//! `bauta demo`: the whole main job on the shop of `sample-data/`, on a PostgreSQL that is there only for it; without
//! one, on files. Shows production and staging side by side, and leaves nothing running.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;

use super::record::Recorder;
use super::refresh::{self, Job};
use super::{Common, endpoint, environment, key, output, progress, report, signals};
use crate::failure::{Failure, cause};
use crate::postgres::throwaway::{Search, find_server};
use crate::report::Report;

mod database;
mod files;
mod show;

/// Runs the whole main job on sample data, on a throwaway PostgreSQL; without one, on files
#[derive(Args)]
pub(super) struct Demo {}

impl Demo {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let begun = Instant::now();
        let (Some(data), Some(rules)) =
            (endpoint::repository_folder("sample-data"), endpoint::repository_folder("rules"))
        else {
            return Err(Failure::usage("the sample data is not here").remedy("run the demo in bauta's own folder"));
        };
        let stage = Stage { data, rules: rules.join("shop.yaml"), results: std::env::temp_dir().join("bauta-demo") };
        output::result("A shop with made-up customers is production. bauta refreshes staging from it.")?;
        match find_server(&search()) {
            Some(binaries) => database::run(&stage, common, binaries).await?,
            None => files::run(&stage, common).await?,
        }
        output::result(format_args!("\nThe demo took {:.1} s. Nothing is left running.", begun.elapsed().as_secs_f64()))
    }
}

/// PostgreSQL's own programs on PATH say that it is here; only then are distributions' folders searched too.
fn search() -> Search {
    let path = environment("PATH").map(std::ffi::OsString::from);
    let folders: Vec<PathBuf> = path.iter().flat_map(std::env::split_paths).collect();
    let installed =
        folders.iter().any(|folder| ["psql", "pg_config", "postgres"].iter().any(|name| folder.join(name).is_file()));
    Search { named: None, path, installed }
}

/// What both ways of the demo need.
struct Stage {
    data: PathBuf,
    rules: PathBuf,
    results: PathBuf,
}

impl Stage {
    /// Refreshes with the shipped rules and a key of its own.
    async fn refresh(&self, common: &Common, from: endpoint::From, to: endpoint::To) -> Result<Report, Failure> {
        let job = Job {
            rules: self.rules.clone(),
            from,
            to,
            key: key::find()?,
            options: refresh::Options {
                allow_same_cluster: true,
                report: Some(self.results.clone()),
                ..Default::default()
            },
            run: key::random_id()?,
        };
        let observer = progress::observer(common, &job.run);
        let recorder = Recorder::start(&job.run, &job.rules, &job.options);
        recorder.ready()?;
        let ended = job.run(common, observer.as_ref(), &recorder, signals::listen(None)?).await;
        let report = recorder.end(ended)?;
        report::write(&self.results, &report)?;
        Ok(report)
    }

    /// What was done, what was checked, where it stands.
    fn told(&self, report: &Report) -> Result<(), Failure> {
        show::heading("What was done with every column")?;
        for line in report::summary(report).lines() {
            output::result(format_args!("  {line}"))?;
        }
        show::heading("What to look at, and what to type next")?;
        let file = self.results.join(format!("bauta-{}.json", report.run));
        output::result(format_args!("  the report          {}", file.display()))?;
        output::result(format_args!("  the rules           {}", self.rules.display()))?;
        output::result("  all masks           bauta masks")?;
        output::result(format_args!("  check your edits    bauta check {}", self.rules.display()))?;
        output::result("  your own database   bauta refresh RULES --source postgresql://... --target postgresql://...")
    }
}

/// Names of the CSV files' tables in the order in which `schema.sql` makes them.
fn tables(schema: &str) -> Vec<String> {
    let named = |line: &str| line.strip_prefix("CREATE TABLE ")?.strip_suffix(" (").map(str::to_owned);
    schema.lines().filter_map(named).collect()
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::world(format!("{} cannot be read: {}", path.display(), cause(&error))))
}
