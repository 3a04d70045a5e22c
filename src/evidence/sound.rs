//! Whether a statement agrees with itself: types, subjects, totals, and what its outcome implies.

use super::record::{PREDICATE, STATEMENT};
use super::{Count, FoundIn, Outcome, Record, Statement, Subject, Totals, digest, seal};

/// What does not agree, one line each.
pub(super) fn contradictions(statement: &Statement) -> Vec<String> {
    let record = &statement.predicate;
    let mut found = Vec::new();
    let mut holds = |holds: bool, otherwise: &str| {
        if !holds {
            found.push(otherwise.to_owned());
        }
    };
    holds(statement.kind == STATEMENT, "it is no in-toto statement of version 1");
    holds(statement.predicate_type == PREDICATE, "its predicate is of another type");
    holds(subjects(statement), "its subjects are not the generation and the page that its record tells of");
    holds(totals(record), "its totals are not those of its tables");
    holds(is_hex(&record.run, 16), "its run's id is none");
    holds(record.began <= record.ended, "it ended before it began");
    let digests = [&record.program.sha256, &record.rules.sha256, &record.chain.previous];
    let more = record.schema.iter().flat_map(|schema| schema.reviewed_sha256.iter().chain([&schema.sha256]));
    let scripts = record.rules.scripts.iter().map(|script| &script.sha256);
    let digests = digests.into_iter().flatten().chain(more).chain(scripts);
    holds(digests.into_iter().all(|one| is_hex(one, 64)), "one of its digests is none");
    holds(record.key.made_for_this_run == record.key.fingerprint.is_none(), "its key contradicts itself");
    holds(outcome(record), "its outcome, its failure and its generations contradict each other");
    let chained = record.chain.previous.is_some() == (record.chain.found_in != FoundIn::Nowhere);
    let first = record.chain.number == 1;
    holds(chained && record.chain.number > 0, "its place in the chain contradicts itself");
    holds(first != (record.chain.found_in == FoundIn::Folder), "its place in the chain contradicts itself");
    found
}

fn subjects(statement: &Statement) -> bool {
    let record = &statement.predicate;
    let generation =
        record.generations.made.as_ref().map(|made| Subject::generation(&record.generations.staging, made));
    let page = format!("{}.html", seal::name(record));
    let mut rest = statement.subject.iter();
    let generation = generation.is_none_or(|generation| rest.next() == Some(&generation));
    let page = !record.outcome.is_end()
        || rest.next().is_some_and(|subject| {
            subject.name == page && subject.digest.len() == 1 && subject.digest.contains_key("sha256")
        });
    generation && page && rest.next().is_none()
}

/// Effects and counts add up; counts below 10 leave a margin of 9 each.
fn totals(record: &Record) -> bool {
    let counted = Totals { rows: record.totals.rows, ..Totals::of(&record.tables, None) };
    if counted != record.totals {
        return false;
    }
    let rows: Vec<_> = record.tables.iter().filter_map(|table| table.rows).collect();
    let exact = |count: &Count| match count {
        Count::Few => 0,
        Count::Exact(rows) => *rows,
    };
    let least: u64 = rows.iter().map(exact).fold(0, u64::saturating_add);
    let few = rows.iter().filter(|count| **count == Count::Few).count() as u64;
    match record.totals.rows {
        None => rows.is_empty(),
        Some(Count::Few) => least == 0,
        Some(Count::Exact(all)) => (least..=least.saturating_add(9 * few)).contains(&all),
    }
}

fn outcome(record: &Record) -> bool {
    let made = record.generations.made.is_some();
    let live = record.generations.live.is_some();
    match (record.outcome, record.failure.as_ref().map(|failure| failure.exit)) {
        (Outcome::Passed, None) => made && !live && !record.checks.is_empty(),
        (Outcome::Published, None) => made && record.generations.live == record.generations.made,
        (Outcome::Refused, Some(2 | 4)) => !live,
        (Outcome::Failed, Some(1 | 3 | 5)) => !live,
        (Outcome::Interrupted, Some(130 | 143)) => !live,
        _ => false,
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c))
}

/// The page that a statement is about: its name and digest.
pub(super) fn page_of(statement: &Statement) -> Option<(&str, &str)> {
    let subject = statement.subject.last().filter(|subject| subject.name.ends_with(".html"))?;
    Some((&subject.name, subject.digest.get("sha256")?))
}

/// Whether a page is the one that a statement is about.
pub(super) fn is_page(statement: &Statement, name: &str, bytes: &[u8]) -> bool {
    page_of(statement) == Some((name, &digest(bytes)))
}
