//! Quasi-identifiers: columns that point at a person together though none does alone, where what staging shows of them is
//! true.

use std::collections::BTreeMap;

use super::lineage::Lineage;
use super::{ColumnPlan, TablePlan};
use crate::class;
use crate::mask::Effect;
use crate::schema::TableName;

/// The quasi-identifiers of a table that holds persons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuasiIdentifiers {
    /// The table, or the topmost one that it is a part of.
    pub table: TableName,
    /// Names of the columns that are kept or made coarser, in the table's order; at least one.
    pub columns: Vec<String>,
    /// Which tables of the plan hold them: their indexes, and where the columns stand in each, in order of `columns`.
    pub parts: Vec<(usize, Vec<usize>)>,
}

/// Those of all tables, sorted by table. Partitions are one table, as far as the same columns of theirs are true.
pub(super) fn quasi_identifiers(tables: &[TablePlan], lineage: &Lineage<'_>) -> Vec<QuasiIdentifiers> {
    let mut found: BTreeMap<(TableName, Vec<&str>), QuasiIdentifiers> = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        let places: Vec<usize> = (0..table.columns.len()).filter(|at| is_true(&table.columns[*at])).collect();
        if places.is_empty() || !table.columns.iter().any(tells_of_persons) {
            continue;
        }
        let top = lineage.of(&table.table).last().map_or(&table.table, |top| &top.name);
        let name = |at: &usize| table.columns[*at].facts.column.column.as_str();
        let columns: Vec<&str> = places.iter().map(name).collect();
        // Parts may have their columns in another order.
        let mut sorted: Vec<usize> = places;
        sorted.sort_by_key(name);
        let entry = found.entry((top.clone(), sorted.iter().map(name).collect()));
        let one = entry.or_insert_with(|| QuasiIdentifiers {
            table: top.clone(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            parts: Vec::new(),
        });
        let place = |column: &String| sorted.iter().copied().find(|at| name(at) == column);
        one.parts.push((index, one.columns.iter().filter_map(place).collect()));
    }
    found.into_values().collect()
}

/// Whether a quasi-identifier is seen on staging as it is, or as something coarser.
fn is_true(column: &ColumnPlan) -> bool {
    matches!(column.effect(), Effect::Kept | Effect::Generalised)
        && column.holds().is_some_and(class::is_quasi_identifier)
}

/// Whether rows are about persons: a rule says so, or something of theirs is masked.
fn tells_of_persons(column: &ColumnPlan) -> bool {
    let is_masked = || column.effect() != Effect::Kept;
    column.class.as_deref().is_some_and(class::is_personal)
        || is_masked()
            && column.holds().is_some_and(|class| class::is_personal(class) && !class::is_quasi_identifier(class))
}
