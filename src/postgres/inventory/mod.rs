//! Reads what [`crate::drift`] compares. The statements stand in `.sql` files that one can run in psql; rows of a user's
//! table are counted where that is asked for, and not read otherwise.

use std::collections::BTreeMap;

use tokio_postgres::Row;

use super::catalog::{self, get};
use super::connect::Session;
use super::sql;
use crate::drift::{Inventory, Object, SETTINGS};
use crate::failure::Failure;

const OBJECTS: &str = include_str!("objects.sql");
const DATABASE: &str = include_str!("database.sql");
const ROLES: &str = include_str!("roles.sql");

const EXTENSIONS: &str = "SELECT extname::text AS name, extversion AS version FROM pg_catalog.pg_extension";
/// What a new session gets: settings of the server, the database and the role; what our own session set is not among them.
const RESET: &str = "
    SELECT name, coalesce(reset_val, '') || coalesce(unit, '') AS value FROM pg_catalog.pg_settings
    WHERE name = ANY ($1)";
/// -1 where a table was never analyzed.
const ESTIMATES: &str = "
    SELECT n.nspname::text AS schema, c.relname::text AS name, c.reltuples::float8 AS rows
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        AND n.nspname !~ '^pg_(toast|temp)'
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

/// Reads the inventory of the session's database, at one moment. With `exact` every row of every table is counted.
///
/// # Errors
/// The server failed, or a table may not be counted.
pub async fn read(session: &Session, exact: bool) -> Result<Inventory, Failure> {
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    session.batch_execute(begin).await.map_err(|error| session.failure(&error, "taking the inventory"))?;
    let mut inventory = Inventory { version: version(session).await?, ..Inventory::default() };
    for row in query(session, OBJECTS).await? {
        let (kind, name): (String, String) = (get(&row, "kind")?, get(&row, "name")?);
        let definition: Option<String> = get(&row, "definition")?;
        let object = Object {
            definition: definition.unwrap_or_default(),
            inside: get(&row, "inside")?,
            shown: get(&row, "shown")?,
        };
        inventory.objects.insert((kind, name), object);
    }
    for row in query(session, EXTENSIONS).await? {
        inventory.extensions.insert(get(&row, "name")?, get(&row, "version")?);
    }
    for row in query(session, DATABASE).await? {
        for column in row.columns() {
            let name = column.name();
            inventory.properties.insert(name.to_owned(), get(&row, name)?);
        }
    }
    let names: Vec<&str> = SETTINGS.iter().map(|(name, _)| *name).collect();
    let settings = session.query(RESET, &[&names]).await;
    for row in settings.map_err(|error| session.failure(&error, "reading the settings"))? {
        inventory.settings.insert(get(&row, "name")?, get(&row, "value")?);
    }
    for row in query(session, ROLES).await? {
        let name: String = get(&row, "name")?;
        if get(&row, "needed")? {
            inventory.needed_roles.insert(name.clone());
        }
        inventory.roles.insert(name, get(&row, "powers")?);
    }
    inventory.rows = if exact { counts(session).await? } else { estimates(session).await? };
    session.batch_execute("COMMIT").await.map_err(|error| session.failure(&error, "taking the inventory"))?;
    Ok(inventory)
}

async fn query(session: &Session, sql: &str) -> Result<Vec<Row>, Failure> {
    session.query(sql, &[]).await.map_err(|error| session.failure(&error, "taking the inventory"))
}

/// Major and whole version; what a distribution adds after a space is left out.
async fn version(session: &Session) -> Result<(u32, String), Failure> {
    let rows = query(session, "SELECT pg_catalog.current_setting('server_version') AS version").await?;
    let whole: String = rows.first().map_or_else(|| Ok(String::new()), |row| get(row, "version"))?;
    Ok((session.version() / 10_000, whole.split(' ').next().unwrap_or_default().to_owned()))
}

async fn estimates(session: &Session) -> Result<BTreeMap<String, Option<u64>>, Failure> {
    let rows = query(session, ESTIMATES).await?;
    rows.iter()
        .map(|row| {
            let name = crate::schema::TableName::new(get::<String>(row, "schema")?, get::<String>(row, "name")?);
            let estimate: f64 = get(row, "rows")?;
            Ok((name.to_string(), (estimate >= 0.0).then_some(estimate as u64)))
        })
        .collect()
}

async fn counts(session: &Session) -> Result<BTreeMap<String, Option<u64>>, Failure> {
    let mut rows = BTreeMap::new();
    for table in catalog::read(session).await?.tables.iter().filter(|table| table.holds_rows()) {
        let count = format!("SELECT count(*) AS rows FROM ONLY {}", sql::table(&table.name));
        let counted = query(session, &count).await?;
        let count: i64 = counted.first().map_or(Ok(0), |row| get(row, "rows"))?;
        rows.insert(table.name.to_string(), Some(u64::try_from(count).unwrap_or(0)));
    }
    Ok(rows)
}
