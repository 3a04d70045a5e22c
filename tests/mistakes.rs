//! Sixty kinds of mistakes in two files, found in one run each, and a thousand wrong files: each ends soon, without a panic
//! and with exit 2.
//!
//! The two files are the cases `sixty` of `cases/rules` and `cases/plan`, where every finding has its line and column.
//! `BAUTA_BAD_FILES=1000` gives all the wrong files to the program itself instead of every twentieth.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bauta::diagnostic::render;
use bauta::schema::Schema;
use bauta::{plan, rules};

use crate::support::{bauta, run};

/// Wrong files.
const FILES: usize = 1000;

/// A message without its place and without names: what kind of mistake it is.
fn kind(finding: &str) -> String {
    let message = finding.split_once(' ').map_or(finding, |(_, message)| message);
    let message = message.split(['(', '[']).next().unwrap_or_default();
    let plain: Vec<&str> = message.split('`').step_by(2).collect();
    let words = plain.join("_");
    let named = |word: &&str| word.contains('.') || word.chars().any(|c| c.is_ascii_digit());
    words.split(' ').map(|word| if named(&word) { "_" } else { word }).collect::<Vec<_>>().join(" ")
}

#[test]
fn sixty_kinds_of_mistakes_are_found_in_one_run_of_each_file() {
    let mut kinds = BTreeSet::new();
    for file in ["rules/sixty.txt", "plan/sixty.txt"] {
        let text = fs::read_to_string(Path::new("tests/cases").join(file)).unwrap();
        let findings = text.lines().filter_map(|line| line.strip_prefix("=> "));
        kinds.extend(findings.filter(|finding| !finding.starts_with("- ")).map(kind));
        assert_eq!(text.matches("=== ").count(), 1, "{file} is one case");
    }
    assert!(kinds.len() >= 60, "{} kinds: {kinds:#?}", kinds.len());
}

/// Numbers from a fixed seed (a 64-bit linear congruential generator, Knuth's MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

/// One change of the sort that people, editors and merges make.
fn changed(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = numbers.below(lines.len());
    let boundary = |numbers: &mut Numbers| text.floor_char_boundary(numbers.below(text.len()));
    match numbers.below(14) {
        0 => lines[at].insert_str(0, "  "),
        1 => lines[at] = lines[at].trim_start().to_owned(),
        2 => lines[at] = lines[at].replacen("mask", "masks", 1),
        3 => {
            let copy = lines[at].clone();
            lines.insert(at, copy);
        }
        4 => {
            lines.remove(at);
        }
        5 => lines[at] = lines[at].replacen(':', "", 1),
        6 => lines[at] = lines[at].replacen(['}', ']', '"'], "", 1),
        7 => lines[at].push_str(["\t", " &x", " *x", " !t", " {", " [", " '", " \"", ": :", " |"][numbers.below(10)]),
        8 => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let (from, to) = (words[numbers.below(words.len())], words[numbers.below(words.len())]);
            lines[at] = lines[at].replacen(from, to, 1);
        }
        9 => {
            let other = numbers.below(lines.len());
            lines.swap(at, other);
        }
        10 => lines[at] = lines[at].chars().rev().collect(),
        11 => {
            let cut = boundary(numbers);
            return text[..cut].to_owned();
        }
        12 => {
            let (cut, sign) =
                (boundary(numbers), ["\0", "\u{feff}", "\r", "\u{202e}", "é", "%", "@", "`"][numbers.below(8)]);
            return format!("{}{sign}{}", &text[..cut], &text[cut..]);
        }
        _ => {
            let (cut, piece) = (boundary(numbers), ["[", "{a: ", "- ", "? ", "\"\\", "a: b\n"][numbers.below(6)]);
            return format!("{}{}{}", &text[..cut], piece.repeat(1 + numbers.below(400)), &text[cut..]);
        }
    }
    lines.join("\n") + "\n"
}

/// Processor time of this thread so far, in seconds: other work on the machine does not count.
pub(crate) fn processor_time() -> f64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// Whether a file is wrong: read, resolved and rendered, as `check` does it.
fn is_wrong(text: &str, schema: &Schema) -> bool {
    match rules::read("bad.yaml", text) {
        Err(found) => {
            assert!(found.has_errors() && render(&found, false).contains("error"), "{text}");
            true
        }
        Ok(rules) => {
            let (plan, found) = plan::resolve(&rules, schema, Some(schema), Vec::new());
            assert_eq!(plan.is_none(), found.has_errors());
            let _ = render(&found, true);
            plan.is_none()
        }
    }
}

#[test]
fn a_thousand_wrong_files_end_soon_and_without_a_panic() {
    let each = if std::env::var_os("BAUTA_BAD_FILES").is_some_and(|count| count == "1000") { 1 } else { 20 };
    let folder = tempfile::tempdir().unwrap();
    let schemas: Vec<(String, Schema)> = ["shop", "dvdrental", "northwind"]
        .iter()
        .map(|name| {
            let read = |end: &str| fs::read_to_string(format!("rules/{name}.{end}")).unwrap();
            fs::write(folder.path().join(format!("{name}.schema.json")), read("schema.json")).unwrap();
            (read("yaml"), Schema::from_json(&read("schema.json")).unwrap())
        })
        .collect();
    fs::copy("rules/shop-after-load.sql", folder.path().join("shop-after-load.sql")).unwrap();
    let mut numbers = Numbers(20_261_123);
    let (mut wrong, mut slowest) = (0, 0.0_f64);
    while wrong < FILES {
        let which = numbers.below(schemas.len());
        let (good, schema) = &schemas[which];
        let mut text = good.clone();
        for _ in 0..=numbers.below(3) {
            text = changed(&text, &mut numbers);
            if text.trim().is_empty() {
                break;
            }
        }
        let begun = processor_time();
        let is_wrong = is_wrong(&text, schema);
        slowest = slowest.max(processor_time() - begun);
        if !is_wrong {
            continue;
        }
        wrong += 1;
        if wrong % each == 0 {
            let file = folder.path().join("bad.yaml");
            fs::write(&file, &text).unwrap();
            let mut command = bauta(&["check", "--schema"]);
            command
                .arg(folder.path().join(["shop", "dvdrental", "northwind"][which].to_owned() + ".schema.json"))
                .arg(&file);
            let ran = run(command);
            // What changes a script's name is found after the rest: it is no mistake of the language or the schema.
            assert_eq!(ran.code, 2, "{}\n{text}", ran.stderr);
            assert!(!ran.stderr.contains("a defect of bauta"), "{}", ran.stderr);
        }
    }
    assert!(slowest < 1.0, "the slowest took {slowest} s of processor time");
    println!("{FILES} wrong files, the slowest took {:.0} ms of processor time", slowest * 1000.0);
}

/// Links to devices that never end, to secrets, to nothing; files that are too large. Nothing of them is shown.
#[test]
fn what_is_no_rule_file_is_refused_soon_and_not_shown() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let good = "version: 1\ntables: { t: { rows: none } }\n";
    fs::write(path("secret"), "db.example.com:5432:shop:loader:hunter2secret\nb: [hunter2secret\n").unwrap();
    fs::write(path("huge.yaml"), format!("{good}# {}", "hunter2secret".repeat(500_000))).unwrap();
    fs::write(path("bytes.yaml"), [good.as_bytes(), b"\xff\xfehunter2secret"].concat()).unwrap();
    fs::create_dir(path("folder.yaml")).unwrap();
    for (link, to) in [("zero", "/dev/zero"), ("loop", "loop.yaml"), ("nothing", "absent"), ("linked", "secret")] {
        symlink(to, path(&format!("{link}.yaml"))).unwrap();
    }
    fs::write(path("snapshot.yaml"), good).unwrap();
    symlink("/dev/zero", path("snapshot.schema.json")).unwrap();
    fs::write(path("script.yaml"), format!("{good}after_load: [zero.yaml]\n")).unwrap();
    fs::write(path("private.yaml"), format!("{good}after_load: [/dev/zero]\n")).unwrap();
    for (name, says) in [
        ("zero", "too large"),
        ("huge", "too large"),
        ("bytes", "no UTF-8"),
        ("folder", "folder"),
        ("loop", "loop"),
        ("nothing", "no such file"),
        ("linked", "no rule file"),
        ("snapshot", "too large"),
        ("script", "too large"),
        ("private", "too large"),
    ] {
        for command in ["check", "diff"] {
            let file = path(&format!("{name}.yaml"));
            let mut bauta = bauta(&[command]);
            bauta.arg(&file);
            if command == "diff" {
                if matches!(name, "linked" | "snapshot" | "script" | "private" | "huge") {
                    continue;
                }
                bauta.arg(&file);
            }
            let begun = std::time::Instant::now();
            let ran = run(bauta);
            assert_eq!(ran.code, 2, "{command} {name}: {}", ran.stderr);
            assert!(ran.stderr.contains(says), "{command} {name}: {}", ran.stderr);
            assert!(
                !ran.stderr.contains("hunter2") && !ran.stdout.contains("hunter2"),
                "{command} {name}: {}",
                ran.stderr
            );
            assert!(begun.elapsed().as_secs() < 20, "{command} {name} took {:?}", begun.elapsed());
        }
    }
}
