//! Columns that no rule names: the run stops with lines to paste, or, where the file says `unlisted: mask`, they get a
//! safe mask by their type.

use crate::class;
use crate::classify;
use crate::diagnostic::{Diagnostic, Span};
use crate::schema::{Column, Kind, Table};

/// One finding per table, with lines to paste.
pub(super) fn diagnostic(table: &Table, columns: &[&Column], span: Option<Span>) -> Diagnostic {
    let names: Vec<String> = columns.iter().map(|column| format!("`{}`", column.name)).collect();
    let (subject, verb) = if columns.len() == 1 { ("column", "has") } else { ("columns", "have") };
    let message = format!("{}: the {subject} {} {verb} no rule", table.name, names.join(", "));
    let found = match span {
        Some(span) => Diagnostic::error(span, message).label("in this table"),
        None => Diagnostic::error_without_place(message),
    };
    let width = columns.iter().map(|column| key(&column.name).len()).max().unwrap_or_default() + 1;
    let mut lines = format!("under `tables: {}: columns:` paste and review:", key(&table.name.to_string()));
    for column in columns {
        let name = format!("{}:", key(&column.name));
        lines.push_str(&format!("\n      {name:width$} {}", suggestion(table, column)));
    }
    found.help(lines)
}

/// A key as YAML wants it.
fn key(name: &str) -> String {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
    if plain && !name.is_empty() { name.to_owned() } else { format!("'{}'", name.replace('\'', "''")) }
}

fn suggestion(table: &Table, column: &Column) -> String {
    let sql = &column.ty.sql;
    match (classify::guess(&column.name, &column.ty), safe_mask(table, column)) {
        (Some(class), _) => format!("{{ class: {class} }}"),
        (None, Some(mask)) => format!("{mask:<16} # {sql}; or {{ keep: \"why it may stay\" }}"),
        (None, None) => format!("{{ keep: \"why it may stay\" }} # {sql}, in a unique key"),
    }
}

/// The safe mask of a type: nothing of the value is left, or, for numbers and times, not the value itself. In a unique
/// key, one that keeps different values different. `None` where there is none.
pub(super) fn safe_mask(table: &Table, column: &Column) -> Option<&'static str> {
    let kind = &column.ty.kind;
    if table.unique.iter().any(|unique| unique.columns.contains(&column.name)) {
        return match kind {
            Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Uuid => Some("permute"),
            Kind::Text => Some("pseudonym"),
            _ => None,
        };
    }
    if let Some(class) = classify::guess(&column.name, &column.ty).and_then(class::find) {
        return Some(class.mask);
    }
    Some(match kind {
        Kind::Text => "text",
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Numeric | Kind::Float4 | Kind::Float8 => "number_noise",
        Kind::Date => "date_shift",
        Kind::Timestamp | Kind::TimestampTz => "timestamp_shift",
        Kind::Uuid => "permute",
        Kind::Inet | Kind::Cidr => "ip",
        Kind::Enum => "choose",
        _ if column.not_null => "redact",
        _ => "nullify",
    })
}
