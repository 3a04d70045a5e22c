//! What the programs that watch jobs get: metrics, logs, lineage events, the age of staging.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Case, bauta, production, run};

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
        assert!(code == 0 || last["exit"] == code);
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
