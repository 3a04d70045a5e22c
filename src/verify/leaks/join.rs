//! The two sorts of hashes joined, and what a meeting means.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use super::sort::Sort;
use super::{Column, Found, Leaks, lock};
use crate::chance;
use crate::plan::{ColumnPlan, Plan};

/// Different values of a column of words that have to stand elsewhere, at the least, to be more than names that recur.
const FEWEST_WORDS: u64 = 6;
/// Share of the smaller column, likewise.
const SHARE_OF_WORDS: f64 = 0.01;
/// Words are looked for of columns in which so large a share of the values are different.
const DIFFERENT: f64 = 0.5;
/// Under a mask: different values and share of a column from which on they are not drawn from a list by chance.
const FEWEST_MASKED: u64 = 20;
/// See [`FEWEST_MASKED`].
const SHARE_OF_MASKED: f64 = 0.5;
/// Numbers are less even than any model of them: so many times what is expected, and one.
const UNEVEN: f64 = 10.0;

/// What the run's hashes say.
pub(in super::super) struct Joined {
    /// Values of one column found in another, one line each: more than chance explains.
    pub(in super::super) broken: Vec<String>,
    /// The same, where chance may explain it.
    pub(in super::super) noted: Vec<String>,
    /// What was looked at.
    pub(in super::super) checked: String,
}

/// Values of one column and sort.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct From {
    table: usize,
    column: usize,
    sort: Sort,
}

impl Leaks {
    /// Joins what was gathered. Everything is through by now.
    pub(in super::super) fn join(&self, plan: &Plan) -> Joined {
        let mut tables: Vec<Vec<Column>> = self.tables.iter().map(|table| std::mem::take(&mut *lock(table))).collect();
        let bits = self.bits.load(Ordering::Relaxed);
        tables.iter_mut().flatten().for_each(|column| {
            column.narrow(bits);
        });
        let mut joined = Joined { broken: Vec::new(), noted: Vec::new(), checked: self.told(&tables, bits) };
        let met = Met::of(&tables);
        for (table, columns) in tables.iter().enumerate() {
            for (column, into) in columns.iter().enumerate() {
                let Some(found) = self.roles[table][column].found else { continue };
                let plan_of = |table: usize, column: usize| &plan.tables[table].columns[column];
                for (from, hits) in met.in_column(into) {
                    let meeting = Meeting { from: &tables[from.table][from.column], sort: from.sort, into, hits, bits };
                    let (told, whose) = (plan_of(table, column), plan_of(from.table, from.column));
                    match meeting.judged(found) {
                        Some(true) => joined.broken.push(meeting.line(told, whose, found)),
                        Some(false) => joined.noted.push(meeting.line(told, whose, found)),
                        None => {}
                    }
                }
            }
        }
        joined
    }

    fn told(&self, tables: &[Vec<Column>], bits: u32) -> String {
        let roles = || self.roles.iter().flatten();
        let from = roles().filter(|role| role.source).count();
        let into = roles().filter(|role| role.found.is_some()).count();
        if from == 0 {
            return "no column is masked whose values could stand elsewhere".to_owned();
        }
        let values: usize = tables.iter().flatten().flat_map(|column| &column.values).map(Vec::len).sum();
        let how = match (self.deep, bits) {
            (true, 0) => "every value looked at".to_owned(),
            (false, 0) => "long columns by a share of their rows".to_owned(),
            (_, bits) => format!("1/{} of all values, another part in every run", 1u64 << bits.min(63)),
        };
        format!("{values} telling values of {from} masked columns looked for in {into} columns ({how})")
    }
}

/// The hashes that stand on both sides, each with the columns that it is a value of; sorted. Few, as a rule, out of many:
/// neither side is sorted to find them.
struct Met(Vec<(u64, From)>);

impl Met {
    fn of(tables: &[Vec<Column>]) -> Self {
        let values = || {
            tables.iter().enumerate().flat_map(|(table, columns)| {
                columns.iter().enumerate().flat_map(move |(column, gathered)| {
                    Sort::ALL
                        .into_iter()
                        .map(move |sort| (From { table, column, sort }, gathered.values[sort as usize].as_slice()))
                })
            })
        };
        let mut filter = Filter::new(values().map(|(_, list)| list.len()).sum());
        values().flat_map(|(_, list)| list).for_each(|hash| filter.add(*hash));
        let written = tables.iter().flatten().flat_map(|column| &column.written);
        let mut candidates: Vec<u64> = written.copied().filter(|hash| filter.may_hold(*hash)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut filter = Filter::new(candidates.len());
        candidates.iter().for_each(|hash| filter.add(*hash));
        let mut met: Vec<(u64, From)> = values()
            .flat_map(|(from, list)| list.iter().map(move |hash| (*hash, from)))
            .filter(|(hash, _)| filter.may_hold(*hash) && candidates.binary_search(hash).is_ok())
            .collect();
        met.sort_unstable();
        met.dedup();
        Self(met)
    }

    /// How many different values of which column and sort stand in a column.
    fn in_column(&self, into: &Column) -> BTreeMap<From, u64> {
        let mut met = BTreeMap::new();
        if self.0.is_empty() {
            return met;
        }
        let mut filter = Filter::new(self.0.len());
        self.0.iter().for_each(|(hash, _)| filter.add(*hash));
        let mut candidates: Vec<u64> = into.written.iter().copied().filter(|hash| filter.may_hold(*hash)).collect();
        candidates.sort_unstable();
        candidates.dedup();
        for hash in candidates {
            let first = self.0.partition_point(|(other, _)| *other < hash);
            for (_, from) in self.0[first..].iter().take_while(|(other, _)| *other == hash) {
                *met.entry(*from).or_insert(0) += 1;
            }
        }
        met
    }
}

/// A set of bits that says of most hashes at once that they are not in it (B. H. Bloom, 1970; two bits a hash).
struct Filter {
    bits: Vec<u64>,
    mask: u64,
}

impl Filter {
    fn new(hashes: usize) -> Self {
        let size = (hashes * 16).next_power_of_two().max(64);
        Self { bits: vec![0; size / 64], mask: size as u64 - 1 }
    }

    fn places(&self, hash: u64) -> [u64; 2] {
        [hash & self.mask, hash.rotate_left(32) & self.mask]
    }

    fn add(&mut self, hash: u64) {
        for at in self.places(hash) {
            self.bits[(at / 64) as usize] |= 1 << (at % 64);
        }
    }

    fn may_hold(&self, hash: u64) -> bool {
        self.places(hash).iter().all(|at| self.bits[(at / 64) as usize] >> (at % 64) & 1 == 1)
    }
}

struct Meeting<'a> {
    from: &'a Column,
    sort: Sort,
    into: &'a Column,
    hits: u64,
    bits: u32,
}

impl Meeting<'_> {
    /// Whether it is more than chance explains; `None` where it says nothing.
    fn judged(&self, found: Found) -> Option<bool> {
        if found == Found::Masked && self.sort != Sort::Mail {
            let most = self.hits as f64 >= SHARE_OF_MASKED * self.written_values();
            return (self.hits >= FEWEST_MASKED && most && self.is_different()).then_some(true);
        }
        Some(match self.sort {
            Sort::Mail | Sort::Code => true,
            Sort::Number => {
                // Both sides are in the slice: half as many values meet a quarter as often, and half of them are left.
                let slices = (1u64 << self.bits.min(63)) as f64;
                let expected = self.from.value_numbers.expected(&self.into.written_numbers) * slices;
                chance::coincidences(self.hits, UNEVEN * expected + 1e-6) > chance::BEYOND
            }
            Sort::Words if !self.is_different() => return None,
            Sort::Words => {
                let smaller = self.values().min(self.written_values());
                self.hits >= FEWEST_WORDS && self.hits as f64 >= SHARE_OF_WORDS * smaller
            }
        })
    }

    /// Different values of the masked column.
    fn values(&self) -> f64 {
        different(&self.from.values[self.sort as usize])
    }

    /// Different values that were written.
    fn written_values(&self) -> f64 {
        different(&self.into.written)
    }

    /// Whether the masked column's values are as good as one for each row.
    fn is_different(&self) -> bool {
        let slices = (1u64 << self.bits.min(63)) as f64;
        let different: f64 = self.from.values.iter().map(|list| different(list)).sum();
        different * slices >= DIFFERENT * self.from.looked_at as f64
    }

    fn line(&self, into: &ColumnPlan, from: &ColumnPlan, found: Found) -> String {
        let what = match self.sort {
            Sort::Mail => "mail addresses",
            Sort::Code => "codes",
            Sort::Number => "numbers",
            Sort::Words => "texts",
        };
        let how = match found {
            Found::Kept => "which is kept".to_owned(),
            Found::Masked => format!("which `{}` wrote", into.mask.name),
        };
        let least = if self.bits > 0 { "at least " } else { "" };
        format!(
            "{least}{} {what} of {}, which is masked by `{}`, stand in {}, {how}",
            self.hits, from.facts.column, from.mask.name, into.facts.column
        )
    }
}

fn different(hashes: &[u64]) -> f64 {
    let mut hashes = hashes.to_vec();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.len() as f64
}
