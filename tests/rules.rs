//! Rule files that are wrong, as data: `cases/rules/*.txt` holds texts and what is said about them, with the place.
//!
//! A case is a line `=== what it shows`, the text, and a line `=> line:column message` for each finding (its label in
//! parentheses behind it). `BAUTA_REGENERATE=1` writes the findings anew, to be read in the diff.

use std::fs;
use std::path::Path;

use bauta::diagnostic::{Diagnostic, Diagnostics, render};
use bauta::rules;

use crate::mistakes::processor_time;

/// One text and what is expected of it.
struct Case {
    name: String,
    text: String,
    expected: Vec<String>,
}

fn cases(file: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in file.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix("=== ") {
            cases.push(Case { name: name.trim_end().to_owned(), text: String::new(), expected: Vec::new() });
        } else if let Some(case) = cases.last_mut() {
            match line.strip_prefix("=> ") {
                Some(finding) => case.expected.push(finding.trim_end().to_owned()),
                None => case.text.push_str(line),
            }
        }
    }
    cases
}

/// `\t`, `\r` and `\u{...}` written out, so that a case shows what is in it.
fn unescaped(text: &str) -> String {
    text.replace("<TAB>", "\t").replace("<CR>", "\r").replace("<BOM>", "\u{feff}").replace("<NUL>", "\0")
}

fn line(found: &Diagnostics, one: &Diagnostic) -> String {
    let place = one.span.map_or("-".to_owned(), |span| {
        let (line, column) = found.place(span);
        format!("{line}:{column}")
    });
    match one.label.as_str() {
        "" => format!("{place} {}", one.message),
        label => format!("{place} {} ({label})", one.message),
    }
}

fn said(text: &str) -> Vec<String> {
    match rules::read("case.yaml", text) {
        Ok(_) => Vec::new(),
        Err(found) => {
            shown_where_they_are(&found);
            found.list.iter().map(|one| line(&found, one)).collect()
        }
    }
}

/// What the user sees names the same place, and every finding.
fn shown_where_they_are(found: &Diagnostics) {
    let shown = render(found, false);
    for one in &found.list {
        assert!(shown.contains(&one.message), "{shown}");
        if let Some(span) = one.span {
            let (line, column) = found.place(span);
            assert!(shown.contains(&format!("case.yaml:{line}:{column}")), "{line}:{column} is not in\n{shown}");
        }
    }
}

#[test]
fn wrong_rule_files_are_refused_with_every_mistake_and_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/rules");
    let regenerate = std::env::var_os("BAUTA_REGENERATE").is_some();
    let mut wrong = Vec::new();
    let mut count = 0;
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let mut written = String::new();
        for case in cases(&fs::read_to_string(&path).unwrap()) {
            count += 1;
            let said = said(&unescaped(&case.text));
            if said != case.expected {
                wrong.push(format!("{}: {}: {said:#?}, not {:#?}", path.display(), case.name, case.expected));
            }
            written.push_str(&format!("=== {}\n{}", case.name, case.text));
            said.iter().for_each(|line| written.push_str(&format!("=> {line}\n")));
        }
        if regenerate {
            fs::write(&path, written).unwrap();
        }
    }
    assert!(count >= 60, "only {count} cases");
    assert!(regenerate || wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Files cut, doubled and mixed up at many places end soon and without a panic, whatever they say.
#[test]
fn rubbish_is_refused_soon() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut bodies: Vec<String> = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| extension == "yaml") {
            bodies.push(fs::read_to_string(path).unwrap());
        }
    }
    assert!(!bodies.is_empty());
    let signs =
        ["{", "}", "[", "]", "\"", "'", ": ", " #", "\n", "\t", "- ", "*", "&a ", "!", "|", "é", "\u{0}", "---\n"];
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..400 {
        let body = &bodies[random(bodies.len())];
        let mut at = || body.floor_char_boundary(random(body.len()));
        let (a, b) = (at(), at());
        let text = match random(3) {
            0 => body[..a].to_owned(),
            1 => format!("{}{}{}", &body[..a], signs[random(signs.len())], &body[a..]),
            _ => format!("{}{}", &body[..a], &body[b..]),
        };
        assert!(seconds(&text) < 10.0, "{text}");
    }
    for unit in ["[", "{a: ", "- ", "a:\n", "\"", "? ", "&a ", "a: b\na: c\n", "x: |\n", "#\n"] {
        assert!(seconds(&unit.repeat(50_000 / unit.len())) < 5.0, "{unit:?}");
    }
}

/// How long it takes to read a text and to render what is wrong with it, in seconds of processor time.
fn seconds(text: &str) -> f64 {
    let started = processor_time();
    if let Err(found) = rules::read("case.yaml", text) {
        assert!(!render(&found, false).is_empty());
    }
    processor_time() - started
}
