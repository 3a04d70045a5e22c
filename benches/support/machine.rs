//! Where and when something was measured, and where results are kept.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Processors, system, date, load, revision and profile, as a sentence.
pub(crate) fn facts() -> String {
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let build = if cfg!(debug_assertions) { " **A debug build: the figures say nothing.**" } else { "" };
    format!(
        "{processors} processors ({}), {} of memory, {}; {}, load {}; revision {}, profile {}.{build}",
        line("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        line("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown size".to_owned()),
        said("uname", &["-sr"]),
        said("date", &["-u", "+%F %H:%M UTC"]),
        load(),
        revision(),
        profile(),
    )
}

/// Cargo's profile: the folder of `target` where benchmarks of it lie, with those above it.
fn profile() -> String {
    let path = std::env::current_exe().unwrap_or_default();
    let folders = path.parent().and_then(Path::parent).into_iter().flat_map(Path::components);
    let folders: Vec<_> = folders.map(|folder| folder.as_os_str().to_string_lossy()).collect();
    let target =
        folders.iter().rposition(|folder| folder == "target").map_or(folders.len().saturating_sub(1), |at| at + 1);
    folders[target..].join("/")
}

/// Writes a report to `benches/runs/DATE/NAME.md`.
pub(crate) fn save(name: &str, report: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("benches/runs").join(said("date", &["-u", "+%F"]));
    let path = folder.join(format!("{name}.md"));
    fs::create_dir_all(&folder).and_then(|()| fs::write(&path, report)).expect("the report can be written");
    eprintln!("saved: {}", path.strip_prefix(root).unwrap_or(&path).display());
}

/// How busy the machine was in the last minute: what it does besides falsifies the figures.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().filter(|load| !load.is_empty()).unwrap_or("unknown").to_owned()
}

/// The commit, and whether files differ from it.
fn revision() -> String {
    let root = env!("CARGO_MANIFEST_DIR");
    let changed = !said("git", &["-C", root, "status", "--porcelain", "--untracked-files=no"]).is_empty();
    said("git", &["-C", root, "rev-parse", "--short", "HEAD"]) + if changed { " with changes" } else { "" }
}

/// What a program prints, without the line's end; nothing where it fails.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(|_| String::new(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The value of the first `NAME : VALUE` of a file.
fn line(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
