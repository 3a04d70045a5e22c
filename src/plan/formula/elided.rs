//! An expression as people see it in a warning: what its constants say stays away, as somebody may have written a value of
//! production's into a CHECK.

/// The expression with three dots in place of each string constant and of each number of six digits or more.
pub(in crate::plan) fn elided(sql: &str) -> String {
    let mut shown = String::with_capacity(sql.len());
    let mut chars = sql.chars().peekable();
    let mut before = ' ';
    while let Some(char) = chars.next() {
        match char {
            '\'' => {
                let escapes = matches!(before, 'E' | 'e');
                while let Some(inside) = chars.next() {
                    match inside {
                        '\\' if escapes => drop(chars.next()),
                        '\'' if chars.next_if_eq(&'\'').is_none() => break,
                        _ => {}
                    }
                }
                shown.push_str("'...'");
            }
            '"' => {
                shown.push(char);
                for inside in chars.by_ref() {
                    shown.push(inside);
                    if inside == '"' {
                        break;
                    }
                }
            }
            '0'..='9' if !(before.is_alphanumeric() || before == '_') => {
                let mut number = char.to_string();
                while let Some(digit) = chars.next_if(|next| next.is_ascii_digit() || *next == '.') {
                    number.push(digit);
                }
                shown.push_str(if number.len() >= LONG { "..." } else { &number });
            }
            _ => shown.push(char),
        }
        before = char;
    }
    shown
}

/// Digits from which on a number may be somebody's.
const LONG: usize = 6;

#[cfg(test)]
mod tests {
    use super::elided;

    #[test]
    fn constants_are_not_said() {
        for (sql, shown) in [
            ("(c <> 'it''s Anna'::text)", "(c <> '...'::text)"),
            (r"(c ~ E'\\d''\'x'::text)", "(c ~ E'...'::text)"),
            ("((n > 17) AND (n2 < 4111111111111111))", "((n > 17) AND (n2 < ...))"),
            ("(\"it's\" = 'x')", "(\"it's\" = '...')"),
            ("'never closed", "'...'"),
            ("(length(a1234567) > 2)", "(length(a1234567) > 2)"),
        ] {
            assert_eq!(elided(sql), shown, "{sql}");
        }
    }
}
