//! How staging differs from production, as far as tests would notice: a pure comparison of two inventories. Reading them
//! from servers is the business of `postgres::inventory`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

mod compare;
mod settings;

pub use compare::compare;
pub use settings::SETTINGS;

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Tables, columns, keys, indexes, views, functions, types, triggers, policies, sequences.
    Schema,
    /// Extensions and their versions.
    Extension,
    /// Encoding, locale, the library that sorts texts.
    Collation,
    /// The server's version.
    Version,
    /// Settings that change what a statement does, or how it is planned.
    Setting,
    /// Roles that production's database speaks of.
    Role,
    /// Numbers of rows.
    Rows,
}

impl Area {
    /// Every area, in the order in which differences are shown.
    pub const ALL: [Area; 7] =
        [Area::Schema, Area::Extension, Area::Collation, Area::Version, Area::Setting, Area::Role, Area::Rows];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Area::Schema => "schema",
            Area::Extension => "extension",
            Area::Collation => "collation",
            Area::Version => "version",
            Area::Setting => "setting",
            Area::Role => "role",
            Area::Rows => "rows",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about.
    pub area: Area,
    /// The thing, such as `column public.people.email`.
    pub what: String,
    /// How it is on production; `None` where it is not there.
    pub production: Option<String>,
    /// How it is on staging.
    pub staging: Option<String>,
    /// Why that matters.
    pub why: String,
}

/// What is known of one database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// Objects of the schema by kind and name.
    pub objects: BTreeMap<(String, String), Object>,
    /// Extensions and their versions.
    pub extensions: BTreeMap<String, String>,
    /// Properties of the database: encoding, collation and so on.
    pub properties: BTreeMap<String, Option<String>>,
    /// The server's version: major and whole.
    pub version: (u32, String),
    /// Values of [`SETTINGS`] in a new session, in the server's own units; those that our role may not see are missing.
    pub settings: BTreeMap<String, String>,
    /// Roles that the database speaks of: owners, and who was granted something.
    pub needed_roles: BTreeSet<String>,
    /// Roles of the server, with what they may do besides.
    pub roles: BTreeMap<String, String>,
    /// Rows of tables; `None` where the server has no estimate.
    pub rows: BTreeMap<String, Option<u64>>,
}

/// An object of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// What must be equal.
    pub definition: String,
    /// The table or schema that it belongs to: with that one missing, it is not worth a line of its own.
    pub inside: Option<String>,
    /// Whether the definition is short enough, and of the kind, to be shown.
    pub shown: bool,
}

/// What may differ, because the rules say so or because it was not looked at closely.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Production's roles that have another name on staging.
    pub roles: BTreeMap<String, String>,
    /// Tables of which not all rows travel.
    pub fewer_rows: BTreeSet<String>,
    /// Whether rows were counted; estimates are compared with a margin.
    pub exact: bool,
}
