//! The interlock: that the target is staging and not production, whatever it is called and by whichever way it is reached.
//! Nothing here writes. What stands under staging's name, and whether we made it, is the business of `generations`.

use rand::TryRng as _;
use rand::rngs::SysRng;

use super::catalog::get;
use super::connect::{Address, Session};
use super::generations::{Database, LONGEST_NAME, Maintenance, Target};
use super::marker::Marker;
use crate::failure::Failure;

/// Words in a database's name that speak for production, digits after them left out.
const PRODUCTION_WORDS: &[&str] = &["prod", "production", "prd", "live", "master", "primary"];

/// Databases that every server comes with.
const COME_WITH_THE_SERVER: &[&str] = &["postgres", "template0", "template1"];

/// What the target may be although it looks like production.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Production's server (`--allow-same-cluster`).
    pub same_cluster: bool,
    /// Something that we did not make (`--adopt`).
    pub adopt: bool,
}

/// Refuses names that no staging has, without asking a server.
///
/// # Errors
/// The name is longer than a database's (exit 2), or speaks for production or for the server itself (exit 4).
pub fn refuse_name(name: &str, maintenance: &str) -> Result<(), Failure> {
    if name.len() > LONGEST_NAME {
        // The server would cut it, and find another database under what is left.
        return Err(Failure::usage(format!(
            "the target's name has {} bytes, and a database's has {LONGEST_NAME}",
            name.len()
        ))
        .remedy("give staging a shorter name"));
    }
    if COME_WITH_THE_SERVER.contains(&name) || name == maintenance {
        return Err(Failure::refused(format!("{name} is no staging: the server itself needs it"))
            .remedy("name staging's database in --target; one that does not exist is made"));
    }
    let lower = name.to_lowercase();
    let words = lower.split(|char: char| !char.is_alphanumeric()).map(|word| word.trim_end_matches(char::is_numeric));
    match words.into_iter().find(|word| PRODUCTION_WORDS.contains(word)) {
        Some(word) => {
            Err(Failure::refused(format!("the target is called {name}, which speaks for production (`{word}`)"))
                .remedy("give staging another name"))
        }
        None => Ok(()),
    }
}

/// Refuses a target at an address of production's, before anything connects to it.
///
/// # Errors
/// Both lead to one address and port (exit 4).
pub async fn refuse_place(source: &Address, target: &Address, allowed: Allowed) -> Result<(), Failure> {
    if !allowed.same_cluster && source.may_share_server(target).await {
        return Err(same_cluster());
    }
    Ok(())
}

impl Maintenance {
    /// Refuses a target that is production, or is on its server, or on a copy of it. `source` is a session in production.
    ///
    /// # Errors
    /// The target is refused (exit 4), or the world failed.
    pub async fn refuse_production(&mut self, source: &Session, allowed: Allowed) -> Result<(), Failure> {
        let same = same_server(source, &self.session).await?;
        if same && self.is(source).await? {
            return Err(Failure::refused(format!("the target is production itself: {}", self.name))
                .remedy("name staging's database in --target"));
        }
        if same && !allowed.same_cluster {
            return Err(same_cluster());
        }
        if same || identifier(source).await?.is_none_or(|other| other != self.cluster) {
            return Ok(());
        }
        // Accepted once, it is written down in the marker, which is void on any other server.
        let known = matches!(self.target().await?, Target::Live(live) if live.marker.as_ref().is_some_and(|marker| marker.twin));
        if !allowed.adopt && !known {
            return Err(Failure::refused(
                "the target's server is a copy of production's, or a standby's primary, or its standby",
            )
            .remedy("make sure that it is not production; `--adopt` accepts it from then on"));
        }
        self.twin = true;
        Ok(())
    }

    /// Refuses a template: databases are copied from it, and it could not be replaced.
    async fn refuse_template(&self) -> Result<(), Failure> {
        const TEMPLATE: &str = "SELECT FROM pg_catalog.pg_database WHERE datname = $1 AND datistemplate";
        let found = self.session.query_opt(TEMPLATE, &[&self.name]).await;
        match found.map_err(|error| self.session.failure(&error, "looking at the target"))? {
            None => Ok(()),
            Some(_) => Err(Failure::refused(format!("{} is a template, which databases are made from", self.name))
                .remedy("name staging's database in --target")),
        }
    }

    /// Whether the target is the source's database; both are on one server. The source's address may call it otherwise, as
    /// poolers have names of their own.
    async fn is(&self, source: &Session) -> Result<bool, Failure> {
        const OWN: &str = "SELECT d.oid AS oid, d.datname = $1 AS named FROM pg_catalog.pg_database d \
            WHERE d.datname = pg_catalog.current_database()";
        let row = source.query_one(OWN, &[&self.name]).await;
        let row = row.map_err(|error| source.failure(&error, "comparing the databases"))?;
        let oid: u32 = get(&row, "oid")?;
        let target = self.databases().await?.into_iter().find(|database| database.database == self.name);
        Ok(get(&row, "named")? || target.is_some_and(|target| target.oid == oid))
    }

    /// Refuses a loading role's session on another server than the publishing role's: what was checked here would say
    /// nothing about the server that is written to.
    ///
    /// # Errors
    /// They are on two servers (exit 4), or the world failed.
    pub async fn refuse_other_server(&self, loader: &Session) -> Result<(), Failure> {
        if same_server(loader, &self.session).await? {
            return Ok(());
        }
        Err(Failure::refused("--target and BAUTA_PUBLISHER lead to different servers")
            .remedy("name the same server in both, without a pooler that spreads sessions"))
    }

    /// What stands under staging's name, if it may be replaced.
    ///
    /// # Errors
    /// It may not (exit 4), or belongs to a role that we are no member of (exit 3).
    pub async fn replaceable(&self, allowed: Allowed) -> Result<Target, Failure> {
        self.refuse_template().await?;
        let was = self.target().await?;
        let name = &self.name;
        let database = match &was {
            Target::Absent => return Ok(was),
            Target::Live(live) => return live.refuse_unowned().map(|()| was),
            Target::Foreign(database) => database,
        };
        if let Some(marker) = database.marker.as_ref().filter(|marker| marker.name != *name) {
            return Err(Failure::refused(format!("the database {name} is a generation of {}", marker.name))
                .remedy(format!("name {} in --target; `bauta status` lists its generations", marker.name)));
        }
        if allowed.adopt {
            return database.refuse_unowned().map(|()| was);
        }
        let what = if is_copy(database) {
            "is a copy of one that bauta made: its marker is another database's or server's"
        } else {
            "exists and was not made by bauta"
        };
        Err(Failure::refused(format!("the database {name} {what}"))
            .remedy("if it is staging, take it over with --adopt; what it holds is kept as the previous generation"))
    }
}

/// Whether a comment has a marker that does not hold for its database.
fn is_copy(database: &Database) -> bool {
    database.marker.is_none() && database.comment.as_deref().and_then(Marker::parse).is_some()
}

fn same_cluster() -> Failure {
    Failure::refused("production and staging are on the same server")
        .remedy("a refresh costs production's server as much as staging's; `--allow-same-cluster` accepts that")
}

/// The server's system identifier; `None` without the right to ask. The session's transaction goes on unharmed.
async fn identifier(session: &Session) -> Result<Option<String>, Failure> {
    const MAY: &str = "SELECT pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS may";
    let failed = |error| session.failure(&error, "reading the server's identifier");
    if !get::<bool>(&session.query_one(MAY, &[]).await.map_err(failed)?, "may")? {
        return Ok(None);
    }
    let asked = "SELECT system_identifier::text AS id FROM pg_catalog.pg_control_system()";
    get(&session.query_one(asked, &[]).await.map_err(failed)?, "id").map(Some)
}

/// Whether two sessions are on one server: a lock taken by one is seen by the other.
async fn same_server(one: &Session, other: &Session) -> Result<bool, Failure> {
    let mut bytes = [0u8; 8];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| Failure::world("the operating system gives no random numbers"))?;
    let key = i64::from_ne_bytes(bytes);
    let doing = "comparing the servers";
    let asked = |error| other.failure(&error, doing);
    other.execute("SELECT pg_catalog.pg_advisory_lock($1)", &[&key]).await.map_err(asked)?;
    let seen = one
        .query_one(
            "SELECT count(*) AS seen FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 1
             AND (classid::bigint << 32) | objid::bigint = $1",
            &[&key],
        )
        .await;
    other.execute("SELECT pg_catalog.pg_advisory_unlock($1)", &[&key]).await.map_err(asked)?;
    Ok(get::<i64>(&seen.map_err(|error| one.failure(&error, doing))?, "seen")? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::Kind;

    #[test]
    fn names_that_no_staging_has_are_refused() {
        let refused = |name: &str| refuse_name(name, "admin").err().map(|failure| failure.kind);
        for name in [
            "shop_prod",
            "PRODUCTION",
            "live-shop",
            "shop.prod2",
            "prd",
            "größe master",
            "postgres",
            "template1",
            "admin",
        ] {
            assert_eq!(refused(name), Some(Kind::Refused), "{name}");
        }
        assert_eq!(refused(&"s".repeat(64)), Some(Kind::Usage));
        for name in ["staging", "shop_qa", "products", "delivery", "liver", "2", "", &"s".repeat(63)] {
            assert_eq!(refused(name), None, "{name}");
        }
    }
}
