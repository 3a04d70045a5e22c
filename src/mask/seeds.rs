//! Seeds: the keyed PRF of many rows' subjects, made together. One value after another, the processor waits for each block
//! of the cipher; side by side it works on several at a time. What a subject is, and what is drawn from its seed, is left
//! to the masks.

use super::Input;
use super::map::push_canonical;
use crate::key::{DomainKey, TAG};

/// Rows whose seeds are made together: enough to keep the cipher busy, few enough to stay in the nearest cache.
const GROUP: usize = 64;

/// Seeds of the rows of a batch, in groups.
pub(super) struct Seeds<'k> {
    key: &'k DomainKey,
    rows: usize,
    /// First row of the group that is there.
    first: usize,
    made: Vec<[u8; TAG]>,
    subjects: Vec<u8>,
    ends: Vec<usize>,
}

impl<'k> Seeds<'k> {
    /// For a batch of so many rows.
    pub(super) fn new(key: &'k DomainKey, rows: usize) -> Self {
        Self { key, rows, first: 0, made: Vec::new(), subjects: Vec::new(), ends: Vec::new() }
    }

    /// The PRF output for a row's subject. `subject` appends what a row, this one or another of the batch, is drawn from:
    /// the same for one row whenever it is asked; nothing for a row that has no value.
    pub(super) fn of(&mut self, row: usize, mut subject: impl FnMut(usize, &mut Vec<u8>)) -> [u8; TAG] {
        if row < self.first || row >= self.first + self.made.len() {
            self.first = row;
            self.subjects.clear();
            self.ends.clear();
            for row in row..self.rows.max(row + 1).min(row + GROUP) {
                subject(row, &mut self.subjects);
                self.ends.push(self.subjects.len());
            }
            // So that the last subject can be read like the others, in whole blocks.
            self.subjects.extend([0; TAG]);
            self.made.resize(self.ends.len(), [0; TAG]);
            self.key.prf_each(&self.subjects, &self.ends, &mut self.made);
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
}
