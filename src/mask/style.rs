//! The look of a text: its use of capitals, its length, and whether two texts are the same to a reader.

/// Whether two texts are equal but for blanks around them and the case of letters.
pub(super) fn same(a: &str, b: &str) -> bool {
    if begin_differently(a.as_bytes(), b.as_bytes()) {
        return false;
    }
    let (a, b) = (trimmed(a), trimmed(b));
    if a.is_ascii() && b.is_ascii() {
        return a.eq_ignore_ascii_case(b);
    }
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

/// Whether the first bytes of two texts tell already that they are not the [`same`], as they nearly always do.
pub(super) fn begin_differently(a: &[u8], b: &[u8]) -> bool {
    matches!((a, b), ([first @ b'!'..=b'~', ..], [other @ b'!'..=b'~', ..]) if !first.eq_ignore_ascii_case(other))
}

/// A text without the blanks around it.
pub(super) fn trimmed(text: &str) -> &str {
    if is_trimmed(text.as_bytes()) { text } else { text.trim() }
}

/// Whether it is seen at once that there are no blanks around a text, as it nearly always is.
pub(super) fn is_trimmed(text: &[u8]) -> bool {
    matches!(text, [b'!'..=b'~', .., b'!'..=b'~'])
}

/// Shortens a text to so many characters, without ending it in a blank or a mark that joins.
pub(super) fn cut(text: &mut String, max_chars: usize) {
    if let Some((end, _)) = text.char_indices().nth(max_chars) {
        text.truncate(end);
        text.truncate(text.trim_end_matches([' ', '-', ',', '.', '_']).len());
    }
}

/// How a value uses capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Two letters or more, all capitals.
    Upper,
    /// Without capitals.
    Lower,
    /// Mixed, or in a script that has none.
    Own,
}

impl Style {
    /// Looks at a value.
    pub(super) fn of(value: &str) -> Self {
        let (mut upper, mut lower) = (0, false);
        for c in value.chars() {
            upper += usize::from(c.is_uppercase());
            lower |= c.is_lowercase();
            if upper > 0 && lower {
                return Style::Own;
            }
        }
        match (upper, lower) {
            (2.., false) => Style::Upper,
            (0, true) => Style::Lower,
            _ => Style::Own,
        }
    }

    /// Writes a text in this style; capitals may be more characters (`ß`).
    pub(super) fn apply(self, text: &mut String) {
        match self {
            Style::Upper if text.is_ascii() => text.make_ascii_uppercase(),
            Style::Lower if text.is_ascii() => text.make_ascii_lowercase(),
            Style::Upper => *text = text.to_uppercase(),
            Style::Lower => *text = text.to_lowercase(),
            Style::Own => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_are_told() {
        for (value, style) in [
            ("MARY", Style::Upper),
            ("MARY-ANN O'NEIL 3", Style::Upper),
            ("ÅSA", Style::Upper),
            ("mary", Style::Lower),
            ("m", Style::Lower),
            ("M", Style::Own),
            ("Mary", Style::Own),
            ("12-34", Style::Own),
            ("王小明", Style::Own),
        ] {
            assert_eq!(Style::of(value), style, "{value}");
        }
        let mut text = "Weiß".to_owned();
        Style::Upper.apply(&mut text);
        assert_eq!(text, "WEISS");
    }

    #[test]
    fn a_cut_counts_characters_and_ends_in_none_that_joins() {
        for (text, max, short) in [("Müller", 3, "Mül"), ("Anna Ott", 5, "Anna"), ("Ott", 3, "Ott"), ("Ott", 9, "Ott")]
        {
            let mut cut_text = text.to_owned();
            cut(&mut cut_text, max);
            assert_eq!(cut_text, short);
        }
    }

    #[test]
    fn blanks_and_case_make_no_other_text() {
        assert!(same(" MARY", "mary ") && same("Ünal", "üNAL") && !same("Mary", "Maria") && same(" ", ""));
        assert!(same("K", "\u{212A}") && !same("Mary", "Anna") && !same("Mary", " Anna") && !same("Mary", ""));
    }
}
