//! Conditions of `rows:`: one boolean SQL expression, looked at by a tokenizer of our own before any server sees it. It
//! knows enough SQL to tell words, strings, numbers and operators apart, and nothing about what they mean; the server
//! checks the rest with EXPLAIN in a read-only session.

/// Words that begin a query or a command: none of them has a place in a condition.
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
    "copy",
    "do",
    "call",
    "execute",
    "prepare",
    "set",
    "returning",
    "limit",
    "order",
    "group",
    "having",
    "window",
    "for",
    "fetch",
    "offset",
    "create",
    "drop",
    "alter",
    "grant",
    "truncate",
    "lock",
];

/// Words that stand before a parenthesis without being functions.
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
    "cast",
    "exists",
    "distinct",
    "from",
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
];

/// One word or sign of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// An unquoted word, folded to lower case.
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
/// Says what has no place in one.
pub fn check(text: &str) -> Result<(), &'static str> {
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        return Err("it is empty");
    }
    let mut open = Vec::new();
    for token in &tokens {
        match token {
            Token::Sign(';') => return Err("`;` has no place in a condition"),
            Token::Sign('(') => open.push(')'),
            Token::Sign('[') => open.push(']'),
            Token::Sign(sign @ (')' | ']')) => {
                if open.pop() != Some(*sign) {
                    return Err("a parenthesis is closed that was not opened");
                }
            }
            Token::Word(word) if FORBIDDEN.contains(&word.as_str()) => {
                return Err("it holds a word that begins a query or a command (quote it if it is a column's name)");
            }
            _ => {}
        }
    }
    if open.is_empty() { Ok(()) } else { Err("a parenthesis is not closed") }
}

/// The functions that an expression calls, as `name` or `schema.name`, sorted, each once. Expects a checked text.
pub fn functions(text: &str) -> Vec<String> {
    let tokens = tokens(text).unwrap_or_default();
    let name = |token: &Token| match token {
        Token::Word(word) if !NOT_FUNCTIONS.contains(&word.as_str()) => Some(word.clone()),
        Token::Quoted(name) => Some(name.clone()),
        _ => None,
    };
    let mut found = Vec::new();
    for at in 1..tokens.len() {
        let Some(function) = name(&tokens[at - 1]).filter(|_| tokens[at] == Token::Sign('(')) else {
            continue;
        };
        let schema = (at >= 3 && tokens[at - 2] == Token::Sign('.')).then(|| name(&tokens[at - 3])).flatten();
        found.push(schema.map_or(function.clone(), |schema| format!("{schema}.{function}")));
    }
    found.sort();
    found.dedup();
    found
}

fn tokens(text: &str) -> Result<Vec<Token>, &'static str> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let next = chars.get(at + 1).copied();
        match c {
            _ if c.is_whitespace() => at += 1,
            '-' if next == Some('-') => return Err("a comment has no place in a condition"),
            '/' if next == Some('*') => return Err("a comment has no place in a condition"),
            '$' => return Err("dollar signs (quotes, parameters) have no place in a condition"),
            '\\' => return Err("a backslash has no place in a condition"),
            '\'' => {
                at = end_of_quote(&chars, at, '\'')?;
                tokens.push(Token::Literal);
            }
            '"' => {
                let end = end_of_quote(&chars, at, '"')?;
                tokens.push(Token::Quoted(chars[at + 1..end - 1].iter().collect()));
                at = end;
            }
            _ if c.is_ascii_digit() => {
                while chars.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || *c == '.' || *c == '_') {
                    at += 1;
                }
                tokens.push(Token::Literal);
            }
            _ if c.is_alphabetic() || c == '_' => {
                let start = at;
                while chars.get(at).is_some_and(|c| c.is_alphanumeric() || *c == '_') {
                    at += 1;
                }
                let word: String = chars[start..at].iter().collect::<String>().to_lowercase();
                // e'...' and u&'...' have escapes that this tokenizer does not read.
                let prefix = matches!(word.as_str(), "e" | "u" | "b" | "x" | "n");
                if prefix && matches!(chars.get(at), Some('\'' | '&')) {
                    return Err("strings with a prefix such as E'...' have no place in a condition");
                }
                tokens.push(Token::Word(word));
            }
            _ => {
                tokens.push(Token::Sign(c));
                at += 1;
            }
        }
    }
    Ok(tokens)
}

/// Where the text goes on behind a quoted piece; a doubled quote stands for one.
fn end_of_quote(chars: &[char], start: usize, quote: char) -> Result<usize, &'static str> {
    let mut at = start + 1;
    while at < chars.len() {
        if chars[at] == quote {
            if chars.get(at + 1) != Some(&quote) {
                return Ok(at + 1);
            }
            at += 1;
        }
        at += 1;
    }
    Err("a quote is not closed")
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
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_more_than_a_condition_is_refused() {
        for text in [
            "",
            "true; drop table x",
            "id in (select 1)",
            "true -- x",
            "true /* x */",
            "(id = 1",
            "id = 1)",
            "name = 'x",
            "name = $$x$$",
            "name = E'\\''",
            "exists (table x)",
            "id = $1",
            "a[1)]",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn functions_are_found() {
        assert_eq!(functions("lower(name) = 'x' and not (evil.run(1) > 0) and id in (1)"), ["evil.run", "lower"]);
        assert_eq!(functions("\"Weird\"(1)"), ["Weird"]);
    }
}
