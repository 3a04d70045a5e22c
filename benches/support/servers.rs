//! Production and staging: two throwaway servers with the same plain settings.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use bauta::postgres::throwaway::{Options as Kind, Search, Throwaway, find_server, no_server};

use super::options::Options;

/// What both servers are told besides what every throwaway server is told (no syncing): room in memory, no checkpoint
/// while somebody is measured, nothing that starts by itself, room for the locks of many tables.
const SETTINGS: &[(&str, &str)] = &[
    ("shared_buffers", "512MB"),
    ("max_wal_size", "16GB"),
    ("checkpoint_timeout", "1h"),
    ("autovacuum", "off"),
    ("max_locks_per_transaction", "1024"),
];

/// What the report says about, whoever set it.
const SHOWN: &[&str] = &["fsync", "synchronous_commit", "full_page_writes", "wal_level", "maintenance_work_mem"];

/// Both servers.
pub(crate) struct Servers {
    pub(crate) production: Server,
    pub(crate) staging: Server,
}

/// A server with the roles that a refresh uses: `reader` may read everything, `loader` may create databases.
pub(crate) struct Server(Throwaway);

impl Servers {
    /// Starts both.
    pub(crate) fn start(options: &Options) -> Self {
        Self { production: Server::start(&options.settings), staging: Server::start(&options.settings) }
    }

    /// Version and settings, as a sentence.
    pub(crate) fn facts(&self, options: &Options) -> String {
        let show = |name: &str| format!("{name} = {}", self.staging.sql("postgres", &format!("show {name}")));
        let own = options.settings.iter().filter_map(|setting| setting.split_once('=')).map(|(name, _)| name);
        let mut names: Vec<&str> = SHOWN.iter().copied().chain(SETTINGS.iter().map(|(name, _)| *name)).collect();
        names.extend(own.filter(|name| !SHOWN.contains(name)));
        let shown: Vec<String> = names.into_iter().map(show).collect();
        let version = self.staging.sql("postgres", "show server_version");
        format!("PostgreSQL {version}, production and staging on this machine, both with {}.", shown.join(", "))
    }
}

impl Server {
    fn start(more: &[String]) -> Self {
        let search = Search { named: None::<PathBuf>, path: std::env::var_os("PATH"), installed: true };
        let binaries = find_server(&search).unwrap_or_else(|| panic!("{}", no_server()));
        let own = SETTINGS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let more = more.iter().map(|setting| {
            let (name, value) = setting.split_once('=').expect("a setting is NAME=VALUE");
            (name.to_owned(), value.to_owned())
        });
        let kind = Kind { binaries, settings: own.chain(more).collect() };
        let server = Self(Throwaway::start(&kind).unwrap_or_else(|failure| panic!("{failure}")));
        server.sql(
            "postgres",
            "create role reader login password 'reader'; grant pg_read_all_data to reader; \
             create role loader login createdb password 'loader'",
        );
        server
    }

    /// URI of a database for a role whose password is its name.
    pub(crate) fn uri(&self, role: &str, database: &str) -> String {
        self.0.uri_for(role, role, database)
    }

    /// A program of this server's version, connected to a database as superuser.
    pub(crate) fn program(&self, name: &str, database: &str) -> Command {
        let mut command = self.tool(name);
        command.args(["-d", &self.superuser_uri(database)]);
        command
    }

    /// A program of this server's version, connected to nothing.
    pub(crate) fn tool(&self, name: &str) -> Command {
        // The server's programs may be found through links, and some systems keep clients elsewhere.
        let beside = self.0.binaries.program("postgres").canonicalize().map(|server| server.with_file_name(name));
        let beside = beside.ok().filter(|program| program.exists());
        let mut command = Command::new(beside.unwrap_or_else(|| name.into()));
        command.stdin(Stdio::null());
        command
    }

    /// URI of a database for the superuser.
    pub(crate) fn superuser_uri(&self, database: &str) -> String {
        self.0.uri(database)
    }

    /// `psql`, silent, ending at the first error.
    pub(crate) fn psql(&self, database: &str) -> Command {
        let mut command = self.program("psql", database);
        command.args(["-XAtq", "-v", "ON_ERROR_STOP=1"]);
        command
    }

    /// Runs SQL as superuser; what it prints, a line per row, `|` between columns.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let output = self.psql(database).args(["-c", sql]).output().expect("psql starts");
        assert!(output.status.success(), "{sql}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("psql prints UTF-8").trim_end().to_owned()
    }

    /// Makes an empty database.
    pub(crate) fn create(&self, database: &str) {
        self.sql("postgres", &format!("create database {database} template template0"));
    }

    /// Drops every database but the server's own, and writes what is dirty, so that nobody pays for who came before.
    pub(crate) fn clean(&self) {
        let own = "select datname from pg_database where not datistemplate and datname <> 'postgres'";
        for database in self.sql("postgres", own).lines() {
            self.sql("postgres", &format!("drop database \"{database}\" with (force)"));
        }
        self.sql("postgres", "checkpoint");
    }
}
