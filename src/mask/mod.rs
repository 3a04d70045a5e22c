//! Masks: what happens to a column's values. One file per mask; this one holds what they have in common (the trait, the
//! definition, the one list) and nothing else.
//!
//! A mask is a function from an Arrow array to an array of the same length and type. It is handed its domain's key when
//! it is built and keeps no state between values. Loops, NULLs and downcasts are in [`map`]; arrays and ranges are
//! taken apart by `lift`, so a mask only ever sees scalars.
//!
//! To add a mask: write `src/mask/NAME.rs` (see `nullify.rs` for the shortest), then add its `mod` line and its line in
//! [`MASKS`], both sorted.

use std::fmt;

use arrow::array::ArrayRef;

use crate::key::DomainKey;
use crate::schema::{ColumnName, Kind, Type};

mod armor;
mod batch;
mod choose;
mod city;
mod coarsen;
mod company;
#[cfg(test)]
mod conformance;
mod constant;
mod date_shift;
mod digits;
mod draw;
mod effect;
mod email;
mod feistel;
mod ff1;
mod first_name;
mod gives;
mod handle;
mod ip;
mod keep;
mod known;
mod last_name;
mod letters;
mod lift;
mod line;
mod literal;
mod locale;
pub mod map;
mod noise;
mod nullify;
mod number_noise;
mod numbering;
pub mod params;
mod password;
mod pattern;
mod permute;
mod person_name;
mod persona;
mod phone;
mod places;
mod postcode;
mod promise;
mod pseudonym;
mod redact;
mod repeats;
mod rings;
mod script;
mod secret;
mod seeds;
mod shift;
mod small;
mod street;
mod style;
pub mod switch;
mod text;
mod timestamp_shift;
#[cfg(test)]
mod tried;
mod truncate;
#[cfg(test)]
mod ugly;
mod url;
mod username;

pub use batch::{CellError, ColumnMask, MaskedBatch, TableMask, Unit};
pub use effect::Effect;
pub use gives::{Gives, Length, Order};
pub use params::{ParamDef, ParamKind, Params};
pub use permute::sequence_floor;
pub use promise::Promise;

/// Every mask there is, sorted by name. The command `masks`, the README's table, the rule reader, the conformance laws
/// and the benchmark walk this list.
pub static MASKS: &[&MaskDef] = &[
    &choose::CHOOSE,
    &city::CITY,
    &coarsen::COARSEN,
    &company::COMPANY,
    &constant::CONSTANT,
    &date_shift::DATE_SHIFT,
    &digits::DIGITS,
    &email::EMAIL,
    &first_name::FIRST_NAME,
    &ip::IP,
    &keep::KEEP,
    &last_name::LAST_NAME,
    &nullify::NULLIFY,
    &number_noise::NUMBER_NOISE,
    &password::PASSWORD,
    &pattern::PATTERN,
    &permute::PERMUTE,
    &person_name::PERSON_NAME,
    &phone::PHONE,
    &postcode::POSTCODE,
    &pseudonym::PSEUDONYM,
    &redact::REDACT,
    &secret::SECRET,
    &street::STREET,
    &text::TEXT,
    &timestamp_shift::TIMESTAMP_SHIFT,
    &truncate::TRUNCATE,
    &url::URL,
    &username::USERNAME,
];

/// Finds a mask by its name.
pub fn find(name: &str) -> Option<&'static MaskDef> {
    MASKS.iter().find(|def| def.name == name).copied()
}

/// What a mask is, as data.
pub struct MaskDef {
    /// Its name in rule files: a word of `a-z` and `_`.
    pub name: &'static str,
    /// One line for tables.
    pub summary: &'static str,
    /// What becomes of the values, in a reviewer's word.
    pub effect: Effect,
    /// What of an original can still be seen; all else is gone.
    pub leaves: &'static str,
    /// A paragraph or more: what it preserves, what it destroys, when to use it.
    pub manual: &'static str,
    /// What it takes.
    pub accepts: Accepts,
    /// Its own parameters; `domain`, `class`, `per` and `unique` are the rule language's.
    pub params: &'static [ParamDef],
    /// What it guarantees; what is not stated counts as absent.
    pub promises: Promises,
    /// Values in and out, checked by conformance and shown by `masks NAME`.
    pub examples: &'static [Example],
    /// Looks for mistakes when planning, without the key: parameters against the column's type, length, labels.
    pub check: fn(&Params, &ColumnFacts) -> Vec<Problem>,
    /// Builds the mask for a column. Called only after `check` found nothing.
    pub build: fn(&Params, &ColumnFacts, &DomainKey) -> Built,
}

/// Shows the name.
impl fmt::Debug for MaskDef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Definitions are the same when their names are.
impl PartialEq for MaskDef {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Which kinds a mask takes.
#[derive(Clone, Copy, Debug)]
pub enum Accepts {
    /// Any type at all; the mask does not look at the values.
    Any,
    /// These scalar kinds, and arrays of them.
    Scalars(&'static [Kind]),
    /// These scalar kinds, arrays of them, and ranges over them.
    ScalarsAndRanges(&'static [Kind]),
}

impl Accepts {
    /// Whether a column of this kind can be masked.
    pub fn takes(self, kind: &Kind) -> bool {
        match (self, kind) {
            (Accepts::Any, _) => true,
            (_, Kind::Array(inner)) => self.takes(inner),
            (Accepts::ScalarsAndRanges(kinds), Kind::Range(inner)) => kinds.contains(inner),
            (Accepts::Scalars(kinds) | Accepts::ScalarsAndRanges(kinds), scalar) => kinds.contains(scalar),
        }
    }
}

/// What a mask guarantees.
#[derive(Clone, Copy, Debug)]
pub struct Promises {
    /// Equal inputs in one domain give equal outputs under one key.
    pub deterministic: bool,
    /// Different inputs give different outputs, by construction.
    pub unique: Uniqueness,
    /// How often an output equals its input (NULL and empty text not counted).
    pub equal: Equal,
    /// Output has as many characters as the input.
    pub keeps_length: bool,
    /// Letters stay letters, digits digits, separators themselves.
    pub keeps_format: bool,
    /// Whether the rule may say `per: COLUMN`.
    pub per: PerUse,
    /// What outputs are like, for the constraints of the column.
    pub gives: fn(&Params, &ColumnFacts) -> Gives,
    /// Of a mask that may return its input by chance: the largest probability that a value stays, given as PostgreSQL
    /// prints it (bytes without `\x`; dates as days, timestamps as microseconds from 1970). 1 where it stays for sure, as
    /// do values that say nothing.
    pub stays: fn(&Params, &ColumnFacts, &str) -> f64,
}

impl Promises {
    /// Nothing but determinism: the usual start of a definition.
    pub const NONE: Promises = Promises {
        deterministic: true,
        unique: Uniqueness::No,
        equal: Equal::Chance,
        keeps_length: false,
        keeps_format: false,
        per: PerUse::No,
        gives: Gives::fitting,
        stays: |_, _, _| 0.0,
    };
}

/// Whether different inputs give different outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uniqueness {
    /// They may collide.
    No,
    /// They never do.
    Yes,
    /// They never do where the rule says `unique: true`.
    Option,
}

/// How often an output equals its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equal {
    /// Never: one equal cell fails the run.
    Never,
    /// As often as chance gives.
    Chance,
    /// It may always: the output says nothing about the input.
    Any,
}

/// Whether a mask looks at its row's subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PerUse {
    /// It takes no `per:`.
    No,
    /// With `per:`, the subject's value decides instead of the column's own.
    Option,
}

/// A value in and what comes out of it, under the key of 32 bytes 0x00..0x1f and the domain `example`.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Kind of the column.
    pub kind: &'static Kind,
    /// Parameters as a rule file would write them in a flow map, such as `{within: 30d}`; empty for none.
    pub params: &'static str,
    /// The value as PostgreSQL prints it.
    pub input: &'static str,
    /// The masked value as PostgreSQL prints it.
    pub output: &'static str,
}

/// What a mask may know about its column when it is checked and built. Columns of one domain get the same `facts` as
/// far as they matter to the output, so that they join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFacts {
    /// Which column, for messages.
    pub column: ColumnName,
    /// Its type. Masks look at [`Kind::scalar`] of it.
    pub ty: Type,
    /// Whether NULL is refused.
    pub not_null: bool,
    /// Whether different inputs must give different outputs (a unique constraint or index, or `unique: true`).
    pub unique: bool,
    /// Shortest `max_chars` of the domain's columns.
    pub max_chars: Option<u32>,
    /// Whether case does not tell values apart: of the columns that refer to each other one is `citext`, and none is
    /// another text in a key.
    pub folds: bool,
    /// Fewest digits before the point of the domain's columns of `numeric(p, s)`.
    pub whole_digits: Option<u32>,
    /// Every kind in the domain, sorted: a pseudonym must fit wherever its value fitted.
    pub domain_kinds: Vec<Kind>,
    /// Kind of the column that `per:` names.
    pub per: Option<Kind>,
}

/// A mistake that a mask's `check` found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The parameter to blame, or `None` for the rule as a whole.
    pub param: Option<&'static str>,
    /// What is wrong, without a full stop.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem of the rule as a whole.
    pub fn rule(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { param: None, message: message.into(), help: Some(help.into()) }
    }

    /// A problem of one parameter.
    pub fn param(param: &'static str, message: impl Into<String>) -> Self {
        Self { param: Some(param), message: message.into(), help: None }
    }
}

/// What `build` gives.
pub enum Built {
    /// Cells pass as they are.
    Keep,
    /// Values are not looked at: the mask gets a null array of the right length.
    Blind(Box<dyn Mask>),
    /// Values go through a mask.
    Mask(Box<dyn Mask>),
}

/// A column of values in, a column of values out.
pub trait Mask: Send + Sync {
    /// Masks a batch's column: same length, same Arrow type, NULL stays NULL unless the definition says otherwise.
    ///
    /// # Errors
    /// A value that this mask cannot take: its row and the reason, never the value.
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError>;
}

/// What a mask sees of a batch. Inside arrays and ranges, `value` holds the elements or bounds and `per` is repeated
/// accordingly.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The column's values, as [`crate::batch::arrow_type`] gives them.
    pub value: &'a ArrayRef,
    /// The subject's original values, where the rule says `per:`.
    pub per: Option<&'a ArrayRef>,
}

/// A value that a mask cannot take. A `&'static str` cannot hold a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaskError {
    /// Row inside the array, from 0.
    pub row: usize,
    /// Why, without a full stop.
    pub reason: &'static str,
}
