//! A rule file in the making: tables and columns with what each may get, and the text of what they have now, with the
//! place of each.

use std::collections::BTreeMap;
use std::ops::Range;

use super::ladder::{Ladder, Step};
use super::yaml;
use crate::schema::{ColumnName, TableName};

/// Widest line of a list of columns.
const WIDTH: usize = 110;
/// Widest rule that the comments of other lines stand behind.
const WIDEST: usize = 48;

/// One column of the file.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) column: String,
    pub(super) ladder: Ladder,
    /// Which step it has.
    pub(super) at: usize,
    /// The first step about which the planner was only not sure.
    pub(super) unsure: Option<usize>,
    /// Whether it has come back to that one.
    pub(super) settled: bool,
}

impl Line {
    pub(super) fn new(column: &str, ladder: Ladder) -> Self {
        Self { column: column.to_owned(), ladder, at: 0, unsure: None, settled: false }
    }

    /// What it has now.
    pub(super) fn step(&self) -> Option<&Step> {
        self.ladder.steps.get(self.at)
    }
}

/// One table of the file.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) table: TableName,
    pub(super) note: String,
    pub(super) lines: Vec<Line>,
    /// Whether only its structure travels, since no mask can do.
    pub(super) empty: bool,
    /// Whether other keys of the file say something about its other columns.
    pub(super) some: bool,
}

/// A join that the schema does not declare.
#[derive(Clone, Debug)]
pub(super) struct Join {
    pub(super) from: ColumnName,
    pub(super) to: ColumnName,
    pub(super) why: String,
    /// Whether it is written; otherwise it is suggested in a comment.
    pub(super) sure: bool,
}

/// The whole file.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) head: String,
    pub(super) joins: Vec<Join>,
    pub(super) parts: Vec<Part>,
}

/// What stands at a place of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// A column of a table, by their places in the sheet.
    Line(usize, usize),
    /// The keep of a whole table.
    Whole(usize),
    /// A join.
    Join(usize),
}

/// The text, and what stands where in it.
pub(super) struct Text {
    pub(super) text: String,
    pub(super) places: Vec<(Range<usize>, At)>,
}

impl Sheet {
    /// The file as text.
    pub(super) fn render(&self) -> Text {
        let mut out = Text { text: self.head.clone(), places: Vec::new() };
        if !self.joins.is_empty() {
            self.joins(&mut out);
        }
        out.text.push_str("\ntables:\n");
        if self.parts.is_empty() {
            out.text.truncate(out.text.len() - "\ntables:\n".len());
        }
        for (place, part) in self.parts.iter().enumerate() {
            part.render(place, &mut out);
        }
        out
    }

    pub(super) fn joins(&self, out: &mut Text) {
        let sure = self.joins.iter().any(|join| join.sure);
        out.text.push_str(if sure {
            "\nreferences:                              # joins that the schema does not declare\n"
        } else {
            "\n# references:                            # joins that the schema may not declare; uncomment what is true\n"
        });
        for (place, join) in self.joins.iter().enumerate() {
            let start = out.text.len();
            let mark = if join.sure { "" } else { "# " };
            let rule = format!("  {mark}- {{ from: {}, to: {} }}", yaml::end(&join.from), yaml::end(&join.to));
            out.text.push_str(&rule);
            if join.sure {
                out.places.push((start..out.text.len(), At::Join(place)));
            }
            out.text.push_str(&format!("   # {}\n", yaml::comment(&join.why)));
        }
    }
}

impl Part {
    /// Writes the table with its columns.
    pub(super) fn render(&self, place: usize, out: &mut Text) {
        let key = yaml::table(&self.table);
        let note = if self.note.is_empty() { String::new() } else { format!("# {}", self.note) };
        if self.empty {
            out.text.push_str(&format!(
                "  {key}: {{ rows: none }}   # no mask fits all of its constraints: look at it\n\n"
            ));
            return;
        }
        if self.lines.is_empty() {
            out.text.push_str(&format!("  # {}: nothing but columns that follow others\n\n", yaml::comment(&key)));
            return;
        }
        let keeps = self.keeps();
        if let Some(why) = self.whole(&keeps) {
            out.text.push_str(&format!("  {key}: {{ keep: "));
            let start = out.text.len();
            out.text.push_str(&yaml::reason(why));
            out.places.push((start..out.text.len(), At::Whole(place)));
            out.text
                .push_str(&format!(" }}{}\n\n", if note.is_empty() { String::new() } else { format!("   {note}") }));
            return;
        }
        let head = format!("  {key}:");
        out.text.push_str(if note.is_empty() { head.clone() } else { format!("{head:40} {note}") }.trim_end());
        out.text.push('\n');
        self.columns(place, out);
        self.kept(place, &keeps, out);
        out.text.push('\n');
    }

    /// The kept columns by why.
    fn keeps(&self) -> BTreeMap<&'static str, Vec<usize>> {
        let mut keeps: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
        for (index, line) in self.lines.iter().enumerate() {
            if let Some(Step::Keep(why)) = line.step() {
                keeps.entry(why).or_default().push(index);
            }
        }
        keeps
    }

    /// Why the whole table is kept, if all is kept for one reason.
    fn whole(&self, keeps: &BTreeMap<&'static str, Vec<usize>>) -> Option<&'static str> {
        let (why, kept) = keeps.iter().max_by_key(|(_, kept)| kept.len())?;
        let all: usize = keeps.values().map(Vec::len).sum();
        if self.some {
            return None;
        }
        // Of a table without anything personal, states are no reason for a line of their own.
        let states = keeps.keys().all(|other| other == why || other.starts_with("a state"));
        (all == self.lines.len() && states && (!kept.is_empty())).then_some(*why)
    }

    fn columns(&self, place: usize, out: &mut Text) {
        let rule = |line: &Line| match line.step() {
            Some(Step::Rule(rule)) => Some(rule.clone()),
            _ => None,
        };
        let ruled: Vec<(usize, String, String)> = self
            .lines
            .iter()
            .enumerate()
            .filter_map(|(index, line)| Some((index, format!("{}:", yaml::column(&line.column)), rule(line)?)))
            .collect();
        if ruled.is_empty() {
            return;
        }
        out.text.push_str("    columns:\n");
        let keys = ruled.iter().map(|(_, key, _)| key.chars().count()).max().unwrap_or(0);
        let rules = ruled.iter().map(|(_, _, rule)| rule.chars().count()).filter(|width| *width <= WIDEST).max();
        for (index, key, rule) in ruled {
            let start = out.text.len() + 6;
            out.text.push_str(&format!("      {key:keys$} {rule}"));
            out.places.push((start..out.text.len(), At::Line(place, index)));
            let why = yaml::comment(&self.lines[index].ladder.why);
            if !why.is_empty() {
                let gap = rules.unwrap_or(0).saturating_sub(rule.chars().count()) + 3;
                out.text.push_str(&format!("{:gap$}# {why}", ""));
            }
            out.text.push('\n');
        }
    }

    fn kept(&self, place: usize, keeps: &BTreeMap<&'static str, Vec<usize>>, out: &mut Text) {
        if keeps.is_empty() {
            return;
        }
        out.text.push_str("    keep:\n");
        for (why, kept) in keeps {
            let head = format!("      {}: [", yaml::reason(why));
            out.text.push_str(&head);
            let mut width = head.chars().count();
            for (number, index) in kept.iter().enumerate() {
                let name = yaml::column(&self.lines[*index].column);
                if number > 0 {
                    out.text.push(',');
                    if width + name.chars().count() + 3 > WIDTH {
                        out.text.push_str("\n        ");
                        width = 8;
                    } else {
                        out.text.push(' ');
                    }
                }
                width += name.chars().count() + 2;
                let start = out.text.len();
                out.text.push_str(&name);
                out.places.push((start..out.text.len(), At::Line(place, *index)));
            }
            out.text.push_str("]\n");
        }
    }
}
