//! Whether queries run alike on both sides: how a server would run each query of a file. Queries are planned only, never
//! run, in sessions that cannot write; of a plan only its shape is kept, as its conditions hold values.

use std::error::Error;

use serde_json::Value;
use tokio_postgres::types::{FromSql, Type};

use super::connect::{Address, connect};
use crate::failure::Failure;

/// Queries name tables as the application does, and wait for nobody long.
const SETTINGS: &str = "RESET search_path; SET default_transaction_read_only = on; SET statement_timeout = '30s'; \
                        SET lock_timeout = '3s'";

/// One query of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The line that it begins in, from 1.
    pub line: usize,
    /// The statement, without what ends it.
    pub sql: String,
}

/// Splits a file at the semicolons that end statements: none of those in texts, names or comments.
pub fn queries(text: &str) -> Vec<Query> {
    let mut found = Vec::new();
    let (mut at, mut begun) = (0, None);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = token(rest, text[..at].chars().next_back());
        let silent = first.is_whitespace() || rest.starts_with("--") || rest.starts_with("/*");
        if first == ';' {
            found.extend(begun.take().map(|from| query(text, from, at)));
        } else if !silent && begun.is_none() {
            begun = Some(at);
        }
        at += length;
    }
    found.extend(begun.map(|from| query(text, from, text.len())));
    found
}

fn query(text: &str, from: usize, to: usize) -> Query {
    Query { line: text[..from].matches('\n').count() + 1, sql: text[from..to].trim_end().to_owned() }
}

/// Bytes of the comment, text or name that begins here, or of one character (PostgreSQL documentation, "Lexical
/// Structure").
fn token(rest: &str, before: Option<char>) -> usize {
    let to = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let first = rest.chars().next().map_or(1, char::len_utf8);
    match rest.as_bytes().first() {
        Some(b'-') if rest.starts_with("--") => to("\n", 2),
        Some(b'/') if rest.starts_with("/*") => comment(rest),
        Some(b'"') => to("\"", 1),
        Some(b'\'') if matches!(before, Some('e' | 'E')) => escaped(rest),
        Some(b'\'') => to("'", 1),
        Some(b'$') if !before.is_some_and(|before| before.is_alphanumeric() || before == '_') => {
            let tag = rest[1..].find('$').map(|end| &rest[..end + 2]);
            let named = |tag: &&str| tag[1..tag.len() - 1].chars().all(|char| char.is_alphanumeric() || char == '_');
            tag.filter(named).map_or(first, |tag| to(tag, tag.len()))
        }
        _ => first,
    }
}

/// Bytes of a comment; comments nest.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while at < rest.len() {
        let pair = rest.as_bytes().get(at..at + 2).unwrap_or_default();
        match pair {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Bytes of a text in which a backslash takes the next character's meaning.
fn escaped(rest: &str) -> usize {
    let mut taken = false;
    for (at, char) in rest.char_indices().skip(1) {
        if char == '\'' && !taken {
            return at + 1;
        }
        taken = char == '\\' && !taken;
    }
    rest.len()
}

/// How a server would run queries: for each one the lines of its plan's shape.
///
/// # Errors
/// The world failed; or a query is wrong there (exit 2).
pub async fn shapes(address: &Address, whose: &str, queries: &[Query]) -> Result<Vec<Vec<String>>, Failure> {
    let session = connect(address, "plans").await?;
    let set = session.batch_execute(SETTINGS).await;
    set.map_err(|error| session.failure(&error, "setting up the session"))?;
    let mut shapes = Vec::new();
    for query in queries {
        let failed = |error: tokio_postgres::Error| {
            let failure = session.failure(&error, &format!("planning the query in line {} on {whose}", query.line));
            match error.as_db_error().is_some_and(|error| error.code().code().starts_with("42")) {
                true => Failure::usage(failure.message).remedy("write one query after another, each ended by a `;`"),
                false => failure,
            }
        };
        // The extended protocol takes one statement only, whatever a file says.
        let explain = format!("EXPLAIN (FORMAT JSON, COSTS OFF, VERBOSE) {}", query.sql);
        let explain = session.prepare(&explain).await.map_err(failed)?;
        if !explain.params().is_empty() {
            return Err(Failure::usage(format!("the query in line {} has parameters", query.line))
                .remedy("write values such as the application gives in their places"));
        }
        let row = session.query_one(&explain, &[]).await.map_err(failed)?;
        let Plan(plan) = row.try_get(0).map_err(failed)?;
        let mut lines = Vec::new();
        shape(&plan[0]["Plan"], 0, &mut lines);
        shapes.push(lines);
    }
    session.close().await;
    Ok(shapes)
}

/// The server's answer.
struct Plan(Value);

impl<'a> FromSql<'a> for Plan {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(serde_json::from_slice(raw)?))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::JSON
    }
}

/// Adds a node's line and those below it: what is done, by which index, to which table.
fn shape(node: &Value, depth: usize, lines: &mut Vec<String>) {
    let text = |field: &str| node[field].as_str();
    let mut words = Vec::new();
    words.extend((node["Parallel Aware"] == true).then_some("Parallel"));
    words.extend(text("Strategy").filter(|strategy| *strategy != "Plain"));
    words.extend(text("Join Type").filter(|join| *join != "Inner"));
    words.extend(text("Node Type"));
    let mut line = format!("{}{}", "  ".repeat(depth), words.join(" "));
    for (word, field) in [("using", "Index Name"), ("on", "Relation Name")] {
        if let Some(name) = text(field) {
            let schema = text("Schema").filter(|_| word == "on").map_or_else(String::new, |name| format!("{name}."));
            line.push_str(&format!(" {word} {schema}{name}"));
        }
    }
    lines.push(line);
    for below in node["Plans"].as_array().into_iter().flatten() {
        shape(below, depth + 1, lines);
    }
}

/// What two shapes of a query's plan first differ in: production's line, staging's line.
pub fn difference(production: &[String], staging: &[String]) -> Option<(String, String)> {
    let longest = production.len().max(staging.len());
    let line =
        |lines: &[String], at: usize| lines.get(at).map_or_else(|| "nothing".to_owned(), |line| line.trim().to_owned());
    (0..longest).find(|at| production.get(*at) != staging.get(*at)).map(|at| (line(production, at), line(staging, at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_split_only_where_statements_end() {
        let text = "-- first; of all\nselect ';', \";\", $$;$$, $a$;$$;$a$, E'\\';', 'it''s;' /* ; /* ; */ ; */;\n\n;\n\
                    select a$1; select 2 -- ; the end";
        let found = queries(text);
        let lines: Vec<usize> = found.iter().map(|query| query.line).collect();
        assert_eq!(lines, [2, 5, 5], "{found:?}");
        assert_eq!(found[1].sql, "select a$1");
        assert!(queries("  ; -- nothing\n /* nothing */").is_empty());
        for end in ["'", "\"", "$$", "E'\\", "/*", "--", "$", "größe$ü$"] {
            queries(end);
        }
    }

    #[test]
    fn a_shape_holds_no_condition() {
        let plan = serde_json::json!({"Node Type": "Aggregate", "Strategy": "Hashed", "Plans": [
            {"Node Type": "Index Scan", "Index Name": "people_mail", "Schema": "public", "Relation Name": "people",
             "Index Cond": "(mail = 'anna@mail.de')"}]});
        let mut lines = Vec::new();
        shape(&plan, 0, &mut lines);
        assert_eq!(lines, ["Hashed Aggregate", "  Index Scan using people_mail on public.people"]);
        assert_eq!(difference(&lines, &lines), None);
        let other = ("Index Scan using people_mail on public.people".to_owned(), "nothing".to_owned());
        assert_eq!(difference(&lines, &lines[..1]), Some(other));
    }
}
