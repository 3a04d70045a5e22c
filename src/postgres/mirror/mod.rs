//! Production's structure, carried over: read once under the exported snapshot (`Structure::read`), checked against
//! staging's server, and made true in a shadow database in steps around the load. `pg_dump` reads it and `pg_restore` makes
//! it; what names roles (owners, grants, policies) and what changes with every row (sequences) is replayed from the catalog.
//! Creating the shadow itself is the business of `properties`, publishing it of `publish`.

mod archive;
mod complaint;
mod constraints;
mod contents;
mod grants;
mod policies;
mod powers;
mod sequences;
mod shadow;
mod toc;

use std::collections::{BTreeMap, BTreeSet};

use self::archive::Archive;
use self::constraints::Constraints;
use self::policies::Policy;
use self::powers::{Extension, Power};
use self::sequences::State;
use super::catalog::get;
use super::connect::Session;
use super::database::Database;
use super::tools::Tools;
use crate::failure::Failure;
use crate::plan::Mirror;
use crate::schema::TableName;
use crate::verify::Facts;

/// Compares staging with production as far as nobody's rows have to be read: constraints hold where production's do,
/// and sequences stand above what their columns hold.
///
/// # Errors
/// The world failed.
pub async fn compare(production: &Session, staging: &Session) -> Result<Facts, Failure> {
    let mut facts = constraints::compare(staging, &constraints::read(production).await?).await?;
    let behind = sequences::behind(staging).await?;
    if behind.is_empty() {
        facts.checked.push("no sequence is behind its column".to_owned());
    }
    facts.broken.extend(behind);
    Ok(facts)
}

pub use self::grants::Grants;
pub use self::shadow::{Effort, Shadow};

/// What else the mirror has to know about a database: small lists.
const LISTS: &str = "\
    SELECT \
        EXISTS (SELECT FROM pg_namespace WHERE nspname = 'public') AS has_public, \
        ARRAY(SELECT r.oid FROM pg_rewrite r WHERE r.rulename = '_RETURN' AND r.oid >= 16384) AS view_rules, \
        ARRAY(SELECT s.subname::text FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid \
              WHERE d.datname = current_database() ORDER BY 1) AS subscriptions, \
        (SELECT count(*) FROM pg_seclabel) AS labels";

/// Tables of 64 MiB and more: their indexes are worth a call of their own.
const LARGE: &str = "\
    SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind = 'r' AND c.oid >= 16384 AND pg_relation_size(c.oid, 'main') >= 64 * 1024 * 1024";

/// Everything that a mirror needs from production, as it was at the snapshot's moment. It needs no connection to production
/// any more.
#[derive(Debug)]
pub struct Structure {
    /// Facts about the database and its server.
    pub database: Database,
    archive: Archive,
    powers: std::collections::BTreeMap<(u32, u32), Power>,
    extensions: BTreeSet<Extension>,
    view_rules: BTreeSet<u32>,
    has_public: bool,
    grants: Grants,
    policies: Vec<Policy>,
    sequences: Vec<State>,
    constraints: Constraints,
    /// OIDs of large tables.
    large: BTreeMap<TableName, u32>,
    not_mirrored: Vec<String>,
}

impl Structure {
    /// Reads it: in a session whose transaction holds the exported snapshot, and by `pg_dump` under the same.
    ///
    /// # Errors
    /// A program or the server failed; there are large objects and the rules do not say what to do with them (exit 2); or
    /// there is something of a kind that is not known.
    pub async fn read(session: &Session, snapshot: &str, tools: &Tools, mirror: &Mirror) -> Result<Self, Failure> {
        let database = Database::read(session).await?;
        if database.large_objects > 0 && !mirror.leave_large_objects {
            return Err(Failure::usage(format!(
                "production has {} large objects, which cannot be masked",
                database.large_objects
            ))
            .remedy("leave them out: write `mirror: { large_objects: none }` in the rule file"));
        }
        let archive = Archive::dump(tools, session.address(), snapshot).await?;
        let row = session.query_one(LISTS, &[]).await;
        let row = row.map_err(|error| session.failure(&error, "reading the catalog"))?;
        let subscriptions: Vec<String> = get(&row, "subscriptions")?;
        let mut not_mirrored: Vec<String> = subscriptions.iter().map(|name| format!("SUBSCRIPTION - {name}")).collect();
        let labels: i64 = get(&row, "labels")?;
        if labels > 0 {
            not_mirrored.push(format!("{labels} security labels"));
        }
        if database.large_objects > 0 {
            not_mirrored.push(format!("{} large objects", database.large_objects));
        }
        Ok(Self {
            powers: powers::read(session).await?,
            extensions: powers::extensions(session).await?,
            view_rules: get::<Vec<u32>>(&row, "view_rules")?.into_iter().collect(),
            has_public: get(&row, "has_public")?,
            grants: Grants::read(session).await?,
            policies: policies::read(session).await?,
            sequences: sequences::read(session).await?,
            constraints: constraints::read(session).await?,
            large: large(session).await?,
            database,
            archive,
            not_mirrored,
        })
    }
}

async fn large(session: &Session) -> Result<BTreeMap<TableName, u32>, Failure> {
    let rows =
        session.query(LARGE, &[]).await.map_err(|error| session.failure(&error, "reading the sizes of tables"))?;
    let named = |row| Ok((TableName { schema: get(row, "schema")?, name: get(row, "name")? }, get(row, "oid")?));
    rows.iter().map(named).collect()
}

#[cfg(test)]
mod tests;
