//! Columns that no rule names: the run stops with lines to paste, or, where the file says `unlisted: mask`, they get a
//! safe mask by their type.

use super::columns;
use crate::class::{self, Class};
use crate::classify;
use crate::diagnostic::{Diagnostic, Span};
use crate::mask;
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

fn guess(table: &Table, column: &Column) -> Option<Class> {
    classify::guess(&table.name.name, &column.name, &column.ty).and_then(class::find)
}

fn takes(mask: &str, column: &Column) -> bool {
    mask::find(mask).is_some_and(|mask| mask.accepts.takes(&column.ty.kind))
}

fn suggestion(table: &Table, column: &Column) -> String {
    let sql = &column.ty.sql;
    let own = table.name.column(&column.name);
    match (guess(table, column), columns::safe(table, column, &own).map(|draft| draft.mask.name)) {
        (Some(class), _) if takes(class.mask, column) => format!("{{ class: {} }}", class.name),
        (Some(class), Some(mask)) => format!("{{ class: {}, mask: {mask} }} # {sql}", class.name),
        (_, Some(mask)) => format!("{mask:<16} # {sql}; or {{ keep: \"why it may stay\" }}"),
        (_, None) => format!("{{ keep: \"why it may stay\" }} # {sql}"),
    }
}

/// The safe masks of a type, the best first: nothing of the value is left, or, for numbers and times, not the value
/// itself. In a unique key, such as keep different values different. Not all of them can mask every column of the type.
pub(super) fn safe_masks(table: &Table, column: &Column) -> Vec<&'static str> {
    let kind = &column.ty.kind;
    if table.unique.iter().any(|unique| unique.columns.contains(&column.name)) {
        return match kind {
            Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Uuid => vec!["permute"],
            Kind::Text => vec!["pseudonym"],
            _ => Vec::new(),
        };
    }
    let class = guess(table, column).map(|class| class.mask);
    let by_type = match kind.scalar() {
        Kind::Text => "text",
        Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Numeric | Kind::Float4 | Kind::Float8 => "number_noise",
        Kind::Date => "date_shift",
        Kind::Timestamp | Kind::TimestampTz => "timestamp_shift",
        Kind::Uuid => "permute",
        Kind::Inet | Kind::Cidr => "ip",
        Kind::Enum => "choose",
        _ => "nullify",
    };
    class.into_iter().chain([by_type, "redact", "nullify"]).collect()
}
