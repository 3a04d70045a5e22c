//! The kinds of faults: what is done at a station, and how it is undone before staging is looked at.

use std::process::Stdio;
use std::time::Duration;

use rustix::process::Signal;

use super::{Running, Station, World};

/// A kind of fault.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// Options of the run.
    pub(super) arguments: &'static [&'static str],
    /// Where it makes sense.
    pub(super) stations: &'static [Station],
    /// Whether the data is at fault.
    pub(super) data: bool,
    /// Whether a run may come through it.
    pub(super) may_succeed: bool,
    /// Does it. What it returns, `mend` gets.
    pub(super) strike: fn(&World, &Running) -> String,
    /// Undoes it when the run has ended.
    pub(super) mend: fn(&World, &str),
}

use Station::{Indexing, Mirroring, Opening, Publishing, Streaming, Verifying};

const ALL: &[Station] = &[Opening, Mirroring, Streaming, Indexing, Verifying, Publishing];
/// While production is read.
const READING: &[Station] = &[Mirroring, Streaming];
/// While staging's server has something to do.
const WRITING: &[Station] = &[Mirroring, Streaming, Indexing, Verifying, Publishing];

const NOTHING: Kind = Kind {
    name: "",
    arguments: &[],
    stations: ALL,
    data: false,
    may_succeed: false,
    strike: |_, _| String::new(),
    mend: |_, _| (),
};

fn done() -> String {
    String::new()
}

/// Ends sessions of the program by the purpose in their application names.
fn terminate(world: &World, production: bool, purpose: &str) -> String {
    let cluster = if production { &world.production } else { &world.staging };
    let sql = format!(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'bauta {purpose}' and pid <> pg_backend_pid()"
    );
    cluster.ask("postgres", &sql);
    done()
}

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "SIGKILL",
        strike: |_, running| {
            running.signal(Signal::KILL);
            done()
        },
        ..NOTHING
    },
    Kind {
        name: "SIGTERM",
        strike: |_, running| {
            running.signal(Signal::TERM);
            done()
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "SIGINT",
        strike: |_, running| {
            running.signal(Signal::INT);
            done()
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "SIGSTOP, then SIGKILL",
        strike: |_, running| {
            running.signal(Signal::STOP);
            std::thread::sleep(Duration::from_millis(700));
            running.signal(Signal::KILL);
            done()
        },
        ..NOTHING
    },
    Kind {
        name: "SIGSTOP for 1.5 s, then SIGCONT",
        strike: |_, running| {
            running.signal(Signal::STOP);
            std::thread::sleep(Duration::from_millis(1500));
            running.signal(Signal::CONT);
            done()
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production ends all our sessions",
        stations: READING,
        strike: |world, _| terminate(world, true, "%"),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production ends the session that holds the moment",
        stations: READING,
        strike: |world, _| terminate(world, true, "source"),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production ends the readers",
        stations: &[Streaming],
        strike: |world, _| terminate(world, true, "read"),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "staging ends all our sessions",
        stations: WRITING,
        strike: |world, _| terminate(world, false, "%"),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "staging ends the loading sessions",
        stations: &[Streaming, Indexing],
        strike: |world, _| terminate(world, false, "load"),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "staging ends the session that holds the lock",
        stations: WRITING,
        strike: |world, _| terminate(world, false, "publish"),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "the way to production is cut",
        stations: &[Opening, Mirroring, Streaming],
        strike: |world, _| {
            world.to_production.cut_after(0);
            world.to_production.cut();
            done()
        },
        mend: |world, _| world.to_production.mend(),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "the way to production is cut after 100,000 bytes more",
        stations: &[Opening, Mirroring, Streaming],
        strike: |world, _| {
            world.to_production.cut_after(100_000);
            done()
        },
        mend: |world, _| world.to_production.mend(),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "the way to staging is cut",
        stations: WRITING,
        strike: |world, _| {
            world.to_staging.cut_after(0);
            world.to_staging.cut();
            done()
        },
        mend: |world, _| world.to_staging.mend(),
        ..NOTHING
    },
    Kind {
        name: "the way to staging is cut after 50,000 bytes more",
        stations: &[Mirroring, Streaming],
        strike: |world, _| {
            world.to_staging.cut_after(50_000);
            done()
        },
        mend: |world, _| world.to_staging.mend(),
        ..NOTHING
    },
    Kind {
        name: "the way to staging is cut after 1,500 bytes more",
        stations: &[Indexing, Verifying, Publishing],
        strike: |world, _| {
            world.to_staging.cut_after(1_500);
            done()
        },
        mend: |world, _| world.to_staging.mend(),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "the answer to the next COMMIT never comes",
        stations: &[Streaming, Verifying, Publishing],
        strike: |world, _| {
            world.to_staging.drop_after_commit();
            done()
        },
        mend: |world, _| world.to_staging.mend(),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "both ways are slow (10 ms a piece)",
        stations: &[Opening, Streaming],
        strike: |world, _| {
            world.to_production.delay(Duration::from_millis(10));
            world.to_staging.delay(Duration::from_millis(10));
            done()
        },
        mend: |world, _| {
            world.to_production.mend();
            world.to_staging.mend();
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production stalls, with --timeout 4s",
        arguments: &["--timeout", "4s"],
        stations: &[Opening, Mirroring, Streaming],
        strike: |world, _| {
            world.to_production.stall();
            done()
        },
        mend: |world, _| world.to_production.mend(),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "staging stalls, with --timeout 4s",
        arguments: &["--timeout", "4s"],
        stations: WRITING,
        strike: |world, _| {
            world.to_staging.stall();
            done()
        },
        mend: |world, _| world.to_staging.mend(),
        ..NOTHING
    },
    Kind {
        name: "production's server stops at once",
        stations: READING,
        strike: |world, _| {
            world.production.stop("immediate");
            done()
        },
        mend: |world, _| world.production.again(),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production's server shuts down",
        stations: READING,
        strike: |world, _| {
            world.production.stop("fast");
            done()
        },
        mend: |world, _| world.production.again(),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "staging's server stops at once",
        stations: WRITING,
        strike: |world, _| {
            world.staging.stop("immediate");
            done()
        },
        mend: |world, _| world.staging.again(),
        ..NOTHING
    },
    Kind {
        name: "staging's server shuts down",
        stations: WRITING,
        strike: |world, _| {
            world.staging.stop("fast");
            done()
        },
        mend: |world, _| world.staging.again(),
        ..NOTHING
    },
    Kind {
        name: "staging's server restarts",
        stations: WRITING,
        strike: |world, _| {
            world.staging.stop("immediate");
            world.staging.again();
            done()
        },
        ..NOTHING
    },
    Kind {
        name: "staging's disk is full",
        stations: &[Mirroring, Streaming, Indexing],
        strike: |world, _| {
            world.staging.fill();
            done()
        },
        mend: |world, _| {
            world.staging.empty();
            // A server that could not write its log of changes may have stopped.
            if world.staging.ask("postgres", "select 1").0.is_none() {
                world.staging.again();
            }
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "somebody drops the shadow",
        stations: &[Streaming, Indexing, Verifying],
        strike: |world, _| {
            let shadows = "select format('drop database %I with (force)', datname) from pg_database d \
                           where datname like 'staging_bauta_%' and shobj_description(oid, 'pg_database') ~ 'building|ready'";
            let drop = world.staging.sql("postgres", shadows);
            world.staging.ask("postgres", &drop);
            done()
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "the loading role loses CREATEDB and its connections",
        stations: &[Opening, Mirroring, Streaming],
        strike: |world, _| {
            world.staging.sql("postgres", "alter role loader nocreatedb connection limit 0");
            done()
        },
        mend: |world, _| {
            world.staging.sql("postgres", "alter role loader createdb connection limit -1");
        },
        ..NOTHING
    },
    Kind {
        name: "the reading role may not connect any more",
        stations: &[Opening, Mirroring],
        strike: |world, _| {
            world.production.sql("postgres", "alter role reader connection limit 0");
            done()
        },
        mend: |world, _| {
            world.production.sql("postgres", "alter role reader connection limit -1");
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production alters a table",
        arguments: &["--max-block", "2s"],
        stations: READING,
        strike: |world, _| alter(world, "alter table people add column later int"),
        mend: |world, _| {
            world.production.sql("shop", "alter table people drop column if exists later");
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production rewrites a table",
        arguments: &["--max-block", "2s"],
        stations: READING,
        strike: |world, _| alter(world, "vacuum full people"),
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production truncates a table and fills it again",
        arguments: &["--max-block", "2s"],
        stations: READING,
        strike: |world, _| {
            alter(
                world,
                "begin; create temp table t as select * from small; truncate small; insert into small select * from t; commit",
            )
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "production's statements may take 1 ms",
        stations: &[Opening],
        strike: |world, _| {
            world.production.sql("postgres", "alter role reader set statement_timeout = 1");
            done()
        },
        mend: |world, _| {
            world.production.sql("postgres", "alter role reader reset statement_timeout");
        },
        may_succeed: true,
        ..NOTHING
    },
    Kind {
        name: "masked data breaks a constraint that was made in the meantime",
        stations: &[Opening],
        data: true,
        strike: |world, _| {
            world.production.sql("shop", "alter table people add constraint ours check (public.ours(name))");
            done()
        },
        mend: |world, _| {
            world.production.sql("shop", "alter table people drop constraint ours");
        },
        may_succeed: true,
        ..NOTHING
    },
];

/// A change of production by somebody else, who waits for a lock if need be, and does not hold us up.
fn alter(world: &World, sql: &str) -> String {
    let uri = world.production.uri("postgres", "shop");
    let psql = std::process::Command::new("psql")
        .args(["-Xq", "-d", &uri, "-c", sql])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    drop(psql);
    done()
}
