//! What a rule file lets pass on purpose, each with a reason and a last day: columns of persons that are kept
//! (`exceptions:`) and rows that travel unmasked (`exempt:` of a table). Whether the day is over is for those who know
//! today.

use jiff::civil::Date;

use super::read::Reader;
use super::{KeyColumns, RuleFile, Spanned, expression, keys};
use crate::diagnostic::{Diagnostic, Span};
use crate::node::{Entry, Node, Value};
use crate::schema::ColumnName;

/// What an entry of `exceptions:` looks like.
const ENTRY: &str = "write `{ column: TABLE.COLUMN, allow: keep, why: REASON, expires: YYYY-MM-DD }`";
/// Rows that `exempt:` may match unless it says otherwise: accounts of a test suite, not a way around masks.
const MOST: u64 = 100;
/// What `exempt:` looks like.
const EXEMPT: &str = "write `{ where: CONDITION, why: REASON, expires: YYYY-MM-DD }`";

/// A column of a person that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionRule {
    /// Where the entry stands.
    pub span: Span,
    /// `column:`.
    pub column: Spanned<ColumnName>,
    /// `why:`.
    pub why: Spanned<String>,
    /// `expires:`, the last day on which it holds (UTC).
    pub expires: Spanned<Date>,
}

/// Rows of a table that pass as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExemptRule {
    /// Where it stands.
    pub span: Span,
    /// `where:`, a boolean SQL expression.
    pub condition: Spanned<String>,
    /// `why:`.
    pub why: Spanned<String>,
    /// `expires:`, the last day on which it holds (UTC).
    pub expires: Spanned<Date>,
    /// `most:`; more rows than that stop the run.
    pub most: u64,
}

impl RuleFile {
    /// Exceptions and exempt rows whose last day is before today (UTC).
    pub fn expired(&self, today: Date) -> Vec<Diagnostic> {
        let exceptions = self.exceptions.iter().map(|rule| {
            let what = format!("the exception for {}", rule.column.value);
            (what, &rule.expires)
        });
        let exempt = self.tables.iter().filter_map(|table| {
            let rule = table.exempt.as_ref()?;
            Some((format!("what is exempt in `{}`", table.pattern), &rule.expires))
        });
        let over = exceptions.chain(exempt).filter(|(_, expires)| expires.value < today);
        let told = |(what, expires): (String, &Spanned<Date>)| {
            Diagnostic::error(expires.span, format!("{what} has expired"))
                .label(format!("today is {today}"))
                .help("remove it and mask what it covers, or have it reviewed again and write a later day")
        };
        over.map(told).collect()
    }
}

impl Reader<'_> {
    /// All exceptions of a file.
    pub(super) fn exceptions(&mut self, node: &Node) -> Vec<ExceptionRule> {
        let Value::List(items) = &node.value else {
            self.wrong(node, "`exceptions`", "a list", Some(ENTRY));
            return Vec::new();
        };
        let mut exceptions: Vec<ExceptionRule> = Vec::new();
        for item in items {
            let Some(exception) = self.exception(item) else { continue };
            if let Some(first) = exceptions.iter().find(|known| known.column.value == exception.column.value) {
                self.mistakes.push(
                    Diagnostic::error(exception.column.span, "this column has an exception already")
                        .related(first.column.span, "first here")
                        .help("leave it in one place"),
                );
            }
            exceptions.push(exception);
        }
        exceptions
    }

    fn exception(&mut self, node: &Node) -> Option<ExceptionRule> {
        let entries = self.map_of(node, "an exception", Some(ENTRY))?;
        let (mut column, mut why, mut expires) = (None, None, None);
        for entry in entries {
            match entry.key.as_str() {
                "column" => column = self.one_column(&entry.node),
                "allow" => {
                    self.choice(&entry.node, "`allow`", &["keep"]);
                }
                "why" => why = self.reviewed_reason(&entry.node),
                "expires" => expires = self.day(&entry.node),
                _ => self.unknown_key(entry, &keys::EXCEPTION),
            }
        }
        self.needs(node, entries, "this exception", &["column", "allow", "why", "expires"], ENTRY);
        Some(ExceptionRule { span: node.span, column: column?, why: why?, expires: expires? })
    }

    /// `exempt:` of a table.
    pub(super) fn exempt(&mut self, node: &Node) -> Option<ExemptRule> {
        let entries = self.map_of(node, "`exempt`", Some(EXEMPT))?;
        let (mut condition, mut why, mut expires, mut most) = (None, None, None, MOST);
        for entry in entries {
            match entry.key.as_str() {
                "where" => condition = self.lasting_condition(&entry.node),
                "why" => why = self.reviewed_reason(&entry.node),
                "expires" => expires = self.day(&entry.node),
                "most" => most = self.most(&entry.node).unwrap_or(MOST),
                _ => self.unknown_key(entry, &keys::EXEMPT),
            }
        }
        self.needs(node, entries, "`exempt`", &["where", "why", "expires"], EXEMPT);
        Some(ExemptRule { span: node.span, condition: condition?, why: why?, expires: expires?, most })
    }

    fn needs(&mut self, node: &Node, entries: &[Entry], what: &str, keys: &[&str], help: &str) {
        let missing = keys.iter().filter(|key| !entries.iter().any(|entry| entry.key == **key));
        let missing: Vec<String> = missing.map(|key| format!("`{key}`")).collect();
        if !missing.is_empty() {
            let message = format!("{what} has no {}", missing.join(", no "));
            self.mistakes.push(Diagnostic::error(node.span, message).help(help));
        }
    }

    /// One column, table and name written out.
    fn one_column(&mut self, node: &Node) -> Option<Spanned<ColumnName>> {
        let text = self.text(node, "`column`")?;
        let span = text.span;
        let why = match KeyColumns::parse(&text.value) {
            Ok(KeyColumns { table, columns }) => match <[String; 1]>::try_from(columns) {
                Ok([column]) => return Some(Spanned { value: table.column(&column), span }),
                Err(_) => "an exception is for one column",
            },
            Err(why) => why,
        };
        let found = Diagnostic::error(span, format!("`column` names no column: {why}"));
        self.mistakes.push(found.help("write `table.column` or `schema.table.column`"));
        None
    }

    /// A condition that says the same of a row whenever it is asked: rows that are exempt are read apart from the others.
    fn lasting_condition(&mut self, node: &Node) -> Option<Spanned<String>> {
        let text = self.text(node, "`where`")?;
        let span = text.span;
        let help = "write one boolean SQL expression over the table's columns";
        let condition = self.condition(text, "`where`", help)?;
        if let Some(piece) = expression::passing(&condition) {
            let at = self.inside(span, &condition, piece.at);
            self.mistakes.push(
                Diagnostic::error(at, format!("`where` is not the same whenever it is asked: {}", piece.why))
                    .help("name the rows by what they hold, such as an account's name"),
            );
            return None;
        }
        Some(Spanned { value: condition, span })
    }

    /// A number of rows.
    fn most(&mut self, node: &Node) -> Option<u64> {
        let text = self.text(node, "`most`")?;
        let number = text.value.parse::<u64>().ok().filter(|number| *number > 0);
        if number.is_none() {
            let found = Diagnostic::error(text.span, "`most` is a number of rows, from 1 on");
            self.mistakes.push(found.help(format!("left out, it is {MOST}")));
        }
        number
    }

    fn reviewed_reason(&mut self, node: &Node) -> Option<Spanned<String>> {
        let why = self.text(node, "`why`")?;
        self.reason(why, true)
    }

    /// A day of the calendar, ISO 8601.
    fn day(&mut self, node: &Node) -> Option<Spanned<Date>> {
        let text = self.text(node, "`expires`")?;
        match day(&text.value) {
            Some(value) => Some(Spanned { value, span: text.span }),
            None => {
                let found = Diagnostic::error(text.span, "`expires` is a day, and this is none");
                self.mistakes.push(found.help("write the last day on which it holds as YYYY-MM-DD"));
                None
            }
        }
    }
}

/// Reads `2027-01-31`, and nothing else that jiff would take for a day.
fn day(text: &str) -> Option<Date> {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).filter(|part| part.bytes().all(|c| c.is_ascii_digit()));
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    if text.len() != 10 || &text[4..5] != "-" || &text[7..8] != "-" {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_strictly() {
        assert_eq!(day("2028-02-29"), Some(jiff::civil::date(2028, 2, 29)));
        for text in [
            "2027-02-29",
            "2027-13-01",
            "2027-1-31",
            "27-01-31",
            "2027/01/31",
            "2027-01-31T00:00",
            "soon",
            "2027-01-3é",
        ] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn the_last_day_still_holds() {
        let text = "version: 1\ntables:\n  t: { exempt: { where: a = 1, why: qa, expires: 2027-01-31 } }\nexceptions:\n  - \
                    { column: t.a, allow: keep, why: tests, expires: 2027-02-01 }\n";
        let rules = super::super::read("t.yaml", text).unwrap();
        let expired = |month, day| rules.expired(jiff::civil::date(2027, month, day)).len();
        assert_eq!([expired(1, 31), expired(2, 1), expired(2, 2)], [0, 1, 2]);
    }
}
