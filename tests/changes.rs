//! What production changed after the rules were reviewed: nothing that nobody judged is read.

use std::fs;
use std::time::Duration;

use crate::support::{Case, bauta, production, run};

fn case(name: &str) -> Case {
    let sql = fs::read_to_string("tests/cases/changes/reviewed.sql").unwrap();
    let rules = fs::read_to_string("tests/cases/changes/reviewed.yaml").unwrap();
    let case = Case::new(name, &sql, &rules);
    let mut snapshot = bauta(&["snapshot"]);
    snapshot.arg(case.rule_file()).args(["--source", &case.source()]);
    let ran = run(snapshot);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    case
}

/// Does something with a copy of production in which a change was made.
fn changed<T>(case: &Case, sql: &str, then: impl FnOnce(&str) -> T) -> T {
    let database = crate::support::unused(&format!("{}_changed", case.production));
    production().sql("postgres", &format!("create database {database} template {}", case.production));
    production().sql(&database, sql);
    let result = then(&database);
    production().sql("postgres", &format!("drop database {database} with (force)"));
    result
}

/// Scans of a database's tables. A session tells of its own when it ends, before it is seen no more: all others are waited for.
fn scans(database: &str) -> String {
    let others = format!(
        "select count(*) from pg_stat_activity where datname = '{database}' and backend_type = 'client backend'"
    );
    let ended = || production().sql("postgres", &others) == "0";
    assert!(
        (0..500).any(|_| ended() || {
            std::thread::sleep(Duration::from_millis(20));
            false
        }),
        "a session goes on"
    );
    production().sql(database, "select coalesce(sum(seq_scan + coalesce(idx_scan, 0)), 0) from pg_stat_user_tables")
}

fn lines(file: &str) -> Vec<String> {
    let text = fs::read_to_string(format!("tests/cases/changes/{file}")).unwrap();
    text.lines().filter(|line| !line.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn a_change_after_the_review_stops_the_run_before_a_row_is_read() {
    let case = case("changes");
    let stops = lines("stops.sql");
    let stopped = |line: &String| {
        let (sql, says) = line.split_once(" => ").unwrap();
        let (ran, before, after) = changed(&case, sql, |database| {
            let before = scans(database);
            let ran = case.refresh(&["--source", &production().uri("reader", database)]);
            (ran, before, scans(database))
        });
        assert_eq!(ran.code, 2, "{sql}\n{}", ran.stderr);
        assert!(ran.stderr.contains(says), "{sql}\n{says}\n{}", ran.stderr);
        assert_eq!(before, after, "{sql}");
    };
    // Most of it is waiting.
    std::thread::scope(|scope| {
        for some in stops.chunks(stops.len().div_ceil(4)) {
            scope.spawn(move || some.iter().for_each(stopped));
        }
    });
    assert!(crate::support::staging().databases(&case.staging).is_empty());
    println!("{} changes after the review: {0} stops, 0 scans of a table", stops.len());
}

#[test]
fn a_change_that_brings_nothing_unjudged_stops_nobody() {
    let case = case("harmless");
    for sql in lines("passes.sql") {
        let ran = changed(&case, &sql, |database| {
            let mut check = bauta(&["check"]);
            check.arg(case.rule_file()).args(["--source", &production().uri("reader", database)]);
            run(check)
        });
        assert_eq!(ran.code, 0, "{sql}\n{}", ran.stderr);
    }
    let ran = case.refresh(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
}
