//! The entries of `references:`, resolved against the schema: joins that it does not declare.

use std::collections::BTreeMap;

use super::lineage::Lineage;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::mask::switch::Switch;
use crate::rules::{KeyColumns, ReferenceRule, RuleFile, Spanned, WhenRule};
use crate::schema::{ColumnName, Kind, Table, TableName};

/// A join that the schema does not declare: `columns[i]` refers to `to_columns[i]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// Index of its entry in `references:`.
    pub entry: usize,
    /// Where the entry stands.
    pub span: Span,
    /// The referring table, as written: a partitioned one stands for all its partitions.
    pub from: TableName,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub to: TableName,
    /// Its columns, in the same order.
    pub to_columns: Vec<String>,
    /// For which rows it holds; all without it.
    pub when: Option<When>,
}

/// For which rows a reference holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// A column of the referring table.
    pub column: String,
    /// The values that it has in those rows, as PostgreSQL prints them.
    pub values: Vec<String>,
    /// Where the column is named.
    pub span: Span,
}

impl Undeclared {
    /// The columns that refer, each with what it refers to.
    pub fn pairs(&self) -> impl Iterator<Item = (ColumnName, ColumnName)> + '_ {
        let pairs = self.columns.iter().zip(&self.to_columns);
        pairs.map(|(from, to)| (self.from.column(from), self.to.column(to)))
    }
}

/// Looks the entries up. Those that are wrong are left out.
pub(super) fn resolve(rules: &RuleFile, lineage: &Lineage<'_>) -> (Vec<Undeclared>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut resolved: Vec<Undeclared> = Vec::new();
    for (entry, rule) in rules.references.iter().enumerate() {
        let before = found.len();
        let from = table(lineage, &rule.from, &mut found);
        let to = table(lineage, &rule.to, &mut found);
        let (Some(from), Some(to)) = (from, to) else { continue };
        found.extend(unlike(rule, from, to));
        let when = rule.when.as_ref().map(|when| {
            found.extend(no_teller(from, when));
            let values = when.values.iter().map(|value| value.value.clone()).collect();
            When { column: when.column.value.clone(), values, span: when.column.span }
        });
        let one = Undeclared {
            entry,
            span: rule.span,
            from: from.name.clone(),
            columns: rule.from.value.columns.clone(),
            to: to.name.clone(),
            to_columns: rule.to.value.columns.clone(),
            when,
        };
        found.extend(itself(&one, lineage));
        if found.len() == before {
            resolved.push(one);
        }
    }
    found.extend(told_apart_twice(&resolved, lineage));
    (resolved, found)
}

/// The table, if it and all the columns are there.
fn table<'s>(lineage: &Lineage<'s>, at: &Spanned<KeyColumns>, found: &mut Vec<Diagnostic>) -> Option<&'s Table> {
    let Some(table) = lineage.table(&at.value.table) else {
        let missing = Diagnostic::error(at.span, format!("production has no table `{}`", at.value.table));
        let names: Vec<String> = lineage.names().map(TableName::to_string).collect();
        found.push(match nearest(&at.value.table.to_string(), names.iter().map(String::as_str)) {
            Some(near) => missing.label(format!("did you mean `{near}`?")),
            None => missing.help("remove the reference, or correct the name"),
        });
        return None;
    };
    let mut whole = true;
    for column in &at.value.columns {
        match table.column(column) {
            Some(known) if known.generated => {
                let message = format!("{} is computed by the server", table.name.column(column));
                let help = "name the columns that it is computed from: it then joins by itself";
                found.push(Diagnostic::error(at.span, message).help(help));
            }
            Some(_) => continue,
            None => found.push(no_column(table, column, at.span)),
        }
        whole = false;
    }
    whole.then_some(table)
}

fn no_column(table: &Table, column: &str, span: Span) -> Diagnostic {
    let missing = Diagnostic::error(span, format!("`{}` has no column `{column}`", table.name));
    match nearest(column, table.columns.iter().map(|known| known.name.as_str())) {
        Some(near) => missing.label(format!("did you mean `{near}`?")),
        None => missing.help("remove the reference, or correct the name"),
    }
}

/// Pairs of columns that never join.
fn unlike(rule: &ReferenceRule, from: &Table, to: &Table) -> Vec<Diagnostic> {
    let pairs = rule.from.value.columns.iter().zip(&rule.to.value.columns);
    let columns = pairs.filter_map(|(one, other)| Some((from.column(one)?, to.column(other)?)));
    let apart = columns.filter(|(one, other)| family(&one.ty.kind) != family(&other.ty.kind));
    apart
        .map(|(one, other)| {
            let (here, there) = (from.name.column(&one.name), to.name.column(&other.name));
            let message = format!("{here} is {} and {there} is {}", one.ty.sql, other.ty.sql);
            Diagnostic::error(rule.from.span, message)
                .related(rule.to.span, "what it would refer to")
                .help("one mask cannot make equal values of both: give each a rule of its own")
        })
        .collect()
}

/// What joins with what: kinds that are masked alike. Elements of arrays and bounds of ranges refer like scalars do.
fn family(kind: &Kind) -> &Kind {
    match kind.scalar() {
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Numeric => &Kind::Int8,
        scalar => scalar,
    }
}

/// What is wrong with the column that tells rows apart, and with the words for what it says.
fn no_teller(table: &Table, when: &WhenRule) -> Option<Diagnostic> {
    let at = &when.column;
    let Some(column) = table.column(&at.value) else {
        return Some(no_column(table, &at.value, at.span));
    };
    let name = table.name.column(&at.value);
    if column.generated {
        let message = format!("{name} is computed by the server and does not travel");
        return Some(Diagnostic::error(at.span, message).help("name a column that it is computed from"));
    }
    if !matches!(column.ty.kind, Kind::Text | Kind::Enum | Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Bool) {
        let help = "rows are told apart by text, enums, whole numbers and booleans";
        return Some(Diagnostic::error(at.span, format!("{name} is {}", column.ty.sql)).help(help));
    }
    let labels = || column.ty.labels.iter().map(String::as_str);
    let value = |word: &str| {
        Switch::value(&column.ty.kind, word).is_some() && (labels().len() == 0 || labels().any(|label| label == word))
    };
    let wrong = when.values.iter().find(|word| !value(&word.value))?;
    let found =
        Diagnostic::error(wrong.span, format!("`{}` is no value of {name}, which is {}", wrong.value, column.ty.sql));
    Some(match nearest(&wrong.value, labels()) {
        Some(near) => found.label(format!("did you mean `{near}`?")),
        None => found,
    })
}

fn itself(one: &Undeclared, lineage: &Lineage<'_>) -> Option<Diagnostic> {
    let same = one.pairs().all(|(from, to)| lineage.home(&from) == lineage.home(&to));
    same.then(|| Diagnostic::error(one.span, "these columns refer to themselves").help("remove the reference"))
}

/// A column that refers by the word of one column to some tables and by that of another to others.
fn told_apart_twice(all: &[Undeclared], lineage: &Lineage<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut first: BTreeMap<ColumnName, &When> = BTreeMap::new();
    for one in all {
        let Some(when) = &one.when else { continue };
        for (from, _) in one.pairs() {
            let known = *first.entry(lineage.home(&from)).or_insert(when);
            if known.column != when.column {
                let message = format!("what {from} refers to is told by `{}` already", known.column);
                found.push(Diagnostic::error(when.span, message).related(known.span, "here"));
            }
        }
    }
    found
}
