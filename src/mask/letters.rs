//! Characters in place of others: a letter for a letter of the same script and case, a digit for a digit. Which
//! characters are replaced, and what becomes of the rest, is left to the masks.

use super::draw::Draw;
use super::script::{digit_value, with_digit};

/// Letters of a script that may stand for each other.
enum Letters {
    /// All from the first to the last.
    Run(char, char),
    /// These.
    Listed(&'static str),
}

/// A block of characters and what its lower-case (or only) and upper-case letters become.
struct Block {
    first: char,
    last: char,
    lower: Letters,
    upper: Letters,
}

const fn bare(first: char, last: char, letters: &'static str) -> Block {
    Block { first, last, lower: Letters::Listed(letters), upper: Letters::Listed(letters) }
}

const fn run(first: char, last: char) -> Block {
    Block { first, last, lower: Letters::Run(first, last), upper: Letters::Run(first, last) }
}

/// Blocks by their code points (Unicode 15), sorted. Cased scripts have both, others one set of letters.
static BLOCKS: &[Block] = &[
    Block { first: 'A', last: 'z', lower: Letters::Run('a', 'z'), upper: Letters::Run('A', 'Z') },
    Block {
        first: '\u{00C0}',
        last: '\u{024F}',
        lower: Letters::Listed("àáâãäåæçèéêëìíîïñòóôõöøùúûüý"),
        upper: Letters::Listed("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ"),
    },
    Block {
        first: '\u{0370}',
        last: '\u{03FF}',
        lower: Letters::Listed("αβγδεζηθικλμνξοπρστυφχψω"),
        upper: Letters::Listed("ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ"),
    },
    Block { first: '\u{0400}', last: '\u{04FF}', lower: Letters::Run('а', 'я'), upper: Letters::Run('А', 'Я') },
    Block {
        first: '\u{0531}',
        last: '\u{0587}',
        lower: Letters::Run('\u{0561}', '\u{0586}'),
        upper: Letters::Run('\u{0531}', '\u{0556}'),
    },
    bare('\u{05D0}', '\u{05EA}', "אבגדהוזחטיכלמנסעפצקרשת"),
    bare('\u{0620}', '\u{06FF}', "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"),
    bare('\u{0904}', '\u{0965}', "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह"),
    bare('\u{0985}', '\u{09E5}', "কখগঘচছজঝটঠডঢণতথদধনপফবভমযরলশষসহ"),
    bare('\u{0B85}', '\u{0BD7}', "கஙசஞடணதநபமயரலவழளறன"),
    Block { first: '\u{0E01}', last: '\u{0E4E}', lower: Letters::Run('ก', 'ฮ'), upper: Letters::Run('ก', 'ฮ') },
    run('\u{10D0}', '\u{10F0}'),
    bare(
        '\u{3041}',
        '\u{3096}',
        "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわ",
    ),
    bare(
        '\u{30A1}',
        '\u{30FA}',
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ",
    ),
    run('\u{4E00}', '\u{9FA5}'),
    run('\u{AC00}', '\u{D7A3}'),
];

/// A character of the same sort drawn: a digit for a digit, a letter for a letter of the same script and case. `None`
/// for what is neither, or of a script that is not listed.
pub(super) fn another(draw: &mut Draw, c: char) -> Option<char> {
    if digit_value(c).is_some() {
        // A digit is below 10.
        return Some(with_digit(c, draw.below(10) as u32));
    }
    if !c.is_alphabetic() {
        return None;
    }
    let block = BLOCKS.iter().find(|block| (block.first..=block.last).contains(&c))?;
    Some(pick(draw, if c.is_uppercase() { &block.upper } else { &block.lower }))
}

fn pick(draw: &mut Draw, letters: &Letters) -> char {
    match letters {
        Letters::Listed(letters) => {
            let index = draw.below(letters.chars().count() as u64);
            // The index is below the count.
            letters.chars().nth(index as usize).unwrap_or('x')
        }
        Letters::Run(first, last) => {
            let (first, last) = (u32::from(*first), u32::from(*last));
            let offset = draw.below(u64::from(last - first) + 1);
            // No run crosses the surrogates.
            char::from_u32(first + offset as u32).unwrap_or('x')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::example_key;

    #[test]
    fn letters_stay_in_their_script_and_case() {
        let mut draw = Draw::new(example_key().prf(&[b"letters"]));
        for c in "azAZ09éßÜğαωΩабвЯёաԱאשعیकहঅகกฮაあンア漢字한글٣९".chars() {
            let block = |c: char| BLOCKS.iter().position(|block| (block.first..=block.last).contains(&c));
            for _ in 0..50 {
                let other = another(&mut draw, c).unwrap();
                assert_eq!(c.is_uppercase(), other.is_uppercase(), "{c} {other}");
                assert_eq!(c.is_numeric(), other.is_numeric(), "{c} {other}");
                assert!(other.is_alphanumeric(), "{c} {other}");
                assert_eq!(block(c), block(other), "{c} {other}");
            }
        }
        for c in ['-', ' ', '_', '💥', '\u{301}', 'ᚠ', '\u{200F}'] {
            assert_eq!(another(&mut draw, c), None);
        }
    }

    #[test]
    fn blocks_are_sorted_and_their_lists_lie_inside() {
        for pair in BLOCKS.windows(2) {
            assert!(pair[0].last < pair[1].first);
        }
        for block in BLOCKS {
            for letters in [&block.lower, &block.upper] {
                if let Letters::Listed(letters) = letters {
                    assert!(letters.chars().all(|c| (block.first..=block.last).contains(&c)), "{letters}");
                }
            }
        }
    }
}
