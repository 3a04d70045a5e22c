//! Writes other words in the places of a text's words.

use std::collections::HashSet;

use super::language::{Language, Script};
use super::token::Token;
use crate::mask::draw::Draw;
use crate::mask::letters::another;
use crate::mask::script::with_digit;
use crate::mask::style::{Style, same};
use crate::mask::url::RESERVED;

/// How often a word is drawn before it is made of letters, and how often that is tried.
const DRAWS: u32 = 16;

/// Letters and digits from which on a word counts as one.
const WORD_CHARS: usize = 3;

/// The words of an original: none of them may be written.
pub(super) struct Forbidden {
    words: HashSet<String>,
    /// Words of our own lists that occur in scripts which write without blanks.
    strung: HashSet<&'static str>,
}

impl Forbidden {
    /// Whatever stands between blanks and punctuation, and the words with their marks and apostrophes.
    pub(super) fn of(original: &str, tokens: &[Token<'_>], language: &Language) -> Self {
        let plain = original.split(|c: char| !c.is_alphanumeric());
        let marked = tokens.iter().filter_map(|token| match token {
            Token::Word(word, _) | Token::Number(word, _) => Some(*word),
            _ => None,
        });
        let words = plain.chain(marked).filter(|word| counts(word)).map(str::to_lowercase).collect();
        let is_strung = tokens.iter().any(|token| matches!(token, Token::Word(_, script) if script.is_strung()));
        let strung = if is_strung {
            language.strung_words().filter(|word| original.contains(word)).collect()
        } else {
            HashSet::new()
        };
        Self { words, strung }
    }

    fn allows(&self, word: &str) -> bool {
        !counts(word) || !self.words.contains(&word.to_lowercase())
    }

    /// Whether a text that was cut ends in none of the words.
    pub(super) fn allows_end(&self, text: &str) -> bool {
        self.allows(text.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default())
    }
}

fn counts(word: &str) -> bool {
    word.chars().nth(WORD_CHARS - 1).is_some()
}

/// A text in the making.
pub(super) struct Writer<'a> {
    draw: &'a mut Draw,
    language: &'a Language,
    forbidden: &'a Forbidden,
    max_chars: usize,
    out: &'a mut String,
    written: usize,
    read: usize,
    /// The group of digits that is being written, and how many digits of it are.
    group: (usize, usize),
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        draw: &'a mut Draw,
        language: &'a Language,
        forbidden: &'a Forbidden,
        max_chars: usize,
        out: &'a mut String,
    ) -> Self {
        Self { draw, language, forbidden, max_chars, out, written: 0, read: 0, group: (usize::MAX, 0) }
    }

    /// Writes a token for each until the room ends; `false` where there is nothing to replace.
    pub(super) fn replaces_any(&mut self, tokens: &[Token<'_>]) -> bool {
        let mut any = false;
        for token in tokens {
            if self.written >= self.max_chars {
                break;
            }
            any |= !matches!(token, Token::Rest(_));
            let original = match token {
                Token::Word(word, script) => {
                    let other = self.word(word, *script);
                    self.push(&other);
                    word
                }
                Token::Number(number, group) => {
                    let other = self.number(number, *group);
                    self.push(&other);
                    number
                }
                Token::Mail(address) => {
                    self.mail(address);
                    address
                }
                Token::Web(address) => {
                    self.web(address);
                    address
                }
                Token::Rest(rest) => {
                    self.push(rest);
                    rest
                }
            };
            self.read += original.chars().count();
        }
        any
    }

    /// Writes one word in the place of the whole text.
    pub(super) fn one_word(&mut self, original: &str) {
        self.out.clear();
        (self.written, self.read) = (0, 0);
        let length = original.chars().count().min(self.max_chars);
        let word = self.composed(original, Script::Latin, length, length).unwrap_or_else(|| self.letters("a", length));
        self.push(&word);
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.written += text.chars().count();
    }

    /// Another word, as long as the original and what the words before it left over or overdrew.
    fn word(&mut self, original: &str, script: Script) -> String {
        let length = original.chars().count();
        if script.is_strung() {
            return self.strung(original, script, length);
        }
        let room = self.max_chars - self.written;
        let ahead = self.written.saturating_sub(self.read).min(2);
        let behind = self.read.saturating_sub(self.written).min(2);
        let length = (length + behind).saturating_sub(ahead).clamp(1, room);
        let mut other = self.composed(original, script, length, room).unwrap_or_else(|| self.letters(original, length));
        match Style::of(original) {
            Style::Upper => Style::Upper.apply(&mut other),
            _ if original.starts_with(char::is_uppercase) => {
                let mut chars = other.chars();
                let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
                other = first + chars.as_str();
            }
            _ => {}
        }
        other
    }

    /// A word of about a length, at most `room`, or several in one where no word is as long.
    fn composed(&mut self, original: &str, script: Script, length: usize, room: usize) -> Option<String> {
        let dictionary = self.language.dictionary(script)?;
        for _ in 0..DRAWS {
            let mut word = String::new();
            let mut rest = length;
            while rest > dictionary.longest() {
                let piece = dictionary.draw(self.draw, 4..=dictionary.longest())?;
                rest -= piece.chars().count();
                word.push_str(piece);
            }
            let most = (rest + 1).min(room - (length - rest));
            let last = dictionary.draw(self.draw, rest.saturating_sub(1).max(1)..=most);
            word.push_str(last.unwrap_or_default());
            if !word.is_empty() && !same(&word, original) && self.forbidden.allows(&word) {
                return Some(word);
            }
        }
        None
    }

    /// As many characters of words that do not occur in the original.
    fn strung(&mut self, original: &str, script: Script, length: usize) -> String {
        let mut run = String::new();
        for _ in 0..DRAWS {
            run.clear();
            let mut rest = length;
            while rest > 0 {
                let piece = self.piece(original, script, rest);
                rest -= piece.chars().count();
                run.push_str(&piece);
            }
            if self.forbidden.allows(&run) {
                break;
            }
        }
        run
    }

    fn piece(&mut self, original: &str, script: Script, most: usize) -> String {
        for _ in 0..DRAWS {
            let piece = self.language.dictionary(script).and_then(|words| words.draw(self.draw, 1..=most));
            if let Some(piece) = piece
                && !self.forbidden.strung.contains(piece)
            {
                return piece.to_owned();
            }
        }
        self.letters(original, 1)
    }

    /// So many letters of the original's scripts; of Latin where the original is nothing but marks.
    fn letters(&mut self, original: &str, length: usize) -> String {
        let original = if original.contains(char::is_alphabetic) { original } else { "a" };
        let mut word = String::new();
        for _ in 0..DRAWS {
            word.clear();
            for c in original.chars().filter(|c| c.is_alphabetic()).cycle().take(length) {
                let lower = c.to_lowercase().next().unwrap_or(c);
                let other = another(self.draw, lower).or_else(|| another(self.draw, 'a'));
                word.extend(other);
            }
            if !same(&word, original) && self.forbidden.allows(&word) {
                break;
            }
        }
        word
    }

    /// Other digits; the first three of a long group are zeros.
    fn number(&mut self, original: &str, group: Option<usize>) -> String {
        if group.is_some_and(|group| group != self.group.0) {
            self.group = (group.unwrap_or_default(), 0);
        }
        let before = if group.is_some() { self.group.1 } else { 3 };
        let mut number = String::new();
        for _ in 0..DRAWS {
            number.clear();
            for (place, c) in original.chars().enumerate() {
                // A digit is below 10.
                let digit = if before + place < 3 { 0 } else { self.draw.below(10) as u32 };
                number.push(with_digit(c, digit));
            }
            if self.forbidden.allows(&number) {
                break;
            }
        }
        if group.is_some() {
            self.group.1 += original.chars().count();
        }
        number
    }

    /// An address at a reserved domain (RFC 2606).
    fn mail(&mut self, original: &str) {
        let length = original.chars().count().saturating_sub("@example.com".len()).clamp(1, 12);
        let local = self.plain(length);
        let domain = *self.draw.pick(&RESERVED);
        self.push_whole(&[&local, "@", domain]);
    }

    fn web(&mut self, original: &str) {
        let scheme = ["https://", "http://", "www."].into_iter().find(|scheme| original.starts_with(scheme));
        let scheme = scheme.unwrap_or("https://");
        let domain = *self.draw.pick(&RESERVED);
        let length = original.chars().count().saturating_sub(scheme.len() + domain.len() + 1);
        if length < 3 {
            return self.push_whole(&[scheme, domain]);
        }
        let path = self.plain(length.min(12));
        self.push_whole(&[scheme, domain, "/", &path]);
    }

    /// A word of small ASCII letters.
    fn plain(&mut self, length: usize) -> String {
        let word = self.letters("a", length);
        match self.language.ascii().draw(self.draw, length.saturating_sub(1).max(1)..=length + 1) {
            Some(drawn) if self.forbidden.allows(drawn) => drawn.to_owned(),
            _ => word,
        }
    }

    /// Writes an address, or, where it does not fit, nothing that could be somebody's.
    fn push_whole(&mut self, parts: &[&str]) {
        let address = parts.concat();
        if self.written + address.len() <= self.max_chars {
            self.push(&address);
        } else {
            let word = self.plain(4);
            self.push(&word);
        }
    }
}
