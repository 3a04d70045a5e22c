//! The measurements: each fills production with what it needs, lets the competitors take turns, and reports.

use std::path::Path;

use super::data;
use super::figures::{Goal, Report, ratios, spread};
use super::median::median;
use super::options::Options;
use super::peers::{self, Greenmask};
use super::process::{Cost, Watch, measure};
use super::rules::{RuleFiles, Treatment};
use super::servers::Servers;
use super::stages;
use super::ways::{self, Target};

/// The big table, in every database that has one.
pub(crate) const BIG: &str = "customers";
/// The same without rows: what a way costs whatever the size.
const EMPTY: &str = "nobody";

/// A competitor of [`copy`] by its name, how it is run, and what it took: seconds with rows, seconds without.
struct Competitor<'a> {
    name: &'static str,
    run: Box<dyn Fn(&str) -> f64 + 'a>,
    seconds: Vec<f64>,
    fixed: Vec<f64>,
}

impl<'a> Competitor<'a> {
    fn new(name: &'static str, run: impl Fn(&str) -> f64 + 'a) -> Self {
        Self { name, run: Box::new(run), seconds: Vec::new(), fixed: Vec::new() }
    }
}

/// Refreshes, masked and kept, against the ways to copy unmasked; and a refresh's memory.
pub(crate) fn copy(servers: &Servers, options: &Options, report: &mut Report) {
    fill(servers, &[("big", &[(BIG.to_owned(), options.rows)]), (EMPTY, &[(BIG.to_owned(), 0)])]);
    let size = data::bytes(&servers.production, "big");
    report.say(format!(
        "The big table: {} rows, {} columns, {:.0} MB ({:.0} bytes a row).",
        options.rows,
        data::COLUMNS,
        size as f64 / 1e6,
        size as f64 / options.rows as f64
    ));
    let files = RuleFiles::new();
    let masked = files.customers([BIG], Treatment::Masked);
    let kept = files.customers([BIG], Treatment::Kept);
    let rules: Vec<String> =
        Treatment::Masked.masked().iter().map(|(column, rule)| format!("{column}: {rule}")).collect();
    report.say(format!("Masked: {}; the other columns are kept.", rules.join(", ")));

    let peer = Greenmask::find(servers, BIG, EMPTY);
    if let Greenmask::Failing(said) = &peer {
        report.say(format!("greenmask did not work here: {said}"));
    }
    let mut competitors = competitors(servers, options, &masked, &kept, &peer);
    let count = competitors.len();
    for run in 0..options.runs {
        // Another one begins each time: who comes first finds other caches than who comes last.
        for turn in 0..count {
            let competitor = &mut competitors[(turn + run) % count];
            servers.staging.clean();
            competitor.seconds.push((competitor.run)("big"));
            ways::assert_loaded(&servers.staging, BIG, options.rows);
            servers.staging.clean();
            competitor.fixed.push((competitor.run)(EMPTY));
            eprintln!(
                "run {}: {}: {:.2} s, of it fixed {:.2} s",
                run + 1,
                competitor.name,
                competitor.seconds[run],
                competitor.fixed[run]
            );
        }
    }
    let [raw, dump, masked_way, kept_way, ..] = competitors.as_slice() else { unreachable!("four at least") };
    let goal = Goal::AtMost;
    report.figure("masked / raw pipe", Some(goal(1.10)), "", ratios(&masked_way.seconds, &raw.seconds));
    report.figure("masked / pg_dump \\| psql", Some(goal(0.85)), "", ratios(&masked_way.seconds, &dump.seconds));
    report.figure("all kept / raw pipe", Some(goal(1.00)), "", ratios(&kept_way.seconds, &raw.seconds));
    report.table(seconds(&competitors));

    let mut costs = Vec::new();
    for _ in 0..options.runs {
        servers.staging.clean();
        costs.push(measure(ways::refresh(servers, "big", &masked, Target::Staging, options), Watch::Tree));
    }
    let [mut full, mut empty] = [const { Vec::new() }; 2];
    for _ in 0..options.runs {
        for (database, stages) in [("big", &mut full), (EMPTY, &mut empty)] {
            servers.staging.clean();
            stages.push(stages::run(ways::refresh(servers, database, &masked, Target::Staging, options)));
        }
    }
    report.table(stages::table(&full, &empty));
    let megabytes = |bytes: fn(&Cost) -> u64| costs.iter().map(|cost| bytes(cost) as f64 / 1e6).collect();
    report.figure("peak memory of bauta", Some(goal(100.0)), "MB", megabytes(|cost| cost.peak));
    report.figure("peak memory with its children", None, "MB", megabytes(|cost| cost.peak_with_children));
}

/// All that take part: the raw pipe, `pg_dump | psql`, the two refreshes, then those that no goal is about.
fn competitors<'a>(
    servers: &'a Servers,
    options: &'a Options,
    masked: &'a Path,
    kept: &'a Path,
    peer: &'a Greenmask,
) -> Vec<Competitor<'a>> {
    let refresh = move |rules: &Path, from: &str| {
        measure(ways::refresh(servers, from, rules, Target::Staging, options), Watch::Own).wall
    };
    let mut competitors = vec![
        Competitor::new("raw pipe", move |from| ways::raw_pipe(servers, from, &[BIG])),
        Competitor::new("pg_dump \\| psql", move |from| ways::dump_and_psql(servers, from)),
        Competitor::new("bauta, 7 columns masked", move |from| refresh(masked, from)),
        Competitor::new("bauta, all kept", move |from| refresh(kept, from)),
    ];
    if !options.no_archive {
        let run = move |from: &str| ways::dump_and_restore(servers, from);
        competitors.push(Competitor::new("pg_dump -Fd -j2, pg_restore -j2", run));
    }
    if let Greenmask::Works(program) = peer {
        let run = move |from: &str| {
            peers::greenmask(program, servers, BIG, from).unwrap_or_else(|said| panic!("greenmask: {said}"))
        };
        competitors.push(Competitor::new("greenmask, 7 columns masked", run));
    }
    competitors
}

/// The competitors' seconds, with and without rows.
fn seconds(competitors: &[Competitor<'_>]) -> String {
    let mut table = "| way | seconds | min..max | of it fixed (no rows) |\n|---|---|---|---|\n".to_owned();
    for competitor in competitors {
        let (least, most) = spread(&competitor.seconds);
        table += &format!(
            "| {} | {:.2} | {least:.2}..{most:.2} | {:.2} |\n",
            competitor.name,
            median(&competitor.seconds),
            median(&competitor.fixed)
        );
    }
    table
}

/// Processor time of bauta's own process per masked value, into the null sink.
pub(crate) fn processor(servers: &Servers, options: &Options, report: &mut Report) {
    fill(servers, &[("big", &[(BIG.to_owned(), options.rows)])]);
    let files = RuleFiles::new();
    let masked = files.customers([BIG], Treatment::TextAndIntegers);
    let kept = files.customers([BIG], Treatment::Kept);
    let columns: Vec<&str> = Treatment::TextAndIntegers.masked().iter().map(|(column, _)| *column).collect();
    let values = options.rows as f64 * columns.len() as f64;
    let (mut whole, mut more, mut only, mut walls) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.runs {
        let masking = measure(ways::refresh(servers, "big", &masked, Target::Null, options), Watch::Own);
        let keeping = measure(ways::refresh(servers, "big", &kept, Target::Null, options), Watch::Own);
        whole.push(masking.own * 1e9 / values);
        more.push((masking.own - keeping.own) * 1e9 / values);
        only.push(keeping.own);
        walls.push(masking.wall);
    }
    report.say(format!("Null sink: {values:.0} values masked, of the columns {}.", columns.join(", ")));
    let goal = Some(Goal::AtMost(150.0));
    report.figure("own processor time per masked value, null sink: the whole process", goal, "ns", whole);
    report.figure("the same beyond a run with all kept", None, "ns", more);
    report.figure("own processor time with all kept, null sink (reading and framing)", None, "s", only);
    report.figure("wall time of the masked run, null sink", None, "s", walls);
}

/// One big table among small ones against an even split of the same rows.
pub(crate) fn split(servers: &Servers, options: &Options, report: &mut Report) {
    const TABLES: u64 = 10;
    let names: Vec<String> = (0..TABLES).map(|number| format!("{BIG}_{number}")).collect();
    let even: Vec<(String, u64)> = names.iter().map(|name| (name.clone(), options.rows / TABLES)).collect();
    let total: u64 = even.iter().map(|(_, rows)| rows).sum();
    let small = options.rows / 100;
    let lopsided: Vec<(String, u64)> = names
        .iter()
        .enumerate()
        .map(|(at, name)| (name.clone(), if at == 0 { total - small * (TABLES - 1) } else { small }))
        .collect();
    fill(servers, &[("even", &even), ("lopsided", &lopsided)]);
    let files = RuleFiles::new();
    let rules = files.customers(names.iter().map(String::as_str), Treatment::Masked);
    let [mut uneven_seconds, mut even_seconds] = [const { Vec::new() }; 2];
    for run in 0..options.runs {
        for turn in 0..2 {
            let (database, seconds) =
                if (turn + run) % 2 == 0 { ("lopsided", &mut uneven_seconds) } else { ("even", &mut even_seconds) };
            servers.staging.clean();
            seconds.push(measure(ways::refresh(servers, database, &rules, Target::Staging, options), Watch::Own).wall);
        }
    }
    let what = "one table with 91% of the rows and nine with 1% / ten equal tables";
    report.figure(what, Some(Goal::AtMost(1.10)), "", ratios(&uneven_seconds, &even_seconds));
    report.figure("seconds with ten equal tables", None, "s", even_seconds);
}

/// Rows per second with ten times the rows.
pub(crate) fn scale(servers: &Servers, options: &Options, report: &mut Report) {
    let (few, many) = (options.rows / 2, options.rows / 2 * 10);
    fill(servers, &[("few", &[(BIG.to_owned(), few)]), ("many", &[(BIG.to_owned(), many)])]);
    let files = RuleFiles::new();
    let rules = files.customers([BIG], Treatment::Masked);
    let (mut shares, mut peaks) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        let speed = |database, rows: u64| {
            servers.staging.clean();
            let cost = measure(ways::refresh(servers, database, &rules, Target::Staging, options), Watch::Own);
            (rows as f64 / cost.wall, cost.peak)
        };
        let (slow, fast) = (speed("many", many), speed("few", few));
        shares.push(slow.0 / fast.0);
        peaks.push(slow.1 as f64 / 1e6);
    }
    servers.production.clean();
    report.figure(format!("rows per second, {many} rows / {few} rows"), Some(Goal::AtLeast(0.95)), "", shares);
    report.figure(format!("peak memory of bauta, {many} rows"), Some(Goal::AtMost(100.0)), "MB", peaks);
}

/// Planning and mirroring many empty tables, beyond what `pg_dump` and `pg_restore` take.
pub(crate) fn schema(servers: &Servers, options: &Options, report: &mut Report) {
    servers.production.clean();
    data::empty_tables(&servers.production, "wide", options.tables);
    let files = RuleFiles::new();
    let rules = files.empty_tables(options.tables);
    let (mut own, mut tools) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        servers.staging.clean();
        let programs = ways::schema_only(servers, "wide");
        servers.staging.clean();
        let cost = measure(ways::refresh(servers, "wide", &rules, Target::Staging, options), Watch::Own);
        own.push((cost.wall - programs) * 1e3 / options.tables as f64);
        tools.push(programs * 1e3 / options.tables as f64);
    }
    let tables = options.tables;
    let what = format!("{tables} empty tables, per table, beyond pg_dump and pg_restore");
    report.figure(what, Some(Goal::AtMost(10.0)), "ms", own);
    report.figure("pg_dump and pg_restore of their schema, per table", None, "ms", tools);
}

/// Fills production with these databases of customers, unless they are there already.
pub(crate) fn fill(servers: &Servers, databases: &[(&str, &[(String, u64)])]) {
    let there = servers.production.sql("postgres", "select datname from pg_database");
    for (name, tables) in databases {
        if !there.lines().any(|other| other == *name) {
            eprintln!("filling {name}");
            data::customers(&servers.production, name, tables);
        }
    }
    servers.production.sql("postgres", "checkpoint");
}
