//! Generations: of refreshes at the same time one after the other wins, kept ones go when their time is over, and clients of
//! staging are turned away for a moment only while it is replaced.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio_postgres::NoTls;

use crate::support::{Case, KEY, Ran, bauta, count, ended, production, run, spawn, staging};

const PEOPLE: &str = "create table people (id int primary key, name text);
    insert into people select i, 'Person ' || i from generate_series(1, 200) i";
const RULES: &str = "tables: { people: { columns: { name: person_name }, keep: { \"made up\": [id] } } }\n";

fn people(name: &str) -> Case {
    Case::new(name, PEOPLE, RULES)
}

fn command(case: &Case, arguments: &[&str]) -> Ran {
    let mut command = bauta(arguments);
    command.env("BAUTA_TARGET", case.target());
    run(command)
}

/// The generations as `status` lists them.
fn status(case: &Case) -> Vec<Value> {
    let ran = command(case, &["status", "--format", "json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn ids(case: &Case, state: &str) -> Vec<String> {
    let of_state = |one: &&Value| one["state"] == state;
    status(case).iter().filter(of_state).map(|one| one["generation"].as_str().unwrap().to_owned()).collect()
}

/// The epoch of what is live.
fn epoch(case: &Case) -> u64 {
    let sql =
        format!("select shobj_description(oid, 'pg_database') from pg_database where datname = '{}'", case.staging);
    let comment = staging().sql("postgres", &sql);
    let marker = comment.lines().last().and_then(|line| line.strip_prefix("bauta/1 ")).unwrap().to_owned();
    serde_json::from_str::<Value>(&marker).unwrap()["epoch"].as_u64().unwrap()
}

fn wait(child: Child) -> Ran {
    ended(child.wait_with_output().unwrap())
}

/// `BAUTA_RACES` races of `BAUTA_RACERS` refreshes each.
#[test]
fn of_refreshes_at_the_same_time_each_wins_alone() {
    let (races, racers) = (count("BAUTA_RACES", 2), count("BAUTA_RACERS", 4));
    let case = people("race");
    case.refreshed();
    let mut tally = [0, 0];
    for race in 1..=races {
        let before = epoch(&case);
        let started: Vec<Child> =
            (0..racers).map(|_| spawn(case.refresh_command(KEY, &["--format", "json"]))).collect();
        let ended: Vec<Ran> = started.into_iter().map(wait).collect();
        let mut published = Vec::new();
        for ran in &ended {
            assert!(matches!(ran.code, 0 | 4), "race {race}: exit {}\n{}", ran.code, ran.stderr);
            if ran.code == 0 {
                published.push(
                    serde_json::from_str::<Value>(&ran.stdout).unwrap()["published"].as_str().unwrap().to_owned(),
                );
            }
        }
        let winners = published.len();
        published.sort();
        published.dedup();
        assert_eq!(published.len(), winners, "race {race}: a generation was published twice");
        assert_eq!(epoch(&case), before + winners as u64, "race {race}: a publication was lost");
        let live = ids(&case, "live");
        assert!(live.len() == 1 && published.iter().any(|name| name.ends_with(&live[0])), "race {race}: {live:?}");
        assert_eq!(staging().databases(&case.staging).len(), 2, "race {race}: something was left behind");
        assert_eq!(staging().sql(&case.staging, "select count(*) from people"), "200");
        tally = [tally[0] + winners, tally[1] + racers - winners];
    }
    println!("{races} races of {racers}: {} published one after the other, {} refused (exit 4)", tally[0], tally[1]);
}

#[test]
fn who_waits_too_long_is_refused_and_so_is_a_lock_elsewhere() {
    let case = people("lock");
    case.rules(&format!("{RULES}after_load: [sleep.sql]\n"));
    fs::write(case.folder.path().join("sleep.sql"), "select pg_catalog.pg_sleep(36)").unwrap();
    let first = spawn(case.refresh_command(KEY, &[]));
    let held = "select count(*) from pg_locks where locktype = 'advisory' and objsubid = 1 and granted and database =
        (select oid from pg_database where datname = 'postgres')";
    let begun = Instant::now();
    while staging().databases(&case.staging).is_empty() {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "no shadow was made; locks: {}",
            staging().sql("postgres", held)
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    // At once, as it can see the lock in the other database.
    staging().sql("postgres", "create database elsewhere");
    let elsewhere = case.refresh(&["--maintenance-db", "elsewhere"]);
    assert!(elsewhere.code == 4 && elsewhere.stderr.contains("--maintenance-db"), "{}", elsewhere.stderr);
    let second = case.refresh(&[]);
    assert!(second.code == 4 && second.stderr.contains("another refresh"), "{}\n{}", second.code, second.stderr);
    let first = wait(first);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(ids(&case, "live").len(), 1);
}

#[test]
fn a_staging_that_somebody_else_replaced_meanwhile_is_left_alone() {
    let case = people("meddled");
    case.refreshed();
    for meddling in [
        // Another database under the name, as a restore makes it.
        vec!["alter database {s} rename to {s}_theirs", "create database {s} owner loader"],
        // The marker of another publication.
        vec!["drop database {s}", "alter database {s}_theirs rename to {s}", "comment on database {s} is 'mine now'"],
    ] {
        case.rules(&format!("{RULES}after_load: [sleep.sql]\n"));
        fs::write(case.folder.path().join("sleep.sql"), "select pg_catalog.pg_sleep(3)").unwrap();
        let options: &[&str] = if meddling.len() == 3 { &["--adopt"] } else { &[] };
        let running = spawn(case.refresh_command(KEY, options));
        let begun = Instant::now();
        while staging().databases(&format!("{}\\_bauta", case.staging)).is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(30), "no shadow was made");
            std::thread::sleep(Duration::from_millis(20));
        }
        for sql in &meddling {
            staging().sql("postgres", &sql.replace("{s}", &case.staging));
        }
        let state = "select oid, datname, shobj_description(oid, 'pg_database') from pg_database order by 1";
        let there = || {
            staging().sorted(
                "postgres",
                &format!("select * from ({state}) x where datname in ('{0}', '{0}_theirs')", case.staging),
            )
        };
        let before = there();
        let ran = wait(running);
        assert!(ran.code == 4 && ran.stderr.contains("by somebody else"), "{meddling:?}: {}\n{}", ran.code, ran.stderr);
        assert_eq!(there(), before, "{meddling:?}");
        assert!(staging().databases(&format!("{}\\_bauta", case.staging)).is_empty(), "the shadow was left behind");
    }
}

#[test]
fn kept_generations_go_when_their_time_is_over_also_when_the_run_fails() {
    let case = people("retained");
    case.refreshed();
    let first = ids(&case, "live").remove(0);
    let ran = case.refresh(&["--generations", "3", "--generations-for", "8s"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let second = ids(&case, "live").remove(0);
    assert_eq!(ids(&case, "previous"), std::slice::from_ref(&first));
    std::thread::sleep(Duration::from_millis(9100));
    // A run that fails after its beginning: the time is over all the same.
    production()
        .sql(&case.production, "create materialized view broken as select 1 / (id - id) as x from people with no data");
    case.rules(&format!("{RULES}after_load: [bad.sql]\n"));
    fs::write(case.folder.path().join("bad.sql"), "select 1 / 0").unwrap();
    let failed = case.refresh(&["--generations", "3"]);
    assert_eq!(failed.code, 5, "{}", failed.stderr);
    assert!(failed.stderr.contains(&format!("dropped generation {first}")), "{}", failed.stderr);
    assert_eq!((ids(&case, "live"), ids(&case, "previous")), (vec![second.clone()], vec![]));
    case.rules(RULES);
    // By number, too; the report says which.
    let report = |options: &[&str]| {
        let ran = case.refresh(&[&["--format", "json"], options].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        report["dropped"].as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert!(report(&["--generations", "2"]).is_empty());
    assert!(report(&["--generations", "2"]).is_empty());
    assert_eq!(ids(&case, "previous").len(), 2);
    let dropped = report(&["--generations", "1"]);
    assert_eq!(dropped.len(), 2, "{dropped:?}");
    assert!(dropped.iter().any(|line| line.contains(&second) && line.contains("kept until 2")), "{dropped:?}");
    assert_eq!(ids(&case, "previous").len(), 1);
    assert_eq!(staging().databases(&case.staging).len(), 2);
}

#[test]
fn any_kept_generation_can_be_named_and_twice_returns() {
    let case = people("named");
    let mut made = Vec::new();
    for _ in 0..3 {
        let ran = case.refresh(&["--generations", "5"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        made.push(ids(&case, "live").remove(0));
    }
    let roll = |to: &[&str], expected: &str| {
        let ran = command(&case, &[&["rollback"], to].concat());
        assert_eq!(ran.code, 0, "{to:?}\n{}", ran.stderr);
        assert_eq!(ids(&case, "live"), [expected], "{to:?}");
    };
    roll(&[], &made[1]);
    roll(&[], &made[2]);
    roll(&["--to", &made[0]], &made[0]);
    roll(&[], &made[2]);
    roll(&[], &made[0]);
    assert_eq!(ids(&case, "previous").len(), 2);
    let ran = command(&case, &["rollback", "--to", "nothing"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert_eq!(ids(&case, "live"), [made[0].clone()]);
}

#[test]
fn an_adopted_database_is_never_dropped() {
    let case = people("adopted");
    staging().sql("postgres", &format!("create database {} owner loader", case.staging));
    let oid = staging().sql("postgres", &format!("select oid from pg_database where datname = '{}'", case.staging));
    for options in [&["--adopt", "--generations", "0", "--generations-for", "1s"][..], &["--generations", "0"]] {
        let ran = case.refresh(options);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    assert_eq!(staging().sql("postgres", &format!("select count(*) from pg_database where oid = {oid}")), "1");
    assert_eq!(staging().databases(&case.staging).len(), 2);
}

/// What one client saw: when each attempt ended, and how.
type Seen = Vec<(Instant, Result<(), String>)>;

/// `BAUTA_CLIENTS` clients that connect, ask and leave, over and over, until told to stop.
fn clients(uri: &str, stop: &std::sync::atomic::AtomicBool) -> Vec<Seen> {
    use std::sync::atomic::Ordering;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = |_| async {
        let mut seen = Seen::new();
        while !stop.load(Ordering::Relaxed) {
            let asked = async {
                let (client, connection) = tokio_postgres::connect(uri, NoTls).await?;
                let connection = tokio::spawn(connection);
                let answer = client.simple_query("select count(*) from people").await;
                drop(client);
                let _ = connection.await;
                answer.map(drop)
            };
            let outcome: Result<(), tokio_postgres::Error> = asked.await;
            let outcome =
                outcome.map_err(|error| error.code().map_or("closed".to_owned(), |code| code.code().to_owned()));
            seen.push((Instant::now(), outcome));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        seen
    };
    runtime.block_on(futures_util::future::join_all((0..count("BAUTA_CLIENTS", 20)).map(client)))
}

/// The longest time that each client was without an answer, sorted, and how often which error was seen.
fn refused(all: &[Seen]) -> (Vec<Duration>, std::collections::BTreeMap<String, usize>) {
    let mut errors = std::collections::BTreeMap::new();
    let mut longest: Vec<Duration> = all
        .iter()
        .map(|seen| {
            let answered = seen.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(at, _)| *at);
            let answered: Vec<Instant> = answered.collect();
            answered.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(Duration::MAX)
        })
        .collect();
    for error in all.iter().flatten().filter_map(|(_, outcome)| outcome.as_ref().err()) {
        *errors.entry(error.clone()).or_default() += 1;
    }
    longest.sort();
    (longest, errors)
}

#[test]
fn clients_are_turned_away_for_a_moment_only() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let case = people("clients");
    staging().sql(
        "postgres",
        "create role herald login createdb password 'herald'; grant pg_signal_backend, loader to herald",
    );
    // Without a password: clients shall wait for staging, not for each other's hashes.
    staging().sql("postgres", "create role tester login; grant pg_read_all_data to tester");
    let hba = staging().socket_folder().join("data/pg_hba.conf");
    let lines = fs::read_to_string(&hba).unwrap();
    fs::write(&hba, format!("host all tester 127.0.0.1/32 trust\n{lines}")).unwrap();
    staging().sql("postgres", "select pg_reload_conf()");
    let publisher = staging().uri("herald", &case.staging);
    let published = |mut command: std::process::Command| {
        command.env("BAUTA_PUBLISHER", &publisher);
        let ran = run(command);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran
    };
    published(case.refresh_command(KEY, &[]));
    let uri = staging().uri("tester", &case.staging);
    let stop = AtomicBool::new(false);
    let during = |what: &str, step: &dyn Fn()| {
        stop.store(false, Ordering::Relaxed);
        let (seen, took) = std::thread::scope(|scope| {
            let asking = scope.spawn(|| clients(&uri, &stop));
            std::thread::sleep(Duration::from_millis(700));
            let begun = Instant::now();
            step();
            let took = begun.elapsed();
            std::thread::sleep(Duration::from_millis(700));
            stop.store(true, Ordering::Relaxed);
            (asking.join().unwrap(), took)
        });
        let (longest, errors) = refused(&seen);
        let (middle, last) = (longest[longest.len() / 2], longest[longest.len() - 1]);
        let asked: usize = seen.iter().map(Vec::len).sum();
        println!(
            "{what}: {took:.2?} in all; {} clients, {asked} connections; longest without an answer: median {middle:.0?}, worst \
             {last:.0?}; errors {errors:?}",
            seen.len()
        );
        assert!(last < Duration::from_secs(8), "{what}: a client waited {last:?}");
        // Ended, no such database for a moment, or not taking connections any more.
        let known = ["57P01", "3D000", "55000", "closed"];
        assert!(errors.keys().all(|code| known.contains(&code.as_str())), "{what}: {errors:?}");
    };
    during("nothing", &|| std::thread::sleep(Duration::from_secs(1)));
    during("refresh", &|| drop(published(case.refresh_command(KEY, &[]))));
    for _ in 0..count("BAUTA_ROLLBACKS", 2) {
        during("rollback", &|| {
            let mut command = bauta(&["rollback"]);
            command.env("BAUTA_TARGET", case.target());
            drop(published(command));
        });
    }
}
