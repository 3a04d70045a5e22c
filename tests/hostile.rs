//! A hostile production: names that try to leave their quotes at every place of every statement, and code in every place
//! where staging's server runs it while rows are loaded. Names arrive as they are; code finds that it can do nothing
//! outside the shadow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::time::Duration;

use bauta::postgres::sql::{identifier as id, literal};
use bauta::schema::TableName;

use crate::support::{KEY, Ran, Server, bauta, run, start_with};

/// Names, each different in its first 40 bytes too.
const NAMES: &[&str] = &[
    "a\"b\"\"c",
    "two\nlines\r\n-- and a comment",
    "$$ $x$; select 1; $x$",
    "it's '; drop table people; --",
    "back\\slash \\' \\x41 \\\\",
    "%s %n %1$s %% {} {0}",
    "größe 名前 😀 αβγ \u{202e}thgir",
    "exactly 63 bytes: 34567890123456789012345678901234567890123 end",
    "a.b.\"c\".*",
    "TABLE DATA - x; 1259 5 o",
    "; 1 2 depends on: 3",
    "dbname='x' host=evil",
    "postgresql://evil/x?a=b",
    "E'\\n' U&'\\0041' :var :'var' \\gexec",
    "tab\tand \u{1b}[31mcolour\u{7}",
    "null",
    " leading and trailing ",
    "select",
    "\"",
    "''''",
];

fn name(at: usize) -> &'static str {
    NAMES[at % NAMES.len()]
}

/// One schema full of things that are called by name number `at` and those after it.
fn named_schema(at: usize) -> String {
    let n = |more: usize| id(name(at + more));
    let schema = n(0);
    let q = |more: usize| format!("{schema}.{}", n(more));
    let l = |more: usize| literal(name(at + more));
    format!(
        "create schema {schema};
         create type {enum_} as enum ({l0}, {l1}, 'plain');
         create domain {domain} as text constraint {n1} check (value <> {l2}) default {l3};
         create type {pair} as ({n1} text, {n2} int);
         create sequence {sequence};
         create table {table} ({n0} int primary key, {n1} text default {l4}, {n2} {enum_} default {l0}, {n3} {domain},
            {n4} bigint default nextval({sequence_text}), {n5} {pair}, constraint {n6} check ({n0} > -1 and {n1} <> {l5}));
         create unique index {index} on {table} ({n0}, ({n1} || {l6}));
         create table {child} ({n0} int, {n7} int, constraint {n8} foreign key ({n7}) references {table} ({n0}));
         create table {parted} ({n0} text, {n1} text) partition by list ({n0});
         create table {part} partition of {parted} for values in ({l7}, {l8});
         create view {view} as select {n0}, {n1}, {l9} as {n9} from {table};
         create materialized view {seen} as select {n0}, {l10} as {n10} from {table};
         create function {function}({n0} text) returns text language sql as {body};
         create trigger {n0} before update on {table} for each row execute function pg_catalog.suppress_redundant_updates_trigger();
         create policy {n1} on {table} to {role} using ({n1} <> {l0});
         create statistics {statistics} on {n0}, {n1} from {table};
         create rule {n2} as on delete to {child} do also select {l1};
         comment on table {table} is {l0}; comment on column {table}.{n1} is {l1}; comment on constraint {n6} on {table} is {l2};
         comment on trigger {n0} on {table} is {l3}; comment on policy {n1} on {table} is {l4};
         grant select ({n0}), update ({n1}) on {table} to {role}; grant usage on schema {schema} to {role} with grant option;
         alter table {child} owner to {owner}; alter default privileges in schema {schema} grant select on tables to {role};
         insert into {table} select i, 'secret ' || i, {l1}, {l4}, i, row({l5}, i)::{pair} from generate_series(0, 20) i;
         insert into {child} select i, i from generate_series(0, 20) i;
         insert into {parted} select case when i % 2 = 0 then {l7} else {l8} end, 'secret ' || i from generate_series(0, 20) i;
         refresh materialized view {seen};",
        table = q(0), sequence = q(1), sequence_text = literal(&q(1)), index = n(2),
        view = q(3), seen = q(4), child = q(5), parted = q(6), part = q(7), enum_ = q(8), domain = q(9), pair = q(10),
        function = q(11), statistics = q(12), role = id(&role(at)), owner = id(&role(at + 1)), body = literal(&format!("select {}", l(0))),
        n0 = n(0), n1 = n(1), n2 = n(2), n3 = n(3), n4 = n(4), n5 = n(5), n6 = n(6), n7 = n(7), n8 = n(8), n9 = n(9), n10 = n(10),
        l0 = l(0), l1 = l(1), l2 = l(2), l3 = l(3), l4 = l(4), l5 = l(5), l6 = l(6), l7 = l(7), l8 = l(8), l9 = l(9), l10 = l(10),
    )
}

/// Roles must not begin with `pg_` and are shared by a server: a letter before each name keeps them apart from others.
fn role(at: usize) -> String {
    let mut role = format!("r{}", name(at));
    role.truncate(role.floor_char_boundary(63));
    role
}

/// Rules for all of it: JSON is YAML.
fn named_rules() -> String {
    let quoted = |name: &str| {
        if name.contains(['*', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
    };
    let mut tables = serde_json::Map::new();
    for at in 0..NAMES.len() {
        let table = |more: usize| TableName::new(name(at), name(at + more)).to_string();
        let n = |more: usize| quoted(name(at + more));
        let kept: Vec<String> = [2, 3, 4, 5].into_iter().map(n).collect();
        tables.insert(
            table(0),
            serde_json::json!({"columns": {n(0): "permute", n(1): "pseudonym"}, "keep": {"made up": kept}}),
        );
        tables.insert(table(5), serde_json::json!({"columns": {n(0): "permute"}}));
        tables.insert(table(6), serde_json::json!({"columns": {n(1): "pseudonym"}, "keep": {"made up": [n(0)]}}));
    }
    format!("version: 1\ntables: {}\nmirror: {{ comments: keep }}\n", serde_json::Value::Object(tables))
}

/// Everything that has a name, as the catalog tells it, in one order.
fn catalog(server: &Server, database: &str) -> Vec<String> {
    let sql = "
        select distinct i.type || ' ' || i.identity from pg_depend d, pg_identify_object(d.classid, d.objid, d.objsubid) i
            where d.objid >= 16384 and i.schema !~ '^pg_' and i.type not in ('rule', 'default value', 'toast table')
        union all select 'label ' || enumtypid::regtype || ' ' || enumlabel from pg_enum
        union all select 'check ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where connamespace >= 16384
        union all select 'comment ' || description from pg_description where objoid >= 16384 and classoid <> 'pg_extension'::regclass
        union all select 'bound ' || pg_get_expr(relpartbound, oid) from pg_class where relispartition
        union all select 'acl ' || relname || ' ' || relacl::text from pg_class where relacl is not null and oid >= 16384 and relkind = 'r'
        union all select 'owner ' || relname || ' ' || relowner::regrole from pg_class where oid >= 16384 and relkind = 'r'
            and relowner::regrole::text <> 'postgres' and relowner::regrole::text <> 'loader'
        union all select 'body ' || prosrc from pg_proc where oid >= 16384
        union all select 'view ' || definition from pg_views where schemaname !~ '^(pg_|information)'
        union all select 'policy ' || polname || pg_get_expr(polqual, polrelid) || polroles::regrole[]::text from pg_policy";
    // A name may hold a line break: rows are told apart by another sign.
    let mut psql = server.program("psql", "postgres");
    psql.args(["-d", &server.admin(&encoded(database)), "-XAtq", "-R", "\u{1}", "-v", "ON_ERROR_STOP=1"]);
    let output = psql.args(["-c", "set search_path to ''", "-c", sql]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut rows: Vec<String> = text
        .trim_end_matches('\n')
        .split('\u{1}')
        .map(|row| row.replace("postgres=", "loader=").replace("/postgres", "/loader"))
        .collect();
    rows.sort();
    rows
}

/// A name inside a URI.
fn encoded(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "%{byte:02X}").unwrap();
        text
    })
}

#[test]
fn names_that_try_to_leave_their_quotes_arrive_as_they_are() {
    let (production, staging) = (start_with(&[]), start_with(&[]));
    for server in [&production, &staging] {
        (0..NAMES.len()).for_each(|at| drop(server.sql("postgres", &format!("create role {}", id(&role(at))))));
    }
    (0..NAMES.len()).for_each(|at| drop(staging.sql("postgres", &format!("grant {} to loader", id(&role(at))))));
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("names.yaml");
    fs::write(&rules, named_rules()).unwrap();
    // Two databases with hostile names of their own, on either side.
    for at in [0, 12] {
        let shop = format!("{}{}", name(at), if at == 0 { name(4) } else { "" });
        let stage = format!("s{}", name(at + 1));
        production.sql("postgres", &format!("create database {}", id(&shop)));
        let everything: String = (0..NAMES.len()).map(named_schema).collect();
        let script = folder.path().join("names.sql");
        fs::write(&script, everything).unwrap();
        let uri = |server: &Server, role: &str, database: &str| server.uri(role, &encoded(database));
        let mut psql = production.program("psql", "postgres");
        psql.args(["-d", &production.admin(&encoded(&shop)), "-Xq1", "-v", "ON_ERROR_STOP=1", "-f"]).arg(&script);
        let output = psql.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let command = |arguments: &[&str]| -> Ran {
            let mut command = bauta(arguments);
            command.env("BAUTA_KEY", KEY).env("BAUTA_SOURCE", uri(&production, "reader", &shop));
            command.env("BAUTA_TARGET", uri(&staging, "loader", &stage));
            run(command)
        };
        let file = rules.to_str().unwrap();
        for arguments in [
            &["snapshot", file][..],
            &["check", file],
            &["plan", file],
            &["refresh", file, "--jobs", "3"],
            &["refresh", file, "--split-size", "8kB", "--log-format", "json", "--format", "json"],
            &["status"],
            &["rollback"],
            &["rollback"],
        ] {
            let ran = command(arguments);
            assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
            // A terminal is not told to do anything.
            let control = |text: &str| text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\t'));
            assert!(!control(&ran.stdout) && !control(&ran.stderr), "{arguments:?}: control characters were printed");
        }
        let (here, there) = (catalog(&production, &shop), catalog(&staging, &stage));
        let missing: Vec<_> = here.iter().filter(|row| !there.contains(row)).collect();
        let more: Vec<_> = there.iter().filter(|row| !here.contains(row)).collect();
        assert!(missing.is_empty() && more.is_empty(), "only in production: {missing:#?}\nonly on staging: {more:#?}");
        assert!(here.len() > 600, "only {} objects", here.len());
        println!(
            "{} names at every site, {} objects and texts of {:?} arrived in {:?}",
            NAMES.len(),
            here.len(),
            shop,
            stage
        );
        let left = staging
            .sql("postgres", "select count(*) from pg_database where not datistemplate and datname <> 'postgres'");
        assert_eq!(left, if at == 0 { "2" } else { "4" });
    }
}

/// What code tries as the role that runs it, and how the server answers: by SQLSTATE, or `done` where any role may.
const ATTEMPTS: &[(&str, &str, &str)] = &[
    (
        "end another role's session",
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'bystander'",
        "42501",
    ),
    (
        "cancel another role's statement",
        "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'bystander'",
        "42501",
    ),
    ("read a file", "select pg_read_file('/etc/passwd')", "42501"),
    ("list a folder", "select pg_ls_dir('/')", "42501"),
    ("import a file", "select lo_import('/etc/passwd')", "42501"),
    ("export a file", "select lo_export(lo_from_bytea(0, 'x'), '/tmp/bauta-hostile')", "42501"),
    ("copy from a file", "copy pg_temp.loot from '/etc/passwd'", "42501"),
    ("copy to a program", "copy (select 1) to program 'touch /tmp/bauta-hostile'", "42501"),
    ("copy to a file", "copy (select 1) to '/tmp/bauta-hostile'", "42501"),
    ("create a role", "create role bauta_hostile superuser", "42501"),
    ("become a superuser", "alter role loader superuser", "42501"),
    ("become another role", "set role bystander", "42501"),
    ("become the first superuser", "set session authorization postgres", "42501"),
    ("go back to who logged in", "reset role", "done"),
    ("join a role", "grant pg_read_server_files to loader", "42501"),
    ("read password hashes", "select count(*) from pg_authid", "42501"),
    ("create dblink", "create extension dblink schema public", "42501"),
    (
        "create a function in C",
        "create function public.c_hostile() returns int language c as 'libc', 'system'",
        "42501",
    ),
    ("create an untrusted language", "create language plpython3u", "42501"),
    ("load a library", "load '/tmp/bauta-hostile.so'", "42501"),
    (
        "create an event trigger",
        "create event trigger hostile on ddl_command_end execute function public.nothing()",
        "42501",
    ),
    ("publish all tables", "create publication hostile for all tables", "42501"),
    (
        "subscribe elsewhere",
        "create subscription hostile connection 'dbname=postgres' publication x with (connect = false)",
        "42501",
    ),
    ("change a setting of the server", "select set_config('log_statement', 'all', false)", "42501"),
    ("switch triggers off", "select set_config('session_replication_role', 'replica', false)", "42501"),
    ("comment on staging", "comment on database stage is 'mine'", "42501"),
    ("change staging's settings", "alter database stage set default_transaction_read_only = on", "42501"),
    ("close staging", "revoke connect on database stage from public", "done"),
    ("rename staging", "alter database stage rename to gone", "42501"),
    ("take a neighbour's database", "alter database neighbour owner to loader", "42501"),
    ("comment on a neighbour", "comment on database neighbour is 'mine'", "42501"),
    ("a tablespace", "create tablespace hostile location '/tmp'", "25001"),
];

/// Where production's code runs while staging is made: a name, and SQL that calls `public.attack(SITE)` there.
const SITES: &[(&str, &str)] = &[
    ("check", "create table at_check (id int, check (public.attack('check') is not null))"),
    ("domain", "create domain d as int check (public.attack('domain') is not null); create table at_domain (id d)"),
    (
        "generated",
        "create table at_generated (id int, g text generated always as (public.calm('generated', id)) stored)",
    ),
    ("index", "create table at_index (id int); create index on at_index (public.calm('index', id))"),
    (
        "condition of an index",
        "create table at_partial (id int); create index on at_partial (id) where public.calm('condition of an index', id) is not null",
    ),
    (
        "exclusion",
        "create table at_exclusion (id int); alter table at_exclusion add constraint x exclude using btree (public.calm('exclusion', id) with =)",
    ),
    (
        "statistics",
        "create table at_statistics (id int); create statistics st on id, (public.calm('statistics', id)) from at_statistics",
    ),
    (
        "materialized view",
        "create table at_view (id int); create materialized view seen as select public.attack('materialized view') from at_view",
    ),
    (
        "view under it",
        "create table at_under (id int); create view under as select public.attack('view under it') as x from at_under; create materialized view over as select * from under",
    ),
    (
        "cast",
        "create type c as (a int); create function public.cast_c(int) returns c language plpgsql as $$begin perform public.attack('cast'); return row($1); end$$; create cast (int as c) with function public.cast_c(int); create table at_cast (id int); create materialized view casted as select (id::c).a from at_cast",
    ),
    (
        "operator",
        "create function public.op(int, int) returns bool language plpgsql as $$begin perform public.attack('operator'); return true; end$$; create operator public.=== (leftarg = int, rightarg = int, function = public.op); create table at_operator (id int, check (id operator(public.===) id))",
    ),
    (
        "aggregate",
        "create function public.agg(int, int) returns int language plpgsql as $$begin perform public.attack('aggregate'); return 1; end$$; create aggregate public.worse(int) (sfunc = public.agg, stype = int); create table at_aggregate (id int); create materialized view summed as select public.worse(id) from at_aggregate",
    ),
    (
        "partition bound",
        "create table at_part (id int, k text) partition by list ((public.calm('partition bound', id)))",
    ),
    // Where it does not run: rows come by COPY with all columns, before triggers and rules are there.
    ("default", "create table at_default (id int, d text default public.attack('default'))"),
    (
        "trigger",
        "create table at_trigger (id int); create trigger t before insert on at_trigger for each row execute function public.attack_trigger()",
    ),
    (
        "rule",
        "create table at_rule (id int); create rule r as on insert to at_rule do also select public.attack('rule')",
    ),
    ("view", "create view at_plain_view as select public.attack('view') as x"),
    (
        "policy",
        "create table at_policy (id int); create policy p on at_policy using (public.attack('policy') is not null)",
    ),
];
const QUIET: &[&str] = &["default", "trigger", "rule", "view", "policy"];

/// The code: every attempt in a block of its own; its outcome goes to the server's log, where any role may write.
fn code() -> String {
    let attempts: String = ATTEMPTS
        .iter()
        .map(|(what, sql, _)| {
            format!(
                "begin execute {}; raise log 'attempt|%|{what}|done', site; exception when others then
                 raise log 'attempt|%|{what}|%', site, sqlstate; end;\n",
                literal(sql),
                what = what.replace('\'', "''"),
            )
        })
        .collect();
    let mut sql = format!(
        "create function public.nothing() returns event_trigger language plpgsql as $$begin end$$;
         create function public.attack(site text) returns text language plpgsql as $attack$ begin
            if current_user = 'postgres' then return 'at home'; end if;\n{attempts} return 'tried'; end $attack$;
         create function public.calm(site text, x int) returns text immutable language plpgsql as
            $$begin return public.attack(site); end$$;
         create function public.attack_trigger() returns trigger language plpgsql as
            $$begin perform public.attack('trigger'); return new; end$$;\n"
    );
    for (_, site) in SITES {
        writeln!(sql, "{site};").unwrap();
    }
    sql.push_str("create table at_part_1 partition of at_part for values in ('at home', 'tried');\n");
    sql
}

#[test]
fn code_of_productions_has_no_power_on_staging() {
    let (production, staging) = (start_with(&[]), start_with(&[("max_connections", "60")]));
    production.sql("postgres", "create database shop");
    production.sql("shop", &code());
    for (site, _) in SITES.iter().filter(|(site, _)| *site != "view") {
        let table = production.sql("shop", &format!("select relname from pg_class where relkind in ('r', 'p') and not relispartition and relname like 'at\\_%' and relname = '{}'", table_of(site)));
        production.sql("shop", &format!("insert into {table} (id) select 1"));
    }
    for sql in [
        "create role bystander login password 'bystander'",
        "create database neighbour owner bystander",
        "create role herald login createdb password 'herald'",
        "grant loader, pg_signal_backend to herald",
    ] {
        staging.sql("postgres", sql);
    }
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("shop.yaml");
    fs::write(&rules, "version: 1\ntables: { \"at_*\": { keep: made up } }\n").unwrap();
    let refresh = || {
        let mut command = bauta(&["refresh"]);
        command.arg(&rules).args(["--strict", "--jobs", "2"]).env("BAUTA_KEY", KEY);
        command
            .env("BAUTA_SOURCE", production.uri("reader", "shop"))
            .env("BAUTA_TARGET", staging.uri("loader", "stage"));
        command.env("BAUTA_PUBLISHER", staging.uri("herald", "stage"));
        run(command)
    };
    let mut snapshot = bauta(&["snapshot"]);
    snapshot.arg(&rules).env("BAUTA_SOURCE", production.uri("reader", "shop"));
    assert_eq!(run(snapshot).code, 0);
    let first = refresh();
    assert_eq!(first.code, 0, "{}", first.stderr);
    let session = staging.held_as("bystander", "neighbour");
    let pid = staging.sql("postgres", "select pid from pg_stat_activity where usename = 'bystander'");
    let around = || {
        staging.sql(
            "postgres",
            "select rolname, rolsuper, rolcreaterole, rolcreatedb, rolpassword from pg_authid order by 1;
             select roleid::regrole, member::regrole from pg_auth_members order by 1, 2;
             select datname, datdba::regrole, datallowconn, datacl from pg_database where datname !~ '_bauta_' order by 1;
             select * from pg_db_role_setting; select name, setting from pg_settings where source like 'configuration%' order by 1;
             select shobj_description(oid, 'pg_database') from pg_database where datname = 'neighbour';
             select spcname from pg_tablespace order by 1; select subname from pg_subscription",
        )
    };
    let before = around();
    let logged = staging.log().len();
    let second = refresh();
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_eq!(around(), before, "something outside the shadow changed");
    assert_eq!(staging.sql("postgres", "select pid from pg_stat_activity where usename = 'bystander'"), pid);
    assert!(!std::path::Path::new("/tmp/bauta-hostile").exists());
    drop(session);
    // Every attempt was made at every site, and answered as it should be.
    std::thread::sleep(Duration::from_millis(200));
    let log = staging.log().split_off(logged);
    let mut answers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut sites: BTreeSet<&str> = BTreeSet::new();
    for line in log.lines() {
        let Some((_, attempt)) = line.split_once("attempt|") else { continue };
        let mut parts = attempt.splitn(3, '|');
        let (site, what, answer) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        if line.contains("LOG:") {
            sites.insert(site);
            answers.entry(what).or_default().insert(answer);
        }
    }
    for (site, _) in SITES {
        assert_eq!(sites.contains(site), !QUIET.contains(site), "whether code ran at `{site}`; it ran at {sites:?}");
        println!(
            "| code in a {site} | {} |",
            if sites.contains(site) { "runs as the loading role" } else { "does not run" }
        );
    }
    for (what, _, expected) in ATTEMPTS {
        let found = answers.get(what).unwrap_or_else(|| panic!("`{what}` was not tried"));
        println!("| {what} | {} |", found.iter().copied().collect::<Vec<_>>().join(", "));
        // Inside index expressions and the like, less is allowed still; a REVOKE of what one did not grant does nothing.
        let fine = |answer: &&str| {
            answer == expected
                || matches!(*answer, "42501" | "0A000" | "XX000" | "25001" | "58P01" | "42704" | "2F003" | "25006")
        };
        assert!(found.iter().all(fine), "{what}: {found:?}, expected {expected}");
    }
}

fn table_of(site: &str) -> String {
    let word = match site {
        "condition of an index" => "partial",
        "materialized view" => "view",
        "view under it" => "under",
        "partition bound" => "part",
        word => word,
    };
    format!("at_{word}")
}

#[test]
fn code_that_ends_our_sessions_ends_the_run_and_no_more() {
    let (production, staging) = (start_with(&[]), start_with(&[]));
    production.sql("postgres", "create database shop");
    production.sql("shop", "create table t (id int); insert into t select generate_series(1, 10)");
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("shop.yaml");
    fs::write(&rules, "version: 1\ntables: { t: { columns: { id: { keep: made up } } } }\n").unwrap();
    let refresh = || {
        let mut command = bauta(&["refresh"]);
        command.arg(&rules).env("BAUTA_KEY", KEY);
        command
            .env("BAUTA_SOURCE", production.uri("reader", "shop"))
            .env("BAUTA_TARGET", staging.uri("loader", "stage"));
        run(command)
    };
    let ran = refresh();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for (what, body, code, repair) in [
        (
            "end all our sessions",
            "perform pg_terminate_backend(pid) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()",
            3,
            "",
        ),
        ("comment on staging", "comment on database stage is 'mine'", 4, "marker"),
        ("rename the shadow", "execute format('alter database %I rename to gone', current_database())", 5, ""),
        ("raise a row", "raise exception 'row % of production', 7391824650", 5, ""),
    ] {
        let marker = staging
            .sql("postgres", "select shobj_description(oid, 'pg_database') from pg_database where datname = 'stage'");
        production.sql(
            "shop",
            &format!(
                "
            create or replace function public.f() returns bool language plpgsql as $$begin
                if current_user <> 'postgres' then {body}; end if; return true; end$$;
            alter table t drop constraint if exists hostile; alter table t add constraint hostile check (public.f())"
            ),
        );
        let ran = refresh();
        assert!(
            ran.code == code || what == "rename the shadow" && matches!(ran.code, 3 | 5),
            "{what}: {}\n{}",
            ran.code,
            ran.stderr
        );
        assert!(!ran.stderr.contains("7391824650"), "{what}: {}", ran.stderr);
        assert_eq!(staging.sql("stage", "select count(*) from t"), "10", "{what}");
        if repair == "marker" {
            staging.sql("postgres", &format!("comment on database stage is {}", literal(&marker)));
        }
        println!("| {what} | exit {}, staging as it was |", ran.code);
    }
    production.sql("shop", "alter table t drop constraint hostile; insert into t values (11)");
    let ran = refresh();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(staging.sql("stage", "select count(*) from t"), "11");
    assert_eq!(staging.databases("stage").len(), 2, "something was left behind");
}

/// What anybody who may alter a role or a database can set for our sessions.
const SETTINGS: &[&str] = &[
    "array_nulls = off",
    "bytea_output = 'escape'",
    "client_encoding = 'LATIN1'",
    "datestyle = 'SQL, DMY'",
    "default_transaction_isolation = 'serializable'",
    "enable_tidscan = off",
    "escape_string_warning = on",
    "extra_float_digits = -15",
    "idle_in_transaction_session_timeout = '300ms'",
    "intervalstyle = 'sql_standard'",
    "lock_timeout = '1ms'",
    "quote_all_identifiers = on",
    "row_security = on",
    "search_path = 'evil, public, pg_catalog'",
    "standard_conforming_strings = off",
    "statement_timeout = '50ms'",
    "timezone = 'Asia/Kolkata'",
    "transform_null_equals = on",
    "xmloption = 'document'",
];

/// Values that settings make another text of, in a table that travels as bytes and in one that travels as text.
const SENSITIVE: &str = "
    create type pair as (a text, b timestamptz);
    create table as_bytes (id int primary key, names text[], moment timestamptz, day date, span interval, small float4, big float8,
        raw bytea, tree xml, cost money, costs money[], pairs pair[], odd text, spans tstzrange,
        lasting interval default '-1 days +02:03:00', listed text[] default array['x', null]);
    create table as_text (like as_bytes including all, class regclass);
    insert into as_bytes values
        (1, array['x', null, 'NULL', 'null'], '2024-02-03 04:05:06.789012+00', '2024-02-03', '-1 days +02:03:04.5', 1.0000001, 0.1,
            '\\x00015c27', 'a <b>c</b>', 1234.56::numeric::money, array[1::money, null], array[row(null, now())::pair, null],
            'größe \\ '' 名前 \\n', tstzrange('2024-02-03', null)),
        (2, '{}', '-infinity', 'infinity', '1 year -2 mons', 'NaN', 1e300, '', '<x/>', null, null, null, '', 'empty');
    insert into as_text select *, 'as_bytes' from as_bytes;
    create view compared as select id from as_bytes where odd = null;
    create table aside (n int generated always as (1) stored); insert into aside default values; insert into aside default values;
    create table bare (); insert into bare default values;
    create schema evil; create function evil.length(text) returns int immutable language plpgsql as
        $$begin raise exception 'evil'; end$$;
    create materialized view seen as select id, pg_catalog.length(odd) as l from as_bytes";

#[test]
fn settings_of_roles_and_databases_change_nothing() {
    let (production, staging) = (start_with(&[]), start_with(&[]));
    production.sql("postgres", "create database shop");
    production.sql("shop", SENSITIVE);
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("shop.yaml");
    fs::write(
        &rules,
        "version: 1\ntables: { \"as_*\": { keep: made up }, aside: { keep: made up }, bare: { keep: made up } }\n",
    )
    .unwrap();
    let refresh = || {
        let mut command = bauta(&["refresh"]);
        command.arg(&rules).args(["--deep", "--jobs", "2"]).env("BAUTA_KEY", KEY);
        command.env("BAUTA_SOURCE", production.uri("reader", "shop"));
        command.env("BAUTA_TARGET", staging.uri("loader", "stage"));
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    };
    let all = "set datestyle to iso; set timezone to 'UTC'; set intervalstyle to postgres; set array_nulls to on;
        set search_path to public; set statement_timeout to 0; set quote_all_identifiers to off; select * from as_bytes order by 1;
        select * from as_text order by 1; select * from seen order by 1; select count(*), sum(n) from aside; select count(*) from bare;
        select pg_get_expr(adbin, adrelid) from pg_attrdef d join pg_attribute a on adrelid = attrelid and adnum = attnum
            order by attrelid::regclass::text, attname; select pg_get_viewdef('compared'::regclass)";
    let expected = production.sql("shop", all);
    refresh();
    assert_eq!(staging.sql("stage", all), expected, "without settings");
    for setting in SETTINGS {
        production.sql("postgres", &format!("alter role reader set {setting}"));
        production.sql("postgres", &format!("alter database shop set {setting}"));
        staging.sql("postgres", &format!("alter role loader set {setting}"));
    }
    refresh();
    assert_eq!(staging.sql("stage", all), expected, "with every setting");
    println!(
        "{} settings of the roles on both sides and of production: every value and constant arrived",
        SETTINGS.len()
    );
}

/// Conditions of rules only compare: what acts, runs a query that stands in a text, or is code of production's is refused
/// before a row is read.
#[test]
fn conditions_that_act_are_refused() {
    let production = start_with(&[]);
    production.sql("postgres", "create database shop");
    production.sql(
        "shop",
        "create table t (id int primary key, note text); insert into t select i, 'x' from generate_series(1, 10) i;
         create function public.f(int) returns bool language sql as 'select true'",
    );
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("shop.yaml");
    for (condition, code, says) in [
        ("lower(note) = 'x' and id <= 5 and now() > '2020-01-01'", 0, ""),
        ("note = 'random()' and pg_catalog.length(note) = 1", 0, ""),
        ("public.f(id)", 2, "outside pg_catalog"),
        ("query_to_xml('select 1', true, true, '') is not null", 2, "`query_to_xml` acts"),
        ("pg_catalog.query_to_xml('select 1', true, true, '') is not null", 2, "`query_to_xml` acts"),
        ("\"table_to_xml\"('public.t', true, true, '') is not null", 2, "`table_to_xml` acts"),
        ("schema_to_xml('public', true, true, '') is not null", 2, "`schema_to_xml` acts"),
        ("id < 3 or TS_REWRITE('a', 'select 1') is null", 2, "`ts_rewrite` acts"),
        ("set_config('row_security', 'on', false) is not null", 2, "`set_config` acts"),
        ("pg_terminate_backend(id)", 2, "`pg_terminate_backend` acts"),
        ("Pg_Advisory_Lock (id) is null", 2, "`pg_advisory_lock` acts"),
        ("case when id = 0 then pg_read_file('/etc/passwd') is null else true end", 2, "`pg_read_file` acts"),
        ("lo_export(1, '/tmp/bauta-hostile') = 1", 2, "`lo_export` acts"),
        ("nextval('s') > 0", 2, "`nextval` acts"),
    ] {
        let text = condition.replace('\'', "''");
        let tables = format!("tables: {{ t: {{ rows: '{text}', keep: made up }} }}");
        fs::write(&rules, format!("version: 1\n{tables}\n")).unwrap();
        let mut command = bauta(&["refresh"]);
        command.arg(&rules).env("BAUTA_KEY", KEY).env("BAUTA_SOURCE", production.uri("reader", "shop"));
        command.env("BAUTA_TARGET", "null:");
        let ran = run(command);
        assert_eq!(ran.code, code, "{condition}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{condition}: {}", ran.stderr);
        println!("| {condition} | exit {code} |");
    }
}
