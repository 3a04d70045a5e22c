//! Rows of tables that are loaded already: counted, and read back as they stand.

use std::pin::pin;

use futures_util::StreamExt as _;

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

/// Counts the rows of the tables of a plan, as they are loaded.
///
/// # Errors
/// The world failed.
pub async fn count(session: &Session, plan: &Plan) -> Result<Vec<(TableName, u64)>, Failure> {
    let mut counts = Vec::new();
    for tables in loaded(plan).chunks(AT_ONCE) {
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
