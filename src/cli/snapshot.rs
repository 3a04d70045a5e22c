//! `bauta snapshot`: the schema as a file beside the rules, for offline checks and for what broad keeps cover.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::{Common, endpoint, output, rules};
use crate::failure::{Failure, cause};
use crate::schema::Schema;

/// Writes the schema snapshot that `check` uses offline and that grouped keeps cover; review what changed in it
#[derive(Args)]
pub(super) struct Snapshot {
    /// The rule file that it belongs to: `shop.yaml` gets `shop.schema.json` beside it
    rules: PathBuf,
    /// The database to read (or BAUTA_SOURCE)
    #[arg(long)]
    source: Option<String>,
    /// Where to write it instead; `-` for stdout
    #[arg(short, long)]
    output: Option<PathBuf>,
}

impl Snapshot {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let path = self.output.unwrap_or_else(|| rules::snapshot_path(&self.rules));
        let before = if path.exists() { rules::read_snapshot(&path).ok() } else { None };
        let schema = endpoint::schema(self.source.as_deref(), before.as_ref()).await?;
        if path.as_os_str() == "-" {
            return output::result(schema.to_json().trim_end());
        }
        fs::write(&path, schema.to_json())
            .map_err(|error| Failure::world(format!("{} cannot be written: {}", path.display(), cause(&error))))?;
        if !common.quiet {
            let columns: usize = schema.tables.iter().map(|table| table.columns.len()).sum();
            let tables = schema.tables.len();
            output::note(format_args!("{}: {tables} tables, {columns} columns", path.display()));
            changes(&before.unwrap_or_default(), &schema);
        }
        Ok(())
    }
}

/// Says what a reviewer has to look at.
fn changes(before: &Schema, after: &Schema) {
    for table in &after.tables {
        let Some(known) = before.table(&table.name) else {
            output::note(format_args!("  new table {}", table.name));
            continue;
        };
        for column in &table.columns {
            match known.column(&column.name) {
                None => output::note(format_args!("  new column {}.{} ({})", table.name, column.name, column.ty.sql)),
                Some(old) if old.ty.sql != column.ty.sql => output::note(format_args!(
                    "  {}.{} was {}, is {}",
                    table.name, column.name, old.ty.sql, column.ty.sql
                )),
                Some(_) => {}
            }
        }
    }
}
