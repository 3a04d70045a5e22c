//! How the demo shows things: two columns beside each other, aligned also where characters are wide.

use unicode_width::UnicodeWidthStr as _;

use crate::cli::columns::{cut, pad};
use crate::cli::output;
use crate::failure::Failure;

/// Widest cell; longer values are cut.
const WIDEST: usize = 44;

/// Prints a heading.
pub(super) fn heading(text: &str) -> Result<(), Failure> {
    output::result(format_args!("\n== {text}"))
}

/// Prints lines of three: what, production, staging.
pub(super) fn side_by_side(lines: &[[String; 3]]) -> Result<(), Failure> {
    let lines: Vec<[String; 3]> = lines.iter().map(|line| line.clone().map(|cell| cut(&cell, WIDEST))).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].width()).max().unwrap_or_default();
    let (first, second) = (width(0), width(1).max("production".len()));
    output::result(format_args!("  {}  {}  {}", pad("", first), pad("production", second), "staging"))?;
    for [what, production, staging] in &lines {
        output::result(format_args!("  {}  {}  {staging}", pad(what, first), pad(production, second)))?;
    }
    Ok(())
}
