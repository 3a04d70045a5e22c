//! Planted secrets: the passwords of both ends and the key are nowhere but where they were put. Not in an argument or the
//! environment of a program that we start, not in a file, not in the servers' logs, not in what is printed.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::support::{Case, bauta, ended, run, spawn, start_with};

const PASSWORDS: [&str; 2] = ["zzPasswordOfTheReader7391", "zzPasswordOfTheLoader8246"];
const KEY: &str = "7391824650739182465073918246507391824650739182465073918246507391";

/// Processes that a process started, and those that they started.
fn children(parent: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(pid) = entry.file_name().to_string_lossy().parse::<u32>() else { continue };
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        // The name in parentheses may hold blanks.
        let ppid = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse::<u32>().ok());
        if ppid == Some(parent) {
            found.push(pid);
        }
    }
    found
}

fn text(path: impl AsRef<Path>) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).replace('\0', " ")
}

#[test]
fn secrets_are_nowhere_but_where_they_were_put() {
    let log = [
        ("log_statement", "all"),
        ("log_min_messages", "debug1"),
        ("log_connections", "on"),
        ("log_error_verbosity", "verbose"),
    ];
    let (production, staging) = (start_with(&log), start_with(&log));
    production.sql(
        "postgres",
        &format!("create role \"reader7\" login password '{}'; grant pg_read_all_data to reader7", PASSWORDS[0]),
    );
    staging.sql("postgres", &format!("create role \"loader7\" login createdb password '{}'", PASSWORDS[1]));
    // What the administrator wrote stands in the log.
    let logged = |server: &crate::support::Server| server.log().len();
    let (production_from, staging_from) = (logged(&production), logged(&staging));
    production.sql("postgres", "create database shop");
    production.sql("shop", "create table t (id int primary key, a text unique); insert into t select i, 'v' || i from generate_series(1, 5000) i; create index on t (a)");
    let folder = tempfile::tempdir().unwrap();
    let (temporary, report) = (folder.path().join("tmp"), folder.path().join("report"));
    fs::create_dir(&temporary).unwrap();
    let rules = folder.path().join("shop.yaml");
    fs::write(&rules, "version: 1\ntables: { t: { columns: { id: permute, a: pseudonym } } }\n").unwrap();
    let with = |uri: String, role: &str, password: &str| {
        uri.replace(&format!("//{role}:{role}@"), &format!("//{role}7:{password}@"))
    };
    let mut seen = BTreeSet::new();
    let mut searched = 0;
    for (what, arguments, broken) in [
        ("a run", &["--jobs", "2"][..], None),
        ("a run that fails", &["--template", "absent"], None),
        ("a wrong password", &[], Some(("zzPasswordOfTheLoader8246", "zzPasswordOfTheLoader8247"))),
        ("a malformed address", &[], Some(("@127.0.0.1", "@127.0.0.1:x@"))),
        ("a key that is too long", &[], None),
    ] {
        let mut command = bauta(&["refresh"]);
        command.arg(&rules).args(arguments).args(["--log-format", "json", "--report"]).arg(&report);
        let target = with(staging.uri("loader", "stage"), "loader", PASSWORDS[1]);
        let target = broken.map_or(target.clone(), |(from, to)| target.replace(from, to));
        command.env("BAUTA_SOURCE", with(production.uri("reader", "shop"), "reader", PASSWORDS[0]));
        command.env("BAUTA_TARGET", target).env("TMPDIR", &temporary);
        command.env("BAUTA_KEY", if what.starts_with("a key") { format!("{KEY}00") } else { KEY.to_owned() });
        let mut child = spawn(command);
        let mut text_of_children = String::new();
        let mut core = String::new();
        while child.try_wait().unwrap().is_none() {
            for pid in children(child.id()) {
                let process = Path::new("/proc").join(pid.to_string());
                // Between fork and exec it is still ourselves.
                let program = || fs::read_link(process.join("exe")).unwrap_or_default();
                let (before, told) = (program(), text(process.join("cmdline")) + &text(process.join("environ")));
                if before != Path::new(env!("CARGO_BIN_EXE_bauta")) && before.file_name().is_some() {
                    seen.insert(before.file_name().unwrap().to_string_lossy().into_owned());
                    text_of_children += &told;
                }
            }
            text_of_children += &text(Path::new("/proc").join(child.id().to_string()).join("cmdline"));
            for entry in fs::read_dir(&temporary).unwrap().flatten() {
                text_of_children += &text(entry.path());
            }
            let limits = text(Path::new("/proc").join(child.id().to_string()).join("limits"));
            if let Some(line) = limits.lines().find(|line| line.starts_with("Max core file size")) {
                core = line.to_owned();
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let ran = ended(child.wait_with_output().unwrap());
        assert_eq!(ran.code == 0, what == "a run", "{what}: {}", ran.stderr);
        if what == "a run" {
            assert!(core.split_whitespace().filter(|word| *word == "0").count() == 2, "core dumps are allowed: {core}");
        }
        let mut all = vec![("programs", text_of_children), ("output", format!("{}{}", ran.stdout, ran.stderr))];
        for entry in
            fs::read_dir(&report).into_iter().flatten().flatten().chain(fs::read_dir(&temporary).unwrap().flatten())
        {
            all.push(("files", text(entry.path())));
        }
        all.push(("production's log", production.log().split_off(production_from)));
        all.push(("staging's log", staging.log().split_off(staging_from)));
        for secret in [PASSWORDS[0], PASSWORDS[1], &PASSWORDS[1][..24], KEY, &KEY[..32]] {
            for (place, text) in &all {
                assert!(!text.contains(secret), "{what}: a secret was found in {place}\n{}", ran.stderr);
            }
        }
        searched += all.iter().map(|(_, text)| text.len()).sum::<usize>();
    }
    assert!(seen.contains("pg_dump") && seen.contains("pg_restore"), "no program was seen: {seen:?}");
    println!(
        "2 passwords and a key: 0 found in {searched} bytes: arguments and environments of {seen:?}, output, reports, temporary files, both servers' logs with log_statement = all"
    );
}

#[test]
fn key_and_password_files_that_others_can_read_are_refused() {
    let case = Case::new("keyfiles", "create table t (id int primary key)", "tables: { t: { keep: made up } }\n");
    let key = case.folder.path().join("key");
    let link = case.folder.path().join("link");
    std::os::unix::fs::symlink(&key, &link).unwrap();
    let refresh = |path: &Path| {
        let mut command = case.refresh_command("", &["--target", "null:"]);
        command.env_remove("BAUTA_KEY").env("BAUTA_KEY_FILE", path);
        run(command)
    };
    for (mode, path, code) in [
        (0o600, &key, 0),
        (0o400, &key, 0),
        (0o600, &link, 0),
        (0o640, &key, 2),
        (0o604, &key, 2),
        (0o620, &key, 2),
        (0o602, &key, 2),
        (0o644, &link, 2),
        (0o777, &key, 2),
    ] {
        fs::write(&key, format!("{KEY}\n")).unwrap();
        fs::set_permissions(&key, PermissionsExt::from_mode(mode)).unwrap();
        let ran = refresh(path);
        assert_eq!(ran.code, code, "{mode:o} {}: {}", path.display(), ran.stderr);
        assert!(code == 0 || ran.stderr.contains("chmod 600"), "{mode:o}: {}", ran.stderr);
        assert!(!ran.stderr.contains(&KEY[..16]));
        println!("| key file {mode:04o}{} | exit {code} |", if path == &link { ", by a link" } else { "" });
    }
    for text in ["", "abc", &KEY[1..], &format!("{KEY}{KEY}"), &KEY.replace('7', "g")] {
        fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
        fs::write(&key, text).unwrap();
        let ran = refresh(&key);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(text.len() < 16 || !ran.stderr.contains(&text[..16]), "{}", ran.stderr);
    }
    assert_eq!(refresh(case.folder.path()).code, 2);
    // The password file of libpq.
    let passfile = case.folder.path().join("pgpass");
    for (mode, code) in [(0o600, 0), (0o640, 2), (0o604, 2)] {
        fs::write(&passfile, "*:*:*:reader:reader\n").unwrap();
        fs::set_permissions(&passfile, PermissionsExt::from_mode(mode)).unwrap();
        let mut command = case.refresh_command(KEY, &["--target", "null:"]);
        command.env("BAUTA_SOURCE", case.source().replace("reader:reader@", "reader@")).env("PGPASSFILE", &passfile);
        let ran = run(command);
        assert_eq!(ran.code, code, "{mode:o}: {}", ran.stderr);
        println!("| password file {mode:04o} | exit {code} |");
    }
}
