//! Masks that take any text at all, against texts that nobody would type: characters of all planes in any order, marks on
//! nothing, directions that turn, one character, ten thousand.

use super::draw::Draw;
use super::map::Reason;
use super::tried::{column, example_key, read_params};
use super::{Built, ColumnFacts, Equal, Input, MaskDef, find};
use arrow::array::{ArrayRef, AsArray, StringViewArray};

/// Whether a mask may refuse a text.
type MayRefuse = fn(&str) -> bool;

/// Masks, with parameters, and what they may refuse.
const MASKS: &[(&str, &str, Option<MayRefuse>)] = &[
    ("choose", "{from: [x, y]}", None),
    ("constant", "{value: x}", None),
    ("password", "", None),
    ("redact", "", None),
    ("secret", "", Some(|text| text.chars().all(|c| c.is_ascii() && !c.is_ascii_alphanumeric()))),
    ("text", "", None),
    ("url", "", None),
];

/// Stretches of Unicode to draw from, and single characters that change how others are read.
const STRETCHES: &[(u32, u32)] = &[
    (0x01, 0x7F),
    (0x20, 0x7E),
    (0x30, 0x39),
    (0x80, 0x24F),
    (0x300, 0x36F),
    (0x370, 0x52F),
    (0x590, 0x6FF),
    (0x900, 0xDFF),
    (0xE00, 0xE7F),
    (0x1100, 0x11FF),
    (0x1E00, 0x206F),
    (0x2160, 0x24FF),
    (0x3040, 0x30FF),
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7FF),
    (0xE000, 0xFFFD),
    (0x10000, 0x1F9FF),
    (0x20000, 0x2FFFF),
    (0xE0000, 0x10FFFF),
];

const TURNING: &[char] =
    &['\u{200D}', '\u{200F}', '\u{202E}', '\u{FE0F}', '\u{301}', '\u{FEFF}', 'ß', 'İ', 'ﬃ', '@', '.', '/', '%'];

fn character(draw: &mut Draw, stretches: &[(u32, u32)]) -> char {
    if draw.below(8) == 0 {
        return *draw.pick(TURNING);
    }
    let (first, last) = *draw.pick(stretches);
    // Below a code point.
    char::from_u32(first + draw.below(u64::from(last - first) + 1) as u32).unwrap_or('\u{FFFD}')
}

/// Texts of a length, some of one stretch, some of all.
fn texts(draw: &mut Draw, count: usize, length: u64) -> Vec<String> {
    (0..count)
        .map(|number| {
            let stretch = [*draw.pick(STRETCHES)];
            let stretches = if number % 2 == 0 { &stretch[..] } else { STRETCHES };
            (0..length).map(|_| character(draw, stretches)).collect()
        })
        .collect()
}

fn one(def: &MaskDef, params: &str, facts: &ColumnFacts, text: &str) -> Result<String, Reason> {
    let params = read_params(def, params).unwrap();
    let Built::Mask(mask) = (def.build)(&params, facts, &example_key()) else { panic!("{} looks", def.name) };
    let input: ArrayRef = std::sync::Arc::new(StringViewArray::from(vec![text]));
    let output = mask.apply(Input { value: &input, per: None }).map_err(|error| error.reason)?;
    Ok(output.as_string_view().value(0).to_owned())
}

/// Holds every mask to its laws on a text.
fn hold(text: &str, max: Option<u32>) {
    let facts = column(max, false);
    for (name, params, may_refuse) in MASKS {
        let def = find(name).unwrap();
        let output = match one(def, params, &facts, text) {
            Ok(output) => output,
            Err(reason) => {
                assert!(may_refuse.is_some_and(|may| may(text)), "{name}: {reason}: {text:?} in {max:?}");
                continue;
            }
        };
        assert!(!output.is_empty(), "{name}: {text:?} in {max:?}");
        assert!(output.chars().count() <= max.map_or(usize::MAX, |max| max as usize), "{name}: {text:?} in {max:?}");
        assert!(!output.contains('\0'), "{name}: {text:?}");
        assert!(def.promises.equal != Equal::Never || output != text, "{name}: {text:?} stays in {max:?}");
        assert!(
            !def.promises.keeps_length || output.chars().count() == text.chars().count(),
            "{name}: {text:?} is {output:?}"
        );
        assert_eq!(one(def, params, &facts, text).as_ref(), Ok(&output), "{name}: {text:?}");
    }
}

#[test]
fn short_texts_of_all_characters() {
    let mut draw = Draw::new([3; 16]);
    for length in [1, 1, 2, 3, 5, 8, 13, 30] {
        for text in texts(&mut draw, 60, length) {
            let chars = text.chars().count() as u32;
            for max in [None, Some(chars), Some(chars + 1)] {
                hold(&text, max);
            }
        }
    }
}

#[test]
fn every_ascii_character_alone() {
    for c in '\u{1}'..='\u{7F}' {
        hold(&c.to_string(), Some(1));
    }
}

#[test]
fn long_texts_of_all_characters() {
    let mut draw = Draw::new([4; 16]);
    for text in texts(&mut draw, 8, 10_000) {
        hold(&text, None);
        hold(&text, Some(10_000));
    }
    hold(&"a".repeat(10_000), None);
    hold(&"a ".repeat(5_000), None);
    hold(&"\u{301}".repeat(10_000), None);
    hold(&"https://".repeat(1_000), None);
    hold(&"1".repeat(10_000), None);
}

#[test]
fn texts_longer_than_their_column_of_the_domain() {
    let mut draw = Draw::new([6; 16]);
    let names = ["text", "url"].map(|name| find(name).unwrap());
    for text in texts(&mut draw, 100, 60) {
        for max in [1, 2, 7, 13, 40] {
            for def in names {
                let output = one(def, "", &column(Some(max), false), &text).unwrap();
                assert!(!output.is_empty() && output.chars().count() <= max as usize, "{}: {text:?}", def.name);
            }
        }
    }
}
