//! What changes between two versions of a rule file, as data: `cases/diff/changes.txt` begins with a schema and rules; each
//! case replaces pieces of the rules (`-` by `+`) or of the schema (`s-` by `s+`), and lists what is said (`=>`).
//! `BAUTA_REGENERATE=1` writes that anew, to be read in the diff.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use bauta::audit::{self, Input, Register};
use bauta::diff::{self, Change, Version};
use bauta::plan;
use bauta::rules::{self, RuleFile};

use crate::plan::ddl;
use crate::support::{bauta, run};

fn resolved(name: &str, sql: &str, yaml: &str) -> (RuleFile, Register) {
    let schema = ddl::schema(sql);
    let rules = rules::read("case.yaml", yaml).unwrap_or_else(|found| panic!("{name}: {:#?}", found.list));
    let (plan, found) = plan::resolve(&rules, &schema, Some(&schema), Vec::new());
    let plan = plan.unwrap_or_else(|| panic!("{name}: {:#?}", found.list));
    let register = audit::register(Input {
        rules: &rules,
        plan: &plan,
        schema: &schema,
        reviewed: true,
        online: false,
        today: None,
        signed: Default::default(),
        run: None,
        distinct: BTreeMap::new(),
        carriers: None,
    });
    (rules, register)
}

fn compared(old: &(RuleFile, Register), new: &(RuleFile, Register)) -> Vec<Change> {
    diff::compare(
        Version { rules: &old.0, register: &old.1, scripts: &[] },
        Version { rules: &new.0, register: &new.1, scripts: &[] },
    )
}

/// The pieces of a case: what is replaced by what, lines that stand together as one.
fn replacements(case: &str, minus: &str, plus: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut adding = true;
    for line in case.lines() {
        if let Some(old) = line.strip_prefix(minus) {
            if adding {
                found.push((String::new(), String::new()));
            }
            adding = false;
            let piece = &mut found.last_mut().unwrap().0;
            *piece += if piece.is_empty() { "" } else { "\n" };
            *piece += old;
        } else if let Some(new) = line.strip_prefix(plus) {
            adding = true;
            let piece = &mut found.last_mut().unwrap().1;
            *piece += if piece.is_empty() { "" } else { "\n" };
            *piece += new;
        }
    }
    found
}

fn replaced(name: &str, text: &str, pieces: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for (old, new) in pieces {
        assert_eq!(text.matches(old.as_str()).count(), 1, "{name}: {old:?} stands there once");
        text = text.replace(old.as_str(), new);
    }
    text
}

#[test]
fn every_kind_of_change_is_said_and_graded() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/diff/changes.txt");
    let file = fs::read_to_string(&path).unwrap();
    let (head, cases) = file.split_once("=== ").unwrap();
    let (sql, yaml) = head.strip_prefix("--- schema\n").unwrap().split_once("--- rules\n").unwrap();
    let base = resolved("base", sql, yaml);
    assert_eq!(compared(&base, &base), [], "nothing differs from itself");
    let mut written = head.to_owned();
    let mut kinds = BTreeSet::new();
    for case in format!("=== {cases}").split("=== ").skip(1) {
        let text: String = case.split_inclusive('\n').filter(|line| !line.starts_with("=> ")).collect();
        let name = text.lines().next().unwrap();
        let sql = replaced(name, sql, &replacements(&text, "s- ", "s+ "));
        let yaml = replaced(name, yaml, &replacements(&text, "- ", "+ "));
        let changes = compared(&base, &resolved(name, &sql, &yaml));
        write!(written, "=== {text}").unwrap();
        for change in &changes {
            kinds.insert((change.kind, change.grade));
            writeln!(written, "=> {change}").unwrap();
        }
    }
    if std::env::var_os("BAUTA_REGENERATE").is_some() {
        fs::write(&path, &written).unwrap();
    }
    assert_eq!(written, file, "BAUTA_REGENERATE=1 writes what it is now");
    assert!(kinds.len() >= 25, "{} kinds of change with their grades", kinds.len());
}

#[test]
fn files_and_revisions_are_compared_and_ci_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let ran = Command::new("git")
            .current_dir(folder.path())
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"])
            .args(arguments)
            .output()
            .unwrap();
        assert!(ran.status.success(), "{arguments:?}");
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    for file in ["shop.yaml", "shop.schema.json", "shop-after-load.sql"] {
        fs::copy(root.join(file), folder.path().join(file)).unwrap();
    }
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "rules"]);
    let rules = fs::read_to_string(folder.path().join("shop.yaml")).unwrap();
    let shorter = rules.replace(
        "person.birth_date: { mask: date_shift, within: 180d }",
        "person.birth_date: { mask: date_shift, within: 7d }",
    );
    fs::write(folder.path().join("shop.yaml"), shorter).unwrap();
    let diff = |arguments: &[&str]| {
        let mut command = bauta(&["diff"]);
        command.current_dir(folder.path()).args(arguments);
        run(command)
    };
    let ran = diff(&["HEAD:shop.yaml", "shop.yaml", "--fail-on", "weaker"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    let said = "customers.birth_date: date_shift within: 180d -> 7d (weaker, person.birth_date)";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    let ran = diff(&["shop.yaml", "HEAD:shop.yaml", "--fail-on", "weaker"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("stronger"), "{}", ran.stdout);
    let ran = diff(&["HEAD:shop.yaml", "HEAD:shop.yaml", "--fail-on", "any"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "nothing changes\n"), "{}", ran.stderr);
    for odd in ["HEAD:none.yaml", "--output=x:shop.yaml", "none.yaml", "nosuch:shop.yaml"] {
        let ran = diff(&["--", odd, "shop.yaml"]);
        assert_eq!(ran.code, 2, "{odd}: {}", ran.stderr);
        assert!(!ran.stderr.contains("repository"), "{odd}: {}", ran.stderr);
    }
    assert!(!folder.path().join("x").exists());
    fs::remove_dir_all(folder.path().join(".git")).unwrap();
    let mut command = bauta(&["diff", "HEAD:shop.yaml", "shop.yaml"]);
    // The folders of a build may lie in a repository themselves.
    command.current_dir(folder.path()).env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap());
    let ran = run(command);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("this folder is in no git repository"), "{}", ran.stderr);
}
