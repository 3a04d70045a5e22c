//! What production feels of a refresh: `pgbench -c 2` runs on its server, alone and beside refreshes of the big table.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use tempfile::TempDir;

use super::figures::{Report, ratios};
use super::options::Options;
use super::process::{Watch, measure};
use super::rules::{RuleFiles, Treatment};
use super::servers::{Server, Servers};
use super::trials::{BIG, fill};
use super::ways;

/// The database of pgbench, its scale (about 15 MB each), and its clients.
const BANK: &str = "bank";
const SCALE: &str = "10";
const CLIENTS: &str = "2";

/// Before anything is counted, and after the last that is: the log is written in blocks.
const MARGIN: Duration = Duration::from_secs(2);

/// How long pgbench runs alone.
const ALONE: Duration = Duration::from_secs(15);

/// The 95th percentile of pgbench's latencies alone, beside a refresh, and beside one with a limit.
pub(crate) fn latency(servers: &Servers, options: &Options, report: &mut Report) {
    fill(servers, &[("big", &[(BIG.to_owned(), options.rows)])]);
    fill_bank(&servers.production);
    let files = RuleFiles::new();
    let rules = files.customers([BIG], Treatment::Masked);
    let options = &options.with_jobs(2);
    let refresh = |limit: Option<&str>| {
        servers.staging.clean();
        let mut command = ways::refresh(servers, "big", &rules, ways::Target::Staging, options);
        command.args(limit.map(|limit| format!("--max-rate={limit}")));
        move || measure(command, Watch::Own).wall
    };
    let limit = options.max_rate.as_str();
    let [mut alone, mut beside, mut limited, mut seconds, mut limited_seconds] = [const { Vec::new() }; 5];
    for _ in 0..options.runs {
        let (latency, _) = during(&servers.production, || thread::sleep(ALONE));
        alone.push(latency);
        let (latency, wall) = during(&servers.production, refresh(None));
        beside.push(latency);
        seconds.push(wall);
        let (latency, wall) = during(&servers.production, refresh(Some(limit)));
        limited.push(latency);
        limited_seconds.push(wall);
    }
    let jobs = options.jobs.unwrap_or_default();
    let p95 = format!("p95 of pgbench -c {CLIENTS} on production");
    report.figure(format!("{p95}, alone"), None, "ms", alone.clone());
    report.figure(format!("{p95}, beside refresh --jobs {jobs}"), None, "ms", beside.clone());
    report.figure(format!("{p95}, beside refresh --jobs {jobs} --max-rate {limit}"), None, "ms", limited.clone());
    report.figure("p95 beside a refresh / alone", None, "", ratios(&beside, &alone));
    report.figure(format!("p95 beside a refresh with --max-rate {limit} / alone"), None, "", ratios(&limited, &alone));
    report.figure("seconds of the refresh beside pgbench", None, "s", seconds);
    report.figure(format!("seconds of the refresh beside pgbench with --max-rate {limit}"), None, "s", limited_seconds);
    report.say("pgbench: production, staging, bauta and pgbench share this machine's processors.".to_owned());
}

fn fill_bank(production: &Server) {
    production.create(BANK);
    let output = bench(production).args(["-i", "-q", "-s", SCALE]).output().expect("pgbench starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Runs pgbench beside something; the 95th percentile in milliseconds of what ended meanwhile, and the something's result.
fn during<T>(production: &Server, something: impl FnOnce() -> T) -> (f64, T) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pgbench = Running::start(production, &folder);
    thread::sleep(MARGIN);
    let begun = Timestamp::now().as_microsecond();
    let result = something();
    let ended = Timestamp::now().as_microsecond();
    thread::sleep(MARGIN);
    drop(pgbench);
    let mut latencies = latencies(folder.path(), begun..ended);
    assert!(latencies.len() > 100, "pgbench did {} transactions only", latencies.len());
    latencies.sort_unstable();
    let p95 = latencies[(latencies.len() - 1) * 95 / 100];
    (p95 as f64 / 1e3, result)
}

/// A pgbench that runs until it is dropped.
struct Running(Child);

impl Running {
    fn start(production: &Server, folder: &TempDir) -> Self {
        let mut command = bench(production);
        command.args(["-n", "-c", CLIENTS, "-j", CLIENTS, "-T", "36000", "-l"]);
        command.arg("--log-prefix").arg(folder.path().join("log"));
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("pgbench starts"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// pgbench, which takes its database last and under no option.
fn bench(production: &Server) -> Command {
    let mut command = production.tool("pgbench");
    command.env("PGDATABASE", production.superuser_uri(BANK));
    command
}

/// Microseconds of the transactions in pgbench's logs that ended in a time, which is in microseconds since 1970. A line
/// holds client, number, latency, script, and the end as seconds and microseconds.
fn latencies(folder: &Path, time: std::ops::Range<i64>) -> Vec<u64> {
    let files = fs::read_dir(folder).expect("the logs' folder can be read");
    let texts = files.map(|file| fs::read_to_string(file.expect("a file").path()).expect("a log is text"));
    let mut found = Vec::new();
    for text in texts {
        for line in text.lines() {
            let fields: Vec<u64> = line.split(' ').filter_map(|field| field.parse().ok()).collect();
            // The last line of a killed pgbench is cut.
            let [_, _, latency, _, seconds, micros] = fields.as_slice() else { continue };
            let ended = i64::try_from(seconds * 1_000_000 + micros).expect("a time of this age");
            if time.contains(&ended) {
                found.push(*latency);
            }
        }
    }
    found
}
