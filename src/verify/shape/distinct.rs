//! How many different values there are: HyperLogLog with 2^12 registers, off by 1.6% as a rule (P. Flajolet, É. Fusy,
//! O. Gandouet, F. Meunier, 2007), linear counting where there are few.

/// Bits of a hash that choose a register.
const BITS: u32 = 12;

/// Counts different hashes.
#[derive(Clone)]
pub(super) struct Distinct(Box<[u8; 1 << BITS]>);

impl Default for Distinct {
    fn default() -> Self {
        Self(Box::new([0; 1 << BITS]))
    }
}

impl Distinct {
    /// Adds a hash of 64 bits.
    pub(super) fn add(&mut self, hash: u64) {
        // Of what is left at least one bit is set, so the rank is at most 53.
        let rank = ((hash << BITS) | 1 << (BITS - 1)).leading_zeros() as u8 + 1;
        let register = &mut self.0[(hash >> (64 - BITS)) as usize];
        *register = (*register).max(rank);
    }

    /// Adds what another one counted.
    pub(super) fn join(&mut self, other: &Distinct) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(own, other)| *own = (*own).max(*other));
    }

    /// How many there are, about.
    pub(super) fn count(&self) -> f64 {
        let registers = self.0.len() as f64;
        let sum: f64 = self.0.iter().map(|rank| 0.5f64.powi((*rank).into())).sum();
        let estimate = 0.7213 / (1.0 + 1.079 / registers) * registers * registers / sum;
        let empty = self.0.iter().filter(|rank| **rank == 0).count() as f64;
        if estimate <= 2.5 * registers && empty > 0.0 { registers * (registers / empty).ln() } else { estimate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_off_by_a_few_percent() {
        for count in [0u64, 1, 10, 1000, 10_000, 1_000_000] {
            let mut all = Distinct::default();
            for part in 0..2 {
                let mut own = Distinct::default();
                // Each twice; the constant is 2^64 over the golden ratio.
                for number in (0..count).filter(|number| number % 2 == part).flat_map(|number| [number, number]) {
                    let mut hash = (number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    hash = (hash ^ (hash >> 31)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    own.add(hash ^ (hash >> 29));
                }
                all.join(&own);
            }
            let off = (all.count() - count as f64).abs();
            assert!(off <= 0.06 * count as f64 + 0.01, "{count}: {}", all.count());
        }
    }
}
