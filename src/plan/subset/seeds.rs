//! What environments say about tables: the rows that a subset begins with, and keys that match no table.

use super::Seed;
use super::links::{comparable, form};
use crate::diagnostic::{Diagnostic, nearest};
use crate::plan::lineage::Lineage;
use crate::plan::{Rows, TablePlan};
use crate::rules::{Chosen, Narrowed, RuleFile};
use crate::schema::{Schema, Table};

/// The seeds of the environment that the run is for, by table of the plan; mistakes of all environments.
pub(super) fn seeds(
    rules: &RuleFile,
    schema: &Schema,
    lineage: &Lineage<'_>,
    tables: &[TablePlan],
) -> (Vec<Option<Seed>>, Vec<Diagnostic>) {
    let mut seeds = vec![None; tables.len()];
    let mut found = Vec::new();
    for (index, environment) in rules.environments.iter().enumerate() {
        found.extend(environment.subset.iter().filter_map(|narrowed| no_table(schema, narrowed)));
        found.extend(environment.rows.iter().filter_map(|narrowed| no_table(schema, narrowed)));
        found.extend(environment.subset.iter().filter_map(|narrowed| no_rows(lineage, tables, narrowed)));
        for (place, planned) in tables.iter().enumerate().filter(|(_, planned)| planned.rows != Rows::None) {
            let Some(table) = lineage.table(&planned.table) else { continue };
            let line = lineage.of(&planned.table);
            let mut covers = environment
                .subset
                .iter()
                .filter(|narrowed| line.iter().any(|ancestor| narrowed.pattern.matches(&ancestor.name)));
            let Some(first) = covers.next() else { continue };
            if let Some(second) = covers.next() {
                let wrong = format!("two keys of this subset cover {}", planned.table);
                found.push(Diagnostic::error(second.span, wrong).related(first.span, "the other one"));
            }
            match seed(table, planned, line.last().map_or(table, |top| top), first) {
                Ok(seed) if rules.environment == Some(index) => seeds[place] = Some(seed),
                Ok(_) => {}
                Err(wrong) => found.push(*wrong),
            }
        }
    }
    found.dedup();
    (seeds, found)
}

fn seed(table: &Table, planned: &TablePlan, top: &Table, said: &Narrowed<Chosen>) -> Result<Seed, Box<Diagnostic>> {
    let share = match &said.what.value {
        Chosen::Where(condition) => return Ok(Seed::Where(condition.clone())),
        Chosen::Share(share) => *share,
    };
    let primary = table.unique.iter().find(|unique| unique.primary);
    let columns: Option<Vec<_>> = primary.and_then(|primary| {
        let column = |name: &String| {
            let kind = &table.column(name)?.ty.kind;
            comparable(kind).then(|| (name.clone(), form(kind)))
        };
        primary.columns.iter().map(column).collect()
    });
    match columns {
        Some(columns) => {
            let domain = format!("bauta/1 subset {}.{}", top.name.schema, top.name.name);
            Ok(Seed::Share { share, columns, domain })
        }
        None => {
            let wrong = format!("{} has no primary key that a share could be drawn by", planned.table);
            Err(Box::new(Diagnostic::error(said.what.span, wrong).help("write a condition instead of a share")))
        }
    }
}

/// A key all of whose tables have no rows to begin with.
fn no_rows(lineage: &Lineage<'_>, tables: &[TablePlan], narrowed: &Narrowed<Chosen>) -> Option<Diagnostic> {
    let covers =
        |table: &&TablePlan| lineage.of(&table.table).iter().any(|ancestor| narrowed.pattern.matches(&ancestor.name));
    let mut covered = tables.iter().filter(covers).peekable();
    if covered.peek().is_none() || covered.any(|table| table.rows != Rows::None) {
        return None;
    }
    let wrong = format!("a subset cannot begin with `{}`: its rows stay behind (`rows: none`)", narrowed.pattern);
    Some(Diagnostic::error(narrowed.span, wrong))
}

fn no_table<T>(schema: &Schema, narrowed: &Narrowed<T>) -> Option<Diagnostic> {
    if schema.tables.iter().any(|table| narrowed.pattern.matches(&table.name)) {
        return None;
    }
    let written = narrowed.pattern.to_string();
    let found = Diagnostic::error(narrowed.span, format!("production has no table `{written}`"));
    let names: Vec<String> = schema.tables.iter().map(|table| table.name.to_string()).collect();
    Some(match nearest(&written, names.iter().map(String::as_str)) {
        Some(near) => found.label(format!("did you mean `{near}`?")),
        None => found.help("remove the line, or correct the name"),
    })
}
