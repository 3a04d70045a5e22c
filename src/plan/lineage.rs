//! Who is a partition or a child of whom, worked out once for a schema.

use std::collections::BTreeMap;

use crate::schema::{ColumnName, Schema, Table, TableName};

/// Every table's line: itself, then its parents, nearest first.
pub(crate) struct Lineage<'s> {
    lines: BTreeMap<&'s TableName, Vec<&'s Table>>,
}

impl<'s> Lineage<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        let index: BTreeMap<&TableName, &Table> = schema.tables.iter().map(|table| (&table.name, table)).collect();
        let lines = schema.tables.iter().map(|table| (&table.name, line(&index, table))).collect();
        Self { lines }
    }

    /// A table, then its parents, nearest first; nothing for a table that is not in the schema.
    pub(crate) fn of(&self, table: &TableName) -> &[&'s Table] {
        self.lines.get(table).map_or(&[], Vec::as_slice)
    }

    /// The names of all tables.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'s TableName> + '_ {
        self.lines.keys().copied()
    }

    /// A table by its name.
    pub(crate) fn table(&self, name: &TableName) -> Option<&'s Table> {
        self.of(name).first().copied()
    }

    /// A column by its name.
    pub(crate) fn column(&self, name: &ColumnName) -> Option<&'s crate::schema::Column> {
        self.table(&name.table)?.column(&name.column)
    }

    /// Where a column is at home: in the topmost table that has it.
    pub(crate) fn home(&self, column: &ColumnName) -> ColumnName {
        let mut line = self.of(&column.table).iter();
        let top = line.rfind(|table| table.column(&column.column).is_some());
        top.map_or_else(|| column.clone(), |table| table.name.column(&column.column))
    }
}

fn line<'s>(index: &BTreeMap<&TableName, &'s Table>, table: &'s Table) -> Vec<&'s Table> {
    let mut line = vec![table];
    let mut at = 0;
    while at < line.len() {
        for parent in &line[at].parents {
            if let Some(parent) = index.get(parent)
                && !line.iter().any(|known| known.name == parent.name)
            {
                line.push(parent);
            }
        }
        at += 1;
    }
    line
}
