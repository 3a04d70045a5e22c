//! Tables that refer to each other in a cycle: their rows are held until all are known, then worked out together.

use super::decide::{Decisions, Row};
use super::marks::Place;
use super::print::{NOTHING, Print};
use crate::plan::subset::{Group, Selection};

/// Rows of one cycle.
#[derive(Default)]
pub(super) struct Held {
    rows: Vec<Head>,
    prints: Vec<Print>,
}

struct Head {
    place: Place,
    walk: u32,
    out: bool,
    seed: bool,
    /// Where its prints begin: keys, then links.
    prints: usize,
}

/// Rows by a key's number and a print, sorted.
struct Index(Vec<(u32, u32, Print)>);

impl Index {
    fn new(mut rows: Vec<(u32, u32, Print)>) -> Self {
        rows.sort_unstable_by_key(|(key, _, print)| (*key, *print));
        Self(rows)
    }

    fn rows(&self, key: usize, print: Print) -> impl Iterator<Item = usize> {
        let key = narrow(key);
        let from = self.0.partition_point(|(at, _, known)| (*at, *known) < (key, print));
        let same = self.0[from..].iter().take_while(move |(at, _, known)| (*at, *known) == (key, print));
        same.map(|(_, row, _)| *row as usize)
    }
}

/// Numbers of tables, keys and rows held in memory are far below 2^32.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Held {
    /// Holds a row.
    pub(super) fn push(&mut self, walk: usize, row: &Row<'_>) {
        let prints = self.prints.len();
        self.prints.extend_from_slice(row.keys);
        self.prints.extend_from_slice(row.links);
        self.rows.push(Head { place: row.place, walk: narrow(walk), out: row.out, seed: row.seed, prints });
    }

    fn row(&self, selection: &Selection, row: usize) -> (usize, Row<'_>) {
        let head = &self.rows[row];
        let walk = &selection.walks[head.walk as usize];
        let (from, keys, links) = (head.prints, walk.keys.len(), walk.links.len());
        let prints = &self.prints[from..from + keys + links];
        let (keys, links) = prints.split_at(keys);
        (head.walk as usize, Row { place: head.place, out: head.out, seed: head.seed, keys, links })
    }

    /// Rows by the keys inside the cycle that they refer to.
    fn children(&self, selection: &Selection, group: &Group) -> Index {
        let inside: Vec<bool> = selection.keys.iter().map(|key| has(selection, group, &key.tables)).collect();
        let mut rows = Vec::new();
        for index in 0..self.rows.len() {
            let (walk, row) = self.row(selection, index);
            for (link, print) in selection.walks[walk].links.iter().zip(row.links) {
                let key = selection.links[*link].key;
                if inside[key] && *print != NOTHING {
                    rows.push((narrow(key), narrow(index), *print));
                }
            }
        }
        Index::new(rows)
    }

    /// Rows by the keys that others inside the cycle refer to.
    fn parents(&self, selection: &Selection, group: &Group) -> Index {
        let links = group.walks.iter().flat_map(|walk| &selection.walks[*walk].links);
        let mut inside = vec![false; selection.keys.len()];
        links.for_each(|link| inside[selection.links[*link].key] = true);
        let mut rows = Vec::new();
        for index in 0..self.rows.len() {
            let (walk, row) = self.row(selection, index);
            for (key, print) in selection.walks[walk].keys.iter().zip(row.keys) {
                if inside[*key] && *print != NOTHING {
                    rows.push((narrow(*key), narrow(index), *print));
                }
            }
        }
        Index::new(rows)
    }

    /// Works out which rows are left out and which are chosen.
    pub(super) fn down(&self, decisions: &mut Decisions<'_>, group: &Group) {
        let selection = decisions.selection;
        let children = self.children(selection, group);
        let first = |test: &dyn Fn(usize, &Row<'_>) -> bool| -> Vec<bool> {
            let row = |index| self.row(selection, index);
            (0..self.rows.len()).map(row).map(|(walk, row)| test(walk, &row)).collect()
        };
        let mut out = first(&|walk, row| decisions.is_out(walk, row));
        self.spread(selection, &mut out, |_| true, &children);
        let mut chosen = first(&|walk, row| decisions.is_chosen(walk, row));
        chosen.iter_mut().zip(&out).for_each(|(chosen, out)| *chosen &= !out);
        let order = self.spread(selection, &mut chosen, |row| !out[row], &children);
        for index in (0..self.rows.len()).filter(|index| out[*index]) {
            let (walk, row) = self.row(selection, index);
            decisions.leave_out(walk, &row);
        }
        for index in order {
            let (walk, row) = self.row(selection, index);
            decisions.take(walk, &row, true);
        }
    }

    /// Lets every row that is set set those that refer to it, as far as they may be. Gives all rows that are set, each
    /// after one that set it.
    fn spread(
        &self,
        selection: &Selection,
        set: &mut [bool],
        may: impl Fn(usize) -> bool,
        children: &Index,
    ) -> Vec<usize> {
        let mut order: Vec<usize> = (0..set.len()).filter(|row| set[*row]).collect();
        let mut next = 0;
        while let Some(&index) = order.get(next) {
            next += 1;
            let (walk, row) = self.row(selection, index);
            for (key, print) in selection.walks[walk].keys.iter().zip(row.keys).filter(|(_, print)| **print != NOTHING)
            {
                for child in children.rows(*key, *print) {
                    if !set[child] && may(child) {
                        set[child] = true;
                        order.push(child);
                    }
                }
            }
        }
        order
    }

    /// Works out which rows those that travel refer to.
    pub(super) fn up(&self, decisions: &mut Decisions<'_>, group: &Group) {
        let selection = decisions.selection;
        let parents = self.parents(selection, group);
        let mut hint = 0;
        let mut marked = Vec::with_capacity(self.rows.len());
        let mut order = Vec::new();
        for index in 0..self.rows.len() {
            let (walk, row) = self.row(selection, index);
            marked.push(decisions.marks[walk].contains(row.place, &mut hint));
            if decisions.is_wanted(walk, &row, &mut hint) {
                order.push(index);
            }
        }
        order.iter().for_each(|row| marked[*row] = true);
        let mut next = 0;
        while let Some(&index) = order.get(next) {
            next += 1;
            let (walk, row) = self.row(selection, index);
            for (link, print) in
                selection.walks[walk].links.iter().zip(row.links).filter(|(_, print)| **print != NOTHING)
            {
                for parent in parents.rows(selection.links[*link].key, *print) {
                    if !marked[parent] {
                        marked[parent] = true;
                        order.push(parent);
                    }
                }
            }
        }
        for index in order {
            let (walk, row) = self.row(selection, index);
            decisions.take(walk, &row, false);
        }
    }
}

/// Whether one of some tables is in a group.
fn has(selection: &Selection, group: &Group, tables: &[usize]) -> bool {
    group.walks.iter().any(|walk| tables.contains(&selection.walks[*walk].table))
}
