//! How long a run may take, and how often it is tried again. Each try is a run of its own: another snapshot of production,
//! another generation. Only what the world did is tried again; wrong rules, refusals and data that fail would fail again.

use std::future::Future;
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;

use super::{output, refresh};
use crate::failure::{Failure, Kind};
use crate::pipeline::until_stopped;

/// How long a run that was told to stop may take to clean up.
const GRACE: Duration = Duration::from_secs(15);
/// The first pause before another try; each further one is twice as long, up to [`LONGEST`].
const PAUSE: Duration = Duration::from_secs(1);
/// See [`PAUSE`].
const LONGEST: Duration = Duration::from_secs(60);

/// What the command line says about it.
#[derive(Args, Clone, Default)]
pub(super) struct Patience {
    /// Try again so many times, each with a new snapshot, where a connection, a disk or a server failed
    #[arg(long, default_value_t = 0)]
    retries: u32,
    /// Give up after this time, all tries together, such as 2h
    #[arg(long, value_parser = refresh::duration)]
    pub(super) timeout: Option<Duration>,
}

impl Patience {
    /// Runs until a try succeeds, fails for good, or was the last one.
    ///
    /// # Errors
    /// Those of the last try.
    pub(super) async fn run<T>(
        &self,
        stop: &watch::Receiver<Option<Kind>>,
        mut one: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut pause = PAUSE;
        for tried in 1..=self.retries {
            let failure = match one().await {
                Ok(done) => return Ok(done),
                Err(failure) => failure,
            };
            if failure.kind != Kind::World || stop.borrow().is_some() {
                return Err(failure);
            }
            output::note(format_args!(
                "warning: try {tried} of {} failed: {failure}; the next one begins in {} s",
                self.retries + 1,
                pause.as_secs()
            ));
            until_stopped(stop, async {
                tokio::time::sleep(pause).await;
                Ok(())
            })
            .await?;
            pause = (2 * pause).min(LONGEST);
        }
        one().await
    }
}

/// Gives a run that was told to stop some time to clean up, and no more: servers that do not answer would keep it for ever.
///
/// # Errors
/// Those of the run, or that it had to be left.
pub(super) async fn within_grace<T>(
    stop: &watch::Receiver<Option<Kind>>,
    run: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut stopped = stop.clone();
    let overtime = async {
        let kind = match stopped.wait_for(Option::is_some).await.map(|kind| *kind) {
            Ok(Some(kind)) => kind,
            _ => std::future::pending().await,
        };
        tokio::time::sleep(GRACE).await;
        kind
    };
    tokio::select! {
        ended = run => ended,
        kind = overtime => Err(Failure::new(kind, "the run was told to stop, and a server does not answer")
            .remedy("what was live is still live; the next run drops what is left over")),
    }
}
