//! A server that can be stopped in every way and started again over the same data, if need be on a file system of its own
//! that can be filled.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use bauta::postgres::throwaway::{Binaries, Search, find_server, no_server};

/// A server on a free port of 127.0.0.1, with the roles `reader` and `loader`.
pub(super) struct Cluster {
    pub(super) port: u16,
    binaries: Binaries,
    folder: tempfile::TempDir,
    mounted: bool,
    user: Option<(u32, u32)>,
}

/// Bytes of a file system that can be filled.
const SMALL: &str = "size=220m";

impl Cluster {
    /// Makes and starts it; `small` puts its data on a small file system.
    pub(super) fn start(small: bool) -> Self {
        let named = std::env::var_os("BAUTA_TEST_PG_BIN").map(PathBuf::from);
        let search = Search { named, path: std::env::var_os("PATH"), installed: true };
        let binaries = find_server(&search).unwrap_or_else(|| panic!("{}", no_server()));
        let folder = tempfile::Builder::new().prefix("bauta-fault-").tempdir_in("/tmp").unwrap();
        let user = rustix::process::geteuid().is_root().then(postgres);
        let root = folder.path().to_owned();
        let mounted = small && {
            let mount = Command::new("mount").args(["-t", "tmpfs", "-o", SMALL, "tmpfs"]).arg(&root).status();
            mount.is_ok_and(|status| status.success())
        };
        assert!(mounted || !small, "a small file system needs the right to mount one: run the tests as root");
        fs::set_permissions(&root, fs::Permissions::from_mode(0o755)).unwrap();
        if let Some((uid, gid)) = user {
            chown(&root, Some(uid), Some(gid)).unwrap();
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let cluster = Self { port, binaries, folder, mounted, user };
        let init = ["-D", "data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale", "--no-sync"];
        assert!(cluster.command("initdb").args(init).output().unwrap().status.success());
        let settings = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\nshared_buffers = 32MB\n\
                        max_wal_size = 64MB\nmin_wal_size = 32MB\nwal_level = minimal\nmax_wal_senders = 0\n\
                        log_min_messages = debug1\nlog_statement = none\n";
        let file = root.join("data/postgresql.conf");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}{settings}port = {port}\n")).unwrap();
        cluster.again();
        cluster.sql(
            "postgres",
            "create role reader login; grant pg_read_all_data to reader; create role loader login createdb",
        );
        cluster
    }

    /// Starts the server over the data that is there.
    pub(super) fn again(&self) {
        let status = self.command("pg_ctl").args(["-D", "data", "-w", "-s", "-l", "log", "start"]).status().unwrap();
        assert!(status.success(), "{}", self.log());
    }

    /// Stops it: `fast`, `immediate`.
    pub(super) fn stop(&self, how: &str) {
        let _ = self.command("pg_ctl").args(["-D", "data", "-w", "-s", "-m", how, "stop"]).status();
    }

    pub(super) fn sql(&self, database: &str, sql: &str) -> String {
        let (told, said) = self.ask(database, sql);
        told.unwrap_or_else(|| panic!("{sql}\n{said}"))
    }

    /// Runs SQL as superuser; `None` and what was said where that failed.
    pub(super) fn ask(&self, database: &str, sql: &str) -> (Option<String>, String) {
        let uri = self.uri("postgres", database);
        let output = self.command("psql").args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", &uri, "-c", sql]).output();
        let output = output.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let told = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        (output.status.success().then_some(told), said)
    }

    pub(super) fn uri(&self, role: &str, database: &str) -> String {
        format!("postgresql://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// Fills its file system to the last block.
    pub(super) fn fill(&self) {
        assert!(self.mounted);
        let full = self.folder.path().join("full");
        let zero = fs::File::open("/dev/zero").unwrap();
        let _ = std::io::copy(&mut { zero }, &mut fs::File::create(full).unwrap());
    }

    /// Makes room again.
    pub(super) fn empty(&self) {
        let _ = fs::remove_file(self.folder.path().join("full"));
    }

    /// What it wrote to its log.
    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.path().join("log")).unwrap_or_default()).into_owned()
    }

    fn command(&self, program: &str) -> Command {
        let beside = self.binaries.program(program);
        let mut command = if beside.exists() { Command::new(beside) } else { Command::new(program) };
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if program == "pg_ctl" {
            // The server would hold the pipes open.
            command.stdout(Stdio::null()).stderr(Stdio::null());
        }
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop("immediate");
        if self.mounted {
            let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
        }
    }
}

/// Who the server runs as where we are root.
fn postgres() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| users.lines().find(|line| line.starts_with(&format!("{name}:"))).map(str::to_owned);
    let line = find("postgres").or_else(|| find("nobody")).expect("a user that is not root");
    let mut fields = line.split(':').skip(2).map(|field| field.parse().unwrap());
    (fields.next().unwrap(), fields.next().unwrap())
}
