//! What is known about each key that somebody refers to, and how a row's way is told afterwards.

use std::collections::{HashMap, HashSet};

use super::marks::Place;
use super::print::Print;

/// Keys of rows.
pub(in crate::source::postgres) type Prints = HashSet<Print, ahash::RandomState>;

/// What is known about one key of the selection.
#[derive(Default)]
pub(super) struct Known {
    /// Keys of rows that are left out.
    pub(super) out: Prints,
    /// Keys of rows that bring those that refer to them.
    pub(super) down: Prints,
    /// Keys that rows which travel refer to.
    pub(super) wanted: Prints,
    /// Keys of rows that travel, where a cut link asks for them.
    pub(super) kept: Prints,
}

/// A row: the number of its walk, its place.
pub(super) type At = (usize, Place);

/// Why a row travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// A subset begins with it.
    Chosen,
    /// It refers, by a link, to a row that travels.
    Refers(usize, At),
    /// A row that travels refers to it, by a link.
    Referred(usize, At),
}

/// Remembers the reason of every row; only kept where somebody will ask.
#[derive(Default)]
pub(super) struct Trace {
    pub(super) reasons: HashMap<At, Reason>,
    /// Rows by key and print, for those that refer to them.
    pub(super) owners: HashMap<(usize, Print), At>,
    /// Who first wanted a key, and by which link.
    pub(super) wanters: HashMap<(usize, Print), (usize, At)>,
}
