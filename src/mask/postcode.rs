//! `postcode`: other digits and letters in the same places. Preserves length, separators, which places hold digits and
//! letters, and capitals; destroys the area, wherever the code says it.

use arrow::array::ArrayRef;

use super::draw::{Draw, draw_from};
use super::map::map_text;
use super::script::{digit_value, with_digit};
use super::seeds::Seeds;
use super::style::same;
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, PerUse, Promises};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static POSTCODE: MaskDef = MaskDef {
    name: "postcode",
    summary: "other digits and letters in the same places",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the length and where letters and digits stand",
    manual: "Every digit becomes a digit and every letter an ASCII letter of the same case, drawn by key; separators and \
             length stay, so the code keeps its country's look. The same value gives the same code, never its own. \
             Areas are not kept: neighbours are strangers afterwards, the code need not exist, and it does not belong \
             to the row's town. With `per: id` all codes of one look of a subject are one.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[],
    promises: Promises {
        equal: Equal::Never,
        keeps_length: true,
        keeps_format: true,
        per: PerUse::Option,
        ..Promises::NONE
    },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "12209", output: "23186" },
        Example { kind: &Kind::Text, params: "", input: "WA1 1DP", output: "RI1 1OD" },
    ],
    check: |_, _| Vec::new(),
    build: |_, _, key| Built::Mask(Box::new(Postcode(key.purpose("postcode")))),
};

struct Postcode(DomainKey);

impl Mask for Postcode {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let mut seeds = Seeds::new(&self.0, input.value.len());
        map_text(input.value, |row, value, out| {
            let seed = seeds.of_text(row, input);
            let blank = !value.contains(char::is_alphanumeric);
            draw_from(seed, |draw| {
                out.clear();
                out.extend(value.chars().map(|c| if blank { with_digit('0', digit(draw)) } else { other(draw, c) }));
                (!same(value, out)).then_some(())
            })
        })
    }
}

/// A character of the same sort.
fn other(draw: &mut Draw, c: char) -> char {
    // An index below 26 is a letter.
    let mut letter = |first: u8| char::from(first + draw.below(26) as u8);
    if digit_value(c).is_some() {
        with_digit(c, digit(draw))
    } else if c.is_lowercase() {
        letter(b'a')
    } else if c.is_alphanumeric() {
        letter(b'A')
    } else {
        c
    }
}

fn digit(draw: &mut Draw) -> u32 {
    // A digit fits.
    draw.below(10) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, mask_texts};

    #[test]
    fn the_look_stays() {
        let inputs = ["SW1A 1AA", "12209", "S-958 22", "05023-000", "k1a 0b1", "〒100-0001", "٣٤٥٦٧", "--", "7"];
        let inputs = inputs.map(str::to_owned);
        for (input, output) in inputs.iter().zip(mask_texts(&POSTCODE, "", &column(None, false), &inputs)) {
            assert_eq!(input.chars().count(), output.chars().count(), "{output}");
            for (a, b) in input.chars().zip(output.chars()) {
                let sort = |c: char| (c.is_numeric(), c.is_uppercase(), c.is_lowercase());
                assert!(input == "--" || sort(a) == sort(b), "{input} {output}");
            }
        }
    }
}
