//! The promise, wide: a canary of its own in every column of every type, every container and every place of a schema that
//! can hold a value. After a run nobody finds one of the data's, not even on the disk of staging's server; those that stand
//! in the schema's texts travel as texts of the schema. Runs that fail, at whatever station, show none at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::{KEY, Ran, Server, bauta, ended, run, spawn, start_with};

/// What a value looks like: its type, the value (`{t}` is the canary's word, `{n}` its number of ten digits), how PostgreSQL
/// prints what is searched for, and the mask of its column.
struct Spot {
    ty: &'static str,
    value: &'static str,
    shown: &'static str,
    mask: &'static str,
}

const fn spot(ty: &'static str, value: &'static str, shown: &'static str, mask: &'static str) -> Spot {
    Spot { ty, value, shown, mask }
}

const SPOTS: &[Spot] = &[
    spot("text", "'{t}'", "{t}", "text"),
    spot("text", "'Dear {t}, your number is {n}.'", "{t}", "text"),
    spot("text", "'{t}'", "{t}", "redact"),
    spot("text", "'{t}'", "{t}", "pseudonym"),
    spot("text", "'{t}'", "{t}", "person_name"),
    spot("text", "'{t}'", "{t}", "company"),
    spot("text", "'{t}'", "{t}", "street"),
    spot("text", "'{t}'", "{t}", "city"),
    spot("text", "'{t}'", "{t}", "username"),
    spot("text", "'{t}@example.co'", "{t}", "email"),
    spot("text", "'https://{t}.example.co/{t}?q={t}#{t}'", "{t}", "url"),
    spot("text", "'sk_live_{t}'", "{t}", "secret"),
    spot("text", "'{t}'", "{t}", "password"),
    spot("text", "'{t}'", "{t}", "pattern"),
    spot("text", "'{n}'", "{n}", "digits"),
    spot("text", "'+49 30 {n}'", "{n}", "phone"),
    spot("text", "'198.18.73.91'", "198.18.73.91", "ip"),
    spot("varchar(40)", "'{t}'", "{t}", "last_name"),
    spot("char(40)", "'{t}'", "{t}", "first_name"),
    spot("citext", "'{t}'", "{t}", "pseudonym"),
    spot("short_text", "'{t}'", "{t}", "street"),
    spot("name", "'{t}'", "{t}", "nullify"),
    spot("int4", "1{n9}", "1{n9}", "nullify"),
    spot("int4", "1{n9}", "1{n9}", "redact"),
    spot("int8", "{n}", "{n}", "redact"),
    spot("int8", "{n}", "{n}", "permute"),
    spot("numeric(20,4)", "{n}.7391", "{n}.7391", "number_noise"),
    spot("numeric", "{n}.5073", "{n}.5073", "nullify"),
    spot("float8", "{n}.25", "{n}.25", "nullify"),
    spot("money", "'{n}.51'::numeric::money", "{m}.51", "nullify"),
    spot("date", "'1739-08-24'", "1739-08-24", "nullify"),
    spot("date", "'1738-08-24'", "1738-08-24", "redact"),
    spot("timestamp", "'1739-08-24 17:39:18.2{s}'", "17:39:18.2{s}", "timestamp_shift"),
    spot("timestamptz", "'1739-08-24 17:39:18.2{s}+00'", "17:39:18.2{s}", "timestamp_shift"),
    spot("time", "'17:39:18.2{s}'", "17:39:18.2{s}", "nullify"),
    spot("timetz", "'17:39:18.2{s}+00'", "17:39:18.2{s}", "nullify"),
    spot("interval", "'7391 days 08:24:39.6{s}'", "08:24:39.6{s}", "nullify"),
    spot("uuid", "'73918246-5073-4182-a650-00{n}'", "73918246-5073-4182-a650-00{n}", "permute"),
    spot("uuid", "'73918246-5073-4182-a650-00{n}'", "73918246-5073-4182-a650-00{n}", "nullify"),
    spot("inet", "'198.19.73.92'", "198.19.73.92", "ip"),
    spot("cidr", "'198.19.74.0/24'", "198.19.74.0", "ip"),
    spot("macaddr", "'73:91:82:46:50:ab'", "73:91:82:46:50:ab", "redact"),
    spot("macaddr8", "'73:91:82:46:50:ab:cd:01'", "73:91:82:46:50:ab:cd:01", "nullify"),
    spot("bytea", "'{t}'", "{x}", "secret"),
    spot("bytea", "'{t}'", "{x}", "redact"),
    spot("bit(40)", "({n}::bit(40))", "{b}", "nullify"),
    spot("varbit", "({n}::bit(40))::varbit", "{b}", "nullify"),
    spot("point", "'({n}.5,1)'", "{n}.5,1", "nullify"),
    spot("box", "'({n}.5,2),(1,1)'", "{n}.5,2", "nullify"),
    spot("path", "'[({n}.5,3),(1,1)]'", "{n}.5,3", "nullify"),
    spot("polygon", "'(({n}.5,4),(1,1))'", "{n}.5,4", "nullify"),
    spot("circle", "'<({n}.5,5),1>'", "{n}.5,5", "nullify"),
    spot("lseg", "'[({n}.5,6),(1,1)]'", "{n}.5,6", "nullify"),
    spot("line", "'{{n}.5,7,1}'", "{n}.5,7", "nullify"),
    spot("json", "'{\"{t}\": 1}'", "{t}", "redact"),
    spot("json", "'{\"k\": [\"{t}\", {n}]}'", "{t}", "nullify"),
    spot("jsonb", "'{\"{t}\": 1}'", "{t}", "redact"),
    spot("jsonb", "'{\"k\": {\"l\": \"{t}\"}}'", "{t}", "redact"),
    spot("jsonb", "'[{n}]'", "{n}", "nullify"),
    spot("jsonpath", "'$.\"{t}\"'", "{t}", "nullify"),
    spot("xml", "'<{t} a=\"{t}\">{t}</{t}>'", "{t}", "redact"),
    spot("hstore", "'{t} => x'", "{t}", "nullify"),
    spot("hstore", "'x => {t}'", "{t}", "nullify"),
    spot("ltree", "'a.{t}'", "{t}", "nullify"),
    spot("tsvector", "'{t}'", "{t}", "nullify"),
    spot("tsquery", "'{t}'", "{t}", "nullify"),
    spot("pg_lsn", "'7391824/{h}'", "7391824/{h}", "nullify"),
    spot("oid", "3{n9}", "3{n9}", "nullify"),
    spot("xid8", "'{n}'", "{n}", "nullify"),
    spot("pair", "row('{t}', 1)::pair", "{t}", "nullify"),
    spot("nested", "row(row('{t}', 1)::pair, array['x'])::nested", "{t}", "nullify"),
    spot("text[]", "array['{t}', null, '']", "{t}", "pseudonym"),
    spot("text[][]", "array[['{t}', 'a'], ['b', 'c']]", "{t}", "redact"),
    spot("text[]", "array['{t}']", "{t}", "nullify"),
    spot("int8[]", "array[{n}]", "{n}", "redact"),
    spot("numeric[]", "array[{n}.75]", "{n}.75", "nullify"),
    spot("jsonb[]", "array['{\"{t}\": 1}'::jsonb]", "{t}", "nullify"),
    spot("bytea[]", "array['{t}'::bytea]", "{x}", "nullify"),
    spot("timestamp[]", "array['1739-08-24 17:39:18.2{s}'::timestamp]", "17:39:18.2{s}", "nullify"),
    spot("pair[]", "array[row('{t}', 1)::pair]", "{t}", "nullify"),
    spot("short_text[]", "array['{t}'::short_text]", "{t}", "nullify"),
    spot("list_of_text", "array['{t}']", "{t}", "nullify"),
    spot("int8range", "int8range({n}, {n} + 7)", "{n}", "nullify"),
    spot("numrange", "numrange({n}.5, null)", "{n}.5", "nullify"),
    spot("tsrange", "tsrange('1739-08-24 17:39:18.2{s}', null)", "17:39:18.2{s}", "nullify"),
    spot("textrange", "textrange('{t}', null)", "{t}", "nullify"),
    spot("int8multirange", "int8multirange(int8range({n}, {n} + 7))", "{n}", "nullify"),
    spot("int8range[]", "array[int8range({n}, {n} + 7)]", "{n}", "nullify"),
];

const ROWS: usize = 40;

/// A canary's word and number. Each place has one of its own.
fn word(place: usize) -> String {
    format!("qz{place:03}canary")
}

fn number(place: usize) -> u64 {
    7_391_800_000 + place as u64 * 1_009 + 7
}

/// Fills a pattern in.
fn filled(pattern: &str, place: usize) -> String {
    let (word, number) = (word(place), number(place));
    let grouped = {
        let digits = number.to_string();
        format!("{},{},{},{}", &digits[..1], &digits[1..4], &digits[4..7], &digits[7..])
    };
    let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
    pattern
        .replace("{t}", &word)
        .replace("{n9}", &number.to_string()[1..])
        .replace("{n}", &number.to_string())
        .replace("{m}", &grouped)
        .replace("{x}", &hex)
        .replace("{s}", &format!("{:05}", place * 37 + 10_001))
        .replace("{h}", &format!("{:X}", 0x7391_8000_u64 + place as u64))
        .replace("{b}", &format!("{number:040b}"))
}

/// Everything that types need, and the canaries of the data: a table with a column for each, twice as a partition and as a
/// child, with statistics of many kinds.
fn data() -> String {
    let columns: Vec<String> = SPOTS.iter().enumerate().map(|(at, spot)| format!("c{at} {}", spot.ty)).collect();
    let values: Vec<String> = SPOTS.iter().enumerate().map(|(at, spot)| filled(spot.value, at)).collect();
    let names: Vec<String> = (0..SPOTS.len()).map(|at| format!("c{at}")).collect();
    format!(
        "create extension citext; create extension hstore; create extension ltree;
         create domain short_text as varchar(40) check (length(value) > 2);
         create domain list_of_text as text[];
         create type pair as (a text, b int); create type nested as (p pair, l text[]);
         create type textrange as range (subtype = text);
         create table spots (id bigint generated by default as identity primary key, {});
         alter sequence spots_id_seq restart {sequence};
         insert into spots ({}) select {} from generate_series(1, {ROWS});
         create table parts (id int, {}) partition by list (id);
         create table part_1 partition of parts default;
         insert into parts select i, {} from generate_series(1, {ROWS}) i;
         create table child () inherits (spots);
         insert into child (id, {}) select i, {} from generate_series(1, {ROWS}) i;
         create statistics many (mcv) on c0, c2 from spots; create statistics more on (lower(c0)), (upper(c2)) from spots;
         create materialized view seen as select * from spots;
         create materialized view folded as select lower(c0) as low, length(c2), c56 from spots;
         analyze;
         select lo_from_bytea(0, '{}');",
        columns.join(", "),
        names.join(", "),
        values.join(", "),
        columns.join(", "),
        values.join(", "),
        names.join(", "),
        values.join(", "),
        word(LARGE_OBJECT),
        sequence = number(SEQUENCE),
    )
}

const LARGE_OBJECT: usize = 150;
const SEQUENCE: usize = 151;

/// What is never mirrored, and comments, which the rules drop: nothing of it arrives.
const LEFT_BEHIND: &[(&str, &str)] = &[
    ("option of a foreign data wrapper", "create foreign data wrapper far options (a '{t}')"),
    ("option of a foreign server", "create server away foreign data wrapper far options (host '{t}')"),
    ("password of a user mapping", "create user mapping for public server away options (password '{t}')"),
    ("option of a foreign table", "create foreign table there (a int) server away options (t '{t}')"),
    ("option of a foreign column", "create foreign table there_too (a int options (c '{t}')) server away"),
    ("condition of a publication", "create publication told for table spots where (c0 <> '{t}')"),
    ("setting of the database", "alter database shop set app.motto = '{t}'"),
    ("setting of a role", "alter role reader in database shop set app.motto = '{t}'"),
    ("comment on a table", "comment on table spots is '{t}'"),
    ("comment on a column", "comment on column spots.c1 is '{t}'"),
    ("comment on a function", "comment on function commented() is '{t}'"),
    ("comment on a type", "comment on type pair is '{t}'"),
    ("comment on a constraint", "comment on constraint spots_pkey on spots is '{t}'"),
    ("comment on an index", "comment on index plain is '{t}'"),
    ("comment on a schema", "comment on schema public is '{t}'"),
    ("comment on the database", "comment on database shop is '{t}'"),
];

/// Texts of the schema: they travel as they are.
const TEXTS: &[(&str, &str)] = &[
    ("default of a column", "alter table spots add t1 text default '{t}'"),
    ("generated column", "alter table spots add t2 text generated always as (coalesce(t1, '{t}')) stored"),
    ("default of a domain", "create domain with_default as text default '{t}'"),
    (
        "check of a domain",
        "create domain with_check as text check (value <> '{t}'); alter table spots add t3 with_check",
    ),
    ("check of a table", "alter table spots add constraint telling check (c0 <> 'x{t}')"),
    ("condition of an index", "create index conditional on spots (id) where c0 = '{t}'"),
    ("expression of an index", "create index computed on spots ((c0 || '{t}'))"),
    ("view", "create view looked as select '{t}'::text as x, id from spots"),
    ("materialized view", "create materialized view kept_look as select '{t}'::text as x"),
    ("function in SQL", "create function told_sql() returns text language sql as $$select '{t}'$$"),
    (
        "function in SQL, new style",
        "create function told_atomic() returns text language sql begin atomic select '{t}'::text; end",
    ),
    (
        "function in PL/pgSQL",
        "create function told_plpgsql() returns text language plpgsql as $$begin return '{t}'; end$$",
    ),
    (
        "constants in a function, quoted otherwise",
        r"create function told_dollar() returns text language plpgsql as $$begin return $x${t}$x$ || E'it\'s {t}'; end$$",
    ),
    (
        "nested comment in a function",
        "create function told_nested() returns int language sql as $$select /* a /* b */ {t} */ 1$$",
    ),
    ("comment in a function", "create function told_comment() returns int language sql as $$select 1 -- {t}\n$$"),
    ("procedure", "create procedure told_procedure() language sql as $$select '{t}'$$"),
    (
        "default of an argument",
        "create function told_default(a text default '{t}') returns text language sql as 'select a'",
    ),
    (
        "setting of a function",
        "create function told_setting() returns int language sql set application_name = '{t}' as 'select 1'",
    ),
    ("enum label", "create type told_labels as enum ('{t}'); alter table spots add t4 told_labels"),
    (
        "bound of a list partition",
        "create table listed (k text) partition by list (k); create table listed_1 partition of listed for values in ('{t}')",
    ),
    (
        "bound of a range partition",
        "create table ranged (k text) partition by range (k); create table ranged_1 partition of ranged for values from ('a') to ('{t}')",
    ),
    ("check of a partition", "alter table listed_1 add check (k <> 'x{t}')"),
    ("condition of a partition's unique index", "create unique index on listed_1 (k) where k <> '{t}'"),
    (
        "key of partitions",
        "create table keyed (k text) partition by list ((k || '{t}')); create table keyed_1 partition of keyed default",
    ),
    ("check of a domain that nothing uses", "create domain unused as text check (value <> '{t}')"),
    (
        "condition of a trigger",
        "create trigger told_when before update on spots for each row when (old.c0 = '{t}') execute function suppress_redundant_updates_trigger()",
    ),
    (
        "argument of a trigger",
        "create function told_trigger() returns trigger language plpgsql as 'begin return new; end'; create trigger told_argument before update on spots for each row execute function told_trigger('{t}')",
    ),
    ("policy", "create policy told_policy on spots using (c0 <> '{t}')"),
    ("rule", "create table ruled (a text); create rule told_rule as on delete to ruled do also select '{t}'::text"),
    ("statistics", "create statistics told_statistics on (c0 || '{t}'), id from spots"),
    (
        "initial condition of an aggregate",
        "create aggregate told_aggregate(text) (sfunc = textcat, stype = text, initcond = '{t}')",
    ),
];

/// Places of the second and third list.
const BEHIND: usize = 200;
const TEXT: usize = 300;

fn rules() -> String {
    let mut columns = String::from("id: permute");
    for (at, spot) in SPOTS.iter().enumerate() {
        let more = if spot.mask.ends_with("_shift") { ", within: 30d" } else { "" };
        columns.push_str(&format!(", c{at}: {{ mask: {}{more} }}", spot.mask));
    }
    let parts = columns.replacen("id: permute", "id: { keep: a number }", 1);
    format!(
        "version: 1
tables:
  spots: {{ columns: {{ {columns}, t1: redact, t3: nullify, t4: nullify }} }}
  parts: {{ columns: {{ {parts} }} }}
  listed: {{ rows: none }}
  ranged: {{ rows: none }}
  keyed: {{ rows: none }}
  ruled: {{ rows: none }}
mirror: {{ comments: drop, large_objects: none }}
"
    )
}

struct Wide {
    production: Server,
    staging: Server,
    folder: tempfile::TempDir,
}

impl Wide {
    fn start() -> Self {
        let wide = Self { production: start_with(&[]), staging: start_with(&[]), folder: tempfile::tempdir().unwrap() };
        wide.production.sql("postgres", "create database shop");
        // Without the superuser's check of bodies nothing that is told is lost.
        wide.production.sql("shop", &data());
        wide.production.sql(
            "shop",
            "create function commented() returns int language sql as 'select 1'; create index plain on spots (id)",
        );
        for (at, (_, sql)) in LEFT_BEHIND.iter().enumerate() {
            wide.production.sql("shop", &filled(sql, BEHIND + at));
        }
        for (at, (_, sql)) in TEXTS.iter().enumerate() {
            wide.production.sql("shop", &filled(sql, TEXT + at));
        }
        wide.production.sql("shop", "analyze");
        fs::write(wide.rule_file(), rules()).unwrap();
        wide
    }

    fn rule_file(&self) -> PathBuf {
        self.folder.path().join("shop.yaml")
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = bauta(&arguments[..1]);
        command.arg(self.rule_file()).args(&arguments[1..]).env("BAUTA_KEY", KEY).env("TMPDIR", self.temporary());
        command
            .env("BAUTA_SOURCE", self.production.uri("reader", "shop"))
            .env("BAUTA_TARGET", self.staging.uri("loader", "stage"));
        command
    }

    fn temporary(&self) -> PathBuf {
        let folder = self.folder.path().join("tmp");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// What a run itself leaves: output, reports, temporary files.
    fn traces(&self, ran: &Ran) -> String {
        let mut text = format!("{}\n{}\n", ran.stdout, ran.stderr);
        for folder in [self.folder.path().join("report"), self.temporary()] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                text.push_str(&String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default()));
            }
        }
        assert!(fs::read_dir(self.temporary()).unwrap().next().is_none(), "something was left in the temporary folder");
        text
    }
}

/// The canaries of the data with what is searched for.
fn of_data() -> Vec<(String, String)> {
    let columns =
        SPOTS.iter().enumerate().map(|(at, spot)| (format!("{} under {}", spot.ty, spot.mask), filled(spot.shown, at)));
    let more = [
        ("large object".to_owned(), filled("{x}", LARGE_OBJECT)),
        ("sequence".to_owned(), number(SEQUENCE).to_string()),
    ];
    columns.chain(more).collect()
}

fn of_list(list: &[(&str, &str)], from: usize) -> Vec<(String, String)> {
    list.iter().enumerate().map(|(at, (what, _))| ((*what).to_owned(), word(from + at))).collect()
}

fn found(canaries: &[(String, String)], text: &str) -> Vec<String> {
    canaries.iter().filter(|(_, shown)| text.contains(shown)).map(|(what, shown)| format!("{what}: {shown}")).collect()
}

/// Every file of a server, as bytes.
fn on_disk(folder: &Path, canaries: &[(String, String)]) -> (Vec<String>, usize) {
    let (mut folders, mut hits, mut bytes) = (vec![folder.to_owned()], Vec::new(), 0);
    // A word as it stands, and as hexadecimal where that is how it is printed.
    let words: Vec<_> = canaries.iter().filter(|(_, shown)| shown.starts_with("qz")).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if entry.metadata().is_ok_and(|metadata| metadata.is_file()) {
                let content = fs::read(&path).unwrap_or_default();
                bytes += content.len();
                // All words begin alike: one look finds whether there is any.
                for at in memchr_all(&content, b"qz") {
                    hits.extend(
                        words
                            .iter()
                            .filter(|(_, word)| content[at..].starts_with(word.as_bytes()))
                            .map(|(what, _)| format!("{what} in {}", path.display())),
                    );
                }
            }
        }
    }
    hits.sort();
    hits.dedup();
    (hits, bytes)
}

fn memchr_all<'a>(content: &'a [u8], pair: &'a [u8; 2]) -> impl Iterator<Item = usize> + 'a {
    content.windows(2).enumerate().filter(move |(_, window)| window == pair).map(|(at, _)| at)
}

#[test]
fn no_canary_of_the_data_arrives_and_those_of_the_schema_stay_in_it() {
    let wide = Wide::start();
    let report = wide.folder.path().join("report");
    let ran = run(wide.command(&[
        "refresh",
        "--jobs",
        "2",
        "--log-format",
        "json",
        "--format",
        "json",
        "--report",
        report.to_str().unwrap(),
    ]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (data, behind, texts) = (of_data(), of_list(LEFT_BEHIND, BEHIND), of_list(TEXTS, TEXT));
    assert!(data.iter().all(|(_, shown)| !shown.contains('{')), "a canary was not filled in");
    let traces = format!("{}{}", wide.traces(&ran), wide.staging.log());
    let dump = |options: &[&str], database: &str, server: &Server| {
        let output = server.program("pg_dump", database).args(options).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    // The search finds what is there.
    let here = format!(
        "{}{}",
        dump(&["-C"], "shop", &wide.production),
        wide.production.sql("shop", "select * from pg_sequences")
    );
    let seen = found(&[data.clone(), behind.clone(), texts.clone()].concat(), &here).len();
    assert_eq!(seen, data.len() + behind.len() + texts.len(), "the search does not find {:?} in production", {
        let all = [data.clone(), behind.clone(), texts.clone()].concat();
        all.into_iter().filter(|(_, shown)| !here.contains(shown)).collect::<Vec<_>>()
    });
    // The structure, the rows, and what is not in a dump.
    let structure = dump(&["-s", "-C"], "stage", &wide.staging);
    let rows = dump(&["-a"], "stage", &wide.staging);
    let catalogs: String = [
        "pg_stats",
        "pg_stats_ext",
        "pg_stats_ext_exprs",
        "pg_sequences",
        "pg_largeobject",
        "pg_db_role_setting",
        "pg_user_mappings",
        "pg_foreign_server",
        "pg_shdescription",
    ]
    .map(|table| wide.staging.sql("stage", &format!("select * from {table}")))
    .concat();
    let nowhere = [data.clone(), behind.clone()].concat();
    for (place, text) in
        [("output, reports, logs", &traces), ("the structure", &structure), ("rows", &rows), ("catalogs", &catalogs)]
    {
        assert_eq!(found(&nowhere, text), Vec::<String>::new(), "in {place}");
    }
    assert_eq!(found(&texts, &traces), Vec::<String>::new(), "texts of the schema in output, reports, logs");
    assert_eq!(found(&texts, &structure).len(), texts.len(), "texts of the schema did not travel");
    wide.staging.sql("postgres", "checkpoint");
    let (hits, bytes) = on_disk(wide.staging.socket_folder(), &nowhere);
    assert_eq!(hits, Vec::<String>::new(), "on staging's disk");
    println!(
        "{} canaries in {} columns and containers of the data, {} in what stays behind, in {} rows: 0 found in {} bytes of output, dumps and catalogs and in {bytes} bytes of staging's disk",
        data.len(),
        SPOTS.len(),
        behind.len(),
        ROWS * 3,
        traces.len() + structure.len() + rows.len() + catalogs.len()
    );
    comments_travel_where_the_rules_keep_them(&wide);
}

/// Every comment on what is mirrored arrives, and `audit --source` names the place of everything that travels in the schema,
/// and of foreign options, which reviewers look at too. What it says is shown on request only; rows never.
fn comments_travel_where_the_rules_keep_them(wide: &Wide) {
    fs::write(wide.rule_file(), rules().replace("comments: drop", "comments: keep")).unwrap();
    let ran = run(wide.command(&["refresh"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let behind = of_list(LEFT_BEHIND, BEHIND);
    let (comments, others): (Vec<_>, Vec<_>) =
        behind.iter().cloned().partition(|(what, _)| what.starts_with("comment") && what != "comment on the database");
    let structure = wide.staging.program("pg_dump", "stage").args(["-s", "-C"]).output().unwrap();
    let structure = String::from_utf8(structure.stdout).unwrap();
    assert_eq!(found(&comments, &structure).len(), comments.len(), "comments did not travel");
    assert_eq!(found(&[of_data(), others.clone()].concat(), &structure), Vec::<String>::new());
    let source = wide.production.uri("reader", "shop");
    let audit = |more: &[&str]| {
        let ran = run(wide.command(&[&["audit", "--source", &source, "--format", "json"], more].concat()));
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(found(&of_list(TEXTS, TEXT), &ran.stderr), Vec::<String>::new());
        ran.stdout
    };
    let (quiet, told) = (audit(&[]), audit(&["--show-literals"]));
    let (options, never): (Vec<_>, Vec<_>) = others.into_iter().partition(|(what, _)| what.starts_with("option"));
    let named = [of_list(TEXTS, TEXT), comments, options].concat();
    assert_eq!(found(&[of_data(), never.clone()].concat(), &told), Vec::<String>::new());
    // Names of places say nothing of their texts.
    assert_eq!(found(&[of_data(), behind, named.clone()].concat(), &quiet), Vec::<String>::new());
    let register: serde_json::Value = serde_json::from_str(&told).unwrap();
    let places = register["literals"]["places"].as_array().unwrap();
    let mut lines = Vec::new();
    for (what, word) in &named {
        let place = places.iter().find(|place| place["texts"].to_string().contains(word.as_str()));
        let place = place.unwrap_or_else(|| panic!("audit names no place for {what}"));
        lines.push(format!("| {what} | {}, {} |", place["kind"].as_str().unwrap(), place["object"].as_str().unwrap()));
    }
    println!(
        "{} canaries in texts of the schema, each named by audit --source; {} others in none\n{}",
        named.len(),
        never.len() + of_data().len(),
        lines.join("\n")
    );
}

/// Its name, what production is made to hold, the rules, options, exit codes.
type Station<'a> = (&'a str, String, &'a str, Vec<&'a str>, &'a [i32]);

#[test]
fn no_canary_shows_in_runs_that_fail_at_any_station() {
    let wide = Wide::start();
    let first = run(wide.command(&["refresh"]));
    assert_eq!(first.code, 0, "{}", first.stderr);
    let (nowhere, texts) = ([of_data(), of_list(LEFT_BEHIND, BEHIND)].concat(), of_list(TEXTS, TEXT));
    let reader = wide.production.uri("reader", "shop");
    let wrong = reader.replace("reader:reader", &format!("reader:{}", word(900)));
    let superuser = wide.production.admin("shop");
    let nobody = wide.staging.uri("app", "stage");
    let plain = rules();
    let script = format!("{plain}after_load: [bad.sql]\n");
    fs::write(
        wide.folder.path().join("bad.sql"),
        "do $$begin raise exception 'no %', (select c0 from spots limit 1); end$$",
    )
    .unwrap();
    let unruled = plain.replace(", t4: nullify", "");
    let broken = plain.replacen("c0: { mask: text }", "c0: { mask: ip }", 1);
    let undecided = plain.replace(", large_objects: none", "");
    let slow = format!("{plain}after_load: [slow.sql]\n");
    fs::write(wide.folder.path().join("slow.sql"), "select pg_catalog.pg_sleep(30)").unwrap();
    let function = "create function public.no(text) returns bool language plpgsql immutable as
        $$begin if $1 !~ '^qz' then raise exception 'value % is refused', $1; end if; return true; end$$; ";
    let no = |sql: &str| format!("{function}{sql}");
    let undo = "drop materialized view if exists failing; drop index if exists failing_index; alter table spots drop constraint if exists failing; \
        alter table spots drop constraint if exists apart; drop function if exists public.no(text) cascade";
    let stations: Vec<Station> = vec![
        ("logging in", String::new(), &plain, vec!["--source", &wrong], &[3]),
        ("the source's role", String::new(), &plain, vec!["--source", &superuser], &[4]),
        ("rules", String::new(), &unruled, vec![], &[2]),
        ("the target's role", String::new(), &plain, vec!["--target", &nobody], &[3, 4]),
        ("large objects", String::new(), &undecided, vec![], &[2]),
        ("a template", String::new(), &plain, vec!["--template", "absent"], &[3]),
        ("masking", String::new(), &broken, vec![], &[2, 5]),
        ("a check while loading", no("alter table spots add constraint failing check (public.no(c0))"), &plain, vec![], &[5]),
        ("an index", no("create index failing_index on spots (public.no(c2))"), &plain, vec![], &[5]),
        ("a unique index", no("create unique index failing_index on spots (id, length(c0)) where public.no(c0)"), &plain, vec![], &[2, 5]),
        ("a materialized view", no("create materialized view failing as select public.no(c0) as x from spots"), &plain, vec![], &[5]),
        ("a cast in a view", "create materialized view failing as select case when c0 like 'qz%' then 1 else c0::int end as x from spots".to_owned(), &plain, vec![], &[5]),
        ("a script", String::new(), &script, vec![], &[5]),
        ("the report", String::new(), &plain, vec!["--report", "/proc/bauta"], &[3]),
    ];
    let mut lines = Vec::new();
    let check = |station: &str, ran: &Ran, codes: &[i32]| {
        assert!(codes.contains(&ran.code), "{station}: exit {}\n{}", ran.code, ran.stderr);
        let traces = wide.traces(ran);
        assert_eq!(found(&texts, &traces), Vec::<String>::new(), "{station}");
        // The server may tell which statements of the schema were cut off; there it stands anyway.
        let activity = wide.staging.sql("postgres", "select * from pg_stat_activity");
        let text = format!("{traces}{}{activity}", wide.staging.log());
        assert_eq!(found(&nowhere, &text), Vec::<String>::new(), "{station}");
        assert!(!text.contains(&word(900)), "{station}");
        if ran.code != 0 && station != "the report" {
            assert_eq!(wide.staging.sql("stage", "select count(*) from only spots"), ROWS.to_string(), "{station}");
        }
        format!("| {station} | exit {} | 0 |", ran.code)
    };
    for (station, sql, rules, options, codes) in &stations {
        fs::write(wide.rule_file(), rules).unwrap();
        if !sql.is_empty() {
            wide.production.sql("shop", sql);
        }
        let ran = run(wide.command(&[&["refresh", "--log-format", "json"], &options[..]].concat()));
        lines.push(check(station, &ran, codes));
        wide.production.sql("shop", undo);
    }
    // Told to stop, killed, and ended by the server, while everything is loaded already.
    for (station, how, codes) in
        [("a signal", 15, &[143][..]), ("a kill", 9, &[-1]), ("the server ends our sessions", 0, &[3])]
    {
        fs::write(wide.rule_file(), &slow).unwrap();
        let child = spawn(wide.command(&["refresh", "--log-format", "json"]));
        let sleeping = "select count(*) from pg_stat_activity where query like '%pg_sleep(30)%' and application_name like 'bauta%'";
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'loader'";
        let begun = Instant::now();
        while wide.staging.sql("postgres", sleeping) == "0" {
            assert!(begun.elapsed() < Duration::from_secs(120), "{station}: the script never ran");
            std::thread::sleep(Duration::from_millis(50));
        }
        let pid = rustix::process::Pid::from_child(&child);
        match how {
            15 => rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap(),
            9 => rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap(),
            _ => drop(wide.staging.sql("postgres", end)),
        }
        let ran = ended(child.wait_with_output().unwrap());
        lines.push(check(station, &ran, codes));
        // What the killed run left there would pass for the next one's.
        wide.staging.sql("postgres", end);
    }
    println!(
        "{} canaries searched for after {} runs that fail\n{}",
        nowhere.len() + texts.len(),
        lines.len(),
        lines.join("\n")
    );
}
