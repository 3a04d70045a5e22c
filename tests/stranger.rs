//! Somebody new types something wrong: every answer says where, why and what to do, and none is a crash.

use std::fs;

use crate::support::{Case, bauta, run};

/// Arguments, exit code, and what is said besides.
type Wrong<'a> = (&'a [&'a str], i32, &'a [&'a str]);

#[test]
fn wrong_words_get_an_answer_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let (binary, tab) = (file("binary.yaml", b"\xff\xfe\x80"), file("tab.yaml", b"version: 1\n\tname: x\n"));
    let folder = folder.path().display().to_string();
    let rules = "rules/shop.yaml";
    let cases: [Wrong<'_>; 16] = [
        (&["check", "none.yaml"], 2, &["none.yaml cannot be read: there is no such file"]),
        (&["check", &folder], 2, &["it is a folder"]),
        (&["check", &binary], 2, &["it is no UTF-8 text"]),
        (&["check", &tab], 2, &["tab.yaml:2:1", "a tab where YAML takes blanks only", "indent with blanks"]),
        (&["check", rules, "--schema", "none.json"], 2, &["none.json cannot be read"]),
        (&["check", rules, "--schema", rules], 2, &["is no schema snapshot", "bauta snapshot"]),
        (&["plan", rules, "--format", "html"], 2, &["does not print html", "text, json"]),
        (&["audit", rules, "--format", "sarif"], 2, &["audit does not print sarif", "text, json, markdown, html"]),
        (&["plan", rules, "--jobs", "0"], 2, &["--jobs"]),
        (&["plan", rules, "--table", "oders"], 2, &["did you mean `orders`?"]),
        (
            &["audit", rules, "-o", "/nowhere/x.html"],
            3,
            &["/nowhere/x.html cannot be written: there is no such file or folder"],
        ),
        (
            &["masks", "date_shift", "--try", "2020-02-29", "--type", "date", "--params", "{wihtin: 1d}"],
            2,
            &["no parameter `wihtin`", "`within`"],
        ),
        (&["masks", "emial"], 2, &["did you mean `email`?"]),
        (&["approve", "--print-line", "", "--key", "none"], 2, &["none cannot be read", "bauta keygen"]),
        (&["snapshot", rules], 2, &["no source is named", "BAUTA_SOURCE"]),
        (&["init", "--source", "csv:sample-data"], 2, &["only a database", "postgresql://"]),
    ];
    for (arguments, code, said) in cases {
        let ran = run(bauta(arguments));
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
        for words in said {
            assert!(ran.stderr.contains(words), "{arguments:?}: {words}: {}", ran.stderr);
        }
    }
}

#[test]
fn mistakes_of_the_language_and_of_names_come_in_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("case.yaml");
    fs::copy("rules/dvdrental.schema.json", folder.path().join("case.schema.json")).unwrap();
    let text = "version: 1\nnmae: y\ntables:\n  customer:\n    columns:\n      customer_id: permut\n      emial: email\n      \
                email: { class: contact.emial }\n      first_name: { mask: person_name, fo: 1 }\n    kep:\n      \"x\": [store_id]\n  \
                custmer: { rows: none }\n";
    fs::write(&file, text).unwrap();
    let mut command = bauta(&["check"]);
    let ran = run({
        command.arg(&file);
        command
    });
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    for (place, said) in [
        ("2:1", "did you mean `name`?"),
        ("6:20", "did you mean `permute`?"),
        ("7:7", "did you mean `email`?"),
        ("8:23", "did you mean `contact.email`?"),
        ("9:40", "no parameter `fo`"),
        ("10:5", "did you mean `keep`?"),
        ("12:3", "did you mean `customer`?"),
    ] {
        assert!(ran.stderr.contains(&format!("case.yaml:{place}")), "{place}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert!(ran.stderr.contains("7 mistakes in"), "nothing follows from a mistake but itself: {}", ran.stderr);
}

#[test]
fn an_empty_database_is_named_and_no_defect() {
    let case = Case::new("empty", "select 1", "tables: {}\n");
    let source = case.source();
    let ran = run(bauta(&["init", "--source", &source]));
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("has no table that its role can see"), "{}", ran.stderr);
    let mut plan = bauta(&["plan", "--source", &source]);
    plan.arg(case.rule_file());
    let ran = run(plan);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("0 tables"), "{}", ran.stdout);
}

#[test]
fn a_partitioned_table_is_looked_at_by_its_name() {
    let sql = "create table logs (id int not null, name text) partition by range (id); \
               create table logs_1 partition of logs for values from (0) to (9); insert into logs values (1, 'Ann')";
    let case = Case::new("parted", sql, "tables:\n  logs: { columns: { id: { keep: made up }, name: redact } }\n");
    for (command, said) in [("preview", "redacted"), ("plan", "redact")] {
        let source = case.source();
        let mut looked = bauta(&[command, "--source", &source]);
        looked.arg(case.rule_file()).args(if command == "plan" { &["--table", "logs"][..] } else { &["logs"] });
        let ran = run(looked);
        assert_eq!(ran.code, 0, "{command}: {}", ran.stderr);
        assert!(ran.stdout.contains(said), "{command}: {}", ran.stdout);
    }
}

#[test]
fn nobody_listening_ends_no_run() {
    let case = Case::new("unheard", "create table t (id int)", "tables: {}\n");
    let source = case.source();
    for format in ["text", "json"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut snapshot = bauta(&["snapshot", "--source", &source, "--log-format", format]);
        snapshot.arg(case.rule_file()).stderr(writer);
        assert_eq!(snapshot.status().unwrap().code(), Some(0), "{format}");
        assert!(case.folder.path().join("case.schema.json").exists());
        fs::remove_file(case.folder.path().join("case.schema.json")).unwrap();
    }
}
