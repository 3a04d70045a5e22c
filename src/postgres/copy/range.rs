//! Ranges: bounds and flags, from the binary form and from the text literal.
//!
//! Source: `range_send`, `range_recv` and `range_out` in PostgreSQL's `rangetypes.c`, flags in `rangetypes.h`.

use std::borrow::Cow;

use super::array::quote;
use super::{Fields, Reason};

pub(super) const EMPTY: u8 = 0x01;
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INCLUSIVE: u8 = 0x04;
const LOWER_INFINITE: u8 = 0x08;
const UPPER_INFINITE: u8 = 0x10;

/// A range taken apart; a bound that is infinite (or of an empty range) is `None`.
pub(super) struct Parts<'a> {
    pub(super) flags: u8,
    pub(super) lower: Option<Cow<'a, [u8]>>,
    pub(super) upper: Option<Cow<'a, [u8]>>,
}

/// Takes the binary form apart.
pub(super) fn from_binary(bytes: &[u8]) -> Result<Parts<'_>, Reason> {
    let mut fields = Fields(bytes);
    let [flags] = fields.array()?;
    let mut bound = |infinite: u8| -> Result<Option<Cow<'_, [u8]>>, Reason> {
        if flags & (EMPTY | infinite) != 0 { Ok(None) } else { Ok(fields.cell()?.map(Cow::Borrowed)) }
    };
    let (lower, upper) = (bound(LOWER_INFINITE)?, bound(UPPER_INFINITE)?);
    fields.end()?;
    Ok(Parts { flags, lower, upper })
}

/// Takes a literal such as `[2024-01-01,2024-02-01)`, `(,5]` or `empty` apart.
pub(super) fn from_text(bytes: &[u8]) -> Result<Parts<'static>, Reason> {
    const NO_RANGE: Reason = "the text is no range";
    if bytes == b"empty" {
        return Ok(Parts { flags: EMPTY, lower: None, upper: None });
    }
    let mut flags = match bytes.first() {
        Some(b'[') => LOWER_INCLUSIVE,
        Some(b'(') => 0,
        _ => return Err(NO_RANGE),
    };
    let (lower, at) = bound(bytes, 1).ok_or(NO_RANGE)?;
    if bytes.get(at) != Some(&b',') {
        return Err(NO_RANGE);
    }
    let (upper, at) = bound(bytes, at + 1).ok_or(NO_RANGE)?;
    match bytes.get(at) {
        Some(b']') => flags |= UPPER_INCLUSIVE,
        Some(b')') => {}
        _ => return Err(NO_RANGE),
    }
    if at + 1 != bytes.len() {
        return Err(NO_RANGE);
    }
    if lower.is_none() {
        flags |= LOWER_INFINITE;
    }
    if upper.is_none() {
        flags |= UPPER_INFINITE;
    }
    Ok(Parts { flags, lower: lower.map(Cow::Owned), upper: upper.map(Cow::Owned) })
}

/// A bound from `at` up to `,`, `]` or `)`, quoted or not; nothing at all is infinite.
#[allow(clippy::type_complexity, reason = "a bound that may be infinite and a position")]
fn bound(bytes: &[u8], mut at: usize) -> Option<(Option<Vec<u8>>, usize)> {
    let mut out = Vec::new();
    let mut present = false;
    let mut quoted = false;
    loop {
        match *bytes.get(at)? {
            b'"' if quoted && bytes.get(at + 1) == Some(&b'"') => {
                out.push(b'"');
                at += 1;
            }
            b'"' => {
                quoted = !quoted;
                present = true;
            }
            b'\\' => {
                at += 1;
                out.push(*bytes.get(at)?);
                present = true;
            }
            b',' | b']' | b')' if !quoted => return Some((present.then_some(out), at)),
            c => {
                out.push(c);
                present = true;
            }
        }
        at += 1;
    }
}

/// Writes a literal.
pub(super) fn to_text(flags: u8, lower: Option<&[u8]>, upper: Option<&[u8]>, out: &mut Vec<u8>) {
    if flags & EMPTY != 0 {
        out.extend(b"empty");
        return;
    }
    out.push(if flags & LOWER_INCLUSIVE != 0 { b'[' } else { b'(' });
    if let Some(lower) = lower {
        quote(lower, out);
    }
    out.push(b',');
    if let Some(upper) = upper {
        quote(upper, out);
    }
    out.push(if flags & UPPER_INCLUSIVE != 0 { b']' } else { b')' });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_taken_apart_and_put_together() {
        for text in ["empty", r#"["a","b")"#, r#"(,"b"]"#, "(,)", r#"["a b",)"#] {
            let parts = from_text(text.as_bytes()).unwrap_or_else(|reason| panic!("{text}: {reason}"));
            let mut back = Vec::new();
            to_text(parts.flags, parts.lower.as_deref(), parts.upper.as_deref(), &mut back);
            assert_eq!(String::from_utf8(back).unwrap(), text);
        }
        assert_eq!(from_text(b"[2024-01-01,2024-02-01)").map(|parts| parts.flags), Ok(LOWER_INCLUSIVE));
        for text in ["", "[1,2", "1,2]", "[1]", "[1,2]3", "[1,2,3]"] {
            assert!(from_text(text.as_bytes()).is_err(), "{text}");
        }
    }
}
