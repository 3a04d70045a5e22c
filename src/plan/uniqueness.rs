//! What must be unique stays unique by construction: every column of a primary key, UNIQUE constraint or unique index is
//! kept or has a mask that never gives two inputs one output.

use super::ColumnPlan;
use super::resolve::Plans;
use crate::diagnostic::Diagnostic;
use crate::mask::{MASKS, Uniqueness};
use crate::schema::{Schema, Table, Unique};

/// Finds keys that will or may lose their uniqueness.
pub(super) fn check(schema: &Schema, plans: &Plans) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for table in schema.tables.iter().filter(|table| table.holds_rows()) {
        for unique in &table.unique {
            for one in look(table, unique, plans) {
                // The leaves of a table have the same keys: once is enough.
                if !found.iter().any(|known| known.span.is_some() && known.span == one.span) {
                    found.push(one);
                }
            }
        }
    }
    found
}

fn look(table: &Table, unique: &Unique, plans: &Plans) -> Vec<Diagnostic> {
    let plan = |column: &String| plans.get(&table.name.column(column));
    let injective = |column: &String| plan(column).is_some_and(|(plan, _)| is_injective(plan));
    let has = |column: &String, mask: &str| plan(column).is_some_and(|(plan, _)| plan.mask.name == mask);
    // Columns that the server generates have no plan: nothing is known about them, unless all that they can be made of
    // is kept. A table without plans sends no rows.
    let all_kept = table.stored_columns().all(|column| has(&column.name, "keep"));
    if all_kept || !table.stored_columns().any(|column| plan(&column.name).is_some()) {
        return Vec::new();
    }
    // Where a stored column has no plan, a mistake is noted already.
    let planless =
        |column: &&String| table.column(column).is_some_and(|known| !known.generated) && plan(column).is_none();
    if unique.columns.iter().chain(&unique.inside).any(|column| planless(&column)) {
        return Vec::new();
    }
    // A set of columns stays unique if it holds a unique set all of whose columns do, or in which something is NULL; what
    // an expression or condition reads has to be kept, since it may answer differently to another value.
    let kept = |column: &String| has(column, "keep");
    let safe = |part: &Unique| {
        let definition = part.definition.as_deref().unwrap_or_default();
        if definition.starts_with("EXCLUDE") {
            return part == unique && part.columns.iter().chain(&part.inside).all(kept);
        }
        let bare = part.columns.iter().filter(|column| !part.inside.contains(column));
        let null = |column: &String| has(column, "nullify");
        let nulls = !part.primary && !definition.contains("NULLS NOT DISTINCT") && bare.clone().any(null);
        let held = part == unique
            || (part.definition.is_none() && part.columns.iter().all(|one| unique.columns.contains(one)));
        held && (nulls || (bare.clone().all(injective) && part.inside.iter().all(kept)))
    };
    if table.unique.iter().any(safe) {
        return Vec::new();
    }
    let what = if unique.primary { "the primary key" } else { "the unique key" };
    let mut found = Vec::new();
    // What becomes of a NULL inside an expression is the expression's affair.
    let unknown = |column: &&String| unique.inside.contains(column) && has(column, "nullify");
    for column in unique.columns.iter().filter(|column| !injective(column) && !unknown(column)) {
        let Some((plan, span)) = plan(column) else {
            continue;
        };
        let name = table.name.column(column);
        let message = format!("`{}` can give two values of {name} the same output", plan.mask.name);
        let one = Diagnostic { span: *span, ..Diagnostic::error_without_place(message) };
        found.push(one.label(format!("{what} {} must stay unique", unique.name)).help(remedy(plan)));
    }
    if found.is_empty() {
        let message =
            format!("whether {what} {} of {} stays unique cannot be known before the load", unique.name, table.name);
        let blamed = unique.columns.iter().chain(&unique.inside).filter(|column| !kept(column));
        let span = blamed.into_iter().find_map(|column| plan(column)?.1);
        let warning = Diagnostic { span, ..Diagnostic::warning_without_place(message) };
        found.push(match &unique.definition {
            Some(definition) => warning.help(format!("it depends on masked values: {definition}")),
            None => warning.help("the server computes a column of it from masked ones"),
        });
    }
    found
}

/// Whether a mask gives different outputs for different inputs. One that can, does in a column that is unique by itself.
fn is_injective(plan: &ColumnPlan) -> bool {
    match plan.mask.promises.unique {
        Uniqueness::Yes => true,
        Uniqueness::Option => plan.params.unique || plan.facts.unique,
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
