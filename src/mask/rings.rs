//! Which characters may stand for one another when a text keeps its look: rings of letters of one script and one case,
//! and decimal digits. Upper and lower rings run in parallel, so texts that differ only by case still do afterwards.
//!
//! Code points: Unicode 15, code charts of the blocks named below. Rings hold assigned letters only, and never change:
//! they decide what a masked value is.

use super::map::Reason;
use super::script::{digit_value, with_digit};

/// Characters that may stand for one another: `len` of them, each `step` behind the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ring {
    first: u32,
    step: u32,
    len: u32,
}

impl Ring {
    /// How many characters there are.
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// The character of an index below the length.
    pub(super) fn char(&self, index: u32) -> char {
        // Rings hold assigned characters only.
        char::from_u32(self.first + self.step * index).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn index(&self, c: char) -> Option<u32> {
        let distance = u32::from(c).checked_sub(self.first)?;
        (distance % self.step == 0 && distance / self.step < self.len).then(|| distance / self.step)
    }
}

/// `len` characters one after another.
const fn run(first: char, len: u32) -> Ring {
    Ring { first: first as u32, step: 1, len }
}

/// `len` characters of a block in which upper and lower case alternate.
const fn every_second(first: char, len: u32) -> Ring {
    Ring { first: first as u32, step: 2, len }
}

/// Upper case, then lower case, then scripts without case.
const RINGS: &[Ring] = &[
    // Latin-1 Supplement without the signs of multiplication and division.
    run('À', 23),
    run('à', 23),
    run('Ø', 7),
    run('ø', 7),
    // Latin Extended-A.
    every_second('Ā', 24),
    every_second('ā', 24),
    every_second('Ĳ', 3),
    every_second('ĳ', 3),
    every_second('Ĺ', 8),
    every_second('ĺ', 8),
    every_second('Ŋ', 23),
    every_second('ŋ', 23),
    every_second('Ź', 3),
    every_second('ź', 3),
    // Latin Extended-B: Vietnamese, Romanian.
    every_second('Ơ', 3),
    every_second('ơ', 3),
    every_second('Ȁ', 16),
    every_second('ȁ', 16),
    // Latin Extended Additional.
    every_second('\u{1E00}', 75),
    every_second('\u{1E01}', 75),
    every_second('\u{1EA0}', 48),
    every_second('\u{1EA1}', 48),
    // Greek.
    run('Α', 17),
    run('α', 17),
    run('Σ', 9),
    run('σ', 9),
    // Cyrillic and its supplement.
    run('А', 32),
    run('а', 32),
    run('Ѐ', 16),
    run('ѐ', 16),
    every_second('\u{0460}', 17),
    every_second('\u{0461}', 17),
    every_second('\u{048A}', 27),
    every_second('\u{048B}', 27),
    every_second('\u{04C1}', 7),
    every_second('\u{04C2}', 7),
    every_second('\u{04D0}', 48),
    every_second('\u{04D1}', 48),
    // Armenian.
    run('Ա', 38),
    run('ա', 38),
    // Full width.
    run('Ａ', 26),
    run('ａ', 26),
    // Hebrew; Arabic and the letters of its other languages.
    run('א', 27),
    run('\u{0620}', 27),
    run('\u{0641}', 10),
    run('\u{0671}', 99),
    // Devanagari: signs, letters, vowel signs.
    run('\u{0900}', 4),
    run('\u{0904}', 54),
    run('\u{093E}', 15),
    // Thai: consonants, vowels, vowels in front.
    run('ก', 46),
    run('\u{0E30}', 10),
    run('เ', 5),
    // Georgian.
    run('ა', 43),
    // Hiragana, Katakana, its half width, and what repeats or lengthens.
    run('ぁ', 86),
    run('ァ', 90),
    run('\u{FF66}', 58),
    run('\u{30FC}', 3),
    run('々', 2),
    // Han, its extension A, and Hangul syllables.
    run('\u{4E00}', 20_902),
    run('\u{3400}', 6_582),
    run('가', 11_172),
];

/// Letters that stand alone in their blocks: upper, lower, without a counterpart.
const STRAYS: [&[char]; 6] = [
    &['Ÿ', 'ẞ', 'Ư', 'Ə', 'İ'],
    &['ÿ', 'ß', 'ư', 'ə', 'ı'],
    &['Ά', 'Έ', 'Ή', 'Ί', 'Ό', 'Ύ', 'Ώ'],
    &['ά', 'έ', 'ή', 'ί', 'ό', 'ύ', 'ώ'],
    &['ĸ', 'ŉ', 'ſ', 'ΐ', 'ΰ', 'ς'],
    &['ª', 'º'],
];

/// What a character may be replaced by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// One of a ring.
    Ring(Ring),
    /// One of a list.
    Stray(&'static [char]),
}

impl Sort {
    /// How many characters there are.
    pub(super) fn len(&self) -> u32 {
        match self {
            Sort::Ring(ring) => ring.len(),
            // A handful.
            Sort::Stray(chars) => chars.len() as u32,
        }
    }

    /// The character of an index below the length.
    pub(super) fn char(&self, index: u32) -> char {
        match self {
            Sort::Ring(ring) => ring.char(index),
            Sort::Stray(chars) => chars[index as usize],
        }
    }
}

/// The sort of a decimal digit of any script, and its value; `None` for everything else.
pub(super) fn digit(c: char) -> Option<(Sort, u32)> {
    let value = digit_value(c)?;
    Some((Sort::Ring(run(with_digit(c, 0), 10)), value))
}

/// The sort of a letter or decimal digit, and its index there; `None` for what is neither.
///
/// # Errors
/// A letter of a script that has no ring here.
pub(super) fn letter_or_digit(c: char) -> Result<Option<(Sort, u32)>, Reason> {
    if c.is_ascii() {
        let first = match c {
            'A'..='Z' => 'A',
            'a'..='z' => 'a',
            _ => return Ok(digit(c)),
        };
        return Ok(Some((Sort::Ring(run(first, 26)), u32::from(c) - u32::from(first))));
    }
    if let Some(found) = RINGS.iter().find_map(|ring| Some((Sort::Ring(*ring), ring.index(c)?))) {
        return Ok(Some(found));
    }
    let in_list = |chars: &'static [char]| Some((Sort::Stray(chars), chars.iter().position(|own| *own == c)? as u32));
    match STRAYS.into_iter().find_map(in_list).or_else(|| digit(c)) {
        Some(found) => Ok(Some(found)),
        // Superscripts, fractions and circled numbers are symbols; any other number may be a digit.
        None if c.is_alphabetic() || c.is_numeric() && !matches!(c, '²'..='¾' | '\u{2070}'..='\u{24FF}') => {
            Err("it holds a letter of a script that this mask does not know; use `pseudonym` or `text`")
        }
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rings_hold_letters_of_one_case_and_do_not_overlap() {
        let mut seen = std::collections::BTreeSet::new();
        let rings = RINGS.iter().map(|ring| (0..ring.len()).map(|index| ring.char(index)).collect());
        for chars in rings.chain(STRAYS.iter().map(|chars| chars.to_vec())) {
            let chars: Vec<char> = chars;
            for &c in &chars {
                assert!(seen.insert(c), "{c} ({:x}) is in two rings", u32::from(c));
                assert!(c.is_alphabetic() || c == '\u{094D}', "{c} ({:x}) is no letter", u32::from(c));
                let case = |c: char| (c.is_uppercase(), c.is_lowercase());
                assert_eq!(case(c), case(chars[0]), "{c} ({:x}) has another case", u32::from(c));
                let (sort, index) = letter_or_digit(c).unwrap().unwrap();
                assert_eq!(sort.char(index), c);
                assert_eq!(sort.len() as usize, chars.len());
            }
        }
    }

    #[test]
    fn cases_run_in_parallel() {
        for &c in seen_upper().iter().filter(|c| **c != 'İ') {
            let lower: Vec<char> = c.to_lowercase().collect();
            let index = |c: char| letter_or_digit(c).unwrap().map(|(sort, index)| (sort.len(), index));
            assert_eq!(index(c), index(lower[0]), "{c} and {}", lower[0]);
        }
    }

    fn seen_upper() -> Vec<char> {
        let known = |c: &char| c.is_uppercase() && matches!(letter_or_digit(*c), Ok(Some(_)));
        ('A'..='\u{FFFF}').filter(known).collect()
    }

    #[test]
    fn the_rest_stays_or_is_refused() {
        for c in [' ', '-', '½', '🎭', '\u{301}', '（'] {
            assert_eq!(letter_or_digit(c), Ok(None), "{c}");
        }
        for c in ['ᚠ', 'Ⅷ', 'ⁿ', '᭓', 'ა'.to_uppercase().next().unwrap()] {
            assert!(letter_or_digit(c).is_err(), "{c}");
        }
        assert_eq!(digit('٣').map(|(sort, value)| (sort.char(0), value)), Some(('٠', 3)));
        assert_eq!(digit('x'), None);
    }
}
