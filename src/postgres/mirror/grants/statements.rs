//! Grants and owners as statements: a pure decision over what was, what is there, and which roles there are.

use std::collections::{BTreeMap, BTreeSet};

use super::read::{DefaultAccess, Grant, Object};
use crate::postgres::sql::identifier;

/// The roles of staging's server, and what we may do with them.
#[derive(Clone, Debug, Default)]
pub(in crate::postgres::mirror) struct Roles {
    /// Who we are.
    pub(in crate::postgres::mirror) ours: String,
    /// All that there are.
    pub(in crate::postgres::mirror) there: BTreeSet<String>,
    /// Those that we may make owners.
    pub(in crate::postgres::mirror) ownable: BTreeSet<String>,
    /// Superusers: they need no grants.
    pub(in crate::postgres::mirror) superusers: BTreeSet<String>,
    /// `mirror: { roles: }`: production's name to staging's.
    pub(in crate::postgres::mirror) renamed: BTreeMap<String, String>,
}

impl Roles {
    /// A role's name on staging, and whether it is there.
    pub(in crate::postgres::mirror) fn find<'a>(&'a self, role: &'a str) -> Result<&'a str, &'a str> {
        let name = self.renamed.get(role).map_or(role, String::as_str);
        if self.there.contains(name) { Ok(name) } else { Err(name) }
    }
}

/// What to run, and what cannot be.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Statements {
    /// Grants and what takes usual rights away.
    pub(super) grants: Vec<String>,
    /// New owners: the statement, the schema and the owner.
    pub(super) owners: Vec<(String, String, String)>,
    /// New owners of schemas.
    pub(super) schema_owners: Vec<String>,
    /// Roles that are not on staging, with how many rights they would have had.
    pub(super) absent: BTreeMap<String, usize>,
    /// Roles that we may not make owners, with how many objects.
    pub(super) not_ownable: BTreeMap<String, usize>,
    /// Roles whose default privileges we may not set.
    pub(super) without_defaults: BTreeSet<String>,
}

impl Statements {
    /// Makes an object's owner and grants what they were; `there` is the object as it is.
    pub(super) fn object(&mut self, was: &Object, there: &Object, roles: &Roles) {
        // The names are those of the server that runs the statement.
        let identity = there.identity.as_str();
        let given = self.owner(was, there, roles);
        let Some(on) = &there.grant_on else { return };
        let on = format!("ON {on} {identity}");
        let has = |grant: &Grant| there.grants.contains(grant);
        let mut wanted: Vec<(Option<&str>, &Grant)> = Vec::new();
        for grant in was.grants.iter().filter(|grant| !has(grant)) {
            match &grant.grantee {
                Some(owner) if *owner == was.owner && (given || was.system_owned) => {}
                Some(role) => match roles.find(role) {
                    Ok(name) if name == roles.ours || roles.superusers.contains(name) => {}
                    Ok(name) => wanted.push((Some(name), grant)),
                    Err(name) => *self.absent.entry(name.to_owned()).or_default() += 1,
                },
                None => wanted.push((None, grant)),
            }
        }
        let column = there.in_column.as_deref().map(identifier);
        let list = |privileges: &[&str]| {
            let one = |privilege: &&str| {
                column.as_ref().map_or((*privilege).to_owned(), |column| format!("{privilege} ({column})"))
            };
            privileges.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        let kept =
            |privilege: &str| was.grants.iter().any(|grant| grant.grantee.is_none() && grant.privilege == privilege);
        let public = there.grants.iter().filter(|grant| grant.grantee.is_none());
        let taken: Vec<_> = public.map(|grant| grant.privilege.as_str()).filter(|privilege| !kept(privilege)).collect();
        if !taken.is_empty() {
            self.grants.push(format!("REVOKE {} {on} FROM PUBLIC", list(&taken)));
        }
        // One statement for each role, in the order that they were granted in.
        while let Some(&(role, Grant { grantable, .. })) = wanted.first() {
            let same = |(other, grant): &(Option<&str>, &Grant)| *other == role && grant.grantable == *grantable;
            let privileges: Vec<_> =
                wanted.iter().filter(|one| same(one)).map(|(_, one)| one.privilege.as_str()).collect();
            wanted.retain(|one| !same(one));
            let role = role.map_or("PUBLIC".to_owned(), identifier);
            let option = if *grantable { " WITH GRANT OPTION" } else { "" };
            self.grants.push(format!("GRANT {} {on} TO {role}{option}", list(&privileges)));
        }
        if given && !was.owner_lacks.is_empty() && was.in_column.is_none() {
            let lacks: Vec<_> = was.owner_lacks.iter().map(String::as_str).collect();
            self.grants.push(format!("REVOKE {} {on} FROM CURRENT_USER", list(&lacks)));
        }
    }

    /// Gives an object to its owner. Whether it will be the owner's.
    fn owner(&mut self, was: &Object, there: &Object, roles: &Roles) -> bool {
        let owner = match roles.find(&was.owner) {
            Ok(owner) if owner == there.owner => return true,
            Ok(owner) if roles.ownable.contains(owner) => owner,
            Ok(owner) => {
                if there.alter_as.is_some() && !was.system_owned {
                    *self.not_ownable.entry(owner.to_owned()).or_default() += 1;
                }
                return false;
            }
            Err(owner) => {
                if there.alter_as.is_some() && !was.system_owned {
                    *self.absent.entry(owner.to_owned()).or_default() += 1;
                }
                return false;
            }
        };
        let Some(kind) = &there.alter_as else { return true };
        let statement = format!("ALTER {kind} {} OWNER TO {}", there.identity, identifier(owner));
        match kind.as_str() {
            // What belongs to whoever owns the database goes on to do so.
            "SCHEMA" if there.owner == "pg_database_owner" && was.system_owned => return false,
            "SCHEMA" => self.schema_owners.push(statement),
            _ => self.owners.push((statement, there.schema.clone(), owner.to_owned())),
        }
        true
    }

    /// Makes default privileges what they were.
    pub(super) fn default_access(&mut self, was: &DefaultAccess, roles: &Roles) {
        let owner = match roles.find(&was.owner) {
            Ok(owner) if owner == roles.ours || roles.ownable.contains(owner) => owner,
            Ok(owner) => {
                self.without_defaults.insert(owner.to_owned());
                return;
            }
            Err(owner) => return *self.absent.entry(owner.to_owned()).or_default() += 1,
        };
        let schema = was.schema.as_deref().map_or(String::new(), |schema| format!(" IN SCHEMA {}", identifier(schema)));
        let head = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema}", identifier(owner));
        let role = |grant: &Grant| match grant.grantee.as_deref().map(|role| roles.find(role)) {
            None => Ok("PUBLIC".to_owned()),
            Some(Ok(role)) => Ok(identifier(role)),
            Some(Err(role)) => Err(role.to_owned()),
        };
        for grant in &was.lacks {
            if let Ok(role) = role(grant) {
                self.grants.push(format!("{head} REVOKE {} ON {} FROM {role}", grant.privilege, was.what));
            }
        }
        for grant in &was.grants {
            match role(grant) {
                Ok(role) => {
                    let option = if grant.grantable { " WITH GRANT OPTION" } else { "" };
                    self.grants.push(format!("{head} GRANT {} ON {} TO {role}{option}", grant.privilege, was.what));
                }
                Err(role) => *self.absent.entry(role).or_default() += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(owner: &str, grants: &[(&str, &str)]) -> Object {
        let grant = |(role, privilege): &(&str, &str)| Grant {
            grantee: Some((*role).to_owned()).filter(|role| !role.is_empty()),
            privilege: (*privilege).to_owned(),
            grantable: false,
        };
        Object {
            grant_on: Some("TABLE".to_owned()),
            alter_as: Some("TABLE".to_owned()),
            schema: "s".to_owned(),
            identity: "s.t".to_owned(),
            in_column: None,
            owner: owner.to_owned(),
            system_owned: false,
            grants: grants.iter().map(grant).collect(),
            owner_lacks: Vec::new(),
        }
    }

    fn roles(there: &[&str], ownable: &[&str]) -> Roles {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Roles { ours: "loader".to_owned(), there: set(there), ownable: set(ownable), ..Roles::default() }
    }

    #[test]
    fn rights_go_to_the_roles_that_there_are() {
        let was = object("boss", &[("boss", "SELECT"), ("app", "SELECT"), ("app", "INSERT"), ("gone", "SELECT")]);
        let there = object("loader", &[("loader", "SELECT"), ("", "SELECT")]);
        let mut made = Statements::default();
        made.object(&was, &there, &roles(&["loader", "boss", "app"], &["boss"]));
        let grants = ["REVOKE SELECT ON TABLE s.t FROM PUBLIC", "GRANT SELECT, INSERT ON TABLE s.t TO \"app\""];
        assert_eq!(made.grants, grants);
        assert_eq!(made.owners[0].0, "ALTER TABLE s.t OWNER TO \"boss\"");
        assert_eq!(made.absent, BTreeMap::from([("gone".to_owned(), 1)]));
    }

    #[test]
    fn an_owner_that_cannot_own_gets_the_rights() {
        let was = object("boss", &[("boss", "SELECT"), ("boss", "DELETE")]);
        let there = object("loader", &[("loader", "SELECT"), ("loader", "DELETE")]);
        let mut made = Statements::default();
        made.object(&was, &there, &roles(&["loader", "boss"], &[]));
        assert_eq!(made.grants, ["GRANT SELECT, DELETE ON TABLE s.t TO \"boss\""]);
        assert_eq!(made.owners, []);
        assert_eq!(made.not_ownable, BTreeMap::from([("boss".to_owned(), 1)]));
    }

    #[test]
    fn roles_are_renamed_and_quoted() {
        let was = object("postgres", &[("a", "SELECT")]);
        let there = object("loader", &[]);
        let mut roles = roles(&["loader", "x\"; drop"], &[]);
        roles.renamed.insert("a".to_owned(), "x\"; drop".to_owned());
        let mut made = Statements::default();
        made.object(&was, &there, &roles);
        assert_eq!(made.grants, ["GRANT SELECT ON TABLE s.t TO \"x\"\"; drop\""]);
    }
}
