//! Texts in columns: as wide as a terminal shows them.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// A text filled up with blanks to so many columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// One line of at most so many columns; control characters are shown as `·`.
pub(super) fn cut(text: &str, widest: usize) -> String {
    let mut out = String::new();
    let mut width = 0;
    for c in text.chars() {
        let c = if c.is_control() { '·' } else { c };
        width += c.width().unwrap_or(0);
        if width >= widest {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}
