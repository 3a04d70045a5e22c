//! Cuts a text into what is replaced, each in its own way, and what stays: words, numbers, addresses of mail and of the
//! web, and everything between.

use super::language::Script;
use crate::mask::script::digit_value;

/// A stretch of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Letters of one script, with the marks and apostrophes inside.
    Word(&'a str, Script),
    /// Digits; where they belong to a group that may be a telephone's number, where that begins.
    Number(&'a str, Option<usize>),
    /// An address of mail.
    Mail(&'a str),
    /// An address of the web.
    Web(&'a str),
    /// Blanks, punctuation, symbols, emoji.
    Rest(&'a str),
}

/// Digits from which on a group of numbers may be a telephone's, a card's or an account's.
const LONG: usize = 7;

/// Cuts a text; the tokens joined are the text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let long = long_numbers(text);
    let mut start = 0;
    for chunk in text.split_inclusive(char::is_whitespace) {
        let end = start + chunk.len();
        match address(chunk) {
            Some((before, token, after)) => {
                tokens.extend((!before.is_empty()).then_some(Token::Rest(before)));
                tokens.push(token);
                tokens.extend((!after.is_empty()).then_some(Token::Rest(after)));
            }
            None => plain(text, start, end, &long, &mut tokens),
        }
        start = end;
    }
    tokens
}

/// The address in a stretch without blanks, and the punctuation around it.
fn address(chunk: &str) -> Option<(&str, Token<'_>, &str)> {
    let is_web = chunk.contains("://") || chunk.to_ascii_lowercase().contains("www.");
    let is_mail = chunk.split_once('@').is_some_and(|(local, domain)| {
        local.ends_with(|c: char| c.is_alphanumeric() || "._-+".contains(c))
            && domain.starts_with(char::is_alphanumeric)
    });
    if !is_web && !is_mail {
        return None;
    }
    let core = chunk.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
    if core.is_empty() {
        return None;
    }
    // Trimming gives a part of the chunk.
    let from = chunk.find(core)?;
    let token = if is_mail { Token::Mail(core) } else { Token::Web(core) };
    Some((&chunk[..from], token, &chunk[from + core.len()..]))
}

/// Cuts `text[start..end]` by the sort of its characters.
fn plain<'a>(text: &'a str, start: usize, end: usize, long: &[(usize, usize)], tokens: &mut Vec<Token<'a>>) {
    let sort = |at: usize, c: char, last: Option<Sort>| match last {
        Some(Sort::Letter(script)) if is_mark(c) => Sort::Letter(script),
        Some(Sort::Letter(script)) if is_apostrophe(c) && !script.is_strung() => {
            let next = text[at + c.len_utf8()..end].chars().next();
            if next.is_some_and(|next| is_letter(next) && Script::of(next) == script) {
                Sort::Letter(script)
            } else {
                Sort::Rest
            }
        }
        _ if is_letter(c) => Sort::Letter(Script::of(c)),
        _ if digit_value(c).is_some() => Sort::Digit,
        _ => Sort::Rest,
    };
    let mut from = start;
    let mut last = None;
    let mut push = |from: usize, to: usize, sort: Option<Sort>| {
        let part = &text[from..to];
        match sort {
            Some(Sort::Letter(script)) => tokens.push(Token::Word(part, script)),
            Some(Sort::Digit) => {
                let next = long.partition_point(|(first, _)| *first <= from);
                let group = next.checked_sub(1).map(|group| long[group]).filter(|(_, last)| to <= *last);
                tokens.push(Token::Number(part, group.map(|(first, _)| first)));
            }
            Some(Sort::Rest) => tokens.push(Token::Rest(part)),
            None => {}
        }
    };
    for (offset, c) in text[start..end].char_indices() {
        let at = start + offset;
        let this = sort(at, c, last);
        if last != Some(this) {
            push(from, at, last);
            from = at;
        }
        last = Some(this);
    }
    push(from, end, last);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Letter(Script),
    Digit,
    Rest,
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() || is_mark(c) && Script::of(c) != Script::Other
}

fn is_apostrophe(c: char) -> bool {
    c == '\'' || c == '\u{2019}'
}

/// Whether a character hangs on the letter before it (Unicode 15, the blocks of marks and the marks of Hebrew, Arabic,
/// the Indic scripts and Thai), joiners included.
fn is_mark(c: char) -> bool {
    match c {
        '\u{0300}'..='\u{036F}'
        | '\u{0483}'..='\u{0489}'
        | '\u{0591}'..='\u{05BD}'
        | '\u{05BF}'
        | '\u{05C1}'..='\u{05C7}'
        | '\u{0610}'..='\u{061A}'
        | '\u{064B}'..='\u{065F}'
        | '\u{0670}'
        | '\u{06D6}'..='\u{06ED}'
        | '\u{1AB0}'..='\u{1AFF}'
        | '\u{1DC0}'..='\u{1DFF}'
        | '\u{200C}'..='\u{200D}'
        | '\u{20D0}'..='\u{20F0}'
        | '\u{3099}'..='\u{309A}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FE20}'..='\u{FE2F}' => true,
        // The Indic blocks are laid out alike: signs, then vowel signs and the virama behind the letters.
        '\u{0900}'..='\u{0DFF}' => {
            let place = u32::from(c) % 0x80;
            place < 4 || (0x3A..=0x57).contains(&place) || (0x62..=0x63).contains(&place)
        }
        '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}' => true,
        _ => false,
    }
}

/// Where groups of digits stand that have seven or more between them, divided by one or two of ` -./()+`.
fn long_numbers(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut from, mut to, mut digits, mut gap) = (0, 0, 0, 0);
    for (at, c) in text.char_indices() {
        if digit_value(c).is_some() {
            if digits == 0 {
                from = at;
            }
            digits += 1;
            gap = 0;
            to = at + c.len_utf8();
        } else {
            gap += 1;
            if gap > 2 || !" -./()+\u{A0}".contains(c) {
                found.extend((digits >= LONG).then_some((from, to)));
                digits = 0;
                gap = 0;
            }
        }
    }
    found.extend((digits >= LONG).then_some((from, to)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> String {
        tokens(text)
            .into_iter()
            .map(|token| match token {
                Token::Word(part, _) | Token::Number(part, _) | Token::Mail(part) | Token::Web(part) => part,
                Token::Rest(part) => part,
            })
            .collect()
    }

    #[test]
    fn tokens_joined_are_the_text() {
        for text in [
            "",
            " ",
            "Don't call: +49 (30) 123-4567!",
            "(anna@acme.com), see https://acme.com/a?b=c.",
            "a@",
            "@a",
            "@@",
            "日本語のテキスト",
            "नमस्ते दुनिया",
            "e\u{301}te\u{301}",
            "💥👩‍👩‍👧x",
            "\u{301}",
            "ภาษาไทย",
            "a\u{200D}b",
            "'a'b'",
            "www.",
            "://",
            "x://",
            "\u{FE0F}",
            "мой-дом",
            "a\r\nb\tc",
        ] {
            assert_eq!(joined(text), text);
        }
    }

    #[test]
    fn sorts_are_told_apart() {
        use Token::{Mail, Number, Rest, Web, Word};
        let latin = |text| Word(text, Script::Latin);
        assert_eq!(
            tokens("Don't pay 20, iPhone電話!"),
            [
                latin("Don't"),
                Rest(" "),
                latin("pay"),
                Rest(" "),
                Number("20", None),
                Rest(", "),
                latin("iPhone"),
                Word("電話", Script::Han),
                Rest("!")
            ]
        );
        assert_eq!(tokens("(anna@acme.com),"), [Rest("("), Mail("anna@acme.com"), Rest("),")]);
        assert_eq!(tokens("See: https://acme.com/."), [latin("See"), Rest(": "), Web("https://acme.com/"), Rest(".")]);
        assert_eq!(tokens("e\u{301}a"), [latin("e\u{301}a")]);
        assert_eq!(tokens("हिन्दी"), [Word("हिन्दी", Script::Devanagari)]);
        assert_eq!(
            tokens("030 12-345 67"),
            [
                Number("030", Some(0)),
                Rest(" "),
                Number("12", Some(0)),
                Rest("-"),
                Number("345", Some(0)),
                Rest(" "),
                Number("67", Some(0))
            ]
        );
        assert_eq!(tokens("123 x 4567"), [Number("123", None), Rest(" "), latin("x"), Rest(" "), Number("4567", None)]);
    }
}
