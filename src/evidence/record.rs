//! What a record holds: plain data, in the order in which it is written. Field names are part of the format; a reader
//! takes no field that it does not know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Count;

/// Type of in-toto statements of version 1.
pub(super) const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// Type of our predicate; it names a format, there is nothing to fetch.
pub(super) const PREDICATE: &str = "urn:x-bauta:run-evidence:v1";

/// An in-toto statement about a generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// `https://in-toto.io/Statement/v1`.
    #[serde(rename = "_type")]
    pub kind: String,
    /// The generation, if the run got that far, and the page.
    pub subject: Vec<Subject>,
    /// `urn:x-bauta:run-evidence:v1`.
    #[serde(rename = "predicateType")]
    pub predicate_type: String,
    /// What is said about them.
    pub predicate: Record,
}

/// What a statement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// `generation STAGING/ID`, or a file's name.
    pub name: String,
    /// `sha256`: of the file, or of a generation's three lines `bauta/1 generation`, its staging's name, its id.
    pub digest: BTreeMap<String, String>,
}

/// The record of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Random id of the run; also the generation's.
    pub run: String,
    /// How far it is.
    pub outcome: Outcome,
    /// When it began: RFC 3339, UTC.
    pub began: String,
    /// When this record was made.
    pub ended: String,
    /// The program.
    pub program: Program,
    /// The rules.
    pub rules: Rules,
    /// Who approved the rules, where the run waited for approvals.
    pub approved_by: Vec<String>,
    /// The schema that they were resolved against; `None` where the run did not get so far.
    pub schema: Option<Schema>,
    /// The key.
    pub key: Key,
    /// Production.
    pub source: End,
    /// Staging.
    pub target: End,
    /// Options by which somebody accepted what is refused otherwise.
    pub accepted: Vec<String>,
    /// Every table of the plan.
    pub tables: Vec<Table>,
    /// What they come to.
    pub totals: Totals,
    /// What was checked before publishing, one line each.
    pub checks: Vec<String>,
    /// What the run warned about.
    pub warnings: Vec<String>,
    /// What became of generations.
    pub generations: Generations,
    /// Why the run ended early.
    pub failure: Option<Failed>,
    /// Whether the record is signed, and by which key.
    pub signed_by: Option<String>,
    /// The record before this one.
    pub chain: Chain,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every check passed; publishing comes next.
    Passed,
    /// The generation is live.
    Published,
    /// Rules or safety did not let it begin (exit 2 and 4).
    Refused,
    /// The world or the data failed (exit 1, 3 and 5).
    Failed,
    /// A signal ended it.
    Interrupted,
}

impl Outcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Published => "published",
            Outcome::Refused => "refused",
            Outcome::Failed => "failed",
            Outcome::Interrupted => "interrupted",
        }
    }

    /// Whether the run is over.
    pub fn is_end(self) -> bool {
        self != Outcome::Passed
    }
}

/// The program that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// `bauta`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file, where it could be read.
    pub sha256: Option<String>,
}

/// The rule file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The file, as the command line named it.
    pub file: String,
    /// Its SHA-256, where it could be read.
    pub sha256: Option<String>,
    /// `name:`, where the file was read.
    pub name: Option<String>,
    /// The environment (`--env`).
    pub environment: Option<String>,
    /// SQL files of `after_load`.
    pub scripts: Vec<Script>,
}

/// A SQL file of `after_load`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Its path as the rule file has it.
    pub file: String,
    /// Its SHA-256.
    pub sha256: String,
}

/// The schema of production.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// SHA-256 of what `bauta snapshot` would have written at that moment.
    pub sha256: String,
    /// SHA-256 of the reviewed snapshot in the same form, where there is one.
    pub reviewed_sha256: Option<String>,
}

/// The key that pseudonyms were made with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Tells keys apart; `None` where the key was made for this run.
    pub fingerprint: Option<String>,
    /// Whether it was made for this run and forgotten.
    pub made_for_this_run: bool,
}

/// One end of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Where it is, without a password.
    pub address: String,
    /// The role that logged in.
    pub role: Option<String>,
    /// How the connection was secured: libpq's `sslmode`, or `socket` for one inside the machine.
    pub transport: Option<String>,
    /// The server's version, such as `15.18`.
    pub server: Option<String>,
    /// Whether the role is a superuser.
    pub superuser: Option<bool>,
    /// Whether the server is a standby.
    pub standby: Option<bool>,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name as a rule file writes it.
    pub table: String,
    /// Which rows were to travel: `all`, `none`, or the rule's condition.
    pub selection: String,
    /// Rows written; `None` before any was.
    pub rows: Option<Count>,
    /// Rows that stayed behind, where they were counted.
    pub left_out: Option<Count>,
    /// Rows among those written that were exempt from masks; `None` where the rules exempt none.
    pub exempt: Option<Count>,
    /// Every column that travels.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub column: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: String,
    /// What it holds, where the rules say so.
    pub class: Option<String>,
    /// Who answers for it, where the rules say so.
    pub owner: Option<String>,
    /// The mask.
    pub method: String,
    /// Its parameters as the rule has them.
    pub parameters: Option<String>,
    /// `kept`, `perturbed`, `generalised`, `pseudonymised`, `synthetic` or `removed`.
    pub effect: String,
    /// What of an original can still be seen.
    pub leaves: String,
    /// The rule's place, or what it follows.
    pub because: String,
}

/// What the tables come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Tables.
    pub tables: u64,
    /// Columns.
    pub columns: u64,
    /// Columns per effect.
    pub effects: BTreeMap<String, u64>,
    /// Rows written; `None` before any was.
    pub rows: Option<Count>,
}

/// What became of generations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generations {
    /// Staging's name.
    pub staging: String,
    /// The generation that this run made, once it was sealed.
    pub made: Option<String>,
    /// What is live now because of this run.
    pub live: Option<String>,
    /// How many older ones are kept at most.
    pub keep: u64,
    /// How long they are kept, in seconds.
    pub keep_seconds: u64,
    /// Older generations that this run deleted, one line each.
    pub deleted: Vec<String>,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// The exit code, as the command line's manual has it.
    pub exit: u8,
    /// What happened and where; no value.
    pub message: String,
}

/// The record before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// The place of this record in its folder, from 1.
    pub number: u64,
    /// SHA-256 of the file before it.
    pub previous: Option<String>,
    /// Where that digest was found.
    pub found_in: FoundIn,
}

/// Where the digest of the record before was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FoundIn {
    /// In the folder that this record went into.
    Folder,
    /// In the marker of the generation that was live.
    Marker,
    /// Nowhere: this is the first.
    Nowhere,
}

/// What is only known when a run is over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// What is live now.
    pub live: Option<String>,
    /// Older generations that were deleted.
    pub deleted: Vec<String>,
}

impl Totals {
    /// Adds tables up. `rows` are the exact ones.
    pub fn of(tables: &[Table], rows: Option<u64>) -> Self {
        let mut effects = BTreeMap::new();
        for column in tables.iter().flat_map(|table| &table.columns) {
            *effects.entry(column.effect.clone()).or_insert(0) += 1;
        }
        let columns = tables.iter().map(|table| table.columns.len() as u64).sum();
        Self { tables: tables.len() as u64, columns, effects, rows: rows.map(Count::from) }
    }
}

impl Subject {
    /// A generation.
    pub fn generation(staging: &str, id: &str) -> Self {
        let lines = format!("bauta/1 generation\n{staging}\n{id}\n");
        Self::with_digest(format!("generation {staging}/{id}"), super::digest(lines.as_bytes()))
    }

    /// A file of the package.
    pub fn file(name: &str, bytes: &[u8]) -> Self {
        Self::with_digest(name.to_owned(), super::digest(bytes))
    }

    fn with_digest(name: String, sha256: String) -> Self {
        Self { name, digest: BTreeMap::from([("sha256".to_owned(), sha256)]) }
    }
}
