//! Production goes before us: a session of its own looks every second whether somebody waits for a lock of ours, and past
//! the bound ends our sessions, which lets go of the locks at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::postgres::connect::Session;

const WATCH: &str = include_str!("watch.sql");

/// How often to look.
const PERIOD: Duration = Duration::from_secs(1);

/// What readers and the watcher share.
pub(super) struct Shared {
    /// Processes that serve our sessions.
    pids: Mutex<Vec<i32>>,
    /// Why the run had to give way.
    given_way: watch::Sender<Option<String>>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { pids: Mutex::new(Vec::new()), given_way: watch::Sender::new(None) }
    }

    /// Has a session watched until the guard is dropped.
    pub(super) fn register(self: &Arc<Self>, session: &Session) -> Registered {
        let pid = session.pid();
        self.pids.lock().unwrap_or_else(PoisonError::into_inner).push(pid);
        Registered { pid, shared: Arc::clone(self) }
    }

    /// Why the run had to give way, if it had to.
    pub(super) fn failure(&self) -> Option<Failure> {
        let reason = self.given_way.borrow().clone()?;
        Some(Failure::world(reason).remedy("run it at a quieter time, or allow more with --max-block"))
    }

    /// Resolves when the run has to give way.
    pub(super) async fn given_way(&self) -> Failure {
        let mut given_way = self.given_way.subscribe();
        // The sender is a field of ours, so it cannot be gone.
        let _ = given_way.wait_for(Option::is_some).await;
        self.failure().unwrap_or_else(|| Failure::bug("gave way without a reason"))
    }

    fn pids(&self) -> Vec<i32> {
        self.pids.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A session that is watched.
pub(super) struct Registered {
    pid: i32,
    shared: Arc<Shared>,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.shared.pids.lock().unwrap_or_else(PoisonError::into_inner).retain(|pid| *pid != self.pid);
    }
}

/// The task that watches; it ends when this is dropped.
pub(super) struct Watcher(JoinHandle<()>);

impl Watcher {
    /// Begins to watch over a session of its own.
    pub(super) fn start(session: Session, shared: Arc<Shared>, max_block: Duration) -> Self {
        Self(tokio::spawn(watch(session, shared, max_block)))
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Watches until it is aborted. Where it cannot look any more, the run gives way too: nobody would guard production.
async fn watch(session: Session, shared: Arc<Shared>, max_block: Duration) {
    let reason = loop {
        tokio::time::sleep(PERIOD).await;
        match session.query_opt(WATCH, &[&shared.pids()]).await {
            Ok(None) => {}
            Ok(Some(row)) => {
                let (seconds, object): (f64, String) = (row.get("seconds"), row.get("object"));
                if seconds > max_block.as_secs_f64() {
                    break format!(
                        "another session of the source waited {seconds:.0} s for a lock of ours on {object}"
                    );
                }
            }
            Err(error) => break session.failure(&error, "watching for sessions that wait on us").message,
        }
    };
    shared.given_way.send_replace(Some(reason));
    let ours = shared.pids();
    // Our own role's sessions: no right beyond it is needed.
    let _ = session.query("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", &[&ours]).await;
    session.close().await;
}
