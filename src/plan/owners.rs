//! Who answers for each column: its rule says so, or its table's, or the file. It changes nothing that a run does.

use std::collections::BTreeMap;

use super::cover::Covers;
use crate::rules::RuleFile;
use crate::schema::{ColumnName, Schema};

/// The owners of all columns that have one, those of tables whose rows stay behind and computed ones among them.
pub(super) fn resolve(rules: &RuleFile, schema: &Schema, covers: &mut Covers<'_>) -> BTreeMap<ColumnName, String> {
    let mut owners = BTreeMap::new();
    for table in &schema.tables {
        for column in &table.columns {
            if let Some(owner) = covers.owner(table, &column.name).or(rules.owner.as_ref()) {
                owners.insert(table.name.column(&column.name), owner.value.clone());
            }
        }
    }
    owners
}
