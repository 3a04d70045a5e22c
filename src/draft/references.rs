//! Joins that the schema does not declare, as names suggest them: `user_id` may be a key of `users`. Whether values agree
//! is asked of the database.

use crate::classify;
use crate::plan::lineage::Lineage;
use crate::schema::{ColumnName, Kind, Schema, Table};

/// A join that may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The column that may refer.
    pub from: ColumnName,
    /// The key that it may refer to.
    pub to: ColumnName,
    /// Whether the name suggests it; otherwise only the type, which is enough for UUIDs.
    pub named: bool,
}

/// A join that may be, and what the database says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// The join.
    pub candidate: Candidate,
    /// Different values that were looked for.
    pub values: u64,
    /// Those that were found.
    pub found: u64,
}

impl Tested {
    /// Whether nothing but the join explains what was found.
    pub fn is_sure(&self) -> bool {
        let least = if self.candidate.named { 1 } else { 3 };
        self.values >= least && self.found == self.values
    }

    /// Whether it is worth a comment.
    pub fn is_likely(&self) -> bool {
        self.candidate.named && (self.values == 0 || self.found * 2 >= self.values)
    }
}

/// Words in the name of a column that refers, beside the table's.
pub(super) const REFERRING: &[&str] = &["id", "ref", "fk", "nr", "no", "num", "key", "uuid", "code", "guid", "uid"];

/// Every join that names or types suggest.
pub fn candidates(schema: &Schema) -> Vec<Candidate> {
    let lineage = Lineage::new(schema);
    let keys: Vec<(&Table, &str, &Kind)> = schema
        .tables
        .iter()
        .filter(|table| lineage.of(&table.name).len() == 1)
        .filter_map(|table| {
            let primary = table.unique.iter().find(|unique| unique.primary && unique.definition.is_none())?;
            let [column] = &primary.columns[..] else { return None };
            Some((table, column.as_str(), &table.column(column)?.ty.kind))
        })
        .collect();
    let mut found = Vec::new();
    for table in &schema.tables {
        for column in table.stored_columns() {
            let from = table.name.column(&column.name);
            let declared = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
            if declared || lineage.home(&from) != from {
                continue;
            }
            let words = classify::words(&column.name);
            let of: Vec<_> = keys
                .iter()
                .filter(|(to, key, kind)| {
                    (&to.name, *key) != (&table.name, column.name.as_str()) && joins(&column.ty.kind, kind)
                })
                .collect();
            let mut named: Vec<_> = of
                .iter()
                .filter(|(to, key, _)| suggests(&words, &column.name, to, key) && !is_own_key(table, &column.name, to))
                .collect();
            // A key of the same schema comes first.
            named.sort_by_key(|(to, _, _)| to.name.schema != table.name.schema);
            if let Some((to, key, _)) = named.first() {
                found.push(Candidate { from, to: to.name.column(*key), named: true });
            } else if column.ty.kind == Kind::Uuid && !is_alone_key(table, &column.name) {
                let all = of.iter().map(|(to, key, _)| to.name.column(*key));
                found.extend(all.map(|to| Candidate { from: from.clone(), to, named: false }));
            }
        }
    }
    found
}

/// Whether one mask can make equal values of both.
fn joins(one: &Kind, other: &Kind) -> bool {
    let whole = |kind: &Kind| matches!(kind, Kind::Int2 | Kind::Int4 | Kind::Int8);
    one == other && matches!(one, Kind::Uuid | Kind::Text) || whole(one) && whole(other)
}

/// Whether a column's name names a table, or its key.
fn suggests(words: &[String], column: &str, to: &Table, key: &str) -> bool {
    let table = classify::words(&to.name.name);
    let own: Vec<&String> = words.iter().filter(|word| !REFERRING.contains(&word.as_str())).collect();
    let refers = own.len() < words.len();
    let key_words = classify::words(key);
    let key_tells = key_words.iter().any(|word| !REFERRING.contains(&word.as_str()));
    let by_table = refers && !own.is_empty() && own.iter().copied().eq(table.iter());
    by_table || (column == key && key_tells && refers)
}

/// A table of one row for each of another's has its key, and needs no name for it.
fn is_own_key(table: &Table, column: &str, to: &Table) -> bool {
    is_alone_key(table, column) && table.name == to.name
}

fn is_alone_key(table: &Table, column: &str) -> bool {
    table.unique.iter().any(|unique| unique.primary && unique.columns == [column])
}
