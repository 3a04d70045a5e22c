//! Why a server could not be reached or did not let us in, and what to do about it.

use std::error::Error as StdError;

use tokio_postgres::Error;
use tokio_postgres::error::DbError;

use super::address::{Address, Host};
use crate::failure::Failure;
use crate::postgres::failure::{from_server, io};

/// Explains a failed attempt to connect (exit 3).
pub(super) fn refusal(error: &Error, address: &Address, host: &Host) -> Failure {
    if let Some(error) = error.as_db_error() {
        return turned_away(error, address, host);
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return Failure::world(format!("the TLS connection to {host} failed: {error}")).remedy(
            "name the authority that signed the server's certificate with sslrootcert=, and the host as the certificate \
             does; sslmode=require encrypts without checking",
        );
    }
    if let Some(error) = find::<std::io::Error>(error) {
        return unreachable(error, host);
    }
    // The crate's own texts about its configuration and TLS, of which none holds a value.
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    let failure = |message: String| Failure::world(message);
    match cause.as_str() {
        "password missing" => {
            failure(format!("{host} asks for a password for {:?}, and there is none", address.user()))
                .remedy("set PGPASSWORD, add a line to ~/.pgpass, or put the password into the address")
        }
        "server does not support TLS" => failure(format!("{host} does not offer TLS"))
            .remedy("turn it on at the server, or accept plain text by sslmode=disable in the address"),
        _ => failure(format!("logging in at {host} failed: {error}"))
            .remedy("check that a PostgreSQL server listens there"),
    }
}

/// Explains why there is no connection to log in over (exit 3).
pub(super) fn unreachable(error: &std::io::Error, host: &Host) -> Failure {
    Failure::world(format!("{host} cannot be reached: {}", io(error)))
        .remedy("check host and port, that the server runs, and that it listens there")
}

/// What a server said instead of letting us in.
fn turned_away(error: &DbError, address: &Address, host: &Host) -> Failure {
    let code = error.code().code();
    let (user, database) = (address.user(), address.database());
    let explained = |message: String, remedy: &str| Failure::world(message).remedy(remedy);
    match code {
        "28P01" => explained(
            format!("{host} does not accept the password for {user:?} (SQLSTATE {code})"),
            "correct it in PGPASSWORD, in ~/.pgpass or in the address",
        ),
        "28000" => explained(
            format!("{host} does not let {user:?} in (SQLSTATE {code})"),
            "check that the role exists and may log in, that pg_hba.conf lets it in from here, and sslmode",
        ),
        "3D000" => explained(
            format!("{host} has no database {database:?} (SQLSTATE {code})"),
            "check the name after the slash of the address",
        ),
        "42501" => explained(
            format!("{user:?} may not connect to the database {database:?} at {host} (SQLSTATE {code})"),
            "grant it CONNECT on that database",
        ),
        "55000" => explained(
            format!("the database {database:?} at {host} takes no connections (SQLSTATE {code})"),
            "another one has to be named; this one is closed on purpose",
        ),
        _ => from_server(error, &format!("logging in at {host}")),
    }
}

/// The first cause of a type in a chain, looked for inside I/O errors as well.
fn find<T: StdError + 'static>(error: &Error) -> Option<&T> {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref::<T>() {
            return Some(found);
        }
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => cause.source(),
        };
    }
    None
}
