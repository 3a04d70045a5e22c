//! Names in a rule file, and nothing else: what can be said of masks, parameters, tables and columns although the file
//! has mistakes for which it cannot be resolved; and which table a name on the command line means.

use super::columns;
use super::cover::Covers;
use super::lineage::Lineage;
use crate::diagnostic::Diagnostic;
use crate::mask::Params;
use crate::rules::{Action, RuleFile};
use crate::schema::{Schema, TableName};

/// Mistakes in names and parameters. What a broken rule would have covered is nobody's mistake here.
pub fn mistakes(rules: &RuleFile, schema: Option<&Schema>) -> Vec<Diagnostic> {
    let mut found = columns::classes(rules);
    for rule in rules.tables.iter().flat_map(|table| &table.columns) {
        if let Action::Mask(used) = &rule.action
            && let Some(mask) = columns::known(used, &mut found)
        {
            let params = Params::read(mask.name, mask.params, &used.params, used.name.span);
            found.extend(params.err().into_iter().flatten());
        }
    }
    if let Some(schema) = schema {
        let lineage = Lineage::new(schema);
        let mut covers = Covers::new(rules, &lineage);
        for table in &schema.tables {
            covers.table_span(table);
        }
        found.extend(covers.idle(schema));
    }
    found
}

/// Whether a table is the one that is named, with its schema or in the usual one, or a partition of it.
pub fn is_part_of(schema: &Schema, table: &TableName, name: &str) -> bool {
    let lineage = Lineage::new(schema);
    lineage.of(table).iter().any(|one| {
        let known = &one.name;
        known.to_string() == name || format!("{}.{}", known.schema, known.name) == name
    })
}
