//! A plan for people: no line wider than the terminal, where its words allow.

use std::collections::{BTreeMap, BTreeSet};

use super::estimate::Estimate;
use crate::audit::wrapped;
use crate::plan::{ColumnPlan, Exception, Exempt, Plan, Rows, SequenceState, TablePlan, subset};

/// Blanks before the further lines of a column.
const INDENT: usize = 6;

/// Writes it: tables in the order of work, each with a line per masked column and one per reason to keep.
pub(super) fn write(plan: &Plan, estimate: &Estimate, width: usize) -> String {
    let mut lines = Vec::new();
    for (at, table) in plan.tables.iter().enumerate() {
        lines.extend(table_lines(table, estimate.units.get(at).copied().unwrap_or(1), width));
        let exempt = plan.exempt_of(&table.table).map(|exempt| exempt_line(table, exempt));
        lines.extend(exempt.iter().flat_map(|line| wrapped(line, width, 2, INDENT)));
        lines.push(String::new());
    }
    let mut last = Vec::new();
    for sequence in &plan.sequences {
        if let SequenceState::Above { value, column } = &sequence.state {
            last.push(format!("sequence {}: goes on above {value}, for the masked {column}", sequence.sequence));
        }
    }
    let one = |one: &Exception| {
        format!("exception at line {}, until {}: {} is kept: {}", one.line, one.expires, one.column, one.why)
    };
    last.extend(plan.exceptions.iter().map(one));
    last.extend(plan.after_load.iter().map(|script| format!("after the load: {}", script.name)));
    if plan.selection.is_some() {
        last.push(format!("rows of tables that a subset or `rows:` narrows are {}", subset::HOW));
    }
    let columns = || plan.tables.iter().flat_map(|table| &table.columns);
    let kept = columns().filter(|column| column.is_kept()).count();
    let all = columns().count();
    last.push(format!("{} tables, {all} columns: {} masked, {kept} kept", plan.tables.len(), all - kept));
    last.extend(estimate.text());
    lines.extend(leaves(plan, width));
    lines.extend(last.iter().flat_map(|line| wrapped(line, width, 0, 2)));
    lines.join("\n")
}

/// What can still be seen behind each mask that the plan uses; all else of an original is gone.
fn leaves(plan: &Plan, width: usize) -> Vec<String> {
    let columns = plan.tables.iter().flat_map(|table| &table.columns);
    let masks = columns.flat_map(|column| {
        let cases = column.switch.iter().flat_map(|switch| &switch.cases).map(|case| case.mask);
        cases.chain([column.mask]).map(|mask| (mask.name, mask.effect.word(), mask.leaves))
    });
    let masks: BTreeSet<_> = masks.filter(|(name, _, _)| *name != "keep").collect();
    if masks.is_empty() {
        return Vec::new();
    }
    let longest = masks.iter().map(|(name, _, _)| name.len()).max().unwrap_or_default();
    let mut lines = vec!["what becomes of values, and what of them can still be seen:".to_owned()];
    for (name, effect, leaves) in masks {
        lines.extend(wrapped(&format!("{name:longest$}  {effect}; shows {leaves}"), width, 2, longest + 4));
    }
    lines.push(String::new());
    lines
}

fn table_lines(table: &TablePlan, units: usize, width: usize) -> Vec<String> {
    let mut head = table.table.to_string();
    if table.estimated_bytes > 0 {
        let size = indicatif::BinaryBytes(table.estimated_bytes);
        head += &format!("  about {} rows, {size}", table.estimated_rows);
    }
    if units > 1 {
        head += &format!(" in {units} units");
    }
    match &table.rows {
        Rows::All => {}
        Rows::None => head += "  no rows: structure only",
        Rows::Where(condition) => head += &format!("  rows where {condition}"),
    }
    if table.into != table.table {
        head += &format!("  written to {}, which finds each row's partition", table.into);
    }
    let mut lines = wrapped(&head, width, 0, INDENT);
    let masked: Vec<[String; 4]> =
        table.columns.iter().filter(|column| !column.is_kept()).map(|column| cells(table, column)).collect();
    let longest = |cell: usize, most: usize| {
        let all = masked.iter().map(|cells| cells[cell].chars().count());
        all.filter(|length| *length <= most).max().unwrap_or_default()
    };
    let (name, ty, mask) = (longest(0, 30), longest(1, 14), longest(2, 24));
    for [a, b, c, d] in &masked {
        let line = format!("{a:name$}  {b:ty$}  {c:mask$}  {d}");
        if line.chars().count() + 2 <= width {
            lines.push(format!("  {line}"));
        } else {
            // What does not fit beside the mask stands under it as a whole.
            lines.extend(wrapped(&format!("{a:name$}  {b:ty$}  {c}"), width, 2, INDENT));
            lines.extend(wrapped(d, width, INDENT, INDENT));
        }
    }
    let mut kept: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for column in table.columns.iter().filter(|column| column.is_kept()) {
        let because = &column.because;
        let why = if because.source().is_some() { format!("kept: {because}") } else { because.to_string() };
        kept.entry(why).or_default().push(&column.facts.column.column);
    }
    let kept = kept.into_iter().map(|(why, columns)| format!("{}  {why}", columns.join(", ")));
    lines.extend(kept.flat_map(|line| wrapped(&line, width, 2, INDENT)));
    lines
}

/// Which rows are exempt, and what of them passes.
fn exempt_line(table: &TablePlan, exempt: &Exempt) -> String {
    let name = |index: &usize| table.columns.get(*index).map(|column| column.facts.column.column.as_str());
    let passes: Vec<&str> = exempt.passes.iter().filter_map(name).collect();
    let Exempt { condition, why, expires, line, .. } = exempt;
    let passes = passes.join(", ");
    format!("exempt at line {line}, until {expires}: where {condition}, these pass unmasked: {passes}: {why}")
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
