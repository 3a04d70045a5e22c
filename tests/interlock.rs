//! Targets that are not staging: the wrong database, the wrong server, the wrong role, by whichever way they are reached.
//! Every one is refused with its exit code, and nothing is written anywhere.

use crate::support::copy::Copy;
use crate::support::pooler::pooler;
use crate::support::{KEY, Ran, Server, bauta, run, start_with};

const RULES: &str = "version: 1\ntables: { people: { columns: { name: person_name }, keep: { \"made up\": [id] } } }\n";

/// What every server has: a production called `shop`.
const SHOP: &str = "create table people (id int primary key, name text);
    insert into people select i, 'Person ' || i from generate_series(1, 50) i";

/// Targets on staging's server that are there already.
const THERE: &[&str] = &[
    "create database unmarked owner loader",
    "create database copied owner loader",
    "create database moved owner loader",
    "create database foreign_owner owner app",
    "create database busy owner loader",
    "create database stencil owner loader is_template true",
];

/// One wrong configuration. `{p}` and `{t}` stand for the addresses of production's and staging's server, with the loading
/// role, up to the database's name.
struct Wrong {
    what: &'static str,
    source: Option<String>,
    target: String,
    publisher: Option<String>,
    options: &'static [&'static str],
    code: i32,
    says: &'static str,
}

fn wrong(what: &'static str, target: String, options: &'static [&'static str], code: i32, says: &'static str) -> Wrong {
    Wrong { what, source: None, target, publisher: None, options, code, says }
}

/// What changes when anything is written: databases with what belongs to them, rows, and where the log stands. A standby
/// writes no log of its own.
fn written(server: &Server, uri: &str) -> String {
    let sql = "select pg_stat_clear_snapshot(); select d.oid, d.datname, d.datdba, d.dattablespace, d.datallowconn, d.datacl,
            shobj_description(d.oid, 'pg_database') from pg_database d order by 1;
        select sum(tup_inserted), sum(tup_updated), sum(tup_deleted) from pg_stat_database;
        select case when pg_is_in_recovery() then null else pg_current_wal_insert_lsn() end;
        select count(*) from pg_prepared_xacts; select count(*) from pg_roles; select count(*) from pg_replication_slots";
    server.output(uri, sql)
}

fn refresh(rules: &std::path::Path, source: &str, target: &str, publisher: Option<&str>, options: &[&str]) -> Ran {
    let mut command = bauta(&["refresh"]);
    command.arg(rules).env("BAUTA_KEY", KEY).env("BAUTA_SOURCE", source).env("BAUTA_TARGET", target).args(options);
    if let Some(publisher) = publisher {
        command.env("BAUTA_PUBLISHER", publisher);
    }
    run(command)
}

#[test]
fn whatever_is_not_staging_is_refused_and_nothing_is_written() {
    // Without a word in the log but those of writers: nobody vacuums, nobody notes running transactions.
    let quiet =
        [("autovacuum", "off"), ("wal_level", "minimal"), ("max_wal_senders", "0"), ("checkpoint_timeout", "1h")];
    let six = std::net::TcpListener::bind(("::1", 0)).is_ok();
    let addresses = if six { "127.0.0.1, ::1" } else { "127.0.0.1" };
    let production = start_with(&[&quiet[..], &[("listen_addresses", addresses)]].concat());
    let staging = start_with(&quiet);
    production.sql("postgres", "create database shop");
    production.sql("postgres", "create database other owner loader");
    production.sql("shop", SHOP);
    THERE.iter().for_each(|sql| drop(staging.sql("postgres", sql)));
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("shop.yaml");
    std::fs::write(&rules, RULES).unwrap();
    let source = production.uri("reader", "shop");
    // Two stagings of ours, one of them with a kept generation.
    for _ in 0..2 {
        let ran = refresh(&rules, &source, &staging.uri("loader", "qa"), None, &[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let kept = staging.sql("postgres", "select datname from pg_database where datname like 'qa\\_bauta%'");
    let marker =
        staging.sql("postgres", "select shobj_description(oid, 'pg_database') from pg_database where datname = 'qa'");
    let comment = |database: &str, text: &str| {
        drop(staging.sql("postgres", &format!("comment on database {database} is '{text}'")))
    };
    comment("copied", &marker.replace("\"name\":\"qa\"", "\"name\":\"copied\""));
    // As a dump with -C carries it: the oid is right by chance, the server is another.
    let oid = staging.sql("postgres", "select oid from pg_database where datname = 'moved'");
    let fields: serde_json::Value = serde_json::from_str(marker.strip_prefix("bauta/1 ").unwrap()).unwrap();
    let moved = marker.replace("\"name\":\"qa\"", "\"name\":\"moved\"").replace(&fields["oid"].to_string(), &oid);
    comment("moved", &moved.replace(fields["cluster"].as_str().unwrap(), "7000000000000000000"));
    let ran = refresh(&rules, &source, &staging.uri("loader", "before"), None, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    staging.sql("postgres", "alter database before rename to renamed");

    let port = production.port();
    let p = |database: &str| production.uri("loader", database);
    let t = |database: &str| staging.uri("loader", database);
    let host = |host: &str, database: &str| p(database).replace("127.0.0.1", host);
    let socket = production.socket_folder().display().to_string().replace('/', "%2F");
    let forwarded = pooler(port, "", "");
    let aliased = pooler(port, "front", "shop");
    let through = |pooler: u16, database: &str| p(database).replace(&format!(":{port}/"), &format!(":{pooler}/"));
    let accept_all: &[&str] = &["--allow-same-cluster", "--adopt"];
    let long = "s".repeat(64);
    let mut table = vec![
        wrong("production itself", p("shop"), &[], 4, "same server"),
        wrong("production itself, by name", host("localhost", "shop"), &[], 4, "same server"),
        wrong("production itself, by socket", host(&socket, "shop"), &[], 4, "same server"),
        wrong(
            "production itself, a name and its address",
            host("db.example.com", "shop") + "?hostaddr=127.0.0.1",
            &[],
            4,
            "same server",
        ),
        wrong("production itself, through a forwarded port", through(forwarded, "shop"), &[], 4, "production itself"),
        wrong("production itself, one server accepted", p("shop"), accept_all, 4, "production itself"),
        wrong(
            "production itself, through a pooler's other name",
            through(aliased, "shop"),
            accept_all,
            4,
            "production itself",
        ),
        wrong("production's server, another database", p("other"), &[], 4, "same server"),
        wrong("production's server, a new database", p("new"), &[], 4, "same server"),
        wrong(
            "production's server, through a forwarded port",
            through(forwarded, "other"),
            &["--adopt"],
            4,
            "same server",
        ),
        wrong(
            "production's server, one of two hosts",
            p("new").replace("127.0.0.1:", "127.0.0.1:1,127.0.0.1:"),
            &[],
            4,
            "same server",
        ),
        wrong("a name with a word of production's", t("shop_prod"), &[], 4, "`prod`"),
        wrong("the same in capitals, with a number", t("LIVE2"), &[], 4, "`live`"),
        wrong("a name that a server cuts", t(&long), &[], 2, "64 bytes"),
        wrong("the server's own database", t("postgres"), &["--adopt"], 4, "server itself"),
        wrong("the template of all databases", t("template1"), &["--adopt"], 4, "server itself"),
        wrong("the empty template", t("template0"), &[], 4, "server itself"),
        wrong("somebody's template", t("stencil"), &["--adopt"], 4, "template"),
        wrong(
            "the database for locking",
            t("unmarked"),
            &["--adopt", "--maintenance-db", "unmarked"],
            4,
            "server itself",
        ),
        wrong("no marker", t("unmarked"), &[], 4, "--adopt"),
        wrong("a marker of another database", t("copied"), &[], 4, "is a copy"),
        wrong("a marker of another server", t("moved"), &[], 4, "is a copy"),
        wrong("a staging under another name", t("renamed"), &["--adopt"], 4, "generation of before"),
        wrong("a kept generation of another staging", t(&kept), &["--adopt"], 4, "generation of qa"),
        wrong("another role's database", t("foreign_owner"), &["--adopt"], 3, "belongs to the role app"),
        wrong("a superuser's session in it", t("busy"), &["--adopt"], 3, "superuser postgres"),
        wrong("a role that may not create databases", staging.uri("app", "new"), &[], 3, "CREATEDB"),
    ];
    if six {
        table.push(wrong("production itself, by IPv6", host("[::1]", "shop"), &[], 4, "same server"));
    }
    table.extend([
        Wrong {
            source: Some(through(aliased, "front").replace("loader:loader", "reader:reader")),
            ..wrong(
                "production itself under the name that its pooler does not use",
                p("shop"),
                accept_all,
                4,
                "production itself",
            )
        },
        Wrong { source: Some(t("qa")), ..wrong("both ends exchanged", p("shop"), &[], 4, "not made by bauta") },
        Wrong {
            source: Some(production.admin("shop")),
            ..wrong("a superuser on production", t("qa"), &[], 4, "superuser")
        },
        Wrong {
            publisher: Some(t("qa")),
            ..wrong("the loading role on production's server", p("new"), &[], 4, "same server")
        },
        Wrong {
            publisher: Some(t("qa")),
            ..wrong("the same, through a forwarded port", through(forwarded, "new"), &[], 4, "different servers")
        },
        Wrong {
            publisher: Some(p("qa")),
            ..wrong("the publishing role on production's server", t("qa"), &[], 4, "same server")
        },
    ]);
    let busy = staging.held("busy");
    let looked =
        || (written(&production, &production.admin("postgres")), written(&staging, &staging.admin("postgres")));
    for server in [&production, &staging] {
        // What a reader would tidy up on its way is tidied up before.
        for database in server.sql("postgres", "select datname from pg_database where datallowconn").lines() {
            server.sql(database, "vacuum");
        }
        server.sql("postgres", "checkpoint");
    }
    let before = looked();
    let mut lines = Vec::new();
    for case in &table {
        let source = case.source.as_deref().unwrap_or(&source);
        let ran = refresh(&rules, source, &case.target, case.publisher.as_deref(), case.options);
        let after = looked();
        assert!(
            ran.code == case.code && ran.stderr.contains(case.says),
            "{}: exit {}\n{}",
            case.what,
            ran.code,
            ran.stderr
        );
        assert!(before == after, "{}: something was written\n{before:?}\n{after:?}", case.what);
        lines.push(format!("| {} | {} | exit {} | 0 bytes |", case.what, case.options.join(" "), ran.code));
    }
    drop(busy);
    println!("{} wrong targets\n{}", table.len(), lines.join("\n"));
}

#[test]
fn copies_of_productions_server_are_refused_until_accepted() {
    let production = start_with(&[("autovacuum", "off")]);
    production.sql("postgres", "create database shop");
    production.sql("shop", SHOP);
    let restored = Copy::of(&production, false);
    let standby = Copy::of(&production, true);
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("shop.yaml");
    std::fs::write(&rules, RULES).unwrap();
    let (reader, loader) = (production.uri("reader", "shop"), production.uri("loader", "shop"));
    let new = production.uri("loader", "new");
    let rows = |uri: &str| {
        let sql = "select count(*), (select count(*) from pg_database) from people";
        production.output(uri, sql)
    };
    let admin = production.admin("shop");
    for (what, source, target, options) in [
        ("a restored backup of production", &reader, restored.elsewhere(&loader), &[][..]),
        ("a new database beside a restored backup", &reader, restored.elsewhere(&new), &[]),
        (
            "the primary of the standby that is read",
            &standby.elsewhere(&reader),
            new.clone(),
            &["--allow-standby-conflict"],
        ),
        ("production's standby", &reader, standby.elsewhere(&new), &[]),
    ] {
        let ran = refresh(&rules, source, &target, None, options);
        assert!(ran.code == 4 && ran.stderr.contains("a copy of production's"), "{what}: {}\n{}", ran.code, ran.stderr);
        for server in [admin.clone(), restored.elsewhere(&admin), standby.elsewhere(&admin)] {
            assert_eq!(rows(&server), "50|4", "{what}");
        }
        println!("| {what} | {} | exit {} | unchanged |", options.join(" "), ran.code);
    }
    // Accepted once, it is written down in staging's marker.
    let target = restored.elsewhere(&new);
    for options in [&["--adopt"][..], &[]] {
        let ran = refresh(&rules, &reader, &target, None, options);
        assert_eq!(ran.code, 0, "{options:?}\n{}", ran.stderr);
    }
}
