//! `bauta plan`: what will happen to each table and column, and why. Against a schema snapshot (offline) or a database;
//! no row is read.

mod estimate;
mod json;
mod text;

use std::borrow::Cow;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use self::estimate::Estimate;
use super::endpoint::From;
use super::{Common, Format, endpoint, output, refresh, rules, why};
use crate::failure::Failure;
use crate::plan::{self, Plan};
use crate::source::Source;
use crate::source::csv::CsvSource;
use crate::source::postgres::{Options, PostgresSource};

/// Shows what will happen to each table and column and why, against a schema snapshot (offline) or a database (`--source`)
#[derive(Args)]
pub(super) struct Show {
    /// The rule file
    rules: PathBuf,
    /// The schema snapshot to plan against; by default the one beside the rules, written by `bauta snapshot`
    #[arg(long)]
    schema: Option<PathBuf>,
    /// The database to plan against instead; then rows and bytes are estimated
    #[arg(long)]
    source: Option<String>,
    /// The environment of the rule file to plan for; without it all rows travel
    #[arg(long)]
    env: Option<String>,
    /// By which way the row of a table with this primary key (a value for each of its columns) comes into a subset; reads
    /// keys, shows none
    #[arg(long, num_args = 2.., value_names = ["TABLE", "KEY"])]
    why: Option<Vec<String>>,
    /// Only this table, such as customers or sales.orders
    #[arg(long)]
    table: Option<String>,
    /// Workers that the refresh will have: tables are split among them
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Split tables into units of this size, such as 64MB
    #[arg(long, value_parser = refresh::bytes)]
    split_size: Option<u64>,
    /// The report of the last run: how many bytes it moved in a second
    #[arg(long, value_name = "RUN.json")]
    report: Option<PathBuf>,
    /// How many bytes are moved in a second, such as 40MB, for the estimate of time
    #[arg(long, value_parser = refresh::bytes, conflicts_with = "report")]
    rate: Option<u64>,
}

impl Show {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let loaded = rules::load(&self.rules, self.schema.as_deref())?.for_environment(self.env.as_deref())?;
        if let Some(asked) = &self.why {
            return why::show(&loaded, self.source.as_deref(), asked, common).await;
        }
        let jobs =
            self.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), NonZeroUsize::get);
        let source: Option<Box<dyn Source>> = match self.source.as_deref() {
            None => None,
            Some(uri) => Some(match endpoint::source(Some(uri))? {
                From::Csv(folder) => Box::new(CsvSource::open(folder, loaded.snapshot.as_ref())?),
                From::Postgres(address) => {
                    let options = Options { jobs, split_size: self.split_size, ..Options::default() };
                    Box::new(PostgresSource::open(&address, options).await?)
                }
            }),
        };
        let made = self.made(&loaded, source.as_deref(), jobs, common).await;
        if let Some(source) = source {
            source.close().await;
        }
        let (plan, estimate) = made?;
        output::result(match common.format {
            Format::Json => serde_json::to_string_pretty(&json::write(&plan, &estimate)).unwrap_or_default(),
            _ => text::write(&plan, &estimate, output::width()),
        })
    }

    /// The plan in the order of work, and how much work it is.
    async fn made(
        &self,
        loaded: &rules::Loaded,
        source: Option<&dyn Source>,
        jobs: usize,
        common: &Common,
    ) -> Result<(Plan, Estimate), Failure> {
        let schema = match source {
            Some(source) => Cow::Borrowed(source.schema()),
            None => loaded.schema_of(None).await?,
        };
        let (mut plan, _) = loaded.resolve(&schema, common, false)?;
        if let Some(name) = &self.table {
            let known: Vec<String> = schema.tables.iter().map(|table| table.name.to_string()).collect();
            plan.tables.retain(|table| plan::names::is_part_of(&schema, &table.table, name));
            if plan.tables.is_empty() {
                let near = crate::diagnostic::nearest(name, known.iter().map(String::as_str));
                let failure = Failure::usage(format!("the plan has no table `{name}`"));
                return Err(match near {
                    Some(near) => failure.remedy(format!("did you mean `{near}`?")),
                    None => failure,
                });
            }
        }
        // The order of work: the largest first, as a refresh takes them.
        plan.tables.sort_by_key(|table| std::cmp::Reverse(table.estimated_bytes));
        let estimate = Estimate::new(&plan, source, jobs, self.rate, self.report.as_deref())?;
        Ok((plan, estimate))
    }
}
