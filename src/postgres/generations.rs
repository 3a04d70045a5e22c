//! The generations of a staging: which databases of a server are ours, which one is live, what is left over or out of
//! time. One session in the maintenance database knows, holds the lock, and renames (`publish`).

use sha2::{Digest as _, Sha256};
use tokio_postgres::error::SqlState;

use super::catalog::get;
use super::connect::{Address, Session, connect};
use super::marker::{Marker, State};
use super::sql;
use crate::failure::Failure;

/// Longest name of a database in bytes (`NAMEDATALEN - 1`).
pub(super) const LONGEST_NAME: usize = 63;
/// How long a run waits for the run before it.
const LOCK_WAIT: &str = "30s";
const LIST: &str = "
    SELECT d.datname::text AS database, d.oid AS oid, pg_catalog.shobj_description(d.oid, 'pg_database') AS comment,
        pg_catalog.pg_get_userbyid(d.datdba)::text AS owner,
        pg_catalog.pg_has_role(d.datdba, 'MEMBER') AS ours
    FROM pg_catalog.pg_database d WHERE NOT d.datistemplate ORDER BY d.datname";

/// Whether another session of the server holds an advisory lock with this key, in whatever database.
const OTHERS: &str = "
    SELECT EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND granted
        AND (classid::bigint << 32) | objid::bigint = $1 AND pid <> pg_catalog.pg_backend_pid()) AS held";

/// The session in the maintenance database of staging's server.
pub struct Maintenance {
    pub(super) session: Session,
    /// The server's system identifier.
    pub(super) cluster: String,
    /// The staging that this is about.
    pub(super) name: String,
    /// Whether the server is known to be a copy of production's, and accepted as staging's (`interlock`).
    pub(super) twin: bool,
}

/// A database of the server.
#[derive(Clone, Debug)]
pub struct Database {
    /// Its present name.
    pub database: String,
    /// Its OID.
    pub oid: u32,
    /// Its comment, marker included.
    pub comment: Option<String>,
    /// Its owner.
    pub owner: String,
    /// Whether we are the owner or a member of it.
    pub ours: bool,
    /// Its marker, if it holds for this database on this server.
    pub marker: Option<Marker>,
}

impl Database {
    /// Refuses one that we may not rename.
    ///
    /// # Errors
    /// It belongs to a role that we are no member of (exit 3).
    pub fn refuse_unowned(&self) -> Result<(), Failure> {
        if self.ours {
            return Ok(());
        }
        let grant = format!("GRANT {} TO the role that publishes", sql::identifier(&self.owner));
        Err(Failure::world(format!("{} belongs to the role {}", self.database, self.owner))
            .remedy(format!("an administrator may run: {grant}")))
    }
}

/// What stands under staging's name.
#[derive(Clone, Debug)]
pub enum Target {
    /// Nothing yet.
    Absent,
    /// The live generation.
    Live(Box<Database>),
    /// Something that we did not make.
    Foreign(Box<Database>),
}

impl Maintenance {
    /// Opens the session. `address` is staging's, of the role that publishes.
    ///
    /// # Errors
    /// The world failed.
    pub async fn open(address: &Address, maintenance: &str) -> Result<Self, Failure> {
        let session = connect(&address.with_database(maintenance), "publish").await?;
        let cluster =
            session.query_one("SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()", &[]);
        let cluster = cluster.await.map_err(|error| session.failure(&error, "reading the server's identifier"))?;
        Ok(Self { cluster: get(&cluster, "id")?, session, name: address.database().to_owned(), twin: false })
    }

    /// Waits for the run that is under way, if there is one, and keeps others out until the session ends.
    ///
    /// # Errors
    /// Another refresh of this staging still runs (exit 4).
    pub async fn lock(&self) -> Result<(), Failure> {
        let key = lock_key(&self.name);
        let doing = "waiting for the lock";
        let set = format!("SET lock_timeout = '{LOCK_WAIT}'");
        self.session.batch_execute(&set).await.map_err(|error| self.session.failure(&error, doing))?;
        match self.session.execute("SELECT pg_catalog.pg_advisory_lock($1)", &[&key]).await {
            Ok(_) => {}
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                return Err(Failure::refused(format!("another refresh of {} runs", self.name))
                    .remedy(format!("it was waited for {LOCK_WAIT}; try again when it is over (`bauta status`)")));
            }
            Err(error) => return Err(self.session.failure(&error, doing)),
        }
        let reset = self.session.batch_execute("SET lock_timeout = 0").await;
        reset.map_err(|error| self.session.failure(&error, doing))?;
        // Such a lock holds in one database: a run that uses another for it holds the same key there. Of two that look after
        // they took theirs, one sees the other at least.
        let others = self.session.query_one(OTHERS, &[&key]).await;
        let others = others.map_err(|error| self.session.failure(&error, doing))?;
        if get(&others, "held")? {
            return Err(Failure::refused(format!("another refresh of {} runs", self.name))
                .remedy("it uses another --maintenance-db: name the same one in every job"));
        }
        Ok(())
    }

    /// All databases of the server but templates.
    pub(super) async fn databases(&self) -> Result<Vec<Database>, Failure> {
        let rows = self.session.query(LIST, &[]).await;
        let rows = rows.map_err(|error| self.session.failure(&error, "listing the databases"))?;
        rows.iter()
            .map(|row| {
                let (oid, comment): (u32, Option<String>) = (get(row, "oid")?, get(row, "comment")?);
                let marker = comment.as_deref().and_then(Marker::parse);
                Ok(Database {
                    database: get(row, "database")?,
                    owner: get(row, "owner")?,
                    ours: get(row, "ours")?,
                    marker: marker.filter(|marker| marker.oid == oid && marker.cluster == self.cluster),
                    oid,
                    comment,
                })
            })
            .collect()
    }

    /// The generations of this staging: live first, then the kept ones, latest first, then what is being made.
    ///
    /// # Errors
    /// The world failed.
    pub async fn generations(&self) -> Result<Vec<(Database, Marker)>, Failure> {
        let mut found: Vec<_> = self
            .databases()
            .await?
            .into_iter()
            .filter_map(|database| Some((database.clone(), database.marker?)))
            .filter(|(_, marker)| marker.name == self.name)
            .collect();
        let rank = |state: State| match state {
            State::Live => 0,
            State::Previous => 1,
            State::Ready | State::Building => 2,
        };
        found.sort_by_key(|(_, marker)| (rank(marker.state), std::cmp::Reverse(marker.epoch)));
        Ok(found)
    }

    /// What stands under staging's name now, whoever's it is.
    ///
    /// # Errors
    /// The world failed.
    pub async fn target(&self) -> Result<Target, Failure> {
        let found = self.databases().await?.into_iter().find(|database| database.database == self.name);
        let Some(database) = found else {
            return Ok(Target::Absent);
        };
        let live = |marker: &Marker| marker.name == self.name && marker.state == State::Live;
        let database = Box::new(database);
        Ok(if database.marker.as_ref().is_some_and(live) { Target::Live(database) } else { Target::Foreign(database) })
    }

    /// Drops what dead runs left over. Needs the lock: with it, nobody else is making anything.
    ///
    /// # Errors
    /// The world failed.
    pub async fn drop_leftovers(&self) -> Result<(), Failure> {
        for database in self.databases().await? {
            let left = match &database.marker {
                Some(marker) => marker.name == self.name && matches!(marker.state, State::Building | State::Ready),
                // A run may die between making a database and marking it.
                None => database.ours && database.comment.is_none() && is_sibling(&self.name, &database.database),
            };
            if left {
                self.drop_database(&database.database).await?;
            }
        }
        Ok(())
    }

    /// Drops kept generations that are out of time or, where `keep` says so, too many; `dropped` gets a line for each.
    /// Adopted ones are never dropped by us.
    ///
    /// # Errors
    /// The world failed.
    pub async fn drop_expired(&self, keep: Option<usize>, dropped: &mut Vec<String>) -> Result<(), Failure> {
        let now = self.now("0 seconds").await?;
        let previous = self
            .generations()
            .await?
            .into_iter()
            .filter(|(_, marker)| marker.state == State::Previous && !marker.adopted);
        for (index, (database, marker)) in previous.enumerate() {
            // RFC 3339 times in UTC with whole seconds sort as texts.
            let expires = marker.expires.unwrap_or_default();
            if keep.is_some_and(|keep| index >= keep) || !expires.is_empty() && expires <= now {
                self.drop_database(&database.database).await?;
                let Marker { generation, made, .. } = marker;
                dropped.push(format!("generation {generation}, made {made}, kept until {expires}, at {now}"));
            }
        }
        Ok(())
    }

    /// Where staging is, for the role that publishes.
    pub fn staging(&self) -> Address {
        self.session.address().with_database(&self.name)
    }

    /// The name of the staging that this is about.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Drops a shadow that was not published.
    ///
    /// # Errors
    /// The world failed.
    pub async fn drop_shadow(&self, shadow: &str) -> Result<(), Failure> {
        self.drop_database(shadow).await
    }

    /// Drops a database and ends its sessions.
    async fn drop_database(&self, database: &str) -> Result<(), Failure> {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql::identifier(database));
        let dropped = self.session.batch_execute(&statement).await;
        dropped.map_err(|error| self.session.failure(&error, &format!("dropping {database}")))
    }

    /// The server's time plus an interval, RFC 3339, UTC, whole seconds.
    pub(super) async fn now(&self, plus: &str) -> Result<String, Failure> {
        let sql = format!(
            "SELECT pg_catalog.to_char((now() + interval {}) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') AS now",
            sql::literal(plus)
        );
        let row = self.session.query_one(&sql, &[]).await;
        get(&row.map_err(|error| self.session.failure(&error, "asking for the time"))?, "now")
    }

    /// Writes a marker into a database's comment.
    ///
    /// # Errors
    /// The world failed.
    pub async fn mark(&self, database: &str, marker: Marker) -> Result<(), Failure> {
        let marked = self.session.batch_execute(&comment(database, marker, None)).await;
        marked.map_err(|error| self.session.failure(&error, "marking the shadow"))
    }

    /// A marker for a database that is being made.
    ///
    /// # Errors
    /// The world failed, or the database is gone.
    pub async fn new_marker(&self, database: &str, generation: &str, rules: &str) -> Result<Marker, Failure> {
        let databases = self.databases().await?;
        let made = databases.iter().find(|known| known.database == database);
        let made = made.ok_or_else(|| Failure::world(format!("{database} is gone")))?;
        let epoch =
            databases.iter().filter_map(|known| known.marker.as_ref()).filter(|marker| marker.name == self.name);
        Ok(Marker {
            name: self.name.clone(),
            generation: generation.to_owned(),
            epoch: epoch.map(|marker| marker.epoch).max().unwrap_or(0),
            state: State::Building,
            oid: made.oid,
            cluster: self.cluster.clone(),
            rules: rules.to_owned(),
            evidence: None,
            made: self.now("0 seconds").await?,
            expires: None,
            adopted: false,
            twin: self.twin,
        })
    }

    /// Ends the session, and with it the lock.
    pub async fn close(self) {
        self.session.close().await;
    }
}

/// The name of a database beside staging: `staging_bauta_ID`, staging's name cut where it would be too long.
pub fn sibling(name: &str, id: &str) -> String {
    let room = LONGEST_NAME.saturating_sub("_bauta_".len() + id.len());
    let mut cut = room.min(name.len());
    while !name.is_char_boundary(cut) {
        cut -= 1;
    }
    format!("{}_bauta_{id}", &name[..cut])
}

/// Whether a name could be that of a shadow of this staging.
fn is_sibling(name: &str, database: &str) -> bool {
    let id = database.rsplit_once("_bauta_").map(|(_, id)| id);
    id.is_some_and(|id| id.len() == 16 && id.bytes().all(|c| c.is_ascii_hexdigit()) && sibling(name, id) == database)
}

/// The advisory lock's key: a hash of staging's name.
fn lock_key(name: &str) -> i64 {
    let digest = Sha256::digest(format!("bauta refresh {name}"));
    i64::from_be_bytes(digest[..8].try_into().unwrap_or_default())
}

/// The statement that writes a marker.
pub(super) fn comment(database: &str, marker: Marker, before: Option<&str>) -> String {
    let text = marker.into_comment(before);
    format!("COMMENT ON DATABASE {} IS {}", sql::identifier(database), sql::literal(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_fit_and_are_recognised() {
        let id = "0123456789abcdef";
        assert_eq!(sibling("staging", id), "staging_bauta_0123456789abcdef");
        for name in ["staging".to_owned(), "s".repeat(63), "ü".repeat(40)] {
            let sibling = sibling(&name, id);
            assert!(sibling.len() <= LONGEST_NAME, "{sibling}");
            assert!(is_sibling(&name, &sibling), "{sibling}");
        }
        assert!(!is_sibling("staging", "staging_bauta_x"));
        assert!(!is_sibling("staging", "other_bauta_0123456789abcdef"));
    }
}
