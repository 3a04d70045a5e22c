//! Facts about a database as a whole, for the mirror and for the checks before a run.

use super::catalog::get;
use super::connect::Session;
use crate::failure::Failure;

const DATABASE: &str = include_str!("database.sql");

/// A database and the server that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// Its OID.
    pub oid: u32,
    /// `server_version_num`, such as 150018.
    pub version: u32,
    /// Name of the encoding, such as `UTF8`.
    pub encoding: String,
    /// `LC_COLLATE`.
    pub collate: String,
    /// `LC_CTYPE`.
    pub ctype: String,
    /// Who compares texts.
    pub provider: Provider,
    /// ICU's or the built-in provider's locale, such as `de-DE` or `C.UTF-8`.
    pub locale: Option<String>,
    /// ICU's rules beside the locale (16 and later).
    pub icu_rules: Option<String>,
    /// Whether the server is a standby.
    pub standby: bool,
    /// Whether we are a superuser.
    pub superuser: bool,
    /// Number of large objects.
    pub large_objects: u64,
    /// Objects that one session and all sessions together can lock: `max_locks_per_transaction *
    /// (max_connections + max_prepared_transactions)`.
    pub lock_table: u64,
}

/// Who compares texts of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// The C library.
    Libc,
    /// ICU (15 and later).
    Icu,
    /// PostgreSQL itself (17 and later).
    Builtin,
}

impl Database {
    /// Reads the facts of the session's database.
    ///
    /// # Errors
    /// The server failed, or has a locale provider that is not known.
    pub async fn read(session: &Session) -> Result<Self, Failure> {
        let row = session.query_one(DATABASE, &[]).await;
        let row = row.map_err(|error| session.failure(&error, "reading the database's properties"))?;
        let number = |field| -> Result<u64, Failure> { Ok(u64::try_from(get::<i64>(&row, field)?).unwrap_or(0)) };
        let provider = match get(&row, "provider")? {
            "c" => Provider::Libc,
            "i" => Provider::Icu,
            "b" => Provider::Builtin,
            _ => return Err(Failure::world("the database has a locale provider that is not known")),
        };
        Ok(Self {
            name: get(&row, "name")?,
            oid: get(&row, "oid")?,
            version: session.version(),
            encoding: get(&row, "encoding")?,
            collate: get(&row, "collate")?,
            ctype: get(&row, "ctype")?,
            provider,
            locale: get(&row, "locale")?,
            icu_rules: get(&row, "icu_rules")?,
            standby: get(&row, "standby")?,
            superuser: get(&row, "superuser")?,
            large_objects: number("large_objects")?,
            lock_table: number("lock_table")?,
        })
    }
}
