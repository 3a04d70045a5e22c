//! The timing loop: rounds over the same work, and their median.

use std::time::{Duration, Instant};

use super::median::median;

/// Rounds of one measurement, at least and at most.
const FEWEST: usize = 11;
const MOST: usize = 1_001;

/// When a measurement has gone on for long enough.
const ENOUGH: Duration = Duration::from_millis(250);

/// Nanoseconds per value of work over so many values: the median of several rounds, after one that is not counted.
pub(crate) fn nanoseconds(values: usize, mut work: impl FnMut()) -> f64 {
    work();
    let begun = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < FEWEST || (rounds.len() < MOST && begun.elapsed() < ENOUGH) {
        let round = Instant::now();
        work();
        rounds.push(round.elapsed().as_nanos() as f64);
    }
    median(&rounds) / values as f64
}
