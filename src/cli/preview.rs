//! `bauta preview`: a few masked rows of one table. Production is read as a refresh reads it, nothing is written, and
//! originals are shown only to who asks for them.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use unicode_width::UnicodeWidthStr as _;

use super::cells::{self, Row};
use super::columns::{cut, pad};
use super::endpoint::From;
use super::{Common, Format, endpoint, key, output, rules};
use crate::batch::Batch;
use crate::failure::Failure;
use crate::plan::names::is_part_of;
use crate::plan::{Plan, Rows, TablePlan};
use crate::schema::Schema;
use crate::source::csv::CsvSource;
use crate::source::postgres::{Options, PostgresSource};
use crate::source::{Part, Source, Unit};

/// Widest cell of a table; longer values are cut.
const WIDEST: usize = 32;

/// Shows masked rows of one table as a refresh would write them; reads production, writes nothing
#[derive(Args)]
pub(super) struct Preview {
    /// The rule file
    rules: PathBuf,
    /// The table, such as customers or sales.orders
    table: String,
    /// Where rows come from: postgresql://... or csv:FOLDER (or BAUTA_SOURCE)
    #[arg(long)]
    source: Option<String>,
    /// How many rows
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=4000))]
    rows: u16,
    /// Print the originals beside the masked values: they are production's, of real people
    #[arg(long)]
    show_original: bool,
    /// Accept a superuser on production
    #[arg(long)]
    allow_privileged_source: bool,
}

impl Preview {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let loaded = rules::load(&self.rules, None)?;
        let run_key = key::find()?;
        let source: Box<dyn Source> = match endpoint::source(self.source.as_deref())? {
            From::Csv(folder) => Box::new(CsvSource::open(folder, loaded.snapshot.as_ref())?),
            From::Postgres(address) => {
                let options = Options { allow_privileged: self.allow_privileged_source, ..Options::default() };
                Box::new(PostgresSource::open(&address, options).await?)
            }
        };
        let looked = async {
            let (plan, _) = loaded.resolve(source.schema(), common, false)?;
            let index = find(&plan, source.schema(), &self.table)?;
            let table = cells::as_text(&plan.tables[index]);
            let wants = cells::wants(&table, &run_key.key, self.show_original);
            let batch = first(source.as_ref(), &table, index, &wants, self.rows.into()).await?;
            Ok((table, batch))
        };
        let looked: Result<(TablePlan, Option<Batch>), Failure> = looked.await;
        source.close().await;
        let (table, batch) = looked?;
        let (masked, originals) = match batch {
            None => (Vec::new(), None),
            Some(batch) => {
                let shown = |rows: Vec<Row>| rows.into_iter().take(self.rows.into()).collect::<Vec<Row>>();
                let originals = match self.show_original {
                    true => Some(shown(cells::originals(&table, &run_key.key, batch.clone())?)),
                    false => None,
                };
                (shown(cells::masked(&table, &run_key.key, batch)?), originals)
            }
        };
        if run_key.fresh && !common.quiet {
            output::note("no key is given: these pseudonyms are of this preview only (BAUTA_KEY, BAUTA_KEY_FILE)");
        }
        output::result(match common.format {
            Format::Json => {
                serde_json::to_string_pretty(&as_json(&table, &masked, originals.as_deref())).unwrap_or_default()
            }
            _ => text(&table, &masked, originals.as_deref(), output::width()),
        })
    }
}

/// The table of a plan that a name means; of a partitioned one its first partition.
fn find(plan: &Plan, schema: &Schema, name: &str) -> Result<usize, Failure> {
    let named = |table: &TablePlan| is_part_of(schema, &table.table, name);
    let unknown = || {
        let known: Vec<String> = schema.tables.iter().map(|table| table.name.to_string()).collect();
        let failure = Failure::usage(format!("the plan has no table `{name}` with rows of its own"));
        match crate::diagnostic::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => failure.remedy(format!("did you mean `{near}`?")),
            None => failure.remedy("`bauta plan` shows them all"),
        }
    };
    let index = plan.tables.iter().position(named).ok_or_else(unknown)?;
    if plan.tables[index].rows == Rows::None {
        return Err(Failure::usage(format!("no row of {name} travels: its rules say `rows: none`")));
    }
    Ok(index)
}

/// The first batches of a table, until they hold enough rows; the rest is not read.
async fn first(
    source: &dyn Source,
    table: &TablePlan,
    index: usize,
    wants: &[crate::batch::Want],
    rows: usize,
) -> Result<Option<Batch>, Failure> {
    let mut reader = source.reader().await?;
    let (queue, mut batches) = mpsc::channel(1);
    // Exempt rows are shown as masked ones: what masks do is what is looked for.
    let unit = Unit { table: index, blocks: None, part: Part::All };
    let read = async move {
        // The queue is dropped with this future, which ends the other side.
        let queue = queue;
        reader.read(table, &unit, wants, &queue).await
    };
    // A batch is as large as a preview can be long, so the first one is enough.
    debug_assert!(rows <= 4096, "a preview is shorter than a batch");
    let taken = async move {
        let batch = batches.recv().await;
        drop(batches);
        batch
    };
    let (read, batch) = tokio::join!(read, taken);
    match (read, batch) {
        // The reader's queue was closed on purpose.
        (_, Some(batch)) => Ok(Some(batch)),
        (read, None) => read.map(|_| None),
    }
}

fn as_json(table: &TablePlan, masked: &[Row], originals: Option<&[Row]>) -> Value {
    let object = |row: &Row| -> Value {
        let cells =
            table.columns.iter().zip(row).map(|(column, cell)| (column.facts.column.column.clone(), json!(cell)));
        Value::Object(cells.collect::<Map<_, _>>())
    };
    let mut shown = json!({
        "table": table.table.to_string(),
        "masks": table.columns.iter().map(|column| (column.facts.column.column.clone(), json!(column.described())))
            .collect::<Map<_, _>>(),
        "rows": masked.iter().map(object).collect::<Vec<_>>(),
    });
    if let Some(originals) = originals {
        shown["originals"] = originals.iter().map(object).collect();
    }
    shown
}

/// A table where it fits, else one column a line.
fn text(table: &TablePlan, masked: &[Row], originals: Option<&[Row]>, width: usize) -> String {
    let head = format!("{}, {} masked as a refresh would write them", table.table, counted(masked.len()));
    let names: Vec<&str> = table.columns.iter().map(|column| column.facts.column.column.as_str()).collect();
    let shown = |cell: &Option<String>| cut(cell.as_deref().unwrap_or("NULL"), WIDEST);
    let rows: Vec<Vec<String>> = masked.iter().map(|row| row.iter().map(shown).collect()).collect();
    let widths: Vec<usize> = (0..names.len())
        .map(|at| rows.iter().map(|row| row[at].width()).chain([names[at].width()]).max().unwrap_or_default())
        .collect();
    let mut lines = vec![head, String::new()];
    if originals.is_none() && widths.iter().map(|width| width + 2).sum::<usize>() <= width + 2 {
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded: Vec<String> = cells.zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
            padded.join("  ").trim_end().to_owned()
        };
        lines.push(line(&mut names.iter().copied()));
        lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
        return lines.join("\n");
    }
    let longest = names.iter().map(|name| name.width()).max().unwrap_or_default();
    for (index, row) in rows.iter().enumerate() {
        lines.push(format!("row {}", index + 1));
        let before = originals.and_then(|rows| rows.get(index));
        for (at, cell) in row.iter().enumerate() {
            let kept = table.columns[at].is_kept();
            let value = match before.map(|row| shown(&row[at])) {
                Some(before) if !kept => format!("{}  ->  {cell}", pad(&before, WIDEST)),
                _ => cell.clone(),
            };
            let mask = if kept { "kept".to_owned() } else { table.columns[at].mask.name.to_owned() };
            lines.push(format!("  {}  {:15}  {value}", pad(names[at], longest), mask).trim_end().to_owned());
        }
    }
    lines.join("\n")
}

fn counted(rows: usize) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}
