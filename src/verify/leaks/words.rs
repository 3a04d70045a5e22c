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
    /// Letters of the longest run.
    pub(super) run: usize,
    /// Letters and digits of the longest word that has both.
    pub(super) mixed: usize,
    /// Whether an `@` stands between two words.
    pub(super) at: bool,
    /// The number that it is, if it is all digits and at most 18 of them.
    pub(super) number: Option<u64>,
}

impl Look {
    /// Whether a value may be found by this inside a longer text.
    fn stands_out(&self) -> bool {
        match self.words {
            1 => self.digits > 0 && self.chars >= SHORTEST,
            2..=MOST_PLAIN => self.chars >= SHORTEST,
            _ => self.words <= MOST && self.chars >= SHORTEST && (self.digits > 0 || self.at),
        }
    }
}

const SEPARATOR: u8 = 0;
const DIGIT: u8 = 2;

/// What each byte is: a separator, a letter or a digit. Bytes of characters beyond ASCII are letters.
static SORTS: [u8; 256] = {
    let mut sorts = [SEPARATOR; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        sorts[byte] = if b.is_ascii_digit() {
            DIGIT
        } else if b.is_ascii_alphabetic() || b >= 0x80 {
            1
        } else {
            SEPARATOR
        };
        byte += 1;
    }
    sorts
};

/// One of the last words.
#[derive(Clone, Copy, Default)]
struct Word {
    /// Hash and length of everything before it.
    before: u64,
    start: usize,
    chars: usize,
    digits: usize,
    run: usize,
    /// Whether an `@` stands before it.
    at: bool,
    /// The number that it is, if it is one of at most 18 digits.
    number: Option<u64>,
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
            if SORTS[usize::from(*byte)] != SEPARATOR {
                polynomial = polynomial.wrapping_mul(self.base).wrapping_add(u64::from(byte.to_ascii_lowercase()));
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
        let mut all = Look { number: Some(0), ..Look::default() };
        let end = self.read(text, |word, _, at| {
            all.words += 1;
            all.chars += word.chars;
            all.digits += word.digits;
            all.run = all.run.max(word.run);
            if word.digits > 0 && word.digits < word.chars {
                all.mixed = all.mixed.max(word.chars);
            }
            all.at |= at && all.words > 1;
            all.number = joined(all.number, word);
        });
        (end.1 >= SHORTEST).then(|| (self.mixed(end.0, end.1), all))
    }

    /// Every value that may stand in a text: whole, or as some of its words.
    pub(super) fn each(&self, text: &[u8], mut found: impl FnMut(u64, &Look)) {
        let mut last = [Word::default(); MOST];
        let mut count = 0;
        let (mut digits, mut at_all) = (0, false);
        let end = self.read(text, |word, end, at| {
            last[count % MOST] = Word { at, ..*word };
            count += 1;
            digits += word.digits;
            at_all |= at;
            let mut look = Look { number: Some(0), ..Look::default() };
            let mut power = 1u64;
            let mut numbers = true;
            for back in 1..=count.min(MOST) {
                let first = &last[(count - back) % MOST];
                look.words = back;
                look.chars += first.chars;
                look.digits += first.digits;
                look.run = look.run.max(first.run);
                look.at |= back > 1 && last[(count - back + 1) % MOST].at;
                // Digits are put in front of what there is.
                numbers &= first.number.is_some();
                look.number = match (first.number, look.number) {
                    (Some(own), Some(rest)) if numbers && look.chars <= 18 => Some(own * power + rest),
                    _ => None,
                };
                power = power.saturating_mul(10u64.saturating_pow(first.chars.min(19) as u32));
                if look.stands_out() && look.chars <= LONGEST {
                    let part = end.wrapping_sub(first.before.wrapping_mul(self.powers[look.chars]));
                    found(self.mixed(part, look.chars), &look);
                }
            }
        });
        // What is longer than any of its parts is one value too; a shorter one was found at its last word.
        let parts = if digits > 0 || at_all { MOST } else { MOST_PLAIN };
        if end.1 >= SHORTEST && (count > parts || end.1 > LONGEST) {
            found(self.mixed(end.0, end.1), &Look { words: count, chars: end.1, digits, ..Look::default() });
        }
    }

    /// Reads a text word by word; tells each word, the hash up to its end, and whether an `@` stands before it. Returns
    /// hash and length of the whole.
    fn read(&self, text: &[u8], mut told: impl FnMut(&Word, u64, bool)) -> (u64, usize) {
        let (mut hash, mut chars) = (0u64, 0);
        let (mut at, mut run) = (false, 0);
        let mut word = Word { number: Some(0), ..Word::default() };
        for byte in text.iter().copied().chain([b' ']) {
            let sort = SORTS[usize::from(byte)];
            if sort != SEPARATOR {
                hash = hash.wrapping_mul(self.base).wrapping_add(u64::from(byte.to_ascii_lowercase()));
                chars += 1;
                if sort == DIGIT {
                    word.digits += 1;
                    run = 0;
                    if chars - word.start <= 18 {
                        word.number = word.number.map(|number| number * 10 + u64::from(byte - b'0'));
                    }
                } else {
                    run += 1;
                    word.run = word.run.max(run);
                    word.number = None;
                }
                continue;
            }
            word.chars = chars - word.start;
            if word.chars > 0 {
                if word.chars > 18 {
                    word.number = None;
                }
                told(&word, hash, at);
                at = false;
                run = 0;
                word = Word { before: hash, start: chars, number: Some(0), ..Word::default() };
            }
            at |= byte == b'@';
        }
        (hash, chars)
    }
}

/// A number with a word's digits behind it, if both are digits and fit.
fn joined(number: Option<u64>, word: &Word) -> Option<u64> {
    let shifted = number?.checked_mul(10u64.checked_pow(u32::try_from(word.chars).ok()?)?)?;
    shifted.checked_add(word.number?)
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
        assert_eq!((mail.words, mail.chars, mail.digits, mail.run, mail.at, mail.number), (4, 18, 1, 7, true, None));
        assert_eq!(look("+49 170 1234567").number, Some(491_701_234_567));
        assert_eq!(look("0049 170 1234567").digits, 14);
        assert_eq!(look("1234567890123456789").number, None);
        let mut numbers = Vec::new();
        hash().each(b"tel 0170 1234567 or 98765 43210", |_, look| numbers.extend(look.number));
        assert_eq!(numbers, [1_234_567, 1_701_234_567, 9_876_543_210]);
    }

    #[test]
    fn short_texts_are_no_values() {
        assert_eq!(hash().whole(b"Anna"), None);
        let mut found = 0;
        hash().each(b"the cat sat on a mat 12 34", |_, look| {
            assert!(look.chars >= SHORTEST);
            found += 1;
        });
        assert!(found > 0);
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
