//! A first rule file for a database: every column with a mask that the planner accepts, and a comment that says why.
//! What columns probably hold is decided in `classify`, which masks hold in `plan`; here a file is written from both.
//! What is sampled, and where files stand, is left to the source and to the command line.

mod ladder;
mod references;
mod settle;
mod sheet;
mod update;
mod yaml;

pub use references::{Candidate, Tested, candidates};
pub use update::{Updated, update};

use std::collections::BTreeSet;

use self::ladder::{Place, ladder};
use self::settle::settle;
use self::sheet::{Join, Line, Part, Sheet};
use crate::classify::{Facts, Survey, survey};
use crate::diagnostic::Diagnostics;
use crate::plan::lineage::Lineage;
use crate::schema::{ColumnName, Schema, Table, TableName};

/// A rule file and what it was written from.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The file.
    pub text: String,
    /// What was found about its columns.
    pub survey: Survey,
}

/// Writes a rule file for a schema.
///
/// # Errors
/// What the planner refuses whatever is written: a defect of this room, or a schema that no rules fit.
pub fn write(name: &str, schema: &Schema, facts: &Facts, tested: &[Tested]) -> Result<Draft, Diagnostics> {
    let joins = joins(tested);
    let sure: Vec<(ColumnName, ColumnName)> =
        joins.iter().filter(|join| join.sure).map(|join| (join.from.clone(), join.to.clone())).collect();
    let survey = survey(schema, facts, &sure);
    let head = format!(
        "# {name}: a first draft by `bauta init`, from the schema and sampled values. Every line is a guess with its reason: read\n\
         # it, correct it, and say in your own words why what is kept may stay. A column that refers to another one has no\n\
         # rule: it follows.\nversion: 1\nname: {}\n\nunlisted: fail\n",
        yaml::scalar(name)
    );
    let mut sheet = Sheet { head, joins, parts: parts(schema, facts, &survey, &sure, |_| true) };
    let (text, found) = settle(&mut sheet, schema, Sheet::render);
    if found.has_errors() {
        return Err(found);
    }
    let text = format!("{}\n", text.trim_end());
    Ok(Draft { text, survey })
}

/// Joins that are sure, and those worth a comment: the best one for each column.
fn joins(tested: &[Tested]) -> Vec<Join> {
    let mut joins: Vec<Join> = Vec::new();
    let mut order: Vec<&Tested> = tested.iter().collect();
    order.sort_by_key(|one| (!one.is_sure(), !one.candidate.named));
    for one in order {
        let Candidate { from, to, named } = &one.candidate;
        let sure = one.is_sure();
        if !sure && !one.is_likely() || joins.iter().any(|join| join.from == *from) {
            continue;
        }
        let values = format!("{} of {} sampled values are found there", one.found, one.values);
        let why = match (named, one.values) {
            (true, 0) => "the name says so; there was no value to look for".to_owned(),
            (true, _) => format!("the name says so; {values}"),
            (false, _) => values,
        };
        joins.push(Join { from: from.clone(), to: to.clone(), why, sure });
    }
    joins.sort_by(|a, b| (!a.sure, &a.from).cmp(&(!b.sure, &b.from)));
    joins
}

/// The tables with the columns that need a rule, as far as `wanted`.
fn parts(
    schema: &Schema,
    facts: &Facts,
    survey: &Survey,
    sure: &[(ColumnName, ColumnName)],
    wanted: impl Fn(&ColumnName) -> bool,
) -> Vec<Part> {
    let lineage = Lineage::new(schema);
    let referred = |name: &ColumnName| {
        let declared = schema.tables.iter().flat_map(|table| &table.foreign_keys);
        let mut declared = declared.filter(|key| key.to == name.table);
        declared.any(|key| key.to_columns.contains(&name.column)) || sure.iter().any(|(_, to)| to == name)
    };
    let apart = apart(schema, survey);
    let linked = linked(schema, survey, sure);
    let mut parts = Vec::new();
    for table in &schema.tables {
        let mut lines = Vec::new();
        for column in table.stored_columns() {
            let name = table.name.column(&column.name);
            if lineage.home(&name) != name || !wanted(&name) || follows(table, &column.name, sure) {
                continue;
            }
            let place = Place {
                table,
                column,
                survey,
                profile: facts.profiles.get(&name),
                referred: referred(&name),
                apart: &apart,
                linked: linked.contains(&table.name),
            };
            lines.push(Line::new(&column.name, ladder(&place, survey.verdicts.get(&name))));
        }
        if lineage.of(&table.name).len() > 1 && lines.is_empty() {
            continue;
        }
        let note = if survey.persons.contains(&table.name) { "persons" } else { "" };
        parts.push(Part { table: table.name.clone(), note: note.to_owned(), lines, empty: false, some: false });
    }
    parts
}

/// Classes of which some column is in a key.
fn apart(schema: &Schema, survey: &Survey) -> BTreeSet<&'static str> {
    let keys = schema.tables.iter().flat_map(|table| table.unique.iter().map(move |unique| (table, unique)));
    let columns = keys.flat_map(|(table, unique)| unique.columns.iter().map(|column| table.name.column(column)));
    columns.filter_map(|name| survey.verdicts.get(&name)).map(|verdict| verdict.class).collect()
}

/// Tables whose rows belong to rows about persons, by one reference or several.
fn linked(schema: &Schema, survey: &Survey, sure: &[(ColumnName, ColumnName)]) -> BTreeSet<TableName> {
    let mut linked = survey.near.clone();
    loop {
        let before = linked.len();
        for table in &schema.tables {
            let declared = table.foreign_keys.iter().map(|key| &key.to);
            let others = sure.iter().filter(|(from, _)| from.table == table.name).map(|(_, to)| &to.table);
            if declared.chain(others).any(|to| linked.contains(to)) {
                linked.insert(table.name.clone());
            }
        }
        if linked.len() == before {
            return linked;
        }
    }
}

/// Whether a column gets its mask from another one.
fn follows(table: &Table, column: &str, sure: &[(ColumnName, ColumnName)]) -> bool {
    let declared = table.foreign_keys.iter().any(|key| key.columns.iter().any(|own| own == column));
    declared || sure.iter().any(|(from, _)| from.table == table.name && from.column == column)
}
