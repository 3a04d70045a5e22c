//! Checks a package: that nothing in it was changed, added, removed or put elsewhere since it was written.
//!
//! Who has the folder can always make a new chain without signatures, or cut off its end. Signatures under a key that
//! the folder's owner does not have prevent the first; the marker of the live database, which holds the digest of the
//! record that it was published with, shows both ([`Verdict::records`] has the digests to compare).

use std::collections::{BTreeMap, BTreeSet};

use super::seal::{name, payload};
use super::sound::{contradictions, is_page, page_of};
use super::{Envelope, FoundIn, Outcome, Record, SUMS, Statement, digest};
use crate::signature::PublicKey;

/// A record that could be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Its file.
    pub file: String,
    /// SHA-256 of the file.
    pub digest: String,
    /// What it says.
    pub record: Record,
    /// Whether one of the given keys has signed it.
    pub signed: bool,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The records, in their order.
    pub records: Vec<Checked>,
    /// What is wrong, one line each; nothing, if all is well.
    pub wrong: Vec<String>,
    /// What cannot be told from the package.
    pub notes: Vec<String>,
}

/// Checks the files of a package. With keys, every record has to be signed by one of them.
pub fn verify(files: &BTreeMap<String, Vec<u8>>, keys: &[PublicKey]) -> Verdict {
    let mut verdict = Verdict::default();
    let Some(sums) = files.get(SUMS) else {
        verdict.wrong.push(format!("{SUMS} is missing"));
        return verdict;
    };
    let listed = match lines(sums) {
        Ok(listed) => listed,
        Err(why) => {
            verdict.wrong.push(why);
            return verdict;
        }
    };
    let mut seen = BTreeSet::new();
    for (sum, file) in &listed {
        if !seen.insert(file) {
            verdict.wrong.push(format!("{file} is listed twice"));
        }
        match files.get(file) {
            None => verdict.wrong.push(format!("{file} is missing")),
            Some(bytes) if digest(bytes) != *sum => verdict.wrong.push(format!("{file} was changed")),
            Some(_) => {}
        }
    }
    let unlisted = files.keys().filter(|file| *file != SUMS && !seen.contains(file));
    verdict.wrong.extend(unlisted.map(|file| format!("{file} is not in {SUMS}")));
    let mut pages = seen.iter().filter(|file| file.ends_with(".html")).count();
    for (_, file) in listed.iter().filter(|(_, file)| !file.ends_with(".html")) {
        let Some(bytes) = files.get(file) else { continue };
        let (wrong, read) = one(file, bytes, keys);
        verdict.wrong.extend(wrong.into_iter().map(|why| format!("{file}: {why}")));
        let Some((statement, checked)) = read else { continue };
        if let Some((page, _)) = page_of(&statement) {
            pages = pages.saturating_sub(1);
            if files.get(page).is_some_and(|bytes| !is_page(&statement, page, bytes)) || !files.contains_key(page) {
                verdict.wrong.push(format!("{file}: {page} is not the page that it was signed with"));
            }
        }
        chained(&checked, &mut verdict);
        verdict.records.push(checked);
    }
    if pages > 0 {
        verdict.wrong.push("a page belongs to no record".to_owned());
    }
    if verdict.records.is_empty() {
        verdict.wrong.push("there is no record in it".to_owned());
    }
    notes(&mut verdict, keys);
    verdict
}

/// Checks one record by itself, and its page, where it is given. The chain is not looked at.
pub fn verify_one(file: &str, bytes: &[u8], page: Option<&[u8]>, keys: &[PublicKey]) -> Verdict {
    let (wrong, read) = one(file, bytes, keys);
    let mut verdict = Verdict { wrong, ..Verdict::default() };
    if let Some((statement, checked)) = read {
        match (page_of(&statement), page) {
            (Some((name, _)), Some(bytes)) if !is_page(&statement, name, bytes) => {
                verdict.wrong.push(format!("{name} is not the page that it was signed with"));
            }
            (Some((name, _)), None) => verdict.notes.push(format!("{name} is not beside it")),
            _ => {}
        }
        verdict.records.push(checked);
    }
    verdict.notes.push("the records before and after it were not looked at".to_owned());
    notes(&mut verdict, keys);
    verdict
}

/// Lines of `sha256sum`.
fn lines(sums: &[u8]) -> Result<Vec<(String, String)>, String> {
    let wrong = || format!("{SUMS} is not written as bauta writes it");
    let text = std::str::from_utf8(sums).map_err(|_| wrong())?;
    let body = text.strip_suffix('\n').ok_or_else(wrong)?;
    let line = |line: &str| {
        let (sum, file) = line.split_once("  ").ok_or_else(wrong)?;
        let named = !file.is_empty() && !file.contains(['/', '\\', '\r']) && file != SUMS;
        if sum.len() == 64 && named { Ok((sum.to_owned(), file.to_owned())) } else { Err(wrong()) }
    };
    body.split('\n').map(line).collect()
}

/// Reads one record and says what is wrong with it by itself.
fn one(file: &str, bytes: &[u8], keys: &[PublicKey]) -> (Vec<String>, Option<(Statement, Checked)>) {
    let envelope = match Envelope::from_bytes(bytes) {
        Ok(envelope) => envelope,
        Err(why) => return (vec![why], None),
    };
    let read = envelope.payload().and_then(|bytes| {
        let statement: Statement =
            serde_json::from_slice(&bytes).map_err(|why| format!("its payload is no evidence: {why}"))?;
        let same = payload(&statement) == bytes;
        same.then_some(statement).ok_or_else(|| "its payload is not written as bauta writes it".to_owned())
    });
    let statement = match read {
        Ok(statement) => statement,
        Err(why) => return (vec![why], None),
    };
    let mut wrong = contradictions(&statement);
    let record = &statement.predicate;
    let named: Vec<_> = envelope.signatures.iter().map(|signature| &signature.keyid).collect();
    if named != record.signed_by.iter().collect::<Vec<_>>() {
        wrong.push("its signatures are not those that it tells of".to_owned());
    }
    let signed = envelope.is_signed_by(keys);
    if !keys.is_empty() && !signed {
        wrong.push(match record.signed_by {
            None => "it is not signed".to_owned(),
            Some(_) => "it is not signed by the given key".to_owned(),
        });
    }
    if file != format!("{}.json", name(record)) {
        wrong.push("it is in a file of another name".to_owned());
    }
    let checked = Checked { file: file.to_owned(), digest: digest(bytes), record: record.clone(), signed };
    (wrong, Some((statement, checked)))
}

/// Says what is wrong with a record's place after the ones before it.
fn chained(checked: &Checked, verdict: &mut Verdict) {
    let record = &checked.record;
    let mut wrong = Vec::new();
    match verdict.records.last() {
        None if record.chain.number != 1 => wrong.push("records before it are missing"),
        None if record.chain.found_in == FoundIn::Folder => wrong.push("the record before it is missing"),
        None => {}
        Some(before) => {
            if record.chain.previous.as_ref() != Some(&before.digest) {
                wrong.push("the record before it is another one than when it was written");
            }
            if record.chain.number != before.record.chain.number + 1 {
                wrong.push("records between it and the one before are missing");
            }
        }
    }
    if record.outcome == Outcome::Published {
        let passed = verdict.records.iter().rev().find(|before| before.record.run == record.run);
        let same = passed.is_some_and(|passed| {
            let before = &passed.record;
            before.outcome == Outcome::Passed
                && (&before.rules, &before.tables, &before.checks) == (&record.rules, &record.tables, &record.checks)
        });
        if !same {
            wrong.push("it tells of other tables, rules or checks than before it was published");
        }
    }
    verdict.wrong.extend(wrong.into_iter().map(|why| format!("{}: {why}", checked.file)));
}

fn notes(verdict: &mut Verdict, keys: &[PublicKey]) {
    let signed = verdict.records.iter().filter(|checked| checked.record.signed_by.is_some()).count();
    let unsigned = verdict.records.len() - signed;
    if unsigned > 0 {
        verdict.notes.push(format!(
            "{unsigned} records are not signed: who can write to the folder can make them anew, chain and all"
        ));
    }
    if signed > 0 && keys.is_empty() {
        verdict.notes.push(format!("{signed} records are signed; give --public-key to check by whom"));
    }
    if let Some(last) = verdict.records.last().filter(|last| last.record.outcome == Outcome::Passed) {
        verdict.notes.push(format!(
            "run {} has no ending: whether it was published, the marker on staging tells",
            last.record.run
        ));
    }
    if let Some(first) = verdict.records.first().filter(|first| first.record.chain.found_in == FoundIn::Marker) {
        let before = first.record.chain.previous.as_deref().unwrap_or_default();
        verdict.notes.push(format!("it begins after the record {before}, which is not in it"));
    }
}
