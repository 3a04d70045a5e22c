//! What is new in production, added to an existing rule file: text is inserted between what stands there, and nothing of
//! it is changed. What is gone is named; to remove its lines is left to the person.

use std::ops::Range;

use super::ladder::Step;
use super::settle::settle;
use super::sheet::{At, Part, Sheet, Text};
use super::{Tested, joins, parts, yaml};
use crate::classify::{Facts, survey};
use crate::diagnostic::Diagnostics;
use crate::node::{self, Entry, Node, Value};
use crate::plan;
use crate::rules::{RuleFile, TablePattern};
use crate::schema::{ColumnName, Schema};

/// An updated rule file.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The file.
    pub text: String,
    /// Columns that have a rule now, and had none.
    pub added: Vec<ColumnName>,
    /// What rules of the file are about, and production no longer has.
    pub gone: Vec<String>,
    /// Columns under a keep whose type has changed: the keep has to be reviewed.
    pub changed: Vec<ColumnName>,
    /// What the planner finds in the updated file.
    pub found: Diagnostics,
    /// The snapshot beside it: production as it is, but for what has to be reviewed.
    pub snapshot: Schema,
}

/// Adds rules for what has none.
///
/// # Errors
/// The file has a form that nothing can be added to: all its `tables` or `references` stand in brackets.
pub fn update(
    rules: &RuleFile,
    schema: &Schema,
    snapshot: Option<&Schema>,
    facts: &Facts,
    tested: &[Tested],
) -> Result<Updated, &'static str> {
    let uncovered = plan::uncovered(rules, schema, snapshot);
    let new = |name: &ColumnName| uncovered.new.contains(name);
    let joins: Vec<_> = joins(tested).into_iter().filter(|join| join.sure && new(&join.from)).collect();
    let sure: Vec<_> = joins.iter().map(|join| (join.from.clone(), join.to.clone())).collect();
    let survey = survey(schema, facts, &sure);
    let mut parts = parts(schema, facts, &survey, &sure, new);
    parts.retain(|part| !part.lines.is_empty());
    for part in &mut parts {
        part.some = rules.tables.iter().any(|rule| rule.pattern.matches(&part.table));
    }
    let root = node::parse(&rules.text).map_err(|_| "it is no YAML")?;
    let places = Places::find(&rules.text, &root)?;
    let mut sheet = Sheet { head: String::new(), joins, parts };
    let (text, mut found) = settle(&mut sheet, schema, |sheet| places.insert(&rules.text, sheet));
    found.file.clone_from(&rules.path);
    let mut snapshot_now = schema.clone();
    for name in &uncovered.changed {
        let old = snapshot.and_then(|snapshot| snapshot.column(name));
        let tables = snapshot_now.tables.iter_mut();
        let column = tables.filter(|table| table.name == name.table).flat_map(|table| &mut table.columns);
        if let (Some(old), Some(column)) = (old, column.into_iter().find(|column| column.name == name.column)) {
            *column = old.clone();
        }
    }
    Ok(Updated {
        text,
        added: uncovered.new,
        gone: gone(rules, schema),
        changed: uncovered.changed,
        found,
        snapshot: snapshot_now,
    })
}

/// Tables and columns that rules name and production does not have.
fn gone(rules: &RuleFile, schema: &Schema) -> Vec<String> {
    let mut gone = Vec::new();
    for rule in &rules.tables {
        let mut tables = schema.tables.iter().filter(|table| rule.pattern.matches(&table.name)).peekable();
        if tables.peek().is_none() {
            gone.push(format!("table {}", rule.pattern));
            continue;
        }
        let tables: Vec<_> = tables.collect();
        let kept = rule.keep.iter().flat_map(|keep| keep.columns.iter().flatten());
        for column in rule.columns.iter().map(|column| &column.column).chain(kept) {
            let mut columns = tables.iter().flat_map(|table| &table.columns);
            if !columns.any(|known| column.value.matches(&known.name)) {
                gone.push(format!("column {}.{}", rule.pattern, column.value));
            }
        }
    }
    gone
}

/// Where text can be put into a file.
struct Places {
    tables: Vec<(TablePattern, Place)>,
    /// After the last table, and how far its keys stand in.
    end: (usize, usize),
    /// Whether `tables:` has to be written.
    without_tables: bool,
    /// After the last of `references:` and how far in it stands; otherwise where `references:` goes.
    references: Result<(usize, usize), usize>,
    newline: &'static str,
}

/// Where the columns of a table go.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Lines after this byte, so far in.
    Lines(usize, usize),
    /// `columns:` and lines after this byte, so far in.
    Columns(usize, usize),
    /// Inside the braces of the columns, after this byte.
    Braces(usize),
    /// Inside the braces of the table, after this byte.
    Outer(usize),
}

impl Places {
    fn find(text: &str, root: &Node) -> Result<Self, &'static str> {
        let Value::Map(entries) = &root.value else { return Err("it holds no rules") };
        let entry = |name: &str| entries.iter().find(|entry| entry.key == name);
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut tables = Vec::new();
        let end_of_file = text.trim_end().len();
        let mut end = (end_of_file, 2);
        if let Some(entry) = entry("tables") {
            if text[entry.node.span.start..].starts_with('{') {
                return Err("its `tables` stand in braces: write each on a line of its own");
            }
            if let Value::Map(tables_of) = &entry.node.value
                && let Some(first) = tables_of.first()
            {
                end = (line_end(text, last(text, &entry.node)), indent(text, first));
                for one in tables_of {
                    if let (Ok(pattern), Some(place)) = (TablePattern::parse(&one.key), place(text, one)) {
                        tables.push((pattern, place));
                    }
                }
            }
        }
        let references = match entry("references") {
            Some(entry) => match &entry.node.value {
                Value::List(items) if !items.is_empty() && !text[entry.node.span.start..].starts_with('[') => {
                    let item = items.first().map_or(0, |item| item.span.start);
                    let dash = text[..item].rfind('-').unwrap_or(item);
                    Ok((line_end(text, last(text, &entry.node)), column(text, dash)))
                }
                _ => return Err("its `references` stand in brackets: write each on a line of its own"),
            },
            None => Err(entry("tables").map_or(end_of_file, |entry| line_start(text, entry.key_span.start))),
        };
        Ok(Self { tables, end, without_tables: entry("tables").is_none(), references, newline })
    }

    /// The file with the sheet's rules in it.
    fn insert(&self, text: &str, sheet: &Sheet) -> Text {
        let mut pieces: Vec<(usize, Text)> = Vec::new();
        let mut added = Text { text: String::new(), places: Vec::new() };
        for (index, part) in sheet.parts.iter().enumerate() {
            let known = self.tables.iter().find(|(pattern, _)| pattern.is_literal() && pattern.matches(&part.table));
            match known {
                Some((_, place)) => pieces.push(self.columns(*place, index, part)),
                None => self.table(index, part, &mut added),
            }
        }
        if !added.text.is_empty() {
            let start = if self.without_tables { "tables:" } else { "" };
            let shift = self.newline.len() * 2 + start.len();
            let mut piece = Text { text: format!("{0}{0}{start}", self.newline), places: Vec::new() };
            if self.without_tables {
                piece.text.push_str(self.newline);
            }
            let shift = shift + if self.without_tables { self.newline.len() } else { 0 };
            piece.places = added.places.into_iter().map(|(range, at)| (moved(range, shift), at)).collect();
            piece.text.push_str(added.text.trim_end());
            pieces.push((self.end.0, piece));
        }
        pieces.extend(self.joins(sheet));
        pieces.sort_by_key(|(at, _)| *at);
        let mut out = Text { text: String::new(), places: Vec::new() };
        let mut from = 0;
        for (at, piece) in pieces {
            out.text.push_str(&text[from..at]);
            let shift = out.text.len();
            out.places.extend(piece.places.into_iter().map(|(range, at)| (moved(range, shift), at)));
            out.text.push_str(&piece.text);
            from = at;
        }
        out.text.push_str(&text[from..]);
        out
    }

    /// The new columns of a table that the file names.
    fn columns(&self, place: Place, index: usize, part: &Part) -> (usize, Text) {
        let mut piece = Text { text: String::new(), places: Vec::new() };
        let (at, margin) = match place {
            Place::Lines(at, margin) => (at, margin),
            Place::Columns(at, margin) => {
                piece.text.push_str(&format!("{}{:margin$}columns:", self.newline, ""));
                (at, margin + 2)
            }
            Place::Braces(at) => (at, 0),
            Place::Outer(at) => {
                piece.text.push_str(" columns: {");
                (at, 0)
            }
        };
        let lines = matches!(place, Place::Lines(..) | Place::Columns(..));
        for (number, line) in part.lines.iter().enumerate() {
            let rule = match line.step() {
                Some(Step::Rule(rule)) => rule.clone(),
                Some(Step::Keep(why)) => format!("{{ keep: {} }}", yaml::reason(why)),
                None => "redact".to_owned(),
            };
            if lines {
                piece.text.push_str(&format!("{}{:margin$}", self.newline, ""));
            } else {
                piece.text.push_str(if matches!(place, Place::Outer(_)) && number > 0 { ", " } else { " " });
            }
            let start = piece.text.len();
            piece.text.push_str(&format!("{}: {rule}", yaml::column(&line.column)));
            piece.places.push((start..piece.text.len(), At::Line(index, number)));
            let why = yaml::comment(&line.ladder.why);
            if lines {
                piece.text.push_str(&if why.is_empty() { "   # new".to_owned() } else { format!("   # new: {why}") });
            } else if matches!(place, Place::Braces(_)) {
                piece.text.push(',');
            }
        }
        if matches!(place, Place::Outer(_)) {
            piece.text.push_str(" },");
        }
        (at, piece)
    }

    /// A table that the file does not name, as a first draft would have it.
    fn table(&self, index: usize, part: &Part, out: &mut Text) {
        let mut written = Text { text: String::new(), places: Vec::new() };
        part.render(index, &mut written);
        let margin = self.end.1.saturating_sub(2);
        let mut from = 0;
        for line in written.text.split_inclusive('\n') {
            let shift = out.text.len() + margin;
            let inside = written.places.iter().filter(|(range, _)| (from..from + line.len()).contains(&range.start));
            out.places.extend(inside.map(|(range, at)| (moved(range.start - from..range.end - from, shift), *at)));
            if !line.trim().is_empty() {
                out.text.push_str(&" ".repeat(margin));
            }
            out.text.push_str(line.trim_end_matches('\n'));
            out.text.push_str(self.newline);
            from += line.len();
        }
    }

    fn joins(&self, sheet: &Sheet) -> Option<(usize, Text)> {
        let (at, margin) = match self.references {
            Ok((at, margin)) => (at, margin),
            Err(at) => (at, 2),
        };
        let mut piece = Text { text: String::new(), places: Vec::new() };
        let new = self.references.is_err();
        for (index, join) in sheet.joins.iter().enumerate().filter(|(_, join)| join.sure) {
            let line = format!("{:margin$}- {{ from: {}, to: {} }}", "", yaml::end(&join.from), yaml::end(&join.to));
            if !new {
                piece.text.push_str(self.newline);
            }
            let start = piece.text.len();
            piece.text.push_str(&line);
            piece.places.push((start..piece.text.len(), At::Join(index)));
            piece.text.push_str(&format!("   # new: {}", yaml::comment(&join.why)));
            if new {
                piece.text.push_str(self.newline);
            }
        }
        if piece.text.is_empty() {
            return None;
        }
        if new {
            let head = format!("references:{}", self.newline);
            piece.places.iter_mut().for_each(|(range, _)| *range = moved(range.clone(), head.len()));
            piece.text = format!("{head}{}{}", piece.text, self.newline);
        }
        Some((at, piece))
    }
}

fn moved(range: Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// Where the columns of a table go; `None` where its value is no map.
fn place(text: &str, table: &Entry) -> Option<Place> {
    let Value::Map(entries) = &table.node.value else { return None };
    let braces = |node: &Node| text[node.span.start..].starts_with('{');
    let columns = entries.iter().find(|entry| entry.key == "columns");
    match columns {
        Some(columns) if braces(&columns.node) => Some(Place::Braces(columns.node.span.start + 1)),
        Some(columns) => {
            let Value::Map(of) = &columns.node.value else { return None };
            Some(Place::Lines(line_end(text, last(text, &columns.node)), indent(text, of.first()?)))
        }
        None if braces(&table.node) => Some(Place::Outer(table.node.span.start + 1)),
        None => Some(Place::Columns(line_end(text, last(text, &table.node)), indent(text, entries.first()?))),
    }
}

/// The end of what a node says, without what follows it.
fn last(text: &str, node: &Node) -> usize {
    let own = text[node.span.start..].chars().next();
    let end = match &node.value {
        Value::Map(entries) if own != Some('{') => entries.last().map(|entry| {
            let end = last(text, &entry.node);
            end.max(entry.key_span.end)
        }),
        Value::List(items) if own != Some('[') => items.last().map(|item| last(text, item)),
        _ => None,
    };
    let end = end.unwrap_or(node.span.end).min(text.len());
    text[..end].trim_end().len()
}

/// The end of the line in which a byte stands.
fn line_end(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    let end = rest.find('\n').unwrap_or(rest.len());
    at + rest[..end].trim_end_matches('\r').len()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |start| start + 1)
}

/// How far in a byte stands, in characters.
fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

fn indent(text: &str, entry: &Entry) -> usize {
    column(text, entry.key_span.start)
}
