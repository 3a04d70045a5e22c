//! `pattern`: letters become letters, digits digits, one to one. Preserves length, look, case, script and uniqueness;
//! destroys what the text says, check digits included.

use arrow::array::ArrayRef;

use super::map::{Reason, map_text};
use super::places::{Place, permute};
use super::rings::{Sort, letter_or_digit};
use super::{Accepts, Built, Example, Gives, Input, Mask, MaskDef, MaskError, Promises, Uniqueness};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static PATTERN: MaskDef = MaskDef {
    name: "pattern",
    summary: "letters become letters and digits digits, one to one; everything else stays",
    manual: "For codes whose look matters: plates, article numbers, references. Every letter becomes a letter of the \
             same script and case, every decimal digit a digit of the same script; separators, spaces and symbols stay. \
             All letters and digits of a value are permuted together by key, so different values stay different, also \
             where case does not count, and one changed character changes all. Short values hide little: a single letter \
             has 26 places to go. Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic, Devanagari, Thai, Japanese, \
             Chinese and Korean letters are known; a value with a letter of another script is an error. A value without \
             letters and digits stays as it is. Check digits are not kept.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[],
    promises: Promises {
        unique: Uniqueness::Yes,
        keeps_length: true,
        keeps_format: true,
        gives: |_, _| Gives { apart_when_folded: true, ..Gives::default() },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "B-MW 4711", output: "T-OH 8627" },
        Example { kind: &Kind::Text, params: "", input: "B-MW 4712", output: "P-CO 4091" },
        Example { kind: &Kind::Text, params: "", input: "Żółć/7b", output: "Żêłė/5k" },
    ],
    check: |_, _| Vec::new(),
    build: |_, _, key| Built::Mask(Box::new(Pattern(key.purpose("pattern")))),
};

struct Pattern(DomainKey);

impl Mask for Pattern {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut look = Look::default();
        map_text(input.value, |_, value, out| look.permute(&self.0, value, letter_or_digit, out).map(|_| ()))
    }
}

/// What a text looks like, taken apart: buffers for the loops of this mask and of `digits`.
#[derive(Default)]
pub(super) struct Look {
    places: Vec<Place>,
    sorts: Vec<(Option<Sort>, char)>,
}

impl Look {
    /// Permutes those characters of a text that have a sort; the others stay. Returns whether there were any.
    ///
    /// # Errors
    /// A character that `sort` refuses.
    pub(super) fn permute(
        &mut self,
        key: &DomainKey,
        text: &str,
        sort: impl Fn(char) -> Result<Option<(Sort, u32)>, Reason>,
        out: &mut String,
    ) -> Result<bool, Reason> {
        self.places.clear();
        self.sorts.clear();
        for c in text.chars() {
            let found = sort(c)?;
            self.sorts.push((found.map(|(sort, _)| sort), c));
            self.places.extend(found.map(|(sort, digit)| Place { digit, radix: sort.len() }));
        }
        permute(key, &mut self.places);
        let mut places = self.places.iter();
        out.extend(self.sorts.iter().map(|(sort, c)| match sort {
            Some(sort) => places.next().map_or(*c, |place| sort.char(place.digit)),
            None => *c,
        }));
        Ok(!self.places.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::mask::tried::{column, mask_texts};

    #[test]
    fn values_that_differ_by_case_only_become_such_values() {
        let inputs = ["Straße 7Ω Жук", "sTRAßE 7ω жУК"].map(str::to_owned);
        let outputs = mask_texts(&PATTERN, "", &column(None, true), &inputs);
        assert_eq!(outputs[0].to_lowercase(), outputs[1].to_lowercase());
        assert_ne!(outputs[0], inputs[0]);
    }

    #[test]
    fn short_values_are_permuted() {
        let letters: Vec<String> = ('a'..='z').map(String::from).collect();
        let outputs = mask_texts(&PATTERN, "", &column(Some(1), true), &letters);
        assert_eq!(outputs.into_iter().collect::<BTreeSet<_>>(), letters.into_iter().collect());
    }

    #[test]
    fn long_values_are_permuted_as_a_whole() {
        let long = "abcdefghij 0123456789 ".repeat(20);
        let mut other = long.clone();
        other.replace_range(0..1, "b");
        let outputs = mask_texts(&PATTERN, "", &column(None, true), &[long.clone(), other]);
        let equal = outputs[0].chars().zip(outputs[1].chars()).filter(|(a, b)| a != &' ' && a == b).count();
        // Of 400 places those of letters agree by chance with 1/26, those of digits with 1/10: 28 expected.
        assert!(equal < 60, "{equal}");
    }
}
