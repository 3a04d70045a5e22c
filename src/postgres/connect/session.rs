//! A session: one connection with the settings that everything here relies on, its task, and the way to cancel it.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::future::poll_fn;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;
use tokio_postgres::config::{SslMode as Negotiate, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, CancelToken, Client, Config, Connection, Error, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{Address, Host, SslMode};
use super::dial::{Place, Wire, dial, places};
use super::gather::{Gather, Within};
use super::refusal::{refusal, unreachable};
use super::tls;
use crate::failure::Failure;
use crate::postgres::failure::failure;

/// Oldest version that is supported, as `server_version_num` has it.
const OLDEST: u32 = 140_000;

/// How long a session may take to say goodbye before it is dropped.
const GOODBYE: Duration = Duration::from_secs(5);

/// What every session is set to, whatever its role or database is set to. The text codec relies on the four styles, on NULL
/// in arrays being one, and on money being counted alike on both sides; an empty search path makes every name that is
/// not qualified an error; with `row_security` off a policy is an error instead of hiding rows; the timeouts are the
/// caller's business. The server notices within a minute that we are gone, also if it is our machine that is gone.
const SETTINGS: &str = "\
    SET client_encoding = 'UTF8'; SET search_path TO ''; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; \
    SET TimeZone = 'UTC'; SET extra_float_digits = 1; SET bytea_output = 'hex'; SET xmloption = 'content'; \
    SET array_nulls = on; SET lc_monetary = 'C'; SET quote_all_identifiers = off; SET transform_null_equals = off; \
    SET standard_conforming_strings = on; SET row_security = off; SET jit = off; \
    SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; \
    SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3; \
    SET tcp_user_timeout = '55s'";

/// A connection to a database; it is a [`Client`].
#[derive(Debug)]
pub struct Session {
    client: Client,
    cancel: Cancel,
    address: Address,
    version: u32,
    pid: i32,
    task: JoinHandle<()>,
    end: Arc<OnceLock<Error>>,
}

/// The way to cancel what a session is doing.
#[derive(Clone)]
pub struct Cancel {
    token: CancelToken,
    place: Place,
    /// The name that its certificate should have.
    name: String,
    patience: Duration,
    tls: MakeRustlsConnect,
}

impl std::fmt::Debug for Cancel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cancel").finish_non_exhaustive()
    }
}

impl Cancel {
    /// Asks the server to cancel the session's statement, and does not wait for it. That the request does not arrive is no
    /// failure of its own: the session ends with us anyway.
    pub async fn cancel(&self) {
        let asking = async {
            if let Ok(wire) = dial(&self.place, self.patience).await {
                let Ok(tls) = MakeTlsConnect::<Wire>::make_tls_connect(&mut self.tls.clone(), &self.name);
                let _ = self.token.cancel_query_raw(wire, tls).await;
            }
        };
        let _ = tokio::time::timeout(GOODBYE, asking).await;
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Session {
    /// The address with the one host that answered.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The server's version as `server_version_num`, such as 150018.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The process that serves it, as in `pg_stat_activity`.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// The way to cancel what it is doing.
    pub fn cancel_handle(&self) -> Cancel {
        self.cancel.clone()
    }

    /// The client where it has to be borrowed mutably, as for `transaction()`.
    pub fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Turns an error of this session into a failure. Where the connection was closed, it says what the server gave as the
    /// reason, which the error itself does not know.
    pub fn failure(&self, error: &Error, doing: &str) -> Failure {
        match self.end.get() {
            Some(end) if error.is_closed() => failure(end, doing),
            _ => failure(error, doing),
        }
    }

    /// Says goodbye and waits until the connection is closed.
    pub async fn close(self) {
        let Self { client, mut task, .. } = self;
        drop(client);
        if tokio::time::timeout(GOODBYE, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// Opens a session, with the first host of the address that answers. `purpose` shows in `pg_stat_activity`, as
/// `bauta purpose`.
///
/// # Errors
/// No host answered, or the last one that did refused us; its version is not supported; or a certificate is not trusted.
pub async fn connect(address: &Address, purpose: &str) -> Result<Session, Failure> {
    let mut last = None;
    for host in &address.hosts {
        match connect_host(address, host, purpose).await {
            Ok(session) => return Ok(session),
            Err(failure) => last = Some(failure),
        }
    }
    Err(last.unwrap_or_else(|| Failure::usage("the connection address names no host")))
}

async fn connect_host(address: &Address, host: &Host, purpose: &str) -> Result<Session, Failure> {
    let mode = address.sslmode(host);
    let tls = tls::connector(address.check(mode), address.roots(), address.client_certificate.as_ref())?;
    let mut config = config(address, host, purpose);
    let tries: &[Negotiate] = match mode {
        SslMode::Disable => &[Negotiate::Disable],
        SslMode::Allow => &[Negotiate::Disable, Negotiate::Require],
        SslMode::Prefer => &[Negotiate::Prefer],
        SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => &[Negotiate::Require],
    };
    let mut first = None;
    for negotiate in tries {
        config.ssl_mode(*negotiate);
        match open(address, host, &config, &tls).await {
            Ok(session) => return Ok(session),
            // Only a server that turns us away before asking for a password may want encryption instead.
            Err((error, failure)) if first.is_none() => {
                let wants_other = error.is_some_and(|code| code == SqlState::INVALID_AUTHORIZATION_SPECIFICATION);
                first = Some(failure);
                if !wants_other {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    Err(first.unwrap_or_else(|| Failure::bug("no way to connect was tried")))
}

fn config(address: &Address, host: &Host, purpose: &str) -> Config {
    let mut config = Config::new();
    if let Some(password) = address.password(host) {
        config.password(password.expose());
    }
    if let Some(options) = &address.options {
        config.options(options);
    }
    config
        .user(&address.user)
        .dbname(&address.database)
        .application_name(format!("bauta {purpose}"))
        .channel_binding(address.channel_binding);
    config
}

/// Why a session could not be opened, with the server's reason if it turned us away.
type Refused = (Option<SqlState>, Failure);

/// Connects, logs in and makes the settings, at the first place of the host where that goes.
async fn open(address: &Address, host: &Host, config: &Config, tls: &MakeRustlsConnect) -> Result<Session, Refused> {
    let places = places(host).await.map_err(|error| (None, unreachable(&error, host)))?;
    let mut last = (None, Failure::bug("a host without a place"));
    for place in places {
        match open_at(place, address, host, config, tls).await {
            Ok(session) => return Ok(session),
            Err(refused) => last = refused,
        }
    }
    Err(last)
}

async fn open_at(
    place: Place,
    address: &Address,
    host: &Host,
    config: &Config,
    tls: &MakeRustlsConnect,
) -> Result<Session, Refused> {
    let patience = address.connect_timeout;
    let wire = dial(&place, patience).await.map_err(|error| (None, unreachable(&error, host)))?;
    let wire = if config.get_ssl_mode() == Negotiate::Disable { Gather::new(wire) } else { Gather::asked(wire) };
    let Ok(connector) = MakeTlsConnect::<Gather<Wire>>::make_tls_connect(&mut tls.clone(), &host.name);
    // A server that accepts and stays silent must not hold us.
    let connecting = tokio::time::timeout(patience, config.connect_raw(wire, Within(connector)));
    let (client, connection) = match connecting.await {
        Ok(connected) => connected.map_err(|error| (error.code().cloned(), refusal(&error, address, host)))?,
        Err(_) => {
            let failure = Failure::world(format!("{host} accepted the connection and then did not answer"))
                .remedy("check that a PostgreSQL server listens there");
            return Err((None, failure));
        }
    };
    let end = Arc::new(OnceLock::new());
    let task = tokio::spawn(drive(connection, Arc::clone(&end)));
    let cancel = Cancel { token: client.cancel_token(), place, name: host.name.clone(), patience, tls: tls.clone() };
    let mut session = Session { client, cancel, address: address.only(host), version: 0, pid: 0, task, end };
    set_up(&mut session).await.map_err(|failure| (None, failure))?;
    fits(&session, address.target_session_attrs, host).await.map_err(|failure| (None, failure))?;
    Ok(session)
}

/// Whether the server is one that the address asks for.
async fn fits(session: &Session, wanted: TargetSessionAttrs, host: &Host) -> Result<(), Failure> {
    let refused = match wanted {
        TargetSessionAttrs::ReadWrite => ("on", "takes no writes"),
        TargetSessionAttrs::ReadOnly => ("off", "takes writes"),
        _ => return Ok(()),
    };
    let told = session.simple_query("SHOW transaction_read_only").await;
    let told = told.map_err(|error| session.failure(&error, "asking whether the server takes writes"))?;
    let is =
        |message: &SimpleQueryMessage| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some(refused.0));
    match told.iter().any(is) {
        false => Ok(()),
        true => Err(Failure::world(format!("{host} {}, and the address asks for another server", refused.1))
            .remedy("name a server that fits target_session_attrs")),
    }
}

/// Moves messages until the session ends. Notices are dropped: they can hold values.
async fn drive<S, T>(mut connection: Connection<S, T>, end: Arc<OnceLock<Error>>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
        match message {
            Ok(AsyncMessage::Notice(_) | _) => {}
            Err(error) => {
                // Kept before the connection is dropped, so that whoever hears of the closing finds the reason.
                let _ = end.set(error);
                break;
            }
        }
    }
}

async fn set_up(session: &mut Session) -> Result<(), Failure> {
    const DOING: &str = "setting up the session";
    let told = session.simple_query("SELECT current_setting('server_version_num'), pg_backend_pid()").await;
    let told = told.map_err(|error| session.failure(&error, DOING))?;
    let told = told.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0)?.parse().ok()?, row.get(1)?.parse().ok()?)),
        _ => None,
    });
    (session.version, session.pid) = told.ok_or_else(|| Failure::world("the server does not tell its version"))?;
    if session.version < OLDEST {
        let major = session.version / 10_000;
        return Err(Failure::world(format!("{} is PostgreSQL {major}", session.address))
            .remedy("use a server of version 14 or later"));
    }
    let newer = if session.version >= 170_000 { "; SET transaction_timeout = 0" } else { "" };
    let settings = format!("{SETTINGS}; SET idle_session_timeout = 0{newer}");
    session.batch_execute(&settings).await.map_err(|error| session.failure(&error, DOING))?;
    // Not every operating system can look for a closed socket while a statement runs; keepalives have to do there.
    match session.batch_execute("SET client_connection_check_interval = '5s'").await {
        Err(error) if error.as_db_error().is_none() => Err(session.failure(&error, DOING)),
        _ => Ok(()),
    }
}
