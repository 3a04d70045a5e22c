//! Rows of tables that are loaded already: counted, and read back as they stand.

use std::collections::HashMap;
use std::pin::pin;

use futures_util::StreamExt as _;
use tokio_postgres::Row;

use super::catalog::get;
use super::connect::Session;
use super::copy::Decoder;
use super::sql;
use crate::batch::{Batch, Encoding, Want};
use crate::failure::Failure;
use crate::plan::{Plan, TablePlan};
use crate::schema::TableName;

/// How many tables one statement counts.
const AT_ONCE: usize = 100;

/// What B-trees of all rows of a table were built of, where the table itself was found to hold as many: a `real` holds whole
/// numbers below 2^24.
const COUNTED: &str = "\
    SELECT DISTINCT n.nspname::text AS schema, t.relname::text AS name, t.reltuples::int8 AS rows \
    FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_index x ON x.indrelid = t.oid \
        JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam \
    WHERE t.relkind = 'r' AND t.oid >= 16384 AND a.amname = 'btree' AND x.indpred IS NULL \
        AND i.reltuples = t.reltuples AND t.reltuples > 0 AND t.reltuples < 16777216";

/// The tables that rows of a plan go into, each once, with the first of the plan's tables that does: a leaf of a
/// partitioned table itself, or its root where rows find their partition anew.
pub fn loaded(plan: &Plan) -> Vec<&TablePlan> {
    let mut tables: Vec<&TablePlan> = Vec::new();
    for table in &plan.tables {
        if !tables.iter().any(|known| known.into == table.into) {
            tables.push(table);
        }
    }
    tables
}

/// Rows of tables that have a key or another index of all rows, as the server counted them when it built that: nothing has
/// gathered statistics since, or it is an estimate. Tables of more rows than the catalog holds exactly are left out.
///
/// # Errors
/// The world failed.
pub async fn counted_for_keys(session: &Session) -> Result<HashMap<TableName, u64>, Failure> {
    let rows = session.query(COUNTED, &[]).await;
    let rows = rows.map_err(|error| session.failure(&error, "counting rows"))?;
    let counted = |row: &Row| {
        let table = TableName { schema: get(row, "schema")?, name: get(row, "name")? };
        Ok((table, u64::try_from(get::<i64>(row, "rows")?).unwrap_or_default()))
    };
    rows.iter().map(counted).collect()
}

/// Counts the rows of tables of a plan, as they are loaded.
///
/// # Errors
/// The world failed.
pub async fn count(session: &Session, plan: &Plan, tables: &[&TablePlan]) -> Result<Vec<(TableName, u64)>, Failure> {
    let mut counts = Vec::new();
    for tables in tables.chunks(AT_ONCE) {
        let select = |(place, table): (usize, &&TablePlan)| {
            format!("SELECT {place} AS place, count(*) AS rows FROM {}", from(plan, table))
        };
        let statement = tables.iter().enumerate().map(select).collect::<Vec<_>>().join(" UNION ALL ");
        let rows = session.query(&format!("{statement} ORDER BY 1"), &[]).await;
        let rows = rows.map_err(|error| session.failure(&error, "counting rows"))?;
        for (row, table) in rows.iter().zip(tables) {
            counts.push((table.into.clone(), u64::try_from(get::<i64>(row, "rows")?).unwrap_or_default()));
        }
    }
    Ok(counts)
}

/// Reads all rows of a table of a plan where they are loaded, in batches. Returns their number.
///
/// # Errors
/// The world failed, or a cell is not what its type says.
pub async fn read(
    session: &Session,
    plan: &Plan,
    table: &TablePlan,
    wants: &[Want],
    mut took: impl FnMut(Batch),
) -> Result<u64, Failure> {
    if table.columns.is_empty() {
        return Ok(0);
    }
    let encoding = encoding(table);
    let format = match encoding {
        Encoding::Binary => "binary",
        Encoding::Text => "text",
    };
    let columns = sql::identifiers(table.columns.iter().map(|column| column.facts.column.column.as_str()));
    let statement = format!("COPY (SELECT {columns} FROM {}) TO STDOUT (FORMAT {format})", from(plan, table));
    let failed = |error| session.failure(&error, &format!("reading {} back", table.into));
    let mut stream = pin!(session.copy_out(&statement).await.map_err(failed)?);
    let mut decoder = Decoder::new(table, wants, encoding);
    while let Some(bytes) = stream.next().await {
        if let Some(batch) = decoder.push(&bytes.map_err(failed)?)? {
            took(batch);
        }
    }
    if let Some(batch) = decoder.finish()? {
        took(batch);
    }
    Ok(decoder.rows())
}

/// How rows of a table travel: as text where a type would not arrive unharmed otherwise.
pub fn encoding(table: &TablePlan) -> Encoding {
    if table.columns.iter().all(|column| column.facts.ty.binary) { Encoding::Binary } else { Encoding::Text }
}

/// A table that children inherit from is asked without them; a root with its partitions, but for those that rows go into
/// directly.
fn from(plan: &Plan, table: &TablePlan) -> String {
    let name = sql::table(&table.into);
    if table.into == table.table {
        return format!("ONLY {name}");
    }
    let direct = plan.tables.iter().filter(|other| other.into == other.table);
    let direct: Vec<String> =
        direct.map(|other| format!("{}::regclass", sql::literal(&sql::table(&other.table)))).collect();
    if direct.is_empty() { name } else { format!("{name} WHERE tableoid NOT IN ({})", direct.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::connect::{Address, connect};
    use crate::postgres::throwaway::tests::server;

    #[tokio::test]
    async fn what_a_key_was_built_of_is_known_where_it_is_exact() {
        let session = async |database: &str| {
            connect(&Address::parse(&server().uri(database), &|_| None).unwrap(), "test").await.unwrap()
        };
        session("postgres").await.batch_execute("CREATE DATABASE rows_counted").await.unwrap();
        let session = session("rows_counted").await;
        let setup = "SET search_path TO public; CREATE TABLE keyed (id int, t text); CREATE TABLE partly (id int); CREATE TABLE bare (id int);
            CREATE TABLE empty (id int PRIMARY KEY); CREATE TABLE early (id int PRIMARY KEY); CREATE TABLE other (t tsvector);
            CREATE TABLE less (id int);
            INSERT INTO keyed SELECT n, 'x' FROM generate_series(1, 1234) n; INSERT INTO partly SELECT generate_series(1, 9);
            INSERT INTO bare SELECT generate_series(1, 9); INSERT INTO early SELECT generate_series(1, 9);
            INSERT INTO other SELECT 'a b c' FROM generate_series(1, 9); INSERT INTO less SELECT generate_series(1, 9);
            DELETE FROM less WHERE id > 6;
            CREATE UNIQUE INDEX ON keyed (id); CREATE INDEX ON keyed (t) WHERE id > 3;
            CREATE INDEX ON partly (id) WHERE id > 3; CREATE INDEX ON other USING gin (t); CREATE INDEX ON less ((id + 1))";
        for statement in setup.split(';') {
            session.batch_execute(statement).await.unwrap();
        }
        let known = counted_for_keys(&session).await.unwrap();
        let rows = |name: &str| known.get(&TableName { schema: "public".to_owned(), name: name.to_owned() }).copied();
        assert_eq!(rows("keyed"), Some(1234));
        for unknown in ["partly", "bare", "empty", "early", "other"] {
            assert_eq!(rows(unknown), None, "{unknown}");
        }
        // Deleted rows may be in the index yet; then nothing is said.
        assert!(rows("less").is_none_or(|rows| rows == 6));
    }
}
