//! Seeds: the keyed PRF of many rows' subjects, made together. One value after another, the processor waits for each block
//! of the cipher; side by side it works on several at a time. What is drawn from a seed is left to the masks.

use std::ops::Range;

use arrow::array::{Array, ArrayRef, AsArray};

use super::Input;
use super::map::push_canonical;
use super::style::{is_trimmed, trimmed};
use crate::blocks::put_text;
use crate::key::{DomainKey, TAG};

/// Rows whose seeds are made together: enough to keep the cipher busy, few enough to stay in the nearest cache.
pub(super) const GROUP: usize = 128;

/// Seeds of the rows of a batch, in groups.
pub(super) struct Seeds<'k> {
    key: &'k DomainKey,
    rows: usize,
    /// First row of the group that is there.
    first: usize,
    made: Vec<[u8; TAG]>,
    subjects: Vec<u8>,
    ends: Vec<usize>,
    /// Whether subjects are the texts themselves, all in ASCII and in lower case.
    plain: bool,
}

/// Bytes behind the subjects: that the last ones can be read like the others, in blocks.
pub(super) const BEHIND: usize = 48;

impl<'k> Seeds<'k> {
    /// For a batch of so many rows.
    pub(super) fn new(key: &'k DomainKey, rows: usize) -> Self {
        Self { key, rows, first: 0, made: Vec::new(), subjects: Vec::new(), ends: Vec::new(), plain: false }
    }

    /// The PRF output for a row's subject. `subject` appends what a row, this one or another of the batch, is drawn from:
    /// the same for one row whenever it is asked; nothing for a row that has no value.
    pub(super) fn of(&mut self, row: usize, mut subject: impl FnMut(usize, &mut Vec<u8>)) -> [u8; TAG] {
        if !self.is_there(row) {
            self.gather(row, &mut subject);
            self.make();
        }
        self.made[row - self.first]
    }

    /// The same where the subject is what `per:` names, in canonical bytes, or, where that is NULL, the value itself.
    pub(super) fn of_input(&mut self, row: usize, input: Input<'_>) -> [u8; TAG] {
        self.of(row, |row, out| {
            if !input.per.is_some_and(|per| push_canonical(per, row, out)) {
                push_canonical(input.value, row, out);
            }
        })
    }

    /// The same where values are texts, and a subject that is a text is one whatever its letters' case and the blanks
    /// around it.
    pub(super) fn of_text(&mut self, row: usize, input: Input<'_>) -> [u8; TAG] {
        if !self.is_there(row) {
            let texts = input.value.as_string_view();
            self.plain = false;
            if input.per.is_none() {
                self.gather(row, &mut |row, out| {
                    if texts.is_valid(row) {
                        let before = out.len();
                        put_text(out, texts, row);
                        if !is_trimmed(&out[before..]) {
                            out.truncate(before);
                            out.extend_from_slice(texts.value(row).trim().as_bytes());
                        }
                    }
                });
                // All together: that is cheaper than one by one.
                self.plain = self.subjects.is_ascii();
                self.subjects.make_ascii_lowercase();
            }
            if !self.plain {
                self.gather(row, &mut |row, out| {
                    if texts.is_valid(row) {
                        push_text(input.per, row, texts.value(row), out);
                    }
                });
            }
            self.make();
        }
        self.made[row - self.first]
    }

    /// A row's text as [`Seeds::of_text`] has just folded it, a part of a buffer that goes on behind it: without the blanks
    /// around it, in lower case. `None` where another column's text decides, or one of these rows' is not in ASCII.
    pub(super) fn folded(&self, row: usize) -> Option<(&[u8], Range<usize>)> {
        let place = row.checked_sub(self.first).filter(|_| self.plain)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        Some((&self.subjects, start..self.ends[place]))
    }

    fn is_there(&self, row: usize) -> bool {
        (self.first..self.first + self.made.len()).contains(&row)
    }

    /// Puts the subjects of a group side by side.
    fn gather(&mut self, row: usize, subject: &mut impl FnMut(usize, &mut Vec<u8>)) {
        self.first = row;
        self.subjects.clear();
        self.ends.clear();
        for row in row..self.rows.max(row + 1).min(row + GROUP) {
            subject(row, &mut self.subjects);
            self.ends.push(self.subjects.len());
        }
    }

    fn make(&mut self) {
        self.subjects.extend_from_slice(&[0; BEHIND]);
        self.made.resize(self.ends.len(), [0; TAG]);
        self.key.prf_each(&self.subjects, &self.ends, &mut self.made);
    }
}

/// Appends what a text is drawn from: its row's `per:` in canonical bytes, or the text itself where there is none. Blanks
/// around a text and the case of its letters do not count.
fn push_text(per: Option<&ArrayRef>, row: usize, value: &str, out: &mut Vec<u8>) {
    let text = match per.map(|per| (per, per.as_string_view_opt())) {
        Some((per, Some(texts))) if per.is_valid(row) => texts.value(row),
        Some((per, None)) if push_canonical(per, row, out) => return,
        _ => value,
    };
    if text.is_ascii() {
        let before = out.len();
        out.extend_from_slice(trimmed(text).as_bytes());
        out[before..].make_ascii_lowercase();
        return;
    }
    let mut buffer = [0; 4];
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RootKey;

    #[test]
    fn seeds_are_those_of_each_subject_alone() {
        let key = RootKey::new([1; 32]).domain("d");
        let subjects: Vec<Vec<u8>> = (0..200).map(|row| vec![row as u8; row * 7 % 75]).collect();
        let mut seeds = Seeds::new(&key, subjects.len());
        for row in (0..200).chain([0, 199, 64, 63, 65]) {
            let seed = seeds.of(row, |row, out| out.extend_from_slice(&subjects[row]));
            assert_eq!(seed, key.prf(&[&subjects[row]]), "{row}");
        }
    }

    #[test]
    fn a_text_is_folded_and_integers_of_any_width_are_one() {
        let mut subject = Vec::new();
        push_text(None, 0, "  ÄNNA ", &mut subject);
        assert_eq!(subject, "änna".as_bytes());
        let small: ArrayRef = std::sync::Arc::new(arrow::array::Int16Array::from(vec![Some(7), None]));
        let large: ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from(vec![7]));
        subject.clear();
        push_text(Some(&small), 0, "x", &mut subject);
        let seven = subject.clone();
        subject.clear();
        push_text(Some(&large), 0, "y", &mut subject);
        assert_eq!(subject, seven);
        subject.clear();
        push_text(Some(&small), 1, "x", &mut subject);
        assert_eq!(subject, b"x");
    }

    #[test]
    fn texts_together_are_drawn_from_as_each_alone() {
        let key = RootKey::new([1; 32]).domain("d");
        let plain: Vec<Option<String>> = (0..150).map(|row| (row % 7 > 0).then(|| format!(" Row {row}\t"))).collect();
        let mut mixed = plain.clone();
        mixed[100] = Some(" ÄNNA K".to_owned());
        for texts in [plain, mixed] {
            let value: ArrayRef = std::sync::Arc::new(arrow::array::StringViewArray::from(texts.clone()));
            let mut seeds = Seeds::new(&key, texts.len());
            for (row, text) in texts.iter().enumerate() {
                let folded = text.as_deref().unwrap_or_default().trim().to_lowercase();
                assert_eq!(
                    seeds.of_text(row, Input { value: &value, per: None }),
                    key.prf(&[folded.as_bytes()]),
                    "{row}"
                );
            }
        }
    }
}
