//! Which rows travel, where a condition on a row alone does not tell: subsets, and `rows:` of tables that others refer to.
//! This is the part that needs no row: who refers to whom, which tables have to be walked and in which order, and about
//! how many rows will come of it. The rows themselves are decided at the source, inside its one moment.
//!
//! ## What travels
//! 1. A row for which its table's `rows:` is not true stays behind, and so does every row that refers to it (a key with
//!    a NULL in it refers to nothing), unless the key is `cut:`.
//! 2. A subset begins with the chosen rows of the tables that it names. Rows that refer to a row of it come along, and so
//!    on down. Every row that these refer to comes along too, and so on up, and brings nothing down.
//! 3. Tables that no chain of references connects with a named one travel whole (as far as 1 lets them). In tables that
//!    are connected, nothing travels but what 2 brings.
//! 4. A key that is `cut:` brings nothing and holds nothing back: it becomes NULL where the row that it refers to does
//!    not travel.
//!
//! References are foreign keys and the rule file's `references:`. Partitions are tables of their own here.

mod cut;
mod estimate;
mod links;
mod order;
mod resolve;
mod seeds;

pub use estimate::HOW;
pub(super) use resolve::resolve;

use crate::rules::Share;

/// What has to be known about rows before the first one travels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// What links refer to.
    pub keys: Vec<Key>,
    /// Who refers to it.
    pub links: Vec<Link>,
    /// The tables whose keys are read, each at most once on the way down and once on the way up.
    pub walks: Vec<Walk>,
    /// The walks in their order: what is referred to comes before what refers to it.
    pub groups: Vec<Group>,
}

/// Columns that links refer to.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// For people, such as `customers(id)`.
    pub name: String,
    /// The tables whose rows have it (the leaves of a partitioned one), as indexes into the plan's tables.
    pub tables: Vec<usize>,
    /// Its columns.
    pub columns: Vec<String>,
    /// How each column is compared with those that refer to it.
    pub forms: Vec<Form>,
    /// Whether no two rows can have the same.
    pub unique: bool,
    /// Whether no row of those tables travels at all.
    pub closed: bool,
}

/// A form in which two values are equal exactly if the server finds their columns' values equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A whole number of at most 64 bits.
    Int,
    /// A decimal number, zeros behind it left out.
    Numeric,
    /// A floating-point number.
    Float,
    /// The text form.
    Text,
}

/// A reference from the rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The constraint's name, or the line of the rule file that declares it.
    pub name: String,
    /// The table that refers, as an index into the plan's tables.
    pub from: usize,
    /// Index of what it refers to.
    pub key: usize,
    /// The columns that refer, in the key's order.
    pub columns: Vec<String>,
    /// A column that must have one of these values, as PostgreSQL prints them, for the reference to count.
    pub only: Option<(String, Vec<String>)>,
    /// Columns that become NULL where the row referred to does not travel, as indexes into the table's plan; none for a
    /// link that is not cut.
    pub cut: Vec<usize>,
}

/// A table whose keys are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk {
    /// Index into the plan's tables.
    pub table: usize,
    /// Whether only chosen rows travel, and those that they bring; otherwise all that are not left out do.
    pub subset: bool,
    /// The rows that the subset begins with here.
    pub seed: Option<Seed>,
    /// Whether it has to be read on the way down.
    pub down: bool,
    /// Keys of this table that somebody refers to.
    pub keys: Vec<usize>,
    /// References of this table, cut ones left out.
    pub links: Vec<usize>,
}

/// The rows that a subset begins with.
#[derive(Clone, Debug, PartialEq)]
pub enum Seed {
    /// By a keyed hash of the primary key.
    Share {
        /// How many of them.
        share: Share,
        /// The primary key's columns, each with its form.
        columns: Vec<(String, Form)>,
        /// The key's domain: the table's name, that of the whole for a partition.
        domain: String,
    },
    /// Those for which a boolean SQL expression is true.
    Where(String),
}

/// Tables that refer to each other in a cycle, or one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Indexes into the walks.
    pub walks: Vec<usize>,
    /// Whether rows in here can refer to each other.
    pub cyclic: bool,
}

impl Selection {
    /// The walk of a table of the plan.
    pub fn walk(&self, table: usize) -> Option<&Walk> {
        self.walks.iter().find(|walk| walk.table == table)
    }

    /// The cut links of a table whose key may have rows that do not travel.
    pub fn cuts(&self, table: usize) -> impl Iterator<Item = &Link> {
        self.links.iter().filter(move |link| link.from == table && !link.cut.is_empty())
    }
}
