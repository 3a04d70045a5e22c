//! `bauta approve`: signs a rule file with the schema that was reviewed, as a file beside it; and what `--require-approval`
//! of other commands asks.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::record::signing_key;
use super::rules::{self, Loaded};
use super::{Common, output};
use crate::approval::{self, Approval, Approver, Found, Subject};
use crate::audit::Signed;
use crate::diagnostic::Diagnostics;
use crate::failure::{Failure, cause};

/// Signs a rule file, with its schema snapshot and scripts, as somebody who reviewed them
///
/// The approval is a file beside the rules, for their repository. What the rules say counts, not how it is written: comments
/// and the order of keys may change.
#[derive(Args)]
pub(super) struct Approve {
    /// The rule file
    #[arg(required_unless_present = "print_line")]
    rules: Option<PathBuf>,
    /// The approver's private Ed25519 key: PEM, or the 64 digits of `bauta keygen`; nobody else may read the file
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The reviewed schema snapshot, if it is not beside the rules
    #[arg(long)]
    schema: Option<PathBuf>,
    /// Print the line for the list of approvers, with this name, and sign nothing
    #[arg(long, value_name = "NAME", conflicts_with = "rules")]
    print_line: Option<String>,
}

/// How many approvals a command asks for.
#[derive(Args, Clone, Default)]
pub(super) struct Required {
    /// Go on only if so many of the approvers have approved the rules as they are
    #[arg(long, value_name = "N", requires = "approvers", value_parser = clap::value_parser!(u16).range(1..))]
    require_approval: Option<u16>,
    /// Who may approve: a line for each, as `bauta approve --print-line NAME` prints it
    #[arg(long, value_name = "FILE")]
    approvers: Option<PathBuf>,
}

impl Approve {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let key = signing_key(&self.key)?;
        if let Some(name) = &self.print_line {
            let odd = name.trim().is_empty() || name.starts_with('#') || name.chars().any(char::is_control);
            if odd {
                return Err(Failure::usage("an approver has a name of a word or a few")
                    .remedy("such as --print-line \"Ann Lee\"; no control characters, no # in front"));
            }
            return output::result(approval::line(name.trim(), &key.public()));
        }
        let Some(path) = &self.rules else { return Err(Failure::usage("no rule file is named")) };
        let loaded = rules::load(path, self.schema.as_deref())?;
        let subject = subject(&loaded)?;
        // What is approved must stand against the schema that it is approved with.
        if let Some(schema) = &loaded.snapshot {
            loaded.resolve(schema, common, false)?;
        }
        loaded.unexpired()?;
        let approval = Approval::sign(subject, jiff::Timestamp::now().to_string(), &key);
        let file = path.with_extension(format!("{}.approval", approval.key));
        fs::write(&file, approval.to_json())
            .map_err(|error| Failure::world(format!("{} cannot be written: {}", file.display(), cause(&error))))?;
        output::result(format!("{}: approved; put it beside the rules into their repository", file.display()))
    }
}

impl Required {
    /// Refuses rules that too few have approved. Gives the names of those who have, or nothing where none is asked for.
    ///
    /// # Errors
    /// Too few approvals (exit 4); the list of approvers is none or shorter than what is asked for (exit 2).
    pub(super) fn check(&self, loaded: &Loaded) -> Result<Vec<String>, Failure> {
        let (Some(needed), Some(list)) = (self.require_approval, &self.approvers) else {
            return Ok(Vec::new());
        };
        let needed = usize::from(needed);
        let name = list.display();
        let approvers = approvers(list)?;
        if approvers.len() < needed {
            let there = approvers.len();
            return Err(Failure::usage(format!(
                "{needed} approvals are asked for, and {name} lists {there} approvers"
            )));
        }
        let path = Path::new(&loaded.rules.path);
        let count = approval::count(&subject(loaded)?, &beside(path)?, &approvers);
        if count.approved.len() >= needed {
            return Ok(count.approved);
        }
        let by = if count.approved.is_empty() { "nobody".to_owned() } else { count.approved.join(", ") };
        let mut message = format!("{} needs {needed} approvals and is approved by {by}", path.display());
        count.refused.iter().for_each(|why| message.push_str(&format!("; {why}")));
        Err(Failure::refused(message).remedy("let them be reviewed, and approved with `bauta approve`"))
    }
}

/// Who signed rules as they are, for the register. Without a list of approvers nothing is checked.
///
/// # Errors
/// The list of approvers is none, or there is no schema snapshot that could have been approved (exit 2).
pub(super) fn signed(loaded: &Loaded, list: Option<&Path>) -> Result<Signed, Failure> {
    let found = beside(Path::new(&loaded.rules.path))?;
    let Some(list) = list else {
        return Ok(Signed { unchecked: found.len(), ..Signed::default() });
    };
    let count = approval::count(&subject(loaded)?, &found, &approvers(list)?);
    Ok(Signed { by: Some(count.approved), unchecked: 0, refused: count.refused })
}

/// Reads a list of approvers.
fn approvers(list: &Path) -> Result<Vec<Approver>, Failure> {
    let name = list.display();
    let text = fs::read_to_string(list)
        .map_err(|error| Failure::usage(format!("the list of approvers {name} cannot be read: {}", cause(&error))))?;
    approval::approvers(&text).map_err(|(line, why)| {
        Failure::usage(format!("{name}:{line}: {why}"))
            .remedy("each approver prints a line with `bauta approve --print-line NAME --key FILE`")
    })
}

fn subject(loaded: &Loaded) -> Result<Subject, Failure> {
    let rules = &loaded.rules;
    let Some(schema) = &loaded.snapshot else {
        return Err(Failure::usage(format!("{} has no schema snapshot that could be approved with it", rules.path))
            .remedy(format!("write one with `bauta snapshot {}`", rules.path)));
    };
    Subject::new(&rules.text, schema, loaded.scripts())
        .map_err(|list| Diagnostics { file: rules.path.clone(), text: rules.text.clone(), list }.into())
}

/// The approvals beside a rule file: `shop.yaml` has `shop.KEY.approval`, sorted by name.
fn beside(rules: &Path) -> Result<Vec<Found>, Failure> {
    let folder = rules.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unreadable = |error: std::io::Error| {
        Failure::world(format!("the folder {} cannot be read: {}", folder.display(), cause(&error)))
    };
    let stem = rules.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let key = name.strip_prefix(&format!("{stem}.")).and_then(|rest| rest.strip_suffix(".approval"));
        if key.is_some_and(|key| !key.contains('.')) {
            let read = fs::read_to_string(&path).map_err(|_| "it cannot be read");
            found.push(Found { file: name, approval: read.and_then(|text| Approval::from_json(&text)) });
        }
    }
    found.sort_by(|a: &Found, b| a.file.cmp(&b.file));
    Ok(found)
}
