//! Owners and grants of a database, as its catalog has them.

use tokio_postgres::Row;

use crate::failure::Failure;
use crate::postgres::catalog::get;
use crate::postgres::connect::Session;

const OBJECTS: &str = include_str!("objects.sql");
const DEFAULTS: &str = include_str!("defaults.sql");

/// Owners and grants of a whole database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Object by object.
    pub(in crate::postgres::mirror) objects: Vec<Object>,
    /// What new objects will get.
    pub(in crate::postgres::mirror) defaults: Vec<DefaultAccess>,
}

/// One object, or one column of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::postgres::mirror) struct Object {
    /// The word after `ON` in GRANT; `None` for what has no grants.
    pub(in crate::postgres::mirror) grant_on: Option<String>,
    /// The word after ALTER; `None` for what follows another object's owner.
    pub(in crate::postgres::mirror) alter_as: Option<String>,
    /// Its schema (its own name, if it is one).
    pub(in crate::postgres::mirror) schema: String,
    /// Its name, qualified and quoted by the server that it was read from.
    pub(in crate::postgres::mirror) identity: String,
    /// The column, for a column's grants.
    pub(in crate::postgres::mirror) in_column: Option<String>,
    /// Its owner.
    pub(in crate::postgres::mirror) owner: String,
    /// Whether the owner is the superuser that the server was made with.
    pub(in crate::postgres::mirror) system_owned: bool,
    /// Who may do what, its owner among them.
    pub(in crate::postgres::mirror) grants: Vec<Grant>,
    /// What owners usually may and this one may not.
    pub(in crate::postgres::mirror) owner_lacks: Vec<String>,
}

impl Object {
    /// What makes it the same object in two databases.
    pub(super) fn key(&self) -> (Option<&str>, Option<&str>, &str) {
        (self.grant_on.as_deref(), self.alter_as.as_deref(), &self.identity)
    }
}

/// One right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::postgres::mirror) struct Grant {
    /// The role; `None` for PUBLIC.
    pub(in crate::postgres::mirror) grantee: Option<String>,
    /// Such as `SELECT`.
    pub(in crate::postgres::mirror) privilege: String,
    /// WITH GRANT OPTION.
    pub(in crate::postgres::mirror) grantable: bool,
}

/// Default privileges of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::postgres::mirror) struct DefaultAccess {
    /// The role whose new objects they are for.
    pub(in crate::postgres::mirror) owner: String,
    /// Only in this schema.
    pub(in crate::postgres::mirror) schema: Option<String>,
    /// The word after `ON`, such as `TABLES`.
    pub(in crate::postgres::mirror) what: String,
    /// What they add.
    pub(in crate::postgres::mirror) grants: Vec<Grant>,
    /// What they take away.
    pub(in crate::postgres::mirror) lacks: Vec<Grant>,
}

impl Grants {
    /// Reads them.
    ///
    /// # Errors
    /// The server failed.
    pub async fn read(session: &Session) -> Result<Self, Failure> {
        let failed = |error| session.failure(&error, "reading grants and owners");
        let objects = session.query(OBJECTS, &[]).await.map_err(failed)?;
        let defaults = session.query(DEFAULTS, &[]).await.map_err(failed)?;
        Ok(Self {
            objects: objects.iter().map(object).collect::<Result<_, _>>()?,
            // A kind of object that is not known has no word.
            defaults: defaults.iter().filter_map(|row| default(row).transpose()).collect::<Result<_, _>>()?,
        })
    }
}

fn object(row: &Row) -> Result<Object, Failure> {
    Ok(Object {
        grant_on: get(row, "grant_on")?,
        alter_as: get(row, "alter_as")?,
        schema: get(row, "schema")?,
        identity: get(row, "identity")?,
        in_column: get(row, "in_column")?,
        owner: get(row, "owner")?,
        system_owned: get(row, "system_owned")?,
        grants: grants(get(row, "grantees")?, get(row, "privileges")?, get(row, "grantables")?),
        owner_lacks: get(row, "owner_lacks")?,
    })
}

fn default(row: &Row) -> Result<Option<DefaultAccess>, Failure> {
    let Some(what) = get(row, "what")? else { return Ok(None) };
    let (grantees, privileges): (Vec<_>, Vec<_>) = (get(row, "lacks_grantees")?, get(row, "lacks_privileges")?);
    let plain = vec![false; privileges.len()];
    Ok(Some(DefaultAccess {
        owner: get(row, "owner")?,
        schema: get(row, "schema")?,
        what,
        grants: grants(get(row, "grantees")?, get(row, "privileges")?, get(row, "grantables")?),
        lacks: grants(grantees, privileges, plain),
    }))
}

/// Puts the three lists together. A privilege that is not made of capitals is none.
fn grants(grantees: Vec<String>, privileges: Vec<String>, grantables: Vec<bool>) -> Vec<Grant> {
    let all = grantees.into_iter().zip(privileges).zip(grantables);
    all.map(|((grantee, privilege), grantable)| Grant {
        grantee: Some(grantee).filter(|grantee| !grantee.is_empty()),
        privilege,
        grantable,
    })
    .filter(|grant| grant.privilege.chars().all(|char| char.is_ascii_uppercase() || char == ' '))
    .collect()
}
