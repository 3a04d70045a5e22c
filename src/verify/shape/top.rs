//! The share of the most frequent value: the Space-Saving sketch (A. Metwally, D. Agrawal, A. El Abbadi, 2005), over
//! hashes.

/// Values that are counted at a time: a value of a 64th of all rows or more is among them.
const COUNTED: usize = 64;

/// Counts the most frequent values.
#[derive(Clone, Default)]
pub(super) struct Top {
    counts: Vec<(u64, u64)>,
    rows: u64,
}

impl Top {
    /// Adds so many rows with a value.
    pub(super) fn add(&mut self, hash: u64, rows: u64) {
        self.rows += rows;
        if let Some((_, count)) = self.counts.iter_mut().find(|(known, _)| *known == hash) {
            *count += rows;
        } else if self.counts.len() < COUNTED {
            self.counts.push((hash, rows));
        } else if let Some(least) = self.counts.iter_mut().min_by_key(|(_, count)| *count) {
            *least = (hash, least.1 + rows);
        }
    }

    /// Adds what another unit counted.
    pub(super) fn join(&mut self, other: &Top) {
        let rows = self.rows + other.rows;
        other.counts.iter().for_each(|(hash, count)| self.add(*hash, *count));
        self.rows = rows;
    }

    /// The share of the most frequent value; `None` without rows.
    pub(super) fn share(&self) -> Option<f64> {
        let most = self.counts.iter().map(|(_, count)| *count).max()?;
        // A count may be too high by a 64th of all rows; a column of different values has no frequent one.
        let sure = most.saturating_sub(if self.counts.len() < COUNTED { 0 } else { self.rows / COUNTED as u64 });
        Some(sure as f64 / self.rows.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
