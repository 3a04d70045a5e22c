//! The house stays tidy: layers, file heads, names and sizes. What fails here names the file and the line.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms and their layer; a room uses rooms of its own layer or below, as far as [`STRANGERS`] allow.
const LAYERS: &[(&str, u8)] = &[
    ("schema", 0),
    ("key", 0),
    ("batch", 0),
    ("blocks", 0),
    ("chance", 0),
    ("node", 0),
    ("class", 0),
    ("diagnostic", 0),
    ("failure", 0),
    ("report", 0),
    ("signature", 0),
    ("approval", 1),
    ("audit", 1),
    ("diff", 1),
    ("draft", 1),
    ("plan", 1),
    ("rules", 1),
    ("mask", 1),
    ("classify", 1),
    ("verify", 1),
    ("evidence", 1),
    ("drift", 1),
    ("monitor", 1),
    ("source", 2),
    ("sink", 2),
    ("postgres", 2),
    ("pipeline", 3),
    ("cli", 4),
    ("main", 4),
    ("lib", 4),
];

/// Rooms that do not know each other, although their layers would let them.
const STRANGERS: &[(&str, &[&str])] = &[
    ("audit", &["verify", "diff", "draft"]),
    ("diff", &["verify", "draft"]),
    ("mask", &["rules", "plan", "classify", "verify", "audit", "diff"]),
    ("rules", &["mask", "plan", "classify", "verify", "audit", "diff"]),
    ("classify", &["rules", "mask", "plan", "verify", "audit", "diff"]),
    ("draft", &["verify", "audit", "diff"]),
    ("plan", &["verify", "audit", "diff", "draft", "evidence"]),
    ("evidence", &["rules", "mask", "plan", "classify", "verify", "audit", "diff", "draft"]),
    ("verify", &["rules", "mask", "classify", "audit", "diff"]),
    ("source", &["sink"]),
    ("sink", &["source"]),
    ("postgres", &["source", "sink"]),
    ("pipeline", &["postgres", "rules"]),
];

/// What pure rooms never name: tasks, files, clocks, random numbers, the environment.
const IMPURE: &[&str] = &["tokio", "std::fs", "std::env", "std::process", "std::time", "std::net::Tcp", "SysRng"];

/// Names that say nothing.
const NAMELESS: &[&str] = &["util", "utils", "common", "helpers", "types", "manager", "engine", "misc"];

/// Longest file, its tests not counted.
const LONGEST: usize = 600;

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
                let text = fs::read_to_string(&path).unwrap();
                sources.push(Source { path, room, text });
            }
        }
    }
    sources
}

fn layer(room: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == room).map(|(_, layer)| *layer)
}

/// Rooms named by `crate::ROOM` in a line, also in `crate::{a, b::c}`.
fn rooms(line: &str) -> Vec<&str> {
    let word = |text: &'_ str| text.len() - text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    let mut found = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(list.split([',', '}']).map(|item| {
                let item = item.trim();
                &item[..word(item)]
            })),
            None => found.push(&rest[..word(rest)]),
        }
    }
    found.retain(|room| layer(room).is_some());
    found
}

/// The lines of a file before its tests, numbered from 1.
fn code(source: &Source) -> impl Iterator<Item = (usize, &str)> {
    let tests = source.text.find("#[cfg(test)]\nmod tests").unwrap_or(source.text.len());
    source.text[..tests].lines().enumerate().map(|(index, line)| (index + 1, line))
}

fn is_test_file(source: &Source) -> bool {
    // Laws and cases are compiled for tests only; their modules say so.
    ["conformance", "laws", "cases", "tests"]
        .iter()
        .any(|name| source.path.file_stem().is_some_and(|stem| stem == *name))
}

fn assert_none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn every_room_has_a_layer() {
    let homeless: Vec<String> =
        sources().iter().filter(|source| layer(&source.room).is_none()).map(|source| source.room.clone()).collect();
    assert_none(homeless, "rooms without a layer in tests/tidy.rs");
}

#[test]
fn arrows_point_down() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !is_test_file(source)) {
        let (Some(own), strangers) = (
            layer(&source.room),
            STRANGERS.iter().find(|(room, _)| *room == source.room).map_or(&[][..], |(_, strangers)| *strangers),
        ) else {
            continue;
        };
        for (number, line) in code(source) {
            if line.trim_start().starts_with("//") {
                continue;
            }
            for room in rooms(line).into_iter().filter(|room| *room != source.room) {
                if layer(room).is_some_and(|other| other > own) || strangers.contains(&room) {
                    found.push(format!("{}:{number}: {} uses {room}", source.path.display(), source.room));
                }
            }
        }
    }
    assert_none(found, "arrows point down only, and strangers do not meet");
}

#[test]
fn decisions_are_pure() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| layer(&source.room).is_some_and(|layer| layer <= 1)) {
        if is_test_file(source) {
            continue;
        }
        for (number, line) in code(source) {
            let names = |word: &&&str| line.contains(**word) && !line.trim_start().starts_with("//");
            if let Some(word) = IMPURE.iter().find(names) {
                found.push(format!("{}:{number}: {word}", source.path.display()));
            }
        }
    }
    assert_none(found, "layers 0 and 1 name no tasks, files, clocks or random numbers");
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| source.path.display().to_string())
        .collect();
    assert_none(silent, "files that do not open with `//!`");
}

#[test]
fn files_hold_one_idea_and_have_a_name() {
    let mut found = Vec::new();
    for source in sources() {
        let lines = code(&source).count();
        if lines > LONGEST {
            found.push(format!("{}: {lines} lines", source.path.display()));
        }
        let stem = source.path.file_stem().unwrap().to_str().unwrap();
        if NAMELESS.contains(&stem) {
            found.push(format!("{}: a name that says nothing", source.path.display()));
        }
    }
    assert_none(found, "files that are too long, or named after nothing");
}

#[test]
fn the_reader_of_rooms_sees_them() {
    assert_eq!(rooms("use crate::plan::{Plan, Rows};"), ["plan"]);
    assert_eq!(rooms("use crate::{mask, rules::RuleFile};"), ["mask", "rules"]);
    assert_eq!(rooms("    crate::sink::Sink::begin(crate::key::x)"), ["sink", "key"]);
    assert!(rooms("use crate::nothing::X;").is_empty());
}
