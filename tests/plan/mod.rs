//! Plans of small schemas, as data: `cases/plan/*.txt`.
//!
//! A case is a line `=== what it shows`, CREATE statements, a line `--- rules`, the rule file, perhaps a line
//! `--- snapshot` with the CREATE statements that were reviewed (the same ones if left out, none if it says `none`), and
//! lines `=> ` with what comes of it: a finding as `line:column error: message`, or a column of the plan.
//! `BAUTA_REGENERATE=1` writes them anew, to be read in the diff.

pub(crate) mod ddl;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bauta::diagnostic::{Diagnostic, Diagnostics, Severity};
use bauta::plan::{self, Plan, Rows, SequenceState};
use bauta::rules;

#[derive(Default)]
struct Case {
    name: String,
    /// Everything but the expectations, as written.
    text: String,
    expected: Vec<String>,
}

fn cases(file: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in file.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("=== ") {
            cases.push(Case { name: name.trim_end().to_owned(), ..Case::default() });
        } else if let Some(case) = cases.last_mut() {
            match line.strip_prefix("=> ") {
                Some(expected) => case.expected.push(expected.trim_end().to_owned()),
                None => case.text.push_str(line),
            }
        }
    }
    cases
}

fn outcome(case: &Case) -> Vec<String> {
    let (sql, rest) = case.text.split_once("--- rules\n").unwrap_or_else(|| panic!("{}: no `--- rules`", case.name));
    let (yaml, reviewed) = rest.split_once("--- snapshot\n").unwrap_or((rest, sql));
    let schema = ddl::schema(sql);
    let snapshot = (reviewed.trim() != "none").then(|| ddl::schema(reviewed));
    let found;
    let mut lines = Vec::new();
    match rules::read("case.yaml", yaml) {
        Err(mistakes) => found = mistakes,
        Ok(rules) => {
            let (plan, mistakes) = plan::resolve(&rules, &schema, snapshot.as_ref(), Vec::new());
            assert_eq!(plan.is_none(), mistakes.has_errors(), "{}", case.name);
            found = mistakes;
            lines = plan.as_ref().map(shown).unwrap_or_default();
        }
    }
    let mut said: Vec<String> = found.list.iter().map(|one| finding(&found, one)).collect();
    said.append(&mut lines);
    said
}

fn finding(found: &Diagnostics, one: &Diagnostic) -> String {
    let at = |span| {
        let (line, column) = found.place(span);
        format!("{line}:{column}")
    };
    let severity = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{} {severity}: {}", one.span.map_or("-".to_owned(), at), one.message);
    if !one.label.is_empty() {
        write!(text, " ({})", one.label).unwrap();
    }
    for (span, label) in &one.related {
        write!(text, " [{} {label}]", at(*span)).unwrap();
    }
    text
}

fn shown(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    for table in &plan.tables {
        let into = if table.into == table.table { String::new() } else { format!(" into {}", table.into) };
        let rows = match &table.rows {
            Rows::All => String::new(),
            Rows::None => " without rows".to_owned(),
            Rows::Where(sql) => format!(" where {sql}"),
        };
        if !into.is_empty() || !rows.is_empty() {
            lines.push(format!("{}{into}{rows}", table.table));
        }
        for column in &table.columns {
            let mut line = format!("{}: {}", column.facts.column, column.described());
            if column.mask.name != "keep" {
                write!(line, " in {}", column.domain).unwrap();
            }
            if let Some(per) = column.per {
                write!(line, " per {}", table.columns[per].facts.column.column).unwrap();
            }
            if column.facts.unique && column.mask.name != "keep" {
                line.push_str(", unique");
            }
            write!(line, " ({})", column.because).unwrap();
            lines.push(line);
        }
    }
    for sequence in &plan.sequences {
        if let SequenceState::Above { value, column } = &sequence.state {
            lines.push(format!("{} goes on above {value}, because of {column}", sequence.sequence));
        }
    }
    lines
}

#[test]
fn rules_and_a_schema_give_this_plan_or_these_mistakes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/plan");
    let regenerate = std::env::var_os("BAUTA_REGENERATE").is_some();
    let mut wrong = Vec::new();
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let mut written = String::new();
        for case in cases(&fs::read_to_string(&path).unwrap()) {
            let outcome = outcome(&case);
            if outcome != case.expected {
                wrong.push(format!("{}: {}: {outcome:#?}, not {:#?}", path.display(), case.name, case.expected));
            }
            write!(written, "=== {}\n{}", case.name, case.text).unwrap();
            outcome.iter().for_each(|line| writeln!(written, "=> {line}").unwrap());
        }
        if regenerate {
            fs::write(&path, written).unwrap();
        }
    }
    assert!(regenerate || wrong.is_empty(), "{}", wrong.join("\n"));
}
