//! Properties of databases as a whole: a shadow is created with production's encoding and locale, closed to everybody, and
//! takes over settings, access, limit and owner of staging's current generation when it is published.

use tokio_postgres::error::SqlState;

use super::catalog::get;
use super::connect::Session;
use super::database::{Database, Provider};
use super::sql::{identifier, literal};
use crate::failure::Failure;

const PROPERTIES: &str = include_str!("properties.sql");

/// Settings that are lists of names, each quoted by itself (`GUC_LIST_QUOTE` in PostgreSQL's `guc_tables.c`).
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// Refuses a role that may not create databases.
///
/// # Errors
/// It may not (exit 3); the remedy is the statement to ask an administrator for.
pub async fn may_create(session: &Session) -> Result<(), Failure> {
    const MAY: &str = "SELECT r.rolname::text AS name, r.rolcreatedb OR r.rolsuper AS may \
        FROM pg_catalog.pg_roles r WHERE r.rolname = current_user";
    let row =
        session.query_one(MAY, &[]).await.map_err(|error| session.failure(&error, "reading the role's rights"))?;
    let name: String = get(&row, "name")?;
    if get(&row, "may")? {
        return Ok(());
    }
    Err(Failure::world(format!("the role {name} may not create databases on staging's server"))
        .remedy(format!("let an administrator run: ALTER ROLE {} CREATEDB", identifier(&name))))
}

/// Creates an empty database with production's encoding and locale, in which nobody but its owner can connect at any
/// moment. `template` is a database made by an administrator, else template0.
///
/// # Errors
/// The server does not have the locale, the template has another one, or the role may not (exit 3).
pub async fn create(session: &Session, name: &str, like: &Database, template: Option<&str>) -> Result<(), Failure> {
    let version = session.version();
    if like.version / 10_000 > version / 10_000 {
        let (theirs, ours) = (like.version / 10_000, version / 10_000);
        return Err(Failure::refused(format!(
            "staging's server is PostgreSQL {ours}, older than production's {theirs}"
        ))
        .remedy(format!("upgrade it to {theirs} or later")));
    }
    if let Some(template) = template {
        check_template(session, template, like).await?;
    }
    let statement = statement(name, like, template, version);
    session.batch_execute(&statement).await.map_err(|error| match error.code() {
        Some(&SqlState::WRONG_OBJECT_TYPE | &SqlState::INVALID_PARAMETER_VALUE | &SqlState::FEATURE_NOT_SUPPORTED) => {
            Failure::world(format!("staging's server does not have production's locale: {}", described(like)))
                .remedy("install it there (locale-gen, or a server built with ICU), and restart the server")
        }
        _ => session.failure(&error, "creating the shadow database"),
    })?;
    let name = identifier(name);
    for statement in [
        format!("REVOKE ALL ON DATABASE {name} FROM PUBLIC"),
        format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true"),
    ] {
        session
            .batch_execute(&statement)
            .await
            .map_err(|error| session.failure(&error, "closing the shadow database"))?;
    }
    Ok(())
}

fn statement(name: &str, like: &Database, template: Option<&str>, version: u32) -> String {
    let head = format!("CREATE DATABASE {} ALLOW_CONNECTIONS false", identifier(name));
    if let Some(template) = template {
        return format!("{head} TEMPLATE {}", identifier(template));
    }
    let mut statement = format!(
        "{head} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}",
        literal(&like.encoding),
        literal(&like.collate),
        literal(&like.ctype)
    );
    let locale = like.locale.as_deref().map(literal);
    // Said even where it is libc: the server's template may have another.
    match (like.provider, locale) {
        (Provider::Icu, Some(locale)) => {
            statement.push_str(&format!(" LOCALE_PROVIDER icu ICU_LOCALE {locale}"));
            if let Some(rules) = &like.icu_rules {
                statement.push_str(&format!(" ICU_RULES {}", literal(rules)));
            }
        }
        (Provider::Builtin, Some(locale)) => {
            statement.push_str(&format!(" LOCALE_PROVIDER builtin BUILTIN_LOCALE {locale}"));
        }
        _ if version >= 150_000 => statement.push_str(" LOCALE_PROVIDER libc"),
        _ => {}
    }
    statement
}

fn described(like: &Database) -> String {
    let Database { collate, ctype, encoding, .. } = like;
    let locale = if collate == ctype { collate.clone() } else { format!("{collate} and {ctype}") };
    match &like.locale {
        Some(of_provider) => format!("{of_provider} ({locale}) with {encoding}"),
        None => format!("{locale} with {encoding}"),
    }
}

/// A template's encoding and locale are what the shadow will have.
async fn check_template(session: &Session, template: &str, like: &Database) -> Result<(), Failure> {
    const LOCALE: &str = "\
        SELECT pg_catalog.pg_encoding_to_char(d.encoding)::text AS encoding, d.datcollate::text AS collate, \
            d.datctype::text AS ctype, coalesce(j.fields ->> 'datlocprovider', 'c') AS provider, \
            coalesce(j.fields ->> 'datlocale', j.fields ->> 'daticulocale') AS locale \
        FROM pg_catalog.pg_database d CROSS JOIN LATERAL (SELECT pg_catalog.to_jsonb(d) AS fields) AS j \
        WHERE d.datname = $1";
    let row = session.query_opt(LOCALE, &[&template]).await;
    let Some(row) = row.map_err(|error| session.failure(&error, "looking at the template"))? else {
        return Err(Failure::world(format!("the template database {template} does not exist on staging's server"))
            .remedy("name another with --template"));
    };
    let provider = match like.provider {
        Provider::Libc => "c",
        Provider::Icu => "i",
        Provider::Builtin => "b",
    };
    let (collate, ctype): (String, String) = (get(&row, "collate")?, get(&row, "ctype")?);
    let same = get::<String>(&row, "encoding")? == like.encoding
        && (&collate, &ctype) == (&like.collate, &like.ctype)
        && get::<String>(&row, "provider")? == provider
        && get::<Option<String>>(&row, "locale")? == like.locale;
    if same {
        return Ok(());
    }
    Err(Failure::world(format!("the template database {template} has another encoding or locale than production"))
        .remedy(format!("make it from template0 with {}", described(like))))
}

/// What a new generation takes over from the current one, as statements about staging's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// To run when the new generation has the name: settings, limit, access, and the owner last.
    pub statements: Vec<String>,
    /// What our role may not do, as statements for an administrator to run after every refresh.
    pub forbidden: Vec<String>,
}

/// Reads the properties of staging's current generation and finds out, in a transaction that is rolled back, which of its
/// settings the session's role may set. Where there is no such database, everybody may connect, as is PostgreSQL's default.
///
/// What the loading role owns, production's functions could change while the next shadow is loaded. So where another role
/// publishes, the database becomes that role's.
///
/// # Errors
/// The server failed.
pub async fn carried(session: &Session, staging: &str, loader: &str) -> Result<Carried, Failure> {
    let failed = |error| session.failure(&error, "reading staging's properties");
    let on = identifier(staging);
    let publisher = session.address().user();
    let ours = (publisher != loader).then(|| format!("ALTER DATABASE {on} OWNER TO {}", identifier(publisher)));
    let Some(row) = session.query_opt(PROPERTIES, &[&staging]).await.map_err(failed)? else {
        let usual = format!("GRANT CONNECT, TEMPORARY ON DATABASE {on} TO PUBLIC");
        let statements = [usual].into_iter().chain(ours).collect();
        return Ok(Carried { statements, forbidden: Vec::new() });
    };
    let (roles, settings): (Vec<String>, Vec<String>) = (get(&row, "roles")?, get(&row, "settings")?);
    let settings = roles.iter().zip(&settings).filter_map(|(role, setting)| set(&on, role, setting)).collect();
    let mut carried = rehearse(session, settings).await?;
    let connections: i32 = get(&row, "connections")?;
    if connections != -1 {
        carried.statements.push(format!("ALTER DATABASE {on} WITH CONNECTION LIMIT {connections}"));
    }
    let (grantees, privileges): (Vec<String>, Vec<String>) = (get(&row, "grantees")?, get(&row, "privileges")?);
    let grantables: Vec<bool> = get(&row, "grantables")?;
    for ((grantee, privilege), grantable) in grantees.iter().zip(&privileges).zip(&grantables) {
        let role = if grantee.is_empty() { "PUBLIC".to_owned() } else { identifier(grantee) };
        let option = if *grantable { " WITH GRANT OPTION" } else { "" };
        carried.statements.push(format!("GRANT {privilege} ON DATABASE {on} TO {role}{option}"));
    }
    let owner: String = get(&row, "owner")?;
    if get(&row, "owned")? || owner == loader {
        carried.statements.extend(ours);
    } else {
        let owner = format!("ALTER DATABASE {on} OWNER TO {}", identifier(&owner));
        let list = if get(&row, "may_own")? { &mut carried.statements } else { &mut carried.forbidden };
        list.push(owner);
    }
    Ok(carried)
}

/// Tries statements and undoes them: which are allowed, which are not.
async fn rehearse(session: &Session, statements: Vec<String>) -> Result<Carried, Failure> {
    let failed = |error| session.failure(&error, "looking at staging's settings");
    let mut carried = Carried::default();
    session.batch_execute("BEGIN").await.map_err(failed)?;
    for statement in statements {
        let tried = session.batch_execute(&format!("SAVEPOINT before; {statement}")).await;
        match tried {
            Ok(()) => carried.statements.push(statement),
            Err(error) if error.as_db_error().is_some() => {
                session.batch_execute("ROLLBACK TO SAVEPOINT before").await.map_err(failed)?;
                carried.forbidden.push(statement);
            }
            Err(error) => return Err(failed(error)),
        }
    }
    session.batch_execute("ROLLBACK").await.map_err(failed)?;
    Ok(carried)
}

/// A setting (`name=value`, as the catalog keeps it) as a statement.
fn set(on: &str, role: &str, setting: &str) -> Option<String> {
    let (name, value) = setting.split_once('=')?;
    let whose = match role {
        "" => format!("DATABASE {on}"),
        role => format!("ROLE {} IN DATABASE {on}", identifier(role)),
    };
    let value = if LISTS.contains(&name.to_lowercase().as_str()) {
        elements(value).iter().map(|element| literal(element)).collect::<Vec<_>>().join(", ")
    } else {
        literal(value)
    };
    // An empty list is written as one empty element.
    let value = if value.is_empty() { "''".to_owned() } else { value };
    let name = name.split('.').map(identifier).collect::<Vec<_>>().join(".");
    Some(format!("ALTER {whose} SET {name} TO {value}"))
}

/// The names of a list setting: separated by commas, quoted where they have to be.
fn elements(list: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut element = String::new();
    let (mut quoted, mut was_quoted) = (false, false);
    let mut chars = list.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                element.push('"');
            }
            '"' => {
                quoted = !quoted;
                was_quoted = true;
            }
            ',' if !quoted => {
                found.push(std::mem::take(&mut element));
                was_quoted = false;
            }
            char if char.is_whitespace() && !quoted => {}
            char => element.push(char),
        }
    }
    if !element.is_empty() || was_quoted {
        found.push(element);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(provider: Provider, locale: Option<&str>) -> Database {
        Database {
            name: "p".to_owned(),
            oid: 1,
            version: 150_000,
            encoding: "UTF8".to_owned(),
            collate: "de_DE.UTF-8".to_owned(),
            ctype: "C".to_owned(),
            provider,
            locale: locale.map(str::to_owned),
            icu_rules: None,
            standby: false,
            superuser: false,
            large_objects: 0,
            lock_table: 0,
        }
    }

    #[test]
    fn a_shadow_has_productions_locale() {
        let libc = like(Provider::Libc, None);
        let made = "CREATE DATABASE \"x\" ALLOW_CONNECTIONS false TEMPLATE template0 ENCODING 'UTF8' \
                    LC_COLLATE 'de_DE.UTF-8' LC_CTYPE 'C'";
        assert_eq!(statement("x", &libc, None, 140_000), made);
        assert_eq!(statement("x", &libc, None, 150_000), format!("{made} LOCALE_PROVIDER libc"));
        let icu = statement("x", &like(Provider::Icu, Some("de-DE")), None, 160_000);
        assert_eq!(icu, format!("{made} LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'"));
        let builtin = statement("x", &like(Provider::Builtin, Some("C.UTF-8")), None, 170_000);
        assert_eq!(builtin, format!("{made} LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"));
        let copied = statement("x", &libc, Some("with \"ext\""), 150_000);
        assert_eq!(copied, "CREATE DATABASE \"x\" ALLOW_CONNECTIONS false TEMPLATE \"with \"\"ext\"\"\"");
    }

    #[test]
    fn settings_become_statements_again() {
        let set = |role, setting| set("\"s\"", role, setting).unwrap();
        assert_eq!(set("", "work_mem=8MB"), "ALTER DATABASE \"s\" SET \"work_mem\" TO '8MB'");
        assert_eq!(
            set("a\"b", "app.who=it's=x"),
            "ALTER ROLE \"a\"\"b\" IN DATABASE \"s\" SET \"app\".\"who\" TO 'it''s=x'"
        );
        assert_eq!(
            set("", "search_path=\"$user\", \"a,\"\"b\", public"),
            "ALTER DATABASE \"s\" SET \"search_path\" TO '$user', 'a,\"b', 'public'"
        );
        assert_eq!(set("", "search_path=\"\""), "ALTER DATABASE \"s\" SET \"search_path\" TO ''");
        assert_eq!(set("", "search_path="), "ALTER DATABASE \"s\" SET \"search_path\" TO ''");
    }
}
