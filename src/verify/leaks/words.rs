//! Texts as leak checks compare them: the letters and digits of a value in lower case (ASCII), without anything between
//! them, so that `DE89 3704 0044`, `de89-37040044` and `{"iban":"DE8937040044"}` hold the same value. A text is read
//! once: at the end of each of its words, every value that the last few words may be is known as a keyed 64-bit hash.

/// Words that a value inside a longer text may have, if it holds a digit or an `@`.
const MOST: usize = 6;
/// Words that a value without either may have: a name, a street.
const MOST_PLAIN: usize = 3;
/// Letters and digits that a value has at the least.
pub(super) const SHORTEST: usize = 7;
/// Longest value that is found inside a longer text.
const LONGEST: usize = 128;

/// A keyed hash of letters and digits that can be taken of a part: a polynomial modulo 2^64 with an odd base, mixed at
/// the end. It stays in memory and is another one in every run.
pub(super) struct Hash {
    base: u64,
    seed: u64,
    powers: [u64; LONGEST + 1],
}

/// What a word or several are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    /// Words.
    pub(super) words: usize,
    /// Letters and digits.
    pub(super) chars: usize,
    /// Digits.
    pub(super) digits: usize,
    /// Letters and digits of the longest word that has both.
    pub(super) mixed: usize,
    /// Whether an `@` stands between two words.
    pub(super) at: bool,
}

const DIGIT: u16 = 1 << 8;

/// What each byte is: 0 for what stands between words, else the letter in lower case or the digit, with [`DIGIT`].
/// Bytes of characters beyond ASCII are letters.
pub(super) static BYTES: [u16; 256] = {
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        if b.is_ascii_digit() {
            bytes[byte] = b as u16 | DIGIT;
        } else if b.is_ascii_alphabetic() || b >= 0x80 {
            bytes[byte] = b.to_ascii_lowercase() as u16;
        }
        byte += 1;
    }
    bytes
};

/// How far a text has been read.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The polynomial over all letters and digits so far.
    hash: u64,
    /// How many they are.
    chars: usize,
    /// How many of them are digits.
    digits: usize,
    /// How many `@` stand between words so far.
    ats: usize,
    /// Bytes read.
    at: usize,
}

impl Hash {
    /// A function out of the family.
    pub(super) fn new(seed: [u64; 2]) -> Self {
        let base = seed[0] | 1;
        let mut powers = [1u64; LONGEST + 1];
        for at in 1..=LONGEST {
            powers[at] = powers[at - 1].wrapping_mul(base);
        }
        Self { base, seed: seed[1], powers }
    }

    /// The finalizer of MurmurHash3 (Austin Appleby, public domain): every bit of the polynomial decides every bit.
    fn mixed(&self, polynomial: u64, chars: usize) -> u64 {
        let mut hash = polynomial ^ self.seed ^ chars as u64;
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        hash ^ (hash >> 33)
    }

    /// A whole text as one value; `None` where it has too few letters and digits.
    pub(super) fn whole(&self, text: &[u8]) -> Option<u64> {
        let (mut polynomial, mut chars) = (0u64, 0);
        for byte in text {
            let byte = BYTES[usize::from(*byte)];
            if byte != 0 {
                polynomial = polynomial.wrapping_mul(self.base).wrapping_add(u64::from(byte));
                chars += 1;
            }
        }
        (chars >= SHORTEST).then(|| self.mixed(polynomial, chars))
    }

    /// Any bytes as one value.
    pub(super) fn bytes(&self, bytes: &[u8]) -> u64 {
        let polynomial = bytes.iter().fold(1u64, |sum, b| sum.wrapping_mul(self.base).wrapping_add(u64::from(*b)));
        self.mixed(polynomial, bytes.len())
    }

    /// A whole text as one value, and what it is made of.
    pub(super) fn looked_at(&self, text: &[u8]) -> Option<(u64, Look)> {
        let mut look = Look::default();
        let (mut polynomial, mut rest, mut at) = (0u64, text, false);
        loop {
            // What stands before a word.
            while let [byte, behind @ ..] = rest
                && BYTES[usize::from(*byte)] == 0
            {
                at |= *byte == b'@' && look.words > 0;
                rest = behind;
            }
            let (mut digits, mut chars) = (0, 0);
            for byte in rest {
                let class = BYTES[usize::from(*byte)];
                if class == 0 {
                    break;
                }
                polynomial = polynomial.wrapping_mul(self.base).wrapping_add(u64::from(class));
                digits += usize::from(class >> 8);
                chars += 1;
            }
            if chars == 0 {
                break;
            }
            rest = &rest[chars..];
            look.words += 1;
            look.at |= at;
            look.chars += chars;
            look.digits += digits;
            if (1..chars).contains(&digits) {
                look.mixed = look.mixed.max(chars);
            }
        }
        (look.chars >= SHORTEST).then(|| (self.mixed(polynomial, look.chars), look))
    }

    /// Every value that may stand in a text: whole, or as some of its words. A number of at most 18 digits comes with it.
    pub(super) fn each(&self, text: &[u8], mut found: impl FnMut(u64, Option<u64>)) {
        let mut starts = [Place::default(); MOST];
        let mut words = 0;
        let mut place = Place::default();
        while let Some((start, end)) = self.word(text, place) {
            starts[words % MOST] = start;
            words += 1;
            // What stands before the first of these words does not enter.
            let oldest = &starts[words.saturating_sub(MOST) % MOST];
            let telling = end.digits > oldest.digits || end.ats > oldest.ats;
            for back in 1..=words.min(if telling { MOST } else { MOST_PLAIN }) {
                let first = &starts[(words - back) % MOST];
                let (chars, digits) = (end.chars - first.chars, end.digits - first.digits);
                if chars < SHORTEST {
                    continue;
                }
                let plain = digits == 0 && end.ats == first.ats;
                if chars > LONGEST || plain && (back == 1 || back > MOST_PLAIN) {
                    continue;
                }
                let part = end.hash.wrapping_sub(first.hash.wrapping_mul(self.powers[chars]));
                let number = (digits == chars && chars <= 18).then(|| number(&text[first.at..end.at]));
                found(self.mixed(part, chars), number);
            }
            place = end;
        }
        // What is longer than any of its parts is one value too; a shorter one was found at its last word.
        let parts = if place.digits > 0 || place.ats > 0 { MOST } else { MOST_PLAIN };
        if place.chars >= SHORTEST && (words > parts || place.chars > LONGEST) {
            found(self.mixed(place.hash, place.chars), None);
        }
    }

    /// Reads the next word: the places of its start and of its end.
    fn word(&self, text: &[u8], mut place: Place) -> Option<(Place, Place)> {
        let mut rest = &text[place.at..];
        while let [byte, behind @ ..] = rest
            && BYTES[usize::from(*byte)] == 0
        {
            place.ats += usize::from(*byte == b'@');
            rest = behind;
        }
        place.at = text.len() - rest.len();
        let (mut hash, mut digits) = (place.hash, place.digits);
        let mut chars = 0;
        for byte in rest {
            let byte = BYTES[usize::from(*byte)];
            if byte == 0 {
                break;
            }
            hash = hash.wrapping_mul(self.base).wrapping_add(u64::from(byte));
            digits += usize::from(byte >> 8);
            chars += 1;
        }
        let end = Place { hash, chars: place.chars + chars, digits, ats: place.ats, at: place.at + chars };
        (chars > 0).then_some((place, end))
    }
}

/// The number that a text's digits are.
pub(super) fn number(text: &[u8]) -> u64 {
    text.iter().fold(0, |sum: u64, byte| match byte.wrapping_sub(b'0') {
        digit @ 0..=9 => sum.wrapping_mul(10).wrapping_add(u64::from(digit)),
        _ => sum,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash() -> Hash {
        Hash::new([0x1234_5678_9abc_def0, 42])
    }

    fn finds(value: &str, text: &str) -> bool {
        let wanted = hash().whole(value.as_bytes()).unwrap();
        let mut found = false;
        hash().each(text.as_bytes(), |hash, _| found |= hash == wanted);
        found
    }

    #[test]
    fn values_are_found_however_they_are_written_and_wherever_they_stand() {
        for (value, text) in [
            ("DE89 3704 0044 0532 0130 00", "paid from de89370400440532013000, thanks"),
            ("DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
            ("anna.schmidt@mail.de", "{\"mail\": \"Anna.Schmidt@mail.de\", \"n\": 1}"),
            ("+49 170 123-4567", "call 491701234567 today"),
            ("491701234567", "(+49) 170/123 45 67"),
            ("Anna Schmidt", "scans/2024/anna_schmidt.pdf"),
            ("Anna Schmidt", "Anna Schmidt"),
            ("12 Long Road", "lives at 12, Long Road; call first"),
            ("550e8400-e29b-41d4-a716-446655440000", "id=550E8400E29B41D4A716446655440000&x"),
            ("sk_live_4eC39HqLyjWDarjtT1zdp7dc", "Bearer sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
            ("Żółć Świątek", "pani Żółć Świątek"),
            ("a house on a hill by the sea", "a house on a hill by the sea"),
        ] {
            assert!(finds(value, text), "{value} in {text}");
        }
        for (value, text) in [
            ("Anna Schmidt", "Anna Schmid, or Hanna Schmidt"),
            ("1234567", "12345678"),
            ("a house on a hill by the sea", "there is a house on a hill by the sea"),
        ] {
            assert!(!finds(value, text), "{value} in {text}");
        }
    }

    #[test]
    fn looks_are_those_of_the_words() {
        let look = |text: &str| hash().looked_at(text.as_bytes()).unwrap().1;
        let mail = look("anna.schmidt7@mail.de");
        assert_eq!((mail.words, mail.chars, mail.digits, mail.mixed, mail.at), (4, 18, 1, 8, true));
        assert!(!look("@anna_schmidt").at);
        assert_eq!(look("0049 170 1234567").digits, 14);
        assert_eq!(number(b"+49 170 1234567"), 491_701_234_567);
        let mut numbers = Vec::new();
        hash().each(b"tel 0170 1234567 or 98765 43210", |_, number| numbers.extend(number));
        assert_eq!(numbers, [1_234_567, 1_701_234_567, 9_876_543_210]);
    }

    #[test]
    fn short_texts_are_no_values() {
        assert_eq!(hash().whole(b"Anna"), None);
        let mut found = 0;
        hash().each(b"the cat sat on a mat 12 34", |_, _| found += 1);
        assert!(found > 0);
        hash().each(b"Kirchheimbolanden", |_, _| panic!("a single word is no value"));
    }

    #[test]
    fn hashes_are_spread() {
        let mut all: Vec<u64> =
            (0..200_000).map(|n| hash().whole(format!("value number {n}").as_bytes()).unwrap()).collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 200_000);
        let low = all.iter().filter(|hash| hash.leading_zeros() >= 4).count();
        assert!(low.abs_diff(12_500) < 700, "{low}");
    }
}
