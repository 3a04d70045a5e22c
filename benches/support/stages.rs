//! Where the time of a refresh goes, stage by stage, as its progress lines tell.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::median::median;
use super::ways::STAGING;

/// What comes before the first stage.
const START: &str = "starting";

/// Runs a refresh; each stage with its seconds, in their order.
pub(crate) fn run(mut command: Command) -> Vec<(String, f64)> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut stages = vec![(START.to_owned(), Instant::now())];
    let mut child = command.spawn().expect("it starts");
    let lines = BufReader::new(child.stderr.take().expect("its stderr is a pipe")).lines();
    for line in lines.map_while(Result::ok) {
        // Warnings and tables that are done begin no stage.
        if let Some(stage) = line.strip_prefix("- ") {
            stages.push((same(stage), Instant::now()));
        }
    }
    assert!(child.wait().is_ok_and(|status| status.success()), "a refresh failed after {:?}", stages.last());
    let ends = stages.iter().skip(1).map(|(_, begun)| *begun).chain([Instant::now()]).collect::<Vec<_>>();
    stages.into_iter().zip(ends).map(|((stage, begun), end)| (stage, (end - begun).as_secs_f64())).collect()
}

/// A stage's name without what differs from run to run: the shadow's name ends in the run's id.
fn same(stage: &str) -> String {
    let shadow = format!("{STAGING}_bauta_");
    let words = stage.split(' ').map(|word| if word.starts_with(&shadow) { "the shadow" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// The medians of several runs with rows and without, as a table.
pub(crate) fn table(full: &[Vec<(String, f64)>], empty: &[Vec<(String, f64)>]) -> String {
    let seconds = |runs: &[Vec<(String, f64)>], stage: &str| {
        let of = |run: &Vec<(String, f64)>| {
            run.iter()
                .filter(|(name, _)| name == stage)
                .map(|(_, seconds)| seconds)
                .fold(0.0, |sum, seconds| sum + seconds)
        };
        median(&runs.iter().map(of).collect::<Vec<f64>>())
    };
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in full.iter().chain(empty).flatten() {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let mut table = "| stage of a masked refresh | seconds | without rows |\n|---|---|---|\n".to_owned();
    for name in names {
        table += &format!("| {name} | {:.2} | {:.2} |\n", seconds(full, name), seconds(empty, name));
    }
    table
}
