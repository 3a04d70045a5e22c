//! The joins of a database as rules and schema tell them: foreign keys, and the references that the schema does not declare.

use super::lineage::Lineage;
use super::undeclared::{self, When};
use crate::rules::RuleFile;
use crate::schema::{Schema, TableName};

/// A join: `columns[i]` refers to `to_columns[i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Join {
    /// The referring table.
    pub from: TableName,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub to: TableName,
    /// Its columns, in the same order.
    pub to_columns: Vec<String>,
    /// For which rows it holds; all without it.
    pub when: Option<When>,
}

/// All joins, a foreign key of a partitioned table once. Entries of `references:` that are wrong are left out.
pub fn joins(rules: &RuleFile, schema: &Schema) -> Vec<Join> {
    let lineage = Lineage::new(schema);
    let declared = schema.tables.iter().flat_map(|table| {
        let keys = table.foreign_keys.iter().map(|key| Join {
            from: table.name.clone(),
            columns: key.columns.clone(),
            to: key.to.clone(),
            to_columns: key.to_columns.clone(),
            when: None,
        });
        let parents: Vec<_> = table.parents.iter().filter_map(|parent| lineage.table(parent)).collect();
        keys.filter(move |join| {
            let same = |known: &crate::schema::ForeignKey| (&known.columns, &known.to) == (&join.columns, &join.to);
            !table.partition || !parents.iter().any(|parent| parent.foreign_keys.iter().any(same))
        })
    });
    let (undeclared, _) = undeclared::resolve(rules, &lineage);
    let undeclared = undeclared.into_iter().map(|one| Join {
        from: one.from,
        columns: one.columns,
        to: one.to,
        to_columns: one.to_columns,
        when: one.when,
    });
    declared.chain(undeclared).collect()
}
