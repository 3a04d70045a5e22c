//! A few rows in PostgreSQL's text form through the masks of a table: what `preview` and `masks --try` show.

use crate::batch::{Batch, Encoding, Want};
use crate::failure::Failure;
use crate::key::RootKey;
use crate::mask::{self, CellError, MaskedBatch, TableMask};
use crate::plan::{ColumnPlan, TablePlan};
use crate::postgres::copy::Encoder;

/// A row's cells as PostgreSQL prints them; `None` for NULL.
pub(super) type Row = Vec<Option<String>>;

/// The same table, read as text whatever its types, so that every cell has a printed form.
pub(super) fn as_text(table: &TablePlan) -> TablePlan {
    let mut table = table.clone();
    table.columns.iter_mut().for_each(|column| column.facts.ty.binary = false);
    table
}

/// In which forms the columns have to arrive.
pub(super) fn wants(table: &TablePlan, key: &RootKey, originals: bool) -> Vec<Want> {
    let wants = table.build(key).wants(true);
    let both = |want| match want {
        Want::Open if originals => Want::Both,
        Want::Nothing if originals => Want::Sealed,
        want => want,
    };
    wants.into_iter().map(both).collect()
}

/// The masked rows of a batch.
///
/// # Errors
/// A value that its mask cannot take (exit 5): which row and why, never the value.
pub(super) fn masked(table: &TablePlan, key: &RootKey, batch: Batch) -> Result<Vec<Row>, Failure> {
    rows(table, table.build(key), batch)
}

/// The rows as they came.
///
/// # Errors
/// As [`masked`].
pub(super) fn originals(table: &TablePlan, key: &RootKey, batch: Batch) -> Result<Vec<Row>, Failure> {
    let Some(keep) = mask::find("keep") else { unreachable!("`keep` is a mask") };
    let mut kept = table.clone();
    for column in &mut kept.columns {
        *column = ColumnPlan { mask: keep, params: Default::default(), per: None, switch: None, ..column.clone() };
    }
    rows(&kept, kept.build(key), batch)
}

fn rows(table: &TablePlan, masks: TableMask, batch: Batch) -> Result<Vec<Row>, Failure> {
    let first = batch.first_row;
    let failed = |error: CellError| {
        let column = &table.columns[error.column];
        let row = first + error.row as u64;
        let (name, mask) = (&column.facts.column, column.mask.name);
        Failure::data(format!("{name}, row {row}: `{mask}` cannot mask it: {}", error.reason))
    };
    let masked: MaskedBatch = masks.unit().apply(batch, &mut ()).map_err(failed)?;
    let kinds = table.columns.iter().map(|column| column.facts.ty.kind.clone()).collect();
    let mut bytes = Vec::new();
    Encoder::new(kinds, Encoding::Text).encode(&masked, &mut bytes).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::data("a value is no UTF-8"))?;
    Ok(text.lines().map(|line| line.split('\t').map(cell).collect()).collect())
}

/// A cell of COPY's text format, its escapes undone.
fn cell(text: &str) -> Option<String> {
    if text == "\\N" {
        return None;
    }
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
            _ => out.push(c),
        }
    }
    Some(out)
}

/// A cell as COPY's text format writes it.
pub(super) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        for text in ["a\tb\\n\nc", "", "\\N", "\\"] {
            assert_eq!(cell(&escaped(text)).as_deref(), Some(text));
        }
        assert_eq!(cell("\\N"), None);
    }
}
