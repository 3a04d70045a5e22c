//! Looking before a refresh: masked rows of one table, one value through one mask, and the texts of a schema that travel.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::support::{Case, KEY, bauta, run};

fn preview(table: &str, more: &[&str]) -> (i32, String, String) {
    let mut command = bauta(&["preview", "rules/shop.yaml", table, "--source", "csv:sample-data", "--quiet"]);
    command.args(more).env("BAUTA_KEY", KEY);
    let ran = run(command);
    (ran.code, ran.stdout, ran.stderr)
}

#[test]
fn a_preview_shows_masked_rows_and_originals_only_on_request() {
    let (code, json, error) = preview("customers", &["--format", "json", "--rows", "4", "--show-original"]);
    assert_eq!(code, 0, "{error}");
    let shown: Value = serde_json::from_str(&json).unwrap();
    let (rows, originals) = (shown["rows"].as_array().unwrap(), shown["originals"].as_array().unwrap());
    assert_eq!((rows.len(), originals.len()), (4, 4));
    let (_, masked, _) = preview("customers", &["--format", "json", "--rows", "4"]);
    let alone: Value = serde_json::from_str(&masked).unwrap();
    assert_eq!(alone["rows"], shown["rows"], "originals beside them change nothing");
    assert!(alone.get("originals").is_none());
    let (_, text, _) = preview("customers", &["--rows", "4"]);
    let mut compared = 0;
    for original in originals {
        for column in ["email", "full_name", "phone"] {
            let Some(value) = original[column].as_str().filter(|value| value.len() > 5) else { continue };
            compared += 1;
            assert!(!masked.contains(value) && !text.contains(value), "{column} is shown");
        }
    }
    assert!(compared > 6);
    for (row, original) in rows.iter().zip(originals) {
        assert_eq!(row["status"], original["status"], "what is kept is kept");
    }
    assert!(text.starts_with("customers, 4 rows"), "{text}");
}

#[test]
fn a_preview_says_why_there_is_none() {
    for (table, more, said) in [
        ("custmers", &[][..], "did you mean `customers`?"),
        ("audit.events", &[], "rows: none"),
        ("customers", &["--rows", "0"], "--rows"),
    ] {
        let (code, _, error) = preview(table, more);
        assert_eq!(code, 2, "{table}: {error}");
        assert!(error.contains(said), "{table}: {error}");
    }
}

#[test]
fn a_preview_is_what_the_refresh_writes() {
    let sql = "create table people (id int primary key, mail text, born date, tags text[], spot point, raw jsonb);
        insert into people select n, 'p' || n || '@mail.test', date '1980-01-01' + n, array['a', null, 'b\\c'], \
        point(n, 1), '{\"a\": 1}' from generate_series(1, 40) n;";
    let rules = "tables:\n  people:\n    columns: { id: permute, mail: email, born: { mask: date_shift, per: id }, raw: redact }\n    \
        keep: { \"made up\": [tags, spot] }\n";
    let case = Case::new("preview", sql, rules);
    case.refreshed();
    let mut command = bauta(&["preview"]);
    command.arg(case.rule_file()).args(["people", "--source", &case.source(), "--format", "json", "--rows", "40"]);
    command.arg("--quiet").env("BAUTA_KEY", KEY);
    let ran = run(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let shown: Value = serde_json::from_str(&ran.stdout).unwrap();
    let cell = |row: &Value, column: &str| row[column].as_str().unwrap_or("NULL").to_owned();
    let columns = ["id", "mail", "born", "tags", "spot", "raw"];
    let line = |row: &Value| columns.map(|column| cell(row, column)).join("|");
    let mut previewed: Vec<String> = shown["rows"].as_array().unwrap().iter().map(line).collect();
    previewed.sort();
    let staged = crate::support::staging().sorted(&case.staging, "select id, mail, born, tags, spot, raw from people");
    assert_eq!(previewed, staged);
}

/// Each example of each manual is a command that prints what stands under it.
#[test]
fn the_examples_of_manuals_run() {
    let listed = run(bauta(&["masks", "--format", "json"]));
    let masks: Value = serde_json::from_str(&listed.stdout).unwrap();
    let mut ran = 0;
    for mask in masks.as_array().unwrap() {
        for example in mask["examples"].as_array().unwrap() {
            let line = example["command"].as_str().unwrap();
            let line = line.replacen("bauta", env!("CARGO_BIN_EXE_bauta"), 1);
            let output = Command::new("sh").args(["-c", &line]).output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            let expected = example["output"].as_str().unwrap();
            assert_eq!(said.strip_suffix('\n'), Some(expected), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
            ran += 1;
        }
    }
    assert!(ran > 40, "only {ran} examples");
}

#[test]
fn a_try_that_cannot_be_is_refused() {
    for (arguments, said) in [
        (&["masks", "email", "--try", "a", "--type", "dat"][..], "no type `dat`"),
        (&["masks", "email", "--try", "a", "--type", "date"], "does not take date"),
        (&["masks", "date_shift", "--type", "date", "--try", "2024-01-01", "--params", "{within: soon}"], "within"),
        (&["masks", "date_shift", "--type", "date", "--try", "2024-01-01", "--params", "[1"], ""),
        (&["masks", "constant", "--try", "a"], "needs `value`"),
    ] {
        let ran = run(bauta(arguments));
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
}

/// A canary in every text of a schema that a mirror carries: `audit --source` names its place, and what it says on request.
#[test]
fn texts_of_the_schema_are_named() {
    let sql = "create type mood as enum ('fine', 'canary_label');
        create domain code as text default 'canary_domain_default' check (value <> 'canary_domain_check');
        create table people (id int primary key, mood mood, kind code default 'canary_default',
            note text check (note <> 'canary_check'));
        create table parts (day text, n int) partition by list (day);
        create table parts_1 partition of parts for values in ('canary_bound');
        create view seen as select id, 'canary_view'::text as t from people;
        create materialized view kept as select 'canary_matview'::text as t;
        create function f(a text default 'canary_argument') returns text language sql as $$ select 'canary_body' $$;
        create function g() returns trigger language plpgsql as $$ begin -- canary_remark
            return new; end $$;
        create trigger t before insert on people for each row when (new.note = 'canary_trigger') execute function g();
        create index on people (id) where note = 'canary_index';
        create unique index on people (id) where note = 'canary_unique';
        create rule r as on delete to people where old.note = 'canary_rule' do instead nothing;
        create policy p on people using (note = 'canary_policy');
        comment on table people is 'canary_comment';
        comment on column people.note is 'canary_column_comment';
        comment on function f(text) is 'canary_function_comment';
        create foreign data wrapper w options (debug 'canary_wrapper');
        create server s foreign data wrapper w options (host 'canary_server');
        create foreign table far (id int options (name 'canary_far_column')) server s options (file 'canary_far');";
    let rules = "tables:\n  people: { keep: \"made up\" }\n  parts: { keep: \"made up\" }\n";
    let case = Case::new("texts", sql, rules);
    let audit = |more: &[&str]| {
        let mut command = bauta(&["audit"]);
        command.arg(case.rule_file()).args(["--source", &case.source(), "--format", "json", "--quiet"]).args(more);
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let canaries: Vec<&str> =
        sql.match_indices("canary_").map(|(at, _)| sql[at..].split(['\'', '\n']).next().unwrap().trim()).collect();
    assert_eq!(canaries.len(), 23);
    let (quiet, told) = (audit(&[]), audit(&["--show-literals"]));
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let register: Value = serde_json::from_str(&told).unwrap();
    for canary in canaries {
        assert!(!quiet.contains(canary), "{canary} is shown without being asked for");
        let found = register["literals"]["places"].as_array().unwrap().iter().filter(|place| {
            place["texts"].as_array().unwrap().iter().any(|text| text.as_str().unwrap().contains(canary))
        });
        *places.entry(canary).or_default() += found.count();
    }
    let missing: Vec<_> = places.iter().filter(|(_, count)| **count == 0).collect();
    assert!(missing.is_empty(), "no place is named for {missing:?}");
}
