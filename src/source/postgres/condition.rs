//! A `rows:` expression put to the server: EXPLAIN resolves its names and types without reading a row.

use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

use crate::failure::{Failure, Kind};
use crate::postgres::connect::Session;
use crate::postgres::{failure, sql};
use crate::rules::expression::functions;
use crate::schema::TableName;

/// Functions of PostgreSQL's own that a condition may not call: those that act or answer otherwise each time, and those that
/// run a query which stands in a text.
const ACTING: &str = "
    SELECT proname::text FROM pg_proc
    WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1)
        AND (provolatile = 'v' OR proname ~ '_to_xml')
    ORDER BY proname LIMIT 1";

/// What is wrong with an expression, or `None`. The session's transaction goes on unharmed.
///
/// # Errors
/// The world failed.
pub(super) async fn check(session: &Session, table: &TableName, expression: &str) -> Result<Option<String>, Failure> {
    let doing = format!("checking a condition on {table}");
    let failed = |error: tokio_postgres::Error| session.failure(&error, &doing);
    if let Some(function) = foreign(expression) {
        return Ok(Some(format!("`{function}` is outside pg_catalog")));
    }
    let called = functions(expression);
    let called: Vec<&str> = called.iter().map(|name| name.strip_prefix("pg_catalog.").unwrap_or(name)).collect();
    if let Some(row) = session.query_opt(ACTING, &[&called]).await.map_err(failed)? {
        let name: String = row.try_get(0).map_err(failed)?;
        return Ok(Some(format!("`{name}` acts, runs a query or answers otherwise each time")));
    }
    let head = "EXPLAIN (VERBOSE, COSTS OFF) SELECT FROM ONLY ";
    let statement = format!("{head}{} WHERE (", sql::table(table));
    let before = statement.chars().count();
    session.batch_execute("SAVEPOINT condition").await.map_err(failed)?;
    // The extended protocol takes one statement only, whatever the expression holds.
    let explained = session.query(&format!("{statement}{expression}\n)"), &[]).await;
    session.batch_execute("ROLLBACK TO SAVEPOINT condition; RELEASE SAVEPOINT condition").await.map_err(failed)?;
    match explained {
        Ok(lines) => {
            let filter = lines.iter().filter_map(|line| line.try_get::<_, String>(0).ok());
            // With an empty search path the server writes a schema before everything that is not pg_catalog's.
            let found = filter.filter_map(|line| line.trim_start().strip_prefix("Filter: ").and_then(foreign)).next();
            Ok(found.map(|function| format!("it comes to call `{function}`, which is outside pg_catalog")))
        }
        Err(error) => match error.as_db_error() {
            Some(error) => explain(error, expression, before, &doing),
            None => Err(failed(error)),
        },
    }
}

/// A mistake in the expression, in words; an error that is none becomes a failure.
fn explain(error: &DbError, expression: &str, before: usize, doing: &str) -> Result<Option<String>, Failure> {
    let class = error.code().code().get(..2).unwrap_or_default();
    if !matches!(class, "42" | "22" | "0A" | "3F") || *error.code() == SqlState::INSUFFICIENT_PRIVILEGE {
        return Err(Failure { kind: Kind::World, ..failure::from_server(error, doing) });
    }
    let place = match error.position() {
        // Counted in characters from 1, over the whole statement.
        Some(ErrorPosition::Original(place)) => (*place as usize).checked_sub(before + 1),
        _ => None,
    };
    let word = place.map(|place| word(expression, place)).filter(|word| !word.is_empty());
    let at = word.map(|word| format!(" at `{word}`")).unwrap_or_default();
    let name = failure::condition(error.code().code());
    Ok(Some(format!("{name}{at} (SQLSTATE {})", error.code().code())))
}

/// The word of the rule file's own text at a place, so that nothing of the server's message has to be shown.
fn word(expression: &str, place: usize) -> String {
    let rest = expression.chars().skip(place);
    rest.take_while(|char| char.is_alphanumeric() || matches!(char, '_' | '.' | '"')).take(80).collect()
}

/// The first call of a function, or use of an operator, whose schema is written and is not `pg_catalog`.
fn foreign(text: &str) -> Option<String> {
    let mut rest = text.char_indices().peekable();
    let mut names: Vec<String> = Vec::new();
    let mut after_dot = false;
    while let Some((_, char)) = rest.next() {
        match char {
            '\'' => {
                while rest.next_if(|(_, char)| *char != '\'').is_some() {}
                rest.next();
                names.clear();
            }
            '.' if !names.is_empty() => {
                after_dot = true;
                continue;
            }
            '"' | '_' | 'a'..='z' | 'A'..='Z' | '\u{80}'.. => {
                let name = if char == '"' {
                    let mut name = String::new();
                    while let Some((_, char)) = rest.next_if(|(_, char)| *char != '"') {
                        name.push(char);
                    }
                    rest.next();
                    name
                } else {
                    let mut name = char.to_string();
                    let part = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$');
                    while let Some((_, char)) = rest.next_if(|(_, char)| part(*char)) {
                        name.push(char);
                    }
                    name
                };
                if !after_dot {
                    names.clear();
                }
                names.push(name);
            }
            ' ' | '\n' | '\t' | '\r' => continue,
            '(' => {
                let schema = names.len().checked_sub(2).and_then(|place| names.get(place));
                let operator = names.last().is_some_and(|name| name.eq_ignore_ascii_case("operator"));
                if schema.is_some_and(|schema| schema != "pg_catalog") {
                    return Some(names.join("."));
                }
                names.clear();
                if operator {
                    // OPERATOR(schema.=): the schema follows.
                    let inside: String = rest.clone().map(|(_, char)| char).take_while(|char| *char != ')').collect();
                    if !inside.trim_start().starts_with("pg_catalog.") {
                        return Some(format!("operator {}", inside.trim()));
                    }
                }
            }
            _ => names.clear(),
        }
        after_dot = false;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_pg_catalog_is_found() {
        for (text, found) in [
            ("a > 1 AND lower(b) = 'x'", None),
            ("pg_catalog.lower(b) = 'public.f(x)'", None),
            ("t.a IN (1, 2)", None),
            ("public.f(a)", Some("public.f")),
            ("\"My Schema\" . \"f\" (a)", Some("My Schema.f")),
            ("a OPERATOR(pg_catalog.=) 1", None),
            ("a OPERATOR(public.=) 1", Some("operator public.=")),
            ("(a).b = 1", None),
            ("a = 'it''s' AND (b)", None),
            ("a::public.mood = 'x' AND (b > 1)", None),
        ] {
            assert_eq!(foreign(text).as_deref(), found, "{text}");
        }
    }
}
