//! Names and texts as a rule file writes them, whatever they hold.

use crate::rules::{Pattern, TablePattern};
use crate::schema::{ColumnName, TableName};

/// A scalar: plain where that reads as the same text, else in quotes.
pub(super) fn scalar(text: &str) -> String {
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$');
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '(' | ')');
    let word = matches!(text.to_ascii_lowercase().as_str(), "null" | "true" | "false" | "yes" | "no" | "on" | "off");
    if starts && text.chars().all(plain) && !word {
        return text.to_owned();
    }
    if text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')) {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                    quoted.push_str(&format!("\\u{:04x}", u32::from(c)));
                }
                c => quoted.push(c),
            }
        }
        quoted.push('"');
        return quoted;
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A reason in double quotes; it holds none itself.
pub(super) fn reason(text: &str) -> String {
    format!("\"{}\"", text.replace(['"', '\\'], "'"))
}

/// The key of a table.
pub(super) fn table(name: &TableName) -> String {
    let pattern = TablePattern { schema: Pattern::literal(&name.schema), name: Pattern::literal(&name.name) };
    scalar(&pattern.to_string())
}

/// The key of a column.
pub(super) fn column(name: &str) -> String {
    // A name that begins with a quote would be read as a quoted one.
    let pattern = Pattern::literal(name).to_string();
    scalar(&pattern)
}

/// One end of a reference.
pub(super) fn end(name: &ColumnName) -> String {
    let part = |part: &str| {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        if part.chars().all(plain) { part.to_owned() } else { format!("\"{}\"", part.replace('"', "\"\"")) }
    };
    let (schema, table, column) = (&name.table.schema, &name.table.name, &name.column);
    let schema = if schema == crate::schema::DEFAULT_SCHEMA { String::new() } else { format!("{}.", part(schema)) };
    scalar(&format!("{schema}{}.{}", part(table), part(column)))
}

/// Words for a comment: on one line, and short.
pub(super) fn comment(text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    one_line.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::KeyColumns;

    const ODD: &[&str] = &[
        "email",
        "größe",
        "two words",
        "a.b",
        "a*b",
        "a\"b",
        "\"quoted\"",
        "it's",
        "null",
        "Yes",
        "a: b",
        "a #b",
        "- a",
        "&a",
        "{a}",
        "[a]",
        "line\nbreak",
        "tab\there",
        "列",
        "1st",
        "",
        " a",
        "a ",
        "\u{feff}a",
        "a\\b",
        "%x",
        "@x",
        "`x`",
        "?",
        "a, b",
        "!tag",
        "|",
        ">",
        "~",
        "🙂",
    ];

    #[test]
    fn names_are_read_as_they_were_written() {
        for name in ODD.iter().filter(|name| !name.is_empty()) {
            let at = TableName::new("public", *name).column(*name);
            for key in [column(name), table(&at.table), table(&TableName::new(*name, *name))] {
                let text =
                    format!("version: 1\ntables:\n  {}:\n    columns:\n      {}: redact\n", table(&at.table), key);
                let node = crate::node::parse(&text);
                assert!(node.is_ok(), "{text}\n{node:?}");
            }
            let text = format!(
                "version: 1\nreferences:\n  - {{ from: {}, to: {} }}\ntables:\n  {}:\n    columns:\n      {}: redact\n",
                end(&at),
                end(&TableName::new("s.x", *name).column(*name)),
                table(&at.table),
                column(name)
            );
            let rules =
                crate::rules::read("odd.yaml", &text).unwrap_or_else(|found| panic!("{name}: {found:?}\n{text}"));
            assert!(rules.tables[0].pattern.matches(&at.table), "{name}");
            assert!(rules.tables[0].columns[0].column.value.matches(name), "{name}");
            assert!(rules.tables[0].columns[0].column.value.is_literal(), "{name}");
            assert_eq!(
                rules.references[0].from.value,
                KeyColumns { table: at.table, columns: vec![(*name).to_owned()] }
            );
        }
    }
}
