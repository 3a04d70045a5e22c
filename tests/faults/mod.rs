//! Faults of every kind at every station of a run. Whatever happens: staging is the old one or the new one, whole; nothing
//! says "done" that is not; the next run needs no hand; nothing of ours stays on production; no value shows anywhere.
//!
//! The suite runs each kind at one station, and six kills at random; `BAUTA_FAULTS=all` runs all kinds at all stations
//! (any other word: those with it in their name), and `BAUTA_KILLS=300` so many kills. Both print a table.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use self::cluster::Cluster;
use self::kinds::{KINDS, Kind};
use self::proxy::Proxy;
use crate::support::{KEY, Ran, bauta};

mod cluster;
mod kinds;
mod proxy;

/// Stands in every masked cell of production.
const CANARY: &str = "qzcanary";

/// Rows that the first edition has; every further one has one more.
const ROWS: u64 = 4000;

const SCHEMA: &str = "
    create table edition (v int);
    insert into edition values (0);
    create table people (id int primary key, name text not null, mail text unique, note text, boss int references people);
    insert into people select i, 'qzcanary ' || i, 'qzcanary' || i || '@mail.de', repeat('some words ', 8), nullif(i / 10, 0)
        from generate_series(1, 4000) i;
    create table small (id int primary key, name text);
    insert into small select i, 'qzcanary ' || i from generate_series(1, 50) i;
    create index on people (name);
    create materialized view names as select name from people;
    create function ours(text) returns bool language sql immutable as $$select $1 like 'qzcanary%'$$;
";

const RULES: &str = "version: 1
tables:
  edition: { keep: a number }
  people:
    columns: { name: person_name, mail: { mask: email, unique: true } }
    keep: { made up: [id, note] }
  small: { columns: { name: redact }, keep: { a number: [id] } }
";

/// A place in a run: the line on stderr that begins it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Station {
    Opening,
    Mirroring,
    Streaming,
    Indexing,
    Verifying,
    Publishing,
}

const STATIONS: [(Station, &str); 6] = [
    (Station::Opening, "- opening production"),
    (Station::Mirroring, "- creating staging"),
    (Station::Streaming, "- streaming "),
    (Station::Indexing, "- building keys"),
    (Station::Verifying, "- verifying"),
    (Station::Publishing, "- publishing"),
];

/// Two servers, a proxy before each, and staging in some edition.
struct World {
    production: Cluster,
    staging: Cluster,
    to_production: Proxy,
    to_staging: Proxy,
    folder: tempfile::TempDir,
    /// The edition that production has.
    edition: u64,
}

impl World {
    fn new() -> Self {
        let (production, staging) = (Cluster::start(false), Cluster::start(true));
        production.sql("postgres", "create database shop");
        production.sql("shop", SCHEMA);
        let (to_production, to_staging) = (Proxy::start(production.port), Proxy::start(staging.port));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("shop.yaml"), RULES).unwrap();
        std::fs::create_dir(folder.path().join("tmp")).unwrap();
        let world = Self { production, staging, to_production, to_staging, folder, edition: 0 };
        let ran = world.run(&[]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        world
    }

    /// Production gets another edition: its number, and a row more.
    fn next_edition(&mut self) {
        self.edition += 1;
        let sql = format!(
            "update edition set v = {}; insert into people select max(id) + 1, 'qzcanary', 'qzcanary' || max(id) + 1 from people",
            self.edition
        );
        self.production.sql("shop", &sql);
    }

    fn command(&self, more: &[&str]) -> Command {
        let uri = |role: &str, port: u16, database: &str| format!("postgresql://{role}@127.0.0.1:{port}/{database}");
        let mut command = bauta(&["refresh"]);
        command.arg(self.folder.path().join("shop.yaml")).env("BAUTA_KEY", KEY);
        command.env("BAUTA_SOURCE", uri("reader", self.to_production.port, "shop"));
        command.env("BAUTA_TARGET", uri("loader", self.to_staging.port, "staging"));
        command.env("TMPDIR", self.folder.path().join("tmp"));
        command.args(["--allow-same-cluster", "--jobs", "2", "--report"]).arg(self.folder.path().join("reports"));
        command.args(more);
        command
    }

    fn run(&self, more: &[&str]) -> Ran {
        let (mut child, _) = self.spawn(more);
        finish(&mut child, Duration::from_secs(120))
    }

    /// Starts a run whose lines on stderr can be waited for.
    fn spawn(&self, more: &[&str]) -> (Running, Instant) {
        let mut child = self.command(more).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (tell, lines) = mpsc::channel();
        let stderr = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        (Running { child, lines, stderr: String::new() }, Instant::now())
    }

    /// Which edition staging is in, and whether it is whole; `None` where it cannot be asked.
    fn served(&self) -> Option<(u64, bool)> {
        let ask = "select v, (select count(*) from people), (select count(*) from small), (select count(*) from names), \
                   (select count(*) from pg_constraint where convalidated and conrelid = 'people'::regclass), \
                   (select count(*) from people where name like '%qzcanary%' or mail like '%qzcanary%') from edition";
        let told = self.staging.ask("staging", ask).0?;
        let fields: Vec<u64> = told.split('|').map(|field| field.parse().unwrap()).collect();
        let rows = ROWS + fields[0];
        Some((fields[0], fields[1..] == [rows, 50, rows, 3, 0]))
    }

    /// Sessions of ours on production.
    fn sessions(&self) -> String {
        self.production.sql("postgres", "select count(*) from pg_stat_activity where usename = 'reader'")
    }

    /// How long it takes until nothing of ours is left on production.
    fn until_gone(&self) -> Duration {
        let begun = Instant::now();
        while self.sessions() != "0" {
            assert!(begun.elapsed() < Duration::from_secs(60), "sessions of ours stay on production");
            std::thread::sleep(Duration::from_millis(50));
        }
        begun.elapsed()
    }

    /// Wherever a value could have been left.
    fn canaries(&self, ran: &Ran) -> usize {
        let mut text = format!("{}{}{}", ran.stdout, ran.stderr, self.staging.log());
        for folder in ["tmp", "reports"] {
            text.push_str(&all_files(&self.folder.path().join(folder)));
        }
        text.matches(CANARY).count()
    }
}

fn all_files(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.map(|file| String::from_utf8_lossy(&std::fs::read(file.path()).unwrap_or_default()).into_owned()).collect()
}

/// A run under way.
struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
    stderr: String,
}

impl Running {
    /// Waits for the line that begins a station; `false` where the run ended before.
    fn reach(&mut self, station: Station) -> bool {
        let (_, begin) = STATIONS.iter().find(|(known, _)| *known == station).unwrap();
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(60)) {
            self.stderr.push_str(&line);
            self.stderr.push('\n');
            if line.starts_with(begin) {
                return true;
            }
        }
        false
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), signal);
    }
}

/// Waits for the end; a run that takes longer than the patience is killed and counts as stuck (code -9).
fn finish(running: &mut Running, patience: Duration) -> Ran {
    let begun = Instant::now();
    let code = loop {
        match running.child.try_wait().unwrap() {
            Some(status) => break status.code().unwrap_or(-1),
            None if begun.elapsed() > patience => {
                let _ = running.child.kill();
                let _ = running.child.wait();
                break -9;
            }
            None => std::thread::sleep(Duration::from_millis(10)),
        }
    };
    let mut stdout = String::new();
    let _ = running.child.stdout.take().unwrap().read_to_string(&mut stdout);
    while let Ok(line) = running.lines.recv_timeout(Duration::from_secs(2)) {
        running.stderr.push_str(&line);
        running.stderr.push('\n');
    }
    Ran { code, stdout, stderr: std::mem::take(&mut running.stderr) }
}

/// One fault at one station, and everything that must hold after it. Returns a line for the table, or what does not hold.
fn one(world: &mut World, kind: &Kind, station: Station) -> Result<String, String> {
    world.next_edition();
    let (new, old) = (world.edition, world.served().ok_or("staging cannot be asked before the fault")?.0);
    let begun = Instant::now();
    // Slow enough that a fault finds rows under way.
    let (mut running, _) = world.spawn(&[&["--max-rate", "1MB"], kind.arguments].concat());
    let reached = running.reach(station);
    let mut state = String::new();
    if reached {
        state = (kind.strike)(world, &running);
    }
    let ran = finish(&mut running, Duration::from_secs(90));
    let took = begun.elapsed();
    (kind.mend)(world, &state);
    let wrong = |what: String| Err(format!("{what}\nexit {}\n{}{}", ran.code, ran.stdout, ran.stderr));
    if !reached {
        return wrong("the station was not reached".to_owned());
    }
    let Some((edition, whole)) = world.served() else { return wrong("staging is gone".to_owned()) };
    if !whole || edition != old && edition != new {
        return wrong(format!("staging is in edition {edition}, whole: {whole}; it was {old}, it may be {new}"));
    }
    let says_done = ran.stdout.contains("published:");
    if (ran.code == 0) != says_done || says_done && edition != new {
        return wrong("it says done, and is not".to_owned());
    }
    if ran.code == -9 {
        return wrong("it is stuck".to_owned());
    }
    if !kind.may_succeed && ran.code == 0 && station != Station::Publishing {
        return wrong("the fault was not noticed".to_owned());
    }
    if ran.code == 1 || ran.code == 5 && !kind.data {
        return wrong("it blames itself or the data".to_owned());
    }
    let gone = world.until_gone();
    if world.canaries(&ran) > 0 {
        return wrong("a value shows".to_owned());
    }
    let again = world.run(&[]);
    if again.code != 0 || world.served() != Some((new, true)) {
        return wrong(format!("the next run needs a hand: exit {}\n{}", again.code, again.stderr));
    }
    let left = world.staging.sql("postgres", "select count(*) from pg_database where datname like 'staging%'");
    if left != "2" {
        return wrong(format!("{left} databases are left, where staging and one kept generation belong"));
    }
    let which = if edition == new { "new" } else { "old" };
    Ok(format!(
        "| {} | {station:?} | {} | {which}, whole | {:.1} s | {:.1} s | yes |",
        kind.name,
        ran.code,
        took.as_secs_f64(),
        gone.as_secs_f64()
    ))
}

#[test]
fn after_every_fault_staging_is_old_or_new_and_the_next_run_needs_no_hand() {
    let asked = std::env::var_os("BAUTA_FAULTS").and_then(|word| word.into_string().ok());
    let mut world = World::new();
    println!("| fault | station | exit | staging | ended after | nothing of ours on production after | rerun |");
    println!("|---|---|---|---|---|---|---|");
    let mut wrong = Vec::new();
    let (mut runs, mut kinds) = (0, 0);
    for (place, kind) in KINDS.iter().enumerate() {
        if asked.as_ref().is_some_and(|word| word != "all" && !kind.name.contains(word.as_str())) {
            continue;
        }
        kinds += 1;
        let stations: Vec<Station> = kind.stations.to_vec();
        let chosen = if asked.is_some() { stations } else { vec![stations[place % stations.len()]] };
        for station in chosen {
            runs += 1;
            match one(&mut world, kind, station) {
                Ok(line) => println!("{line}"),
                Err(what) => {
                    println!("| {} | {station:?} | | WRONG | | | |", kind.name);
                    wrong.push(format!("== {} at {station:?}: {what}", kind.name));
                    world = World::new();
                }
            }
        }
    }
    println!("{kinds} kinds, {runs} runs, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn killed_at_any_moment_staging_is_old_or_new() {
    let kills: u32 = std::env::var_os("BAUTA_KILLS").and_then(|value| value.to_str()?.parse().ok()).unwrap_or(6);
    let mut world = World::new();
    world.next_edition();
    let begun = Instant::now();
    assert_eq!(world.run(&[]).code, 0);
    let whole = begun.elapsed();
    let (mut old, mut new, mut ended) = (0, 0, 0);
    // As good as random, and the same in every run (the constant is the golden ratio's fraction of 2^32).
    let mut state = 0x9E37_79B9u32;
    for _ in 0..kills {
        world.next_edition();
        let before = world.served().unwrap().0;
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (mut running, _) = world.spawn(&[]);
        std::thread::sleep(whole.mul_f64(f64::from(state >> 8) / f64::from(1u32 << 24) * 1.05));
        let over = running.child.try_wait().unwrap().is_some();
        running.signal(rustix::process::Signal::KILL);
        let ran = finish(&mut running, Duration::from_secs(10));
        let (edition, is_whole) = world.served().expect("staging is gone");
        assert!(is_whole, "staging is not whole\n{}", ran.stderr);
        assert!(edition == before || edition == world.edition, "staging is in edition {edition}\n{}", ran.stderr);
        assert!(edition == world.edition || !ran.stdout.contains("published:"), "it says done, and is not");
        match (edition == world.edition, over) {
            (_, true) => ended += 1,
            (true, false) => new += 1,
            (false, false) => old += 1,
        }
    }
    world.until_gone();
    let ran = world.run(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(world.served(), Some((world.edition, true)));
    println!(
        "{kills} kills over {:.2} s: {old} times the old staging, {new} times the new one, {ended} runs were over before; \
         always whole; the next run needed no hand",
        whole.as_secs_f64()
    );
    assert!(old > 0, "no run was killed early enough");
}
