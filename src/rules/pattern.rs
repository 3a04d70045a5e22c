//! Names with stars: table keys and column keys.

use std::fmt;

use super::{Pattern, TablePattern};
use crate::schema::{DEFAULT_SCHEMA, TableName};

impl Pattern {
    /// A name in which `*` stands for any run of characters.
    pub fn new(text: &str) -> Self {
        Self { pieces: text.split('*').map(str::to_owned).collect() }
    }

    /// Reads a column key: a name or a pattern; one in double quotes is literal, `""` inside stands for one.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        if !text.starts_with('"') {
            return Ok(Self::new(text));
        }
        match part(text)? {
            (pattern, "") => Ok(pattern),
            _ => Err("the quotes end before the name does"),
        }
    }

    /// A name as it is, stars included.
    pub fn literal(text: &str) -> Self {
        Self { pieces: vec![text.to_owned()] }
    }

    /// Whether it names one thing only.
    pub fn is_literal(&self) -> bool {
        self.pieces.len() == 1
    }

    /// Number of literal characters: more of them are more specific.
    pub fn literal_chars(&self) -> usize {
        self.pieces.iter().map(|piece| piece.chars().count()).sum()
    }

    /// Whether a name matches. Takes time linear in the name for each star.
    pub fn matches(&self, name: &str) -> bool {
        let Some((first, rest)) = self.pieces.split_first() else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return name == first;
        };
        let Some(mut name) = name.strip_prefix(first.as_str()) else {
            return false;
        };
        for piece in middle {
            match name.find(piece.as_str()) {
                Some(at) => name = &name[at + piece.len()..],
                None => return false,
            }
        }
        name.ends_with(last.as_str())
    }
}

/// As a rule file writes it.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pieces[..] {
            [name] if name.contains(['*', '"']) => write!(f, "\"{}\"", name.replace('"', "\"\"")),
            pieces => f.write_str(&pieces.join("*")),
        }
    }
}

/// As a rule file writes it, `public.` left out.
impl fmt::Display for TablePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |part: &Pattern| match &part.pieces[..] {
            [name] if name.contains('.') => format!("\"{}\"", name.replace('"', "\"\"")),
            _ => part.to_string(),
        };
        if self.schema != Pattern::literal(DEFAULT_SCHEMA) {
            write!(f, "{}.", part(&self.schema))?;
        }
        f.write_str(&part(&self.name))
    }
}

impl TablePattern {
    /// Reads `[schema.]table`; a part in double quotes is literal, `""` inside stands for one.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (pattern, after) = part(rest)?;
            parts.push(pattern);
            match after.strip_prefix('.') {
                Some(next) => rest = next,
                None if after.is_empty() => break,
                None => return Err("a quoted part ends before the name does"),
            }
        }
        match <[Pattern; 2]>::try_from(parts) {
            Ok([schema, name]) => Ok(Self { schema, name }),
            Err(mut parts) if parts.len() == 1 => {
                Ok(Self { schema: Pattern::literal(DEFAULT_SCHEMA), name: parts.remove(0) })
            }
            Err(_) => Err("a table's name is `table` or `schema.table`; put a part with a `.` in double quotes"),
        }
    }

    /// Whether it names one table only.
    pub fn is_literal(&self) -> bool {
        self.schema.is_literal() && self.name.is_literal()
    }

    /// Number of literal characters: more of them are more specific.
    pub fn literal_chars(&self) -> usize {
        self.schema.literal_chars() + self.name.literal_chars()
    }

    /// Whether a table matches.
    pub fn matches(&self, table: &TableName) -> bool {
        self.schema.matches(&table.schema) && self.name.matches(&table.name)
    }
}

/// The first part of a name, and what follows it.
fn part(text: &str) -> Result<(Pattern, &str), &'static str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        let (part, rest) = text.split_at(end);
        return match part {
            "" => Err("a part of the name is empty"),
            _ if part.contains('"') => Err("a quote stands inside an unquoted part"),
            _ => Ok((Pattern::new(part), rest)),
        };
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"').ok_or("a quoted part is not closed")?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                name.push('"');
                rest = more;
            }
            None if name.is_empty() => return Err("a part of the name is empty"),
            None => return Ok((Pattern::literal(&name), rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run() {
        let pattern = Pattern::new("stage_*_a*");
        assert!(pattern.matches("stage_x_a") && pattern.matches("stage__ab") && pattern.matches("stage_x_a_a"));
        assert!(!pattern.matches("stage_a") && !pattern.matches("xstage_x_a"));
        assert!(
            Pattern::new("*").matches("") && Pattern::new("a*a").matches("aa") && !Pattern::new("a*a").matches("a")
        );
    }

    #[test]
    fn column_keys_are_read_and_written() {
        for (text, matches, not) in [
            ("a.b", "a.b", "a"),
            ("e*", "email", "mail"),
            ("\"e*\"", "e*", "email"),
            ("\"a\"\"b\"", "a\"b", "ab"),
            ("a\"b*", "a\"bc", "ab"),
        ] {
            let pattern = Pattern::parse(text).unwrap();
            assert!(pattern.matches(matches) && !pattern.matches(not), "{text}");
            assert_eq!(Pattern::parse(&pattern.to_string()).unwrap(), pattern, "{text}");
        }
        for bad in ["", "\"a", "\"a\"b", "\"\""] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn table_keys_are_read() {
        let read = |text: &str| TablePattern::parse(text).unwrap();
        assert!(read("customers").matches(&TableName::new("public", "customers")));
        assert!(!read("customers").matches(&TableName::new("other", "customers")));
        assert!(read("tenant_*.users").matches(&TableName::new("tenant_7", "users")));
        assert!(read("\"a.b\".\"c*\"\"d\"").matches(&TableName::new("a.b", "c*\"d")));
        for text in ["customers", "tenant_*.users", "\"a.b\".\"c*\"\"d\"", "*", "*.*"] {
            assert_eq!(read(text).to_string(), text);
            assert_eq!(read(&read(text).to_string()), read(text));
        }
        for bad in ["", ".", "a.", ".b", "a.b.c", "\"a", "\"a\"b", "a\"b", "\"\""] {
            assert!(TablePattern::parse(bad).is_err(), "{bad}");
        }
    }
}
