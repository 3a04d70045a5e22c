//! From a record to its files: the page (when the run is over) and the envelope.

use super::record::{PREDICATE, STATEMENT};
use super::{Envelope, Record, Statement, Subject, digest, page};
use crate::signature::SigningKey;

/// The files of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Names and bytes, in the order in which they are to be written and listed.
    pub files: Vec<(String, Vec<u8>)>,
    /// SHA-256 of the envelope's file, which is the last one: what the next record and the marker refer to.
    pub digest: String,
}

/// Makes a record's files. It says itself by which key it is signed.
pub fn seal(mut record: Record, key: Option<&SigningKey>) -> Sealed {
    record.signed_by = key.map(|key| key.public().id());
    let name = name(&record);
    let mut files = Vec::new();
    let mut subject = Vec::new();
    if let Some(made) = &record.generations.made {
        subject.push(Subject::generation(&record.generations.staging, made));
    }
    if record.outcome.is_end() {
        let page = (format!("{name}.html"), page(&record).into_bytes());
        subject.push(Subject::file(&page.0, &page.1));
        files.push(page);
    }
    let statement =
        Statement { kind: STATEMENT.to_owned(), subject, predicate_type: PREDICATE.to_owned(), predicate: record };
    let bytes = Envelope::new(&payload(&statement), key).to_bytes();
    let digest = digest(&bytes);
    files.push((format!("{name}.json"), bytes));
    Sealed { files, digest }
}

/// The name of a record's files without their ending: `000002-20261123T021500Z-RUN-published`.
pub(super) fn name(record: &Record) -> String {
    let whole = record.began.split('.').next().unwrap_or_default();
    let began: String = whole.chars().filter(|c| c.is_ascii_digit() || *c == 'T').collect();
    format!("{:06}-{began}Z-{}-{}", record.chain.number, record.run, record.outcome.word())
}

/// A statement's bytes: there is one form.
pub(super) fn payload(statement: &Statement) -> Vec<u8> {
    match serde_json::to_vec(statement) {
        Ok(bytes) => bytes,
        Err(why) => unreachable!("a record holds nothing that JSON cannot hold: {why}"),
    }
}
