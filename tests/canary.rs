//! The promise: no production value anywhere but under `keep`. Every column of every type holds a canary of its own; after
//! a run, and after runs that fail at different stations, nobody finds one: not in staging (rows, structure, statistics),
//! nor in what was printed, logged, reported or left in the temporary folder.

use std::fs;
use std::path::Path;

use crate::support::{Case, KEY, Ran, production, run, staging};

/// Words that stand in every masked column, in rows that other runs fail on, and in the kept column.
const MASKED: &str = "qzcanary";
const KEPT: &str = "kept-parrot";

/// What is searched for: as PostgreSQL prints it. A single date is no canary, as another row's may fall on it; a moment is.
const TELLING: &[&str] = &[
    "7391824650",
    "73918.24",
    "1873-02-19 11:22:33.444555",
    "73:91:82:46:50:ab",
    "198.18.73.91",
    "73918246-5073-4182-a650-739182465073",
    "qzcanary",
    "717a63616e617279",
];

const BIRDS: &str = "
    create extension citext; create extension hstore;
    create domain short_text as varchar(40) check (length(value) > 2);
    create type pair as (a text, b int);
    create table birds (
        id bigint primary key, t text, v varchar(40), c char(30), ci citext, s short_text, ts text[], m text[],
        j json, jb jsonb, x xml, b bytea, u uuid, ip inet, net cidr, mac macaddr, n numeric(12,2), d date,
        at timestamp, span daterange, tok text, pw text, url text, code text, h hstore, p pair, kept text);
    insert into birds select 7391824650 + i, 'qzcanary-t' || i, 'qzcanary-v' || i, 'qzcanary-c' || i, 'qzcanary-ci' || i,
        'qzcanary-s' || i, array['qzcanary-a' || i, null], array[['qzcanary-m' || i], ['x']],
        '{\"k\": \"qzcanary-j\"}', '{\"qzcanary-k\": 1}', '<qzcanary/>', 'qzcanary', '73918246-5073-4182-a650-739182465073',
        '198.18.73.91', '198.18.73.0/24', '73:91:82:46:50:ab', 73918.24, '1873-02-19', '1873-02-19 11:22:33.444555',
        daterange('1873-02-19', '1873-02-21'), 'sk_live_qzcanary' || i, 'qzcanary', 'https://qzcanary.example.co/qzcanary?q=qzcanary',
        'qzcanary' || i, 'qzcanary => qzcanary', row('qzcanary', 1)::pair, 'kept-parrot ' || i
        from generate_series(1, 200) i;
    create materialized view seen as select id, t, u from birds;
    analyze birds;
";

const RULES: &str = "
tables:
  birds:
    columns:
      id: permute
      t: text
      v: person_name
      c: company
      ci: { mask: email, unique: true }
      s: street
      ts: pseudonym
      m: redact
      j: redact
      jb: redact
      x: redact
      b: secret
      u: permute
      ip: ip
      net: ip
      mac: redact
      n: number_noise
      d: { mask: date_shift, per: id }
      at: { mask: timestamp_shift, per: id }
      span: { mask: date_shift, per: id }
      tok: secret
      pw: password
      url: url
      code: pattern
      h: nullify
      p: nullify
    keep: { \"the bird that may fly\": [kept] }
";

/// What a case leaves behind, apart from staging's rows: texts to be searched.
fn traces(case: &Case, ran: &Ran, folders: &[&Path]) -> String {
    let mut text = format!("{}\n{}\n", ran.stdout, ran.stderr);
    for folder in folders {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            text.push_str(&String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default()));
        }
    }
    for database in staging().databases(&case.staging) {
        let closed = format!("select datallowconn from pg_database where datname = '{database}'");
        if staging().sql("postgres", &closed) == "t" {
            let dump = staging().program("pg_dump", &database).output().unwrap();
            text.push_str(&String::from_utf8_lossy(&dump.stdout));
            text.push_str(&staging().sql(&database, "select * from pg_stats where schemaname = 'public'"));
            text.push_str(&staging().sql(&database, "select * from pg_sequences"));
        }
    }
    text
}

fn birds(name: &str) -> Case {
    Case::new(name, BIRDS, RULES)
}

/// Runs with a report, JSON logs and a temporary folder of its own; returns what it did and all that can be found.
fn searched(case: &Case, more: &[&str]) -> (Ran, String) {
    let (report, temporary) = (case.folder.path().join("report"), case.folder.path().join("tmp"));
    fs::create_dir_all(&temporary).unwrap();
    let mut command = case.refresh_command(KEY, &["--log-format", "json", "--report", report.to_str().unwrap()]);
    command.args(more).env("TMPDIR", &temporary);
    let ran = run(command);
    let left: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(left.is_empty(), "left in the temporary folder: {left:?}");
    let text = traces(case, &ran, &[&report]);
    (ran, text)
}

#[test]
fn no_canary_leaves_production() {
    let case = birds("canary");
    let (ran, text) = searched(&case, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(text.matches(KEPT).count() >= 200, "the search finds nothing at all");
    for canary in TELLING {
        assert_eq!(text.matches(canary).count(), 0, "{canary} was found");
    }
    println!("{} canaries in 26 columns of 200 rows: 0 found in {} bytes", TELLING.len(), text.len());
}

#[test]
fn no_canary_shows_when_a_run_fails() {
    for (station, production_sql, rules, code) in [
        (
            "mask",
            "alter table birds alter ip type text; update birds set ip = 'qzcanary' where id % 50 = 0",
            RULES.to_owned(),
            5,
        ),
        ("check", "alter table birds add check (left(t, 2) = 'qz')", RULES.to_owned(), 5),
        (
            "unique",
            "create unique index on birds (lower(kept)); alter table birds add unique (kept)",
            RULES
                .replace("[kept]", "[]")
                .replace("      p: nullify", "      p: nullify\n      kept: { mask: choose, from: [a] }"),
            2,
        ),
        (
            "view",
            "create materialized view broken as select case when t like 'qzcanary%' then 1 else t::int end from birds",
            RULES.to_owned(),
            5,
        ),
        (
            "domain",
            "create function no(text) returns bool language plpgsql as $$begin if $1 !~ 'qzcanary' then raise exception 'value % is not qzcanary', $1; end if; return true; end$$; alter domain short_text add check (public.no(value))",
            RULES.to_owned(),
            0,
        ),
    ] {
        let case = birds(&format!("failing_{station}"));
        production().sql(&case.production, production_sql);
        case.rules(&rules);
        let (ran, text) = searched(&case, &[]);
        assert!(ran.code != 0, "{station} did not fail");
        if code != 0 {
            assert_eq!(ran.code, code, "{station}: {}", ran.stderr);
        }
        assert_eq!(text.matches(MASKED).count(), 0, "{station}: a canary was found\n{}", ran.stderr);
        assert!(staging().databases(&case.staging).is_empty(), "{station}: something was left behind");
    }
}

#[test]
fn no_canary_shows_when_a_script_fails() {
    let case = birds("failing_script");
    case.rules(&format!("{RULES}\nafter_load: [bad.sql]\n"));
    // The script looks at masked rows only; what it raises is nobody's business all the same.
    fs::write(
        case.folder.path().join("bad.sql"),
        "do $$begin raise exception 'row %', (select kept from birds limit 1); end$$",
    )
    .unwrap();
    let (ran, text) = searched(&case, &[]);
    assert!(ran.code != 0);
    assert!(!text.contains(KEPT) && !text.contains(MASKED), "{}", ran.stderr);
}
