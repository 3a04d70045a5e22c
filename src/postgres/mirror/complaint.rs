//! What `pg_dump` and `pg_restore` say on stderr, reduced to what may be shown: they quote statements, keys and values, so
//! only the kind of error and the archive's entry that it is about come out.

use crate::failure::{Failure, Kind};

/// Words of PostgreSQL's messages (`errmsg` in its sources) and the SQLSTATE and condition that they stand for. The words
/// are parts of the fixed text, never of a value; the first that fits counts.
const CONDITIONS: &[(&str, &str, &str)] = &[
    ("could not create unique index", "23505", "unique violation"),
    ("duplicate key value", "23505", "unique violation"),
    ("violates foreign key constraint", "23503", "foreign key violation"),
    ("could not create exclusion constraint", "23P01", "exclusion violation"),
    ("violates exclusion constraint", "23P01", "exclusion violation"),
    ("is violated by some row", "23514", "check violation"),
    ("violates check constraint", "23514", "check violation"),
    ("violates the new constraint", "23514", "check violation"),
    ("contains null values", "23502", "not null violation"),
    ("violates not-null constraint", "23502", "not null violation"),
    ("invalid input syntax", "22P02", "invalid text representation"),
    ("out of range", "22003", "numeric value out of range"),
    ("value too long", "22001", "string data right truncation"),
    ("division by zero", "22012", "division by zero"),
    ("must be superuser", "42501", "insufficient privilege"),
    ("must be owner of", "42501", "insufficient privilege"),
    ("must be member of", "42501", "insufficient privilege"),
    ("must be able to SET ROLE", "42501", "insufficient privilege"),
    ("permission denied", "42501", "insufficient privilege"),
    ("could not access file", "58P01", "undefined file"),
    ("could not load library", "58P01", "undefined file"),
    ("could not open extension control file", "0A000", "feature not supported"),
    ("No space left on device", "53100", "disk full"),
    ("out of shared memory", "53200", "out of memory"),
    ("out of memory", "53200", "out of memory"),
    ("remaining connection slots", "53300", "too many connections"),
    ("too many clients", "53300", "too many connections"),
    ("too many connections", "53300", "too many connections"),
    ("due to lock timeout", "55P03", "lock not available"),
    ("due to statement timeout", "57014", "query canceled"),
    ("deadlock detected", "40P01", "deadlock detected"),
    ("due to conflict with recovery", "40001", "serialization failure"),
    ("terminating connection", "57P01", "admin shutdown"),
    ("server closed the connection", "57P01", "admin shutdown"),
    ("could not connect", "08006", "connection failure"),
    ("connection to server", "08006", "connection failure"),
    ("because of server version mismatch", "0A000", "feature not supported"),
    ("unrecognized configuration parameter", "42704", "undefined object"),
    ("already exists", "42710", "duplicate object"),
    ("does not exist", "42704", "undefined object"),
    ("syntax error", "42601", "syntax error"),
];

/// The one complaint that is no failure: newer programs set what servers before version 17 do not have.
const TOLERATED: [&str; 2] =
    ["unrecognized configuration parameter \"transaction_timeout\"", "Command was: SET transaction_timeout = 0;"];

/// Whether every error that a program went on after was the tolerated one. `stderr` is what it said.
pub(super) fn is_tolerated(stderr: &str) -> bool {
    let lines: Vec<&str> = stderr.lines().collect();
    let errors: Vec<usize> = (0..lines.len()).filter(|&at| is_error(lines[at])).collect();
    let tolerated = |at: &usize| {
        let next = lines.get(at + 1).is_some_and(|line| line.trim() == TOLERATED[1]);
        lines[*at].ends_with(TOLERATED[0]) && next
    };
    let ignored =
        lines.iter().rev().find_map(|line| line.strip_prefix("pg_restore: warning: errors ignored on restore: "));
    // A statement that an error quotes could hold such lines too: then there are more errors than were counted.
    !errors.is_empty() && errors.iter().all(tolerated) && ignored.is_some_and(|count| count == errors.len().to_string())
}

fn is_error(line: &str) -> bool {
    line.starts_with("pg_restore: error: ") || line.starts_with("pg_dump: error: ")
}

/// Whether a line of an error's context is that of PL/pgSQL's `RAISE`.
fn is_raise(line: &str) -> bool {
    line.starts_with("CONTEXT:  PL/pgSQL function ") && line.ends_with(" at RAISE")
}

/// What a program failed with. `doing` says what was tried; `name` finds the text of an entry of the archive, which is made
/// of names.
pub(super) fn failure(stderr: &str, doing: &str, name: impl Fn(u32) -> Option<String>) -> Failure {
    let first = stderr.lines().find(|line| is_error(line) && !line.ends_with(TOLERATED[0])).unwrap_or_default();
    let known = CONDITIONS.iter().find(|(words, _, _)| first.contains(words));
    let before = &stderr[..stderr.find(first).unwrap_or(0)];
    let entry = before.lines().rev().find_map(|line| line.strip_prefix("pg_restore: from TOC entry "));
    let entry = entry.and_then(|entry| entry.split_once(';')?.0.parse().ok()).and_then(name);
    let place = entry.map_or_else(String::new, |entry| format!(" on `{entry}`"));
    let Some((_, code, condition)) = known else {
        if stderr[before.len()..].lines().any(is_raise) {
            return Failure::data(format!("{doing} failed: a function of production's raised an error{place}"))
                .remedy("a mask broke it, or production itself does: see the rules of its columns");
        }
        return Failure::world(format!("{doing} failed{place}")).remedy("see the server's log for the error");
    };
    let kind = if matches!(&code[..2], "22" | "23") { Kind::Data } else { Kind::World };
    let failure = Failure::new(kind, format!("{doing} failed: {condition} (SQLSTATE {code}){place}"));
    match *code {
        "42501" => failure.remedy("grant the role the right that is missing"),
        "58P01" | "0A000" => failure.remedy("install on the server what it refers to"),
        "53100" => failure.remedy("make room on the server's disk"),
        "53200" => failure.remedy("raise the server's max_locks_per_transaction or its memory"),
        "53300" => failure.remedy("raise the server's max_connections, or use fewer --jobs"),
        "55P03" | "40P01" | "40001" | "57P01" | "08006" => failure.remedy("see the server's log, then try again"),
        _ if kind == Kind::Data => {
            failure.remedy("a mask broke it, or production itself does: see the rules of its columns")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUT: &str = "\
pg_restore: while INITIALIZING:
pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter \"transaction_timeout\"
Command was: SET transaction_timeout = 0;
";

    #[test]
    fn one_complaint_is_tolerated_and_no_other() {
        assert!(is_tolerated(&format!("{TIMEOUT}pg_restore: warning: errors ignored on restore: 1\n")));
        assert!(!is_tolerated(TIMEOUT));
        assert!(!is_tolerated(""));
        let other =
            "pg_restore: error: could not execute query: ERROR:  type \"x\" does not exist\nCommand was: CREATE\n";
        assert!(!is_tolerated(&format!("{TIMEOUT}{other}pg_restore: warning: errors ignored on restore: 2\n")));
        // An error whose statement pretends.
        let quoted = format!("{TIMEOUT}{TIMEOUT}pg_restore: warning: errors ignored on restore: 1\n");
        assert!(!is_tolerated(&quoted));
    }

    #[test]
    fn values_stay_behind() {
        let stderr = "\
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 3835; 2606 17876 CONSTRAINT s t t_key o
pg_restore: error: could not execute query: ERROR:  could not create unique index \"t_key\"
DETAIL:  Key (mail)=(CANARY@example.com) is duplicated.
Command was: ALTER TABLE ... DEFAULT 'CANARY';
";
        let failure =
            failure(stderr, "building indexes", |id| (id == 3835).then(|| "CONSTRAINT s t t_key o".to_owned()));
        assert_eq!(failure.kind, Kind::Data);
        let text = failure.to_string();
        assert!(text.contains("23505") && text.contains("t_key"), "{text}");
        assert!(!text.contains("CANARY"), "{text}");
    }

    #[test]
    fn what_a_function_raises_is_about_the_data() {
        let stderr = "pg_restore: error: could not execute query: ERROR:  no CANARY\n\
                      CONTEXT:  PL/pgSQL function public.no(text) line 1 at RAISE\n";
        let failure = failure(stderr, "building indexes", |_| None);
        assert!(failure.kind == Kind::Data && !failure.to_string().contains("CANARY"), "{failure}");
    }

    #[test]
    fn what_is_not_known_is_not_repeated() {
        let failure = failure("pg_restore: error: could not execute query: ERROR:  CANARY\n", "restoring", |_| None);
        assert!(!failure.to_string().contains("CANARY"), "{failure}");
        assert_eq!(failure.kind, Kind::World);
    }
}
