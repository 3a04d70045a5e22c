//! What a child process costs: wall time, its own processor time, its own peak memory, and that of it and its children
//! together. Read from `/proc`, so on Linux; elsewhere only wall time is known and the rest is 0.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// Ticks a second in `/proc/PID/stat`: USER_HZ, 100 on every Linux (proc(5)).
const TICKS: f64 = 100.0;

/// What a process cost.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// From its start to its end, seconds.
    pub(crate) wall: f64,
    /// User and system time of its own threads, seconds.
    pub(crate) own: f64,
    /// The same of the children that it waited for, seconds.
    pub(crate) children: f64,
    /// Its own largest resident set, bytes.
    pub(crate) peak: u64,
    /// The largest sum of its and its descendants' resident sets that was seen, bytes.
    pub(crate) peak_with_children: u64,
}

/// How closely memory is watched; looking takes processor time too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// The process alone.
    Own,
    /// Its descendants too.
    Tree,
}

/// Runs a command to its end; one that fails ends the benchmark with what it said.
pub(crate) fn measure(mut command: Command, watch: Watch) -> Cost {
    let mut said = tempfile::tempfile().expect("a temporary file");
    let stderr = said.try_clone().expect("a file can be cloned");
    let begun = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn().expect("it starts");
    let id = child.id();
    let (own, tree, over) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let mut cost = Cost::default();
    thread::scope(|scope| {
        scope.spawn(|| look(id, watch, &own, &tree, &over));
        let pid = Pid::from_raw(i32::try_from(id).expect("a process id is small")).expect("it is not 0");
        // Not reaped yet: what it used can still be read.
        let ended = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        cost.wall = begun.elapsed().as_secs_f64();
        over.store(true, Ordering::Relaxed);
        assert!(ended.is_ok(), "waiting failed");
        (cost.own, cost.children) = processor_time(id).unwrap_or_default();
    });
    let status = child.wait().expect("it was waited for");
    if !status.success() {
        use std::io::{Read as _, Seek as _};
        let mut text = String::new();
        said.rewind().and_then(|()| said.read_to_string(&mut text)).expect("what it said can be read");
        let ended = status.signal().map_or_else(|| status.to_string(), |signal| format!("signal {signal}"));
        panic!("{:?} failed ({ended}):\n{text}", command.get_program());
    }
    cost.peak = own.into_inner();
    cost.peak_with_children = tree.into_inner().max(cost.peak);
    cost
}

fn look(id: u32, watch: Watch, own: &AtomicU64, tree: &AtomicU64, over: &AtomicBool) {
    let mut round = 0u32;
    while !over.load(Ordering::Relaxed) {
        // The high-water mark misses only what grew since it was last read.
        own.fetch_max(status(id, "VmHWM:"), Ordering::Relaxed);
        if watch == Watch::Tree && round.is_multiple_of(5) {
            tree.fetch_max(descendants(id).into_iter().map(|id| status(id, "VmRSS:")).sum(), Ordering::Relaxed);
        }
        round += 1;
        thread::sleep(Duration::from_millis(10));
    }
}

/// A line of `/proc/PID/status` in kB, as bytes; 0 where there is none.
fn status(id: u32, line: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let found = text.lines().find_map(|other| other.strip_prefix(line));
    found
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes * 1024)
}

/// The fields of `/proc/PID/stat` behind the name, which may hold spaces: the first is the state (field 3 of proc(5)).
fn stat(id: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

/// Own and waited-for children's processor time, seconds (fields 14 to 17 of proc(5)).
fn processor_time(id: u32) -> Option<(f64, f64)> {
    let fields = stat(id)?;
    let seconds = |at: usize| fields.get(at - 3)?.parse::<f64>().ok().map(|ticks| ticks / TICKS);
    Some((seconds(14)? + seconds(15)?, seconds(16)? + seconds(17)?))
}

/// A process and all that descend from it.
fn descendants(id: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(child) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Some(parent) = stat(child).and_then(|fields| fields.get(1)?.parse().ok()) else { continue };
        children.entry(parent).or_default().push(child);
    }
    let mut found = vec![id];
    let mut at = 0;
    while at < found.len() {
        found.extend(children.remove(&found[at]).unwrap_or_default());
        at += 1;
    }
    found
}
