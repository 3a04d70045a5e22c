//! Planted differences between two databases are found, each once; equal ones do not differ.

use serde_json::Value;

use crate::support::{Case, Ran, bauta, production, run, staging, start_with};

const SQL: &str = "
    create extension pg_trgm;
    create type mood as enum ('calm', 'cross');
    create domain code as text check (value <> '');
    create table people (id int primary key, name text not null, mood mood default 'calm', code code, born date,
        tags text[], constraint born_late check (born > '1900-01-01'));
    create index people_name on people using gin (name public.gin_trgm_ops);
    create table visits (id bigint generated always as identity primary key, person int references people, at timestamptz);
    create table parts (id int, at date) partition by range (at);
    create table parts_2026 partition of parts for values from ('2026-01-01') to ('2027-01-01');
    create view names as select name from public.people;
    create materialized view moods as select mood, count(*) from public.people group by mood;
    create function twice(n int) returns int language sql immutable as 'select n * 2';
    create function noted() returns trigger language plpgsql as 'begin return new; end';
    create trigger noting before update on people for each row execute function noted();
    alter table visits enable row level security;
    create policy own on visits using (person > 0);
    create sequence tickets increment 5;
    grant select on people to app;
    insert into people select i, 'p' || i from generate_series(1, 1200) i;
    insert into visits (person) select i from generate_series(1, 40) i;
    analyze;
";

const RULES: &str = "
tables:
  people:
    columns: { id: permute, name: person_name, born: { mask: date_shift, within: 30d, per: id }, tags: redact, code: keepers }
    keep: { \"says little\": [mood] }
";

/// Two databases, each with SQL of its own after the common one.
struct Two {
    source: String,
    target: String,
}

impl Two {
    fn new(name: &str, more: &str) -> Self {
        let (here, there) = (production().database(name), staging().database(name));
        production().sql(&here, SQL);
        staging().sql(&there, SQL);
        if !more.is_empty() {
            staging().sql(&there, more);
        }
        Self { source: production().admin(&here), target: staging().admin(&there) }
    }

    fn drift(&self, more: &[&str]) -> Ran {
        let mut command = bauta(&["drift"]);
        command.env("BAUTA_SOURCE", &self.source).env("BAUTA_TARGET", &self.target).args(more);
        run(command)
    }

    fn found(&self, more: &[&str]) -> Vec<(String, String)> {
        let ran = self.drift(&[more, &["--format", "json"]].concat());
        let printed: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
        let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        let all = printed["differences"].as_array().unwrap();
        all.iter().map(|one| (text(one, "area"), text(one, "what"))).collect()
    }
}

#[test]
fn equal_databases_on_two_servers_do_not_differ() {
    let two = Two::new("same", "");
    for more in [&["--exact", "--fail-on", "any"][..], &["--fail-on", "any"]] {
        let ran = two.drift(more);
        assert_eq!((ran.code, ran.stdout.trim_end()), (0, "no difference"), "{}", ran.stderr);
    }
}

#[test]
fn planted_differences_are_found_each_once() {
    let planted = [
        ("alter table people drop column tags", "schema", "column public.people.tags"),
        ("alter table people alter name drop not null", "schema", "column public.people.name"),
        ("drop index people_name", "schema", "index public.people_name"),
        ("alter table people drop constraint born_late", "schema", "constraint public.people born_late"),
        ("drop table parts_2026", "schema", "table public.parts_2026"),
        (
            "create or replace function twice(n int) returns int language sql immutable as 'select n * 3'",
            "schema",
            "function public.twice(n integer)",
        ),
        ("alter type mood add value 'new'", "schema", "enum public.mood"),
        ("alter table people disable trigger noting", "schema", "trigger public.people noting"),
        ("drop policy own on visits", "schema", "policy public.visits own"),
        // A foreign key whose triggers are off lets anything in.
        ("alter table visits disable trigger all", "schema", "constraint public.visits visits_person_fkey"),
        ("alter sequence tickets increment 1", "schema", "sequence public.tickets"),
        ("create extension citext", "extension", "extension citext"),
        (
            "do $$begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end$$",
            "setting",
            "TimeZone",
        ),
        (
            "do $$begin execute format('alter database %I set statement_timeout = ''7s''', current_database()); end$$",
            "setting",
            "statement_timeout",
        ),
        ("delete from visits where id = 7", "rows", "table visits"),
        ("create table more (id int)", "schema", "table public.more"),
    ];
    let sql: Vec<&str> = planted.iter().map(|(sql, ..)| *sql).collect();
    let two = Two::new("planted", &sql.join(";\n"));
    let mut found = two.found(&["--exact"]);
    let mut wanted: Vec<(String, String)> =
        planted.iter().map(|(_, area, what)| ((*area).to_owned(), (*what).to_owned())).collect();
    found.sort();
    wanted.sort();
    assert_eq!(found, wanted);
    // What --fail-on names decides about the exit code, and SARIF says the same.
    assert_eq!(two.drift(&[]).code, 0);
    assert_eq!(two.drift(&["--fail-on", "role,collation"]).code, 0);
    assert_eq!(two.drift(&["--fail-on", "role,extension"]).code, 6);
    let sarif: Value = serde_json::from_str(&two.drift(&["--exact", "--format", "sarif"]).stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), planted.len());
    println!("{}", two.drift(&["--exact"]).stdout);
}

#[test]
fn servers_and_databases_differ_in_locale_settings_and_roles() {
    let other = start_with(&[("random_page_cost", "1.1"), ("shared_preload_libraries", "auto_explain")]);
    let here = production().database("server");
    let role = format!("only_{here}");
    production().sql(&here, &format!("{SQL}; create role {role} nologin; grant select on people to {role}"));
    other.sql("postgres", "create database away template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
    other.sql("away", SQL);
    let two = Two { source: production().admin(&here), target: other.admin("away") };
    let found = two.found(&["--exact"]);
    let has = |area: &str, what: &str| found.contains(&(area.to_owned(), what.to_owned()));
    assert!(has("setting", "random_page_cost") && has("setting", "shared_preload_libraries"), "{found:?}");
    assert!(has("role", &format!("role {role}")), "{found:?}");
    let locale = production().sql(&here, "select datcollate from pg_database where datname = current_database()");
    if locale != "C" {
        assert!(has("collation", "collate"), "{locale}: {found:?}");
    }
    assert!(found.iter().all(|(area, _)| area != "schema" && area != "rows" && area != "version"), "{found:?}");
}

#[test]
fn a_staging_just_refreshed_differs_only_as_the_rules_say() {
    let rules = RULES.replace("code: keepers", "code: redact")
        + "  visits: { rows: \"id <= 10\", keep: { \"times only\": [id, at] } }\n  parts: { keep: \"empty\" }\n\
             mirror: { roles: { app: loader } }\n";
    // The role that reads could not count what a policy hides.
    let sql = format!("{SQL}; alter table visits disable row level security");
    let case = Case::new("fresh", &sql, &rules);
    case.refreshed();
    let drift = |more: &[&str]| {
        let mut command = bauta(&["drift"]);
        command.env("BAUTA_SOURCE", case.source()).env("BAUTA_TARGET", case.target()).args(more);
        run(command)
    };
    let rules = case.rule_file();
    let ran = drift(&[rules.to_str().unwrap(), "--exact", "--fail-on", "any"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("rows of 1 tables were not compared: by the rules"), "{}", ran.stdout);
    // Without the rules, what they change is a difference.
    let ran = drift(&["--exact", "--fail-on", "any"]);
    assert_eq!(ran.code, 6, "{}", ran.stdout);
    assert!(ran.stdout.contains("table visits: 40 on production, 10 on staging"), "{}", ran.stdout);
}
