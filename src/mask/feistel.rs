//! Keyed permutations of the numbers below any n: different numbers stay different, and without the key nobody can tell
//! which became which. What the numbers stand for is the masks' business.
//!
//! A number is split into two halves, x = right * a + left with a * b just above n, and every round adds a keyed function
//! of one half to the other: the generalized Feistel cipher of Black and Rogaway, "Ciphers with Arbitrary Finite
//! Domains" (CT-RSA 2002), method 3. A result that is not below n is permuted again until it is (cycle walking, method 2
//! of the same paper); fewer than a of the a * b results are, so a walk hardly ever takes a second step. With
//! independent pseudo-random rounds, four make a Feistel network a strong pseudo-random permutation (Luby and Rackoff,
//! 1988); [`ROUNDS`] of them push the bound towards the whole domain (Hoang and Rogaway, "On Generalized Feistel
//! Networks", 2010).
//!
//! A small domain hides little, whatever the cipher: ten numbers have ten places to go.

use crate::key::DomainKey;

/// Rounds. Twice what Luby and Rackoff need.
const ROUNDS: u8 = 8;

/// A family of permutations of `0..n`, one for each key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Permutation {
    n: u128,
    /// Number of left halves: the square root of n, rounded up, at most 2^64.
    a: u128,
    /// Number of right halves: as many as it takes for a * b not to be below n.
    b: u128,
}

impl Permutation {
    /// The permutations of `0..n`. Where n is 0 there is nothing to permute.
    pub(super) fn over(n: u128) -> Self {
        let a = n.saturating_sub(1).isqrt() + 1;
        Self { n, a, b: n.div_ceil(a) }
    }

    /// Where a number below n goes under a key. The key is the caller's purpose ([`DomainKey::purpose`]): two uses of one
    /// key and one n are one permutation.
    ///
    /// # Panics
    /// In debug builds, if the number is not below n.
    pub(super) fn apply(&self, key: &DomainKey, number: u128) -> u128 {
        debug_assert!(number < self.n, "only numbers below n are permuted");
        let mut at = number;
        loop {
            at = self.step(key, at);
            if at < self.n {
                return at;
            }
        }
    }

    /// One permutation of `0..a * b`.
    fn step(&self, key: &DomainKey, number: u128) -> u128 {
        let (mut left, mut right) = (number % self.a, number / self.a);
        for round in 0..ROUNDS {
            if round % 2 == 0 {
                left = add(left, self.keyed(key, round, right, self.a), self.a);
            } else {
                right = add(right, self.keyed(key, round, left, self.b), self.b);
            }
        }
        right * self.a + left
    }

    /// The round function: a number below `below` (at most 2^64), pseudo-random in the round, n and the other half. Of the
    /// 256 bits of the PRF 128 are used, so none of the numbers is likelier than another by more than 2^-64.
    fn keyed(&self, key: &DomainKey, round: u8, half: u128, below: u128) -> u128 {
        // A half is below 2^64. All fields have a fixed length, and all of them together fit one block of SHA-256.
        let mut message = [0; 25];
        message[0] = round;
        message[1..17].copy_from_slice(&self.n.to_le_bytes());
        message[17..].copy_from_slice(&half.to_le_bytes()[..8]);
        let tag = key.prf(&[&message]);
        let (low, high) = (word(&tag, 0), word(&tag, 8));
        (high * below + ((low * below) >> 64)) >> 64
    }

    /// Where a number came from.
    #[cfg(test)]
    fn invert(&self, key: &DomainKey, number: u128) -> u128 {
        let mut at = number;
        loop {
            let (mut left, mut right) = (at % self.a, at / self.a);
            for round in (0..ROUNDS).rev() {
                if round % 2 == 0 {
                    left = add(left, self.a - self.keyed(key, round, right, self.a), self.a);
                } else {
                    right = add(right, self.b - self.keyed(key, round, left, self.b), self.b);
                }
            }
            at = right * self.a + left;
            if at < self.n {
                return at;
            }
        }
    }
}

/// Adds inside `0..below`; both are at most `below`, which is at most 2^64.
fn add(a: u128, b: u128, below: u128) -> u128 {
    (a + b) % below
}

/// Eight bytes of a tag as a number, little-endian.
fn word(tag: &[u8; 32], at: usize) -> u128 {
    tag[at..at + 8].iter().rev().fold(0, |sum, byte| sum << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RootKey;
    use crate::mask::draw::Draw;
    use rand::Rng;

    fn key() -> DomainKey {
        RootKey::new([7; 32]).domain("d")
    }

    #[test]
    fn every_small_domain_is_permuted() {
        // The halves change their sizes around squares.
        let around_squares = (13..=23).flat_map(|root| root * root - 1..=root * root + 1);
        for n in (1..=150u32).chain(around_squares) {
            let permutation = Permutation::over(n.into());
            let mut seen = vec![false; n as usize];
            for x in 0..u128::from(n) {
                let y = permutation.apply(&key(), x);
                assert!(y < n.into(), "{x} of {n} left its domain");
                assert_eq!(permutation.invert(&key(), y), x, "n = {n}");
                assert!(!std::mem::replace(&mut seen[y as usize], true), "{x} of {n} collides");
            }
        }
    }

    #[test]
    fn large_domains_are_permuted() {
        let mut draw = Draw::new([9; 32]);
        let mut random = || u128::from(draw.next_u64()) << 64 | u128::from(draw.next_u64());
        let around = |bits: u32| [(1u128 << bits) - 1, 1 << bits, (1 << bits) + 1];
        let mut sizes = vec![u128::MAX, u128::MAX - 1, 10u128.pow(38)];
        sizes.extend([30, 63, 64, 122, 126, 127].into_iter().flat_map(around));
        sizes.extend((0..100).map(|shift| random() >> shift));
        for n in sizes {
            let permutation = Permutation::over(n);
            for x in [0, 1, n / 2, n - 1, random() % n, random() % n] {
                let y = permutation.apply(&key(), x);
                assert!(y < n, "{x} of {n} left its domain");
                assert_eq!(permutation.invert(&key(), y), x, "n = {n}");
            }
        }
    }

    #[test]
    fn every_place_is_as_likely_as_another() {
        // Over many keys each of ten numbers goes to each of ten places equally often, 0 and 9 among them.
        let permutation = Permutation::over(10);
        let mut counts = [[0u32; 10]; 10];
        for number in 0..4000u32 {
            let key = RootKey::new([1; 32]).domain(&number.to_string());
            for (x, row) in counts.iter_mut().enumerate() {
                row[permutation.apply(&key, x as u128) as usize] += 1;
            }
        }
        // Six standard deviations (19 each).
        assert!(counts.iter().flatten().all(|count| count.abs_diff(400) < 115), "{counts:?}");
    }

    #[test]
    fn the_construction_is_pinned() {
        // Independently computed with Python's hmac and integers.
        let at = |n: u128, x: u128| Permutation::over(n).apply(&key(), x);
        assert_eq!([0, 1, 2].map(|x| at(3, x)), PINNED_3);
        assert_eq!([0, 1, 999_999].map(|x| at(1_000_000, x)), PINNED_MILLION);
        assert_eq!(at(u128::MAX, 5), PINNED_MAX);
    }

    const PINNED_3: [u128; 3] = [1, 0, 2];
    const PINNED_MILLION: [u128; 3] = [788_000, 505_364, 15_418];
    const PINNED_MAX: u128 = 84_457_948_354_677_407_131_137_389_316_872_224_471;
}
