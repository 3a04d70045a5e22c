//! Two throwaway servers, production and staging, and what tests do with them: make databases, run SQL, run the program.

pub(crate) mod copy;
pub(crate) mod pooler;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use bauta::postgres::throwaway::{Options, Search, Throwaway, find_server, no_server};

/// A key for tests.
pub(crate) const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// Another one.
pub(crate) const OTHER_KEY: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A server with the roles that a refresh uses: `reader` may read everything, `loader` may create databases.
pub(crate) struct Server {
    server: Throwaway,
}

fn start() -> Server {
    start_with(&[])
}

/// A server of one's own, for tests that change its settings or count what is written to it.
pub(crate) fn start_with(settings: &[(&str, &str)]) -> Server {
    let named = std::env::var_os("BAUTA_TEST_PG_BIN").map(PathBuf::from);
    let search = Search { named, path: std::env::var_os("PATH"), installed: true };
    let binaries = find_server(&search).unwrap_or_else(|| panic!("{}", no_server()));
    let more = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let settings = [("max_connections".to_owned(), "60".to_owned())].into_iter().chain(more).collect();
    let options = Options { binaries, settings };
    let server = Server { server: Throwaway::start(&options).unwrap_or_else(|failure| panic!("{failure}")) };
    server.sql(
        "postgres",
        "create role reader login password 'reader'; grant pg_read_all_data to reader; \
         create role loader login createdb password 'loader'; create role app login password 'app';",
    );
    server
}

/// The production server, started once for all tests.
pub(crate) fn production() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

/// The staging server, started once for all tests.
pub(crate) fn staging() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(start)
}

impl Server {
    /// Its port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.server.port
    }

    /// The folder of its socket.
    pub(crate) fn socket_folder(&self) -> &Path {
        self.server.socket_folder()
    }

    /// URI of a database for a role whose password is its name.
    pub(crate) fn uri(&self, role: &str, database: &str) -> String {
        self.server.uri_for(role, role, database)
    }

    /// A client program. Some systems keep clients and servers in different folders.
    pub(crate) fn client(&self, name: &str) -> Command {
        let beside = self.server.binaries.program(name);
        if beside.exists() { Command::new(beside) } else { Command::new(name) }
    }

    /// A program of this server's version, connected to a database as superuser.
    pub(crate) fn program(&self, name: &str, database: &str) -> Command {
        let mut command = self.client(name);
        command.arg("-d").arg(self.server.uri(database));
        command
    }

    /// The same, as another role.
    pub(crate) fn program_as(&self, role: &str, name: &str, database: &str) -> Command {
        let mut command = self.program(name, database);
        command.arg("-d").arg(self.uri(role, database));
        command
    }

    /// Runs SQL as superuser; what it prints, a line per row, `|` between columns.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        let output =
            self.program("psql", database).args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().unwrap();
        assert!(output.status.success(), "{sql}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// URI of a database for the superuser.
    pub(crate) fn admin(&self, database: &str) -> String {
        self.server.uri(database)
    }

    /// What SQL prints at an address, its own or that of a copy.
    pub(crate) fn output(&self, uri: &str, sql: &str) -> String {
        let mut psql = self.program("psql", "postgres");
        let output = psql.args(["-d", uri, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", sql]).output().unwrap();
        assert!(output.status.success(), "{sql}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// What the server wrote to its log so far.
    pub(crate) fn log(&self) -> String {
        self.server.log()
    }

    /// A superuser's session that is there until it is dropped.
    pub(crate) fn held(&self, database: &str) -> Held {
        self.held_by(self.program("psql", database))
    }

    /// The same, of another role.
    pub(crate) fn held_as(&self, role: &str, database: &str) -> Held {
        self.held_by(self.program_as(role, "psql", database))
    }

    fn held_by(&self, mut psql: Command) -> Held {
        psql.args(["-XAtq"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut session = psql.spawn().unwrap();
        let stdin = session.stdin.as_mut().unwrap();
        std::io::Write::write_all(stdin, b"select 1;\n").unwrap();
        let mut answer = [0; 1];
        std::io::Read::read_exact(session.stdout.as_mut().unwrap(), &mut answer).unwrap();
        Held(session)
    }

    /// Makes an empty database and returns its name, which no other test has.
    pub(crate) fn database(&self, name: &str) -> String {
        let name = unused(name);
        self.sql("postgres", &format!("create database {name}"));
        name
    }

    /// Every row of a query, sorted.
    pub(crate) fn sorted(&self, database: &str, query: &str) -> Vec<String> {
        let mut rows: Vec<String> = self.sql(database, query).lines().map(str::to_owned).collect();
        rows.sort();
        rows
    }

    /// Databases whose names begin like this.
    pub(crate) fn databases(&self, prefix: &str) -> Vec<String> {
        let sql = format!("select datname from pg_database where datname like '{prefix}%' order by 1");
        self.sql("postgres", &sql).lines().map(str::to_owned).collect()
    }
}

/// A session that ends when it is dropped.
pub(crate) struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A name that no other test has.
pub(crate) fn unused(name: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{name}_{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A production database with a schema, a rule file for it, and the name of a staging that does not exist yet.
pub(crate) struct Case {
    pub(crate) production: String,
    pub(crate) staging: String,
    pub(crate) folder: tempfile::TempDir,
}

impl Case {
    /// Makes production from SQL and writes the rules (without their head) to a file.
    pub(crate) fn new(name: &str, sql: &str, tables: &str) -> Self {
        let case = Self {
            production: production().database(name),
            staging: unused(&format!("staging_{name}")),
            folder: tempfile::tempdir().unwrap(),
        };
        production().sql(&case.production, sql);
        case.rules(tables);
        case
    }

    /// Writes other rules.
    pub(crate) fn rules(&self, tables: &str) {
        std::fs::write(self.rule_file(), format!("version: 1\n{tables}")).unwrap();
    }

    pub(crate) fn rule_file(&self) -> PathBuf {
        self.folder.path().join("case.yaml")
    }

    pub(crate) fn source(&self) -> String {
        production().uri("reader", &self.production)
    }

    pub(crate) fn target(&self) -> String {
        staging().uri("loader", &self.staging)
    }

    /// `bauta refresh` with the test key; more arguments may override what is here.
    pub(crate) fn refresh(&self, more: &[&str]) -> Ran {
        run(self.refresh_command(KEY, more))
    }

    /// The command of [`Case::refresh`], with any key.
    pub(crate) fn refresh_command(&self, key: &str, more: &[&str]) -> Command {
        let mut command = bauta(&["refresh"]);
        command.arg(self.rule_file()).env("BAUTA_KEY", key);
        command.env("BAUTA_SOURCE", self.source()).env("BAUTA_TARGET", self.target()).args(more);
        command
    }

    /// Refreshes and expects success.
    pub(crate) fn refreshed(&self) -> Ran {
        let ran = self.refresh(&[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran
    }
}

/// A count from the environment, for proofs that the suite runs in a small form.
pub(crate) fn count(variable: &str, usual: usize) -> usize {
    std::env::var_os(variable).map_or(usual, |text| text.to_str().unwrap().parse().unwrap())
}

/// The program, with an environment that holds nothing of ours but PATH.
pub(crate) fn bauta(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bauta"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.args(arguments).stdin(Stdio::null());
    command
}

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command) -> Ran {
    ended(command.output().unwrap())
}

/// Starts a command whose output is kept.
pub(crate) fn spawn(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for a started command.
pub(crate) fn ended(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}
