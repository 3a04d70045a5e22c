//! Rule files from disk: the file itself, the schema snapshot beside it, and the scripts that it names.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Common, endpoint, output};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::failure::{Failure, Kind, cause};
use crate::node::MAX_BYTES;
use crate::plan::{self, Plan, Script};
use crate::rules::{self, RuleFile};
use crate::schema::Schema;

/// Largest schema snapshot and largest script in bytes: a hundred times those of the largest schemas tried.
pub(super) const LARGEST: usize = 100_000_000;

/// A rule file with what belongs to it.
pub(super) struct Loaded {
    pub(super) rules: RuleFile,
    pub(super) snapshot: Option<Schema>,
    scripts: Vec<Script>,
}

/// Reads a rule file, its snapshot (`schema`, or `NAME.schema.json` beside the rules) and its scripts.
///
/// # Errors
/// Every mistake of the language, a file that cannot be read, a snapshot that is none (exit 2).
pub(super) fn load(path: &Path, schema: Option<&Path>) -> Result<Loaded, Failure> {
    let text = text(path, MAX_BYTES).map_err(|error| {
        Failure::usage(format!("the rule file {} cannot be read: {}", path.display(), cause(&error)))
    })?;
    // A link may lead to a password or a key: lines of what nobody wrote as rules are not shown.
    if !["version", "tables"].iter().any(|key| text.contains(key)) {
        return Err(Failure::usage(format!(
            "{} is no rule file: it has neither `version:` nor `tables:`",
            path.display()
        ))
        .remedy("`bauta init` writes a first one; `bauta schema` describes it for editors"));
    }
    let beside = snapshot_path(path);
    let rules = match rules::read_all(&path.display().to_string(), &text) {
        (Some(rules), found) if found.list.is_empty() => rules,
        (rules, found) => return Err(with_names(rules, found, schema.unwrap_or(&beside)).into()),
    };
    let snapshot = match schema {
        Some(path) => Some(read_snapshot(path)?),
        None if beside.exists() => Some(read_snapshot(&beside)?),
        None => None,
    };
    let mut scripts = Vec::new();
    let mut missing = Vec::new();
    for script in &rules.after_load {
        let file = path.parent().unwrap_or(Path::new("")).join(&script.value);
        match self::text(&file, LARGEST) {
            Ok(sql) => scripts.push(Script { name: script.value.clone(), sql }),
            Err(error) => missing.push(Diagnostic::error(
                script.span,
                format!("the script {} cannot be read: {}", file.display(), cause(&error)),
            )),
        }
    }
    if missing.is_empty() {
        return Ok(Loaded { rules, snapshot, scripts });
    }
    Err(Diagnostics { file: rules.path, text: rules.text, list: missing }.into())
}

/// Mistakes of the language, and those in names that can be told all the same, so that one run finds both.
fn with_names(rules: Option<RuleFile>, mut found: Diagnostics, schema: &Path) -> Diagnostics {
    if let Some(rules) = rules {
        let schema = schema.exists().then(|| read_snapshot(schema).ok()).flatten();
        found.list.extend(plan::names::mistakes(&rules, schema.as_ref()));
        found.list.sort_by_key(|one| one.span);
        found.list.dedup();
    }
    found
}

/// A file's text. What is larger is not read to its end: a link may lead to a device that has none.
///
/// # Errors
/// It cannot be read, is larger, or is no UTF-8.
pub(super) fn text(path: &Path, largest: usize) -> io::Result<String> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(largest as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > largest {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// The day that it is now, in UTC.
pub(super) fn today() -> jiff::civil::Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Where a rule file's schema snapshot stands: `shop.yaml` has `shop.schema.json` beside it.
pub(super) fn snapshot_path(rules: &Path) -> PathBuf {
    rules.with_extension("schema.json")
}

/// Reads a schema snapshot.
///
/// # Errors
/// The file cannot be read or holds something else (exit 2).
pub(super) fn read_snapshot(path: &Path) -> Result<Schema, Failure> {
    let text = text(path, LARGEST).map_err(|error| {
        Failure::usage(format!("the schema snapshot {} cannot be read: {}", path.display(), cause(&error)))
    })?;
    Schema::from_json(&text).map_err(|why| {
        Failure::usage(format!("{} is no schema snapshot: {why}", path.display()))
            .remedy("write it again with `bauta snapshot`")
    })
}

impl Loaded {
    /// The scripts of `after_load`, in order.
    pub(super) fn scripts(&self) -> &[Script] {
        &self.scripts
    }

    /// Refuses what has expired, by the day that it is now (UTC).
    ///
    /// # Errors
    /// Exceptions or exempt rows whose last day is over (exit 4).
    pub(super) fn unexpired(&self) -> Result<(), Failure> {
        let list = self.rules.expired(today());
        if list.is_empty() {
            return Ok(());
        }
        let what =
            if list.len() == 1 { "1 permission has".to_owned() } else { format!("{} permissions have", list.len()) };
        let found = Diagnostics { file: self.rules.path.clone(), text: self.rules.text.clone(), list };
        let message = format!("{what} expired in {}", self.rules.path);
        Err(Failure { kind: Kind::Refused, message, ..Failure::from(found) })
    }

    /// Takes the environment that `--env` names; without it all rows travel.
    ///
    /// # Errors
    /// The file has no such environment (exit 2).
    pub(super) fn for_environment(mut self, name: Option<&str>) -> Result<Self, Failure> {
        self.rules.choose(name)?;
        Ok(self)
    }

    /// The schema to resolve against: that of a database (`--source`), else the snapshot's.
    ///
    /// # Errors
    /// There is neither (exit 2), or the database cannot be read.
    pub(super) async fn schema_of(&self, source: Option<&str>) -> Result<Cow<'_, Schema>, Failure> {
        match (source, &self.snapshot) {
            (Some(uri), snapshot) => Ok(Cow::Owned(endpoint::schema(Some(uri), snapshot.as_ref()).await?)),
            (None, Some(snapshot)) => Ok(Cow::Borrowed(snapshot)),
            (None, None) => {
                let path = &self.rules.path;
                Err(Failure::usage(format!("there is no schema to check {path} against")).remedy(format!(
                    "write a snapshot with `bauta snapshot {path}`, or name a database with `--source`"
                )))
            }
        }
    }

    /// Resolves the rules against a schema, and prints what they are warned about. With `strict`, a warning is a
    /// mistake.
    ///
    /// # Errors
    /// Every mistake (exit 2).
    pub(super) fn resolve(
        &self,
        schema: &Schema,
        common: &Common,
        strict: bool,
    ) -> Result<(Plan, Diagnostics), Failure> {
        let (plan, mut found) = plan::resolve(&self.rules, schema, self.snapshot.as_ref(), self.scripts.clone());
        if strict {
            found.list.iter_mut().for_each(|warning| warning.severity = Severity::Error);
        }
        match plan {
            Some(plan) if !found.has_errors() => {
                if !common.quiet && !found.list.is_empty() {
                    output::warnings(&found, common.log_format);
                }
                Ok((plan, found))
            }
            _ => Err(found.into()),
        }
    }
}
