//! A server's error as a [`Failure`]: its SQLSTATE, the condition's standard name and the names of the objects that it is
//! about. Never its message, detail, hint or context, all of which can hold values of rows.

use std::error::Error as _;
use std::fmt::Write;

use tokio_postgres::Error;
use tokio_postgres::error::DbError;

pub(crate) use super::sqlstate::condition;
use crate::failure::{Failure, Kind};

/// Turns an error into a failure; `doing` says what was tried, such as `reading customers`.
pub fn failure(error: &Error, doing: &str) -> Failure {
    match error.as_db_error() {
        Some(error) => from_server(error, doing),
        None => from_client(error, doing),
    }
}

/// What a server said.
pub(crate) fn from_server(error: &DbError, doing: &str) -> Failure {
    let code = error.code().code();
    let message = format!("{doing} failed: {} (SQLSTATE {code}){}", condition(code), objects(error));
    let failure = Failure::new(kind(code), message);
    match remedy(code) {
        Some(remedy) => failure.remedy(remedy),
        None => failure,
    }
}

/// Which exit code a SQLSTATE leads to.
fn kind(code: &str) -> Kind {
    match code.get(..2).unwrap_or_default() {
        // Data exceptions, constraints, a domain's or view's check, and what a function of production's raises.
        "21" | "22" | "23" | "44" | "P0" => Kind::Data,
        _ => Kind::World,
    }
}

/// What to do about conditions that have one usual answer.
fn remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "42501" => "grant the role the right that is missing, or connect as a role that has it",
        "53100" => "make room on the server's disk",
        "53300" => "raise the server's max_connections or the role's connection limit, or use fewer --jobs",
        "53200" => "raise the server's max_locks_per_transaction or its memory",
        "55P03" => "somebody holds a lock on it; try again later",
        "57014" => "the statement was cancelled or ran into a timeout of the server",
        "57P01" | "57P02" | "57P05" => "the server ended the session; see its log, then try again",
        "57P03" => "the server is starting, stopping or in recovery; try again later",
        "40001" | "40P01" => "try again",
        _ => return None,
    })
}

/// Files of PostgreSQL's sources that put the names of real objects into errors: those that call `errtable`, `errtablecol`,
/// `errtableconstraint`, `errdatatype` and `errdomainconstraint`, in versions 14 to 18.
const NAMING: &[&str] = &[
    "domains.c",
    "execExprInterp.c",
    "execIndexing.c",
    "execMain.c",
    "execPartition.c",
    "nbtinsert.c",
    "partbounds.c",
    "ri_triggers.c",
    "tablecmds.c",
    "tuplesort.c",
    "tuplesortvariants.c",
    "typecmds.c",
];

/// Whether the name fields of an error are names. A function's `RAISE ... USING column = value` writes anything into them,
/// and a statement that a function puts together can be about an object that is called like a value: the context then has
/// a line for each, where a row of our own COPY has one.
fn are_names(file: Option<&str>, context: Option<&str>) -> bool {
    file.is_some_and(|file| NAMING.contains(&file)) && context.is_none_or(|context| context.lines().count() <= 1)
}

/// ` on table t, column c` from the error's own name fields.
fn objects(error: &DbError) -> String {
    let mut names = String::new();
    if !are_names(error.file(), error.where_()) {
        return names;
    }
    let mut add = |word: &str, name: Option<&str>| {
        if let Some(name) = name {
            let lead = if names.is_empty() { " on" } else { "," };
            // A String takes every write.
            let _ = write!(names, "{lead} {word} {name}");
        }
    };
    match (error.schema(), error.table()) {
        (schema, Some(table)) => {
            let schema = schema.filter(|schema| *schema != crate::schema::DEFAULT_SCHEMA);
            add("table", Some(&schema.map_or_else(|| table.to_owned(), |schema| format!("{schema}.{table}"))));
        }
        (schema, None) => add("schema", schema),
    }
    add("column", error.column());
    add("constraint", error.constraint());
    add("type", error.datatype());
    names
}

/// What went wrong on our side of the connection, or on the way.
fn from_client(error: &Error, doing: &str) -> Failure {
    if error.is_closed() {
        return Failure::world(format!("{doing} failed: the server closed the connection"))
            .remedy("see the server's log, then try again");
    }
    match error.source().and_then(|cause| cause.downcast_ref::<std::io::Error>()) {
        Some(cause) => Failure::world(format!("{doing} failed: {}", io(cause)))
            .remedy("check the network and the server's log, then try again"),
        None => Failure::bug(format!("{doing} failed: {error}")),
    }
}

/// The operating system's words where it spoke, else only the kind: other texts could hold parts of messages.
pub(crate) fn io(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => error.to_string(),
        None => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_server_itself_knows_names() {
        assert!(are_names(Some("execMain.c"), None));
        assert!(are_names(Some("execMain.c"), Some("COPY t, line 1")));
        assert!(!are_names(Some("pl_exec.c"), Some("PL/pgSQL function f() line 1 at RAISE")));
        let inside = "SQL statement \"insert ...\"\nPL/pgSQL function f() line 3 at EXECUTE";
        assert!(!are_names(Some("execMain.c"), Some(inside)));
        assert!(!are_names(None, None));
    }

    #[test]
    fn classes_lead_to_exit_codes() {
        for code in ["22001", "22P02", "23505", "23514", "44000", "P0001"] {
            assert_eq!(kind(code), Kind::Data, "{code}");
        }
        for code in ["08006", "28P01", "3D000", "42501", "42P01", "53100", "57P01", "40001", "58030", "XX000", ""] {
            assert_eq!(kind(code), Kind::World, "{code}");
        }
    }
}
