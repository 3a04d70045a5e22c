//! What chance can explain: bounds on the probability of coincidences, for checks that must neither cry wolf every night
//! nor stay silent. Everything is in bits: minus the binary logarithm of a probability.

/// What no check puts down to chance: a probability below 10^-9, in bits.
pub const BEYOND: f64 = 30.0;

/// Bits of surprise at `stayed` of at most `trials` independent values that stayed as they were, where the probability of
/// each was at most 2^-`own` for those together: the union bound over all ways to choose them.
pub fn stayed(trials: u64, stayed: u64, own: f64) -> f64 {
    own - choices(trials, stayed)
}

/// Bits of surprise at `hits` coincidences or more where `expected` are expected: Chernoff's bound on the upper tail of a
/// Poisson distribution, `P(X >= k) <= exp(k - m - k ln(k / m))`.
pub fn coincidences(hits: u64, expected: f64) -> f64 {
    let hits = hits as f64;
    if hits <= expected {
        return 0.0;
    }
    if expected <= 0.0 {
        return f64::INFINITY;
    }
    (hits * (hits / expected).ln() - (hits - expected)) / std::f64::consts::LN_2
}

/// Binary logarithm of the number of ways to choose `some` of `all`: at most `some * log2(e * all / some)`.
fn choices(all: u64, some: u64) -> f64 {
    if some == 0 || some >= all {
        return 0.0;
    }
    let (all, some) = (all as f64, some as f64);
    some * (std::f64::consts::E * all / some).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_short_values_may_stay_and_long_ones_may_not() {
        // Of a million numbers of nine digits, each staying with 10^-9: one or two may, five may not.
        let bits = 1e9f64.log2();
        assert!(stayed(1_000_000, 1, bits) < BEYOND);
        assert!(stayed(1_000_000, 5, 5.0 * bits) > BEYOND);
        // Half of the single digits, each with a tenth.
        assert!(stayed(10, 1, 10f64.log2()) < BEYOND);
        assert!(stayed(10, 10, 10.0 * 10f64.log2()) > BEYOND);
        assert!(stayed(1, 1, 80.0) > BEYOND);
    }

    #[test]
    fn coincidences_are_compared_with_what_is_expected() {
        assert_eq!(coincidences(5, 5.0), 0.0);
        assert!(coincidences(130, 100.0) < BEYOND);
        assert!(coincidences(200, 100.0) > BEYOND);
        assert!(coincidences(1, 1e-3) < BEYOND && coincidences(4, 1e-3) > BEYOND);
        assert!(coincidences(1, 1e-12) > BEYOND);
        assert_eq!(coincidences(1, 0.0), f64::INFINITY);
    }
}
