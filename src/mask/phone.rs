//! `phone`: a number that reaches nobody. Preserves the country code, the length, separators and whether there is an
//! extension; destroys the number, its area and whether it was a mobile's.

use arrow::array::{Array as _, ArrayRef, AsArray as _};

use super::draw::{Draw, draw_from};
use super::line::Line;
use super::map::{map_lines, push_canonical};
use super::numbering::{COUNTRIES, Numbering, by_code, by_country, push_national, push_unknown};
use super::script::{digit_value, with_digit};
use super::seeds::{GROUP, Seeds};
use super::{
    Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, ParamDef, ParamKind, PerUse, Promises,
};
use crate::blocks::put_block;
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static PHONE: MaskDef = MaskDef {
    name: "phone",
    summary: "a number of the same shape that reaches nobody",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the country code, length and separators",
    manual: "Digits are replaced so that the number cannot ring anywhere; length, separators, a country code (`+49`, \
             `0049`) and the mark of an extension (`x12`) stay. The numbers come from the ranges that regulators set \
             aside for fiction: in Australia, France, Germany, Ireland, North America (555-01xx), Sweden and the United \
             Kingdom. Other international numbers go on with 000 after their country code. Numbers without a country \
             code are North American where they are written so, as in `(206) 555-9857`; otherwise they begin with 00999, \
             an unassigned country code, short ones with 00. `country` says which country they belong to. The same \
             number gives the same one, however it is written, and never its own. Letters become digits. Ranges are \
             small, so numbers repeat: where they have to be unique, use `digits` or `pseudonym`. With `per: id` all \
             numbers of one shape of a subject are one.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[ParamDef {
        name: "country",
        kind: ParamKind::Choice(COUNTRIES),
        default: None,
        required: false,
        summary: "country of numbers that do not name theirs; left out, it goes by how they are written",
    }],
    promises: Promises { equal: Equal::Never, keeps_length: true, per: PerUse::Option, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Text, params: "", input: "(206) 555-9857", output: "(313) 555-0194" },
        Example { kind: &Kind::Text, params: "", input: "+49 (0)30 1234567", output: "+49 (0)69 9000908" },
        Example { kind: &Kind::Text, params: "", input: "28303384290", output: "00999302807" },
        Example { kind: &Kind::Text, params: "", input: "030-0074321", output: "009-9941702" },
        Example { kind: &Kind::Text, params: "", input: "555-9857 x12", output: "555-0175 x72" },
    ],
    check: |_, _| Vec::new(),
    build: |params, _, key| {
        let home = match params.text("country") {
            None => Home::AsWritten,
            Some(country) => Home::Known(by_country(country)),
        };
        Built::Mask(Box::new(Phone { key: key.purpose("phone"), home }))
    },
};

struct Phone {
    key: DomainKey,
    home: Home,
}

/// Where numbers without a country code belong.
#[derive(Clone, Copy)]
enum Home {
    /// To North America if they are written so, else nobody knows.
    AsWritten,
    /// To this country, or one without ranges.
    Known(Option<&'static Numbering>),
}

impl Mask for Phone {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        let texts = input.value.as_string_view();
        let mut seeds = Seeds::new(&self.key, texts.len());
        let mut digits = Vec::new();
        let mut slots = Vec::new();
        // Values are read when their seeds are made, which are those of so many rows in a row.
        let mut plains = [const { None }; GROUP];
        map_lines(input.value, |row, value, out| {
            let seed = seeds.of(row, |row, out| {
                if texts.is_valid(row) {
                    let plain = Plain::of(texts.value(row));
                    if !input.per.is_some_and(|per| push_canonical(per, row, out)) {
                        push_subject(texts.value(row), plain.as_ref(), out);
                    }
                    plains[row % GROUP] = plain;
                }
            });
            let number = Number::read(value, plains[row % GROUP].take(), self.home, &mut slots);
            draw_from(seed, |draw| {
                digits.clear();
                number.draw(draw, &mut digits);
                // Digit by digit: nearly all differ in the first one that is drawn.
                if number.slots.iter().eq(&digits) {
                    return None;
                }
                number.write(draw, &digits, out);
                Some(())
            })
        })
    }
}

/// A value taken apart.
struct Number<'a> {
    value: &'a str,
    look: Look,
    /// The characters of its main part that become digits: the digit that each is, or [`NO_DIGIT`].
    slots: &'a [u8],
    /// How many slots stay: international prefix, country code, trunk digit.
    kept: usize,
    /// Whose numbers the others are filled with.
    filling: Filling,
}

/// A character that is no digit.
const NO_DIGIT: u8 = u8::MAX;

enum Filling {
    /// A national number.
    National(Option<&'static Numbering>),
    /// A number of whoever.
    Unknown,
}

impl<'a> Number<'a> {
    /// `slots` is room that is used again for every value.
    fn read(value: &'a str, plain: Option<Plain>, home: Home, slots: &'a mut Vec<u8>) -> Self {
        slots.clear();
        let look = if let Some(plain) = plain {
            slots.extend_from_slice(plain.digits());
            Look::PLAIN
        } else {
            let look = Look::at(value);
            let slot = |c: char| digit_value(c).map_or(NO_DIGIT, |digit| digit as u8);
            slots.extend(look.main(value).chars().filter(|c| look.is_slot(*c)).map(slot));
            look
        };
        let mut number = Self { value, look, slots, kept: 0, filling: Filling::Unknown };
        (number.kept, number.filling) = number.plan(home);
        if number.kept == number.slots.len() {
            (number.kept, number.filling) = (0, Filling::Unknown);
        }
        number
    }

    /// Which slots stay and what the others are filled with.
    fn plan(&self, home: Home) -> (usize, Filling) {
        let main = match self.value.as_bytes() {
            // As nearly all begin.
            [b'+' | b'(' | b'0'..=b'9', ..] if self.look.plain => self.value,
            _ => self.look.main(self.value).trim_start(),
        };
        // Those before the first letter.
        let digits = match self.look.plain {
            true => self.slots,
            false => self.slots.split(|slot| *slot == NO_DIGIT).next().unwrap_or_default(),
        };
        let prefix = match *digits {
            _ if main.starts_with(['+', '＋']) => Some(0),
            [0, 0, 1..=9, ..] if self.slots.len() >= 9 => Some(2),
            [0, 1, 1, 1..=9, ..] if main.starts_with("011 ") || main.starts_with("011-") => Some(3),
            _ => None,
        };
        if let Some(prefix) = prefix.filter(|prefix| digits.len() > *prefix) {
            let (code, numbering) = by_code(&digits[prefix..]);
            let kept = prefix + code;
            let trunk = self.slots.get(kept) == Some(&0) && self.is_in_brackets(kept);
            return (kept + usize::from(trunk), Filling::National(numbering));
        }
        let numbering = match home {
            Home::AsWritten => is_north_american(main, digits).then(|| by_country("us")).flatten(),
            Home::Known(numbering) => numbering,
        };
        match numbering {
            // Five digits and less are an extension or a service.
            Some(numbering) if self.slots.len() > 5 => {
                let trunk = digits.first() == Some(&numbering.trunk);
                (usize::from(trunk), Filling::National(Some(numbering)))
            }
            _ => (0, Filling::Unknown),
        }
    }

    /// Whether the slot at an index is a zero in brackets of its own: `(0)`.
    fn is_in_brackets(&self, index: usize) -> bool {
        let mut slots = self.look.main(self.value).char_indices().filter(|(_, c)| self.look.is_slot(*c));
        slots.nth(index).is_some_and(|(at, _)| {
            let (before, behind) = self.value.split_at(at);
            before.ends_with('(') && behind.starts_with("0)")
        })
    }

    /// Draws a digit for every slot.
    fn draw(&self, draw: &mut Draw, digits: &mut Vec<u8>) {
        // What stays is a digit.
        digits.extend_from_slice(&self.slots[..self.kept]);
        let free = self.slots.len() - self.kept;
        match self.filling {
            Filling::National(numbering) => push_national(draw, numbering, free, digits),
            Filling::Unknown => push_unknown(draw, free, digits),
        }
    }

    /// Writes the value with other digits, those of an extension drawn freely.
    fn write(&self, draw: &mut Draw, digits: &[u8], out: &mut Line<'_>) {
        if self.look.plain {
            let (mut written, mut at) = ([0; PLAIN], 0);
            for (place, byte) in written.iter_mut().zip(self.value.bytes()) {
                let digit = byte.is_ascii_digit();
                *place = if digit { b'0' + digits.get(at).copied().unwrap_or_default() } else { byte };
                at += usize::from(digit);
            }
            out.push_block(&written, self.value.len());
            return;
        }
        let mut digits = digits.iter();
        let mut next = || digits.next().copied().unwrap_or_default();
        for c in self.look.main(self.value).chars() {
            out.push(if self.look.is_slot(c) { with_digit(c, next().into()) } else { c });
        }
        if let Some((start, end)) = self.look.extension {
            out.push_str(&self.value[start..end]);
            // A digit fits.
            for c in self.value[end..].chars() {
                out.push(if c.is_alphanumeric() { with_digit(c, draw.below(10) as u32) } else { c });
            }
        }
    }
}

/// Appends a number however it is written: digits and letters of its main part, or whatever it has where it has none.
fn push_subject(value: &str, plain: Option<&Plain>, out: &mut Vec<u8>) {
    if let Some(plain) = plain {
        let mut digits = plain.digits;
        // All of them, which is cheaper than so many.
        digits.iter_mut().for_each(|digit| *digit = digit.wrapping_add(b'0'));
        put_block(out, &digits, plain.count);
        return;
    }
    let look = Look::at(value);
    let mut buffer = [0; 4];
    for c in look.main(value).chars().filter(|c| look.is_slot(*c)) {
        match digit_value(c) {
            // A digit fits.
            Some(digit) => out.push(b'0' + digit as u8),
            None => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        }
    }
}

/// What a value is at first sight.
#[derive(Clone, Copy)]
struct Look {
    /// Where the mark of an extension begins and where it ends, in bytes.
    extension: Option<(usize, usize)>,
    /// Whether its main part holds digits or letters.
    any: bool,
    /// Whether [`Plain`] reads it.
    plain: bool,
}

impl Look {
    const PLAIN: Self = Self { extension: None, any: true, plain: true };

    fn at(value: &str) -> Self {
        let look = Self { extension: extension(value), any: false, plain: false };
        Self { any: look.main(value).contains(char::is_alphanumeric), ..look }
    }

    /// What stands before an extension.
    fn main<'v>(&self, value: &'v str) -> &'v str {
        self.extension.map_or(value, |(start, _)| &value[..start])
    }

    /// Whether a character of the main part is to become a digit: digits and letters, or all where it has neither.
    fn is_slot(&self, c: char) -> bool {
        !self.any || c.is_alphanumeric() || digit_value(c).is_some()
    }
}

/// Longest value that [`Plain`] reads.
const PLAIN: usize = 40;

/// The digits of a short value of ASCII's digits and of marks between them, as nearly all are.
struct Plain {
    digits: [u8; PLAIN],
    count: usize,
}

impl Plain {
    /// `None` for any other value, and for one without a digit.
    fn of(value: &str) -> Option<Self> {
        if value.len() > PLAIN {
            return None;
        }
        let (mut digits, mut count, mut all) = ([0; PLAIN], 0, 0);
        for byte in value.bytes() {
            let digit = byte.wrapping_sub(b'0');
            // Written in any case, and overwritten by the next digit: cheaper than to ask.
            digits[count] = digit;
            count += usize::from(digit < 10);
            all |= byte;
        }
        // All letters lie beyond.
        (all < b'@' && count > 0).then_some(Self { digits, count })
    }

    fn digits(&self) -> &[u8] {
        &self.digits[..self.count]
    }
}

/// Where the mark of an extension begins and ends: `x`, `ext` or `extension` between digits.
fn extension(value: &str) -> Option<(usize, usize)> {
    let mut start = None;
    let mut digits = 0;
    for (at, c) in value.char_indices() {
        match start {
            Some(from) if !c.is_alphabetic() => {
                let word = &value[from..at];
                let mark = ["x", "ext", "extn", "extension"].iter().any(|mark| word.eq_ignore_ascii_case(mark));
                let goes_on = value[at..].starts_with(|c: char| c.is_numeric() || ['.', ' ', ':'].contains(&c));
                if mark && goes_on && digits >= 3 {
                    return Some((from, at));
                }
                start = None;
            }
            None if c.is_alphabetic() => start = Some(at),
            _ => {}
        }
        digits += usize::from(c.is_numeric());
    }
    None
}

/// Whether a number is written as in North America: area and exchange begin with 2 to 9 (NANPA), and separators stand
/// where they are put there.
fn is_north_american(main: &str, digits: &[u8]) -> bool {
    let written = |main: &str, shapes: &[&str]| {
        let same = |c: u8, shape: u8| if shape == b'9' { c.is_ascii_digit() } else { c == shape };
        shapes.iter().any(|shape| main.len() == shape.len() && main.bytes().zip(shape.bytes()).all(|(c, s)| same(c, s)))
    };
    let main = main.trim_end();
    let (area, national) = match digits {
        [1, national @ ..] if national.len() == 10 => {
            let rest = main.strip_prefix('1').and_then(|rest| rest.strip_prefix(['-', ' ', '.']));
            (rest.unwrap_or(main), national)
        }
        other => (main, other),
    };
    match national {
        [2..=9, _, _, 2..=9, _, _, _, _, _, _] => {
            written(area, &["(999) 999-9999", "(999)999-9999", "999-999-9999", "999.999.9999"])
        }
        [2..=9, _, _, _, _, _, _] => written(main, &["999-9999"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbering::is_reserved;
    use super::*;
    use crate::mask::tried::{column, mask_texts};

    fn masked(params: &str, inputs: &[&str]) -> Vec<String> {
        let inputs: Vec<String> = inputs.iter().map(|input| (*input).to_owned()).collect();
        mask_texts(&PHONE, params, &column(None, false), &inputs)
    }

    fn digits(text: &str) -> String {
        text.chars().filter_map(digit_value).filter_map(|digit| char::from_digit(digit, 10)).collect()
    }

    #[test]
    fn the_shape_stays_and_no_number_does() {
        let inputs = [
            "030-0074321",
            "(5) 555-4729",
            "(171) 555-7788",
            "0921-12 34 65",
            "88.60.15.31",
            "(91) 555 22 82",
            "(604) 555-4729",
            "28303384290",
            "+49 (0)30 1234567",
            "+46 8 123 456 78",
            "0044 20 7123 4567",
            "+86 10 6552 9988",
            "٠١٢٣٤٥٦٧٨٩",
            "5467",
            "12",
            "7",
            "---",
            " ",
            "n/a",
            "call Anna 555",
            "555-9857 x12",
            "+1-800-FLOWERS",
            "+",
            "+1",
            "+0",
        ];
        for (input, output) in inputs.iter().zip(masked("", &inputs)) {
            assert_eq!(input.chars().count(), output.chars().count(), "{input} {output}");
            assert_ne!(*input, output);
            let marks =
                |text: &str| text.chars().map(|c| if c.is_alphanumeric() { '9' } else { c }).collect::<String>();
            if input.contains(char::is_alphanumeric) && !input.contains('x') {
                assert_eq!(marks(input), marks(&output), "{input} {output}");
            }
        }
    }

    #[test]
    fn international_numbers_lie_in_their_countrys_ranges() {
        for (country, number, kept) in [
            ("us", "+1 206 555 9857", "1"),
            ("gb", "+44 20 7123 4567", "44"),
            ("gb", "0044 (0)20 7123 4567", "00440"),
            ("de", "+49 (0)30 1234567", "490"),
            ("de", "+49 151 12345678", "49"),
            ("fr", "+33 1 42 34 22 66", "33"),
            ("se", "+46 70 123 45 67", "46"),
            ("ie", "+353 1 234 5678", "353"),
            ("au", "011 61 2 9876 5432", "01161"),
        ] {
            let output = digits(&masked("", &[number])[0]);
            let national = output.strip_prefix(kept).unwrap();
            assert!(is_reserved(country, national), "{number} {output}");
        }
        let output = digits(&masked("", &["+86 10 6552 9988"])[0]);
        assert!(output.starts_with("86000"), "{output}");
    }

    #[test]
    fn national_numbers_go_by_country_or_look() {
        for (params, number, starts) in [
            ("", "28303384290", "00999"),
            ("", "030-00743210", "00999"),
            ("", "88601531", "00"),
            ("", "555-9857", "55501"),
            ("country: other", "(206) 555-9857", "00999"),
            ("country: fr", "01 42 34 22 66", "0"),
        ] {
            let output = digits(&masked(params, &[number])[0]);
            assert!(output.starts_with(starts), "{number} {output}");
        }
        for number in ["(206) 555-9857", "1-206-555-9857", "206.555.9857"] {
            let output = digits(&masked("", &[number])[0]);
            assert!(is_reserved("us", &output[output.len() - 10..]), "{output}");
        }
        for (country, number) in [("gb", "020 7123 4567"), ("de", "030 12345678"), ("fr", "01 42 34 22 66")] {
            let output = digits(&masked(&format!("country: {country}"), &[number])[0]);
            assert!(output.starts_with('0') && is_reserved(country, &output[1..]), "{country} {output}");
        }
    }

    #[test]
    fn a_number_is_one_however_it_is_written() {
        let outputs = masked("", &["+44 20 7123 4567", "+442071234567", "+44 (20) 7123-4567"]);
        assert_eq!(digits(&outputs[0]), digits(&outputs[1]));
        assert_eq!(digits(&outputs[0]), digits(&outputs[2]));
    }

    #[test]
    fn an_extension_keeps_its_mark() {
        let output = &masked("", &["(206) 555-9857 x3452"])[0];
        assert!(output.contains(" x") && output.contains(") 555-01"), "{output}");
        let output = &masked("", &["(206) 555-9857 ext. 12"])[0];
        assert!(output.contains(" ext. "), "{output}");
    }
}
