//! `cut:` of a table: which references become NULL where the row that they refer to does not travel.

use super::links::Links;
use crate::diagnostic::{Diagnostic, nearest};
use crate::plan::TablePlan;
use crate::plan::lineage::Lineage;
use crate::rules::{RuleFile, Spanned};
use crate::schema::Table;

/// Marks the links that rules cut. Gives the mistakes.
pub(super) fn mark(
    rules: &RuleFile,
    lineage: &Lineage<'_>,
    tables: &[TablePlan],
    links: &mut Links,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, planned) in tables.iter().enumerate() {
        let line = lineage.of(&planned.table);
        let matching = rules.tables.iter().filter(|rule| line.iter().any(|table| rule.pattern.matches(&table.name)));
        for column in matching.flat_map(|rule| &rule.cut) {
            let Some(table) = line.first() else { continue };
            // A table without rows has no columns in the plan.
            if planned.columns.is_empty() {
                continue;
            }
            let mut cut = false;
            for link in links.links.iter_mut().filter(|link| link.from == index && link.columns.contains(&column.value))
            {
                cut = true;
                let place = planned.columns.iter().position(|plan| plan.facts.column.column == column.value);
                link.cut.extend(place.filter(|place| !link.cut.contains(place)));
            }
            found.extend(wrong(table, column, cut));
        }
    }
    found.dedup();
    found
}

fn wrong(table: &Table, column: &Spanned<String>, cut: bool) -> Option<Diagnostic> {
    let Some(known) = table.column(&column.value) else {
        let found = Diagnostic::error(column.span, format!("{} has no column `{}`", table.name, column.value));
        let names = table.stored_columns().map(|column| column.name.as_str());
        return Some(match nearest(&column.value, names) {
            Some(near) => found.label(format!("did you mean `{near}`?")),
            None => found,
        });
    };
    let name = table.name.column(&column.value);
    if !cut {
        let found = Diagnostic::error(column.span, format!("{name} refers to nothing: there is nothing to cut"));
        return Some(found.help("`cut:` lists foreign-key columns"));
    }
    if known.not_null || known.generated {
        let found = Diagnostic::error(column.span, format!("{name} cannot become NULL"));
        return Some(found.help("remove it: rows that refer to a row left out stay behind themselves"));
    }
    None
}
