//! The evidence of a run: what was done to which column by which rules, what was checked, and how it ended; never a
//! value. An in-toto statement (Statement v1) in a DSSE envelope (v1.0), signed where there is a key, and chained to the
//! record before it. Bytes in, bytes out: files, clocks and keys' files are left to the command line.
//!
//! A package is a folder. Each run leaves a record before it publishes (its digest goes into the marker of the database
//! that it publishes) and one when it is over, with a page for people; [`SUMS`] lists their digests in their order, as
//! `sha256sum -c` reads them.

use sha2::{Digest as _, Sha256};

mod count;
mod envelope;
mod page;
mod record;
mod seal;
mod sound;
mod verify;

pub use count::{Count, without_small_counts};
pub use envelope::{Envelope, Signature};
pub use page::page;
pub use record::{
    Chain, Column, End, Ending, Failed, FoundIn, Generations, Key, Outcome, Program, Record, Rules, Schema, Script,
    Statement, Subject, Table, Totals,
};
pub use seal::{Sealed, seal};
pub use verify::{Checked, Verdict, verify, verify_one};

/// The list of a package's files with their SHA-256, in the order in which they were written.
pub const SUMS: &str = "SHA256SUMS";

/// SHA-256 as 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
