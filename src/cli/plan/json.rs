//! A plan for programs.

use serde_json::{Value, json};

use super::estimate::Estimate;
use crate::plan::{Because, ColumnPlan, Plan, Rows, SequenceState, TablePlan};

/// Writes it.
pub(super) fn write(plan: &Plan, estimate: &Estimate) -> Value {
    let above = plan.sequences.iter().filter_map(|sequence| match &sequence.state {
        SequenceState::Above { value, column } => {
            Some(json!({"sequence": sequence.sequence.to_string(), "above": value, "column": column.to_string()}))
        }
        SequenceState::Copy => None,
    });
    json!({
        "name": plan.name,
        "rules_digest": plan.rules_digest,
        "estimate": estimate.as_json(),
        "tables": plan.tables.iter().enumerate().map(|(at, one)| table(one, estimate.units.get(at))).collect::<Vec<_>>(),
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

fn table(table: &TablePlan, units: Option<&usize>) -> Value {
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
        "units": units,
        "columns": table.columns.iter().map(|one| column(table, one)).collect::<Vec<_>>(),
    })
}

fn column(table: &TablePlan, column: &ColumnPlan) -> Value {
    json!({
        "column": column.facts.column.column,
        "type": column.facts.ty.sql,
        "class": column.class,
        "mask": column.mask.name,
        "described": column.described(),
        "kept": column.is_kept(),
        "effect": column.effect(),
        "still_shows": column.leaves(),
        "domain": column.domain,
        "per": column.per.and_then(|per| table.columns.get(per)).map(|per| &per.facts.column.column),
        "guarantees": column.guarantees(),
        "because": because(&column.because),
        "follows": column.because.source().map(ToString::to_string),
    })
}

/// Where a mask comes from: the kind, what belongs to it, and all of it in words.
fn because(because: &Because) -> Value {
    let text = because.to_string();
    match because {
        Because::Rule { line } => json!({"kind": "rule", "line": line, "text": text}),
        Because::Class { class, line, default } => {
            json!({"kind": "class", "class": class, "line": line, "mask_line": default, "text": text})
        }
        Because::Keep { why, line } => json!({"kind": "keep", "why": why, "line": line, "text": text}),
        Because::Unlisted => json!({"kind": "unlisted", "text": text}),
        Because::ForeignKey { constraint, to, source } => json!({
            "kind": "foreign_key",
            "constraint": constraint,
            "to": to.to_string(),
            "source": source.to_string(),
            "text": text,
        }),
        Because::Reference { line, to, source } => json!({
            "kind": "reference",
            "line": line,
            "to": to.to_string(),
            "source": source.to_string(),
            "text": text,
        }),
    }
}
