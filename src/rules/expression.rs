//! Conditions of `rows:`: one boolean SQL expression, looked at by a tokenizer of our own before any server sees it. It
//! knows enough SQL to tell words, strings, numbers and operators apart, and nothing about what they mean; the server
//! checks the rest with EXPLAIN in a read-only session. What PostgreSQL may read in another way than this tokenizer
//! (escapes, dollar quotes, odd characters outside quotes) is refused rather than guessed at.

use std::ops::Range;

/// Words that begin a query or another command. None of them can begin anything in a condition, but all of them could be
/// a column's name in quotes.
const FORBIDDEN: &[&str] = &[
    "select",
    "with",
    "table",
    "values",
    "insert",
    "update",
    "delete",
    "merge",
    "into",
    "union",
    "intersect",
    "except",
    "returning",
    "execute",
    "create",
    "drop",
    "alter",
    "grant",
    "truncate",
];

/// Words that stand before a parenthesis without being functions, unless a schema stands before them.
const NOT_FUNCTIONS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "any",
    "all",
    "some",
    "between",
    "like",
    "ilike",
    "similar",
    "is",
    "case",
    "when",
    "then",
    "else",
    "array",
    "row",
    "interval",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "cast",
    "exists",
    "distinct",
    "from",
    "for",
    "on",
    "extract",
    "overlay",
    "position",
    "substring",
    "trim",
    "numeric",
    "decimal",
    "varchar",
    "char",
    "character",
    "bit",
    "float",
    "over",
    "filter",
    "within",
    "collate",
    "to",
    "as",
    "varying",
    "escape",
    "symmetric",
];

/// Words that say another thing whenever one asks.
const PASSING: &[&str] = &[
    "age",
    "clock_timestamp",
    "current_date",
    "current_time",
    "current_timestamp",
    "gen_random_uuid",
    "localtime",
    "localtimestamp",
    "nextval",
    "now",
    "pg_current_snapshot",
    "pg_current_xact_id",
    "random",
    "random_normal",
    "statement_timestamp",
    "timeofday",
    "transaction_timestamp",
    "txid_current",
    "uuidv4",
    "uuidv7",
];

/// Strings that are read as a moment near the one in which they are read.
const PASSING_TEXTS: &[&str] = &["now", "today", "tomorrow", "yesterday"];

/// What has no place in a condition, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The bytes to blame.
    pub at: Range<usize>,
    /// Why, without a full stop.
    pub why: &'static str,
}

impl Misplaced {
    fn new(at: Range<usize>, why: &'static str) -> Self {
        Self { at, why }
    }
}

/// One word or sign of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// An unquoted word, folded to lower case as the server does it.
    Word(String),
    /// A quoted name.
    Quoted(String),
    /// A string or number.
    Literal,
    /// Anything else, character by character.
    Sign(char),
}

/// Checks that a text is one expression.
///
/// # Errors
/// The first piece that has no place in one.
pub fn check(text: &str) -> Result<(), Misplaced> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err(Misplaced::new(0..text.len(), "it is empty"));
    }
    let mut open = Vec::new();
    for (index, (token, at)) in tokens.iter().enumerate() {
        let wrong = |why| Err(Misplaced::new(at.clone(), why));
        match token {
            Token::Sign(';') => return wrong("`;` has no place in a condition"),
            Token::Sign('(') => open.push((')', at.clone())),
            Token::Sign('[') => open.push((']', at.clone())),
            Token::Sign(sign @ (')' | ']')) if open.pop().map(|(closing, _)| closing) != Some(*sign) => {
                return wrong("a parenthesis is closed that was not opened");
            }
            Token::Word(word) if FORBIDDEN.contains(&word.as_str()) && !is_time_zone(&tokens[index..]) => {
                return wrong("a word that begins a query or a command (quote it if it is a column's name)");
            }
            _ => {}
        }
    }
    match open.pop() {
        Some((_, at)) => Err(Misplaced::new(at, "a parenthesis is not closed")),
        None => Ok(()),
    }
}

/// The first piece of a checked expression that may say another thing when it is asked again.
pub fn passing(text: &str) -> Option<Misplaced> {
    let tokens = tokens(text).unwrap_or_default();
    let piece = tokens.into_iter().find(|(token, at)| match token {
        Token::Word(word) => PASSING.contains(&word.as_str()),
        Token::Quoted(name) => PASSING.contains(&name.as_str()),
        Token::Literal => PASSING_TEXTS.contains(&text[at.clone()].trim_matches('\'').trim().to_lowercase().as_str()),
        Token::Sign(_) => false,
    });
    piece.map(|(_, at)| Misplaced::new(at, "it asks for the time or for chance"))
}

/// Whether a `with` is the one of `timestamp with time zone`.
fn is_time_zone(tokens: &[(Token, Range<usize>)]) -> bool {
    let words = tokens.iter().take(3).map(|(token, _)| match token {
        Token::Word(word) => word.as_str(),
        _ => "",
    });
    words.eq(["with", "time", "zone"])
}

/// What an expression may run, as `name` or `schema.name`, sorted, each once: the functions that it calls, and the types
/// with a schema that it converts to (a conversion may be a function, a domain has checks). Expects a checked text.
pub fn functions(text: &str) -> Vec<String> {
    let tokens: Vec<Token> = tokens(text).unwrap_or_default().into_iter().map(|(token, _)| token).collect();
    let name = |at: usize| match tokens.get(at) {
        Some(Token::Word(name) | Token::Quoted(name)) => Some(name.as_str()),
        _ => None,
    };
    let is = |at: Option<usize>, sign: char| at.and_then(|at| tokens.get(at)) == Some(&Token::Sign(sign));
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let Some(word) = name(at) else {
            continue;
        };
        let dotted = is(at.checked_sub(1), '.');
        let schema = at.checked_sub(2).filter(|_| dotted).and_then(name);
        let called = is(Some(at + 1), '(');
        let typed = match at.checked_sub(3) {
            _ if schema.is_none() => false,
            // 'x'::s.t, cast(x as s.t), s.t 'x'
            Some(before) if is(Some(before), ':') || tokens[before] == Token::Word("as".to_owned()) => true,
            _ => tokens.get(at + 1) == Some(&Token::Literal),
        };
        match schema {
            Some(schema) if called || typed => found.push(format!("{schema}.{word}")),
            None if called => {
                let keyword = matches!(&tokens[at], Token::Word(word) if NOT_FUNCTIONS.contains(&word.as_str()));
                if !keyword {
                    found.push(word.to_owned());
                }
            }
            _ => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, Misplaced> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        let rest = &text[at..];
        let wrong = |len: usize, why| Err(Misplaced::new(start..start + len, why));
        let token = match c {
            ' ' | '\t' | '\n' | '\r' | '\u{c}' => {
                at += 1;
                continue;
            }
            _ if rest.starts_with("--") || rest.starts_with("/*") => {
                return wrong(2, "a comment has no place in a condition");
            }
            '$' => return wrong(1, "dollar signs (quotes, parameters) have no place in a condition"),
            '\\' => return wrong(1, "a backslash has no place in a condition"),
            '\'' | '"' => {
                at = end_of_quote(text, at, c)?;
                let inside = &text[start + 1..at - 1];
                if c == '\'' { Token::Literal } else { Token::Quoted(inside.replace("\"\"", "\"")) }
            }
            '0'..='9' => {
                at += length(rest, |c| c.is_ascii_digit() || matches!(c, '.' | '_'));
                if text[at..].starts_with(['e', 'E']) {
                    at += 1;
                    at += usize::from(text[at..].starts_with(['+', '-']));
                    at += length(&text[at..], |c| c.is_ascii_digit());
                }
                if text[at..].starts_with(|c: char| c.is_alphanumeric()) {
                    return wrong(at - start + 1, "a number runs into a word");
                }
                Token::Literal
            }
            _ if is_word(c) => {
                at += length(rest, is_word);
                let word = text[start..at].to_ascii_lowercase();
                // e'...' and u&'...' have escapes that this tokenizer does not read.
                let prefix = matches!(word.as_str(), "e" | "u" | "b" | "x" | "n");
                if prefix && text[at..].starts_with(['\'', '&']) {
                    return wrong(at - start, "strings with a prefix such as E'...' have no place in a condition");
                }
                Token::Word(word)
            }
            _ if c.is_ascii_graphic() => {
                at += 1;
                Token::Sign(c)
            }
            _ => return wrong(c.len_utf8(), "this character has no place outside quotes"),
        };
        tokens.push((token, start..at));
    }
    Ok(tokens)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Bytes of the first characters that are of a sort.
fn length(text: &str, sort: impl Fn(char) -> bool) -> usize {
    text.find(|c| !sort(c)).unwrap_or(text.len())
}

/// Where the text goes on behind a quoted piece; a doubled quote stands for one.
fn end_of_quote(text: &str, start: usize, quote: char) -> Result<usize, Misplaced> {
    let mut at = start + 1;
    while let Some(end) = text[at..].find(quote) {
        at += end + 1;
        if !text[at..].starts_with(quote) {
            return Ok(at);
        }
        at += 1;
    }
    Err(Misplaced::new(start..start + 1, "a quote is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_pass() {
        for text in [
            "created_at >= now() - interval '2 years'",
            "status in ('open', 'it''s; --') and \"select\" is not null",
            "id % 10 = 0 or name like 'a%'",
            "tags && array['x'] and data->>'k' = 'v'",
            "at > timestamp with time zone '2020-01-01' and cast(x as timestamp with time zone) < now()",
            "substring(name from 1 for 2) = 'ab' and größe > 1.5e-3",
            "email ~ '\\.com$' and price > .5 and n between 1 and 2",
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_more_than_a_condition_is_refused_at_its_place() {
        for (text, blamed) in [
            ("", ""),
            ("  ", "  "),
            ("true; drop table x", ";"),
            ("id in (select 1)", "select"),
            ("ä = 'ä' and id in (SELECT 1)", "SELECT"),
            ("true -- x", "--"),
            ("true /* x */", "/*"),
            ("(id = 1", "("),
            ("id = 1)", ")"),
            ("name = 'x", "'"),
            ("name = $$x$$", "$"),
            ("name = E'\\''", "E"),
            ("name = u&'\\0041'", "u"),
            ("exists (table x)", "table"),
            ("(with x as (values (1)) table x)", "with"),
            ("id = $1", "$"),
            ("a[1)]", ")"),
            ("id > 1and true", "1a"),
            ("lower\u{a0}(x) = 'x'", "\u{a0}"),
            ("x = “y”", "“"),
        ] {
            let wrong = check(text).expect_err(text);
            assert_eq!(&text[wrong.at], blamed, "{text}: {}", wrong.why);
        }
    }

    #[test]
    fn what_does_not_last_is_found() {
        for text in ["login = 'qa-bot' and id < 5", "note = 'see you now' and lower(\"Now\") = 'x'"] {
            assert_eq!(passing(text), None, "{text}");
        }
        for (text, blamed) in [
            ("at > NOW() - interval '1 day'", "NOW"),
            ("day = current_date", "current_date"),
            ("day = 'Today'", "'Today'"),
            ("random() < 0.5", "random"),
            ("a = 1 and pg_catalog.\"now\"() > b", "\"now\""),
        ] {
            assert_eq!(&text[passing(text).unwrap().at], blamed, "{text}");
        }
    }

    #[test]
    fn what_an_expression_runs_is_found() {
        for (text, expected) in [
            ("lower(name) = 'x' and not (evil.run(1) > 0) and id in (1)", &["evil.run", "lower"][..]),
            ("\"Weird\"(1)", &["Weird"]),
            ("evil . date (1) and date.lower(1)", &["date.lower", "evil.date"]),
            ("\"a\"\"b\".\"In\"(1)", &["a\"b.In"]),
            (
                "x::evil.kind = 1 and cast(y as evil.other) and evil.third 'x'",
                &["evil.kind", "evil.other", "evil.third"],
            ),
            ("a.b = c.d and x::int = 1 and cast(x as text) = date '2020-01-01'", &[]),
            ("operator(evil.+)(1)", &["operator"]),
        ] {
            assert_eq!(functions(text), expected, "{text}");
        }
    }
}
