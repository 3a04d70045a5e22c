//! Which rows travel, and what that would break: a table that others refer to cannot leave rows out unless theirs stay
//! behind too (the closed subset is a later chapter of the language).

use std::collections::BTreeMap;

use super::Rows;
use super::cover::Covers;
use super::lineage::Lineage;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::RowsRule;
use crate::schema::{Schema, TableName};

/// The rows of every table, and the mistakes.
pub(super) fn resolve(
    schema: &Schema,
    lineage: &Lineage<'_>,
    covers: &mut Covers<'_>,
) -> (BTreeMap<TableName, Rows>, Vec<Diagnostic>) {
    let mut rows = BTreeMap::new();
    let mut spans: BTreeMap<TableName, Span> = BTreeMap::new();
    for table in &schema.tables {
        let rule = covers.rows(table);
        spans.extend(rule.map(|rule| (table.name.clone(), rule.span)));
        let which = match rule.map(|rule| &rule.value) {
            None => Rows::All,
            Some(RowsRule::None) => Rows::None,
            Some(RowsRule::Where(sql)) => Rows::Where(sql.clone()),
        };
        rows.insert(table.name.clone(), which);
    }
    let mut found: BTreeMap<Span, (TableName, Vec<String>)> = BTreeMap::new();
    for table in &schema.tables {
        for key in table.foreign_keys.iter().filter(|_| rows.get(&table.name) != Some(&Rows::None)) {
            // A key to a partitioned table is served by its leaves.
            let targets = schema
                .tables
                .iter()
                .filter(|target| lineage.of(&target.name).iter().any(|ancestor| ancestor.name == key.to));
            for target in targets.filter(|target| rows.get(&target.name) != Some(&Rows::All)) {
                if let Some(span) = spans.get(&target.name) {
                    let (_, by) = found.entry(*span).or_insert_with(|| (target.name.clone(), Vec::new()));
                    let name = format!("{} ({})", table.name, key.name);
                    if !by.contains(&name) {
                        by.push(name);
                    }
                }
            }
        }
    }
    let mistakes = found.into_iter().map(|(span, (table, by))| {
        let message = format!("rows of {table} cannot stay behind while others refer to them: {}", by.join(", "));
        Diagnostic::error(span, message).help("let all its rows travel, or write `rows: none` for those tables too")
    });
    (rows, mistakes.collect())
}
