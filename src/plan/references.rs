//! Which column follows which. A foreign-key column gets the mask of the column that it refers to, through chains,
//! self-references and composite keys (paired by the constraint's own order). A partition's or child's column is at home
//! in the topmost table that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::lineage::Lineage;
use crate::schema::{ColumnName, Schema};

/// Who follows whom.
pub(super) struct References {
    /// Home columns and the home columns that they refer to, themselves left out.
    refers: BTreeMap<ColumnName, BTreeSet<ColumnName>>,
}

impl References {
    pub(super) fn new(schema: &Schema, lineage: &Lineage<'_>) -> Self {
        let mut refers: BTreeMap<ColumnName, BTreeSet<ColumnName>> = BTreeMap::new();
        for table in &schema.tables {
            for key in &table.foreign_keys {
                for (from, to) in key.columns.iter().zip(&key.to_columns) {
                    let (from, to) = (lineage.home(&table.name.column(from)), lineage.home(&key.to.column(to)));
                    if from != to {
                        refers.entry(from).or_default().insert(to);
                    }
                }
            }
        }
        Self { refers }
    }

    /// Whether another column refers to a home column.
    pub(super) fn is_referred(&self, home: &ColumnName) -> bool {
        self.refers.values().any(|to| to.contains(home))
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
