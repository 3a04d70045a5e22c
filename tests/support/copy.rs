//! Physical copies of a running server: what a backup restored elsewhere is, and a standby.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::Server;

/// Ends the server and removes its folder when the pipe closes, for whatever reason.
const GUARD: &str = "
    folder=$1; shift
    exec 3<&0 </dev/null
    \"$@\" >\"$folder/log\" 2>&1 3<&- & server=$!
    read -r _ <&3
    kill -QUIT $server; wait $server
    rm -rf -- \"$folder\"";

/// A running copy; gone when dropped.
pub(crate) struct Copy {
    guard: Child,
    pub(crate) port: u16,
    original: u16,
}

impl Copy {
    /// Copies a server. A standby goes on following it, another copy lives a life of its own.
    pub(crate) fn of(server: &Server, standby: bool) -> Self {
        let owner = std::fs::metadata(server.socket_folder()).unwrap();
        let folder = tempfile::Builder::new().prefix("bauta-pg-").tempdir().unwrap().keep();
        std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).unwrap();
        let root = rustix::process::geteuid().is_root();
        let run = |command: &mut Command| {
            command.current_dir(&folder).env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin");
            if root {
                command.uid(owner.uid()).gid(owner.gid());
            }
        };
        if root {
            chown(&folder, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        let binaries = &server.server.binaries;
        let mut backup = server.client("pg_basebackup");
        run(&mut backup);
        backup.args(["-D", "data", "--checkpoint=fast", "-d", &server.server.uri("postgres")]);
        backup.args(standby.then_some("-R"));
        let output = backup.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = Command::new("/bin/sh");
        run(&mut command);
        command.args(["-c", GUARD, "guard"]).arg(&folder).arg(binaries.program("postgres"));
        command.args(["-D", "data", "-p", &port.to_string(), "-c"]);
        command.arg(format!("unix_socket_directories={}", folder.display()));
        let guard = command.process_group(0).stdin(Stdio::piped()).spawn().unwrap();
        let copy = Self { guard, port, original: server.port() };
        let begun = Instant::now();
        while !copy.answers(server) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the copy of a server did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        copy
    }

    fn answers(&self, server: &Server) -> bool {
        let mut psql = server.client("psql");
        psql.args(["-XAtqc", "select 1", "-d", &self.elsewhere(&server.server.uri("postgres"))]);
        psql.output().unwrap().status.success()
    }

    /// The same URI at the copy.
    pub(crate) fn elsewhere(&self, uri: &str) -> String {
        uri.replace(&format!(":{}/", self.original), &format!(":{}/", self.port))
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait();
    }
}
