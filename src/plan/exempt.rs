//! Rows that travel unmasked on purpose: for each table that says so, which of its columns pass in them. Not all do:
//! joins and unique keys have to hold between these rows and all others.
//!
//! In exempt rows these columns are masked as in all rows: those that refer to others or are referred to (a masked key
//! elsewhere must find its row), those of a unique key unless no masked value can meet an original (2^-80), and those
//! that a profile forbids to keep. All others pass.

use super::cover::Covers;
use super::lineage::Lineage;
use super::references::References;
use super::{Exempt, Rows, TablePlan, profiles};
use crate::diagnostic::Diagnostic;
use crate::rules::{ExemptRule, RuleFile};
use crate::schema::{Schema, Table, TableName};

/// What is exempt in the tables of a plan, and what is wrong with it.
pub(super) fn resolve(
    rules: &RuleFile,
    schema: &Schema,
    lineage: &Lineage<'_>,
    references: &References,
    covers: &mut Covers<'_>,
    tables: &[TablePlan],
) -> (Vec<Exempt>, Vec<Diagnostic>) {
    let mut exempt = Vec::new();
    let mut found = Vec::new();
    for planned in tables {
        let Some(table) = schema.table(&planned.table) else { continue };
        let Some(rule) = covers.exempt(table) else { continue };
        if planned.rows == Rows::None {
            found.push(
                Diagnostic::error(rule.span, format!("no row of {} travels, so none is exempt", planned.table))
                    .help("remove `exempt`, or `rows: none`"),
            );
            continue;
        }
        let passes = passes(rules, table, lineage, references, planned);
        // Without plans of its columns a mistake is noted already.
        if passes.is_empty() && !planned.columns.is_empty() {
            found.push(
                Diagnostic::error(rule.span, format!("nothing of {} would pass in these rows", planned.table))
                    .label("all its columns are kept, keys, or of a class that a profile does not let be kept")
                    .help("remove `exempt`"),
            );
        }
        exempt.push(planned_of(rules, rule, &planned.table, passes));
    }
    (exempt, found)
}

fn planned_of(rules: &RuleFile, rule: &ExemptRule, table: &TableName, passes: Vec<usize>) -> Exempt {
    Exempt {
        table: table.clone(),
        condition: rule.condition.value.clone(),
        why: rule.why.value.clone(),
        expires: rule.expires.value,
        line: rules.line(rule.span),
        most: rule.most,
        passes,
    }
}

/// The masked columns that pass, as indexes into the table's plan.
fn passes(
    rules: &RuleFile,
    table: &Table,
    lineage: &Lineage<'_>,
    references: &References,
    planned: &TablePlan,
) -> Vec<usize> {
    let stays_masked = |column: &super::ColumnPlan| {
        let name = &column.facts.column;
        let joins =
            column.because.source().is_some() || column.switch.is_some() || references.is_referred(&lineage.home(name));
        let in_key = || {
            let mut keys = table.unique.iter();
            keys.any(|key| key.columns.contains(&name.column) || key.inside.contains(&name.column))
        };
        let vast = || column.mask.gives(&column.params, &column.facts).vast;
        joins || (in_key() && !vast()) || profiles::forbids_keeping(rules, column)
    };
    let columns = planned.columns.iter().enumerate();
    columns.filter(|(_, column)| !column.is_kept() && !stays_masked(column)).map(|(index, _)| index).collect()
}
