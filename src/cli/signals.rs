//! SIGINT and SIGTERM, and the end of the time that a run may take, end it in order: the shadow is removed, then the
//! program exits with 130, 143 or 3.

use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::failure::{Failure, Kind};

/// Listens from now on, and to the clock where there is a limit; the receiver holds the kind of end once a signal came.
///
/// # Errors
/// The operating system refuses (exit 3).
pub(super) fn listen(timeout: Option<Duration>) -> Result<watch::Receiver<Option<Kind>>, Failure> {
    let failed = |_| Failure::world("signals cannot be listened to");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let (stop, stopped) = watch::channel(None);
    tokio::spawn(async move {
        let mut over = std::pin::pin!(over(timeout));
        loop {
            let kind = tokio::select! {
                _ = interrupt.recv() => Kind::Interrupted,
                _ = terminate.recv() => Kind::Terminated,
                () = &mut over => {
                    over.set(self::over(None));
                    Kind::World
                }
            };
            stop.send_replace(Some(kind));
        }
    });
    Ok(stopped)
}

/// Resolves when the time is over; never, without a limit.
async fn over(timeout: Option<Duration>) {
    match timeout {
        Some(timeout) => tokio::time::sleep(timeout).await,
        None => std::future::pending().await,
    }
}
