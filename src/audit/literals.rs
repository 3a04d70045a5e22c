//! Texts of the schema that travel to staging as they are: somebody may have written a person into a comment, a default or
//! a view. They are named by their place; what they say is shown only on request.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::schema::Schema;

/// A piece of the schema that may hold values: where it is and its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carrier {
    /// What it is, such as `comment` or `view`.
    pub kind: String,
    /// What it belongs to, such as `column customers.email`.
    pub object: String,
    /// Its text. All of a comment counts; of SQL its string constants, long numbers and comments.
    pub text: String,
    /// Whether all of it is one literal (comments, labels, options), not SQL.
    pub whole: bool,
}

/// All such places.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Literals {
    /// Whether a server was asked. If not, only CHECKs, domains, indexes and enum labels are known.
    pub asked_server: bool,
    /// Places with literals.
    pub places: Vec<Place>,
}

/// One place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// What it is.
    pub kind: String,
    /// What it belongs to.
    pub object: String,
    /// How many literals stand in it.
    pub literals: usize,
    /// What they say, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<Vec<String>>,
}

/// The places that a schema holds itself, and those that a server told. Comments do not travel where they are dropped.
pub(super) fn of(schema: &Schema, carriers: Option<Vec<Carrier>>, drop_comments: bool) -> Literals {
    let asked_server = carriers.is_some();
    let all = carriers.unwrap_or_else(|| own(schema));
    let mut places: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for carrier in all.into_iter().filter(|one| !(drop_comments && one.kind == "comment")) {
        let texts = texts(&carrier);
        if !texts.is_empty() {
            let known = places.entry((carrier.kind, carrier.object)).or_default();
            let new: Vec<String> = texts.into_iter().filter(|text| !known.contains(text)).collect();
            known.extend(new);
        }
    }
    let place = |((kind, object), texts): ((String, String), Vec<String>)| Place {
        kind,
        object,
        literals: texts.len(),
        texts: Some(texts),
    };
    Literals { asked_server, places: places.into_iter().map(place).collect() }
}

fn texts(carrier: &Carrier) -> Vec<String> {
    match (carrier.whole, carrier.text.trim()) {
        (_, "") => Vec::new(),
        (true, text) => vec![text.to_owned()],
        (false, sql) => literals(sql),
    }
}

impl Literals {
    /// Whether it was asked for what the literals say.
    pub(super) fn shows_texts(&self) -> bool {
        self.places.iter().any(|place| place.texts.is_some())
    }

    /// The same without what the literals say.
    #[must_use]
    pub fn places_only(mut self) -> Self {
        self.places.iter_mut().for_each(|place| place.texts = None);
        self
    }
}

/// What a schema holds when no server is asked.
fn own(schema: &Schema) -> Vec<Carrier> {
    let mut found = Vec::new();
    for table in &schema.tables {
        // Those of partitions are their parents' ones, or were copied from them.
        if table.partition {
            continue;
        }
        for check in &table.checks {
            found.push(sql("check", format!("{} of {}", check.name, table.name), &check.sql));
        }
        for unique in &table.unique {
            let text = unique.definition.iter().chain(&unique.condition).cloned().collect::<Vec<_>>().join("\n");
            found.push(sql("index", format!("{} of {}", unique.name, table.name), &text));
        }
        for column in &table.columns {
            let ty = &column.ty;
            for check in &ty.checks {
                found.push(sql("check", format!("domain {}", ty.sql), check));
            }
            for label in &ty.labels {
                let object = format!("type {}", ty.sql.trim_end_matches("[]"));
                found.push(Carrier { kind: "enum label".to_owned(), object, text: label.clone(), whole: true });
            }
        }
    }
    // A type's labels and checks come with every column that has it.
    let mut known = BTreeSet::new();
    found.retain(|one| known.insert(one.clone()));
    found
}

fn sql(kind: &str, object: String, text: &str) -> Carrier {
    Carrier { kind: kind.to_owned(), object, text: text.to_owned(), whole: false }
}

/// Digits from which on a number counts as a literal worth a look.
const LONG_NUMBER: usize = 6;

/// What a piece of SQL or of a function's body says: string constants, numbers of six digits or more, and comments.
fn literals(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        let (taken, literal) = match c {
            '\'' => quoted(rest, '\'', false),
            'e' | 'E' if rest[1..].starts_with('\'') => {
                let (taken, literal) = quoted(&rest[1..], '\'', true);
                (taken + 1, literal)
            }
            '"' => (quoted(rest, '"', false).0, None),
            '-' if rest.starts_with("--") => comment(rest, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => comment(rest, nested(rest)),
            '$' => dollar(rest),
            '0'..='9' => number(rest),
            _ if c.is_alphanumeric() || c == '_' => {
                (rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len()), None)
            }
            _ => (c.len_utf8(), None),
        };
        match literal {
            Some(text) if !text.trim().is_empty() => found.push(text),
            _ => {}
        }
        rest = &rest[taken.max(1).min(rest.len())..];
    }
    found
}

/// A constant up to its closing quote; doubled quotes belong to it, and quotes behind a backslash where those escape.
fn quoted(text: &str, quote: char, escapes: bool) -> (usize, Option<String>) {
    let mut inside = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            inside.extend(chars.next().map(|(_, escaped)| escaped));
            continue;
        }
        if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                inside.push(c);
                chars.next();
                continue;
            }
            return (at + 1, Some(inside));
        }
        inside.push(c);
    }
    (text.len(), Some(inside))
}

/// A comment that ends there, without the signs around it.
fn comment(text: &str, end: usize) -> (usize, Option<String>) {
    (end, Some(text[2..end].trim_end_matches("*/").trim().to_owned()))
}

/// Where a comment ends that may hold others, as PostgreSQL's may.
fn nested(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while let Some(found) = text[at..].find("/*").into_iter().chain(text[at..].find("*/")).min() {
        depth += if text[at + found..].starts_with("/*") { 1 } else { -1 };
        at += found + 2;
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// `$tag$ ... $tag$`, or a parameter such as `$1`.
fn dollar(text: &str) -> (usize, Option<String>) {
    let Some(end) = text[1..].find('$').map(|at| at + 2) else { return (1, None) };
    let tag = &text[..end];
    let name = &tag[1..tag.len() - 1];
    if name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return (1, None);
    }
    match text[end..].find(tag) {
        Some(at) => (end + at + end, Some(text[end..end + at].to_owned())),
        None => (text.len(), Some(text[end..].to_owned())),
    }
}

fn number(text: &str) -> (usize, Option<String>) {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(text.len());
    let digits = text[..end].chars().filter(char::is_ascii_digit).count();
    (end, (digits >= LONG_NUMBER).then(|| text[..end].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_found_in_sql_and_in_bodies() {
        let found = |sql: &str| literals(sql);
        assert_eq!(found("status = ANY (ARRAY['open'::text, 'it''s'])"), ["open", "it's"]);
        assert_eq!(found("length(\"odd 'name'\") > 7 AND id < 4111111111111111"), ["4111111111111111"]);
        assert_eq!(
            found("BEGIN -- for Anna\n x := $1; RETURN $q$a 'b' c$q$; /* and Bob */ END"),
            ["for Anna", "a 'b' c", "and Bob"]
        );
        assert_eq!(found("x2024_123456 = $1 AND ''::text = y"), Vec::<String>::new());
        assert_eq!(found("'never closed"), ["never closed"]);
        assert_eq!(found(r"E'it\'s Anna' || e'' || 'back\' || x"), ["it's Anna", r"back\"]);
        assert_eq!(found("/* /* Anna */ and Bob */ 'Cid' /*/ Dora"), ["/* Anna */ and Bob", "Cid", "/ Dora"]);
        for odd in ["$", "$$", "$a", "$é$", "--", "/*", "'", "é'ü", "$$'é"] {
            let _ = found(odd);
        }
    }
}
