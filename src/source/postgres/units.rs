//! How a table's rows are split into units: ranges of blocks, which a server reads without an index and as fast as the
//! whole table (TID range scans, from PostgreSQL 14 on).
//!
//! A table that is loaded whole is loaded more cheaply, so only those are split that would leave workers without work.

/// Bytes of a block; another size of the server's only makes units larger or smaller.
const BLOCK: u64 = 8 * 1024;

/// A table below 32 MiB is never split: it is loaded before others notice.
const WHOLE: u64 = 32 << 20;

/// A table is split if it is more than this part of a worker's share of everything: then whole tables, the largest first,
/// end at about the same time.
const PART: u64 = 4;

/// Units that each worker should get of a large table, so that workers end at about the same time.
const PER_WORKER: u64 = 8;

/// No unit is smaller than 16 MiB ...
const SMALLEST: u64 = 16 << 20;

/// ... nor larger than 1 GiB.
const LARGEST: u64 = 1 << 30;

/// How tables are split.
#[derive(Clone, Copy, Debug)]
pub(super) struct Splitting {
    /// Readers at the same time.
    pub(super) jobs: usize,
    /// Blocks of all tables that are read.
    pub(super) all: u64,
    /// Bytes of a unit that were asked for; then every larger table is split.
    pub(super) size: Option<u64>,
}

impl Splitting {
    /// Ranges of blocks, the last one open; or one unit without a range.
    pub(super) fn units(&self, blocks: u32) -> Vec<Option<(u32, Option<u32>)>> {
        let Some(step) = self.step(blocks.into()) else {
            return vec![None];
        };
        let starts = (0..blocks).step_by(step as usize);
        starts.map(|from| Some((from, from.checked_add(step).filter(|to| *to < blocks)))).collect()
    }

    /// Blocks of a unit; `None` where the table stays whole.
    fn step(&self, blocks: u64) -> Option<u32> {
        let jobs = self.jobs as u64;
        let bytes = match self.size {
            Some(size) => size,
            None if jobs < 2 || blocks * BLOCK < WHOLE || blocks * PART * jobs <= self.all => return None,
            None => (blocks * BLOCK).div_ceil(jobs * PER_WORKER).clamp(SMALLEST, LARGEST),
        };
        let step = u32::try_from(bytes.div_ceil(BLOCK).max(1)).unwrap_or(u32::MAX);
        (blocks > step.into()).then_some(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(blocks: u32, all: u64, jobs: usize, size: Option<u64>) -> Vec<Option<(u32, Option<u32>)>> {
        Splitting { jobs, all, size }.units(blocks)
    }

    #[test]
    fn ranges_join_without_gaps_and_the_last_is_open() {
        let sizes = [(4096, 2, None), (1_000_000, 3, None), (u32::MAX, 16, None), (7, 1, Some(1)), (9, 3, Some(16384))];
        for (blocks, jobs, size) in sizes {
            let units = units(blocks, blocks.into(), jobs, size);
            let mut next = 0;
            for (index, unit) in units.iter().enumerate() {
                let (from, to) = unit.unwrap();
                assert_eq!(from, next);
                assert_eq!(to.is_none(), index + 1 == units.len(), "{blocks} {jobs}");
                next = to.unwrap_or(0);
            }
            assert!(units.len() > 1);
        }
    }

    #[test]
    fn what_leaves_nobody_idle_stays_whole() {
        assert_eq!(units(4095, 4095, 8, None), [None], "too small");
        assert_eq!(units(1_000_000, 1_000_000, 1, None), [None], "one worker");
        assert_eq!(units(1_000_000, 8_000_000, 2, None), [None], "one of eight tables for two workers");
        assert!(units(1_000_000, 7_000_000, 2, None).len() > 1, "one of seven");
        assert_eq!(units(100, 100, 8, Some(1 << 20)), [None], "smaller than a unit that was asked for");
    }
}
