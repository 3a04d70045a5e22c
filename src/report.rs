//! What a run tells while it goes (events) and when it is over (the report). Names, counts and times only.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::schema::TableName;

/// Something worth telling while a run goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A stage of the run begins; a few words such as `creating the shadow database`.
    Stage(String),
    /// Something that the user should know but that does not end the run.
    Warning(String),
    /// Rows are about to stream: tables with their estimated rows.
    Tables(Vec<(TableName, u64)>),
    /// More rows of a table have been written.
    Rows {
        /// The table.
        table: TableName,
        /// Rows more.
        rows: u64,
        /// Bytes more, as written to the sink.
        bytes: u64,
    },
    /// A table has arrived whole.
    TableDone {
        /// The table.
        table: TableName,
        /// All its rows.
        rows: u64,
        /// Seconds from its first to its last row.
        seconds: f64,
    },
}

/// Hears what happens; the command line shows it. Must not block.
pub trait Observer: Send + Sync {
    /// Takes one event.
    fn event(&self, event: Event);
}

/// Keeps the evidence of a run.
pub trait Recorder: Send + Sync {
    /// Records that every check passed, before anything is published. Returns the record's digest, if there is one.
    ///
    /// # Errors
    /// It cannot be written; then nothing is published.
    fn passed(&self, report: &Report) -> Result<Option<String>, Failure>;
}

/// The report of one run that reached its end.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Random id of the run.
    pub run: String,
    /// Program version.
    pub bauta: String,
    /// The rule file's `name:`.
    pub rules: String,
    /// SHA-256 of the rule file, hexadecimal.
    pub rules_digest: String,
    /// The environment (`--env`) that it was made for.
    pub environment: Option<String>,
    /// Tells keys apart; `None` where the key was made for this run only.
    pub key_fingerprint: Option<String>,
    /// RFC 3339 times, UTC.
    pub started: String,
    /// When everything was published.
    pub finished: String,
    /// Wall time in seconds.
    pub seconds: f64,
    /// What the run was told to accept, and what it warned about.
    pub warnings: Vec<String>,
    /// What was checked before publishing, one line each.
    pub checks: Vec<String>,
    /// Per table.
    pub tables: Vec<TableReport>,
    /// How well rows hide that keep what may point at a person together with others: one entry a table that has such columns.
    pub k_anonymity: Vec<KAnonymity>,
    /// What was published: a generation's id, or a folder.
    pub published: String,
    /// Older generations that were dropped, one line each: which, of when, and until when it was kept.
    pub dropped: Vec<String>,
}

/// One table of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableReport {
    /// Name as a rule file writes it.
    pub table: String,
    /// Rows written.
    pub rows: u64,
    /// Rows of production that stayed behind; `None` where they were not counted: all rows travelled, or the server left
    /// them out by a condition, or none was looked at.
    pub left_out: Option<u64>,
    /// Rows among those written that were exempt from masks; `None` where the rules exempt none.
    pub exempt: Option<u64>,
    /// Bytes written.
    pub bytes: u64,
    /// Seconds from first to last row.
    pub seconds: f64,
    /// Per column: name and mask with its parameters.
    pub columns: Vec<ColumnReport>,
}

/// How many rows share each combination of the quasi-identifiers that staging shows truly (k-anonymity: P. Samarati and
/// L. Sweeney, 1998). Exempt rows are not counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KAnonymity {
    /// The table as a rule file writes it; of partitions their root.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
    /// Rows that were counted.
    pub rows: u64,
    /// Rows that share the rarest combination; where not all combinations were counted, the rarest of these.
    pub k: u64,
    /// Rows that share theirs with fewer than [`KAnonymity::FEW`] in all; about, where not all combinations were counted.
    pub few: u64,
    /// The share of combinations that were counted, each with all its rows: 1 unless there are very many.
    pub share: f64,
}

impl KAnonymity {
    /// Fewer rows than these that share their values, and a person may be found among them.
    pub const FEW: u64 = 5;
}

/// In a few words, without the columns.
impl fmt::Display for KAnonymity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, k, few, share, .. } = self;
        let about = if *share < 1.0 { "about " } else { "" };
        if *few > 0 {
            let others = Self::FEW - 1;
            write!(f, "{about}{few} rows of {rows} share their combination with fewer than {others} others (k = {k}")?;
        } else {
            write!(f, "every combination is shared by {k} rows or more (k = {k}")?;
        }
        if *share < 1.0 {
            write!(f, "; one combination in {} was counted", 1.0 / share)?;
        }
        f.write_str(")")
    }
}

/// What a masked column looks like in production and on staging, over the rows that were looked at. Pairs are production,
/// staging. It tells no value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnShape {
    /// Rows that were looked at.
    pub rows: u64,
    /// Shares of NULL.
    pub nulls: [f64; 2],
    /// Different values, about.
    pub distinct: [u64; 2],
    /// Shares of the most frequent value.
    pub top: Option<[f64; 2]>,
    /// Bytes of the text in the middle.
    pub length: Option<[f64; 2]>,
    /// Bytes that 19 of 20 texts do not exceed.
    pub longest: Option<[f64; 2]>,
    /// How far numbers, dates or times moved, in shares of the distance between production's quarters.
    pub moved: Option<f64>,
}

/// One column of a report.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnReport {
    /// Name.
    pub column: String,
    /// The mask's name and parameters, such as `date_shift within: 30d`.
    pub mask: String,
    /// Why it has this mask: the rule's place, or what it follows.
    pub because: String,
    /// Its shape on both sides, where it is masked and its mask looks at values.
    pub shape: Option<ColumnShape>,
}
