//! A rule file as a tree of text, lists and maps, each with its place: what YAML is to us. Nothing is typed here: every
//! scalar is text as written, and whether it was quoted.

use std::fmt;

use crate::diagnostic::Span;

mod parse;

pub use parse::{MAX_BYTES, parse, parse_all};

/// One node and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A scalar, as written.
    Text {
        /// Its text, quotes and escapes resolved.
        text: String,
        /// Whether it was quoted or a block scalar; an unquoted `null`, `~` or nothing is an error for most readers.
        quoted: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A map in the file's order; keys are unique.
    Map(Vec<Entry>),
}

/// One key of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A text that stands in no file: for defaults.
    pub fn text(text: &str) -> Self {
        Self { span: Span::default(), value: Value::Text { text: text.to_owned(), quoted: false } }
    }
}

/// Writes the node in flow style, for messages and plans.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Value::Text { text, .. } => f.write_str(text),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Value::Map(entries) => {
                let entries: Vec<String> =
                    entries.iter().map(|entry| format!("{}: {}", entry.key, entry.node)).collect();
                write!(f, "{{{}}}", entries.join(", "))
            }
        }
    }
}
