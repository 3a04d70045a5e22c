//! The text that a mask is writing, at the end of its column's texts: it is not copied once it stands there.

use crate::blocks::put_block;

/// A text in the making.
pub(super) struct Line<'a> {
    /// UTF-8: the texts that are there, and this one.
    all: &'a mut Vec<u8>,
    start: usize,
}

impl<'a> Line<'a> {
    /// An empty text behind others.
    pub(super) fn behind(all: &'a mut Vec<u8>) -> Self {
        Self { start: all.len(), all }
    }

    /// Appends a text.
    pub(super) fn push_str(&mut self, text: &str) {
        self.all.extend_from_slice(text.as_bytes());
    }

    /// Appends a character.
    pub(super) fn push(&mut self, c: char) {
        match c.is_ascii() {
            true => self.all.push(c as u8),
            false => self.push_str(c.encode_utf8(&mut [0; 4])),
        }
    }

    /// Appends the first bytes of a block, which are whole characters.
    #[inline]
    pub(super) fn push_block<const N: usize>(&mut self, block: &[u8; N], len: usize) {
        put_block(self.all, block, len);
    }

    /// Appends a number of at most three digits, and others by a longer way.
    pub(super) fn push_number(&mut self, number: u64) {
        let digit = |number: u64| b'0' + (number % 10) as u8;
        let (hundreds, tens, ones) = (digit(number / 100), digit(number / 10), digit(number));
        match number {
            0..10 => self.push_block(&[ones], 1),
            10..100 => self.push_block(&[tens, ones], 2),
            100..1000 => self.push_block(&[hundreds, tens, ones], 3),
            _ => self.push_str(itoa::Buffer::new().format(number)),
        }
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.all[self.start..]
    }

    /// The same as a text.
    pub(super) fn text(&self) -> &str {
        str::from_utf8(self.bytes()).unwrap_or_default()
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.all.len() - self.start
    }

    /// Shortens it to so many bytes, at the end of a character.
    pub(super) fn truncate(&mut self, len: usize) {
        self.all.truncate(self.start + len);
    }

    /// Forgets it.
    pub(super) fn clear(&mut self) {
        self.truncate(0);
    }

    /// Does to it what can be done to a text, by a copy of it.
    pub(super) fn edit(&mut self, edit: impl FnOnce(&mut String)) {
        let mut text = self.text().to_owned();
        edit(&mut text);
        self.clear();
        self.push_str(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_one_behind_the_other() {
        let mut all = Vec::new();
        let mut line = Line::behind(&mut all);
        line.push_str("Anna");
        line.push('ß');
        assert_eq!((line.text(), line.len()), ("Annaß", 6));
        let mut line = Line::behind(&mut all);
        for number in [0, 9, 10, 99, 100, 999, 1000, u64::MAX] {
            line.clear();
            line.push_number(number);
            assert_eq!(line.text(), number.to_string());
        }
        line.truncate(2);
        line.push_block(b"abcdef", 3);
        line.edit(|text| *text = text.to_uppercase());
        assert_eq!(line.text(), "18ABC");
        assert_eq!(all, "Annaß18ABC".as_bytes());
    }
}
