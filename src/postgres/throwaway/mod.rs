//! A PostgreSQL server for `demo` and for tests: made in a temporary folder, listening on this machine only, and gone with
//! its folder when it is dropped, when the program panics, and when the program is killed.

mod binaries;

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rand::TryRng;
use rand::rngs::SysRng;
use tempfile::TempDir;

pub use self::binaries::{Binaries, Search, find_server};
pub(in crate::postgres) use self::binaries::{first_line, folders};
use crate::failure::Failure;

/// How long a server may take to start on a slow machine.
const START: Duration = Duration::from_secs(60);

/// How long it may take to go.
const STOP: Duration = Duration::from_secs(10);

/// Paths of unix sockets may have 107 bytes (`sockaddr_un`); `/.s.PGSQL.65535` takes 15 of them.
const LONGEST_FOLDER: usize = 90;

/// Becomes the server, after leaving somebody behind who reads the pipe that only our process holds open: when it closes,
/// for whatever reason, the server is told to stop at once and its folder is removed. No code of ours runs then.
const GUARD: &str = r#"
folder=$1; shift
exec 3<&0 </dev/null
( trap '' INT TERM HUP
  read -r _ <&3
  kill -QUIT $$
  tries=0
  while kill -0 $$ && [ $tries -lt 100 ]; do tries=$((tries + 1)); sleep 0.1; done
  rm -rf -- "$folder"
) >/dev/null 2>&1 &
exec 3<&-
exec "$@"
"#;

/// What kind of server it should be.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its programs.
    pub binaries: Binaries,
    /// Settings for `postgresql.conf`, over the defaults here (no syncing, few connections).
    pub settings: Vec<(String, String)>,
}

/// A running server.
#[derive(Debug)]
pub struct Throwaway {
    /// Name of its superuser.
    pub superuser: String,
    /// Its TCP port on 127.0.0.1.
    pub port: u16,
    /// Its programs.
    pub binaries: Binaries,
    password: String,
    // In this order: the pipe closes, then the folder goes.
    pipe: Option<ChildStdin>,
    server: Child,
    folder: TempDir,
}

/// The failure of a machine without server programs, with the way to get them.
pub fn no_server() -> Failure {
    Failure::world("no PostgreSQL server program was found on this machine")
        .remedy("apt-get update && apt-get install postgresql")
}

impl Throwaway {
    /// Makes a server and waits until it answers. As root it runs as `postgres` or `nobody`, as PostgreSQL refuses root.
    ///
    /// # Errors
    /// The folder cannot be made, or a program fails; nothing is left behind.
    pub fn start(options: &Options) -> Result<Self, Failure> {
        // Between finding a free port and listening on it, somebody else can take it.
        Self::once(options).or_else(|_| Self::once(options))
    }

    fn once(options: &Options) -> Result<Self, Failure> {
        let user = User::unprivileged()?;
        let folder = folder(user.as_ref())?;
        let password = password()?;
        let superuser = "postgres".to_owned();
        init(&options.binaries, folder.path(), user.as_ref(), &superuser, &password)?;
        settings(folder.path(), options)?;
        let (server, pipe, port) = launch(&options.binaries, folder.path(), user.as_ref())?;
        let pipe = Some(pipe);
        let binaries = options.binaries.clone();
        // From here on dropping it stops the server.
        let mut started = Self { superuser, port, binaries, password, pipe, server, folder };
        started.wait()?;
        Ok(started)
    }

    /// The URI of a database for the superuser, over TCP.
    pub fn uri(&self, database: &str) -> String {
        let Self { superuser, password, port, .. } = self;
        format!("postgresql://{superuser}:{password}@127.0.0.1:{port}/{database}")
    }

    /// The URI of a database for another role, over TCP. The password must be free of characters special to URIs.
    pub fn uri_for(&self, role: &str, password: &str, database: &str) -> String {
        format!("postgresql://{role}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// The folder with its socket.
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's process, for tests that stop or kill it.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// What the server wrote to its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn wait(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        let file = self.folder.path().join("data/postmaster.pid");
        while begun.elapsed() < START {
            // The eighth line tells the state; pg_ctl goes by it too.
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if text.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
                return Ok(());
            }
            if matches!(self.server.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        // A fresh server has no rows, so its log has no values.
        let log = self.log();
        let last = log.lines().rev().find(|line| line.contains("FATAL")).or_else(|| log.lines().last());
        Err(Failure::world(format!("a throwaway PostgreSQL did not start: {}", last.unwrap_or("no word from it")))
            .remedy("check that the temporary folder has room, and that the server programs run here"))
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let begun = Instant::now();
        while begun.elapsed() < STOP {
            if !matches!(self.server.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        // It is a child of ours and was not waited for, so the number is still its own.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// An account of the operating system.
#[derive(Debug)]
struct User {
    uid: u32,
    gid: u32,
}

impl User {
    /// Whom to run as, where we are root; `None` where we are not and stay who we are.
    fn unprivileged() -> Result<Option<Self>, Failure> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let find = |wanted: &str| {
            let mut fields =
                users.lines().map(|line| line.split(':')).find(|fields| fields.clone().next() == Some(wanted))?;
            let uid = fields.nth(2)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Self { uid, gid })
        };
        match find("postgres").or_else(|| find("nobody")) {
            Some(user) => Ok(Some(user)),
            None => Err(Failure::world("PostgreSQL does not run as root, and there is no user postgres or nobody")
                .remedy("run as another user")),
        }
    }
}

fn failed(what: &str, error: &std::io::Error) -> Failure {
    Failure::world(format!("a throwaway PostgreSQL could not be made: {what}: {}", error.kind()))
        .remedy("check that the temporary folder can be written to and has room")
}

/// A folder of the server's user, closed to others.
fn folder(user: Option<&User>) -> Result<TempDir, Failure> {
    let named = std::env::temp_dir();
    let fits = named.as_os_str().len() + "/bauta-pg-123456".len() <= LONGEST_FOLDER;
    let place = if fits { named } else { PathBuf::from("/tmp") };
    let folder =
        tempfile::Builder::new().prefix("bauta-pg-").tempdir_in(place).map_err(|error| failed("folder", &error))?;
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).map_err(|error| failed("folder", &error))?;
    give(folder.path(), user)?;
    Ok(folder)
}

fn give(path: &Path, user: Option<&User>) -> Result<(), Failure> {
    match user {
        Some(user) => chown(path, Some(user.uid), Some(user.gid)).map_err(|error| failed("owner", &error)),
        None => Ok(()),
    }
}

/// 128 random bits, hexadecimal: nothing in it needs an escape anywhere.
fn password() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| Failure::world("the system gives no random numbers"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A program of the server, as its user, knowing nothing of our environment.
fn command(program: &Path, folder: &Path, user: Option<&User>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid);
    }
    command
}

fn init(
    binaries: &Binaries,
    folder: &Path,
    user: Option<&User>,
    superuser: &str,
    password: &str,
) -> Result<(), Failure> {
    let pwfile = folder.join("password");
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&pwfile);
    file.and_then(|mut file| writeln!(file, "{password}")).map_err(|error| failed("password file", &error))?;
    give(&pwfile, user)?;
    let output = command(&binaries.program("initdb"), folder, user)
        .args(["--pgdata", "data", "--username", superuser, "--pwfile", "password", "--auth", "scram-sha-256"])
        .args(["--encoding", "UTF8", "--no-locale", "--no-sync", "--no-instructions"])
        .output()
        .map_err(|error| failed("initdb", &error))?;
    std::fs::remove_file(&pwfile).map_err(|error| failed("password file", &error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or("no word from it").to_owned();
    Err(Failure::world(format!("initdb failed: {last}")).remedy("check that the temporary folder has room"))
}

/// Appends to `postgresql.conf`. A setting that stands twice holds as it stands last.
fn settings(folder: &Path, options: &Options) -> Result<(), Failure> {
    let defaults = [
        ("listen_addresses", "127.0.0.1"),
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("shared_buffers", "64MB"),
        ("max_connections", "60"),
        ("logging_collector", "off"),
    ];
    let quote = |value: &str| value.replace('\\', "\\\\").replace('\'', "''");
    let socket = folder.display().to_string();
    let all = defaults.into_iter().chain([("unix_socket_directories", socket.as_str())]);
    let all = all.chain(options.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let text: String = all.map(|(name, value)| format!("{name} = '{}'\n", quote(value))).collect();
    let file = OpenOptions::new().append(true).open(folder.join("data/postgresql.conf"));
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed("postgresql.conf", &error))
}

/// Starts the server in a process group of its own, so that Ctrl-C on a terminal reaches it through us only.
fn launch(binaries: &Binaries, folder: &Path, user: Option<&User>) -> Result<(Child, ChildStdin, u16), Failure> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|free| free.local_addr())
        .map_err(|error| failed("port", &error))?
        .port();
    let log = || -> Result<File, Failure> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(folder.join("log"))
            .map_err(|error| failed("log", &error))
    };
    let mut child = command(Path::new("/bin/sh"), folder, user)
        .args(["-c", GUARD, "bauta-throwaway"])
        .arg(folder)
        .arg(binaries.program("postgres"))
        .args(["-D", "data", "-p", &port.to_string()])
        .stdin(Stdio::piped())
        .stdout(log()?)
        .stderr(log()?)
        .process_group(0)
        .spawn()
        .map_err(|error| failed("server", &error))?;
    match child.stdin.take() {
        Some(pipe) => Ok((child, pipe, port)),
        None => Err(Failure::bug("a child with a piped input has no pipe")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// One server for all tests of this binary.
    pub(crate) fn server() -> &'static Throwaway {
        static SERVER: std::sync::OnceLock<Throwaway> = std::sync::OnceLock::new();
        SERVER.get_or_init(fresh)
    }

    pub(crate) fn fresh() -> Throwaway {
        // A test's environment is not a user's: only tests look for this variable.
        #[allow(clippy::disallowed_methods)]
        let named = std::env::var("BAUTA_TEST_PG_BIN").ok().map(PathBuf::from);
        let path = std::env::var_os("PATH");
        let binaries = find_server(&Search { named, path, installed: true }).ok_or_else(no_server).unwrap();
        Throwaway::start(&Options { binaries, settings: Vec::new() }).unwrap()
    }

    fn alive(pid: u32) -> bool {
        Path::new("/proc").join(pid.to_string()).exists()
    }

    #[test]
    fn it_is_gone_when_dropped_also_by_a_panic() {
        let folder_and_pid = std::sync::Mutex::new(None);
        let outcome = std::panic::catch_unwind(|| {
            let server = fresh();
            assert!(server.socket_folder().join(format!(".s.PGSQL.{}", server.port)).exists());
            *folder_and_pid.lock().unwrap() = Some((server.socket_folder().to_owned(), server.pid()));
            std::panic::resume_unwind(Box::new("on purpose"));
        });
        assert!(outcome.is_err());
        let (folder, pid) = folder_and_pid.into_inner().unwrap().unwrap();
        assert!(!folder.exists());
        assert!(!alive(pid));
    }

    #[test]
    fn it_is_gone_when_nobody_of_ours_is_left_to_stop_it() {
        let mut server = fresh();
        let folder = server.socket_folder().to_owned();
        // What a kill does: the pipe closes, and no destructor runs.
        drop(server.pipe.take());
        let status = server.server.wait().unwrap();
        let begun = Instant::now();
        while folder.exists() && begun.elapsed() < STOP {
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(!folder.exists(), "{status}");
    }
}
