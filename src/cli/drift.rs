//! `bauta drift`: how staging differs from production, beside what the rules change.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Common, Format, endpoint, output, rules};
use crate::diagnostic::{Severity, sarif};
use crate::drift::{Area, Difference, Expected, Inventory, compare};
use crate::failure::{Failure, Kind};
use crate::plan::Rows;
use crate::postgres::connect::{Address, connect};
use crate::postgres::{catalog, inventory};

/// What a log of this command says that it looked for.
const RULE: sarif::Rule = sarif::Rule { id: "drift", about: "Differences between staging and production" };

/// Shows how staging differs from production: schema, extensions, collations, versions, settings, roles, rows
///
/// With a rule file, what the rules change is no difference: roles that have another name, tables of which not all rows
/// travel. No row is read; with --exact rows are counted.
#[derive(Args)]
pub(super) struct Drift {
    /// The rule file, if there is one
    rules: Option<PathBuf>,
    /// Production (or BAUTA_SOURCE)
    #[arg(long)]
    source: Option<String>,
    /// Staging (or BAUTA_TARGET)
    #[arg(long)]
    target: Option<String>,
    /// The environment of the rule file that staging was made for
    #[arg(long)]
    env: Option<String>,
    /// Count the rows of every table on both sides; without it estimates are compared
    #[arg(long)]
    exact: bool,
    /// End with exit code 6 where something of these areas differs
    #[arg(long, value_enum, value_delimiter = ',')]
    fail_on: Vec<FailOn>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Anything
    Any,
    Schema,
    Extension,
    Collation,
    Version,
    Setting,
    Role,
    Rows,
}

impl FailOn {
    fn is_about(self, area: Area) -> bool {
        match self {
            FailOn::Any => true,
            FailOn::Schema => area == Area::Schema,
            FailOn::Extension => area == Area::Extension,
            FailOn::Collation => area == Area::Collation,
            FailOn::Version => area == Area::Version,
            FailOn::Setting => area == Area::Setting,
            FailOn::Role => area == Area::Role,
            FailOn::Rows => area == Area::Rows,
        }
    }
}

impl Drift {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let source = match endpoint::source(self.source.as_deref())? {
            endpoint::From::Postgres(address) => *address,
            endpoint::From::Csv(_) => return Err(Failure::usage("files do not drift; name two databases")),
        };
        let target = endpoint::target_database(self.target.as_deref())?;
        let mut expected = Expected { exact: self.exact, ..Expected::default() };
        let production = self.production(&source, &mut expected, common).await?;
        let staging = taken(&target, self.exact).await?;
        let (found, notes) = compare(&production, &staging, &expected);
        output::result(match common.format {
            Format::Json => {
                let differences = json!({"differences": found, "notes": notes});
                serde_json::to_string_pretty(&differences).unwrap_or_default()
            }
            Format::Sarif => format!("{:#}", self.sarif(&found)),
            _ => text(&found, &notes),
        })?;
        let fails = found.iter().filter(|one| self.fail_on.iter().any(|on| on.is_about(one.area))).count();
        match fails {
            0 => Ok(()),
            1 => Err(Failure::new(Kind::Found, "1 difference that --fail-on asks about")),
            more => Err(Failure::new(Kind::Found, format!("{more} differences that --fail-on asks about"))),
        }
    }

    /// Production's inventory, and what the rules make of it.
    async fn production(
        &self,
        source: &Address,
        expected: &mut Expected,
        common: &Common,
    ) -> Result<Inventory, Failure> {
        if let Some(path) = &self.rules {
            let loaded = rules::load(path, None)?.for_environment(self.env.as_deref())?;
            let session = connect(source, "drift").await?;
            let schema = catalog::read(&session).await;
            session.close().await;
            let quiet = Common { quiet: true, ..common.clone() };
            let (plan, _) = loaded.resolve(&schema?, &quiet, false)?;
            expected.roles = plan.mirror.roles.iter().cloned().collect();
            let walks = plan.selection.iter().flat_map(|selection| &selection.walks).map(|walk| walk.table);
            let narrowed = (0..plan.tables.len()).filter(|index| plan.tables[*index].rows != Rows::All).chain(walks);
            expected.fewer_rows = narrowed.map(|index| plan.tables[index].table.to_string()).collect();
        }
        taken(source, self.exact).await
    }

    /// Findings stand at the top of the rule file, since no line of it is to blame.
    fn sarif(&self, found: &[Difference]) -> serde_json::Value {
        let file = self.rules.as_ref().map_or_else(|| "staging".to_owned(), |path| path.display().to_string());
        let finding = |one: &Difference| sarif::Finding {
            severity: match one.area {
                Area::Schema | Area::Extension | Area::Collation => Severity::Error,
                _ => Severity::Warning,
            },
            text: line(one),
            place: sarif::Place::top(&file),
            related: Vec::new(),
        };
        sarif::log(RULE, &found.iter().map(finding).collect::<Vec<_>>(), true)
    }
}

async fn taken(address: &Address, exact: bool) -> Result<Inventory, Failure> {
    let session = connect(address, "drift").await?;
    let inventory = inventory::read(&session, exact).await;
    session.close().await;
    inventory
}

fn line(one: &Difference) -> String {
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "not there".to_owned());
    format!("{}: {} on production, {} on staging; {}", one.what, side(&one.production), side(&one.staging), one.why)
}

fn text(found: &[Difference], notes: &[String]) -> String {
    let mut lines = Vec::new();
    let mut counts: BTreeMap<Area, usize> = BTreeMap::new();
    for one in found {
        *counts.entry(one.area).or_default() += 1;
        lines.push(format!("{:9}  {}", one.area.word(), line(one)));
    }
    lines.extend(notes.iter().map(|note| format!("note: {note}")));
    let told: Vec<_> = counts.iter().map(|(area, count)| format!("{count} {}", area.word())).collect();
    lines.push(match told.is_empty() {
        true => "no difference".to_owned(),
        false if found.len() == 1 => format!("1 difference: {}", told.join(", ")),
        false => format!("{} differences: {}", found.len(), told.join(", ")),
    });
    lines.join("\n")
}
