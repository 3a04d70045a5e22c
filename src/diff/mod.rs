//! Two versions of a rule file in plain words: what changes for each column, graded by what it means for the people in the
//! data. Both versions come as registers, resolved against their own schema; what only the files say (environments, the
//! mirror, scripts) is compared as written.
//!
//! A change is *weaker* where more of an original can be seen, linked or reached than before, *stronger* where less can,
//! and *neutral* where neither is so, or where only a person can tell.

mod columns;
mod file;
mod params;
mod permits;
mod tables;

use std::fmt;

use serde::Serialize;

use crate::audit::Register;
use crate::rules::RuleFile;

/// One version of a rule file.
#[derive(Clone, Copy)]
pub struct Version<'a> {
    /// The file as written.
    pub rules: &'a RuleFile,
    /// What it says of every column.
    pub register: &'a Register,
    /// The SQL files of `after_load`: names and texts.
    pub scripts: &'a [(String, String)],
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Column, table or key of the file.
    pub place: String,
    /// What kind of change, such as `mask` or `class`.
    pub kind: &'static str,
    /// What it is, in words.
    pub text: String,
    /// How it is graded.
    pub grade: Grade,
    /// The class of the column, where it has one.
    pub class: Option<String>,
    /// Rows of the table, where they are known.
    pub rows: Option<u64>,
    /// Line of the new file, where one says it.
    pub line: Option<usize>,
}

/// What a change means for the people in the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// More can be seen, linked or reached.
    Weaker,
    /// Neither, or only a person can tell.
    Neutral,
    /// Less can be seen, linked or reached.
    Stronger,
}

impl Grade {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Grade::Weaker => "weaker",
            Grade::Neutral => "neutral",
            Grade::Stronger => "stronger",
        }
    }

    /// By what is left of an original: less of it is stronger.
    fn less_left<T: Ord>(old: T, new: T) -> Self {
        match old.cmp(&new) {
            std::cmp::Ordering::Less => Grade::Weaker,
            std::cmp::Ordering::Equal => Grade::Neutral,
            std::cmp::Ordering::Greater => Grade::Stronger,
        }
    }

    /// By how much hides an original: more of it is stronger.
    fn more_hides<T: Ord>(old: T, new: T) -> Self {
        Self::less_left(new, old)
    }
}

/// `customers.email: email -> keep (weaker, contact.email, 599 rows)`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({}", self.place, self.text, self.grade.word())?;
        if let Some(class) = &self.class {
            write!(f, ", {class}")?;
        }
        match self.rows {
            Some(1) => f.write_str(", 1 row")?,
            Some(rows) => write!(f, ", {rows} rows")?,
            None => {}
        }
        f.write_str(")")
    }
}

/// Everything that differs, the weaker changes first.
pub fn compare(old: Version<'_>, new: Version<'_>) -> Vec<Change> {
    let mut changes = file::compare(old, new);
    changes.extend(tables::compare(old, new));
    changes.sort_by(|a, b| (a.grade, &a.place, a.kind).cmp(&(b.grade, &b.place, b.kind)));
    changes
}

/// A change of the file as a whole.
fn change(place: impl Into<String>, kind: &'static str, text: String, grade: Grade, line: Option<usize>) -> Change {
    Change { place: place.into(), kind, text, grade, class: None, rows: None, line }
}
