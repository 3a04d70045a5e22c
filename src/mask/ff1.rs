//! FF1, the format-preserving encryption of NIST SP 800-38G, over AES: for those who need a construction with that name.
//! It is the masks' choice (`ff1: true`); their own permutation is `feistel`, which is faster and takes any domain.
//!
//! Revision 1 of the publication (second draft, February 2025) asks for at least a million texts in a domain; fewer are
//! refused here. Which characters the numerals stand for is left to the masks.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

use super::map::Reason;
use super::params::{ParamDef, ParamKind};
use super::places::Place;
use crate::key::DomainKey;

/// Bytes of a block of AES.
const BLOCK: usize = 16;
/// Rounds (SP 800-38G, section 4.3).
const ROUNDS: u8 = 10;
/// Fewest texts in a domain (SP 800-38G Rev. 1, section 5.1: radix^minlen >= 1 000 000).
pub(super) const LEAST: u128 = 1_000_000;
/// Largest radix (SP 800-38G, section 5.1).
const LARGEST_RADIX: u32 = 1 << 16;

/// Why a value is not enciphered.
pub(super) const TOO_FEW: Reason =
    "FF1 needs at least 1,000,000 values of its form (6 digits, 5 letters); leave `ff1` out for such columns";

/// The parameter of masks that can do it.
pub(super) const PARAM: ParamDef = ParamDef {
    name: "ff1",
    kind: ParamKind::Bool,
    default: None,
    required: false,
    summary: "encipher with FF1 (NIST SP 800-38G, AES-256) instead of our own permutation",
};

/// FF1 under one key, with the tweak of its column's domain.
pub(super) struct Ff1 {
    cipher: Aes256,
    tweak: [u8; BLOCK],
}

impl Ff1 {
    /// Key and tweak come from the domain's key, as two purposes of it.
    pub(super) fn new(key: &DomainKey) -> Self {
        let own = key.purpose("ff1");
        let mut bytes = Zeroizing::new([0; 2 * BLOCK]);
        for (counter, half) in (1u8..).zip(bytes.chunks_exact_mut(BLOCK)) {
            half.copy_from_slice(&own.prf(&[&[counter]]));
        }
        Self { cipher: Aes256::new(&Array(*bytes)), tweak: key.purpose("ff1 tweak").prf(&[]) }
    }

    /// Enciphers a number below n, walking until the result is below n too.
    ///
    /// # Errors
    /// There are too few numbers; one alone stays.
    pub(super) fn number(&self, n: u128, number: u128) -> Result<u128, Reason> {
        if n == 1 {
            return Ok(number);
        }
        if n < LEAST {
            return Err(TOO_FEW);
        }
        let bits = 128 - (n - 1).leading_zeros();
        let mut at = number;
        let mut numerals = Vec::new();
        loop {
            numerals.clear();
            // A bit fits.
            numerals.extend((0..bits).rev().map(|bit| (at >> bit & 1) as u16));
            encipher(&self.cipher, 2, &self.tweak, &mut numerals);
            at = numerals.iter().fold(0, |sum, bit| sum << 1 | u128::from(*bit));
            if at < n {
                return Ok(at);
            }
        }
    }

    /// Enciphers places, those of one radix together. Those of the next radix have the masked ones before them in their
    /// tweak, so that the whole is one to one, and one changed place changes all that come with or after it.
    ///
    /// # Errors
    /// There are too few texts of these radices.
    pub(super) fn places(&self, places: &mut [Place]) -> Result<(), Reason> {
        let mut radices: Vec<u32> = places.iter().map(|place| place.radix).collect();
        radices.sort_unstable();
        radices.dedup();
        let mut tweak = self.tweak.to_vec();
        for radix in radices {
            let own = || places.iter().filter(|place| place.radix == radix);
            let size = own().try_fold(1u128, |size, _| size.checked_mul(radix.into()));
            if !(2..=LARGEST_RADIX).contains(&radix) || size.is_some_and(|size| size < LEAST) {
                return Err(TOO_FEW);
            }
            // A digit is below its radix, at most 2^16.
            let mut numerals: Vec<u16> = own().map(|place| place.digit as u16).collect();
            encipher(&self.cipher, radix, &tweak, &mut numerals);
            let own = places.iter_mut().filter(|place| place.radix == radix);
            own.zip(&numerals).for_each(|(place, numeral)| place.digit = u32::from(*numeral));
            tweak.extend(radix.to_be_bytes());
            tweak.extend(numerals.iter().flat_map(|numeral| numeral.to_be_bytes()));
        }
        Ok(())
    }
}

/// `FF1.Encrypt(K, T, X)` in place (SP 800-38G, algorithm 7): numerals below the radix, the first most significant, two
/// at least.
fn encipher(
    cipher: &impl BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>,
    radix: u32,
    tweak: &[u8],
    x: &mut [u16],
) {
    let (n, t) = (x.len(), tweak.len());
    let u = n / 2;
    let v = n - u;
    let b = bits(radix, v).div_ceil(8);
    let d = 4 * b.div_ceil(4) + 4;
    let mut p = [1, 2, 1, 0, 0, 0, 10, (u % 256) as u8, 0, 0, 0, 0, 0, 0, 0, 0];
    p[3..6].copy_from_slice(&radix.to_be_bytes()[1..]);
    // Texts and tweaks are far below 2^32.
    p[8..12].copy_from_slice(&(n as u32).to_be_bytes());
    p[12..].copy_from_slice(&(t as u32).to_be_bytes());
    let padded = (t + 1 + b).next_multiple_of(BLOCK);
    let mut q = vec![0; padded];
    q[..t].copy_from_slice(tweak);
    let (mut a, mut c) = x.split_at_mut(u);
    for round in 0..ROUNDS {
        // A and B change places every round: `a` is A, `c` is B, and becomes C at A's place.
        q[padded - b - 1] = round;
        number(c, radix, &mut q[padded - b..]);
        let mut r = Array(p);
        cipher.encrypt_block(&mut r);
        for block in q.chunks_exact(BLOCK) {
            r.0.iter_mut().zip(block).for_each(|(own, other)| *own ^= other);
            cipher.encrypt_block(&mut r);
        }
        let mut s = r.0.to_vec();
        for j in 1u128.. {
            if s.len() >= d {
                break;
            }
            let mut block = Array((u128::from_be_bytes(r.0) ^ j).to_be_bytes());
            cipher.encrypt_block(&mut block);
            s.extend(block.0);
        }
        s.truncate(d);
        add(a, radix, &mut s);
        std::mem::swap(&mut a, &mut c);
    }
}

/// Bits of the largest number of so many numerals: the logarithm of their count, rounded up.
fn bits(radix: u32, len: usize) -> usize {
    let largest = vec![(radix - 1) as u16; len];
    let mut bytes = vec![0; len * 17 / 8 + 1];
    number(&largest, radix, &mut bytes);
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let first = bytes.get(zeros).map_or(0, |byte| byte.leading_zeros() as usize);
    (bytes.len() - zeros) * 8 - first
}

/// `NUM_radix(X)` as bytes, most significant first; there is room for it.
fn number(numerals: &[u16], radix: u32, bytes: &mut [u8]) {
    bytes.fill(0);
    for numeral in numerals {
        let mut carry = u32::from(*numeral);
        for byte in bytes.iter_mut().rev() {
            // At most 255 * 2^16 + 2^16: below 2^32.
            let sum = u32::from(*byte) * radix + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
    }
}

/// Adds the number that bytes are to that of numerals, modulo radix^len. The bytes are used up.
fn add(numerals: &mut [u16], radix: u32, bytes: &mut [u8]) {
    let mut carry = 0;
    for numeral in numerals.iter_mut().rev() {
        let mut rest = 0;
        for byte in bytes.iter_mut() {
            // The rest is below the radix: below 2^24 with another byte, and a quotient below 2^8.
            let next = rest << 8 | u32::from(*byte);
            *byte = (next / radix) as u8;
            rest = next % radix;
        }
        let sum = u32::from(*numeral) + rest + carry;
        carry = sum / radix;
        *numeral = (sum % radix) as u16;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use aes::{Aes128, Aes192};

    use super::*;
    use crate::mask::tried::example_key;

    const KEY: [u8; 32] = [
        0x2B, 0x7E, 0x15, 0x16, 0x28, 0xAE, 0xD2, 0xA6, 0xAB, 0xF7, 0x15, 0x88, 0x09, 0xCF, 0x4F, 0x3C, 0xEF, 0x43,
        0x59, 0xD8, 0xD5, 0x80, 0xAA, 0x4F, 0x7F, 0x03, 0x6D, 0x6F, 0x04, 0xFC, 0x6A, 0x94,
    ];

    fn enciphered(key: usize, radix: u32, tweak: &[u8], text: &str) -> String {
        let mut x: Vec<u16> = text.chars().map(|c| c.to_digit(36).unwrap() as u16).collect();
        match key {
            16 => encipher(&Aes128::new_from_slice(&KEY[..16]).unwrap(), radix, tweak, &mut x),
            24 => encipher(&Aes192::new_from_slice(&KEY[..24]).unwrap(), radix, tweak, &mut x),
            _ => encipher(&Aes256::new_from_slice(&KEY).unwrap(), radix, tweak, &mut x),
        }
        x.iter().map(|numeral| char::from_digit(u32::from(*numeral), 36).unwrap()).collect()
    }

    /// NIST, "Examples with intermediate values", FF1samples.pdf: samples 1 to 9.
    #[test]
    fn the_samples_of_nist_come_out() {
        let long = [0x37, 0x37, 0x37, 0x37, 0x70, 0x71, 0x72, 0x73, 0x37, 0x37, 0x37];
        let (digits, letters) = ("0123456789", "0123456789abcdefghi");
        for (sample, key, radix, tweak, text, expected) in [
            (1, 16, 10, &b""[..], digits, "2433477484"),
            (2, 16, 10, b"9876543210", digits, "6124200773"),
            (3, 16, 36, &long, letters, "a9tv40mll9kdu509eum"),
            (4, 24, 10, b"", digits, "2830668132"),
            (5, 24, 10, b"9876543210", digits, "2496655549"),
            (6, 24, 36, &long, letters, "xbj3kv35jrawxv32ysr"),
            (7, 32, 10, b"", digits, "6657667009"),
            (8, 32, 10, b"9876543210", digits, "1001623463"),
            (9, 32, 36, &long, letters, "xs8a0azh2avyalyzuwd"),
        ] {
            assert_eq!(enciphered(key, radix, tweak, text), expected, "sample {sample}");
        }
    }

    #[test]
    fn numbers_stay_below_n_and_apart() {
        let ff1 = Ff1::new(&example_key());
        for n in [LEAST, LEAST + 1, (1 << 30) + 7, u128::from(u64::MAX), 1 << 122] {
            let outputs: BTreeSet<u128> = (0..400).map(|number| ff1.number(n, number).unwrap()).collect();
            assert_eq!(outputs.len(), 400);
            assert!(outputs.iter().all(|number| *number < n));
        }
        assert_eq!(ff1.number(1, 0), Ok(0));
        assert!(ff1.number(999_999, 1).is_err());
    }

    #[test]
    fn small_domains_are_permutations() {
        // A whole domain of the construction, though too small for the masks.
        for (radix, len) in [(10, 3), (7, 4), (2, 10), (61, 2), (3, 5)] {
            let cipher = Aes256::new_from_slice(&KEY).unwrap();
            let mut seen = BTreeSet::new();
            let size = u32::pow(radix, len);
            for mut number in 0..size {
                let mut x: Vec<u16> = (0..len)
                    .map(|_| {
                        let digit = number % radix;
                        number /= radix;
                        digit as u16
                    })
                    .collect();
                encipher(&cipher, radix, b"t", &mut x);
                assert!(x.iter().all(|numeral| u32::from(*numeral) < radix));
                assert!(seen.insert(x));
            }
        }
    }

    #[test]
    fn places_of_several_radices_stay_apart() {
        let ff1 = Ff1::new(&example_key());
        let masked = |digit: u32, letter: u32| {
            let mut places = vec![Place { digit: 3, radix: 26 }; 5];
            places.extend(vec![Place { digit: 1, radix: 10 }; 6]);
            (places[0].digit, places[10].digit) = (letter, digit);
            ff1.places(&mut places).unwrap();
            places.iter().map(|place| place.digit).collect::<Vec<u32>>()
        };
        let all: BTreeSet<Vec<u32>> =
            (0..10).flat_map(|digit| (0..26).map(move |letter| masked(digit, letter))).collect();
        assert_eq!(all.len(), 260);
        assert!(ff1.places(&mut [Place { digit: 0, radix: 10 }; 5]).is_err());
        assert_eq!(ff1.places(&mut []), Ok(()));
        // The largest radix, and what is larger.
        assert_eq!(ff1.places(&mut [Place { digit: 65_535, radix: 1 << 16 }; 2]), Ok(()));
        assert!(ff1.places(&mut [Place { digit: 0, radix: (1 << 16) + 1 }; 4]).is_err());
    }

    #[test]
    fn logarithms_are_exact() {
        for (radix, len, expected) in [(2, 20, 20), (10, 6, 20), (10, 28, 94), (65_536, 3, 48), (3, 1, 2), (36, 10, 52)]
        {
            assert_eq!(bits(radix, len), expected, "{radix}^{len}");
        }
    }
}
