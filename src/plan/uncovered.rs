//! Columns about which a rule file says nothing yet: those without a rule, and those that a keep covers although they
//! came, or changed, after its review.

use super::cover::Covers;
use super::drafts::Drafter;
use super::exceptions::Exceptions;
use super::lineage::Lineage;
use super::references::References;
use super::{Rows, rows, undeclared};
use crate::rules::RuleFile;
use crate::schema::{ColumnName, Schema};

/// What nobody has decided about yet, each column by the table where it is at home.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uncovered {
    /// Columns that need a rule.
    pub new: Vec<ColumnName>,
    /// Columns under a keep whose type is another one than when it was reviewed.
    pub changed: Vec<ColumnName>,
}

/// Compares rules with a schema; `snapshot` is the reviewed one.
pub fn uncovered(rules: &RuleFile, schema: &Schema, snapshot: Option<&Schema>) -> Uncovered {
    let lineage = Lineage::new(schema);
    let (undeclared, _) = undeclared::resolve(rules, &lineage);
    let references = References::new(schema, &lineage, &undeclared);
    let mut covers = Covers::new(rules, &lineage);
    let (rows, _) = rows::resolve(rules, schema, &lineage, &mut covers);
    let snapshot = snapshot.map(Lineage::new);
    let mut exceptions = Exceptions::new(rules, &lineage);
    let mut drafter = Drafter::new(rules, &lineage, &references, snapshot.as_ref(), (&mut covers, &mut exceptions));
    let travels = schema.tables.iter().filter(|table| rows.get(&table.name) != Some(&Rows::None));
    travels.for_each(|table| drafter.table(table));
    drafter.undecided()
}
