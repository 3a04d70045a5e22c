//! What must be unique stays unique by construction: every column of a primary key, UNIQUE constraint or unique index is
//! kept or has a mask that never gives two inputs one output.

use std::collections::BTreeMap;

use super::ColumnPlan;
use crate::diagnostic::{Diagnostic, Span};
use crate::mask::{MASKS, Uniqueness};
use crate::schema::{ColumnName, Schema, Unique};

/// Finds keys that could lose their uniqueness.
pub(super) fn check(schema: &Schema, plans: &BTreeMap<ColumnName, (ColumnPlan, Option<Span>)>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for table in schema.tables.iter().filter(|table| table.holds_rows()) {
        let injective = |column: &String| {
            let name = table.name.column(column);
            plans.get(&name).is_none_or(|(plan, _)| is_injective(plan))
        };
        // A set of columns is safe if it holds a unique set all of whose columns are.
        let safe = |unique: &Unique| {
            let mut parts = table.unique.iter().filter(|part| part.definition.is_none() || *part == unique);
            parts.any(|part| {
                part.columns.iter().all(|column| unique.columns.contains(column)) && part.columns.iter().all(injective)
            })
        };
        for unique in table.unique.iter().filter(|unique| !safe(unique)) {
            for column in unique.columns.iter().filter(|column| !injective(column)) {
                let name = table.name.column(column);
                let Some((plan, span)) = plans.get(&name) else {
                    continue;
                };
                let what = if unique.primary { "the primary key" } else { "the unique key" };
                let message = format!("`{}` can give two values of {name} the same output", plan.mask.name);
                let mut one = match span {
                    Some(span) => Diagnostic::error(*span, message),
                    None => Diagnostic::error_without_place(message),
                };
                one = one.label(format!("{what} {} must stay unique", unique.name)).help(remedy(plan));
                if !found.iter().any(|known| known.span.is_some() && known.span == one.span) {
                    found.push(one);
                }
            }
        }
    }
    found
}

fn is_injective(plan: &ColumnPlan) -> bool {
    match plan.mask.promises.unique {
        Uniqueness::Yes => true,
        Uniqueness::Option => plan.params.unique,
        Uniqueness::No => false,
    }
}

fn remedy(plan: &ColumnPlan) -> String {
    if plan.mask.promises.unique == Uniqueness::Option {
        return "add `unique: true` to the rule".to_owned();
    }
    let kind = &plan.facts.ty.kind;
    let can = MASKS.iter().filter(|def| def.name != "keep" && def.promises.unique != Uniqueness::No);
    let names: Vec<&str> = can.filter(|def| def.accepts.takes(kind)).map(|def| def.name).collect();
    match names[..] {
        [] => format!("no mask keeps {kind} unique: keep the column"),
        _ => format!("masks that keep {kind} unique: {}", names.join(", ")),
    }
}
