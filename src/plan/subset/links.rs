//! Who refers to whom, table by table: foreign keys as the catalog has them and the rule file's `references:`, partitions
//! apart.

use std::collections::{BTreeMap, BTreeSet};

use super::{Form, Key, Link};
use crate::plan::TablePlan;
use crate::plan::lineage::Lineage;
use crate::plan::undeclared::Undeclared;
use crate::rules::RuleFile;
use crate::schema::{Kind, Schema, TableName, Unique};

/// Keys and links of a whole schema.
#[derive(Default)]
pub(super) struct Links {
    pub(super) keys: Vec<Key>,
    pub(super) links: Vec<Link>,
    /// By what is referred to: its table as written, its columns, and whether rows of its children count.
    known: BTreeMap<(TableName, Vec<String>, bool), usize>,
}

impl Links {
    /// All references between tables of a plan.
    pub(super) fn new(
        rules: &RuleFile,
        schema: &Schema,
        lineage: &Lineage<'_>,
        undeclared: &[Undeclared],
        tables: &[TablePlan],
    ) -> Self {
        let mut links = Self::default();
        for (from, planned) in tables.iter().enumerate() {
            for key in lineage.table(&planned.table).into_iter().flat_map(|table| &table.foreign_keys) {
                let whole = lineage.table(&key.to).is_some_and(|to| !to.holds_rows());
                let place = links.key(lineage, tables, &key.to, &key.to_columns, whole);
                links.links.push(Link {
                    name: key.name.clone(),
                    from,
                    key: place,
                    columns: key.columns.clone(),
                    only: None,
                    cut: Vec::new(),
                });
            }
        }
        for reference in undeclared {
            let place = links.key(lineage, tables, &reference.to, &reference.to_columns, true);
            let under = |table: &TablePlan| lineage.of(&table.table).iter().any(|whole| whole.name == reference.from);
            for from in (0..tables.len()).filter(|from| under(&tables[*from])) {
                links.links.push(Link {
                    name: format!("line {}", rules.line(reference.span)),
                    from,
                    key: place,
                    columns: reference.columns.clone(),
                    only: reference.when.as_ref().map(|when| (when.column.clone(), when.values.clone())),
                    cut: Vec::new(),
                });
            }
        }
        links.forms(schema, tables);
        links
    }

    /// The place of a key; `whole` where rows of partitions and children have it too.
    fn key(
        &mut self,
        lineage: &Lineage<'_>,
        tables: &[TablePlan],
        to: &TableName,
        columns: &[String],
        whole: bool,
    ) -> usize {
        *self.known.entry((to.clone(), columns.to_vec(), whole)).or_insert_with(|| {
            let under = |table: &TableName| lineage.of(table).iter().any(|ancestor| ancestor.name == *to);
            let has = |table: &TableName| if whole { under(table) } else { table == to };
            let tables: Vec<usize> = (0..tables.len()).filter(|index| has(&tables[*index].table)).collect();
            // Children that are no partitions have keys of their own.
            let one = lineage.table(to).filter(|to| tables.len() == 1 || !to.holds_rows());
            let same = |unique: &Unique| {
                let names = |columns: &[String]| columns.iter().cloned().collect::<BTreeSet<_>>();
                unique.definition.is_none() && names(&unique.columns) == names(columns)
            };
            let unique = one.is_some_and(|table| table.unique.iter().any(same));
            let name = format!("{to}({})", columns.join(", "));
            self.keys.push(Key { name, tables, columns: columns.to_vec(), forms: Vec::new(), unique, closed: false });
            self.keys.len() - 1
        })
    }

    /// One form for each column of a key that fits it and all columns that refer to it.
    fn forms(&mut self, schema: &Schema, tables: &[TablePlan]) {
        let kind = |table: usize, column: &String| {
            Some(schema.table(&tables.get(table)?.table)?.column(column)?.ty.kind.clone())
        };
        for (index, key) in self.keys.iter_mut().enumerate() {
            key.forms = (0..key.columns.len())
                .map(|place| {
                    let here = key.tables.iter().filter_map(|table| kind(*table, &key.columns[place]));
                    let from = self.links.iter().filter(|link| link.key == index);
                    let there = from.filter_map(|link| kind(link.from, link.columns.get(place)?));
                    here.chain(there).map(|kind| form(&kind)).reduce(both).unwrap_or(Form::Text)
                })
                .collect();
        }
    }
}

/// The form of values of a kind.
pub(super) fn form(kind: &Kind) -> Form {
    match kind {
        Kind::Int2 | Kind::Int4 | Kind::Int8 => Form::Int,
        Kind::Numeric => Form::Numeric,
        Kind::Float4 | Kind::Float8 => Form::Float,
        _ => Form::Text,
    }
}

/// Whether equal values of a kind always have one text form.
pub(super) fn comparable(kind: &Kind) -> bool {
    !matches!(kind, Kind::Interval | Kind::Json | Kind::Jsonb | Kind::Xml | Kind::Array(_) | Kind::Range(_))
}

/// A form for values of two.
fn both(one: Form, other: Form) -> Form {
    match (one, other) {
        (one, other) if one == other => one,
        (Form::Text, _) | (_, Form::Text) => Form::Text,
        (Form::Float, _) | (_, Form::Float) => Form::Float,
        _ => Form::Numeric,
    }
}
