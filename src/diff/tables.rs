//! Tables of two registers: new ones, gone ones, which rows travel, and their columns.

use std::collections::BTreeMap;

use super::{Change, Grade, Version, change, columns};
use crate::audit::{Register, Table};
use crate::mask::Effect;

/// What differs in tables and columns.
pub(super) fn compare(old: Version<'_>, new: Version<'_>) -> Vec<Change> {
    let before = by_name(old.register);
    let after = by_name(new.register);
    let shared = (columns::domains(old.register), columns::domains(new.register));
    let mut changes = Vec::new();
    for (name, table) in &after {
        match before.get(name) {
            None => changes.push(appeared(table)),
            Some(known) => {
                changes.extend(rows(known, table));
                // A table without rows has nothing that a mask could do.
                if (known.rows == "none") == (table.rows == "none") {
                    changes.extend(columns::compare(known, table, &shared));
                    changes.extend(owner(known, table));
                }
            }
        }
    }
    let gone = before.values().filter(|table| !after.contains_key(table.table.as_str()));
    changes
        .extend(gone.map(|table| change(&table.table, "table", "the table is gone".to_owned(), Grade::Neutral, None)));
    changes
}

fn by_name(register: &Register) -> BTreeMap<&str, &Table> {
    register.tables.iter().map(|table| (table.table.as_str(), table)).collect()
}

/// A new table is weaker as soon as something of it is kept.
fn appeared(table: &Table) -> Change {
    let kept: Vec<&str> = table
        .columns
        .iter()
        .filter(|column| column.effect == Some(Effect::Kept))
        .map(|column| column.column.as_str())
        .collect();
    let (text, grade) = match (table.rows.as_str(), kept.as_slice()) {
        ("none", _) => ("new table, without rows".to_owned(), Grade::Neutral),
        (_, []) => (format!("new table, {} columns masked", table.columns.len()), Grade::Neutral),
        (_, kept) => (format!("new table, {} kept: {}", kept.len(), kept.join(", ")), Grade::Weaker),
    };
    let line = table.columns.iter().find_map(|column| column.decided.line);
    Change { rows: table.row_count, ..change(&table.table, "table", text, grade, line) }
}

/// Who answers for a whole table, told once.
fn owner(old: &Table, new: &Table) -> Option<Change> {
    let text = columns::owner(columns::owner_of_all(old)?, columns::owner_of_all(new)?)?;
    Some(Change { rows: new.row_count, ..change(&new.table, "owner", text, Grade::Neutral, None) })
}

fn rows(old: &Table, new: &Table) -> Option<Change> {
    if old.rows == new.rows {
        return None;
    }
    let width = |rows: &str| match rows {
        "none" => 0,
        "all" => 2,
        _ => 1,
    };
    let grade = Grade::less_left(width(&old.rows), width(&new.rows));
    let text = format!("rows: {} -> {}", old.rows, new.rows);
    let text = if grade == Grade::Neutral { format!("{text}; other rows travel") } else { text };
    Some(Change { rows: new.row_count, ..change(&new.table, "rows", text, grade, None) })
}
