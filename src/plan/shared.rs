//! What columns that are masked alike have in common, so that equal values stay equal in all of them.

use std::collections::BTreeMap;

use super::columns::Draft;
use super::constraints;
use crate::schema::{Column, ColumnName, Kind, Table};

/// The facts that columns share.
#[derive(Default)]
pub(super) struct Shared<'a> {
    /// By domain and mask.
    domains: BTreeMap<&'a str, BTreeMap<&'static str, Facts>>,
    /// By the column that all of a group follow: a domain may hold groups in which case counts and others.
    groups: BTreeMap<&'a ColumnName, Case>,
}

/// What the columns of a domain under one mask have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Whether one of them is unique by itself.
    pub(super) unique: bool,
    /// Characters that fit all of them.
    pub(super) max_chars: Option<u32>,
    /// Digits before the point that fit all of them.
    pub(super) whole_digits: Option<u32>,
    /// Their kinds, sorted.
    pub(super) kinds: Vec<Kind>,
}

/// Whether case tells values apart.
#[derive(Clone, Copy, Debug, Default)]
struct Case {
    /// Not in one of the columns.
    folding: bool,
    /// In one that is in a key.
    exact: bool,
}

impl<'a> Shared<'a> {
    /// Takes a column's own facts in; its length is what type and CHECKs leave.
    pub(super) fn add(&mut self, table: &Table, column: &Column, draft: &'a Draft) {
        let facts = self.domains.entry(&draft.domain).or_default().entry(draft.mask.name).or_default();
        facts.unique |= draft.params.unique;
        facts.unique |= table.unique.iter().any(|unique| unique.columns == [column.name.clone()]);
        facts.max_chars = fewest(facts.max_chars, constraints::longest(table, column));
        facts.whole_digits = fewest(facts.whole_digits, column.ty.whole_digits());
        let kind = column.ty.kind.scalar();
        if let Err(at) = facts.kinds.binary_search(kind) {
            facts.kinds.insert(at, kind.clone());
        }
        let case = self.groups.entry(&draft.source).or_default();
        case.folding |= column.ty.folds;
        case.exact |= !column.ty.folds && table.unique.iter().any(|unique| unique.columns.contains(&column.name));
    }

    /// What the columns of a draft's domain have in common.
    pub(super) fn of(&self, draft: &Draft) -> Option<&Facts> {
        self.domains.get(draft.domain.as_str())?.get(draft.mask.name)
    }

    /// Whether case does not tell values apart in the columns that are masked as a draft's source is.
    pub(super) fn folds(&self, draft: &Draft) -> bool {
        self.groups.get(&draft.source).is_some_and(|case| case.folding && !case.exact)
    }
}

fn fewest(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    one.into_iter().chain(other).min()
}
