//! Production is read at one moment and never written, by a role that only reads. Roles that may do more are refused or
//! named, on either side.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio_postgres::NoTls;

use crate::support::{Case, Server, bauta, count, run, staging, start_with, unused};

/// Two tables that money goes between, over many blocks.
const BANK: &str = "
    create table giro (id int primary key, amount bigint not null, note text default repeat('x', 200));
    create table savings (id int primary key, amount bigint not null, note text default repeat('x', 200));
    insert into giro select i, 1000 from generate_series(1, 3000) i;
    insert into savings select i, 1000 from generate_series(1, 3000) i";
const BANK_RULES: &str = "version: 1
tables:
  giro: { columns: { note: redact }, keep: { \"made up\": [id, amount] } }
  savings: { columns: { note: redact }, keep: { \"made up\": [id, amount] } }
";

/// Moves money until told to stop; how often it did.
async fn move_money(uri: &str, stop: &AtomicBool) -> u64 {
    let (client, connection) = tokio_postgres::connect(uri, NoTls).await.unwrap();
    tokio::spawn(connection);
    let mut moved = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let (from, to) = (moved * 7919 % 3000 + 1, moved * 104_729 % 3000 + 1);
        let (one, other) = if moved.is_multiple_of(2) { ("giro", "savings") } else { ("savings", "giro") };
        let sql = format!(
            "begin; update {one} set amount = amount - {moved} where id = {from};
             update {other} set amount = amount + {moved} where id = {to}; commit"
        );
        client.batch_execute(&sql).await.unwrap();
        moved += 1;
    }
    moved
}

/// Rows written in all databases of a server since it started.
fn written(server: &Server) -> String {
    std::thread::sleep(std::time::Duration::from_millis(1200));
    let sql = "select sum(tup_inserted), sum(tup_updated), sum(tup_deleted), sum(temp_files) from pg_stat_database";
    server.sql("postgres", sql)
}

/// `BAUTA_TRANSFERS` refreshes while money moves.
#[test]
fn money_that_moves_during_the_copy_is_all_there_and_production_is_not_written() {
    let production = start_with(&[("autovacuum", "off")]);
    production.sql("postgres", "create database bank");
    production.sql("bank", BANK);
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("bank.yaml");
    std::fs::write(&rules, BANK_RULES).unwrap();
    let name = unused("staging_bank");
    let refresh = || {
        let mut command = bauta(&["refresh"]);
        command.arg(&rules).args(["--jobs", "4", "--split-size", "64kB"]);
        command
            .env("BAUTA_SOURCE", production.uri("reader", "bank"))
            .env("BAUTA_TARGET", staging().uri("loader", &name));
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    };
    let sum =
        "select (select sum(amount) from giro) + (select sum(amount) from savings), (select sum(amount) from giro)";
    let uri = production.admin("bank");
    let rounds = count("BAUTA_TRANSFERS", 2);
    let stop = AtomicBool::new(false);
    let moved = std::thread::scope(|scope| {
        let moving = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(move_money(&uri, &stop))
        });
        for round in 1..=rounds {
            refresh();
            let found = staging().sql(&name, sum);
            let (all, giro) = found.split_once('|').unwrap();
            assert_eq!(all, "6000000", "round {round}");
            assert_ne!(giro, "3000000", "round {round}: no money moved");
        }
        stop.store(true, Ordering::Relaxed);
        moving.join().unwrap()
    });
    println!("{rounds} of {rounds} refreshes: the sums agree, while money moved {moved} times");
    // Nobody else is there now.
    let before = written(&production);
    refresh();
    assert_eq!(written(&production), before, "production was written");
    println!(
        "production's pg_stat_database, tuples inserted|updated|deleted and temporary files, before and after: {before}"
    );
}

#[test]
fn a_role_that_may_do_more_than_read_is_named_and_with_strict_refused() {
    let production = start_with(&[]);
    let case = Case::new(
        "rights",
        "create table t (id int primary key, a text); insert into t values (1, 'x')",
        "tables: { t: { columns: { a: redact }, keep: { \"made up\": [id] } } }\n",
    );
    for sql in [
        "create role boss superuser; create role climber login noinherit password 'climber' in role boss, pg_read_all_data",
        "create role owner_role; create role heir login noinherit password 'heir' in role owner_role, pg_read_all_data",
        "create role owning login password 'owning'",
        "create role writer login password 'writer' in role pg_read_all_data, pg_write_all_data",
        "create role scribe login password 'scribe' in role pg_read_all_data",
        "create role maker login createrole password 'maker' in role pg_read_all_data",
        "create role runner login password 'runner' in role pg_read_all_data, pg_execute_server_program",
        "create role streamer login replication password 'streamer' in role pg_read_all_data",
        "create database shop",
    ] {
        production.sql("postgres", sql);
    }
    production.sql(
        "shop",
        "create table t (id int primary key, a text); insert into t values (1, 'x'); alter table t owner to owner_role;
         grant update (a) on t to scribe; grant owner_role to owning; grant select on t to heir, climber",
    );
    let mut lines = Vec::new();
    let mut refresh = |role: &str, options: &[&str], code: i32, says: &str| {
        let source = production.uri(role, "shop");
        let ends = ["--source", source.as_str(), "--target", "null:", "--format", "json"];
        let ran = case.refresh(&[&ends, options].concat());
        assert_eq!(ran.code, code, "{role} {options:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(says), "{role} {options:?}: {}", ran.stderr);
        if code == 0 && !says.is_empty() {
            let report: Value = serde_json::from_str(&ran.stdout).unwrap();
            let warned =
                report["warnings"].as_array().unwrap().iter().any(|text| text.as_str().unwrap().contains(says));
            assert!(warned, "{role}: the report does not say it");
        }
        lines.push(format!("| {role} | {} | exit {code} | {says} |", options.join(" ")));
    };
    refresh("reader", &["--strict"], 0, "");
    for (role, says) in [
        ("owning", "may write to the source"),
        ("heir", "may write to the source"),
        ("writer", "may write to the source"),
        ("scribe", "may write to the source"),
        ("maker", "may create roles"),
        ("runner", "pg_execute_server_program"),
        ("streamer", "may replicate"),
    ] {
        refresh(role, &[], 0, says);
        refresh(role, &["--strict"], 4, says);
    }
    refresh("climber", &[], 4, "may become the superuser boss");
    refresh("climber", &["--allow-privileged-source"], 0, "may become the superuser boss");
    let source = production.admin("shop");
    let ran = case.refresh(&["--source", &source]);
    assert!(ran.code == 4 && ran.stderr.contains("is a superuser on the source"), "{}", ran.stderr);
    println!("{}", lines.join("\n"));
}

#[test]
fn a_loading_role_with_power_is_named_and_with_strict_refused() {
    let case = Case::new(
        "loaders",
        "create table t (id int primary key, a text); insert into t values (1, 'x')",
        "tables: { t: { columns: { a: redact }, keep: { \"made up\": [id] } } }\n",
    );
    for (role, power, says) in [
        ("load_signal", "createdb in role pg_signal_backend", "is a member of pg_signal_backend"),
        ("load_files", "createdb in role pg_read_server_files", "is a member of pg_read_server_files"),
        ("load_roles", "createdb createrole", "may create roles"),
        ("load_all", "superuser", "is a superuser"),
    ] {
        staging().sql("postgres", &format!("create role {role} login password '{role}' {power}"));
        let target = staging().uri(role, &unused("staging_loaders"));
        let strict = case.refresh(&["--target", &target, "--strict"]);
        assert!(strict.code == 4 && strict.stderr.contains(says), "{role}: {}\n{}", strict.code, strict.stderr);
        if role != "load_all" {
            continue;
        }
        let ran = case.refresh(&["--target", &target]);
        assert!(ran.code == 0 && ran.stderr.contains(says), "{role}: {}\n{}", ran.code, ran.stderr);
    }
}
