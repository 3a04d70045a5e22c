//! Names as masks need them, each looked at once: as it is written, as handles write it, and what it is found by.

use std::ops::Range;
use std::sync::OnceLock;

use crate::mask::draw::Draw;
use crate::mask::handle::push_handle;
use crate::mask::line::Line;

/// A given or family name. There are thousands, which are read in no order: small, so that most stay in the processor's cache.
#[derive(Debug)]
pub(in crate::mask) struct Name {
    short: Short,
    full: Box<Full>,
}

/// A name at its full length.
#[derive(Debug)]
struct Full {
    written: &'static str,
    handle: Box<str>,
}

/// A name of at most 15 bytes as it is written, then how many they are and what it is like.
#[derive(Clone, Copy, Debug)]
struct Short([u8; 16]);

/// Bits of the last byte of a [`Short`] that are a length; all of them where the name is longer.
const LENGTH: u8 = 0x1F;

/// Set in the last byte of a [`Short`]: the name is one word of ASCII's letters and digits.
const WORD: u8 = 0x20;

/// Letters that a name is looked for by, and the fewest that do.
const FOUND_BY: usize = 4;
/// See [`FOUND_BY`].
const FEWEST: usize = 3;

impl Short {
    fn of(text: &str) -> Self {
        let mut short = [0; 16];
        let len = text.len().min(15);
        short[..len].copy_from_slice(&text.as_bytes()[..len]);
        let word = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        short[15] = if text.len() > 15 { LENGTH } else { len as u8 } | if word { WORD } else { 0 };
        Self(short)
    }

    /// How many bytes it has; `None` where the name is longer.
    fn len(&self) -> Option<usize> {
        Some(self.0[15] & LENGTH).filter(|len| *len < LENGTH).map(usize::from)
    }

    fn is_word(&self) -> bool {
        self.0[15] & WORD > 0
    }
}

/// The given or the family names of a language.
#[derive(Debug)]
pub(super) struct Names {
    words: &'static [&'static str],
    names: OnceLock<Vec<Name>>,
}

impl Names {
    /// These.
    pub(super) const fn of(words: &'static [&'static str]) -> Self {
        Self { words, names: OnceLock::new() }
    }

    /// One of them, each equally likely.
    pub(super) fn draw(&'static self, draw: &mut Draw) -> &'static Name {
        draw.pick(self.names.get_or_init(|| self.words.iter().map(|word| Name::new(clean(word))).collect()))
    }

    /// All of them, as they are written.
    #[cfg(test)]
    pub(super) fn texts(&self) -> Vec<&'static str> {
        self.words.iter().map(|word| clean(word)).collect()
    }
}

impl Name {
    fn new(text: &'static str) -> Self {
        let mut handle = String::new();
        push_handle(text, &mut handle);
        Self { short: Short::of(text), full: Box::new(Full { written: text, handle: handle.into() }) }
    }

    /// A name that stands in no list.
    #[cfg(test)]
    pub(in crate::mask) fn tried(text: &'static str) -> &'static Self {
        Box::leak(Box::new(Self::new(text)))
    }

    /// As it is written.
    pub(in crate::mask) fn text(&self) -> &'static str {
        self.full.written
    }

    /// Writes it.
    #[inline]
    pub(in crate::mask) fn write(&self, out: &mut Line<'_>) {
        match self.short.len() {
            Some(len) => out.push_block(&self.short.0, len),
            None => out.push_str(self.full.written),
        }
    }

    /// Writes it as handles do: ASCII letters and digits in lower case, at least one.
    #[inline]
    pub(in crate::mask) fn write_handle(&self, out: &mut Line<'_>) {
        match self.short.len().filter(|_| self.short.is_word()) {
            Some(len) => out.push_block(&lower(self.short.0), len),
            None => out.push_str(&self.full.handle),
        }
    }

    /// Its first letter as handles write it.
    pub(in crate::mask) fn initial(&self) -> char {
        match self.short.is_word() {
            true => char::from(lower(self.short.0)[0]),
            false => self.full.handle.chars().next().unwrap_or('x'),
        }
    }

    /// Whether it is one word of ASCII's letters and digits.
    pub(in crate::mask) fn is_word(&self) -> bool {
        self.short.is_word()
    }

    /// Whether such a word may stand in a text in lower case, a part of a buffer. What is behind the text may be taken for
    /// a part of it; what says no is sure.
    pub(in crate::mask) fn may_stand_in(&self, buffer: &[u8], text: Range<usize>) -> bool {
        /// Places that are looked at together.
        const PLACES: usize = 32;
        let [a, b, c, d, ..] = lower(self.short.0);
        let len = self.short.len().unwrap_or(FOUND_BY);
        if len < FEWEST {
            return true;
        }
        let any = len == FEWEST;
        let mut at = text.start;
        while at < text.end {
            let Some(chars) = buffer[at..].first_chunk::<{ PLACES + FOUND_BY - 1 }>() else { return true };
            let mut found = false;
            for place in 0..PLACES {
                let fourth = (chars[place + 3] == d) | any;
                found |= (chars[place] == a) & (chars[place + 1] == b) & (chars[place + 2] == c) & fourth;
            }
            if found {
                return true;
            }
            at += PLACES;
        }
        false
    }
}

/// Letters of ASCII in lower case; digits stay. (A loop over the array: `map` would call a function for it.)
fn lower(mut word: [u8; 16]) -> [u8; 16] {
    word.iter_mut().for_each(|c| *c |= 0x20);
    word
}

/// Mends three slips of `fake` 5.1.0: `Ricci` with a tab, `Floris` with a comma, `D'Ávila` with a double quote.
fn clean(word: &'static str) -> &'static str {
    if word == "D\"ávila" {
        return "D'Ávila";
    }
    word.trim_matches(|c: char| c == ',' || c.is_whitespace())
}
