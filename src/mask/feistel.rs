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

use crate::key::{DomainKey, TAG};

/// Rounds. Twice what Luby and Rackoff need.
const ROUNDS: u8 = 8;

/// Numbers that are permuted side by side, so that the cipher's blocks overlap in the processor.
const LANES: usize = 64;

/// A permutation of `0..n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Permutation {
    n: u128,
    /// Number of left halves: the square root of n, rounded up, at most 2^64.
    a: u128,
    /// Number of right halves: as many as it takes for a * b not to be below n.
    b: u128,
    /// Keeps the rounds of different n apart: pseudo-random in n.
    tweak: u128,
}

impl Permutation {
    /// A key's permutation of `0..n`. Where n is 0 there is nothing to permute. The key is the caller's purpose
    /// ([`DomainKey::purpose`]): two uses of one key and one n are one permutation.
    pub(super) fn over(key: &DomainKey, n: u128) -> Self {
        let a = n.saturating_sub(1).isqrt() + 1;
        let tweak = u128::from_le_bytes(key.prf(&[b"domain size ", &n.to_le_bytes()]));
        Self { n, a, b: n.div_ceil(a), tweak }
    }

    /// Where a number below n goes, under the key that the permutation was made with.
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

    /// The same for many numbers, in place, at a fraction of the cost; n is at most 2^64.
    ///
    /// # Panics
    /// In debug builds, if a number is not below n, or n is above 2^64.
    pub(super) fn apply_all(&self, key: &DomainKey, numbers: &mut [u64]) {
        debug_assert!(self.n <= 1 << 64 && numbers.iter().all(|number| u128::from(*number) < self.n));
        let mut outside = Vec::new();
        for (index, lanes) in numbers.chunks_mut(LANES).enumerate() {
            self.step_all(key, lanes);
            let walks = lanes.iter().enumerate().filter(|(_, number)| u128::from(**number) >= self.n);
            outside.extend(walks.map(|(lane, _)| index * LANES + lane));
        }
        for index in outside {
            // What a step makes of numbers below 2^64 is below 2^64: a * b is, whose halves are below 2^32.
            numbers[index] = self.apply_from(key, numbers[index].into()) as u64;
        }
    }

    /// Goes on from a number that may be outside `0..n`.
    fn apply_from(&self, key: &DomainKey, number: u128) -> u128 {
        let inside = self.step(key, number);
        if inside < self.n { inside } else { self.apply_from(key, inside) }
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

    /// The same for up to [`LANES`] numbers below 2^64.
    fn step_all(&self, key: &DomainKey, numbers: &mut [u64]) {
        // Their halves are at most 2^32.
        let (a, b) = (self.a as u64, self.b as u64);
        let (mut left, mut right) = ([0u64; LANES], [0u64; LANES]);
        for (lane, number) in numbers.iter().enumerate() {
            (left[lane], right[lane]) = (number % a, number / a);
        }
        let mut blocks = [[0; TAG]; LANES];
        let blocks = &mut blocks[..numbers.len()];
        for round in 0..ROUNDS {
            let (moved, by, below) = if round % 2 == 0 { (&mut left, &right, a) } else { (&mut right, &left, b) };
            for (block, half) in blocks.iter_mut().zip(by) {
                *block = self.message(round, (*half).into());
            }
            key.prf_blocks(blocks);
            for (moved, tag) in moved.iter_mut().zip(&*blocks) {
                let sum = *moved + drawn(*tag, below.into()) as u64;
                *moved = if sum >= below { sum - below } else { sum };
            }
        }
        for (lane, number) in numbers.iter_mut().enumerate() {
            *number = right[lane] * a + left[lane];
        }
    }

    /// The round function: a number below `below` (at most 2^64), pseudo-random in the round, n and the other half.
    fn keyed(&self, key: &DomainKey, round: u8, half: u128, below: u128) -> u128 {
        drawn(key.prf(&[&self.message(round, half)]), below)
    }

    /// What a round asks of the PRF: round and half, below 2^64, in fixed places of one block, and n's tweak over all.
    fn message(&self, round: u8, half: u128) -> [u8; TAG] {
        ((u128::from(round) | half << 8) ^ self.tweak).to_le_bytes()
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

/// Adds inside `0..below`, which is at most 2^64: one is below it, the other at most it.
fn add(a: u128, b: u128, below: u128) -> u128 {
    let sum = a + b;
    if sum >= below { sum - below } else { sum }
}

/// A number below `below` (at most 2^64) from 128 bits: none of them is likelier than another by more than 2^-64.
fn drawn(tag: [u8; TAG], below: u128) -> u128 {
    let bits = u128::from_le_bytes(tag);
    let (low, high) = (bits & u128::from(u64::MAX), bits >> 64);
    (high * below + ((low * below) >> 64)) >> 64
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
            let permutation = Permutation::over(&key(), n.into());
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
        let mut draw = Draw::new([9; 16]);
        let mut random = || u128::from(draw.next_u64()) << 64 | u128::from(draw.next_u64());
        let around = |bits: u32| [(1u128 << bits) - 1, 1 << bits, (1 << bits) + 1];
        let mut sizes = vec![u128::MAX, u128::MAX - 1, 10u128.pow(38)];
        sizes.extend([30, 63, 64, 122, 126, 127].into_iter().flat_map(around));
        sizes.extend((0..100).map(|shift| random() >> shift));
        for n in sizes {
            let permutation = Permutation::over(&key(), n);
            for x in [0, 1, n / 2, n - 1, random() % n, random() % n] {
                let y = permutation.apply(&key(), x);
                assert!(y < n, "{x} of {n} left its domain");
                assert_eq!(permutation.invert(&key(), y), x, "n = {n}");
            }
        }
    }

    #[test]
    fn many_go_where_each_one_goes() {
        for n in [1, 2, 3, 17, 1000, 1 << 30, (1 << 32) + 1, (1 << 52) - 3, 1 << 63, u128::from(u64::MAX), 1 << 64] {
            let permutation = Permutation::over(&key(), n);
            let numbers: Vec<u64> = (0..1000u128).map(|x| (x * (n / 1000 + 1) % n) as u64).collect();
            let mut all = numbers.clone();
            permutation.apply_all(&key(), &mut all);
            for (x, y) in numbers.iter().zip(&all) {
                assert_eq!(permutation.apply(&key(), (*x).into()), (*y).into(), "{x} of {n}");
            }
        }
    }

    #[test]
    fn every_place_is_as_likely_as_another() {
        // Over many keys each of ten numbers goes to each of ten places equally often, 0 and 9 among them.
        let mut counts = [[0u32; 10]; 10];
        for number in 0..4000u32 {
            let key = RootKey::new([1; 32]).domain(&number.to_string());
            let permutation = Permutation::over(&key, 10);
            for (x, row) in counts.iter_mut().enumerate() {
                row[permutation.apply(&key, x as u128) as usize] += 1;
            }
        }
        // Six standard deviations (19 each).
        assert!(counts.iter().flatten().all(|count| count.abs_diff(400) < 115), "{counts:?}");
    }

    #[test]
    fn the_construction_is_pinned() {
        // Independently computed with Python's cryptography and integers.
        let at = |n: u128, x: u128| Permutation::over(&key(), n).apply(&key(), x);
        assert_eq!([0, 1, 2].map(|x| at(3, x)), PINNED_3);
        assert_eq!([0, 1, 999_999].map(|x| at(1_000_000, x)), PINNED_MILLION);
        assert_eq!(at(u128::MAX, 5), PINNED_MAX);
    }

    const PINNED_3: [u128; 3] = [0, 2, 1];
    const PINNED_MILLION: [u128; 3] = [366_579, 938_704, 330_236];
    const PINNED_MAX: u128 = 139_349_626_148_504_057_803_368_431_528_929_532_316;
}
