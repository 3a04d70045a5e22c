//! The demo on a throwaway PostgreSQL.

use std::path::Path;

use bytes::Bytes;
use futures_util::SinkExt as _;

use super::{Stage, read, show, tables};
use crate::cli::{Common, endpoint, environment, output};
use crate::failure::Failure;
use crate::postgres::connect::{Address, Session, connect};
use crate::postgres::throwaway::{Binaries, Options, Throwaway};

/// Roles as one would have them: an owner, a reader that cannot write, a loader that can make databases and no more.
const ROLES: &str = "
    CREATE ROLE shop LOGIN PASSWORD 'shop';
    CREATE ROLE reader LOGIN PASSWORD 'reader';
    GRANT pg_read_all_data TO reader;
    CREATE ROLE loader LOGIN CREATEDB PASSWORD 'loader';";

/// What is compared: words, and a query that gives one text per row. Rows keep their places, whatever is masked.
const ROWS: &[(&str, &str)] = &[
    ("name", "SELECT full_name FROM customers ORDER BY ctid OFFSET 1 LIMIT 5"),
    ("e-mail", "SELECT email::text FROM customers ORDER BY ctid OFFSET 1 LIMIT 4"),
    ("phone", "SELECT coalesce(phone, 'NULL') FROM customers ORDER BY ctid OFFSET 2 LIMIT 4"),
    ("born", "SELECT coalesce(birth_date::text, 'NULL') FROM customers ORDER BY ctid OFFSET 2 LIMIT 3"),
    ("country (kept)", "SELECT country FROM customers ORDER BY ctid OFFSET 1 LIMIT 3"),
    ("ticket", "SELECT body FROM tickets ORDER BY ctid LIMIT 3"),
    ("login from", "SELECT ip::text FROM logins ORDER BY ctid LIMIT 2"),
];

/// What must be the same on both sides.
const SHAPE: &[(&str, &str)] = &[
    ("customers (and the test account of after_load)", "SELECT count(*)::text FROM customers"),
    ("orders with their customer", "SELECT count(*)::text FROM orders o JOIN customers c ON c.id = o.customer_id"),
    (
        "orders with their address",
        "SELECT count(*)::text FROM orders o JOIN addresses a ON (a.customer_id, a.number) = (o.customer_id, o.ship_to)",
    ),
    (
        "lines with order and product",
        "SELECT count(*)::text FROM order_lines l JOIN orders o ON (o.id, o.ordered_on) = (l.order_id, l.ordered_on) \
         JOIN products p USING (sku)",
    ),
    ("employees with a manager", "SELECT count(*)::text FROM employees e JOIN employees m ON m.id = e.manager_id"),
    (
        "newsletter readers who are customers",
        "SELECT count(*)::text FROM newsletter n JOIN customers c ON c.email = n.email",
    ),
    ("most orders of one customer", "SELECT max(n)::text FROM (SELECT count(*) n FROM orders GROUP BY customer_id) x"),
    ("rows in the 2024 partition", "SELECT count(*)::text FROM orders_2024"),
    ("turnover", "SELECT sum(total)::text FROM orders"),
    ("customer_totals (materialized)", "SELECT count(*)::text FROM customer_totals"),
    ("constraints not valid", "SELECT count(*)::text FROM pg_constraint WHERE NOT convalidated"),
];

/// What nobody may find in staging: words, and a query for production's values.
const PEOPLE: &[(&str, &str)] = &[
    (
        "e-mail addresses",
        "SELECT DISTINCT lower(email::text) FROM customers UNION SELECT lower(email::text) FROM newsletter",
    ),
    ("phone numbers", "SELECT DISTINCT phone FROM customers WHERE phone <> ''"),
    ("access tokens", "SELECT DISTINCT api_token FROM customers WHERE api_token <> ''"),
];

/// Runs the demo.
pub(super) async fn run(stage: &Stage, common: &Common, binaries: Binaries) -> Result<(), Failure> {
    output::note(format_args!("- starting a throwaway PostgreSQL {}", binaries.major));
    let server = Throwaway::start(&Options { binaries, settings: Vec::new() })?;
    let address = |role: &str, database: &str| Address::parse(&server.uri_for(role, role, database), &environment);
    let admin = connect(&Address::parse(&server.uri("postgres"), &environment)?, "demo").await?;
    execute(&admin, ROLES, "making roles").await?;
    execute(&admin, "CREATE DATABASE production OWNER shop", "making production").await?;
    output::note("- loading the shop");
    load(&connect(&address("shop", "production")?, "demo").await?, &stage.data).await?;

    let from = endpoint::From::Postgres(Box::new(address("reader", "production")?));
    let to = endpoint::To::Postgres(Box::new(address("loader", "staging")?));
    let report = stage.refresh(common, from, to).await?;

    let admin = |database: &str| Address::parse(&server.uri(database), &environment);
    let production = connect(&admin("production")?, "demo").await?;
    let staging = connect(&admin("staging")?, "demo").await?;
    for session in [&production, &staging] {
        execute(session, "SET search_path TO public", "looking at the result").await?;
    }
    compare(&production, &staging).await?;
    stage.told(&report)?;
    production.close().await;
    staging.close().await;
    Ok(())
}

/// Production and staging side by side.
async fn compare(production: &Session, staging: &Session) -> Result<(), Failure> {
    show::heading("Production and staging side by side")?;
    show::side_by_side(&beside(ROWS, production, staging).await?)?;
    show::heading("The same shape: joins join, keys are unique, sums agree")?;
    show::side_by_side(&beside(SHAPE, production, staging).await?)?;
    show::heading("Nobody in it")?;
    for (what, query) in PEOPLE {
        let originals = texts(production, query).await?;
        let masked: std::collections::BTreeSet<String> = texts(staging, query).await?.into_iter().collect();
        let found = originals.iter().filter(|value| masked.contains(*value)).count();
        output::result(format_args!("  {found} of {} {what} of production are in staging", originals.len()))?;
    }
    Ok(())
}

async fn beside(
    queries: &[(&str, &str)],
    production: &Session,
    staging: &Session,
) -> Result<Vec<[String; 3]>, Failure> {
    let mut lines = Vec::new();
    for (what, query) in queries {
        let pairs = texts(production, query).await?.into_iter().zip(texts(staging, query).await?);
        for (index, (original, masked)) in pairs.enumerate() {
            lines.push([if index == 0 { (*what).to_owned() } else { String::new() }, original, masked]);
        }
    }
    Ok(lines)
}

/// The rows of a query with one column of text.
async fn texts(session: &Session, query: &str) -> Result<Vec<String>, Failure> {
    let rows = session.query(query, &[]).await.map_err(|error| session.failure(&error, "looking at the result"))?;
    Ok(rows.iter().map(|row| row.try_get(0).unwrap_or_default()).collect())
}

/// Loads the schema, the CSV files in the order of their tables, and what comes after.
async fn load(session: &Session, data: &Path) -> Result<(), Failure> {
    let schema = read(&data.join("schema.sql"))?;
    execute(session, "SET search_path TO public", "loading the shop").await?;
    execute(session, &schema, "making the shop's tables").await?;
    for table in tables(&schema) {
        let csv = read(&data.join(format!("{table}.csv")))?;
        let columns = csv.lines().next().unwrap_or_default().to_owned();
        let doing = format!("loading {table}");
        let copy = session.copy_in(&format!("COPY {table} ({columns}) FROM STDIN (FORMAT csv, HEADER true)")).await;
        let mut copy = Box::pin(copy.map_err(|error| session.failure(&error, &doing))?);
        // Whatever went wrong, the end of the COPY says why.
        let _ = copy.send(Bytes::from(csv)).await;
        copy.as_mut().finish().await.map_err(|error| session.failure(&error, &doing))?;
    }
    execute(session, &read(&data.join("finish.sql"))?, "completing the shop").await
}

async fn execute(session: &Session, sql: &str, doing: &str) -> Result<(), Failure> {
    session.batch_execute(sql).await.map_err(|error| session.failure(&error, doing))
}
