//! `pattern`: letters become letters, digits digits, one to one. Preserves length, look, case, script and uniqueness;
//! destroys what the text says, check digits included.

use arrow::array::ArrayRef;

use super::ff1::{self, Ff1};
use super::map::{Reason, map_text};
use super::places::{Place, permute};
use super::rings::{Sort, letter_or_digit};
use super::{
    Accepts, Built, ColumnFacts, Effect, Example, Gives, Input, Mask, MaskDef, MaskError, Params, Problem, Promises,
    Uniqueness, small,
};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static PATTERN: MaskDef = MaskDef {
    name: "pattern",
    summary: "letters become letters and digits digits, one to one; everything else stays",
    effect: Effect::Pseudonymised,
    leaves: "which values are equal; the length, separators, and where letters and digits stand",
    manual: "For codes whose look matters: plates, article numbers, references. Every letter becomes a letter of the \
             same script and case, every decimal digit a digit of the same script; separators, spaces and symbols stay. \
             All letters and digits of a value are permuted together by key, so different values stay different, also \
             where case does not count, and one changed character changes all. Short values hide little: a single letter \
             has 26 places to go, and a column of at most two characters is refused without `small: true`. With \
             `ff1: true` the letters and the digits of a value are enciphered by FF1 (NIST SP 800-38G), each by \
             themselves; a value with fewer than 5 letters or 6 digits, but some, stops the run. Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic, Devanagari, Thai, Japanese, \
             Chinese and Korean letters are known; a value with a letter of another script is an error. A value without \
             letters and digits stays as it is. Check digits are not kept.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[ff1::PARAM, small::PARAM],
    promises: Promises {
        unique: Uniqueness::Yes,
        keeps_length: true,
        keeps_format: true,
        gives: |_, _| Gives { apart_when_folded: true, ..Gives::default() },
        stays: |_, _, value| stays(value),
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "B-MW 4711", output: "T-OH 8627" },
        Example { kind: &Kind::Text, params: "", input: "B-MW 4712", output: "P-CO 4091" },
        Example { kind: &Kind::Text, params: "", input: "Żółć/7b", output: "Żêłė/5k" },
    ],
    check: |params, facts| check(params, facts, 26, "letters"),
    build: |params, _, key| Built::Mask(Box::new(Pattern(Cipher::new(params, key, "pattern")))),
};

/// The largest probability that a value stays: every letter and digit has ten places to go, or more.
pub(super) fn stays(value: &str) -> f64 {
    // As 10^-300 is as good as never.
    0.1f64.powi(value.chars().filter(|c| c.is_alphanumeric()).count().min(300) as i32)
}

/// Mistakes of a mask over so many characters a place: columns too short for FF1, or to hide in.
pub(super) fn check(params: &Params, facts: &ColumnFacts, alphabet: u32, what: &str) -> Vec<Problem> {
    let Some((max, size)) = facts.max_chars.zip(small::texts(alphabet, facts.max_chars)) else { return Vec::new() };
    if params.bool(ff1::PARAM.name) && size < ff1::LEAST {
        let message = format!("FF1 needs at least 1,000,000 values, and {max} {what} have {size}");
        return vec![Problem::param(ff1::PARAM.name, message)];
    }
    small::problem(params, &format!("{max} {what}"), size).into_iter().collect()
}

/// What permutes places: our own permutation, or FF1.
pub(super) enum Cipher {
    Own(Box<DomainKey>),
    Ff1(Box<Ff1>),
}

impl Cipher {
    /// As the rule says; `purpose` is the mask's.
    pub(super) fn new(params: &Params, key: &DomainKey, purpose: &str) -> Self {
        let key = key.purpose(purpose);
        if params.bool(ff1::PARAM.name) { Self::Ff1(Box::new(Ff1::new(&key))) } else { Self::Own(Box::new(key)) }
    }

    fn permute(&self, places: &mut [Place]) -> Result<(), Reason> {
        match self {
            Self::Own(key) => permute(key, places),
            Self::Ff1(ff1) => ff1.places(places)?,
        }
        Ok(())
    }
}

struct Pattern(Cipher);

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
    /// A character that `sort` refuses, or too few places for FF1.
    pub(super) fn permute(
        &mut self,
        cipher: &Cipher,
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
        cipher.permute(&mut self.places)?;
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
        let outputs = mask_texts(&PATTERN, "small: true", &column(Some(1), true), &letters);
        assert_eq!(outputs.into_iter().collect::<BTreeSet<_>>(), letters.into_iter().collect());
    }

    #[test]
    fn columns_too_short_are_found_when_planning() {
        let problems = |params: &str, max| {
            let params = crate::mask::tried::read_params(&PATTERN, params).unwrap();
            (PATTERN.check)(&params, &column(Some(max), true)).len()
        };
        assert_eq!([problems("", 2), problems("", 3), problems("small: true", 1)], [1, 0, 0]);
        assert_eq!([problems("ff1: true", 4), problems("ff1: true", 5)], [1, 0]);
    }

    #[test]
    fn ff1_keeps_the_look() {
        let inputs = ["WDB-1234567-ABC", "WDB-1234568-ABC", "??"].map(str::to_owned);
        let outputs = mask_texts(&PATTERN, "ff1: true", &column(None, true), &inputs);
        for (a, b) in inputs.iter().zip(&outputs) {
            assert!(
                a.chars()
                    .zip(b.chars())
                    .all(|(a, b)| letter_or_digit(a).map(|a| a.map(|a| a.0))
                        == letter_or_digit(b).map(|b| b.map(|b| b.0)))
            );
        }
        assert!(outputs[0] != inputs[0] && outputs[0] != outputs[1] && outputs[2] == "??", "{outputs:?}");
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
