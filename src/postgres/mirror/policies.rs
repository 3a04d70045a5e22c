//! Row security policies. They name roles, which may have other names on staging or none, so they are made from the catalog
//! and not from the archive.

use super::grants::Roles;
use crate::failure::Failure;
use crate::postgres::catalog::get;
use crate::postgres::connect::Session;
use crate::postgres::sql;
use crate::schema::TableName;

/// Policies; the role '' is PUBLIC. Expressions are qualified, as the search path is empty.
const POLICIES: &str = "\
    SELECT n.nspname::text AS schema, c.relname::text AS relation, p.polname::text AS name, p.polpermissive AS permissive, \
        CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' \
            ELSE 'ALL' END AS command, \
        ARRAY(SELECT CASE r WHEN 0 THEN '' ELSE pg_get_userbyid(r)::text END FROM unnest(p.polroles) AS r) AS roles, \
        pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS checks \
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE NOT EXISTS (SELECT FROM pg_depend d \
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
    ORDER BY 1, 2, 3";

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    table: TableName,
    name: String,
    permissive: bool,
    command: String,
    roles: Vec<String>,
    using: Option<String>,
    checks: Option<String>,
}

/// Reads a database's policies.
pub(super) async fn read(session: &Session) -> Result<Vec<Policy>, Failure> {
    let rows = session.query(POLICIES, &[]).await.map_err(|error| session.failure(&error, "reading policies"))?;
    rows.iter()
        .map(|row| {
            Ok(Policy {
                table: TableName { schema: get(row, "schema")?, name: get(row, "relation")? },
                name: get(row, "name")?,
                permissive: get(row, "permissive")?,
                command: get(row, "command")?,
                roles: get(row, "roles")?,
                using: get(row, "using")?,
                checks: get(row, "checks")?,
            })
        })
        .collect()
}

/// Makes the policies. Returns those that were left out because none of their roles is there: without them, fewer rows are
/// seen, never more; restrictive ones hold for everybody instead.
pub(super) async fn replay(session: &Session, policies: &[Policy], roles: &Roles) -> Result<Vec<String>, Failure> {
    let mut told = Vec::new();
    for policy in policies {
        match policy.statement(roles) {
            Some(statement) => {
                let made = session.batch_execute(&statement).await;
                made.map_err(|error| session.failure(&error, &format!("creating a policy of {}", policy.table)))?;
            }
            None => told.push(format!(
                "policy {} of {} was left out: none of its roles is on staging's server",
                policy.name, policy.table
            )),
        }
    }
    Ok(told)
}

impl Policy {
    fn statement(&self, roles: &Roles) -> Option<String> {
        let name = |role: &String| match role.as_str() {
            "" => Some("PUBLIC".to_owned()),
            role => roles.find(role).ok().map(sql::identifier),
        };
        let mut there: Vec<String> = self.roles.iter().filter_map(name).collect();
        // A restriction must not fall away with a role that has another name.
        if !self.permissive && there.len() < self.roles.len() {
            there = vec!["PUBLIC".to_owned()];
        }
        if there.is_empty() {
            return None;
        }
        let kind = if self.permissive { "PERMISSIVE" } else { "RESTRICTIVE" };
        let clause = |word: &str, expression: &Option<String>| {
            expression.as_ref().map_or_else(String::new, |expression| format!(" {word} ({expression})"))
        };
        Some(format!(
            "CREATE POLICY {} ON {} AS {kind} FOR {} TO {}{}{}",
            sql::identifier(&self.name),
            sql::table(&self.table),
            self.command,
            there.join(", "),
            clause("USING", &self.using),
            clause("WITH CHECK", &self.checks),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_keep_the_roles_that_there_are() {
        let mut policy = Policy {
            table: TableName::new("s", "t"),
            name: "p".to_owned(),
            permissive: true,
            command: "SELECT".to_owned(),
            roles: vec!["app".to_owned(), "gone".to_owned()],
            using: Some("(a > 0)".to_owned()),
            checks: None,
        };
        let roles = Roles { there: ["app".to_owned()].into(), ..Roles::default() };
        let made = "CREATE POLICY \"p\" ON \"s\".\"t\" AS PERMISSIVE FOR SELECT TO \"app\" USING ((a > 0))";
        assert_eq!(policy.statement(&roles).as_deref(), Some(made));
        assert_eq!(policy.statement(&Roles::default()), None);
        policy.permissive = false;
        assert!(policy.statement(&roles).unwrap().contains("RESTRICTIVE FOR SELECT TO PUBLIC"));
    }
}
