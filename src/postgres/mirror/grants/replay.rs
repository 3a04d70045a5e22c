//! Makes owners and grants of one database true in another, as far as its roles go.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::error::SqlState;

use super::read::{Grants, Object};
use super::statements::{Roles, Statements};
use crate::failure::Failure;
use crate::postgres::connect::Session;
use crate::postgres::sql::identifier;

/// Whether a role may create in a schema.
const MAY_CREATE: &str = "SELECT pg_catalog.has_schema_privilege($1::text, n.oid, 'CREATE') \
    FROM pg_catalog.pg_namespace n WHERE n.nspname = $2::text";

/// Replays owners and grants in the session's database: those of the live generation where it has the object, else
/// production's. Returns what could not be, one line each.
///
/// # Errors
/// The server failed in another way than by refusing a right.
pub(in crate::postgres::mirror) async fn replay(
    session: &Session,
    production: &Grants,
    live: Option<&Grants>,
    roles: &Roles,
) -> Result<Vec<String>, Failure> {
    let there = Grants::read(session).await?;
    let (production_objects, live_objects) = (by_key(production), live.map(by_key).unwrap_or_default());
    // Names of the live generation are staging's already.
    let unchanged = Roles { renamed: BTreeMap::new(), ..roles.clone() };
    let mut made = Statements::default();
    for object in &there.objects {
        if let Some(was) = live_objects.get(&object.key()) {
            made.object(was, object, &unchanged);
            columns(&mut made, live, object, &unchanged);
        } else if let Some(was) = production_objects.get(&object.key()) {
            made.object(was, object, roles);
            columns(&mut made, Some(production), object, roles);
        }
    }
    for default in live.map_or(&production.defaults, |live| &live.defaults) {
        made.default_access(default, if live.is_some() { &unchanged } else { roles });
    }
    run(session, made).await
}

/// A database's objects, columns aside, by what makes them the same.
fn by_key(grants: &Grants) -> BTreeMap<(Option<&str>, Option<&str>, &str), &Object> {
    let all = grants.objects.iter().filter(|object| object.in_column.is_none());
    all.map(|object| (object.key(), object)).collect()
}

/// Grants on columns of a relation.
fn columns(made: &mut Statements, from: Option<&Grants>, object: &Object, roles: &Roles) {
    let same =
        |was: &&Object| was.in_column.is_some() && was.identity == object.identity && object.grant_on == was.grant_on;
    for was in from.iter().flat_map(|grants| &grants.objects).filter(same) {
        // A fresh column has no grants.
        let there = Object { grants: Vec::new(), in_column: was.in_column.clone(), alter_as: None, ..object.clone() };
        made.object(was, &there, roles);
    }
}

async fn run(session: &Session, made: Statements) -> Result<Vec<String>, Failure> {
    let mut refused = 0;
    for statement in &made.grants {
        refused += usize::from(!execute(session, statement).await?);
    }
    // A new owner has to have CREATE in the schema, at that moment.
    let mut lent = BTreeSet::new();
    for (_, schema, owner) in &made.owners {
        if lent.contains(&(schema, owner)) {
            continue;
        }
        let row = session.query_opt(MAY_CREATE, &[owner, schema]).await;
        let row = row.map_err(|error| session.failure(&error, "reading grants"))?;
        if row.is_some_and(|row| !row.get::<_, bool>(0)) {
            execute(session, &format!("GRANT CREATE ON SCHEMA {} TO {}", identifier(schema), identifier(owner)))
                .await?;
            lent.insert((schema, owner));
        }
    }
    for (statement, _, _) in &made.owners {
        refused += usize::from(!execute(session, statement).await?);
    }
    for (schema, owner) in lent {
        execute(session, &format!("REVOKE CREATE ON SCHEMA {} FROM {}", identifier(schema), identifier(owner))).await?;
    }
    for statement in &made.schema_owners {
        refused += usize::from(!execute(session, statement).await?);
    }
    Ok(told(&made, refused))
}

/// Runs a statement; whether it was allowed.
async fn execute(session: &Session, statement: &str) -> Result<bool, Failure> {
    match session.batch_execute(statement).await {
        Ok(()) => Ok(true),
        Err(error) => match error.code() {
            Some(&SqlState::INSUFFICIENT_PRIVILEGE | &SqlState::INVALID_GRANT_OPERATION) => Ok(false),
            _ => Err(session.failure(&error, "restoring grants and owners")),
        },
    }
}

fn told(made: &Statements, refused: usize) -> Vec<String> {
    let mut told = Vec::new();
    for (role, count) in &made.absent {
        told.push(format!("role {role} is not on staging's server: {count} of its rights were left out"));
    }
    for (role, count) in &made.not_ownable {
        let name = identifier(role);
        told.push(format!(
            "{count} objects of {role} belong to the loading role, which is no member of it; {role} has rights on them \
             instead (GRANT {name} TO the loading role changes that)"
        ));
    }
    if !made.without_defaults.is_empty() {
        let roles = made.without_defaults.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        told.push(format!("default privileges of {roles} were left out: the loading role is no member of them"));
    }
    if refused > 0 {
        told.push(format!("{refused} statements that restore grants or owners were not allowed"));
    }
    told
}
