//! `bauta audit`: the register of every column, for reviewers who have no database.

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::{Common, Format, approve, endpoint, output, rules};
use crate::audit::{self, Input, Register, Run};
use crate::failure::{Failure, cause};

/// Writes the register of every column: what it holds, what happens to it, who could undo that, why, and what deserves a
/// second look; from the rules and their schema snapshot alone
#[derive(Args)]
pub(super) struct Audit {
    /// The rule file
    rules: PathBuf,
    /// The schema snapshot to resolve against; by default the one beside the rules, written by `bauta snapshot`
    #[arg(long)]
    schema: Option<PathBuf>,
    /// The database to resolve against instead; then rows and few different values are estimated, and comments, defaults,
    /// views and functions are looked through
    #[arg(long)]
    source: Option<String>,
    /// The environment of the rule file to write the register for
    #[arg(long)]
    env: Option<String>,
    /// The report of the last run, as `refresh --report DIR` leaves it: rows, whose key it was, what was measured
    #[arg(long, value_name = "RUN.json")]
    report: Option<PathBuf>,
    /// Who may approve: the approvals beside the rules are checked against this list, as `refresh --approvers` does
    #[arg(long, value_name = "FILE")]
    approvers: Option<PathBuf>,
    /// Print what the literals of the schema say, not only where they are; they may be values of production
    #[arg(long)]
    show_literals: bool,
    /// Where to write it instead of stdout
    #[arg(short, long)]
    output: Option<PathBuf>,
}

impl Audit {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let register = self.register(common).await?;
        let text = match common.format {
            Format::Json => serde_json::to_string_pretty(&register).unwrap_or_default(),
            Format::Markdown => register.to_markdown(),
            Format::Html => register.to_html(),
            Format::Text | Format::Sarif => register.to_text(output::width()),
        };
        let text = text.trim_end();
        match &self.output {
            None => output::result(text),
            Some(path) => fs::write(path, format!("{text}\n"))
                .map_err(|error| Failure::world(format!("{} cannot be written: {}", path.display(), cause(&error)))),
        }
    }

    async fn register(&self, common: &Common) -> Result<Register, Failure> {
        let loaded = rules::load(&self.rules, self.schema.as_deref())?.for_environment(self.env.as_deref())?;
        let signed = approve::signed(&loaded, self.approvers.as_deref())?;
        let run = self.report.as_deref().map(read_report).transpose()?;
        let (schema, told) = match self.source.as_deref() {
            None => (loaded.schema_of(None).await?, None),
            Some(uri) => {
                let (schema, told) = endpoint::told(uri, loaded.snapshot.as_ref()).await?;
                (Cow::Owned(schema), told)
            }
        };
        let (distinct, carriers) =
            told.map_or_else(Default::default, |(distinct, carriers)| (distinct, Some(carriers)));
        let (plan, _) = loaded.resolve(&schema, common, false)?;
        let mut register = audit::register(Input {
            rules: &loaded.rules,
            plan: &plan,
            schema: &schema,
            reviewed: loaded.snapshot.is_some(),
            online: self.source.is_some(),
            today: Some(rules::today()),
            signed,
            run,
            distinct,
            carriers,
        });
        if !self.show_literals {
            register.literals = register.literals.places_only();
        }
        Ok(register)
    }
}

/// Reads the report of a run.
///
/// # Errors
/// The file cannot be read or is no report (exit 2).
pub(super) fn read_report(path: &std::path::Path) -> Result<Run, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("the report {} cannot be read: {}", path.display(), cause(&error))))?;
    Run::from_json(&text).map_err(|why| {
        Failure::usage(format!("{} is no report of a run: {why}", path.display()))
            .remedy("`bauta refresh --report DIR` leaves one there for every run")
    })
}
