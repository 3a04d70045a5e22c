//! `bauta verify --plans`: queries that both sides plan alike pass, and one that they do not is named without its values.

use crate::support::{Case, Ran, bauta, run, staging};

const PEOPLE: &str = "
    create table people (id int primary key, name text);
    insert into people select i, 'Person ' || i from generate_series(1, 20000) i;
    create index people_name on people (name);
    analyze people;
";
const RULES: &str = "tables: { people: { columns: { name: person_name }, keep: { \"a number\": [id] } } }";
const QUERIES: &str = "-- what the application asks;
select * from people where id = 7;
select * from people where name = 'Person qzcanary';
";

fn verified(case: &Case, queries: &str) -> Ran {
    let file = case.folder.path().join("queries.sql");
    std::fs::write(&file, queries).unwrap();
    let mut command = bauta(&["verify"]);
    command.arg(case.rule_file()).env("BAUTA_SOURCE", case.source()).env("BAUTA_TARGET", case.target());
    command.arg("--plans").arg(file);
    run(command)
}

#[test]
fn a_query_that_staging_plans_otherwise_is_named() {
    let case = Case::new("plans", PEOPLE, RULES);
    case.refreshed();
    let ran = verified(&case, QUERIES);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("checked: 2 of 2 queries are planned alike"), "{}", ran.stdout);
    staging().sql(&case.staging, "drop index people_name");
    let ran = verified(&case, QUERIES);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stdout.contains("checked: 1 of 2 queries are planned alike"), "{}", ran.stdout);
    assert!(ran.stderr.contains("queries.sql, line 3: production plans `"), "{}", ran.stderr);
    assert!(ran.stderr.contains("where staging plans `Seq Scan on public.people`"), "{}", ran.stderr);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("qzcanary"), "{}", ran.stderr);
}

#[test]
fn queries_are_planned_and_never_run() {
    let case = Case::new("unrun", PEOPLE, RULES);
    case.refreshed();
    let ran = verified(&case, "delete from people; create table made as select 1 as one");
    assert_ne!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(staging().sql(&case.staging, "select count(*), to_regclass('made') is null from people"), "20000|t");
    for (queries, says) in [
        ("select * from nowhere", "line 1 on production"),
        ("\nselect $1::int", "line 2 has parameters"),
        ("-- nothing", "holds no query"),
    ] {
        let ran = verified(&case, queries);
        assert_eq!(ran.code, 2, "{queries}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{queries}: {}", ran.stderr);
    }
}
