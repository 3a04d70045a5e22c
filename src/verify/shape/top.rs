//! The share of the most frequent value: the Space-Saving sketch (A. Metwally, D. Agrawal, A. El Abbadi, 2005), over
//! hashes.

/// Values that are counted at a time: a value of a 64th of all rows or more is among them.
const COUNTED: usize = 64;

/// Counts the most frequent values.
#[derive(Clone)]
pub(super) struct Top {
    hashes: Vec<u64>,
    /// Of the same places.
    counts: Vec<u64>,
    rows: u64,
    /// How many of the hashes end in each byte: most of those that are not there are known by it.
    ends: [u8; 256],
    /// No count is smaller, and none before the place has it.
    least: (u64, usize),
}

impl Default for Top {
    fn default() -> Self {
        Self { hashes: Vec::new(), counts: Vec::new(), rows: 0, ends: [0; 256], least: (0, 0) }
    }
}

impl Top {
    /// Adds so many rows with a value.
    pub(super) fn add(&mut self, hash: u64, rows: u64) {
        self.rows += rows;
        let known = self.ends[end(hash)] > 0;
        if let Some(place) = known.then(|| self.hashes.iter().position(|known| *known == hash)).flatten() {
            self.counts[place] += rows;
            return;
        }
        self.ends[end(hash)] += 1;
        if self.hashes.len() < COUNTED {
            self.hashes.push(hash);
            self.counts.push(rows);
        } else {
            let place = self.first_of_the_least();
            self.ends[end(self.hashes[place])] -= 1;
            self.hashes[place] = hash;
            self.counts[place] += rows;
        }
    }

    /// The first place with the smallest count. Counts only grow, so the next one is looked for from there.
    fn first_of_the_least(&mut self) -> usize {
        let (least, from) = self.least;
        let next = self.counts[from..].iter().position(|count| *count == least);
        let place = match next {
            Some(next) => from + next,
            None => {
                let least = self.counts.iter().copied().min().unwrap_or_default();
                self.least.0 = least;
                self.counts.iter().position(|count| *count == least).unwrap_or_default()
            }
        };
        self.least.1 = place;
        place
    }

    /// Adds what another unit counted.
    pub(super) fn join(&mut self, other: &Top) {
        let rows = self.rows + other.rows;
        other.hashes.iter().zip(&other.counts).for_each(|(hash, count)| self.add(*hash, *count));
        self.rows = rows;
    }

    /// The share of the most frequent value; `None` without rows.
    pub(super) fn share(&self) -> Option<f64> {
        let most = self.counts.iter().copied().max()?;
        // A count may be too high by a 64th of all rows; a column of different values has no frequent one.
        let sure = most.saturating_sub(if self.counts.len() < COUNTED { 0 } else { self.rows / COUNTED as u64 });
        Some(sure as f64 / self.rows.max(1) as f64)
    }
}

/// The last byte of a hash.
fn end(hash: u64) -> usize {
    (hash & 0xFF) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sketch as it is published: every place looked at for every row.
    #[derive(Default)]
    struct Plain(Vec<(u64, u64)>);

    impl Plain {
        fn add(&mut self, hash: u64, rows: u64) {
            if let Some((_, count)) = self.0.iter_mut().find(|(known, _)| *known == hash) {
                *count += rows;
            } else if self.0.len() < COUNTED {
                self.0.push((hash, rows));
            } else if let Some(least) = self.0.iter_mut().min_by_key(|(_, count)| *count) {
                *least = (hash, least.1 + rows);
            }
        }
    }

    #[test]
    fn nothing_is_counted_otherwise_for_being_looked_up_less() {
        for values in [3, 64, 65, 100, 1000, 1 << 40] {
            let (mut top, mut plain) = (Top::default(), Plain::default());
            let mut state: u64 = values;
            for row in 0..20_000u64 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                // The square of a number that is spread evenly: small values are the most frequent.
                let share = (state >> 33) as f64 / f64::from(1u32 << 31);
                let hash = ((share * share * values as f64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                top.add(hash, 1 + row % 3);
                plain.add(hash, 1 + row % 3);
            }
            let counted: Vec<_> = top.hashes.iter().copied().zip(top.counts.iter().copied()).collect();
            assert_eq!(counted, plain.0, "{values}");
        }
    }

    #[test]
    fn frequent_values_are_counted_among_many() {
        let mut top = Top::default();
        (0..10_000u64).for_each(|row| top.add(if row % 4 == 0 { 7 } else { row }, 1));
        assert!((top.share().unwrap() - 0.25).abs() < 0.03, "{:?}", top.share());
        let mut few = Top::default();
        few.add(1, 30);
        few.add(2, 70);
        assert_eq!(few.share(), Some(0.7));
        few.join(&top);
        assert!(few.share().unwrap() > 0.2);
    }
}
