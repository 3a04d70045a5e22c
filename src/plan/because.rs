//! Where a column's mask comes from: a rule of its own, the mask of its class, or the column that it refers to.

use std::fmt;

use crate::schema::ColumnName;

/// Where a column's mask comes from, as data and, displayed, for people. Lines are lines of the rule file, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// A column rule, or a pattern of column rules, names the mask.
    Rule {
        /// Where the mask's name stands.
        line: usize,
    },
    /// A column rule names a class and no mask.
    Class {
        /// The class.
        class: String,
        /// Where the column's rule names it.
        line: usize,
        /// Where the file gives the class a mask; `None` where it is the built-in one.
        default: Option<usize>,
    },
    /// A keep of the column, of a group or of the whole table.
    Keep {
        /// Why it may stay.
        why: String,
        /// Where the column, or else the reason, stands.
        line: usize,
    },
    /// No rule names the column, and the file says `unlisted: mask`.
    Unlisted,
    /// It refers to another column by a foreign key of the schema and is masked as that one is.
    ForeignKey {
        /// Name of the constraint.
        constraint: String,
        /// What it refers to.
        to: ColumnName,
        /// Where the chain of references ends: the column that has the rule.
        source: ColumnName,
    },
    /// It refers to another column by an entry of `references:` and is masked as that one is.
    Reference {
        /// Where the entry stands.
        line: usize,
        /// What it refers to.
        to: ColumnName,
        /// Where the chain of references ends: the column that has the rule.
        source: ColumnName,
    },
}

impl Because {
    /// The column at the end of the chain of references that the mask is taken from; `None` for a mask of its own.
    pub fn source(&self) -> Option<&ColumnName> {
        match self {
            Because::ForeignKey { source, .. } | Because::Reference { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Rule { line } => write!(f, "rule at line {line}"),
            Because::Class { class, line, default: None } => write!(f, "class {class} at line {line}"),
            Because::Class { class, line, default: Some(default) } => {
                write!(f, "class {class} at line {line}, its mask at line {default}")
            }
            Because::Keep { why, line } => write!(f, "kept at line {line}: {why}"),
            Because::Unlisted => f.write_str("unlisted: a safe mask by its type"),
            Because::ForeignKey { constraint, to, source } => {
                write!(f, "follows {}by foreign key {constraint}", chain(to, source))
            }
            Because::Reference { line, to, source } => {
                write!(f, "follows {}by the reference at line {line}", chain(to, source))
            }
        }
    }
}

/// The next link of a chain, and its end where that is another one.
fn chain(to: &ColumnName, source: &ColumnName) -> String {
    if to == source { format!("{to} ") } else { format!("{to}, which follows {source}, ") }
}
