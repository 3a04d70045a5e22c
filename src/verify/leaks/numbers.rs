//! How the numbers of a column are spread, so that coincidences between two columns can be compared with what chance
//! gives: keys count up, telephone numbers begin alike.

use std::collections::{BTreeMap, HashMap};

use ahash::RandomState;

/// Numbers by their digits and first three digits.
#[derive(Clone, Default)]
pub(super) struct Spread(HashMap<(u32, u16), Bucket, Fixed>);

/// Fixed seeds: nothing goes by the order of a map.
#[derive(Clone, Default)]
struct Fixed;

impl std::hash::BuildHasher for Fixed {
    type Hasher = <RandomState as std::hash::BuildHasher>::Hasher;

    fn build_hasher(&self) -> Self::Hasher {
        RandomState::with_seeds(1, 2, 3, 4).build_hasher()
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    count: u64,
    low: u64,
    high: u64,
}

impl Spread {
    /// Adds a number of seven digits or more.
    pub(super) fn add(&mut self, number: u64) {
        let digits = number.checked_ilog10().unwrap_or_default() + 1;
        let head = (number / 10u64.pow(digits.saturating_sub(3))) as u16;
        let bucket = self.0.entry((digits, head)).or_insert(Bucket { count: 0, low: number, high: number });
        bucket.count += 1;
        (bucket.low, bucket.high) = (bucket.low.min(number), bucket.high.max(number));
    }

    /// Adds another unit's.
    pub(super) fn join(&mut self, other: Spread) {
        for (place, other) in other.sorted() {
            let bucket = self.0.entry(place).or_insert(Bucket { count: 0, ..other });
            bucket.count += other.count;
            (bucket.low, bucket.high) = (bucket.low.min(other.low), bucket.high.max(other.high));
        }
    }

    fn sorted(&self) -> BTreeMap<(u32, u16), Bucket> {
        self.0.iter().map(|(place, bucket)| (*place, *bucket)).collect()
    }

    /// Numbers that both columns are expected to hold if neither knows of the other: in each bucket as if spread evenly
    /// over the room that they take together.
    pub(super) fn expected(&self, other: &Spread) -> f64 {
        let own = self.sorted();
        let both = own.iter().filter_map(|(place, own)| Some((place.0, own, other.0.get(place)?)));
        both.map(|(digits, a, b)| {
            let room = room(digits, a, b);
            let (a, b) = ((a.count as f64).min(room), (b.count as f64).min(room));
            a * b / room
        })
        .sum()
    }
}

/// Of so many numbers, or more, in so many times the room it is taken that they count up.
const DENSE: f64 = 4.0;
/// So few do not tell how wide they are spread.
const FEW: f64 = 10.0;

/// How many numbers there are room for where those of two buckets lie.
fn room(digits: u32, a: &Bucket, b: &Bucket) -> f64 {
    let numbers = (a.count + b.count) as f64;
    let range = (a.high.max(b.high) - a.low.min(b.low)) as f64 + 1.0;
    let whole = 10f64.powi(digits as i32 - 3);
    if numbers >= DENSE && range <= DENSE * numbers {
        range
    } else if numbers <= FEW {
        whole
    } else {
        // Evenly spread numbers leave a little free at both ends.
        (range * (numbers + 1.0) / (numbers - 1.0)).min(whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(numbers: impl Iterator<Item = u64>) -> Spread {
        let mut spread = Spread::default();
        numbers.for_each(|number| spread.add(number));
        spread
    }

    #[test]
    fn keys_that_count_up_meet_and_telephone_numbers_do_not() {
        let keys = spread(1_000_000..1_050_000);
        let others = spread(1_020_000..1_060_000);
        assert!(keys.expected(&others) > 25_000.0);
        let phones = |step: u64| spread((0..10_000).map(move |n| 1_700_000_000 + n * step));
        assert!(phones(997).expected(&phones(991)) < 20.0);
        assert_eq!(keys.expected(&phones(7)), 0.0);
        // Two tables whose keys begin at the same number; accounts far apart, some of which are in both.
        assert!(spread(1_000_000..1_000_005).expected(&spread(1_000_000..1_000_004)) > 3.0);
        let accounts = |count: u64| spread((0..count).map(|n| 400_000_000_000 + n * 829_309_751));
        assert!(accounts(1000).expected(&accounts(30)) < 1e-3);
    }
}
