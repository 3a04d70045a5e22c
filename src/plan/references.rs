//! Which column follows which. A foreign-key column gets the mask of the column that it refers to, through chains,
//! self-references and composite keys (paired by the constraint's own order). A partition's or child's column is at home
//! in the topmost table that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::cover::lineage;
use crate::schema::{ColumnName, Schema, Table};

/// Who follows whom.
pub(super) struct References {
    homes: BTreeMap<ColumnName, ColumnName>,
    /// Home columns and the home columns that they refer to, themselves left out.
    refers: BTreeMap<ColumnName, BTreeSet<ColumnName>>,
}

impl References {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut homes = BTreeMap::new();
        for table in &schema.tables {
            for column in &table.columns {
                homes.insert(table.name.column(&column.name), home(schema, table, &column.name));
            }
        }
        let mut refers: BTreeMap<ColumnName, BTreeSet<ColumnName>> = BTreeMap::new();
        for table in &schema.tables {
            for key in &table.foreign_keys {
                for (from, to) in key.columns.iter().zip(&key.to_columns) {
                    let at_home = |column: ColumnName| homes.get(&column).cloned().unwrap_or(column);
                    let (from, to) = (at_home(table.name.column(from)), at_home(key.to.column(to)));
                    if from != to {
                        refers.entry(from).or_default().insert(to);
                    }
                }
            }
        }
        Self { homes, refers }
    }

    /// Where a column is at home.
    pub(super) fn home(&self, column: &ColumnName) -> ColumnName {
        self.homes.get(column).cloned().unwrap_or_else(|| column.clone())
    }

    /// The columns that a home column gets its mask from: those at the ends of all chains of references. One for most
    /// columns (itself, if it refers to nothing); of a cycle, the first by name.
    pub(super) fn sources(&self, home: &ColumnName) -> BTreeSet<ColumnName> {
        let mut seen = BTreeSet::from([home.clone()]);
        let mut open = vec![home.clone()];
        while let Some(column) = open.pop() {
            for next in self.refers.get(&column).into_iter().flatten() {
                if seen.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        let ends: BTreeSet<_> = seen.iter().filter(|column| !self.refers.contains_key(column)).cloned().collect();
        if ends.is_empty() { seen.into_iter().take(1).collect() } else { ends }
    }
}

/// The topmost table that has the column.
fn home(schema: &Schema, table: &Table, column: &str) -> ColumnName {
    let line = lineage(schema, table);
    let top = line.into_iter().rfind(|table| table.column(column).is_some());
    top.map_or_else(|| table.name.column(column), |table| table.name.column(column))
}
