//! Publishing and rolling back: two databases change names in one transaction, so that staging is the old one or the new
//! one and never half.
//!
//! One connection renames; while it waits for the database to be free, another ends that database's sessions every 20 ms
//! (ending them before would leave a race, renaming alone would starve). What cannot be ended is named.

use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;

use super::catalog::get;
use super::connect::{Session, connect};
use super::generations::{Database, Maintenance, Target, comment, sibling};
use super::marker::{Marker, State};
use super::properties::{self, Carried};
use super::sql;
use crate::failure::Failure;

/// How often a rename that met sessions is tried.
const TRIES: usize = 3;
/// How long one rename waits.
const LOCK_TIMEOUT: &str = "3s";
/// How often sessions are ended meanwhile.
const EVERY: Duration = Duration::from_millis(20);

/// Sessions and other things that keep a database from being renamed and that this role cannot end. What kind of session
/// another role's is, the server does not tell everybody, but the system's own have no role.
const BLOCKERS: &str = "
    SELECT concat_ws(' ', 'session', a.pid, 'of', CASE WHEN r.rolsuper THEN 'superuser' END, a.usename) AS what
    FROM pg_catalog.pg_stat_activity a JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
    WHERE a.datname = $1 AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
        AND (r.rolsuper
            OR NOT pg_catalog.pg_has_role(r.oid, 'USAGE') AND NOT pg_catalog.pg_has_role('pg_signal_backend', 'USAGE'))
    UNION ALL
    SELECT 'a prepared transaction of ' || owner FROM pg_catalog.pg_prepared_xacts WHERE database = $1
    UNION ALL
    SELECT 'replication slot ' || slot_name FROM pg_catalog.pg_replication_slots WHERE database = $1 AND active
    ORDER BY 1";

/// Sessions of databases.
const SESSIONS: &str = "
    SELECT a.pid AS pid FROM pg_catalog.pg_stat_activity a
    WHERE a.datname = ANY ($1::text[]) AND a.pid <> pg_catalog.pg_backend_pid() AND a.usesysid IS NOT NULL";

/// How long the outcome of a COMMIT is asked for, when the connection broke meanwhile: as long as a server may take to
/// recover.
const UNCLEAR: Duration = Duration::from_secs(60);

/// A generation that is ready to be published.
#[derive(Clone, Debug)]
pub struct Ready {
    /// The shadow's present name.
    pub database: String,
    /// Its marker.
    pub marker: Marker,
    /// Statements about the database that run with the renames, under staging's name: settings, access, limit, owner.
    pub statements: Vec<String>,
}

impl Maintenance {
    /// Refuses a publishing role that could not rename what the loading role makes.
    ///
    /// # Errors
    /// It may not (exit 3); the remedy is the statement to ask an administrator for.
    pub async fn may_publish(&self, loader: &str) -> Result<(), Failure> {
        properties::may_create(&self.session).await?;
        const MEMBER: &str = "SELECT current_user::text AS name, pg_catalog.pg_has_role($1::text, 'USAGE') AS may";
        let row = self.session.query_one(MEMBER, &[&loader]).await;
        let row = row.map_err(|error| self.session.failure(&error, "reading the publishing role's rights"))?;
        let name: String = get(&row, "name")?;
        if get(&row, "may")? {
            return Ok(());
        }
        let grant = format!("GRANT {} TO {}", sql::identifier(loader), sql::identifier(&name));
        Err(Failure::world(format!("the publishing role {name} has no rights on what {loader} makes"))
            .remedy(format!("let an administrator run: {grant}")))
    }

    /// What a new generation takes over from the current one, as far as the publishing role may set it.
    ///
    /// # Errors
    /// The world failed.
    pub async fn carried(&self, loader: &str) -> Result<Carried, Failure> {
        properties::carried(&self.session, &self.name, loader).await
    }

    /// Looks for what would keep staging from being replaced, before anything is copied.
    ///
    /// # Errors
    /// Something does, and this role cannot end it (exit 3).
    pub async fn refuse_blockers(&self) -> Result<(), Failure> {
        let rows = self.session.query(BLOCKERS, &[&self.name]).await;
        let rows = rows.map_err(|error| self.session.failure(&error, "looking for sessions on staging"))?;
        let found = rows.iter().map(|row| get(row, "what")).collect::<Result<Vec<String>, _>>()?;
        if found.is_empty() {
            return Ok(());
        }
        Err(Failure::world(format!("{} cannot be replaced while it is used by {}", self.name, found.join(", ")))
            .remedy(
                "end them; sessions of other roles, superusers excepted, are ended for you if an administrator grants \
                 pg_signal_backend to the publishing role (BAUTA_PUBLISHER)",
            ))
    }

    /// Makes a shadow live. `was` is what stood under staging's name when the run began. Returns the generation's id.
    ///
    /// # Errors
    /// Nothing was changed (exit 3, or 4 where somebody else has changed staging meanwhile).
    pub async fn publish(&self, was: &Target, ready: &Ready, keep_for: Duration) -> Result<String, Failure> {
        let epoch = self.generations().await?.iter().map(|(_, marker)| marker.epoch).max().unwrap_or(0) + 1;
        let live = Marker { state: State::Live, epoch, ..ready.marker.clone() };
        let mut after = ready.statements.clone();
        // What a person wrote about staging goes on to stand there.
        let words = match was {
            Target::Absent => None,
            Target::Live(database) | Target::Foreign(database) => database.comment.as_deref(),
        };
        after.push(comment(&self.name, live.clone(), words));
        let outgoing = match was {
            Target::Absent => None,
            Target::Live(database) => {
                let marker = database.marker.clone().ok_or_else(|| Failure::bug("a live generation without marker"))?;
                Some(self.outgoing(database, marker, keep_for).await?)
            }
            Target::Foreign(database) => {
                let marker = self.adopted(database).await?;
                Some(self.outgoing(database, marker, keep_for).await?)
            }
        };
        let before = match was {
            Target::Absent => None,
            Target::Live(database) | Target::Foreign(database) => Some(Stood::of(database)),
        };
        let incoming = Incoming { database: ready.database.clone(), oid: live.oid, after };
        self.swap(before, outgoing, incoming).await?;
        Ok(live.generation)
    }

    /// Makes a kept generation live again: the one that was live before, or the one with this id. Returns its id.
    ///
    /// # Errors
    /// There is none (exit 2), or nothing was changed (exit 3).
    pub async fn rollback(&self, to: Option<&str>, keep_for: Duration) -> Result<String, Failure> {
        let generations = self.generations().await?;
        let epoch = generations.iter().map(|(_, marker)| marker.epoch).max().unwrap_or(0) + 1;
        let kept = |marker: &Marker| marker.state == State::Previous && to.is_none_or(|id| marker.generation == id);
        let Some((database, marker)) = generations.iter().find(|(_, marker)| kept(marker)) else {
            let what =
                to.map_or_else(|| "no generation is kept".to_owned(), |id| format!("no generation {id} is kept"));
            return Err(Failure::usage(format!("{}: {what}", self.name)).remedy("`bauta status` lists them"));
        };
        let Target::Live(current) = self.target().await? else {
            return Err(Failure::refused(format!("{} is not a live generation of ours", self.name)));
        };
        current.refuse_unowned()?;
        let was = current.marker.clone().ok_or_else(|| Failure::bug("a live generation without marker"))?;
        let outgoing = self.outgoing(&current, was, keep_for).await?;
        let live = Marker { state: State::Live, epoch, expires: None, ..marker.clone() };
        let name = sql::identifier(&self.name);
        let after = vec![
            format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"),
            comment(&self.name, live, database.comment.as_deref()),
        ];
        let incoming = Incoming { database: database.database.clone(), oid: database.oid, after };
        self.swap(Some(Stood::of(&current)), Some(outgoing), incoming).await?;
        Ok(marker.generation.clone())
    }

    /// What becomes of the database that is live now.
    async fn outgoing(&self, database: &Database, marker: Marker, keep_for: Duration) -> Result<Outgoing, Failure> {
        let to = sibling(&self.name, &marker.generation);
        let expires = match marker.adopted {
            true => None,
            false => Some(self.now(&format!("{} seconds", keep_for.as_secs())).await?),
        };
        let marker = Marker { state: State::Previous, expires, ..marker };
        let after = vec![
            comment(&to, marker, database.comment.as_deref()),
            format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", sql::identifier(&to)),
        ];
        Ok(Outgoing { to, after })
    }

    /// A marker for a database that somebody else made.
    async fn adopted(&self, database: &Database) -> Result<Marker, Failure> {
        Ok(Marker {
            name: self.name.clone(),
            generation: format!("{:016x}", database.oid),
            epoch: 0,
            state: State::Previous,
            oid: database.oid,
            cluster: self.cluster.clone(),
            rules: String::new(),
            evidence: None,
            made: self.now("0 seconds").await?,
            expires: None,
            adopted: true,
            twin: self.twin,
        })
    }

    /// Changes the names, in up to three tries.
    async fn swap(&self, before: Option<Stood>, outgoing: Option<Outgoing>, incoming: Incoming) -> Result<(), Failure> {
        let ender = connect(self.session.address(), "end sessions").await?;
        let mut last = None;
        for _ in 0..TRIES {
            match self.try_swap(&ender, before, outgoing.as_ref(), &incoming).await {
                Ok(()) => {
                    ender.close().await;
                    return Ok(());
                }
                Err(Tried::Busy(failure)) => last = Some(failure),
                Err(Tried::Failed(failure)) => {
                    ender.close().await;
                    return Err(failure);
                }
            }
        }
        ender.close().await;
        // Who is still there is more telling than that somebody is.
        self.refuse_blockers().await?;
        let failure = last.unwrap_or_else(|| Failure::bug("no rename was tried"));
        Err(failure.remedy(
            "sessions on staging could not be ended: grant pg_signal_backend to the publisher (BAUTA_PUBLISHER)",
        ))
    }

    async fn try_swap(
        &self,
        ender: &Session,
        before: Option<Stood>,
        outgoing: Option<&Outgoing>,
        incoming: &Incoming,
    ) -> Result<(), Tried> {
        let busy = [self.name.as_str(), incoming.database.as_str()];
        let begin = format!("BEGIN; SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'");
        self.execute(&begin, ender, &busy).await?;
        let done = self.rename(ender, &busy, before, outgoing, incoming).await;
        if let Err(failed) = done {
            // The session may be gone; then so is the transaction.
            let _ = self.session.batch_execute("ROLLBACK").await;
            return Err(failed);
        }
        match self.session.batch_execute("COMMIT").await {
            Ok(()) => Ok(()),
            Err(error) => self.after_unclear_commit(ender, incoming, self.session.failure(&error, "publishing")).await,
        }
    }

    async fn rename(
        &self,
        ender: &Session,
        busy: &[&str],
        before: Option<Stood>,
        outgoing: Option<&Outgoing>,
        incoming: &Incoming,
    ) -> Result<(), Tried> {
        let rename = |from: &str, to: &str| {
            format!("ALTER DATABASE {} RENAME TO {}", sql::identifier(from), sql::identifier(to))
        };
        if let Some(outgoing) = outgoing {
            self.execute(&rename(&self.name, &outgoing.to), ender, busy).await?;
        }
        self.same_as_before(before, outgoing, incoming).await?;
        self.execute(&rename(&incoming.database, &self.name), ender, busy).await?;
        let statements = incoming.after.iter().chain(outgoing.iter().flat_map(|outgoing| &outgoing.after));
        for statement in statements {
            self.execute(statement, ender, busy).await?;
        }
        Ok(())
    }

    /// Inside the transaction: the databases are those that the run began with.
    async fn same_as_before(
        &self,
        before: Option<Stood>,
        outgoing: Option<&Outgoing>,
        incoming: &Incoming,
    ) -> Result<(), Tried> {
        let databases = self.databases().await.map_err(Tried::Failed)?;
        let find = |name: &str| databases.iter().find(|known| known.database == name);
        let old = find(outgoing.map_or(self.name.as_str(), |outgoing| &outgoing.to)).map(Stood::of);
        if old == before && find(&incoming.database).is_some_and(|known| known.oid == incoming.oid) {
            return Ok(());
        }
        Err(Tried::Failed(
            Failure::refused(format!("{} was changed by somebody else during the run", self.name))
                .remedy("nothing was changed; look at `bauta status`, then try again"),
        ))
    }

    /// Runs a statement while sessions of the two databases are being ended.
    async fn execute(&self, statement: &str, ender: &Session, busy: &[&str]) -> Result<(), Tried> {
        let running = self.session.batch_execute(statement);
        tokio::pin!(running);
        let ended = loop {
            tokio::select! {
                ended = &mut running => break ended,
                () = tokio::time::sleep(EVERY) => end_sessions(ender, busy).await.map_err(Tried::Failed)?,
            }
        };
        ended.map_err(|error| {
            let failure = self.session.failure(&error, &format!("publishing {}", self.name));
            match error.code() {
                Some(code) if [SqlState::OBJECT_IN_USE, SqlState::LOCK_NOT_AVAILABLE].contains(code) => {
                    Tried::Busy(failure)
                }
                _ => Tried::Failed(failure),
            }
        })
    }

    /// The connection broke while the transaction was committed: the names tell what happened.
    async fn after_unclear_commit(&self, ender: &Session, incoming: &Incoming, failure: Failure) -> Result<(), Tried> {
        let begun = Instant::now();
        while begun.elapsed() < UNCLEAR {
            if let Ok(session) = connect(ender.address(), "publish").await {
                let oid = "SELECT oid FROM pg_catalog.pg_database WHERE datname = $1";
                if let Ok(row) = session.query_opt(oid, &[&self.name]).await {
                    session.close().await;
                    let published = row.is_some_and(|row| get::<u32>(&row, "oid").is_ok_and(|oid| oid == incoming.oid));
                    return if published { Ok(()) } else { Err(Tried::Failed(failure)) };
                }
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let what = format!("the connection broke at the moment of publishing, and {} does not answer", ender.address());
        Err(Tried::Failed(
            Failure::world(what)
                .remedy("look at `bauta status` when the server is back: the new generation may be live"),
        ))
    }
}

/// What stood under staging's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stood {
    oid: u32,
    /// Of its marker, if it has one.
    epoch: Option<u64>,
}

impl Stood {
    fn of(database: &Database) -> Self {
        Self { oid: database.oid, epoch: database.marker.as_ref().map(|marker| marker.epoch) }
    }
}

/// The database that leaves staging's name.
struct Outgoing {
    to: String,
    after: Vec<String>,
}

/// The database that gets staging's name.
struct Incoming {
    database: String,
    oid: u32,
    after: Vec<String>,
}

/// Why a try ended.
enum Tried {
    /// Sessions were in the way.
    Busy(Failure),
    /// Anything else.
    Failed(Failure),
}

/// Ends what this role may end; our own two sessions are in the maintenance database.
async fn end_sessions(ender: &Session, databases: &[&str]) -> Result<(), Failure> {
    let rows = ender.query(SESSIONS, &[&databases]).await;
    let rows = rows.map_err(|error| ender.failure(&error, "looking for sessions on staging"))?;
    for row in rows {
        let pid: i32 = get(&row, "pid")?;
        // One that this role may not end: the rename then says that the database is in use.
        let _ = ender.execute("SELECT pg_catalog.pg_terminate_backend($1)", &[&pid]).await;
    }
    Ok(())
}
