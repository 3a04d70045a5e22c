//! A bounded sample of numbers, every value as likely as any other to be in it, and its quantiles.

/// Numbers of a unit that are held.
const HELD: usize = 512;
/// Numbers of a column that are held when units are joined.
const JOINED: usize = 8192;

/// A sample.
#[derive(Clone, Default)]
pub(super) struct Sample {
    held: Vec<f64>,
    seen: u64,
    state: u64,
}

impl Sample {
    /// Adds a number (algorithm R, J. Vitter 1985).
    pub(super) fn add(&mut self, number: f64) {
        self.seen += 1;
        if self.held.len() < HELD {
            self.held.push(number);
            return;
        }
        // The generator of Knuth's MMIX; which numbers are held has to be even, not secret.
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let place = ((u128::from(self.state) * u128::from(self.seen)) >> 64) as usize;
        if let Some(held) = self.held.get_mut(place) {
            *held = number;
        }
    }

    /// Adds another unit's; units are of about the same size.
    pub(super) fn join(&mut self, other: &Sample) {
        self.seen += other.seen;
        self.held.extend(&other.held);
        if self.held.len() > JOINED {
            self.held = self.held.iter().copied().step_by(2).collect();
        }
    }

    /// The values below which these shares of the numbers lie; `None` where there are none.
    pub(super) fn quantiles<const N: usize>(&self, shares: [f64; N]) -> Option<[f64; N]> {
        let mut sorted = self.held.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        Some(shares.map(|share| sorted[(share * last as f64).round() as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_about_right_however_many_units_there_are() {
        let mut all = Sample::default();
        for unit in 0..40 {
            let mut own = Sample::default();
            (0..5000).for_each(|number| own.add(f64::from(number * 40 + unit)));
            all.join(&own);
        }
        let [low, middle, high] = all.quantiles([0.25, 0.5, 0.75]).unwrap();
        for (found, wanted) in [(low, 50_000.0), (middle, 100_000.0), (high, 150_000.0)] {
            assert!((found - wanted).abs() < 8_000.0, "{found} instead of {wanted}");
        }
        assert_eq!(Sample::default().quantiles([0.5]), None);
    }
}
