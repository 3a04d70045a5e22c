//! What a role may do besides its job: powers that reading production or loading staging does not need, and that code which
//! runs as the role would have too.

use super::catalog::get;
use super::connect::Session;
use crate::failure::Failure;

/// Powers of the role that runs statements and of the one that logged in, which `RESET ROLE` brings back.
const POWERS: &str = "
    WITH ours AS (SELECT DISTINCT r.* FROM pg_catalog.pg_roles r WHERE r.rolname IN (current_user, session_user)),
        plain AS (SELECT o.* FROM ours o WHERE NOT EXISTS (SELECT FROM ours WHERE rolsuper)),
        how AS (SELECT CASE WHEN pg_catalog.current_setting('server_version_num')::int >= 160000
            THEN 'SET' ELSE 'MEMBER' END AS how)
    SELECT 'is a superuser' AS power, true AS superuser FROM ours WHERE rolsuper
    UNION SELECT 'may become the superuser ' || s.rolname, true FROM plain o, how, pg_catalog.pg_roles s
        WHERE s.rolsuper AND pg_catalog.pg_has_role(o.oid, s.oid, how)
    UNION SELECT 'may create roles', false FROM plain WHERE rolcreaterole
    UNION SELECT 'may replicate', false FROM plain WHERE rolreplication
    UNION SELECT 'is a member of ' || s.rolname, false FROM plain o, pg_catalog.pg_roles s
        WHERE s.rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files',
            'pg_signal_backend', 'pg_maintain', 'pg_create_subscription')
            AND pg_catalog.pg_has_role(o.oid, s.oid, 'MEMBER')
    ORDER BY superuser DESC, power";

/// What a session's role may do besides its job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Powers {
    /// Whether it is a superuser or may become one.
    pub superuser: bool,
    /// One each, to be read after `the role`: `is a superuser`, `may create roles`.
    pub all: Vec<String>,
}

impl Powers {
    /// Reads them.
    ///
    /// # Errors
    /// The server failed.
    pub async fn read(session: &Session) -> Result<Self, Failure> {
        let rows = session.query(POWERS, &[]).await;
        let rows = rows.map_err(|error| session.failure(&error, "reading what the role may do"))?;
        let mut powers = Self::default();
        for row in &rows {
            powers.superuser |= get::<bool>(row, "superuser")?;
            powers.all.push(get(row, "power")?);
        }
        Ok(powers)
    }

    /// `is a superuser, may create roles`.
    pub fn list(&self) -> String {
        self.all.join(", ")
    }
}
