//! The planner is asked again and again, and what it refuses gets its next best mask, until it refuses nothing.

use std::collections::BTreeSet;

use super::ladder::Step;
use super::sheet::{At, Sheet, Text};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, Span};
use crate::plan;
use crate::rules;
use crate::schema::{Schema, TableName};

/// Most times that the planner is asked: every time something gets its next mask.
const MOST: usize = 400;

/// Settles every column. Gives the text, and what the planner still finds in it.
pub(super) fn settle(sheet: &mut Sheet, schema: &Schema, render: impl Fn(&Sheet) -> Text) -> (String, Diagnostics) {
    let mut asked = 0;
    loop {
        let written = render(sheet);
        let found = match rules::read("rules.yaml", &written.text) {
            Ok(rules) => plan::resolve(&rules, schema, Some(schema), Vec::new()).1,
            Err(found) => found,
        };
        asked += 1;
        let mut moved = false;
        let mut touched = BTreeSet::new();
        for one in &found.list {
            moved |= asked < MOST && answer(sheet, schema, &written, one, &mut touched);
        }
        if !moved {
            return (written.text, found);
        }
    }
}

/// Changes what a finding is about. Gives whether something changed.
fn answer(
    sheet: &mut Sheet,
    schema: &Schema,
    written: &Text,
    found: &Diagnostic,
    touched: &mut BTreeSet<(usize, usize)>,
) -> bool {
    let spans = found.span.iter().chain(found.related.iter().map(|(span, _)| span));
    let mut places: Vec<At> = spans.filter_map(|span| at(written, *span)).collect();
    places.extend(named(sheet, &found.message));
    let sure = found.severity == Severity::Error;
    for place in &places {
        let answered = match place {
            At::Join(join) => {
                let was = sheet.joins[*join].sure;
                sheet.joins[*join].sure = false;
                was
            }
            At::Line(part, line) => touched.contains(&(*part, *line)) || advance(sheet, *part, *line, sure, touched),
            At::Whole(part) => {
                let lines = 0..sheet.parts[*part].lines.len();
                let mentioned = |line: &usize| found.message.contains(&sheet.parts[*part].lines[*line].column);
                let lines: Vec<usize> = lines.filter(mentioned).collect();
                lines.into_iter().any(|line| advance(sheet, *part, line, sure, touched))
            }
        };
        if answered {
            return true;
        }
    }
    if !sure {
        return false;
    }
    // No mask does: the structure alone travels, and that of all that cannot be without its rows.
    let Some(part) = places.iter().find_map(|place| match place {
        At::Line(part, _) | At::Whole(part) => Some(*part),
        At::Join(_) => None,
    }) else {
        return false;
    };
    let mut emptied = vec![sheet.parts[part].table.clone()];
    let mut changed = false;
    while let Some(table) = emptied.pop() {
        if let Some(part) = sheet.parts.iter_mut().find(|part| part.table == table && !part.empty) {
            part.empty = true;
            changed = true;
            emptied.extend(referring(schema, &table));
        }
    }
    changed
}

fn referring(schema: &Schema, table: &TableName) -> Vec<TableName> {
    let refers = |other: &&crate::schema::Table| other.foreign_keys.iter().any(|key| key.to == *table);
    schema.tables.iter().filter(refers).map(|other| other.name.clone()).collect()
}

/// What stands at a place.
fn at(written: &Text, span: Span) -> Option<At> {
    written.places.iter().find(|(range, _)| range.contains(&span.start)).map(|(_, at)| *at)
}

/// Columns that a message names, those that can still change first.
fn named(sheet: &Sheet, message: &str) -> Vec<At> {
    let mut found = Vec::new();
    for (part, one) in sheet.parts.iter().enumerate() {
        for (line, column) in one.lines.iter().enumerate() {
            let name = one.table.column(&column.column).to_string();
            let whole = message.match_indices(&name).any(|(start, _)| {
                let after = message[start + name.len()..].chars().next();
                !after.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if whole {
                found.push(At::Line(part, line));
            }
        }
    }
    found
}

/// Gives a column its next step. With a doubt only, it comes back to the first step that was no mistake.
fn advance(sheet: &mut Sheet, part: usize, line: usize, sure: bool, touched: &mut BTreeSet<(usize, usize)>) -> bool {
    let one = &mut sheet.parts[part].lines[line];
    if one.settled && !sure {
        return false;
    }
    if !sure {
        one.unsure.get_or_insert(one.at);
    }
    if one.at + 1 < one.ladder.steps.len() && !(one.settled && sure) {
        // To keep for a doubt is no answer where a mask may hold.
        let keeps = matches!(one.ladder.steps.get(one.at + 1), Some(Step::Keep(_)))
            && !sure
            && one.at + 2 == one.ladder.steps.len();
        if !keeps {
            one.at += 1;
            touched.insert((part, line));
            return true;
        }
    }
    match one.unsure {
        Some(unsure) if !one.settled => {
            one.at = unsure;
            one.settled = true;
            touched.insert((part, line));
            true
        }
        _ => false,
    }
}
