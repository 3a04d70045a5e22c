//! Numbers as a rule file writes them.

use super::Mistake;
use crate::schema::Kind;

/// Says why a text is no integer of a kind.
pub(super) fn no_integer(text: &str, kind: &Kind) -> Mistake {
    if text.parse::<i128>().is_ok() { format!("does not fit {kind}") } else { "is no whole number".to_owned() }
}

/// Checks a decimal number against `numeric` or `numeric(precision, scale)`; it is written as it stands, but for `+`.
pub(super) fn numeric(text: &str, sql: &str) -> Result<String, Mistake> {
    if ["NaN", "Infinity", "-Infinity"].contains(&text) {
        let bounded = limits(sql).is_some() && text != "NaN";
        return if bounded { Err(format!("does not fit {sql}")) } else { Ok(text.to_owned()) };
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|c| c.is_ascii_digit());
    if whole.is_empty() || !all_digits || (digits.contains('.') && fraction.is_empty()) {
        return Err("is no decimal number".to_owned());
    }
    let whole = whole.trim_start_matches('0').len();
    let fits = match limits(sql) {
        Some((precision, scale)) => fraction.len() <= scale && whole + scale <= precision,
        // What `numeric` holds without limits (PostgreSQL, "Arbitrary Precision Numbers").
        None => whole <= 131_072 && fraction.len() <= 16_383,
    };
    if fits { Ok(text.to_owned()) } else { Err(format!("does not fit {sql}")) }
}

/// Precision and scale of `numeric(5,2)`; a negative scale counts as 0.
fn limits(sql: &str) -> Option<(usize, usize)> {
    let (precision, scale) = sql.strip_prefix("numeric(")?.split_once(')')?.0.split_once(',')?;
    Some((precision.trim().parse().ok()?, scale.trim().parse().unwrap_or(0)))
}

/// Takes a parsed floating-point number unless it is infinite without saying so.
pub(super) fn float<T: Copy>(text: &str, parsed: Option<T>, is_infinite: fn(T) -> bool) -> Result<T, Mistake> {
    match parsed {
        None => Err("is no number".to_owned()),
        Some(number) if is_infinite(number) && text.contains(|c: char| c.is_ascii_digit()) => {
            Err("does not fit the column's type".to_owned())
        }
        Some(number) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn precision_and_scale_are_kept() {
        for (text, sql, fits) in [
            ("999.99", "numeric(5,2)", true),
            ("0999.99", "numeric(5,2)", true),
            ("1000", "numeric(5,2)", false),
            ("0.001", "numeric(5,2)", false),
            ("NaN", "numeric(5,2)", true),
            ("Infinity", "numeric(5,2)", false),
            ("Infinity", "numeric", true),
            ("1000", "numeric(4,0)[]", true),
            ("1000.001", "numeric", true),
            ("-+1", "numeric", false),
            ("1.", "numeric", false),
            (".5", "numeric", false),
            ("", "numeric", false),
        ] {
            assert_eq!(numeric(text, sql).is_ok(), fits, "{text} {sql}");
        }
        assert_eq!(numeric("+1.50", "numeric").unwrap(), "1.50");
    }
}
