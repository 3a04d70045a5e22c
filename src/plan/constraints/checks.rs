//! CHECK constraints of tables and domains against the masks of their columns.

use super::outputs::{Output, Outputs, is_length};
use super::remedies::remedy;
use super::truth::truth;
use crate::diagnostic::{Diagnostic, Severity};
use crate::plan::ColumnPlan;
use crate::plan::formula::{Formula, elided};
use crate::plan::lineage::Lineage;
use crate::plan::resolve::Plans;
use crate::schema::{Column, Schema, Table};

/// A CHECK, as it stands for one table or one column of a domain.
struct Asked<'s> {
    /// As a message names it.
    name: String,
    sql: &'s str,
    /// The column that `VALUE` is.
    value: Option<&'s Column>,
}

/// Finds CHECKs that masks break, or of which nobody knows.
pub(in crate::plan) fn check(schema: &Schema, lineage: &Lineage<'_>, plans: &Plans) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for table in schema.tables.iter().filter(|table| table.holds_rows()) {
        let outputs = Outputs::new(table, plans);
        if outputs.all_kept() {
            continue;
        }
        // Leaves have the CHECKs of the table that they are parts of: once is enough.
        for asked in asked(table, lineage) {
            for one in look(&outputs, lineage, &asked) {
                if !found.contains(&one) {
                    found.push(one);
                }
            }
        }
    }
    found
}

fn asked<'s>(table: &'s Table, lineage: &Lineage<'_>) -> Vec<Asked<'s>> {
    let home = lineage.of(&table.name).last().map_or(&table.name, |home| &home.name);
    let mut all: Vec<Asked<'s>> = table
        .checks
        .iter()
        .map(|check| Asked { name: format!("the CHECK {} of {}", check.name, home), sql: &check.sql, value: None })
        .collect();
    for column in table.stored_columns() {
        all.extend(column.ty.checks.iter().map(|sql| Asked {
            name: format!(
                "the CHECK of {}, the type of {},",
                column.ty.sql,
                lineage.home(&table.name.column(&column.name))
            ),
            sql,
            value: Some(column),
        }));
    }
    all
}

fn look(outputs: &Outputs<'_>, lineage: &Lineage<'_>, asked: &Asked<'_>) -> Vec<Diagnostic> {
    let Some(formula) = Formula::read(asked.sql).map(|formula| match asked.value {
        Some(column) => formula.renamed("value", &column.name),
        None => formula,
    }) else {
        return unread(outputs, asked);
    };
    let columns = formula.columns();
    if columns.iter().any(|column| outputs.is_planless(column)) || outputs.are_kept(&formula) {
        return Vec::new();
    }
    let parts = match &formula {
        Formula::And(parts) => parts.as_slice(),
        other => std::slice::from_ref(other),
    };
    let mut found = Vec::new();
    let mut unknown = false;
    for part in parts {
        let truth = truth(outputs, part);
        if truth.holds() {
            continue;
        }
        match broken(outputs, lineage, asked, &formula, part).filter(|_| truth.known) {
            Some(one) => found.push(one),
            None => unknown = true,
        }
    }
    // One mistake says it all, even where more is not known.
    found.truncate(1);
    if found.is_empty() && unknown {
        found.push(unknowable(outputs, asked, columns.into_iter()));
    }
    found
}

/// A CHECK that cannot be read: what it looks at is not known either, a domain's own value aside.
fn unread(outputs: &Outputs<'_>, asked: &Asked<'_>) -> Vec<Diagnostic> {
    let named = |column: &&Column| match asked.value {
        Some(value) => value.name == column.name,
        None => asked.sql.contains(&column.name),
    };
    let columns: Vec<&str> = outputs.table.columns.iter().filter(named).map(|column| column.name.as_str()).collect();
    let kept = |column: &&str| matches!(outputs.of(column), Output::Kept);
    if !columns.is_empty() && columns.iter().all(kept) {
        return Vec::new();
    }
    vec![unknowable(outputs, asked, columns.into_iter())]
}

fn broken(
    outputs: &Outputs<'_>,
    lineage: &Lineage<'_>,
    asked: &Asked<'_>,
    whole: &Formula,
    part: &Formula,
) -> Option<Diagnostic> {
    let keep = crate::mask::find("keep")?;
    let blamed = |column: &&str| {
        let Some((plan, _)) = outputs.plan(column) else { return false };
        let kept = ColumnPlan { mask: keep, ..plan.clone() };
        plan.mask != keep && truth(&outputs.with(&kept), part).holds()
    };
    let masked = |column: &&str| matches!(outputs.of(column), Output::Masked(..));
    let columns = part.columns();
    let column = columns.iter().copied().find(blamed).or_else(|| columns.iter().copied().find(masked))?;
    let (plan, span) = outputs.plan(column)?;
    let name = lineage.home(&outputs.table.name.column(column));
    let message = match part.columns().len() {
        1 => format!("`{}` can give {name} a value that {} refuses", plan.mask.name, asked.name),
        _ => format!("`{}` of {name} can break {}", plan.mask.name, asked.name),
    };
    // A remedy has to keep all of the CHECK, a pair of columns its pair.
    let one = Diagnostic { span, ..Diagnostic::error_without_place(message) };
    let one = one.label(asked.sql.to_owned());
    Some(one.help(remedy(outputs, plan, whole, |outputs| truth(outputs, whole).holds())))
}

fn unknowable<'c>(outputs: &Outputs<'_>, asked: &Asked<'_>, mut columns: impl Iterator<Item = &'c str>) -> Diagnostic {
    let message = format!("whether {} holds cannot be known before the load", asked.name.trim_end_matches(','));
    let masked = |column: &str| matches!(outputs.of(column), Output::Masked(..));
    let span = columns.find(|column| masked(column)).and_then(|column| outputs.plan(column)?.1);
    let one = Diagnostic { span, severity: Severity::Warning, ..Diagnostic::warning_without_place(message) };
    one.help(format!("it depends on masked values: {}", elided(asked.sql)))
}

/// The longest text, in characters, that a column's CHECKs and type let in.
pub(in crate::plan) fn longest(table: &Table, column: &Column) -> Option<u32> {
    let own = column.ty.checks.iter().map(|sql| (sql, "value"));
    let all = own.chain(table.checks.iter().map(|check| (&check.sql, column.name.as_str())));
    let lengths = all.filter_map(|(sql, name)| limit(&Formula::read(sql)?, name));
    lengths.chain(column.ty.max_chars).min()
}

fn limit(formula: &Formula, name: &str) -> Option<u32> {
    match formula {
        Formula::And(parts) => parts.iter().filter_map(|part| limit(part, name)).min(),
        Formula::Operator(sign, sides) => {
            let Formula::Call(function, parts) = sides.first()? else { return None };
            let over = parts.len() == 1 && parts[0].column() == Some(name);
            let number: u32 = sides.get(1)?.constant()?.parse().ok().filter(|_| is_length(function) && over)?;
            match sign.as_str() {
                "<=" | "=" => Some(number),
                "<" => number.checked_sub(1),
                _ => None,
            }
        }
        _ => None,
    }
}
