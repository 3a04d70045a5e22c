//! The moment that everything is read at: every table locked against changes of its shape first, the snapshot exported
//! then. The other way round, a TRUNCATE between the two would read as an empty table, silently.

use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::error::SqlState;

use super::{Options, rights};
use crate::failure::Failure;
use crate::postgres::catalog;
use crate::postgres::connect::Session;
use crate::postgres::database::Database;
use crate::postgres::sql;
use crate::schema::TableName;

/// Sessions that hold the locks besides the readers: the coordinator's and pg_dump's.
const OTHERS: u64 = 2;

/// A moment that is held open by the session's transaction.
pub(super) struct Moment {
    /// What other sessions import.
    pub(super) snapshot: String,
    /// Every table, locked.
    pub(super) tables: Vec<TableName>,
    /// What the run should warn about.
    pub(super) warnings: Vec<String>,
}

/// Why tables could not be locked.
enum Obstacle {
    /// One of them is not there any more.
    Changed,
    /// Anything else.
    Failed(Failure),
}

/// Locks every table and exports a snapshot. Where tables came or went meanwhile, it tries once more.
///
/// # Errors
/// A table cannot be read or locked, or tables come and go all the time (exit 3); or the role is refused (exit 4).
pub(super) async fn hold(session: &Session, database: &Database, options: &Options) -> Result<Moment, Failure> {
    for _ in 0..2 {
        let before = catalog::table_names(session).await?;
        fits(before.len(), database, options)?;
        let warnings = rights::of_tables(session, &before, options).await?;
        let names: Vec<TableName> = before.iter().map(|(_, name)| name.clone()).collect();
        begin(session, options.lock_timeout, None).await?;
        let locked = lock(session, &names, options.lock_timeout).await;
        match locked {
            Ok(()) => {}
            Err(Obstacle::Failed(failure)) => return Err(failure),
            Err(Obstacle::Changed) => {
                roll_back(session).await?;
                continue;
            }
        }
        // The first statement that sees anything: the transaction's snapshot is taken here.
        let row = session.query_one("SELECT pg_export_snapshot()", &[]).await;
        let row = row.map_err(|error| session.failure(&error, "exporting the snapshot"))?;
        let snapshot: String = row.get(0);
        if catalog::table_names(session).await? == before {
            return Ok(Moment { snapshot, tables: names, warnings });
        }
        roll_back(session).await?;
    }
    Err(Failure::world("tables of the source come or go while they are being locked")
        .remedy("run it when no migration runs"))
}

/// Joins the moment in another session, with all its locks at once: a change of a table that queues behind our first lock
/// must not get between it and our next.
///
/// # Errors
/// The moment is over, or a table cannot be locked.
pub(super) async fn join(
    session: &Session,
    snapshot: &str,
    tables: &[TableName],
    timeout: Duration,
) -> Result<(), Failure> {
    begin(session, timeout, Some(snapshot)).await?;
    lock(session, tables, timeout).await.map_err(|obstacle| match obstacle {
        Obstacle::Failed(failure) => failure,
        Obstacle::Changed => Failure::bug("a table that is locked is gone"),
    })
}

async fn begin(session: &Session, timeout: Duration, snapshot: Option<&str>) -> Result<(), Failure> {
    let import = snapshot.map(|snapshot| format!("SET TRANSACTION SNAPSHOT {}; ", sql::literal(snapshot)));
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {}SET LOCAL lock_timeout = {}",
        import.unwrap_or_default(),
        timeout.as_millis()
    );
    session.batch_execute(&begin).await.map_err(|error| {
        // How a server says that the session which exported the snapshot has ended.
        let gone = snapshot.is_some() && error.code() == Some(&SqlState::INVALID_PARAMETER_VALUE);
        if gone {
            return Failure::world("production's moment is gone: the session that held it has ended")
                .remedy("see in production's log who ended it, and run again");
        }
        session.failure(&error, "beginning to read")
    })
}

async fn roll_back(session: &Session) -> Result<(), Failure> {
    session.batch_execute("ROLLBACK").await.map_err(|error| session.failure(&error, "beginning again"))
}

/// One message to the server, one answer per table: the count of answers tells which table failed.
async fn lock(session: &Session, tables: &[TableName], timeout: Duration) -> Result<(), Obstacle> {
    let statement = |table| format!("LOCK TABLE ONLY {} IN ACCESS SHARE MODE", sql::table(table));
    let statements: Vec<String> = tables.iter().map(statement).collect();
    let mut locked = 0;
    let failed = |error: &tokio_postgres::Error, locked: usize| {
        let Some(table) = tables.get(locked) else {
            return Obstacle::Failed(session.failure(error, "locking the tables"));
        };
        match error.code() {
            Some(code) if [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME].contains(code) => {
                Obstacle::Changed
            }
            Some(&SqlState::LOCK_NOT_AVAILABLE) => Obstacle::Failed(
                Failure::world(format!("{table} could not be locked for reading within {} s", timeout.as_secs()))
                    .remedy("somebody is changing its structure; try again when that is over"),
            ),
            _ => Obstacle::Failed(session.failure(error, &format!("locking {table} for reading"))),
        }
    };
    if tables.is_empty() {
        return Ok(());
    }
    let answers = session.simple_query_raw(&statements.join("; ")).await.map_err(|error| failed(&error, locked))?;
    let mut answers = pin!(answers);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(SimpleQueryMessage::CommandComplete(_)) => locked += 1,
            Ok(_) => {}
            Err(error) => return Err(failed(&error, locked)),
        }
    }
    if locked == tables.len() { Ok(()) } else { Err(Obstacle::Failed(Failure::bug("not every table was locked"))) }
}

/// Refuses to take more than a quarter of the server's lock table, which all its sessions share.
fn fits(tables: usize, database: &Database, options: &Options) -> Result<(), Failure> {
    let quarter = database.lock_table / 4;
    let sessions = |jobs: u64| jobs + OTHERS;
    let tables = tables as u64;
    if tables * sessions(options.jobs as u64) <= quarter {
        return Ok(());
    }
    let fitting = (quarter / tables.max(1)).saturating_sub(OTHERS);
    let failure = Failure::world(format!(
        "{tables} tables locked by {} sessions would take more than a quarter of the source's lock table ({} entries)",
        sessions(options.jobs as u64),
        database.lock_table
    ));
    Err(match fitting {
        0 => failure.remedy("raise max_locks_per_transaction on the source"),
        jobs => failure.remedy(format!("use --jobs {jobs}, or raise max_locks_per_transaction on the source")),
    })
}
