//! `digits`: the digits of a text become other digits, one to one. Preserves length, separators, letters and
//! uniqueness; destroys the number, its check digits included.

use arrow::array::ArrayRef;

use super::ff1;
use super::map::map_text;
use super::pattern::{self, Cipher, Look, check};
use super::rings::{digit, letter_or_digit};
use super::{Accepts, Built, Effect, Example, Gives, Input, Mask, MaskDef, MaskError, Promises, Uniqueness, small};
use crate::schema::Kind;

pub(super) static DIGITS: MaskDef = MaskDef {
    name: "digits",
    summary: "digits become other digits, one to one; everything else stays",
    effect: Effect::Pseudonymised,
    leaves: "which values are equal; the length, letters and separators",
    manual: "For numbers kept as text: national ids, accounts, policies. All digits of a value are permuted by key as one \
             number of that many digits, so different values stay different and one changed digit changes all; letters \
             and separators stay where and what they are (`pattern` masks letters too). Digits of other scripts count as \
             digits and stay in their script. A value that holds letters but no digit, such as a word typed into the \
             field, would pass through: its letters are masked as `pattern` does. Short values hide little: one digit has \
             ten places to go, and a column of at most three characters is refused without `small: true`. `ff1: true` \
             enciphers by FF1 (NIST SP 800-38G); a value of fewer than 6 digits, but some, stops the run then. Check \
             digits are not kept.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[ff1::PARAM, small::PARAM],
    promises: Promises {
        unique: Uniqueness::Yes,
        keeps_length: true,
        keeps_format: true,
        gives: |_, _| Gives { apart_when_folded: true, ..Gives::default() },
        stays: |_, _, value| match value.chars().filter(|c| c.is_numeric()).count() {
            0 => pattern::stays(value),
            digits => 0.1f64.powi(digits as i32),
        },
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "078-05-1120", output: "044-40-7016" },
        Example { kind: &Kind::Text, params: "", input: "078-05-1121", output: "501-25-3912" },
        Example { kind: &Kind::Text, params: "", input: "AB 123456 C", output: "AB 017936 C" },
        Example { kind: &Kind::Text, params: "", input: "n/a", output: "o/v" },
    ],
    check: |params, facts| check(params, facts, 10, "digits"),
    build: |params, _, key| Built::Mask(Box::new(Digits(Cipher::new(params, key, "digits")))),
};

struct Digits(Cipher);

impl Mask for Digits {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut look = Look::default();
        map_text(input.value, |_, value, out| {
            if !look.permute(&self.0, value, |c| Ok(digit(c)), out)? {
                out.clear();
                look.permute(&self.0, value, letter_or_digit, out)?;
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, mask_texts};

    #[test]
    fn everything_but_digits_stays() {
        let inputs = ["DE89 3704 0044 0532 0130 00", "٠١٢٣-۴۵۶", "+1 (555) 010-9999 ext. 7"].map(str::to_owned);
        for (input, output) in inputs.iter().zip(mask_texts(&DIGITS, "", &column(None, true), &inputs)) {
            assert_ne!(*input, output);
            for (a, b) in input.chars().zip(output.chars()) {
                assert!(a == b || digit(a).map(|(sort, _)| sort) == digit(b).map(|(sort, _)| sort), "{input} {output}");
            }
        }
    }

    #[test]
    fn words_do_not_pass_through() {
        let inputs = ["Anna", "--", "unknown"].map(str::to_owned);
        let outputs = mask_texts(&DIGITS, "", &column(None, true), &inputs);
        assert!(outputs[0] != inputs[0] && outputs[2] != inputs[2], "{outputs:?}");
        assert_eq!(outputs[1], "--");
    }

    #[test]
    fn more_digits_than_128_bits_are_one_number() {
        let mut inputs = vec!["1234567890".repeat(9)];
        for place in [0, 45, 89] {
            let mut other = inputs[0].clone();
            other.replace_range(place..=place, "0");
            inputs.push(other);
        }
        inputs.retain(|input| input.len() == 90);
        let outputs = mask_texts(&DIGITS, "", &column(None, true), &inputs);
        for other in &outputs[1..3] {
            let equal = outputs[0].bytes().zip(other.bytes()).filter(|(a, b)| a == b).count();
            // One in ten by chance: 9, with a standard deviation below 3.
            assert!(equal < 28, "{equal}");
        }
    }
}
