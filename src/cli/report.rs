//! What a run reports: as a file, and for people.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, cause};
use crate::report::{Report, TableReport};

/// Writes `bauta-RUN.json`.
pub(super) fn write(folder: &Path, report: &Report) -> Result<(), Failure> {
    let path = folder.join(format!("bauta-{}.json", report.run));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&path, serde_json::to_string_pretty(report).unwrap_or_default()))
        .map_err(|error| {
            Failure::world(format!("staging is published, but {} cannot be written: {}", path.display(), cause(&error)))
        })
}

/// The report for people: per table rows, bytes and seconds, per column the mask.
pub(super) fn summary(report: &Report) -> String {
    let mut lines = Vec::new();
    let width = report.tables.iter().map(|table| table.table.len()).max().unwrap_or_default();
    for table in &report.tables {
        lines.push(format!(
            "{:width$}  {:>10} rows  {:>10}  {:>6.1} s  {}",
            table.table,
            table.rows,
            size(table.bytes),
            table.seconds,
            masks(table)
        ));
    }
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    let bytes: u64 = report.tables.iter().map(|table| table.bytes).sum();
    lines.push(format!("{:width$}  {rows:>10} rows  {:>10}  {:>6.1} s in all", "", size(bytes), report.seconds));
    lines.extend(report.checks.iter().map(|check| format!("checked: {check}")));
    lines.push(format!("published: {}", report.published));
    lines.join("\n")
}

/// `email: email, name: person_name, 4 kept`; the parameters stand in the JSON report.
fn masks(table: &TableReport) -> String {
    let (kept, masked): (Vec<_>, Vec<_>) = table.columns.iter().partition(|column| column.mask == "keep");
    let name = |mask: &str| mask.split(' ').next().unwrap_or_default().to_owned();
    let mut parts: Vec<String> =
        masked.iter().map(|column| format!("{}: {}", column.column, name(&column.mask))).collect();
    if !kept.is_empty() {
        parts.push(format!("{} kept", kept.len()));
    }
    if let Some(rows) = table.exempt {
        parts.push(format!("{rows} rows exempt"));
    }
    if parts.is_empty() { "structure only".to_owned() } else { parts.join(", ") }
}

/// Bytes with a unit, three digits.
fn size(bytes: u64) -> String {
    indicatif::BinaryBytes(bytes).to_string()
}
