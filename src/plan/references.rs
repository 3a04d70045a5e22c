//! Which column follows which. A foreign-key column gets the mask of the column that it refers to, through chains,
//! self-references and composite keys (paired by the constraint's own order); so does one that an entry of
//! `references:` names. A partition's or child's column is at home in the topmost table that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::lineage::Lineage;
use super::undeclared::Undeclared;
use crate::schema::{ColumnName, Schema};

/// By what a column refers to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Via {
    /// A foreign key of this name.
    Key(String),
    /// The entry of `references:` with this index.
    Entry(usize),
}

/// Who follows whom, home columns all of them.
pub(super) struct References {
    /// Columns and what they refer to in every row, themselves left out.
    refers: BTreeMap<ColumnName, BTreeMap<ColumnName, Via>>,
    /// Columns that refer to something in some rows only, by the entries that say so.
    sometimes: BTreeMap<ColumnName, Vec<Sometimes>>,
    /// Columns that are referred to.
    referred: BTreeSet<ColumnName>,
    /// Columns that refer to others, and where their chains end.
    ends: BTreeMap<ColumnName, Vec<End>>,
}

/// Where chains of references end: one column that refers to nothing, or several that refer to each other in a circle.
/// Sorted by name.
pub(super) type End = Vec<ColumnName>;

/// What a column refers to in rows of one sort.
pub(super) struct Sometimes {
    /// The entry of `references:`.
    pub(super) entry: usize,
    /// The column referred to.
    pub(super) to: ColumnName,
}

impl References {
    pub(super) fn new(schema: &Schema, lineage: &Lineage<'_>, undeclared: &[Undeclared]) -> Self {
        let mut refers: BTreeMap<ColumnName, BTreeMap<ColumnName, Via>> = BTreeMap::new();
        let mut sometimes: BTreeMap<ColumnName, Vec<Sometimes>> = BTreeMap::new();
        let mut refer = |from: ColumnName, to: ColumnName, via: Via| {
            if from != to {
                refers.entry(from).or_default().entry(to).or_insert(via);
            }
        };
        for table in &schema.tables {
            for key in &table.foreign_keys {
                for (from, to) in key.columns.iter().zip(&key.to_columns) {
                    let (from, to) = (table.name.column(from), key.to.column(to));
                    refer(lineage.home(&from), lineage.home(&to), Via::Key(key.name.clone()));
                }
            }
        }
        for reference in undeclared {
            for (from, to) in reference.pairs() {
                let (from, to) = (lineage.home(&from), lineage.home(&to));
                if reference.when.is_some() {
                    let conditional = sometimes.entry(from).or_default();
                    conditional.push(Sometimes { entry: reference.entry, to });
                } else {
                    refer(from, to, Via::Entry(reference.entry));
                }
            }
        }
        let always = refers.values().flat_map(BTreeMap::keys);
        let referred = always.chain(sometimes.values().flatten().map(|one| &one.to)).cloned().collect();
        let ends = ends(&refers);
        Self { refers, sometimes, referred, ends }
    }

    /// Whether another column refers to a home column.
    pub(super) fn is_referred(&self, home: &ColumnName) -> bool {
        self.referred.contains(home)
    }

    /// Where the chains of references of a home column end: for most columns at itself.
    pub(super) fn ends(&self, home: &ColumnName) -> Vec<End> {
        self.ends.get(home).cloned().unwrap_or_else(|| vec![vec![home.clone()]])
    }

    /// What a home column refers to in some rows only.
    pub(super) fn sometimes(&self, home: &ColumnName) -> &[Sometimes] {
        self.sometimes.get(home).map_or(&[], Vec::as_slice)
    }

    /// The first link of a chain from a home column to the end of one of its chains, and by what it is one.
    pub(super) fn link(&self, home: &ColumnName, end: &ColumnName) -> Option<(&ColumnName, &Via)> {
        let links = self.refers.get(home)?;
        let leads = |to: &ColumnName| self.ends(to).iter().any(|members| members.contains(end));
        links.get_key_value(end).or_else(|| links.iter().find(|(to, _)| leads(to)))
    }
}

/// The ends of all chains. A column is at an end if all that it leads to lead back to it.
fn ends(refers: &BTreeMap<ColumnName, BTreeMap<ColumnName, Via>>) -> BTreeMap<ColumnName, Vec<End>> {
    let reached: BTreeMap<&ColumnName, BTreeSet<&ColumnName>> =
        refers.keys().map(|column| (column, reach(refers, column))).collect();
    let nothing = BTreeSet::new();
    let from = |column: &ColumnName| reached.get(column).unwrap_or(&nothing);
    let at_end: BTreeSet<&ColumnName> = reached
        .values()
        .flatten()
        .copied()
        .filter(|column| from(column).iter().all(|other| from(other).contains(*column)))
        .collect();
    let circle = |column: &ColumnName| -> End {
        let mut members: BTreeSet<ColumnName> = from(column).iter().map(|member| (*member).clone()).collect();
        members.insert(column.clone());
        members.into_iter().collect()
    };
    let of = |column: &ColumnName| -> Vec<End> {
        let reached = from(column).iter().filter(|other| at_end.contains(**other));
        reached.map(|other| circle(other)).collect::<BTreeSet<End>>().into_iter().collect()
    };
    refers.keys().map(|column| (column.clone(), of(column))).collect()
}

/// All columns that a column leads to; itself only where it is in a circle.
fn reach<'r>(
    refers: &'r BTreeMap<ColumnName, BTreeMap<ColumnName, Via>>,
    column: &ColumnName,
) -> BTreeSet<&'r ColumnName> {
    let mut seen = BTreeSet::new();
    let mut open = vec![column];
    while let Some(column) = open.pop() {
        for next in refers.get(column).into_iter().flat_map(BTreeMap::keys) {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}
