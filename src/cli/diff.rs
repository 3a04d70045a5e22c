//! `bauta diff`: two versions of a rule file in plain words, graded. Versions are files, or files of git revisions.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::{Common, Format, audit as audit_command, output};
use crate::audit::{self, Input, Register, Run};
use crate::diff::{self, Change, Grade, Version};
use crate::failure::{Failure, Kind, cause};
use crate::plan::{self, Script};
use crate::rules::{self, RuleFile};
use crate::schema::Schema;

/// Says what changed between two versions of a rule file, in plain words, graded weaker, stronger or neutral
#[derive(Args)]
pub(super) struct Diff {
    /// The old rule file: a path, or REV:PATH of a git repository, such as main:rules/shop.yaml
    old: String,
    /// The new one
    new: String,
    /// The schema snapshot of the old one; by default the one beside it
    #[arg(long)]
    old_schema: Option<String>,
    /// The schema snapshot of the new one; by default the one beside it
    #[arg(long)]
    new_schema: Option<String>,
    /// The environment to compare for
    #[arg(long)]
    env: Option<String>,
    /// The report of a run, for the rows of each table
    #[arg(long, value_name = "RUN.json")]
    report: Option<PathBuf>,
    /// End with exit code 6 where something is graded like this
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A change is weaker
    Weaker,
    /// Anything has changed
    Any,
}

/// One version with what belongs to it.
struct Loaded {
    rules: RuleFile,
    register: Register,
    scripts: Vec<(String, String)>,
}

impl Diff {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let run = self.report.as_deref().map(audit_command::read_report).transpose()?;
        let old = self.load(&self.old, self.old_schema.as_deref(), run.clone())?;
        let new = self.load(&self.new, self.new_schema.as_deref(), run)?;
        let changes = diff::compare(old.version(), new.version());
        let count = |grade: Grade| changes.iter().filter(|change| change.grade == grade).count();
        let counts = [Grade::Weaker, Grade::Neutral, Grade::Stronger].map(|grade| (grade.word(), count(grade)));
        output::result(match common.format {
            Format::Json => {
                let counts: serde_json::Map<_, _> =
                    counts.iter().map(|(word, count)| ((*word).to_owned(), json!(count))).collect();
                let compared = json!({"old": self.old, "new": self.new, "counts": counts, "changes": changes});
                serde_json::to_string_pretty(&compared).unwrap_or_default()
            }
            _ => text(&changes, &counts),
        })?;
        let (fails, what) = match self.fail_on {
            Some(FailOn::Weaker) => (count(Grade::Weaker), "weaker"),
            Some(FailOn::Any) => (changes.len(), "different"),
            None => (0, ""),
        };
        if fails == 0 {
            return Ok(());
        }
        let verb = if fails == 1 { "change makes the rules" } else { "changes make the rules" };
        Err(Failure::new(Kind::Found, format!("{fails} {verb} {what}")))
    }

    fn load(&self, name: &str, schema: Option<&str>, run: Option<Run>) -> Result<Loaded, Failure> {
        let place = Place::of(name);
        let text = place.read()?;
        let mut rules = rules::read(name, &text)?;
        rules.choose(self.env.as_deref())?;
        let snapshot = schema.map_or_else(|| place.beside(|path| path.with_extension("schema.json")), Place::of);
        let schema = snapshot.read().map_err(|failure| {
            failure
                .remedy("two rule files are compared as they resolve, each against its snapshot: see `bauta snapshot`")
        })?;
        let schema = Schema::from_json(&schema)
            .map_err(|why| Failure::usage(format!("{} is no schema snapshot: {why}", snapshot.name())))?;
        let mut scripts = Vec::new();
        for script in &rules.after_load {
            let at = place.beside(|path| path.with_file_name("").join(&script.value));
            scripts.push((script.value.clone(), at.read()?));
        }
        let run_scripts = scripts.iter().map(|(name, sql)| Script { name: name.clone(), sql: sql.clone() }).collect();
        let (plan, found) = plan::resolve(&rules, &schema, Some(&schema), run_scripts);
        let Some(plan) = plan.filter(|_| !found.has_errors()) else {
            return Err(found.into());
        };
        let register = audit::register(Input {
            rules: &rules,
            plan: &plan,
            schema: &schema,
            reviewed: true,
            online: false,
            today: None,
            signed: Default::default(),
            run,
            distinct: Default::default(),
            carriers: None,
        });
        Ok(Loaded { rules, register, scripts })
    }
}

impl Loaded {
    fn version(&self) -> Version<'_> {
        Version { rules: &self.rules, register: &self.register, scripts: &self.scripts }
    }
}

fn text(changes: &[Change], counts: &[(&str, usize)]) -> String {
    if changes.is_empty() {
        return "nothing changes".to_owned();
    }
    let mut lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let counts: Vec<String> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    lines.push(format!("{} changes: {}", changes.len(), counts.join(", ")));
    lines.join("\n")
}

/// Where a version stands.
enum Place {
    File(PathBuf),
    /// A revision of a git repository and a path in it, as `git show` takes them.
    Git(String, PathBuf),
}

impl Place {
    /// A path that is there is that file; what else has a colon names a revision.
    fn of(name: &str) -> Self {
        match name.split_once(':') {
            Some((revision, path)) if !Path::new(name).exists() && !revision.is_empty() && !path.is_empty() => {
                Place::Git(revision.to_owned(), path.into())
            }
            _ => Place::File(name.into()),
        }
    }

    fn beside(&self, at: impl Fn(&Path) -> PathBuf) -> Self {
        match self {
            Place::File(path) => Place::File(at(path)),
            Place::Git(revision, path) => Place::Git(revision.clone(), at(path)),
        }
    }

    fn name(&self) -> String {
        match self {
            Place::File(path) => path.display().to_string(),
            Place::Git(revision, path) => format!("{revision}:{}", path.display()),
        }
    }

    fn read(&self) -> Result<String, Failure> {
        let unreadable = |why: String| Failure::usage(format!("{} cannot be read: {why}", self.name()));
        match self {
            Place::File(path) => {
                super::rules::text(path, super::rules::LARGEST).map_err(|error| unreadable(cause(&error)))
            }
            Place::Git(..) => {
                // A name that begins with `-` is no option behind this.
                let shown = Command::new("git").args(["show", "--end-of-options", &self.name()]).output();
                let shown = shown.map_err(|error| unreadable(format!("git does not run ({})", cause(&error))))?;
                if !shown.status.success() {
                    return Err(if git_is_here() {
                        unreadable("git has no such revision or file".to_owned())
                    } else {
                        unreadable("this folder is in no git repository, or in none that git trusts".to_owned())
                            .remedy("run it inside of the repository that has the revision")
                    });
                }
                String::from_utf8(shown.stdout).map_err(|_| unreadable("it is no text".to_owned()))
            }
        }
    }
}

/// Whether git finds a repository where we are.
fn git_is_here() -> bool {
    Command::new("git").args(["rev-parse", "--git-dir"]).output().is_ok_and(|found| found.status.success())
}
