//! SIGINT and SIGTERM end a run in order: the shadow is removed, then the program exits with 130 or 143.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::failure::{Failure, Kind};

/// Listens from now on; the receiver holds the kind of end once a signal came.
///
/// # Errors
/// The operating system refuses (exit 3).
pub(super) fn listen() -> Result<watch::Receiver<Option<Kind>>, Failure> {
    let failed = |_| Failure::world("signals cannot be listened to");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let (stop, stopped) = watch::channel(None);
    tokio::spawn(async move {
        loop {
            let kind = tokio::select! {
                _ = interrupt.recv() => Kind::Interrupted,
                _ = terminate.recv() => Kind::Terminated,
            };
            stop.send_replace(Some(kind));
        }
    });
    Ok(stopped)
}
