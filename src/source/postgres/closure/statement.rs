//! What is read of a table: its rows' places, the conditions about them, and their keys in forms that compare.

use std::collections::BTreeSet;

use crate::plan::subset::{Form, Link, Seed, Selection, Walk};
use crate::plan::{Rows, TablePlan};
use crate::postgres::sql;
use crate::schema::{ColumnName, TableName};

/// Columns whose values compare without regard to case (`citext`).
pub(in crate::source::postgres) type Folded = BTreeSet<ColumnName>;

/// What a walk reads, and where each part of it stands in a row. The place comes first.
pub(super) struct Statement {
    pub(super) sql: String,
    /// The condition that leaves rows out.
    pub(super) rows: Option<usize>,
    /// The condition of a seed, or the primary key's columns.
    pub(super) seed: Vec<usize>,
    /// The columns of each key of the walk, then of each link.
    pub(super) prints: Vec<(Vec<Form>, Vec<usize>)>,
}

/// Builds the statement of a walk; on the way up conditions and seeds do not matter any more.
pub(super) fn walk(selection: &Selection, walk: &Walk, table: &TablePlan, folded: &Folded, up: bool) -> Statement {
    let mut list = List(vec!["ctid".to_owned()]);
    let name = &table.table;
    let condition = |text: &String| format!("(({text}\n) IS TRUE)");
    let rows = match &table.rows {
        Rows::Where(text) if !up => Some(list.place(condition(text))),
        _ => None,
    };
    let seed = match &walk.seed {
        Some(Seed::Where(text)) if !up => vec![list.place(condition(text))],
        Some(Seed::Share { columns, .. }) if !up => {
            columns.iter().map(|(column, form)| list.place(expression(name, column, *form, folded))).collect()
        }
        _ => Vec::new(),
    };
    let mut prints = Vec::new();
    for key in walk.keys.iter().map(|key| &selection.keys[*key]) {
        let columns = key.columns.iter().zip(&key.forms);
        let places = columns.map(|(column, form)| list.place(expression(name, column, *form, folded))).collect();
        prints.push((key.forms.clone(), places));
    }
    for link in walk.links.iter().map(|link| &selection.links[*link]) {
        let forms = selection.keys[link.key].forms.clone();
        let places = expressions(name, link, &forms, folded).into_iter().map(|one| list.place(one)).collect();
        prints.push((forms, places));
    }
    let sql = format!("COPY (SELECT {} FROM ONLY {}) TO STDOUT (FORMAT binary)", list.0.join(", "), sql::table(name));
    Statement { sql, rows, seed, prints }
}

/// The expressions that the stream reads before a table's own columns: the row's place, and what cut links refer to.
pub(in crate::source::postgres) fn hidden(table: &TableName, cuts: &[super::Cut], folded: &Folded) -> Vec<String> {
    let cuts = cuts.iter().flat_map(|cut| expressions(table, &cut.link, &cut.forms, folded));
    std::iter::once("ctid".to_owned()).chain(cuts).collect()
}

/// What a link refers to, one expression a column; NULL where the link does not count.
fn expressions(table: &TableName, link: &Link, forms: &[Form], folded: &Folded) -> Vec<String> {
    let columns = link.columns.iter().zip(forms).map(|(column, form)| expression(table, column, *form, folded));
    let Some((teller, values)) = &link.only else {
        return columns.collect();
    };
    // Literals without a type take the column's.
    let values: Vec<String> = values.iter().map(|value| sql::literal(value)).collect();
    let test = format!("{} IN ({})", sql::identifier(teller), values.join(", "));
    columns.map(|column| format!("CASE WHEN {test} THEN {column} END")).collect()
}

/// A column in its form.
fn expression(table: &TableName, column: &str, form: Form, folded: &Folded) -> String {
    let name = sql::identifier(column);
    match form {
        Form::Int => format!("{name}::int8"),
        Form::Numeric => format!("trim_scale({name}::numeric)::text"),
        // Adding zero takes the sign off a zero.
        Form::Float => format!("({name}::float8 + 0)::text"),
        Form::Text if folded.contains(&table.column(column)) => format!("lower({name}::text)"),
        Form::Text => format!("{name}::text"),
    }
}

/// Expressions, each once.
struct List(Vec<String>);

impl List {
    fn place(&mut self, expression: String) -> usize {
        if let Some(at) = self.0.iter().position(|known| *known == expression) {
            return at;
        }
        self.0.push(expression);
        self.0.len() - 1
    }
}
