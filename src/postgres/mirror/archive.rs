//! The archive of production's structure: made by `pg_dump` under the exported snapshot, without a row in it, and read back
//! step by step by `pg_restore`.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Stdio;

use super::complaint;
use super::toc::{self, Entry};
use crate::failure::Failure;
use crate::postgres::connect::Address;
use crate::postgres::private::{Private, Stream};
use crate::postgres::tools::Tools;

/// A private file: view definitions and defaults in it can hold literals.
#[derive(Debug)]
pub(super) struct Archive {
    file: Private,
    tools: Tools,
    /// Its table of contents.
    pub(super) entries: Vec<Entry>,
    names: BTreeMap<u32, String>,
}

impl Archive {
    /// Dumps the structure that the snapshot sees.
    ///
    /// # Errors
    /// A program failed, or the archive holds something of a kind that is not known.
    pub(super) async fn dump(tools: &Tools, address: &Address, snapshot: &str) -> Result<Self, Failure> {
        let file = temporary()?;
        let mut command = tools.command("pg_dump");
        command.args(["--format=custom", "--section=pre-data", "--section=post-data", "--no-password"]);
        // Owners and grants are read and replayed apart. What has connection strings in it is never read.
        command.args(["--no-owner", "--no-acl", "--no-blobs", "--no-subscriptions", "--no-tablespaces"]);
        command.args(["--no-security-labels", "--lock-wait-timeout=10000"]);
        command.arg(format!("--snapshot={snapshot}")).stdout(stdio(&file)?);
        let output = tools.run(command, Some(address), "").await?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(complaint::failure(&stderr, "reading production's structure (pg_dump)", |_| None));
        }
        let mut command = tools.command("pg_restore");
        command.args(["--list", "--verbose"]).arg(file.path(Stream::Input));
        command.stdin(stdio(&file)?).stdout(Stdio::piped());
        let output = tools.run(command, None, "").await?;
        if !output.status.success() {
            return Err(Failure::bug("pg_restore cannot list the archive that pg_dump made"));
        }
        let entries = toc::parse(&String::from_utf8_lossy(&output.stdout))?;
        let names = entries.iter().map(|entry| (entry.id, entry.text.clone())).collect();
        Ok(Self { file, tools: tools.clone(), entries, names })
    }

    /// Restores some entries, in the archive's order, into the address's database; `section` narrows them.
    ///
    /// # Errors
    /// Any error at all, except that a server before version 17 does not know `transaction_timeout`.
    pub(super) async fn restore(&self, step: &Step<'_>, entries: &[u32]) -> Result<(), Failure> {
        if entries.is_empty() {
            return Ok(());
        }
        // Numbers only: it may have a name.
        let lines: String = entries.iter().map(|id| format!("{id};\n")).collect();
        let list = tempfile::Builder::new().prefix("bauta-").suffix(".list").tempfile();
        let mut list = list.map_err(|error| cannot_write(&error))?;
        list.write_all(lines.as_bytes()).map_err(|error| cannot_write(&error))?;
        let mut command = self.tools.command("pg_restore");
        // Only a verbose one says which entry failed.
        command.args(["--no-owner", "--no-acl", "--no-tablespaces", "--no-password", "--verbose"]);
        command.arg("--use-list").arg(list.path());
        // A plain name with an equals sign in it would be read as a connection string.
        let database = step.shadow.database().replace('\\', "\\\\").replace('\'', "\\'");
        command.arg("--dbname").arg(format!("dbname='{database}'"));
        if let Some(section) = step.section {
            command.arg(format!("--section={section}"));
        }
        let newer = self.tools.version().major >= 17 && step.version < 170_000;
        // A newer one goes on after errors, which have to be counted; what several processes say at once could not be.
        if !newer {
            command.arg("--exit-on-error").arg(format!("--jobs={}", step.jobs.max(1)));
        }
        command.arg(self.file.path(Stream::Output)).stdout(stdio(&self.file)?);
        // Nothing is lost with it: what is published is made durable then, and all before it.
        let settings = format!("-c synchronous_commit=off -c maintenance_work_mem={}kB", step.memory());
        let output = self.tools.run(command, Some(step.shadow), &settings).await?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        if output.status.success() || newer && complaint::is_tolerated(&stderr) {
            return Ok(());
        }
        Err(complaint::failure(&stderr, step.doing, |id| self.names.get(&id).cloned()))
    }
}

/// How entries are restored.
pub(super) struct Step<'a> {
    /// Where.
    pub(super) shadow: &'a Address,
    /// The server's version, as `server_version_num`.
    pub(super) version: u32,
    /// Connections to use.
    pub(super) jobs: usize,
    /// Bytes that the server may take for all of them.
    pub(super) memory: u64,
    /// `pre-data`, `post-data` or both.
    pub(super) section: Option<&'static str>,
    /// For failures, such as `building indexes`.
    pub(super) doing: &'static str,
}

impl Step<'_> {
    /// KiB for each connection, within what the server's setting allows (1 MiB to 2 TiB).
    fn memory(&self) -> u64 {
        (self.memory / 1024 / self.jobs.max(1) as u64).clamp(1024, i32::MAX as u64)
    }
}

fn temporary() -> Result<Private, Failure> {
    Private::new().map_err(|error| cannot_write(&error))
}

fn stdio(file: &Private) -> Result<Stdio, Failure> {
    file.stdio().map_err(|error| cannot_write(&error))
}

fn cannot_write(error: &std::io::Error) -> Failure {
    let folder = std::env::temp_dir();
    Failure::world(format!("a temporary file in {} could not be written: {}", folder.display(), error.kind()))
        .remedy("make room there, or name another folder in TMPDIR")
}
