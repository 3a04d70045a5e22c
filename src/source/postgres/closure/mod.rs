//! Which rows travel, decided at the source's one moment: the keys of the tables that a plan's selection walks are read
//! once on the way down and, where somebody refers to rows there that are not chosen yet, once more on the way up. Nothing
//! is written there, nothing of the run's key is sent there, and the rest of the rows is not looked at.
//!
//! What comes of it is a set of places in the heap for each table (`marks`); they stay what they are as long as the moment
//! is held. The stream then passes over all other rows (`sieve`).
//!
//! ## Bounds
//! - Time: two reads of the key columns of the connected tables, in one session (a condition that calls `now()` means the
//!   same in all of them), about as fast as the server can send them.
//! - Memory, besides a few hundred bytes a table: for each row that travels at most 16 bytes (0.3 where all rows of a
//!   block do), and for each key that others refer to 17 to 39 bytes per row that is chosen, wanted or left out: those of
//!   other rows take none. Tables of a cycle are held whole while it is worked out: 24 bytes a row, 16 for each of its keys
//!   and references and 32 for each of those that lead into the cycle.
//! - Exactness: single whole numbers stand for themselves. Other keys are told apart by a keyed 128-bit tag: two among a
//!   billion agree with a probability of about 2^-69, and then a row too many travels, never one too few.

mod decide;
mod group;
mod marks;
mod print;
mod rows;
mod sets;
mod sieve;
mod statement;
mod walk;
mod why;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use self::marks::Marks;
use self::sets::Prints;
pub(super) use self::sieve::Sieve;
pub(super) use self::statement::{Folded, hidden};
pub(super) use self::walk::choose;
pub(super) use self::why::why;
pub use self::why::{How, Step, Why};
use crate::plan::subset::{Form, Link};

/// What was decided, by table of the plan.
#[derive(Default)]
pub(super) struct Chosen {
    /// Rows that travel; of tables that are not here, all that their `rows:` lets through.
    pub(super) marks: BTreeMap<usize, Arc<Marks>>,
    /// Rows seen in tables that were walked.
    pub(super) seen: BTreeMap<usize, u64>,
    /// References that become NULL where the row referred to does not travel.
    pub(super) cuts: BTreeMap<usize, Vec<Cut>>,
    /// Columns that are compared without regard to case.
    pub(super) folded: Folded,
    /// Makes prints in the stream like those of the walk.
    pub(super) printer: Option<print::Printer>,
}

/// A cut reference of a table.
pub(super) struct Cut {
    pub(super) link: Link,
    pub(super) forms: Vec<Form>,
    /// Keys of the rows that travel.
    pub(super) kept: Arc<Prints>,
}

/// Why bytes are not what they should be. A `&'static str` cannot hold a value.
type Reason = &'static str;
