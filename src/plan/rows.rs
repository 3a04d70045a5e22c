//! What `rows:` says about each table, the environment's own included; and where `rows: none` empties others too.

use std::collections::BTreeMap;

use super::Rows;
use super::cover::Covers;
use super::lineage::Lineage;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{EnvironmentRule, RowsRule, RuleFile};
use crate::schema::{Schema, Table, TableName};

/// The rows of every table, and what to be warned of.
pub(super) fn resolve(
    rules: &RuleFile,
    schema: &Schema,
    lineage: &Lineage<'_>,
    covers: &mut Covers<'_>,
) -> (BTreeMap<TableName, Rows>, Vec<Diagnostic>) {
    let mut rows = BTreeMap::new();
    let mut spans: BTreeMap<TableName, Span> = BTreeMap::new();
    for table in &schema.tables {
        let rule = covers.rows(table);
        spans.extend(rule.map(|rule| (table.name.clone(), rule.span)));
        let mut which = which(rule.map(|rule| &rule.value));
        for (span, rule) in narrowed(rules.chosen(), lineage, table) {
            spans.insert(table.name.clone(), span);
            which = match (which, self::which(Some(rule))) {
                (Rows::None, _) | (_, Rows::None) => Rows::None,
                (Rows::All, narrower) => narrower,
                (wider, Rows::All) => wider,
                (Rows::Where(wider), Rows::Where(narrower)) => Rows::Where(format!("({wider}) AND ({narrower})")),
            };
        }
        rows.insert(table.name.clone(), which);
    }
    let warnings = emptied(schema, lineage, &rows, &spans);
    (rows, warnings)
}

fn which(rule: Option<&RowsRule>) -> Rows {
    match rule {
        None => Rows::All,
        Some(RowsRule::None) => Rows::None,
        Some(RowsRule::Where(sql)) => Rows::Where(sql.clone()),
    }
}

/// What the environment says about a table or its parents.
fn narrowed<'r>(
    environment: Option<&'r EnvironmentRule>,
    lineage: &Lineage<'_>,
    table: &Table,
) -> impl Iterator<Item = (Span, &'r RowsRule)> {
    let line: Vec<TableName> = lineage.of(&table.name).iter().map(|table| table.name.clone()).collect();
    let said = environment.into_iter().flat_map(|environment| &environment.rows);
    said.filter(move |narrowed| line.iter().any(|name| narrowed.pattern.matches(name)))
        .map(|narrowed| (narrowed.span, &narrowed.what.value))
}

/// Tables all of whose rows refer to a table without rows: nobody who wrote `rows: none` there may have meant them.
fn emptied(
    schema: &Schema,
    lineage: &Lineage<'_>,
    rows: &BTreeMap<TableName, Rows>,
    spans: &BTreeMap<TableName, Span>,
) -> Vec<Diagnostic> {
    let none = |name: &TableName| rows.get(name) == Some(&Rows::None);
    let mut found: BTreeMap<Span, (TableName, Vec<String>)> = BTreeMap::new();
    for table in schema.tables.iter().filter(|table| !none(&table.name)) {
        for key in &table.foreign_keys {
            let required = key.columns.iter().all(|name| table.column(name).is_some_and(|column| column.not_null));
            // A key to a partitioned table is served by its leaves.
            let under = |name: &TableName| lineage.of(name).iter().any(|ancestor| ancestor.name == key.to);
            let mut serving = schema.tables.iter().filter(|to| to.holds_rows() && under(&to.name));
            if !required || !serving.all(|to| none(&to.name)) {
                continue;
            }
            if let Some(span) = spans.get(&key.to) {
                let (_, by) = found.entry(*span).or_insert_with(|| (key.to.clone(), Vec::new()));
                let name = format!("{} ({})", table.name, key.name);
                if !by.contains(&name) {
                    by.push(name);
                }
            }
        }
    }
    let warning = |(span, (table, by)): (Span, (TableName, Vec<String>))| {
        let message = format!("without rows of {table} no row of these can travel either: {}", by.join(", "));
        Diagnostic::warning(span, message).help("write `rows: none` for them too, or let rows of this table travel")
    };
    found.into_iter().map(warning).collect()
}
