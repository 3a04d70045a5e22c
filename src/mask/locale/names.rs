//! Names as masks need them, each looked at once: as it is written, as handles write it, which letters it is made of.

use std::sync::OnceLock;

use crate::mask::draw::Draw;
use crate::mask::handle::push_handle;

/// A given or family name.
#[derive(Debug)]
pub(in crate::mask) struct Name {
    /// As it is written.
    pub(in crate::mask) text: &'static str,
    /// As handles write it: ASCII letters and digits in lower case, at least one.
    pub(in crate::mask) handle: Box<str>,
    /// Its letters.
    pub(in crate::mask) letters: Letters,
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
        Self { text, handle: handle.into(), letters: Letters::of(text) }
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

/// Which characters a text in ASCII is made of.
#[derive(Clone, Copy, Debug)]
pub(in crate::mask) struct Letters {
    /// Whether it is in ASCII.
    pub(in crate::mask) plain: bool,
    /// Whether it is of ASCII's letters and digits only.
    pub(in crate::mask) word: bool,
    /// A bit for each character, in lower case; characters that are 64 apart share one.
    set: u64,
}

impl Letters {
    /// Those of a text.
    pub(in crate::mask) fn of(text: &str) -> Self {
        let (mut all, mut word, mut set) = (0, true, 0);
        for byte in text.bytes() {
            all |= byte;
            word &= byte.is_ascii_alphanumeric();
            set |= 1 << ((byte | 0x20) & 63);
        }
        Self { plain: all < 0x80, word, set }
    }

    /// Whether every character of another text may be among these.
    pub(in crate::mask) fn hold(self, other: Letters) -> bool {
        other.set & !self.set == 0
    }
}
