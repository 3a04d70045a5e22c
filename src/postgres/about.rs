//! Who we are at a server and by which way we came, for the record of a run.

use super::catalog::get;
use super::connect::Session;
use crate::evidence::End;
use crate::failure::Failure;

const ABOUT: &str = "
    SELECT pg_catalog.current_setting('server_version') AS server, current_user::text AS role,
        (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user) AS superuser,
        pg_catalog.pg_is_in_recovery() AS standby,
        (SELECT version FROM pg_catalog.pg_stat_ssl WHERE pid = pg_catalog.pg_backend_pid() AND ssl) AS tls";

/// What is known of a session's server, role and transport.
///
/// # Errors
/// The server failed.
pub async fn about(session: &Session) -> Result<End, Failure> {
    let row = session.query_one(ABOUT, &[]).await;
    let row = row.map_err(|error| session.failure(&error, "asking the server who we are"))?;
    let (server, tls): (String, Option<String>) = (get(&row, "server")?, get(&row, "tls")?);
    let mode = session.address().transport();
    Ok(End {
        address: session.address().to_string(),
        role: Some(get(&row, "role")?),
        transport: Some(match tls {
            Some(version) => format!("{version}, sslmode {mode}"),
            None if mode == "socket" => "socket inside the machine".to_owned(),
            None => format!("plain text, sslmode {mode}"),
        }),
        // Distributions add their own version after a space.
        server: Some(server.split(' ').next().unwrap_or_default().to_owned()),
        superuser: Some(get(&row, "superuser")?),
        standby: Some(get(&row, "standby")?),
    })
}
