//! Drawing: a portable generator seeded from the keyed PRF of a value, for masks that choose words, digits or weights,
//! and the bounded loop that draws again until an output may stand. Same key and value give the same draws on every
//! machine; nothing here is random. What is drawn is left to the masks.

use std::convert::Infallible;

use rand::rand_core::TryRng;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoroshiro128PlusPlus;

use super::map::Reason;
use crate::key::{DomainKey, TAG};

/// How often [`draw_until`] tries.
const ATTEMPTS: u32 = 256;

/// Choices for one value: xoroshiro128++ (Blackman and Vigna) seeded with the 16 bytes of a PRF output, so what it gives
/// is as unpredictable without the key as the PRF, and cheap after the first draw. Takes part in `rand`'s and `fake`'s
/// traits through [`rand::Rng`].
pub(super) struct Draw(Xoroshiro128PlusPlus);

impl Draw {
    /// Starts from a PRF output, as [`DomainKey::prf`] gives it.
    pub(super) fn new(seed: [u8; TAG]) -> Self {
        Self(Xoroshiro128PlusPlus::from_seed(seed))
    }

    /// A number below `n`, each equally likely (Lemire, "Fast Random Integer Generation in an Interval", 2019); 0 where
    /// `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        if n == 0 {
            return 0;
        }
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(n);
            let low = product as u64;
            // The threshold is below n, and a division is dear.
            if low >= n || low >= n.wrapping_neg() % n {
                return (product >> 64) as u64;
            }
        }
    }

    /// One of the items, each equally likely.
    ///
    /// # Panics
    /// If there are none.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.index(items.len())]
    }

    /// One of the words, each equally likely.
    ///
    /// # Panics
    /// If there are none.
    pub(super) fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.index(words.len())]
    }

    /// An index below a length.
    fn index(&mut self, len: usize) -> usize {
        // What is below a usize fits one.
        self.below(len as u64) as usize
    }

    /// One of the items, as likely as its weight among all (weights above 0 and finite).
    ///
    /// # Panics
    /// If there are none.
    pub(super) fn weighted<'a, T>(&mut self, items: &'a [(T, f64)]) -> &'a T {
        let total: f64 = items.iter().map(|(_, weight)| weight).sum();
        let mut rest = self.unit() * total;
        for (item, weight) in items {
            if rest < *weight {
                return item;
            }
            rest -= weight;
        }
        // Rounding may leave a little over.
        &items[items.len() - 1].0
    }

    /// True with this probability (0 to 1).
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number from 0 to below 1, a multiple of 2^-53.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl TryRng for Draw {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

/// Draws for a value until the closure is content, at most 256 times, all from one generator.
///
/// # Errors
/// Where no attempt pleased: the mask's parameters leave it too little choice.
pub(super) fn draw_until<T>(
    key: &DomainKey,
    value: &[u8],
    attempt: impl FnMut(&mut Draw) -> Option<T>,
) -> Result<T, Reason> {
    draw_from(key.prf(&[value]), attempt)
}

/// The same from a seed, as [`super::seeds::Seeds`] makes them.
///
/// # Errors
/// As above.
pub(super) fn draw_from<T>(seed: [u8; TAG], mut attempt: impl FnMut(&mut Draw) -> Option<T>) -> Result<T, Reason> {
    let mut draw = Draw::new(seed);
    for _ in 0..ATTEMPTS {
        if let Some(found) = attempt(&mut draw) {
            return Ok(found);
        }
    }
    Err("no masked value could be found that differs from the original")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RootKey;

    fn draw(value: &[u8]) -> Draw {
        Draw::new(RootKey::new([1; 32]).domain("d").prf(&[value]))
    }

    #[test]
    fn draws_are_pinned() {
        // The reference vector of xoroshiro128plusplus.c for the state 1, 2.
        let mut seed = [0; TAG];
        (seed[0], seed[8]) = (1, 2);
        let mut draw = Draw::new(seed);
        assert_eq!(draw.next_u64(), 393_217);
        assert_eq!(draw.next_u64(), 669_327_710_093_319);
        // The next word is 1732421326133921491: its product with 10^6 has 93914 above 2^64.
        assert_eq!(draw.below(1_000_000), 93_914);
    }

    #[test]
    fn every_number_below_n_is_as_likely_as_another() {
        let mut counts = [0u32; 7];
        let mut draw = draw(b"counts");
        for _ in 0..70_000 {
            counts[draw.below(7) as usize] += 1;
        }
        // Six standard deviations (93 each).
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 560), "{counts:?}");
        assert_eq!(draw.below(0), 0);
        assert_eq!(draw.below(1), 0);
    }

    #[test]
    fn weights_are_kept() {
        let mut draw = draw(b"weights");
        let items = [("a", 3.0), ("b", 1.0)];
        let a = (0..40_000).filter(|_| *draw.weighted(&items) == "a").count();
        assert!(a.abs_diff(30_000) < 520, "{a}");
        let yes = (0..40_000).filter(|_| draw.chance(0.25)).count();
        assert!(yes.abs_diff(10_000) < 520, "{yes}");
        assert!(!draw.chance(0.0) && draw.chance(1.0));
    }

    #[test]
    fn each_attempt_draws_anew_and_the_attempts_end() {
        let key = RootKey::new([1; 32]).domain("d");
        let mut seen = Vec::new();
        let end: Result<(), _> = draw_until(&key, b"v", |draw| {
            seen.push(draw.next_u64());
            None
        });
        assert!(end.is_err());
        assert_eq!(seen.len(), ATTEMPTS as usize);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), ATTEMPTS as usize);
        let first = draw_until(&key, b"v", |draw| Some(draw.next_u64()));
        assert_eq!(first, draw_until(&key, b"v", |draw| Some(draw.next_u64())));
        assert_ne!(first, draw_until(&key, b"w", |draw| Some(draw.next_u64())));
    }
}
