//! What must hold before production is read: a role that is no superuser and cannot become one, may read every table, and sees every row.

use super::Options;
use crate::failure::Failure;
use crate::postgres::connect::Session;
use crate::postgres::database::Database;
use crate::postgres::role::Powers;
use crate::schema::TableName;

const RIGHTS: &str = include_str!("rights.sql");
const STANDBY: &str = include_str!("standby.sql");

/// How many names a message lists.
const LISTED: usize = 10;

/// Bytes per second that a run reads at least, all in all: far below what was measured, so that estimates of time are long.
const SLOWEST: u64 = 20 * 1024 * 1024;

/// Refuses a superuser and a standby that would cancel us. Returns what the run should warn about.
///
/// # Errors
/// The run is refused (exit 4).
pub(super) async fn of_role(session: &Session, database: &Database, options: &Options) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    let user = session.address().user().to_owned();
    let powers = Powers::read(session).await?;
    if !powers.all.is_empty() {
        let message = format!("the role {user:?} {} on the source", powers.list());
        if powers.superuser && !options.allow_privileged {
            return Err(Failure::refused(message)
                .remedy("connect as a role that may only read, or accept it with --allow-privileged-source"));
        }
        if !powers.superuser && options.strict {
            return Err(Failure::refused(message).remedy("connect as a role that may only read"));
        }
        warnings.push(message);
    }
    if database.standby {
        standby(session, options, &mut warnings).await?;
    }
    Ok(warnings)
}

async fn standby(session: &Session, options: &Options, warnings: &mut Vec<String>) -> Result<(), Failure> {
    let row = session.query_one(STANDBY, &[]).await;
    let row = row.map_err(|error| session.failure(&error, "reading the standby's settings"))?;
    let (feedback, delay, bytes): (bool, i64, i64) = (row.get("feedback"), row.get("delay"), row.get("bytes"));
    let seconds = u64::try_from(bytes).unwrap_or(0) / SLOWEST + 60;
    let Ok(delay) = u64::try_from(delay) else { return Ok(()) };
    if feedback || delay / 1000 >= seconds {
        return Ok(());
    }
    let message = format!(
        "the source is a standby that cancels statements after {} s (max_standby_streaming_delay), and the run may take \
         {seconds} s",
        delay / 1000
    );
    if !options.allow_standby_conflict {
        return Err(Failure::refused(message)
            .remedy("turn on hot_standby_feedback there, or accept it with --allow-standby-conflict"));
    }
    warnings.push(message);
    Ok(())
}

/// Checks each table. Returns what the run should warn about.
///
/// # Errors
/// A table may not be read, or policies hide rows of it (exit 3); or the role may write and `strict` forbids it (exit 4).
pub(super) async fn of_tables(
    session: &Session,
    tables: &[(u32, TableName)],
    options: &Options,
) -> Result<Vec<String>, Failure> {
    let oids: Vec<u32> = tables.iter().map(|(oid, _)| *oid).collect();
    let rows = session.query(RIGHTS, &[&oids]).await;
    let rows = rows.map_err(|error| session.failure(&error, "looking up rights on the source"))?;
    let user = session.address().user();
    let named = |field: &str, wanted: bool| -> Vec<&TableName> {
        let found = rows.iter().filter(|row| row.get::<_, Option<bool>>(field) == Some(wanted));
        let oids: Vec<u32> = found.map(|row| row.get("oid")).collect();
        tables.iter().filter(|(oid, _)| oids.contains(oid)).map(|(_, name)| name).collect()
    };
    let unreadable = named("readable", false);
    if !unreadable.is_empty() {
        return Err(Failure::world(format!("the role {user:?} may not read {}", list(&unreadable)))
            .remedy("grant it USAGE on their schemas and SELECT on them"));
    }
    let policed = named("policed", true);
    if !policed.is_empty() {
        return Err(Failure::world(format!("row security hides rows from the role {user:?} in {}", list(&policed)))
            .remedy("give the role BYPASSRLS, so that the copy is complete"));
    }
    let writable = named("writable", true);
    if writable.is_empty() {
        return Ok(Vec::new());
    }
    let message = format!("the role {user:?} may write to the source, to {} of its tables", writable.len());
    if options.strict {
        return Err(Failure::refused(message).remedy("connect as a role that may only read"));
    }
    Ok(vec![message])
}

/// `a, b and 3 more`.
fn list(names: &[&TableName]) -> String {
    let shown = names.iter().take(LISTED).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
