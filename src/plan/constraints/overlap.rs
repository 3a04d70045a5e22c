//! Parts of exclusion constraints that are compared in other ways than by `=`: ranges that may not overlap.

use super::apart::{Part, Why};
use super::outputs::{Output, Outputs, goes_by_value, is_injective};
use crate::plan::formula::Formula;
use crate::schema::Kind;

/// Operators on ranges and their bounds that look at order and distance only.
const ORDERED: &[&str] = &["&&", "-|-", "@>", "<@", "<<", ">>", "&<", "&>"];

/// Whether an operator that held between no two rows of production can hold between masked ones. `equal`: the plain
/// columns that are compared by `=` and stay apart; rows that differ in them never conflict.
pub(in crate::plan) fn overlap(outputs: &Outputs<'_>, formula: &Formula, operator: &str, equal: &[&str]) -> Part {
    if outputs.are_kept(formula) {
        return Part::Apart;
    }
    let columns: Vec<&str> = formula.columns().into_iter().collect();
    if let Formula::Column(column) = formula {
        match outputs.of(column) {
            Output::Masked(_, gives) if gives.null => return Part::Null,
            // Elements stay apart, so lists have as many in common as before; what differed by value did so before.
            Output::Masked(plan, _) if matches!(plan.facts.ty.kind, Kind::Array(_)) && is_injective(plan) => {
                return Part::Apart;
            }
            Output::Masked(plan, _) if operator == "<>" && goes_by_value(plan) => return Part::Apart,
            _ => {}
        }
    }
    if !ORDERED.contains(&operator) || !is_range(outputs, formula) {
        return Part::Unknown;
    }
    let groups: Vec<_> = columns.iter().map(|column| outputs.group(&Formula::Column((*column).to_owned()))).collect();
    let masked = columns.iter().copied().find(|column| matches!(outputs.of(column), Output::Masked(..)));
    let Some(masked) = masked else { return Part::Unknown };
    let per = |place: usize| outputs.table.stored_columns().nth(place).map(|column| column.name.as_str());
    match groups.first() {
        // Rows with equal columns have one subject, and move alike.
        Some(Some(first)) if groups.iter().all(|group| group.as_ref() == Some(first)) => {
            let subject = per(first.per).is_some_and(|per| equal.contains(&per));
            if subject { Part::Apart } else { Part::Merged(masked.to_owned(), Why::Overlap) }
        }
        _ => Part::Merged(masked.to_owned(), Why::Overlap),
    }
}

/// A range column, or a range made of columns.
fn is_range(outputs: &Outputs<'_>, formula: &Formula) -> bool {
    match formula {
        Formula::Column(column) => {
            outputs.table.column(column).is_some_and(|column| matches!(column.ty.kind, Kind::Range(_)))
        }
        Formula::Call(name, parts) => {
            let bounds = parts.iter().take(2).all(|part| part.column().is_some() || part.constant().is_some());
            let made =
                matches!(name.as_str(), "tsrange" | "tstzrange" | "daterange" | "int4range" | "int8range" | "numrange");
            made && bounds && parts.iter().skip(2).all(|part| part.constant().is_some())
        }
        _ => false,
    }
}
