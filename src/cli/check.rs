//! `bauta check`: every mistake of a rule file at once. Offline against a schema snapshot, online against a database;
//! no row is read.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::approve::Required;
use super::{Common, Format, output, rules};
use crate::diagnostic::Diagnostics;
use crate::diagnostic::sarif;
use crate::failure::Failure;

/// What a log of this command says that it looked for.
const RULE: sarif::Rule = sarif::Rule { id: "check", about: "Mistakes in a rule file, against a schema" };

/// Finds every mistake in a rule file at once, against a schema snapshot (offline) or a database (`--source`)
#[derive(Args)]
pub(super) struct Check {
    /// The rule file
    rules: PathBuf,
    /// The schema snapshot to check against; by default the one beside the rules, written by `bauta snapshot`
    #[arg(long)]
    schema: Option<PathBuf>,
    /// The database to check against instead
    #[arg(long)]
    source: Option<String>,
    /// The environment of the rule file to check for
    #[arg(long)]
    env: Option<String>,
    #[command(flatten)]
    approval: Required,
    /// Warnings are mistakes too
    #[arg(long)]
    strict: bool,
}

impl Check {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let ended = self.check(common).await;
        if common.format == Format::Sarif {
            let (found, complete) = match &ended {
                Ok((_, found)) => (sarif::findings(found), true),
                Err(failure) => match &failure.diagnostics {
                    Some(found) => (sarif::findings(found), true),
                    None => (Vec::new(), false),
                },
            };
            output::result(format!("{:#}", sarif::log(RULE, &found, complete)))?;
        }
        if common.format == Format::Json {
            let found = match &ended {
                Ok((_, found)) => output::as_json(found),
                Err(failure) => failure.diagnostics.iter().flat_map(|found| output::as_json(found)).collect(),
            };
            output::result(json!({"ok": ended.is_ok(), "diagnostics": found}))?;
        }
        let (text, _) = ended?;
        if matches!(common.format, Format::Json | Format::Sarif) { Ok(()) } else { output::result(text) }
    }

    /// What to print where all is well, and the warnings.
    async fn check(&self, common: &Common) -> Result<(String, Diagnostics), Failure> {
        let loaded = rules::load(&self.rules, self.schema.as_deref())?.for_environment(self.env.as_deref())?;
        let schema = loaded.schema_of(self.source.as_deref()).await?;
        let (plan, found) = loaded.resolve(&schema, common, self.strict)?;
        loaded.unexpired()?;
        self.approval.check(&loaded)?;
        let columns: usize = plan.tables.iter().map(|table| table.columns.len()).sum();
        let kept = plan.tables.iter().flat_map(|table| &table.columns).filter(|column| column.is_kept()).count();
        let warnings = found.list.len();
        let text = format!(
            "{}: no mistakes, {warnings} warnings; {} tables, {columns} columns, {kept} kept, {} masked",
            self.rules.display(),
            plan.tables.len(),
            columns - kept
        );
        Ok((text, found))
    }
}
