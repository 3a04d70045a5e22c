//! `bauta verify`: checks a staging that is there, against production and against the report of the run that made it.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::json;

use super::endpoint::From;
use super::{Common, Format, endpoint, key, output, progress, rules};
use crate::failure::{Failure, cause};
use crate::key::RootKey;
use crate::pipeline;
use crate::plan::{Join, Plan, Rows, joins};
use crate::postgres::connect::{Address, connect};
use crate::postgres::generations::{Maintenance, Target};
use crate::postgres::marker::Marker;
use crate::postgres::{mirror, orphans, plans, rows};
use crate::schema::TableName;
use crate::sink::postgres::LoadedRows;
use crate::source::Source as _;
use crate::source::postgres::{Options, PostgresSource};
use crate::verify::{Facts, Findings};

/// Checks a staging that is there: constraints, sequences, row counts, and whether values of production are in it
///
/// Production may have gone on since the refresh, and tests may have written to staging: what is found then is true now.
#[derive(Args)]
pub(super) struct Verify {
    /// The rule file
    rules: PathBuf,
    /// Production (or BAUTA_SOURCE)
    #[arg(long)]
    source: Option<String>,
    /// Staging (or BAUTA_TARGET)
    #[arg(long)]
    target: Option<String>,
    /// The report of the run that made it, or the folder that `refresh --report` wrote it into: rows are counted against it
    #[arg(long)]
    report: Option<PathBuf>,
    /// The reviewed schema snapshot, if it is not beside the rules
    #[arg(long)]
    schema: Option<PathBuf>,
    /// The environment that staging was made for
    #[arg(long)]
    env: Option<String>,
    /// Look at every value of both sides, whatever it costs
    #[arg(long)]
    deep: bool,
    /// Queries that both sides should run alike: a file of SQL, planned on both and run on neither
    #[arg(long, value_name = "FILE")]
    plans: Option<PathBuf>,
    /// Database of the target's server for locking and renaming
    #[arg(long, default_value = "postgres")]
    maintenance_db: String,
}

/// What is needed of a report.
#[derive(Deserialize)]
struct Reported {
    run: String,
    tables: Vec<ReportedTable>,
}

#[derive(Deserialize)]
struct ReportedTable {
    table: String,
    rows: u64,
}

impl Verify {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let From::Postgres(source) = endpoint::source(self.source.as_deref())? else {
            return Err(Failure::usage("staging is verified against a database").remedy("name it: postgresql://..."));
        };
        let target = endpoint::target_database(self.target.as_deref())?;
        let loaded = rules::load(&self.rules, self.schema.as_deref())?.for_environment(self.env.as_deref())?;
        let source = PostgresSource::open(&source, Options::default()).await?;
        let verified = async {
            let (plan, _) = loaded.resolve(source.schema(), common, false)?;
            source.check(&plan).await?;
            let marker = self.marker(&target).await?;
            let mut facts = self.facts(&plan, &marker, &source, &target).await?;
            compare_joins(joins(&loaded.rules, source.schema()), &plan, &source, &target, &mut facts).await?;
            if let Some(file) = &self.plans {
                compare_plans(file, source.address(), &target, &mut facts).await?;
            }
            let run = key::random_id()?;
            let observer = progress::observer(common, &run);
            // Nothing is masked: any key will do.
            let seed = RootKey::new([0; 32]).once(&run);
            let rows = LoadedRows(target.clone());
            let found = pipeline::scan(&plan, &source, &rows, seed, self.deep, observer.as_ref()).await?;
            facts.checked.extend(found.checked.iter().cloned());
            Ok((facts, found, unlooked(&plan)))
        };
        let verified: Result<_, Failure> = verified.await;
        Box::new(source).close().await;
        let (facts, found, unlooked) = verified?;
        show(common, facts, found, &unlooked)
    }

    /// The live generation's marker.
    async fn marker(&self, target: &Address) -> Result<Marker, Failure> {
        let maintenance = Maintenance::open(target, &self.maintenance_db).await?;
        let there = maintenance.target().await;
        maintenance.close().await;
        match there? {
            Target::Live(database) => database.marker.ok_or_else(|| Failure::bug("a live generation without marker")),
            Target::Foreign(_) => Err(Failure::refused(format!("{} was not made by bauta", target.database()))),
            Target::Absent => Err(Failure::refused(format!("there is no database {}", target.database()))
                .remedy("`bauta refresh` makes it; check the name after the slash of the address")),
        }
    }

    /// Everything that needs no scan.
    async fn facts(
        &self,
        plan: &Plan,
        marker: &Marker,
        source: &PostgresSource,
        target: &Address,
    ) -> Result<Facts, Failure> {
        let session = connect(target, "verify").await?;
        let mut facts = mirror::compare(source.session(), &session).await?;
        if marker.rules == plan.rules_digest {
            facts.checked.push(format!("generation {} was made from these rules", marker.generation));
        } else {
            facts.broken.push(format!("generation {} was made from other rules than these", marker.generation));
        }
        if let Some(report) = &self.report {
            let report = read(report, &marker.generation)?;
            let counted = rows::count(&session, plan, &rows::loaded(plan)).await?;
            let mut differ = 0;
            for (table, rows) in &counted {
                let into = |planned: &&crate::plan::TablePlan| planned.into == *table;
                let names: Vec<String> = plan.tables.iter().filter(into).map(|from| from.table.to_string()).collect();
                let loaded: u64 =
                    report.tables.iter().filter(|known| names.contains(&known.table)).map(|t| t.rows).sum();
                if loaded != *rows {
                    differ += 1;
                    facts.broken.push(format!("{table}: {loaded} rows were loaded, {rows} are there"));
                }
            }
            facts.checked.push(format!(
                "{} of {} tables hold as many rows as were loaded",
                counted.len() - differ,
                counted.len()
            ));
        }
        session.close().await;
        Ok(facts)
    }
}

/// Compares how many rows refer to nothing on both sides: masks keep joins, so that staging has no more of them.
async fn compare_joins(
    mut joins: Vec<Join>,
    plan: &Plan,
    source: &PostgresSource,
    target: &Address,
    facts: &mut Facts,
) -> Result<(), Failure> {
    let empty = |name: &TableName| plan.tables.iter().any(|table| table.table == *name && table.rows == Rows::None);
    joins.retain(|join| !empty(&join.from) && !empty(&join.to));
    let session = connect(target, "verify").await?;
    let staging = orphans::count(&session, source.schema(), &joins).await?;
    session.close().await;
    let orphaned: Vec<(Join, u64)> = joins.iter().cloned().zip(staging).filter(|(_, rows)| *rows > 0).collect();
    let asked: Vec<Join> = orphaned.iter().map(|(join, _)| join.clone()).collect();
    let production = orphans::count(source.session(), source.schema(), &asked).await?;
    let mut held = joins.len();
    for ((join, here), there) in orphaned.iter().zip(production).filter(|((_, here), there)| here > there) {
        held -= 1;
        let (from, to) = (join.columns.join(", "), join.to_columns.join(", "));
        facts.broken.push(format!(
            "{here} rows of {}({from}) refer to nothing in {}({to}), {there} of production's do",
            join.from, join.to
        ));
    }
    if !joins.is_empty() {
        facts.checked.push(format!("{held} of {} joins hold as they do in production", joins.len()));
    }
    Ok(())
}

/// Compares how both servers would run the queries of a file.
async fn compare_plans(path: &Path, source: &Address, target: &Address, facts: &mut Facts) -> Result<(), Failure> {
    let file = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("the queries {file} cannot be read: {}", cause(&error))))?;
    let queries = plans::queries(&text);
    if queries.is_empty() {
        return Err(Failure::usage(format!("{file} holds no query")));
    }
    let production = plans::shapes(source, "production", &queries).await?;
    let staging = plans::shapes(target, "staging", &queries).await?;
    let mut alike = 0;
    for ((query, production), staging) in queries.iter().zip(&production).zip(&staging) {
        match plans::difference(production, staging) {
            None => alike += 1,
            Some((there, here)) => facts
                .broken
                .push(format!("{file}, line {}: production plans `{there}` where staging plans `{here}`", query.line)),
        }
    }
    facts.checked.push(format!("{alike} of {} queries are planned alike", queries.len()));
    Ok(())
}

/// Reads a run's report: the file itself, or the one of this generation in a folder.
fn read(path: &Path, generation: &str) -> Result<Reported, Failure> {
    let file = if path.is_dir() { path.join(format!("bauta-{generation}.json")) } else { path.to_owned() };
    let text = fs::read_to_string(&file)
        .map_err(|error| Failure::usage(format!("the report {} cannot be read: {}", file.display(), cause(&error))))?;
    let report: Reported = serde_json::from_str(&text)
        .map_err(|_| Failure::usage(format!("{} is no report of a refresh", file.display())))?;
    if report.run == generation {
        return Ok(report);
    }
    Err(Failure::usage(format!("{} is the report of another run", file.display()))
        .remedy(format!("staging is generation {generation}: name the folder of the reports")))
}

/// What cannot be looked at: on staging nothing tells exempt rows, whose values are production's on purpose, from others.
fn unlooked(plan: &Plan) -> Vec<String> {
    let exempt = plan.exempt.iter().filter_map(|exempt| {
        let table = plan.tables.iter().find(|table| table.table == exempt.table)?;
        let columns: Vec<&str> =
            exempt.passes.iter().map(|column| table.columns[*column].facts.column.column.as_str()).collect();
        let names = columns.join(", ");
        Some(format!(
            "{} of {}: exempt rows pass there; each refresh checks the others while they stream",
            names, table.table
        ))
    });
    exempt.collect()
}

/// What holds, what could not be looked at, and as a failure what does not hold.
fn show(common: &Common, facts: Facts, found: Findings, unlooked: &[String]) -> Result<(), Failure> {
    let broken: Vec<String> = facts.broken.into_iter().chain(found.broken).collect();
    if common.format == Format::Json {
        let holds = broken.is_empty();
        output::result(json!({
            "holds": holds,
            "checked": facts.checked,
            "not_checked": unlooked,
            "broken": broken,
            "noted": found.noted,
        }))?;
    } else {
        let checked = facts.checked.iter().map(|line| format!("checked: {line}"));
        let noted = found.noted.iter().map(|line| format!("noted: {line}; chance may have it so"));
        let unlooked = unlooked.iter().map(|line| format!("not checked: {line}"));
        output::result(checked.chain(unlooked).chain(noted).collect::<Vec<_>>().join("\n"))?;
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::data(format!("staging does not pass: {}", broken.join("; ")))
        .remedy("refresh it, or correct the rules and refresh it"))
}
