//! The ways to get production's rows into staging: each from no database to a loaded, indexed and analyzed one.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::data;
use super::options::Options;
use super::servers::{Server, Servers};

/// A key: any will do.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The database that every way makes on the staging server.
pub(crate) const STAGING: &str = "staging";

/// `COPY TO STDOUT` piped into `COPY FROM STDIN`, both binary, into tables without index; then their keys.
pub(crate) fn raw_pipe(servers: &Servers, from: &str, tables: &[&str]) -> f64 {
    let begun = Instant::now();
    servers.staging.create(STAGING);
    for table in tables {
        servers.staging.sql(STAGING, &data::table(table));
        let mut out = servers.production.psql(from);
        out.args(["-c", &format!("copy {table} to stdout (format binary)")]);
        let mut into = servers.staging.psql(STAGING);
        into.args(["-c", &format!("copy {table} from stdin (format binary)")]);
        pipe(out, into);
        servers.staging.sql(STAGING, &data::key(table));
    }
    servers.staging.sql(STAGING, "analyze");
    begun.elapsed().as_secs_f64()
}

/// `pg_dump | psql`.
pub(crate) fn dump_and_psql(servers: &Servers, from: &str) -> f64 {
    let begun = Instant::now();
    servers.staging.create(STAGING);
    pipe(servers.production.program("pg_dump", from), servers.staging.psql(STAGING));
    servers.staging.sql(STAGING, "analyze");
    begun.elapsed().as_secs_f64()
}

/// `pg_dump -Fd` and then `pg_restore`, both with two jobs.
pub(crate) fn dump_and_restore(servers: &Servers, from: &str) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path().join("archive");
    let begun = Instant::now();
    servers.staging.create(STAGING);
    let mut dump = servers.production.program("pg_dump", from);
    ran(dump.args(["-Fd", "-j2", "-f"]).arg(&archive));
    let mut restore = servers.staging.program("pg_restore", STAGING);
    ran(restore.arg("-j2").arg(&archive));
    servers.staging.sql(STAGING, "analyze");
    begun.elapsed().as_secs_f64()
}

/// The schema alone, as a mirror needs it: what `pg_dump` and `pg_restore` take for it themselves.
pub(crate) fn schema_only(servers: &Servers, from: &str) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let archive = folder.path().join("archive");
    let begun = Instant::now();
    let mut dump = servers.production.program("pg_dump", from);
    ran(dump.args(["-Fc", "--section=pre-data", "--section=post-data", "-f"]).arg(&archive));
    servers.staging.create(STAGING);
    let mut restore = servers.staging.program("pg_restore", STAGING);
    ran(restore.arg(&archive));
    begun.elapsed().as_secs_f64()
}

/// Where a refresh writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The staging server.
    Staging,
    /// Nothing: the null sink.
    Null,
}

/// A `bauta refresh`.
pub(crate) fn refresh(servers: &Servers, from: &str, rules: &Path, target: Target, options: &Options) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bauta"));
    command.arg("refresh").arg(rules).args(&options.refresh_arguments);
    command.args(options.jobs.map(|jobs| format!("--jobs={jobs}")));
    let target = match target {
        Target::Staging => servers.staging.uri("loader", STAGING),
        Target::Null => "null:".to_owned(),
    };
    command
        .env("BAUTA_KEY", KEY)
        .env("BAUTA_SOURCE", servers.production.uri("reader", from))
        .env("BAUTA_TARGET", target);
    command
}

/// Checks that a way did its work.
pub(crate) fn assert_loaded(staging: &Server, table: &str, rows: u64) {
    let sql = format!(
        "select count(*), exists (select from pg_index where indrelid = '{table}'::regclass and indisprimary), \
         exists (select from pg_stats where tablename = '{table}') or {rows} = 0 from {table}"
    );
    assert_eq!(staging.sql(STAGING, &sql), format!("{rows}|t|t"), "rows, key and statistics of {table}");
}

fn ran(command: &mut Command) {
    let output = command.output().expect("it starts");
    assert!(
        output.status.success(),
        "{:?} failed:\n{}",
        command.get_program(),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs two commands, the output of one going into the other.
fn pipe(mut out: Command, mut into: Command) {
    let mut first = out.stdout(Stdio::piped()).spawn().expect("it starts");
    let between = first.stdout.take().expect("its output is a pipe");
    into.stdin(between).stdout(Stdio::null());
    let mut second = into.spawn().expect("it starts");
    // Ours of the pipe's ends must close, or its reader's death would go unnoticed.
    drop(into);
    let ended = [first.wait(), second.wait()].map(|status| status.is_ok_and(|status| status.success()));
    assert_eq!(ended, [true, true], "{:?} | ... failed", out.get_program());
}
