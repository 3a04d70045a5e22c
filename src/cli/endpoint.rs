//! Where rows come from and go to, as the command line names it: `postgresql://...`, `csv:DIR`, `parquet:DIR`, `null:`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::environment;
use crate::audit::Carrier;
use crate::failure::Failure;
use crate::postgres::catalog::telling;
use crate::postgres::connect::Address;
use crate::postgres::throwaway::Search;
use crate::schema::{ColumnName, Schema};
use crate::source::Source;
use crate::source::csv::CsvSource;
use crate::source::postgres::{Options, PostgresSource};

/// What `--source` names.
pub(super) enum From {
    Postgres(Box<Address>),
    Csv(PathBuf),
}

/// What `--target` names.
pub(super) enum To {
    Postgres(Box<Address>),
    Parquet(PathBuf),
    Null,
}

/// Reads `--source` or `BAUTA_SOURCE`.
///
/// # Errors
/// Neither is there, or it names nothing that can be read (exit 2).
pub(super) fn source(option: Option<&str>) -> Result<From, Failure> {
    let uri = given(option, "BAUTA_SOURCE", "source")?;
    match split(&uri) {
        ("postgresql" | "postgres", _) => Ok(From::Postgres(Box::new(Address::parse(&uri, &environment)?))),
        ("csv", folder) if !folder.is_empty() => Ok(From::Csv(folder.into())),
        (scheme, _) => Err(unknown("source", scheme, "postgresql://user@host/database or csv:FOLDER")),
    }
}

/// Reads `--target` or `BAUTA_TARGET`.
///
/// # Errors
/// Neither is there, or it names nothing that can be written (exit 2).
pub(super) fn target(option: Option<&str>) -> Result<To, Failure> {
    let uri = given(option, "BAUTA_TARGET", "target")?;
    match split(&uri) {
        ("postgresql" | "postgres", _) => Ok(To::Postgres(Box::new(Address::parse(&uri, &environment)?))),
        ("parquet", folder) if !folder.is_empty() => Ok(To::Parquet(folder.into())),
        ("null", "") => Ok(To::Null),
        (scheme, _) => {
            Err(unknown("target", scheme, "postgresql://user@host/database, parquet:FOLDER or null: (a dry run)"))
        }
    }
}

/// Reads `--target` or `BAUTA_TARGET` for commands that only databases have.
///
/// # Errors
/// As [`target`], or it is no database.
pub(super) fn target_database(option: Option<&str>) -> Result<Address, Failure> {
    match target(option)? {
        To::Postgres(address) => Ok(*address),
        _ => Err(Failure::usage("generations are kept by databases only").remedy("name one: postgresql://...")),
    }
}

/// Reads `BAUTA_PUBLISHER`, the role that ends sessions and renames.
///
/// # Errors
/// It is malformed (exit 2).
pub(super) fn publisher() -> Result<Option<Address>, Failure> {
    environment("BAUTA_PUBLISHER").map(|uri| Address::parse(&uri, &environment)).transpose()
}

/// The schema at a source, without holding anything there.
///
/// # Errors
/// The source cannot be read.
pub(super) async fn schema(uri: Option<&str>, snapshot: Option<&Schema>) -> Result<Schema, Failure> {
    let source: Box<dyn Source> = match source(uri)? {
        From::Postgres(address) => Box::new(PostgresSource::open(&address, Options::default()).await?),
        From::Csv(folder) => Box::new(CsvSource::open(folder, snapshot)?),
    };
    let schema = source.schema().clone();
    source.close().await;
    Ok(schema)
}

/// What a database's catalog tells besides its schema: how many different values columns have, and texts that a mirror
/// carries as they are.
pub(super) type Told = (BTreeMap<ColumnName, u64>, Vec<Carrier>);

/// The schema at a source and, of a database, what else its catalog tells; no row is read.
///
/// # Errors
/// The source cannot be read.
pub(super) async fn told(uri: &str, snapshot: Option<&Schema>) -> Result<(Schema, Option<Told>), Failure> {
    let From::Postgres(address) = source(Some(uri))? else {
        return Ok((schema(Some(uri), snapshot).await?, None));
    };
    let source = PostgresSource::open(&address, Options::default()).await?;
    let told: Result<Told, Failure> =
        async { Ok((telling::distinct(source.session()).await?, telling::carriers(source.session()).await?)) }.await;
    let schema = source.schema().clone();
    Box::new(source).close().await;
    Ok((schema, Some(told?)))
}

/// Where PostgreSQL's programs are looked for: the PATH, then where distributions put them.
pub(super) fn programs() -> Search {
    Search { named: None, path: environment("PATH").map(Into::into), installed: true }
}

/// A folder of this repository, next to where the program runs or where it was built.
pub(super) fn repository_folder(name: &str) -> Option<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR"));
    [Path::new("."), built].into_iter().map(|root| root.join(name)).find(|folder| folder.is_dir())
}

fn given(option: Option<&str>, variable: &str, what: &str) -> Result<String, Failure> {
    option.map(str::to_owned).or_else(|| environment(variable)).ok_or_else(|| {
        Failure::usage(format!("no {what} is named")).remedy(format!("use --{what} URI or set {variable}"))
    })
}

fn split(uri: &str) -> (&str, &str) {
    uri.split_once(':').unwrap_or((uri, ""))
}

fn unknown(what: &str, scheme: &str, known: &str) -> Failure {
    // The rest of the address may hold a password.
    Failure::usage(format!("`{scheme}:` is no {what}")).remedy(format!("a {what} is {known}"))
}
