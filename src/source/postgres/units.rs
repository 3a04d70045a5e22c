//! How a table's rows are split into units: ranges of blocks, which a server reads without an index and as fast as the
//! whole table.

/// Tables below 256 MiB (in blocks of 8 KiB) stay whole: loading one whole is cheaper.
const WHOLE: u32 = 32 * 1024;

/// No unit is smaller than 64 MiB ...
const SMALLEST: u32 = 8 * 1024;

/// ... nor larger than 1 GiB, so that workers end at about the same time.
const LARGEST: u32 = 128 * 1024;

/// Units that each worker should get of a large table.
const PER_WORKER: u32 = 4;

/// Ranges of blocks, the last one open; or one unit without a range.
pub(super) fn split(blocks: u32, jobs: usize) -> Vec<Option<(u32, Option<u32>)>> {
    if jobs < 2 || blocks < WHOLE {
        return vec![None];
    }
    let wanted = u32::try_from(jobs).unwrap_or(u32::MAX).saturating_mul(PER_WORKER);
    let step = blocks.div_ceil(wanted).clamp(SMALLEST, LARGEST);
    let starts = (0..blocks).step_by(step as usize);
    starts.map(|from| Some((from, from.checked_add(step).filter(|to| *to < blocks)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_join_without_gaps_and_the_last_is_open() {
        for (blocks, jobs) in [(WHOLE, 2), (WHOLE + 1, 8), (1_000_000, 3), (u32::MAX, 16)] {
            let units = split(blocks, jobs);
            let mut next = 0;
            for (index, unit) in units.iter().enumerate() {
                let (from, to) = unit.unwrap();
                assert_eq!(from, next);
                assert_eq!(to.is_none(), index + 1 == units.len(), "{blocks} {jobs}");
                next = to.unwrap_or(0);
            }
            assert!(units.len() > 1);
        }
        assert_eq!(split(WHOLE - 1, 8), [None]);
        assert_eq!(split(1_000_000, 1), [None]);
    }
}
