//! The words and signs of an expression as the server prints it, its escapes and quotes undone.

/// One word or sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// An unquoted word, in lower case.
    Word(String),
    /// A name in double quotes.
    Name(String),
    /// A text in single quotes.
    Text(String),
    /// A number as written.
    Number(String),
    /// An operator, or one of `( ) [ ] , . : ;`.
    Sign(String),
}

/// Characters of operators (PostgreSQL's lexical structure, "Operators").
const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

/// Takes a text apart; `None` where it has no place in an expression.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, end) = token(rest, first)?;
        tokens.push(token);
        rest = rest[end..].trim_start();
    }
    Some(tokens)
}

/// The first token of a text, and where the text goes on.
fn token(rest: &str, first: char) -> Option<(Token, usize)> {
    let escaped = rest.starts_with("E'") || rest.starts_with("e'");
    Some(match first {
        '\'' => text(rest, 1, false)?,
        _ if escaped => text(rest, 2, true)?,
        '"' => {
            let mut end = 1 + rest[1..].find('"')?;
            while rest[end + 1..].starts_with('"') {
                end += 2 + rest[end + 2..].find('"')?;
            }
            (Token::Name(rest[1..end].replace("\"\"", "\"")), end + 1)
        }
        '0'..='9' => number(rest),
        '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => number(rest),
        _ if first.is_alphabetic() || first == '_' => {
            let end = rest.find(|c: char| !c.is_alphanumeric() && !['_', '$'].contains(&c)).unwrap_or(rest.len());
            (Token::Word(rest[..end].to_lowercase()), end)
        }
        ':' if rest.starts_with("::") => (Token::Sign("::".to_owned()), 2),
        '(' | ')' | '[' | ']' | ',' | '.' | ':' => (Token::Sign(first.to_string()), 1),
        _ if OPERATOR.contains(first) => {
            let end = rest.find(|c| !OPERATOR.contains(c)).unwrap_or(rest.len());
            let sign = &rest[..end];
            // An operator ends in + or - only if it holds another sign: `=-1` is two.
            let strange = sign.contains(['~', '!', '@', '#', '%', '^', '&', '|', '`', '?']);
            let kept = if strange { sign } else { sign.trim_end_matches(['+', '-']) };
            let end = if kept.is_empty() { 1 } else { kept.len() };
            (Token::Sign(rest[..end].to_owned()), end)
        }
        _ => return None,
    })
}

fn number(rest: &str) -> (Token, usize) {
    let mut end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    if rest[end..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[end + 1..].starts_with(['+', '-']));
        let digits = rest[end + 1 + sign..].find(|c: char| !c.is_ascii_digit());
        end += 1 + sign + digits.unwrap_or(rest.len() - end - 1 - sign);
    }
    (Token::Number(rest[..end].to_owned()), end)
}

/// A text whose inside begins at `start`. In the E form a backslash stands before what would end the text or begin an
/// escape; the server writes no other escapes.
fn text(rest: &str, start: usize, escaped: bool) -> Option<(Token, usize)> {
    let mut inside = String::new();
    let mut chars = rest[start..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if chars.next_if(|(_, next)| *next == '\'').is_some() => inside.push('\''),
            '\'' => return Some((Token::Text(inside), start + at + 1)),
            '\\' if escaped => match chars.next()?.1 {
                next @ ('\\' | '\'') => inside.push(next),
                _ => return None,
            },
            _ => inside.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_prints_is_taken_apart() {
        let sign = |sign: &str| Token::Sign(sign.to_owned());
        let word = |word: &str| Token::Word(word.to_owned());
        let text = |text: &str| Token::Text(text.to_owned());
        for (written, expected) in [
            ("a <= -1", vec![word("a"), sign("<="), sign("-"), Token::Number("1".into())]),
            ("a=-1", vec![word("a"), sign("="), sign("-"), Token::Number("1".into())]),
            ("\"A \"\"b\"\n~* E'\\\\d'", vec![Token::Name("A \"b".into()), sign("~*"), text("\\d")]),
            ("'it''s'::text", vec![text("it's"), sign("::"), word("text")]),
            ("data->>'k'", vec![word("data"), sign("->>"), text("k")]),
            ("1.5e-3[2]", vec![Token::Number("1.5e-3".into()), sign("["), Token::Number("2".into()), sign("]")]),
        ] {
            assert_eq!(tokens(written), Some(expected), "{written}");
        }
        for bad in ["'open", "\"open", "a \u{1} b", "E'\\u0041'"] {
            assert_eq!(tokens(bad), None, "{bad}");
        }
    }
}
