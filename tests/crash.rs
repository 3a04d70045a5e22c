//! The plug is pulled: at any moment staging is the old one, and the next run needs no hand.

use std::time::Duration;

use crate::support::{Case, KEY, ended, production, run, spawn, staging};

/// Large enough that a run takes about a second in every stage that matters.
const PEOPLE: &str = "
    create table people (id int primary key, name text, note text);
    insert into people select i, 'Person ' || i, repeat('some words ', 20) from generate_series(1, 60000) i;
    create index on people (name);
";
const RULES: &str = "tables: { people: { columns: { name: person_name }, keep: { \"made up\": [id, note] } } }";

#[test]
fn a_killed_run_leaves_the_old_staging_and_the_next_one_cleans_up() {
    let case = Case::new("killed", PEOPLE, RULES);
    case.refreshed();
    let count = || staging().sql(&case.staging, "select count(*) from people");
    assert_eq!(count(), "60000");
    production().sql(&case.production, "delete from people where id > 50000");
    let mut outcomes = Vec::new();
    for delay in [0, 150, 300, 500, 700, 900, 1200] {
        let mut child = spawn(case.refresh_command(KEY, &[]));
        std::thread::sleep(Duration::from_millis(delay));
        // A run that is over already has replaced staging; both are whole.
        let _ = child.kill();
        let _ = child.wait();
        let rows = count();
        assert!(rows == "60000" || rows == "50000", "after {delay} ms staging has {rows} rows");
        outcomes.push(rows);
    }
    assert!(outcomes.contains(&"60000".to_owned()), "no run was killed early enough: {outcomes:?}");
    case.refreshed();
    assert_eq!(count(), "50000");
    // Staging and the one generation that is kept.
    let left = staging().databases(&case.staging);
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn a_signal_removes_the_shadow() {
    let case = Case::new("signalled", PEOPLE, RULES);
    let child = spawn(case.refresh_command(KEY, &[]));
    std::thread::sleep(Duration::from_millis(500));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    let ran = ended(child.wait_with_output().unwrap());
    if ran.code != 0 {
        assert_eq!(ran.code, 143, "{}", ran.stderr);
        assert!(staging().databases(&case.staging).is_empty(), "something was left behind");
    }
}

#[test]
fn of_two_runs_one_waits_for_the_other() {
    let case = Case::new("twice", PEOPLE, RULES);
    let one = spawn(case.refresh_command(KEY, &[]));
    let two = run(case.refresh_command(KEY, &[]));
    let one = ended(one.wait_with_output().unwrap());
    assert_eq!((one.code, two.code), (0, 0), "{}\n{}", one.stderr, two.stderr);
    assert_eq!(staging().sql(&case.staging, "select count(*) from people"), "60000");
}

#[test]
fn sessions_on_staging_are_ended_and_find_the_new_one() {
    let case = Case::new("busy", PEOPLE, RULES);
    case.refreshed();
    let sleeper = spawn({
        let mut psql = staging().program_as("loader", "psql", &case.staging);
        psql.args(["-Xqc", "select pg_sleep(60)"]);
        psql
    });
    std::thread::sleep(Duration::from_millis(300));
    case.refreshed();
    let ended = ended(sleeper.wait_with_output().unwrap());
    assert_ne!(ended.code, 0, "the session on the old staging was not ended");
}

#[test]
fn a_superusers_session_on_staging_is_named_before_anything_is_copied() {
    let case = Case::new("blocked", PEOPLE, RULES);
    case.refreshed();
    let mut sleeper = spawn({
        let mut psql = staging().program("psql", &case.staging);
        psql.args(["-Xqc", "select pg_sleep(60)"]);
        psql
    });
    std::thread::sleep(Duration::from_millis(300));
    let ran = case.refresh(&[]);
    let _ = sleeper.kill();
    let _ = sleeper.wait();
    staging().sql(
        "postgres",
        &format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{}'", case.staging),
    );
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("superuser postgres"), "{}", ran.stderr);
}
