//! Texts as numbers: every place of a text has a digit of its own radix, and all places together are one number that is
//! permuted as a whole, so one changed place changes every other. Which characters may stand in a place is the masks'
//! business; [`Alphabet`] is the simplest case, the same characters everywhere.
//!
//! Places whose number does not fit 128 bits are taken in chunks, twice: from the first to the last and back, each chunk
//! moved by a keyed function of its already permuted neighbour before it is permuted itself. Every one of these steps
//! can be undone knowing the neighbour, so texts of one shape stay different.

use super::feistel::Permutation;
use crate::key::DomainKey;

/// A digit and how many there are of its sort: `digit < radix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Value, from 0.
    pub(super) digit: u32,
    /// How many values there are.
    pub(super) radix: u32,
}

/// Places whose number fits 128 bits.
struct Chunk {
    len: usize,
    n: u128,
    number: u128,
}

/// Permutes the number that the places stand for, first place most significant. Places of the same radices are a
/// permutation of their own.
pub(super) fn permute(key: &DomainKey, places: &mut [Place]) {
    let first = chunk(places);
    if first.len == places.len() {
        write(places, Permutation::over(key, first.n).apply(key, first.number));
        return;
    }
    let mut chunks = vec![first];
    let mut at = chunks[0].len;
    while at < places.len() {
        let next = chunk(&places[at..]);
        at += next.len;
        chunks.push(next);
    }
    pass(key, b'>', chunks.iter_mut());
    pass(key, b'<', chunks.iter_mut().rev());
    let mut rest = places;
    for chunk in chunks {
        let (head, tail) = rest.split_at_mut(chunk.len);
        write(head, chunk.number);
        rest = tail;
    }
}

/// As many places from the first as fit 128 bits.
fn chunk(places: &[Place]) -> Chunk {
    let mut chunk = Chunk { len: 0, n: 1, number: 0 };
    for place in places {
        let radix = u128::from(place.radix);
        let Some(n) = chunk.n.checked_mul(radix) else { break };
        chunk = Chunk { len: chunk.len + 1, n, number: chunk.number * radix + u128::from(place.digit) };
    }
    chunk
}

/// Writes a number into its places.
fn write(places: &mut [Place], mut number: u128) {
    for place in places.iter_mut().rev() {
        // A remainder of a u32 fits one.
        place.digit = (number % u128::from(place.radix)) as u32;
        number /= u128::from(place.radix);
    }
}

/// Permutes chunk by chunk, each moved by its neighbour before it.
fn pass<'a>(key: &DomainKey, direction: u8, chunks: impl Iterator<Item = &'a mut Chunk>) {
    let mut neighbour: Option<u128> = None;
    for chunk in chunks {
        if let Some(number) = neighbour {
            // 18 bytes: no message of the permutation's rounds is as long.
            let tag = key.prf(&[&[0xff, direction], &number.to_le_bytes()]);
            let moved = u128::from_le_bytes(tag) % chunk.n;
            let room = chunk.n - moved;
            chunk.number = if chunk.number >= room { chunk.number - room } else { chunk.number + moved };
        }
        chunk.number = Permutation::over(key, chunk.n).apply(key, chunk.number);
        neighbour = Some(chunk.number);
    }
}

/// A set of characters: texts of them are permuted among the texts of the same length.
#[derive(Clone, Debug)]
pub(super) struct Alphabet(Vec<char>);

impl Alphabet {
    /// The characters of a text, each once.
    pub(super) fn new(chars: &str) -> Self {
        let mut chars: Vec<char> = chars.chars().collect();
        chars.sort_unstable();
        chars.dedup();
        Self(chars)
    }

    /// Writes a text's image behind `out`: as many characters, all of the alphabet; different texts of one length stay
    /// different. Writes nothing and returns `false` if the text holds another character.
    pub(super) fn permute(&self, key: &DomainKey, text: &str, out: &mut String) -> bool {
        // An alphabet has fewer characters than Unicode, whose code points fit 21 bits.
        let radix = self.0.len() as u32;
        let place = |c: char| self.0.binary_search(&c).ok().map(|digit| Place { digit: digit as u32, radix });
        let Some(mut places) = text.chars().map(place).collect::<Option<Vec<Place>>>() else {
            return false;
        };
        permute(key, &mut places);
        out.extend(places.iter().map(|place| self.0[place.digit as usize]));
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::key::RootKey;

    fn key() -> DomainKey {
        RootKey::new([7; 32]).domain("d")
    }

    #[test]
    fn texts_of_one_length_are_permuted() {
        let alphabet = Alphabet::new("abcba");
        for length in 1..=6u32 {
            let texts = (0..3u32.pow(length)).map(|mut number| {
                let mut text = String::new();
                for _ in 0..length {
                    text.push(['a', 'b', 'c'][number as usize % 3]);
                    number /= 3;
                }
                text
            });
            let mut seen = BTreeSet::new();
            for text in texts {
                let mut out = String::new();
                assert!(alphabet.permute(&key(), &text, &mut out));
                assert_eq!(out.len(), text.len());
                assert!(seen.insert(out), "{text} collides");
            }
        }
        let mut out = String::new();
        assert!(!alphabet.permute(&key(), "abd", &mut out) && out.is_empty());
        assert!(alphabet.permute(&key(), "", &mut out) && out.is_empty());
    }

    #[test]
    fn chunks_are_permuted_together() {
        // Radices so large that three places do not fit 128 bits: 11 places make several chunks.
        let radix = u32::MAX;
        let permuted = |digits: &[u32]| {
            let mut places: Vec<Place> = digits.iter().map(|&digit| Place { digit, radix }).collect();
            permute(&key(), &mut places);
            assert!(places.iter().all(|place| place.digit < radix));
            places.iter().map(|place| place.digit).collect::<Vec<u32>>()
        };
        let base = permuted(&[5; 11]);
        for place in 0..11 {
            let mut digits = [5; 11];
            digits[place] = 6;
            let other = permuted(&digits);
            // Every place moves, whichever place changed.
            assert!(base.iter().zip(&other).all(|(a, b)| a != b), "place {place}");
        }
    }

    #[test]
    fn chunks_stay_different() {
        // 12 places of 2^31 and one of 2: 4 places a chunk, the last one of 2 numbers only.
        let mut seen = BTreeSet::new();
        for first in 0..40 {
            for last in 0..2 {
                let mut places = vec![Place { digit: first, radix: 1 << 31 }; 12];
                places.push(Place { digit: last, radix: 2 });
                permute(&key(), &mut places);
                assert!(seen.insert(places.iter().map(|place| place.digit).collect::<Vec<u32>>()));
            }
        }
    }
}
