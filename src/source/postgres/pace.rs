//! The pace of a run that may read only so many bytes a second (`--max-rate`). A reader that is ahead of it waits; the
//! server then waits to send, which is what spares production. What a reader does not take piles up in the sockets'
//! buffers, some megabytes at the most.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// What may be read ahead of the pace, as a time: short waits are not worth their wake-ups.
const AHEAD: Duration = Duration::from_millis(20);

/// One pace for all readers of a run.
pub(super) struct Pace {
    bytes_per_second: f64,
    /// When everything that was read so far would have been read at the pace.
    due: Mutex<Instant>,
}

impl Pace {
    /// A pace of so many bytes a second, at least one.
    pub(super) fn new(bytes_per_second: u64) -> Self {
        Self { bytes_per_second: bytes_per_second.max(1) as f64, due: Mutex::new(Instant::now()) }
    }

    /// Waits until the bytes that were just read are due.
    pub(super) async fn read(&self, bytes: usize) {
        let now = Instant::now();
        let due = self.due(now, bytes);
        if due > now + AHEAD {
            tokio::time::sleep_until(due).await;
        }
    }

    /// When bytes that are read now are due. Time that was not used does not count.
    fn due(&self, now: Instant, bytes: usize) -> Instant {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        *due = (*due).max(now) + Duration::from_secs_f64(bytes as f64 / self.bytes_per_second);
        *due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_together_keep_the_pace_and_save_nothing_up() {
        let pace = Pace::new(1_000_000);
        let begun = Instant::now();
        for number in 1..=100u32 {
            assert_eq!(pace.due(begun, 10_000), begun + Duration::from_millis(10) * number);
        }
        let later = begun + Duration::from_secs(60);
        assert_eq!(pace.due(later, 500_000), later + Duration::from_millis(500));
    }
}
