//! `bauta plan`: what will happen to each table and column, and why. Against a schema snapshot (offline) or a database;
//! no row is read.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{Common, Format, output, rules, why};
use crate::failure::Failure;
use crate::plan::{Because, ColumnPlan, Exception, Exempt, Plan, Rows, SequenceState, TablePlan, subset};

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
}

impl Show {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        let loaded = rules::load(&self.rules, self.schema.as_deref())?.for_environment(self.env.as_deref())?;
        if let Some(asked) = &self.why {
            return why::show(&loaded, self.source.as_deref(), asked, common).await;
        }
        let schema = loaded.schema_of(self.source.as_deref()).await?;
        let (mut plan, _) = loaded.resolve(&schema, common, false)?;
        if let Some(name) = &self.table {
            let known: Vec<String> = plan.tables.iter().map(|table| table.table.to_string()).collect();
            plan.tables.retain(|table| [table.table.to_string(), bare(table)].contains(name));
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
        output::result(match common.format {
            Format::Json => serde_json::to_string_pretty(&as_json(&plan)).unwrap_or_default(),
            _ => text(&plan),
        })
    }
}

fn bare(table: &TablePlan) -> String {
    format!("{}.{}", table.table.schema, table.table.name)
}

/// Tables in the order of work, each with a line per masked column and one per reason to keep.
fn text(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for table in &plan.tables {
        lines.extend(table_lines(table));
        lines.extend(plan.exempt_of(&table.table).map(|exempt| exempt_line(table, exempt)));
        lines.push(String::new());
    }
    for sequence in &plan.sequences {
        if let SequenceState::Above { value, column } = &sequence.state {
            lines.push(format!("sequence {}: goes on above {value}, for the masked {column}", sequence.sequence));
        }
    }
    let one = |one: &Exception| {
        format!("exception at line {}, until {}: {} is kept: {}", one.line, one.expires, one.column, one.why)
    };
    lines.extend(plan.exceptions.iter().map(one));
    lines.extend(plan.after_load.iter().map(|script| format!("after the load: {}", script.name)));
    if plan.selection.is_some() {
        lines.push(format!("rows of tables that a subset or `rows:` narrows are {}", subset::HOW));
    }
    let columns = || plan.tables.iter().flat_map(|table| &table.columns);
    let kept = columns().filter(|column| column.is_kept()).count();
    let all = columns().count();
    lines.push(format!("{} tables, {all} columns: {} masked, {kept} kept", plan.tables.len(), all - kept));
    lines.join("\n")
}

fn table_lines(table: &TablePlan) -> Vec<String> {
    let mut head = table.table.to_string();
    if table.estimated_bytes > 0 {
        let size = indicatif::BinaryBytes(table.estimated_bytes);
        head += &format!("  about {} rows, {size}", table.estimated_rows);
    }
    match &table.rows {
        Rows::All => {}
        Rows::None => head += "  no rows: structure only",
        Rows::Where(condition) => head += &format!("  rows where {condition}"),
    }
    if table.into != table.table {
        head += &format!("  written to {}, which finds each row's partition", table.into);
    }
    let mut lines = vec![head];
    let masked: Vec<[String; 4]> =
        table.columns.iter().filter(|column| !column.is_kept()).map(|column| cells(table, column)).collect();
    let width = |cell: usize| masked.iter().map(|cells| cells[cell].chars().count()).max().unwrap_or_default().min(40);
    let (name, ty, mask) = (width(0), width(1), width(2));
    for [a, b, c, d] in &masked {
        lines.push(format!("  {a:name$}  {b:ty$}  {c:mask$}  {d}"));
    }
    let mut kept: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for column in table.columns.iter().filter(|column| column.is_kept()) {
        kept.entry(column.because.to_string()).or_default().push(&column.facts.column.column);
    }
    lines.extend(kept.into_iter().map(|(why, columns)| format!("  {}  {why}", columns.join(", "))));
    lines
}

/// Which rows are exempt, and what of them passes.
fn exempt_line(table: &TablePlan, exempt: &Exempt) -> String {
    let name = |index: &usize| table.columns.get(*index).map(|column| column.facts.column.column.as_str());
    let passes: Vec<&str> = exempt.passes.iter().filter_map(name).collect();
    let Exempt { condition, why, expires, line, .. } = exempt;
    let passes = passes.join(", ");
    format!("  exempt at line {line}, until {expires}: where {condition}, these pass unmasked: {passes}: {why}")
}

/// Name, type, mask, and what it promises and where it comes from.
fn cells(table: &TablePlan, column: &ColumnPlan) -> [String; 4] {
    let facts = &column.facts;
    let per = column.per.and_then(|per| table.columns.get(per));
    let per = per.map(|per| format!(", per {}", per.facts.column.column)).unwrap_or_default();
    let guarantees = column.guarantees().join(", ");
    let because = &column.because;
    let promised = if guarantees.is_empty() { because.to_string() } else { format!("{guarantees}; {because}") };
    [facts.column.column.clone(), facts.ty.short(), format!("{}{per}", column.described()), promised]
}

fn as_json(plan: &Plan) -> Value {
    let columns = |table: &TablePlan| -> Vec<Value> {
        let column = |column: &ColumnPlan| {
            json!({
                "column": column.facts.column.column,
                "type": column.facts.ty.sql,
                "mask": column.mask.name,
                "described": column.described(),
                "kept": column.is_kept(),
                "domain": column.domain,
                "per": column.per.and_then(|per| table.columns.get(per)).map(|per| &per.facts.column.column),
                "guarantees": column.guarantees(),
                "because": column.because.to_string(),
                "follows": column.because.source().map(ToString::to_string),
                "line": line(&column.because),
            })
        };
        table.columns.iter().map(column).collect()
    };
    let tables: Vec<Value> = plan
        .tables
        .iter()
        .map(|table| {
            json!({
                "table": table.table.to_string(),
                "into": table.into.to_string(),
                "rows": match &table.rows {
                    Rows::All => "all".to_owned(),
                    Rows::None => "none".to_owned(),
                    Rows::Where(condition) => format!("where {condition}"),
                },
                "estimated_rows": table.estimated_rows,
                "estimated_bytes": table.estimated_bytes,
                "columns": columns(table),
            })
        })
        .collect();
    let above = plan.sequences.iter().filter_map(|sequence| match &sequence.state {
        SequenceState::Above { value, column } => {
            Some(json!({"sequence": sequence.sequence.to_string(), "above": value, "column": column.to_string()}))
        }
        SequenceState::Copy => None,
    });
    json!({
        "name": plan.name,
        "rules_digest": plan.rules_digest,
        "tables": tables,
        "sequences": above.collect::<Vec<Value>>(),
        "exceptions": plan.exceptions.iter().map(|one| json!({
            "column": one.column.to_string(),
            "why": one.why,
            "expires": one.expires.to_string(),
            "line": one.line,
        })).collect::<Vec<_>>(),
        "exempt": plan.exempt.iter().map(|one| json!({
            "table": one.table.to_string(),
            "where": one.condition,
            "why": one.why,
            "expires": one.expires.to_string(),
            "line": one.line,
        })).collect::<Vec<_>>(),
        "after_load": plan.after_load.iter().map(|script| &script.name).collect::<Vec<_>>(),
    })
}

/// The line of the rule file that the mask comes from.
fn line(because: &Because) -> Option<usize> {
    match because {
        Because::Rule { line } | Because::Class { line, .. } | Because::Keep { line, .. } => Some(*line),
        Because::Reference { line, .. } => Some(*line),
        Because::Unlisted | Because::ForeignKey { .. } => None,
    }
}
