//! What the programs that watch jobs get: metrics, logs, lineage events, the age of staging.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{Case, KEY, bauta, production, run, spawn, staging};

const SQL: &str = "
    create table people (id int primary key, name text, city text);
    insert into people select i, 'Person ' || i, 'Town' from generate_series(1, 50) i;
    create schema audit;
    create table audit.events (person int references people, at timestamptz);
";

const RULES: &str = "
tables:
  people: { columns: { id: permute, name: person_name }, keep: { \"one town\": [city] } }
  audit.events: { keep: { \"times only\": [at] } }
";

/// Reads Prometheus' text format as its specification has it: comments before samples, each name once, values that are
/// numbers.
fn parsed(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with('\n'), "the last line ends, too");
    let mut samples = BTreeMap::new();
    let mut typed = String::new();
    let mut seen = Vec::new();
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.as_bytes()[0].is_ascii_digit()
    };
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(is_name(name) && kind == "gauge" && !seen.contains(&name.to_owned()), "{line}");
            seen.push(name.to_owned());
            typed = name.to_owned();
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            assert!(is_name(rest.split_once(' ').unwrap().0), "{line}");
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let (name, labels) = series.strip_suffix('}').unwrap().split_once('{').unwrap();
            assert_eq!(name, typed, "a sample follows its type");
            for label in labels.split("\",") {
                let (key, value) = label.split_once("=\"").unwrap();
                assert!(is_name(key) && !value.trim_end_matches('"').contains('"'), "{line}");
            }
            assert_eq!(samples.insert(series.to_owned(), value.parse().unwrap()), None, "{line} stands twice");
        }
    }
    samples
}

fn value(samples: &BTreeMap<String, f64>, name: &str) -> f64 {
    let found: Vec<_> = samples.iter().filter(|(series, _)| series.starts_with(&format!("{name}{{"))).collect();
    assert_eq!(found.len(), 1, "{name}: {samples:?}");
    *found[0].1
}

#[test]
fn metrics_are_written_after_every_run_and_remember_the_last_success() {
    let case = Case::new("metrics", SQL, RULES);
    let file = case.folder.path().join("bauta.prom");
    let options = ["--metrics-file", file.to_str().unwrap()];
    assert_eq!(case.refresh(&options).code, 0);
    let text = std::fs::read_to_string(&file).unwrap();
    let good = parsed(&text);
    assert_eq!((value(&good, "bauta_last_run_exit_code"), value(&good, "bauta_last_run_rows")), (0.0, 50.0));
    assert!(value(&good, "bauta_last_run_bytes") > 0.0);
    let (success, data) =
        (value(&good, "bauta_last_success_timestamp_seconds"), value(&good, "bauta_staging_data_timestamp_seconds"));
    assert!(data < success && success - data < 600.0, "{text}");
    assert!(!text.contains("stage=\"other\""), "a stage without a name of its own:\n{text}");
    let stages = good.iter().filter(|(series, _)| series.starts_with("bauta_last_run_stage"));
    let all: f64 = stages.map(|(_, seconds)| seconds).sum();
    let whole = value(&good, "bauta_last_run_duration_seconds");
    assert!(all <= whole && all > 0.5 * whole, "{all} of {whole} s:\n{text}");
    // A run that fails says so and forgets nothing; also one that fails before it has looked at anything.
    production().sql(&case.production, "alter table people add born date");
    for (wrong, code) in [(&options[..], 2), (&[options[0], options[1], "--source", "nonsense"], 2)] {
        assert_eq!(case.refresh(wrong).code, code);
        let bad = parsed(&std::fs::read_to_string(&file).unwrap());
        assert_eq!(value(&bad, "bauta_last_run_exit_code"), f64::from(code));
        // The same series as before, not ones of a staging without a name.
        let series = |of: &BTreeMap<String, f64>| of.keys().find(|key| key.contains("_exit_code")).cloned();
        assert_eq!(series(&bad), series(&good));
        assert_eq!(value(&bad, "bauta_last_success_timestamp_seconds"), success);
        assert_eq!(value(&bad, "bauta_staging_data_timestamp_seconds"), data);
    }
    let left: Vec<_> = std::fs::read_dir(case.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains(".part")), "{left:?}");
}

#[test]
fn every_line_of_a_json_log_has_the_same_fields_and_the_run() {
    let case = Case::new("logs", SQL, RULES);
    for (spoil, code) in [("", 0), ("alter table people add born date", 2)] {
        if !spoil.is_empty() {
            production().sql(&case.production, spoil);
        }
        let ran = case.refresh(&["--log-format", "json"]);
        assert_eq!(ran.code, code);
        let lines: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!lines.is_empty());
        let runs: Vec<&str> = lines.iter().map(|line| line["run"].as_str().unwrap()).collect();
        assert!(runs[0].len() == 16 && runs.iter().all(|run| *run == runs[0]), "{}", ran.stderr);
        for line in &lines {
            assert!(line["time"].as_str().unwrap().ends_with('Z') && line["event"].is_string(), "{line}");
            assert!(["info", "warning", "error"].contains(&line["level"].as_str().unwrap()), "{line}");
        }
        let last = lines.last().unwrap();
        assert_eq!(last["event"] == "failed", code != 0, "{last}");
        assert_eq!(last["event"] == "done", code == 0, "{last}");
        assert_eq!(last["exit"], code);
    }
}

#[test]
fn lineage_events_tell_every_column_and_its_mask() {
    let case = Case::new("lineage", SQL, RULES);
    let file = case.folder.path().join("lineage.ndjson");
    let options = ["--openlineage", file.to_str().unwrap()];
    assert_eq!(case.refresh(&options).code, 0);
    production().sql(&case.production, "alter table people add born date");
    assert_eq!(case.refresh(&options).code, 2);
    let text = std::fs::read_to_string(&file).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = events.iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["START", "COMPLETE", "START", "FAIL"]);
    assert_eq!(events[0]["run"]["runId"], events[1]["run"]["runId"]);
    assert_ne!(events[0]["run"]["runId"], events[2]["run"]["runId"]);
    // What OpenLineage.json 2-0-2 and the facets' schemas require.
    let text = |value: &Value| assert!(value.as_str().is_some_and(|text| !text.is_empty()), "{value}");
    let facets = |value: &Value| {
        for facet in value.as_object().unwrap().values() {
            text(&facet["_producer"]);
            text(&facet["_schemaURL"]);
        }
    };
    for event in &events {
        for key in ["eventTime", "producer", "schemaURL"] {
            text(&event[key]);
        }
        assert_eq!(event["run"]["runId"].as_str().unwrap().len(), 36);
        facets(&event["run"]["facets"]);
        text(&event["job"]["namespace"]);
        assert_eq!(event["job"]["name"], "case");
        for dataset in ["inputs", "outputs"].iter().flat_map(|key| event[key].as_array().unwrap()) {
            text(&dataset["namespace"]);
            text(&dataset["name"]);
            facets(&dataset["facets"]);
        }
    }
    let outputs = events[1]["outputs"].as_array().unwrap();
    let people = outputs.iter().find(|dataset| dataset["name"].as_str().unwrap().ends_with(".public.people")).unwrap();
    assert!(outputs.iter().any(|dataset| dataset["name"].as_str().unwrap().ends_with(".audit.events")));
    assert_eq!(people["outputFacets"]["outputStatistics"]["rowCount"], 50);
    let from = |column: &str| &people["facets"]["columnLineage"]["fields"][column]["inputFields"][0];
    for (column, masking, subtype) in
        [("id", true, "TRANSFORMATION"), ("name", true, "TRANSFORMATION"), ("city", false, "IDENTITY")]
    {
        let transformation = &from(column)["transformations"][0];
        assert_eq!((&transformation["masking"], &transformation["subtype"]), (&masking.into(), &subtype.into()));
        assert_eq!(from(column)["field"], column);
    }
    assert_eq!(events[3]["run"]["facets"]["errorMessage"]["programmingLanguage"], "Rust");
}

/// A path that is wrong is told before the first row, once; nothing is made and nothing is left over.
#[test]
fn a_run_whose_files_could_not_be_written_does_not_begin() {
    let case = Case::new("unwritable", SQL, RULES);
    let folder = case.folder.path();
    let (metrics, file) = (folder.join("good.prom"), folder.join("file"));
    std::fs::write(&file, "").unwrap();
    let path = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    for (option, wrong) in [
        ("--metrics-file", path(&folder.join("missing/bauta.prom"))),
        ("--metrics-file", path(folder)),
        ("--metrics-file", "/proc/bauta.prom".to_owned()),
        ("--report", path(&file.join("reports"))),
        ("--report", path(&file)),
        ("--openlineage", path(&folder.join("missing/lineage.ndjson"))),
    ] {
        let good = ["--metrics-file", metrics.to_str().unwrap()];
        let more = if option == good[0] { vec![option, &wrong] } else { vec![good[0], good[1], option, &wrong] };
        let ran = case.refresh(&more);
        assert_eq!(ran.code, 3, "{option} {wrong}: {}", ran.stderr);
        assert!(ran.stderr.contains(&wrong) && ran.stderr.contains("= help: name a place"), "{}", ran.stderr);
        assert_eq!(ran.stderr.matches("cannot be written").count(), 1, "{}", ran.stderr);
        assert!(!ran.stderr.contains("opening production"), "{}", ran.stderr);
        if option != good[0] {
            let told = parsed(&std::fs::read_to_string(&metrics).unwrap());
            assert_eq!(value(&told, "bauta_last_run_exit_code"), 3.0);
        }
    }
    assert!(staging().databases(&case.staging).is_empty());
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut left: Vec<String> = names.collect();
    left.sort();
    assert_eq!(left, ["case.yaml", "file", "good.prom"]);
}

#[test]
fn a_run_that_is_told_to_stop_says_so_to_everybody() {
    let case = Case::new("stopped", SQL, RULES);
    production()
        .sql(&case.production, "insert into people select i, 'Person', 'Town' from generate_series(100, 60000) i");
    let (metrics, lineage) = (case.folder.path().join("bauta.prom"), case.folder.path().join("lineage.ndjson"));
    let options = ["--metrics-file", metrics.to_str().unwrap(), "--openlineage", lineage.to_str().unwrap()];
    let slow = ["--max-rate", "1kB", "--log-format", "json"];
    let mut child = spawn(case.refresh_command(KEY, &[&options[..], &slow].concat()));
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended too early: {lines:?}");
        let streams = line.contains("\"tables\"");
        lines.push(line);
        if streams {
            break;
        }
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143), "{rest}");
    let last: Value = serde_json::from_str(rest.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["exit"]), (&"failed".into(), &143.into()));
    let text = std::fs::read_to_string(&metrics).unwrap();
    assert_eq!(value(&parsed(&text), "bauta_last_run_exit_code"), 143.0);
    assert!(text.contains("outcome=\"interrupted\"") && !text.contains("bauta_last_success"), "{text}");
    let events = std::fs::read_to_string(&lineage).unwrap();
    let last: Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert_eq!(last["eventType"], "ABORT");
    assert!(staging().databases(&case.staging).is_empty());
}

#[test]
fn a_reader_of_the_metrics_never_finds_half_a_file() {
    let case = Case::new("halves", SQL, RULES);
    let file = case.folder.path().join("bauta.prom");
    let options = ["--metrics-file", file.to_str().unwrap(), "--source", "nonsense"];
    assert_eq!(case.refresh(&options).code, 2);
    let over = AtomicBool::new(false);
    let read = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut read = 0;
            while !over.load(Ordering::Relaxed) {
                let text = std::fs::read_to_string(&file).unwrap();
                assert_eq!(value(&parsed(&text), "bauta_last_run_exit_code"), 2.0);
                read += 1;
            }
            read
        });
        // Two at a time: what one is writing is not the other's.
        let writer = || (0..10).for_each(|_| assert_eq!(case.refresh(&options).code, 2));
        let writers = [scope.spawn(writer), scope.spawn(writer)];
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        over.store(true, Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(read > 20, "{read} times");
}

/// Runs that fail at every stage, and a command line that is wrong: each line is an object, and no value of a row is in one.
#[test]
fn json_logs_of_runs_that_fail_hold_no_value() {
    let sql = "create table people (id int primary key, mail text, copied text);
        insert into people select i, 'canary' || i || '@secret-domain.org', 'x' from generate_series(1, 300) i;";
    let rules = "tables:\n  people: { columns: { id: permute, mail: email }, keep: { \"a copy\": [copied] } }\n";
    let case = Case::new("telling", sql, rules);
    let spoil = |sql: &str| drop(production().sql(&case.production, sql));
    let check = |more: &[&str], code: i32| {
        let ran = case.refresh(&[&["--log-format", "json", "--deep"], more].concat());
        assert_eq!(ran.code, code, "{}", ran.stderr);
        let lines: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let last = lines.last().unwrap();
        assert_eq!((&last["level"], &last["event"], &last["exit"]), (&"error".into(), &"failed".into(), &code.into()));
        assert!(!last["message"].as_str().unwrap().is_empty());
        let all = ran.stderr + &ran.stdout;
        assert!(!all.contains("canary") && !all.contains("secret-domain"), "{all}");
    };
    check(&["--no-such-option"], 2);
    check(&["--max-rate", "fast"], 2);
    check(&["--source", "postgresql://reader@127.0.0.1:1/x?sslmode=disable"], 3);
    check(&["--target", &case.source()], 4);
    // A check that says values, when it fails.
    spoil("update people set copied = mail");
    check(&[], 5);
    // A server whose errors hold the value, and that fails on staging only.
    spoil(
        "update people set copied = 'canary';
        create function fragile(text) returns boolean language plpgsql immutable as $$begin
            if current_database() like 'staging%' then raise exception 'canary %', $1 using detail = $1, hint = $1; end if;
            return true; end$$;
        alter table people add constraint never check (fragile(copied));",
    );
    check(&[], 5);
}

#[test]
fn status_needs_few_rights_and_tells_what_is_wrong() {
    let case = Case::new("watched", SQL, RULES);
    case.refreshed();
    let role = format!("monitor_{}", case.staging);
    // Not even a database of ours lets it in.
    staging().sql("postgres", &format!("create role {role} login password '{role}'"));
    let target = staging().uri(&role, &case.staging);
    let status = |target: &str, age: &str| {
        let mut command = bauta(&["status", "--max-age", age]);
        command.env("BAUTA_TARGET", target);
        run(command)
    };
    let ran = status(&target, "26h");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("live"), "{}", ran.stdout);
    let wrong = status(&target, "26");
    assert!(wrong.code == 2 && wrong.stderr.contains("a whole number with s, m, h, d or w"), "{}", wrong.stderr);
    let missing = status(&staging().uri(&role, "no_such_staging"), "26h");
    assert!(missing.code == 6 && missing.stderr.contains("no live generation"), "{}", missing.stderr);
    let dead = status("postgresql://x@127.0.0.1:1/x?sslmode=disable", "26h");
    assert_eq!(dead.code, 3, "{}", dead.stderr);
    std::thread::sleep(std::time::Duration::from_millis(2100));
    let old = status(&target, "1s");
    assert!(old.code == 6 && old.stderr.contains(" min old"), "{}", old.stderr);
}

#[test]
fn status_tells_how_old_staging_is() {
    let case = Case::new("age", SQL, RULES);
    let status = |more: &[&str]| {
        let mut command = bauta(&["status"]);
        command.env("BAUTA_TARGET", case.target()).args(more);
        run(command)
    };
    assert_eq!(status(&[]).code, 0);
    assert_eq!(status(&["--max-age", "26h"]).code, 6, "there is none yet");
    case.refreshed();
    assert_eq!(status(&["--max-age", "26h"]).code, 0);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let old = status(&["--max-age", "1s", "--format", "json"]);
    assert_eq!(old.code, 6, "{}", old.stderr);
    let list: Value = serde_json::from_str(&old.stdout).unwrap();
    assert!(list[0]["age_seconds"].as_i64().unwrap() >= 2, "{list}");
}

#[test]
fn the_examples_of_the_readme_name_options_that_there_are() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, rest) = readme.split_once("### Jobs\n").unwrap();
    let (jobs, _) = rest.split_once("## What it does not promise").unwrap();
    let help: String = [&["refresh"][..], &["status"], &["drift"], &["evidence", "verify"]]
        .iter()
        .map(|command| run(bauta(&[*command, &["--help"]].concat())).stdout)
        .collect();
    let words = jobs.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let options: Vec<&str> =
        words.filter(|word| word.starts_with("--") && word.len() > 3 && !word.ends_with('-')).collect();
    assert!(options.len() > 15, "{options:?}");
    for option in options {
        assert!(help.contains(option), "{option} is no option");
    }
    // The metrics that alerts speak of are written.
    let source = include_str!("../src/monitor/metrics.rs");
    for name in jobs.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| word.starts_with("bauta_"))
    {
        assert!(source.contains(&format!("\"{name}\"")), "{name} is no metric");
    }
}
