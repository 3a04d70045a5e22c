//! Handles: what names look like in addresses and logins, and the tags that keep such outputs apart.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray};

use super::seeds::Seeds;
use super::{ColumnFacts, Params};
use crate::key::{DomainKey, TAG};

/// Appends a name as handles write it: ASCII letters and digits in lower case, other scripts romanised.
pub(super) fn push_handle(name: &str, out: &mut String) {
    let ascii = if name.is_ascii() { Cow::Borrowed(name) } else { Cow::Owned(deunicode::deunicode(name)) };
    let before = out.len();
    if ascii.bytes().all(|c| c.is_ascii_alphanumeric()) {
        out.push_str(&ascii);
    } else {
        out.extend(ascii.chars().filter(char::is_ascii_alphanumeric));
    }
    out[before..].make_ascii_lowercase();
    if out.len() == before {
        out.push('x');
    }
}

/// Characters of a tag.
pub(super) const TAG_CHARS: usize = 16;

/// Makes the tags of a column whose outputs have to be unique.
pub(super) struct Tags {
    key: DomainKey,
    /// Whether the column tells values apart by lower case (`citext`).
    folds: bool,
    /// Whether blanks at the end are padding (`char(n)`).
    trims: bool,
}

impl Tags {
    /// For a column, if its rule or a constraint asks that different inputs give different outputs.
    pub(super) fn new(params: &Params, facts: &ColumnFacts, key: &DomainKey) -> Option<Self> {
        let folds = facts.folds;
        (params.unique || facts.unique).then(|| Self { key: key.purpose("tag"), folds, trims: facts.ty.padded })
    }

    /// The tags of a batch of texts.
    pub(super) fn of<'a>(&'a self, values: &'a ArrayRef) -> TagsOf<'a> {
        TagsOf { tags: self, texts: values.as_string_view(), seeds: Seeds::new(&self.key, values.len()) }
    }
}

/// The tags of a batch.
pub(super) struct TagsOf<'a> {
    tags: &'a Tags,
    texts: &'a StringViewArray,
    seeds: Seeds<'a>,
}

impl TagsOf<'_> {
    /// The tag of a row's value in ASCII: 80 bits of the PRF. Among 10^9 values two tags are equal with a probability below
    /// 10^-6. `citext` is folded in ASCII only, so that values which the server tells apart under any locale stay apart.
    pub(super) fn tag(&mut self, row: usize) -> [u8; TAG_CHARS] {
        let (tags, texts) = (self.tags, self.texts);
        let seed = self.seeds.of(row, |row, out| {
            if texts.is_valid(row) {
                let value = texts.value(row);
                let before = out.len();
                out.extend_from_slice(if tags.trims { value.trim_end_matches(' ') } else { value }.as_bytes());
                if tags.folds {
                    out[before..].make_ascii_lowercase();
                }
            }
        });
        tag(&seed)
    }
}

/// The first 80 bits as [`push_base32`] writes them.
fn tag(seed: &[u8; TAG]) -> [u8; TAG_CHARS] {
    let [a, b, c, d, e, f, g, h, i, j, ..] = *seed;
    let (mut tag, (left, right)) = ([0; TAG_CHARS], (base32([a, b, c, d, e]), base32([f, g, h, i, j])));
    tag[..8].copy_from_slice(&left);
    tag[8..].copy_from_slice(&right);
    tag
}

/// Appends bytes as so many characters of base32 (RFC 4648, section 6) in lower case. A last group of less than five bits
/// is filled with zeros, and what is missing then is `a`.
pub(super) fn push_base32(mut bytes: &[u8], chars: usize, out: &mut String) {
    let mut written = 0;
    while written < chars {
        let mut sixteen = [0; 16];
        for eight in sixteen.as_chunks_mut().0 {
            // 40 bits are eight characters.
            *eight = match bytes.split_first_chunk() {
                Some((five, rest)) => {
                    bytes = rest;
                    base32(*five)
                }
                None => {
                    let mut five = [0; 5];
                    five[..bytes.len()].copy_from_slice(std::mem::take(&mut bytes));
                    base32(five)
                }
            };
        }
        let wanted = (chars - written).min(16);
        out.push_str(str::from_utf8(&sixteen[..wanted]).unwrap_or_default());
        written += wanted;
    }
}

/// Five bytes as eight characters, all eight at once.
fn base32([a, b, c, d, e]: [u8; 5]) -> [u8; 8] {
    const ONES: u64 = u64::MAX / 0xFF;
    // Two numbers of 20 bits, four of 10, eight of 5, each in an equal part of the word.
    let bits = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
    let bits = (bits & 0xFF_FFF0_0000) << 12 | bits & 0xF_FFFF;
    let bits = (bits & 0x000F_FC00_000F_FC00) << 6 | bits & 0x0000_03FF_0000_03FF;
    let bits = (bits & 0x03E0_03E0_03E0_03E0) << 3 | bits & 0x001F_001F_001F_001F;
    // From `a` on, but from 26 on digits from `2` on.
    let digits = (bits + ONES * (0x80 - 26)) >> 7 & ONES;
    let shift = u64::from(b'a' + 26 - b'2');
    (bits + ONES * u64::from(b'a') - digits * shift).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_lower_case_ascii_and_never_empty() {
        for name in ["Müller-Schwarzenberg", "O'Connell", "de Jong", "佐藤", "Светлана", "آل عنزي", "अमित", "---", "💥"]
        {
            let mut handle = String::new();
            push_handle(name, &mut handle);
            assert!(!handle.is_empty(), "{name}");
            assert!(handle.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase()), "{name}: {handle}");
        }
    }

    #[test]
    fn base32_is_rfc_4648s() {
        // `foobar` of the RFC's test vectors, and what follows it.
        let mut bytes = [0; 32];
        bytes[..6].copy_from_slice(b"foobar");
        let mut text = String::new();
        push_base32(&bytes, 10, &mut text);
        assert_eq!(text, "mzxw6ytboi");
        assert_eq!(&tag(bytes.first_chunk().unwrap()), b"mzxw6ytboiaaaaaa");
        push_base32(&[0xFF; 32], 53, &mut text);
        assert_eq!(&text[10..], format!("{}qa", "7".repeat(51)));
    }
}
