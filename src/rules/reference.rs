//! The `references:` of a rule file: joins that the schema does not declare.

use std::fmt;

use super::read::Reader;
use super::{KeyColumns, ReferenceRule, Spanned, WhenRule, keys};
use crate::diagnostic::Diagnostic;
use crate::node::{Node, Value};
use crate::schema::{DEFAULT_SCHEMA, TableName};

/// What an entry looks like.
const ENTRY: &str = "write `{ from: TABLE.COLUMN, to: TABLE.COLUMN }`, or `\"TABLE(COLUMN, COLUMN)\"` for both";

impl Reader<'_> {
    /// All references of a file.
    pub(super) fn references(&mut self, node: &Node) -> Vec<ReferenceRule> {
        let Value::List(items) = &node.value else {
            self.wrong(node, "`references`", "a list", Some(ENTRY));
            return Vec::new();
        };
        let mut references: Vec<ReferenceRule> = Vec::new();
        for item in items {
            let Some(reference) = self.reference(item) else { continue };
            let same = |known: &&ReferenceRule| {
                let values = |rule: &ReferenceRule| {
                    let values =
                        |when: &WhenRule| when.values.iter().map(|value| value.value.clone()).collect::<Vec<_>>();
                    rule.when.as_ref().map(|when| (when.column.value.clone(), values(when)))
                };
                known.from.value == reference.from.value
                    && known.to.value == reference.to.value
                    && values(known) == values(&reference)
            };
            if let Some(first) = references.iter().find(same) {
                self.mistakes.push(
                    Diagnostic::error(reference.span, "this reference stands here a second time")
                        .related(first.span, "first here")
                        .help("leave it in one place"),
                );
            }
            references.push(reference);
        }
        references
    }

    fn reference(&mut self, node: &Node) -> Option<ReferenceRule> {
        let entries = self.map_of(node, "a reference", Some(ENTRY))?;
        let (mut from, mut to, mut when) = (None, None, None);
        for entry in entries {
            match entry.key.as_str() {
                "from" => from = self.key_columns(&entry.node, "`from`"),
                "to" => to = self.key_columns(&entry.node, "`to`"),
                "where" => when = self.when(&entry.node),
                _ => self.unknown_key(entry, &keys::REFERENCE),
            }
        }
        let says = |key: &str| entries.iter().any(|entry| entry.key == key);
        for needed in ["from", "to"] {
            if !says(needed) {
                let found = Diagnostic::error(node.span, format!("this reference has no `{needed}`"));
                self.mistakes.push(found.help(ENTRY));
            }
        }
        if says("where") && when.is_none() {
            return None;
        }
        let (from, to) = (from?, to?);
        let (here, there) = (from.value.columns.len(), to.value.columns.len());
        if here != there {
            let (from_text, to_text) = (columns(here), columns(there));
            self.mistakes.push(
                Diagnostic::error(to.span, format!("{from_text} cannot refer to {to_text}"))
                    .related(from.span, from_text)
                    .help("name as many on both sides, in the same order"),
            );
            return None;
        }
        Some(ReferenceRule { span: node.span, from, to, when })
    }

    fn key_columns(&mut self, node: &Node, what: &str) -> Option<Spanned<KeyColumns>> {
        let text = self.text(node, what)?;
        match KeyColumns::parse(&text.value) {
            Ok(value) => Some(Spanned { value, span: text.span }),
            Err(why) => {
                let found = Diagnostic::error(text.span, format!("{what} names no columns: {why}"));
                self.mistakes
                    .push(found.help("write `table.column`, `schema.table.column` or `\"table(column, column)\"`"));
                None
            }
        }
    }

    fn when(&mut self, node: &Node) -> Option<WhenRule> {
        const EXAMPLE: &str = "write `where: { COLUMN: VALUE }`, or `[VALUE, VALUE]`";
        match self.map_of(node, "`where`", Some(EXAMPLE))? {
            [entry] => {
                let column = Spanned { value: entry.key.clone(), span: entry.key_span };
                let values = self.texts(&entry.node, "`where`", "a value");
                if matches!(&entry.node.value, Value::List(items) if items.is_empty()) {
                    self.mistakes.push(Diagnostic::error(entry.node.span, "this list names no value").help(EXAMPLE));
                }
                (!values.is_empty()).then_some(WhenRule { column, values })
            }
            _ => {
                let found = Diagnostic::error(node.span, "`where` names the one column that tells what is referred to");
                self.mistakes.push(found.help(EXAMPLE));
                None
            }
        }
    }
}

fn columns(count: usize) -> String {
    if count == 1 { "1 column".to_owned() } else { format!("{count} columns") }
}

impl KeyColumns {
    /// Reads `[schema.]table.column` or `[schema.]table(column, ...)`; a part in double quotes is literal, `""` inside
    /// stands for one.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut rest = text.trim();
        let mut parts = Vec::new();
        let mut columns = Vec::new();
        let mut list = false;
        while !list && columns.is_empty() {
            let (part, after) = name(rest)?;
            parts.push(part);
            rest = after.trim_start();
            if let Some(next) = rest.strip_prefix('.') {
                rest = next;
            } else if let Some(inside) = rest.strip_prefix('(') {
                rest = inside;
                list = true;
            } else if rest.is_empty() {
                columns.extend(parts.pop());
            } else {
                return Err("something follows the name of the column");
            }
        }
        while list {
            let (column, after) = name(rest.trim_start())?;
            if columns.contains(&column) {
                return Err("a column stands there twice");
            }
            columns.push(column);
            rest = after.trim_start();
            match rest.strip_prefix(',') {
                Some(next) => rest = next,
                None if rest == ")" => list = false,
                None => return Err("the list of columns does not end with a parenthesis"),
            }
        }
        match <[String; 2]>::try_from(parts) {
            Ok([schema, name]) => Ok(Self { table: TableName { schema, name }, columns }),
            Err(mut parts) if parts.len() == 1 => {
                Ok(Self { table: TableName::new(DEFAULT_SCHEMA, parts.remove(0)), columns })
            }
            Err(parts) if parts.is_empty() => Err("it has no table"),
            Err(_) => Err("it has too many parts; put a name with a `.` in double quotes"),
        }
    }
}

/// The first name, and what follows it.
fn name(text: &str) -> Result<(String, &str), &'static str> {
    if !text.starts_with('"') {
        let end = text.find(['.', ',', '(', ')', '"']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        return match name.trim_end() {
            "" => Err("a name is empty"),
            _ if rest.starts_with('"') => Err("a quote stands inside an unquoted name"),
            name if name.contains('*') => Err("it has a `*`, and one table is referred to; quote it if it is a letter"),
            name => Ok((name.to_owned(), rest)),
        };
    }
    let mut name = String::new();
    let mut rest = &text[1..];
    loop {
        let end = rest.find('"').ok_or("a quoted name is not closed")?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None if name.is_empty() => return Err("a name is empty"),
            None => return Ok((name, rest)),
        }
    }
}

/// As a person would read it: `events.user_ref`, `inv(t, c)`.
impl fmt::Display for KeyColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.columns[..] {
            [column] => write!(f, "{}.{column}", self.table),
            columns => write!(f, "{}({})", self.table, columns.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read() {
        for (text, schema, table, columns) in [
            ("events.user_ref", "public", "events", &["user_ref"][..]),
            ("app.events.user_ref", "app", "events", &["user_ref"]),
            ("inv(t, c)", "public", "inv", &["t", "c"]),
            (" app.inv ( t ,c ) ", "app", "inv", &["t", "c"]),
            (r#""a.b"."c(d)".x"#, "a.b", "c(d)", &["x"]),
            (r#"t("a,b", "c""d")"#, "public", "t", &["a,b", "c\"d"]),
            ("two words.a column", "public", "two words", &["a column"]),
            ("größe.列", "public", "größe", &["列"]),
        ] {
            let read = KeyColumns::parse(text).unwrap();
            assert_eq!(
                (read.table, &read.columns[..]),
                (TableName::new(schema, table), &columns.iter().map(|c| c.to_string()).collect::<Vec<_>>()[..]),
                "{text}"
            );
        }
        for bad in [
            "",
            "a",
            "a.",
            ".a",
            "a.b.c.d",
            "t()",
            "t(a",
            "t(a,)",
            "t(a, a)",
            "t(a) b",
            "t.*",
            "\"a",
            "\"a\".\"\"",
            "a\"b.c",
            "t(a b",
            "\"t\"x.a",
        ] {
            assert!(KeyColumns::parse(bad).is_err(), "{bad}");
        }
    }
}
