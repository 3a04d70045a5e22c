//! Objects that only a superuser can create (C functions, base types, operator classes and the like) and extensions: which
//! ones production has, and whether staging's server can have them too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::failure::Failure;
use crate::postgres::catalog::get;
use crate::postgres::connect::Session;

const POWERS: &str = include_str!("powers.sql");

/// Extensions of a database.
const INSTALLED: &str = "\
    SELECT e.extname::text AS name, e.extversion AS version FROM pg_extension e WHERE e.oid >= 16384 ORDER BY 1";

/// What a server can install.
const AVAILABLE: &str = "\
    SELECT v.name::text, v.version, (v.superuser AND NOT v.trusted) AS power, (v.version = a.default_version) AS usual \
    FROM pg_available_extension_versions v JOIN pg_available_extensions a USING (name)";

/// An object, named so that it means the same on both servers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Power {
    /// Such as `function`.
    pub(super) kind: String,
    /// Qualified and quoted, with the types of arguments.
    pub(super) identity: String,
}

impl fmt::Display for Power {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.identity)
    }
}

/// An installed extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Extension {
    /// Its name.
    pub(super) name: String,
    /// Its version.
    pub(super) version: String,
}

/// An extension that could be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Available {
    /// What.
    pub(super) extension: Extension,
    /// Whether it takes a superuser.
    pub(super) power: bool,
    /// Whether it is what `CREATE EXTENSION` installs.
    pub(super) usual: bool,
}

/// The database's objects that only a superuser can create, by catalog and OID.
pub(super) async fn read(session: &Session) -> Result<BTreeMap<(u32, u32), Power>, Failure> {
    let rows = session.query(POWERS, &[]).await.map_err(|error| session.failure(&error, "reading the catalog"))?;
    let power = |row| Ok::<_, Failure>(Power { kind: get(row, "kind")?, identity: get(row, "identity")? });
    rows.iter().map(|row| Ok(((get(row, "class")?, get(row, "oid")?), power(row)?))).collect()
}

/// The database's extensions.
pub(super) async fn extensions(session: &Session) -> Result<BTreeSet<Extension>, Failure> {
    let rows = session.query(INSTALLED, &[]).await.map_err(|error| session.failure(&error, "reading extensions"))?;
    rows.iter().map(|row| Ok(Extension { name: get(row, "name")?, version: get(row, "version")? })).collect()
}

/// What the session's server can install.
pub(super) async fn available(session: &Session) -> Result<Vec<Available>, Failure> {
    let rows = session.query(AVAILABLE, &[]).await.map_err(|error| session.failure(&error, "reading extensions"))?;
    let extension = |row| Ok::<_, Failure>(Extension { name: get(row, "name")?, version: get(row, "version")? });
    rows.iter()
        .map(|row| Ok(Available { extension: extension(row)?, power: get(row, "power")?, usual: get(row, "usual")? }))
        .collect()
}

/// Whether production's extensions can be on staging: there already (from the template), or to be installed by us. Returns
/// those that will have another version.
///
/// # Errors
/// Some cannot (exit 3); all of them are named.
pub(super) fn check(
    wanted: &BTreeSet<Extension>,
    available: &[Available],
    present: &BTreeSet<Extension>,
    superuser: bool,
) -> Result<Vec<String>, Failure> {
    let (mut absent, mut refused, mut other) = (Vec::new(), Vec::new(), Vec::new());
    for extension in wanted {
        let Extension { name, version } = extension;
        let note = |ours: &str| format!("extension {name} is {version} in production and {ours} on staging");
        if let Some(there) = present.iter().find(|there| there.name == *name) {
            if there != extension {
                other.push(note(&there.version));
            }
            continue;
        }
        match available.iter().find(|offer| offer.extension.name == *name && offer.usual) {
            None => absent.push(name.clone()),
            Some(offer) if offer.power && !superuser => refused.push(name.clone()),
            Some(offer) if offer.extension != *extension => other.push(note(&offer.extension.version)),
            Some(_) => {}
        }
    }
    if !absent.is_empty() {
        let names = absent.join(", ");
        return Err(Failure::world(format!("staging's server does not have production's extensions: {names}"))
            .remedy("install their packages on that server"));
    }
    if !refused.is_empty() {
        let names = refused.join(", ");
        return Err(Failure::world(format!("production has extensions that only a superuser can create: {names}"))
            .remedy(
                "let an administrator create them once in a database of their own on staging's server, and name it with --template",
            ));
    }
    Ok(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(name: &str, version: &str) -> Extension {
        Extension { name: name.to_owned(), version: version.to_owned() }
    }

    #[test]
    fn extensions_are_there_or_can_be_made() {
        let offer = |name, power| Available { extension: extension(name, "1.1"), power, usual: true };
        let offers = [offer("citext", false), offer("dblink", true)];
        let wanted = |names: &[&str]| names.iter().map(|name| extension(name, "1.1")).collect::<BTreeSet<_>>();
        let none = BTreeSet::new();
        assert_eq!(check(&wanted(&["citext"]), &offers, &none, false).unwrap(), Vec::<String>::new());
        assert!(check(&wanted(&["citext", "dblink"]), &offers, &none, false).is_err());
        assert!(check(&wanted(&["dblink"]), &offers, &none, true).unwrap().is_empty());
        assert!(check(&wanted(&["dblink"]), &offers, &wanted(&["dblink"]), false).unwrap().is_empty());
        let failure = check(&wanted(&["postgis"]), &offers, &none, true).unwrap_err();
        assert!(failure.message.contains("postgis"), "{failure}");
        let older = BTreeSet::from([extension("citext", "1.0")]);
        assert_eq!(check(&older, &offers, &none, false).unwrap().len(), 1);
    }
}
