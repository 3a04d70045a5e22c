//! The decisions: which rows are left out, which are chosen, what these bring. Rows come one by one (or, in a cycle, when
//! the whole of it is known); this part knows no server.

use super::marks::{Marks, Place};
use super::print::{NOTHING, Print};
use super::sets::{At, Known, Reason, Trace};
use crate::plan::subset::{Selection, Walk};

/// A row as it is walked.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) place: Place,
    /// Whether its own table's `rows:` leaves it out.
    pub(super) out: bool,
    /// Whether a subset begins with it.
    pub(super) seed: bool,
    /// Prints of its walk's keys.
    pub(super) keys: &'a [Print],
    /// Prints of what its walk's links refer to.
    pub(super) links: &'a [Print],
}

/// What has been decided so far.
pub(super) struct Decisions<'p> {
    pub(super) selection: &'p Selection,
    pub(super) known: Vec<Known>,
    /// By walk.
    pub(super) marks: Vec<Marks>,
    /// Rows read, by walk; `None` where nothing leads to any.
    pub(super) seen: Vec<Option<u64>>,
    /// By key: whether a link that is not cut refers to it, whether a cut one does.
    uses: Vec<(bool, bool)>,
    pub(super) trace: Option<Trace>,
}

impl<'p> Decisions<'p> {
    pub(super) fn new(selection: &'p Selection, trace: bool) -> Self {
        let used =
            |key: usize, cut: bool| selection.links.iter().any(|link| link.key == key && link.cut.is_empty() != cut);
        let keys = selection.keys.len();
        Self {
            selection,
            known: (0..keys).map(|_| Known::default()).collect(),
            marks: selection.walks.iter().map(|_| Marks::default()).collect(),
            seen: vec![None; selection.walks.len()],
            uses: (0..keys).map(|key| (used(key, false), used(key, true))).collect(),
            trace: trace.then(Trace::default),
        }
    }

    fn walk(&self, walk: usize) -> &'p Walk {
        &self.selection.walks[walk]
    }

    /// The keys that a row's links refer to, those with NULL left out: the link's number, the key's, the print.
    fn refers(&self, walk: usize, row: &Row<'_>) -> impl Iterator<Item = (usize, usize, Print)> + use<'_, 'p> {
        let links = self.walk(walk).links.iter().zip(row.links.to_vec());
        links
            .filter(|(_, print)| *print != NOTHING)
            .map(|(link, print)| (*link, self.selection.links[*link].key, print))
    }

    /// Whether a row is left out, as far as is known.
    pub(super) fn is_out(&self, walk: usize, row: &Row<'_>) -> bool {
        let gone = |key: usize, print: &Print| self.selection.keys[key].closed || self.known[key].out.contains(print);
        row.out || self.refers(walk, row).any(|(_, key, print)| gone(key, &print))
    }

    /// Whether a row that is not left out travels by what is known on the way down.
    pub(super) fn is_chosen(&self, walk: usize, row: &Row<'_>) -> bool {
        let brought = |key: usize, print: &Print| self.known[key].down.contains(print);
        !self.walk(walk).subset || row.seed || self.refers(walk, row).any(|(_, key, print)| brought(key, &print))
    }

    /// Whether somebody who travels refers to a row that is not chosen yet.
    pub(super) fn is_wanted(&self, walk: usize, row: &Row<'_>, hint: &mut usize) -> bool {
        let keys = self.walk(walk).keys.iter().zip(row.keys);
        let wanted =
            keys.filter(|(_, print)| **print != NOTHING).any(|(key, print)| self.known[*key].wanted.contains(print));
        wanted && !self.marks[walk].contains(row.place, hint)
    }

    /// Notes a row that is left out.
    pub(super) fn leave_out(&mut self, walk: usize, row: &Row<'_>) {
        for (key, print) in self.walk(walk).keys.iter().zip(row.keys) {
            if *print != NOTHING && self.uses[*key].0 {
                self.known[*key].out.insert(*print);
            }
        }
    }

    /// Notes a row that travels, and what it brings; `down` where it is one that brings those that refer to it.
    pub(super) fn take(&mut self, walk: usize, row: &Row<'_>, down: bool) {
        self.remember(walk, row, down);
        self.marks[walk].push(row.place);
        let subset = self.walk(walk).subset;
        for (key, print) in self.walk(walk).keys.iter().zip(row.keys).filter(|(_, print)| **print != NOTHING) {
            if self.uses[*key].1 {
                self.known[*key].kept.insert(*print);
            }
            if subset && down && self.uses[*key].0 {
                self.known[*key].down.insert(*print);
            }
        }
        if !subset {
            return;
        }
        let at = (walk, row.place);
        for (link, key, print) in self.refers(walk, row).collect::<Vec<_>>() {
            // Where several rows have the same key, one that is chosen does not stand for the others.
            let chosen = self.selection.keys[key].unique && self.known[key].down.contains(&print);
            if !chosen
                && self.known[key].wanted.insert(print)
                && let Some(trace) = &mut self.trace
            {
                trace.wanters.insert((key, print), (link, at));
            }
        }
    }

    fn remember(&mut self, walk: usize, row: &Row<'_>, down: bool) {
        let Some(mut trace) = self.trace.take() else { return };
        let at: At = (walk, row.place);
        let own = || self.walk(walk).keys.iter().zip(row.keys).filter(|(_, print)| **print != NOTHING);
        let reason = match down {
            true if row.seed => Some(Reason::Chosen),
            true => self
                .refers(walk, row)
                .find_map(|(link, key, print)| Some(Reason::Refers(link, *trace.owners.get(&(key, print))?))),
            false => own().find_map(|(key, print)| {
                trace.wanters.get(&(*key, *print)).map(|(link, by)| Reason::Referred(*link, *by))
            }),
        };
        trace.reasons.extend(reason.map(|reason| (at, reason)));
        if down {
            trace.owners.extend(own().map(|(key, print)| ((*key, *print), at)));
        }
        self.trace = Some(trace);
    }

    /// Ends the way down: what is chosen already is not wanted any more.
    pub(super) fn turn(&mut self) {
        for (key, known) in self.selection.keys.iter().zip(&mut self.known) {
            let down = &known.down;
            known.wanted.retain(|print| !key.unique || !down.contains(print));
            known.out = Default::default();
        }
        self.marks.iter_mut().for_each(Marks::settle);
    }

    /// Whether somebody refers to rows of a walk that may not be chosen yet.
    pub(super) fn anything_wanted(&self, walk: usize) -> bool {
        self.walk(walk).subset && self.walk(walk).keys.iter().any(|key| !self.known[*key].wanted.is_empty())
    }
}
