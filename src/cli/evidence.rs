//! `bauta evidence`: checks what runs left behind, shows a record, prints the public half of a signing key.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::record::{folder, signing_key};
use super::{Common, Format, endpoint, output};
use crate::evidence::{Envelope, Outcome, Verdict, verify, verify_one};
use crate::failure::{Failure, cause};
use crate::postgres::generations::Maintenance;
use crate::postgres::marker::State;
use crate::signature::PublicKey;

/// Checks the evidence that runs left, or shows a record of it
#[derive(Args)]
pub(super) struct Evidence {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Check that nothing was changed, added, removed or put elsewhere: signatures, chain, digests, contradictions
    Verify(Verify),
    /// Print what a record says, as JSON
    Show {
        /// A record (`.json`) of the folder
        file: PathBuf,
    },
    /// Print the public half of a signing key, for those who check
    PublicKey {
        /// The signing key
        file: PathBuf,
    },
}

/// What is checked, and by what.
#[derive(Args)]
struct Verify {
    /// The folder, or one record of it
    path: PathBuf,
    /// Every record has to be signed by this key, or by one of these (give it again after a change of keys)
    #[arg(long, value_name = "FILE")]
    public_key: Vec<PathBuf>,
    /// The folder's last published run has to be the one whose digest this staging's marker holds
    #[arg(long, value_name = "URI")]
    target: Option<String>,
    /// Database of the target's server that bauta keeps its lock in
    #[arg(long, default_value = "postgres")]
    maintenance_db: String,
}

impl Evidence {
    pub(super) async fn run(self, common: &Common) -> Result<(), Failure> {
        match self.what {
            What::Verify(verify) => verify.run(common).await,
            What::Show { file } => show(&file),
            What::PublicKey { file } => output::result(signing_key(&file)?.public().to_pem().trim_end()),
        }
    }
}

impl Verify {
    async fn run(self, common: &Common) -> Result<(), Failure> {
        let keys = self.public_key.iter().map(|path| public_key(path)).collect::<Result<Vec<_>, _>>()?;
        let mut verdict = if self.path.is_dir() {
            verify(&folder::read(&self.path)?, &keys)
        } else {
            let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let page = fs::read(self.path.with_extension("html")).ok();
            verify_one(&name, &read(&self.path)?, page.as_deref(), &keys)
        };
        if let Some(uri) = &self.target {
            self.compare(uri, &mut verdict).await?;
        }
        match common.format {
            Format::Json => output::result(as_json(&verdict))?,
            _ => output::result(text(&verdict))?,
        }
        match verdict.wrong.len() {
            0 => Ok(()),
            count => Err(Failure::data(format!("{count} contradictions in {}", self.path.display()))
                .remedy("what was changed is not what bauta wrote: ask for the original")),
        }
    }

    /// Holds the package against the marker on staging, which nobody can change who has only the folder.
    async fn compare(&self, uri: &str, verdict: &mut Verdict) -> Result<(), Failure> {
        let target = endpoint::target_database(Some(uri))?;
        let maintenance = Maintenance::open(&target, &self.maintenance_db).await?;
        let generations = maintenance.generations().await;
        maintenance.close().await;
        let marked: Vec<_> = generations?
            .into_iter()
            .filter(|(_, marker)| matches!(marker.state, State::Live | State::Previous))
            .filter_map(|(_, marker)| Some((marker.state, marker.generation, marker.evidence?)))
            .collect();
        if !marked.iter().any(|(state, ..)| *state == State::Live) {
            verdict.wrong.push(format!("the live generation of {} was published without evidence", target.database()));
        }
        for (_, generation, digest) in marked {
            let found = verdict.records.iter().any(|checked| checked.digest == digest);
            if !found {
                verdict.wrong.push(format!("the record that generation {generation} was published with is not here"));
            }
        }
        Ok(())
    }
}

fn text(verdict: &Verdict) -> String {
    let mut lines: Vec<String> = verdict
        .records
        .iter()
        .map(|checked| {
            let record = &checked.record;
            let signed = match (&record.signed_by, checked.signed) {
                (Some(key), true) => format!("signed by {key}"),
                (Some(key), false) => format!("signed by {key}, not checked"),
                (None, _) => "not signed".to_owned(),
            };
            let rules = record.rules.name.as_deref().unwrap_or(&record.rules.file);
            let outcome = record.outcome.word();
            format!("{:>6}  {}  {}  {outcome:11}  {rules}  {signed}", record.chain.number, record.began, record.run)
        })
        .collect();
    lines.extend(verdict.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(verdict.wrong.iter().map(|wrong| format!("wrong: {wrong}")));
    if verdict.wrong.is_empty() {
        let runs = verdict.records.iter().filter(|checked| checked.record.outcome != Outcome::Passed).count();
        lines.push(format!("{} records of {runs} runs: nothing contradicts", verdict.records.len()));
    }
    lines.join("\n")
}

fn as_json(verdict: &Verdict) -> serde_json::Value {
    let records: Vec<_> = verdict
        .records
        .iter()
        .map(|checked| {
            json!({
                "file": checked.file,
                "sha256": checked.digest,
                "run": checked.record.run,
                "outcome": checked.record.outcome,
                "began": checked.record.began,
                "signed_by": checked.record.signed_by,
                "signature_holds": checked.signed,
            })
        })
        .collect();
    json!({"ok": verdict.wrong.is_empty(), "records": records, "wrong": verdict.wrong, "notes": verdict.notes})
}

/// Prints the statement inside a record; it is not checked.
fn show(path: &Path) -> Result<(), Failure> {
    let broken = |why: String| Failure::data(format!("{}: {why}", path.display()));
    let payload = Envelope::from_bytes(&read(path)?).and_then(|envelope| envelope.payload()).map_err(broken)?;
    let statement: serde_json::Value =
        serde_json::from_slice(&payload).map_err(|_| broken("its payload is no JSON".to_owned()))?;
    output::result(serde_json::to_string_pretty(&statement).unwrap_or_default())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::world(format!("{} cannot be read: {}", path.display(), cause(&error))))
}

fn public_key(path: &Path) -> Result<PublicKey, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {}", path.display(), cause(&error))))?;
    PublicKey::read(&text).map_err(|why| {
        Failure::usage(format!("{} holds no public key: {why}", path.display()))
            .remedy("print it with `bauta evidence public-key SIGNING-KEY`")
    })
}
