//! Names as masks need them, each looked at once: as it is written, as handles write it, which letters it is made of.

use std::sync::OnceLock;

use crate::mask::draw::Draw;
use crate::mask::handle::push_handle;

/// A given or family name, in one line of the processor's cache.
#[derive(Debug)]
#[repr(align(64))]
pub(in crate::mask) struct Name {
    /// As it is written.
    pub(in crate::mask) text: &'static str,
    /// As handles write it: ASCII letters and digits in lower case, at least one.
    pub(in crate::mask) handle: Box<str>,
    /// Its letters.
    pub(in crate::mask) letters: Letters,
    /// Whether it is one word of ASCII's letters and digits.
    pub(in crate::mask) word: bool,
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
        let word = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Self { text, handle: handle.into(), letters: Letters::of(text), word }
    }

    /// A name that stands in no list.
    #[cfg(test)]
    pub(in crate::mask) fn tried(text: &'static str) -> &'static Self {
        Box::leak(Box::new(Self::new(text)))
    }

    /// Its first letter as handles write it.
    pub(in crate::mask) fn initial(&self) -> &str {
        self.handle.get(..1).unwrap_or_default()
    }
}

/// Mends three slips of `fake` 5.1.0: `Ricci` with a tab, `Floris` with a comma, `D'Ávila` with a double quote.
fn clean(word: &'static str) -> &'static str {
    if word == "D\"ávila" {
        return "D'Ávila";
    }
    word.trim_matches(|c: char| c == ',' || c.is_whitespace())
}

/// Which characters stand side by side in a text.
#[derive(Clone, Copy, Debug)]
pub(in crate::mask) struct Letters {
    /// Whether it is in ASCII.
    pub(in crate::mask) plain: bool,
    /// A bit for each pair, in lower case; many pairs share one.
    pairs: u64,
}

impl Letters {
    /// Those of a text.
    pub(in crate::mask) fn of(text: &str) -> Self {
        let mut pairs = 0u64;
        let mut all = 0;
        let mut before = None;
        for byte in text.bytes() {
            all |= byte;
            let letter = u32::from(byte | 0x20);
            if let Some(before) = before.replace(letter) {
                pairs |= 1u64.rotate_left(5 * before + letter);
            }
        }
        Self { plain: all < 0x80, pairs }
    }

    /// Whether another text may stand in this one, if both are in ASCII.
    pub(in crate::mask) fn hold(self, other: Letters) -> bool {
        other.pairs & !self.pairs == 0
    }
}
