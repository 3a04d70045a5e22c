//! Decimal digits of other scripts: their values, and how to write a digit in the script of another.

/// First characters of the blocks of ten decimal digits that masks know (Unicode 15, `Nd`): ASCII, Arabic-Indic,
/// Extended Arabic-Indic, NKo, Devanagari, Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu, Kannada, Malayalam, Thai,
/// Lao, Tibetan, Myanmar, Khmer, Mongolian, full width.
const ZEROS: &[char] = &[
    '0', '\u{0660}', '\u{06F0}', '\u{07C0}', '\u{0966}', '\u{09E6}', '\u{0A66}', '\u{0AE6}', '\u{0B66}', '\u{0BE6}',
    '\u{0C66}', '\u{0CE6}', '\u{0D66}', '\u{0E50}', '\u{0ED0}', '\u{0F20}', '\u{1040}', '\u{17E0}', '\u{1810}',
    '\u{FF10}',
];

/// The zero of the block that a digit belongs to.
fn zero(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some('0');
    }
    ZEROS.iter().copied().find(|zero| (u32::from(*zero)..u32::from(*zero) + 10).contains(&u32::from(c)))
}

/// Value of a decimal digit, 0 to 9.
pub(super) fn digit_value(c: char) -> Option<u32> {
    zero(c).map(|zero| u32::from(c) - u32::from(zero))
}

/// A digit (0 to 9) in the script of `like`; in ASCII where that is no digit.
pub(super) fn with_digit(like: char, digit: u32) -> char {
    if like.is_ascii() {
        return char::from_digit(digit, 10).unwrap_or('0');
    }
    char::from_u32(u32::from(zero(like).unwrap_or('0')) + digit).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_holds_ten_digits() {
        for zero in ZEROS {
            for digit in 0..10 {
                let c = with_digit(*zero, digit);
                assert!(c.is_numeric(), "{c}");
                assert_eq!(digit_value(c), Some(digit));
            }
        }
        assert_eq!(digit_value('a'), None);
        assert_eq!(digit_value('½'), None);
        assert_eq!(with_digit('x', 4), '4');
    }
}
