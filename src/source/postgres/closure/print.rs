//! Keys as 128 bits: a single whole number as it is, everything else by a keyed tag.

use crate::batch::Encoding;
use crate::key::{DomainKey, RootKey};
use crate::plan::subset::Form;

use super::Reason;

/// A key of a row, or what it refers to by.
pub(super) type Print = u128;

/// A key with a NULL in it: refers to nothing, and nothing refers to it.
pub(super) const NOTHING: Print = Print::MAX;

/// Set in prints that are whole numbers.
const NUMBER: Print = 1 << 64;

/// Makes prints.
#[derive(Clone)]
pub(crate) struct Printer {
    key: DomainKey,
    parts: Vec<u8>,
}

impl Printer {
    pub(super) fn new(key: &RootKey) -> Self {
        Self { key: key.domain("bauta/1 subset keys"), parts: Vec::new() }
    }

    /// The print of a key whose columns have these forms and cells (`None` for NULL).
    pub(super) fn print<'a>(
        &mut self,
        forms: &[Form],
        cells: impl Iterator<Item = Option<&'a [u8]>>,
        encoding: Encoding,
    ) -> Result<Print, Reason> {
        self.parts.clear();
        for (form, cell) in forms.iter().zip(cells) {
            let Some(cell) = cell else { return Ok(NOTHING) };
            if *form == Form::Int {
                let number = number(cell, encoding)?;
                if forms.len() == 1 {
                    return Ok(NUMBER | Print::from(number.cast_unsigned()));
                }
                self.parts.extend_from_slice(&number.to_be_bytes());
            } else {
                self.parts.extend_from_slice(&(cell.len() as u64).to_be_bytes());
                self.parts.extend_from_slice(cell);
            }
        }
        // All ones stands for NULL; that a tag is just that is as likely as that two are equal.
        Ok(Print::from_be_bytes(self.key.prf(&[&self.parts])) & !1)
    }
}

fn number(cell: &[u8], encoding: Encoding) -> Result<i64, Reason> {
    const WRONG: Reason = "a whole number is none";
    match encoding {
        Encoding::Binary => cell.try_into().map(i64::from_be_bytes).map_err(|_| WRONG),
        Encoding::Text => std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok()).ok_or(WRONG),
    }
}

/// Draws a share of rows by their primary key: the same rows every time under one key, more of them for a larger share.
pub(super) struct Draw {
    key: DomainKey,
    parts: Vec<u8>,
    /// Rows whose tag is below it are drawn.
    below: u128,
}

impl Draw {
    /// `millionths` of the rows.
    pub(super) fn new(key: &RootKey, domain: &str, millionths: u32) -> Self {
        // A tag of 64 bits times a million is far below 2^128.
        Self { key: key.domain(domain), parts: Vec::new(), below: u128::from(millionths) << 64 }
    }

    /// Whether a row with this primary key is drawn.
    pub(super) fn draws<'a>(&mut self, cells: impl Iterator<Item = Option<&'a [u8]>>) -> bool {
        self.parts.clear();
        for cell in cells {
            let cell = cell.unwrap_or_default();
            self.parts.extend_from_slice(&(cell.len() as u64).to_be_bytes());
            self.parts.extend_from_slice(cell);
        }
        let tag = u128::from_be_bytes(self.key.prf(&[&self.parts])) >> 64;
        tag * 1_000_000 < self.below
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> RootKey {
        RootKey::new([7; 32])
    }

    #[test]
    fn equal_keys_have_equal_prints_in_both_encodings_and_others_have_not() {
        let mut printer = Printer::new(&key());
        let mut print = |forms: &[Form], cells: &[Option<&[u8]>], encoding| {
            printer.print(forms, cells.iter().copied(), encoding).unwrap()
        };
        let (int, text) = ([Form::Int], [Form::Text]);
        let number = 42_i64.to_be_bytes();
        let one = print(&int, &[Some(&number)], Encoding::Binary);
        assert_eq!(one, print(&int, &[Some(b"42")], Encoding::Text));
        assert_ne!(one, print(&int, &[Some(b"-42")], Encoding::Text));
        assert_eq!(print(&int, &[Some(b"-1")], Encoding::Text), NUMBER | u128::from(u64::MAX));
        assert_eq!(print(&text, &[None], Encoding::Text), NOTHING);
        assert_eq!(print(&[Form::Text, Form::Int], &[Some(b"a"), None], Encoding::Text), NOTHING);
        let pair = [Form::Text, Form::Text];
        let ab = print(&pair, &[Some(b"a"), Some(b"bc")], Encoding::Text);
        assert_eq!(ab, print(&pair, &[Some(b"a"), Some(b"bc")], Encoding::Binary));
        assert_ne!(ab, print(&pair, &[Some(b"ab"), Some(b"c")], Encoding::Text));
        assert!(printer.print(&int, [Some(&b"x"[..])].into_iter(), Encoding::Text).is_err());
    }

    #[test]
    fn a_share_is_about_that_many_and_part_of_a_larger_one() {
        let mut small = Draw::new(&key(), "d", 50_000);
        let mut large = Draw::new(&key(), "d", 100_000);
        let mut all = Draw::new(&key(), "d", 1_000_000);
        let mut other = Draw::new(&RootKey::new([8; 32]), "d", 50_000);
        let (mut drawn, mut both) = (0, 0);
        for number in 0..20_000_i64 {
            let cell = number.to_be_bytes();
            let one = |draw: &mut Draw| draw.draws([Some(&cell[..])].into_iter());
            assert!(one(&mut all));
            if one(&mut small) {
                drawn += 1;
                assert!(one(&mut large));
                both += i32::from(one(&mut other));
            }
        }
        // 1,000 expected with a standard deviation of 31; 50 and 7 for both keys.
        assert!((850..1150).contains(&drawn) && (10..100).contains(&both), "{drawn} {both}");
    }
}
