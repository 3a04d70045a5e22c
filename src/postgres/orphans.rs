//! Rows that refer to nothing, counted by anti-joins: a join that masks tore apart shows as more of them than production has.

use super::catalog::get;
use super::connect::Session;
use super::sql;
use crate::failure::Failure;
use crate::plan::Join;
use crate::schema::{Schema, TableName};

/// Rows of each join's referring table that refer to no row, where all its columns say something.
///
/// # Errors
/// The world failed.
pub async fn count(session: &Session, schema: &Schema, joins: &[Join]) -> Result<Vec<u64>, Failure> {
    let mut counts = Vec::with_capacity(joins.len());
    for join in joins {
        let row = session.query_one(&statement(schema, join), &[]).await;
        let row =
            row.map_err(|error| session.failure(&error, &format!("counting rows of {} without a match", join.from)))?;
        counts.push(u64::try_from(get::<i64>(&row, "rows")?).unwrap_or_default());
    }
    Ok(counts)
}

fn statement(schema: &Schema, join: &Join) -> String {
    let own = |column: &String| format!("c.{}", sql::identifier(column));
    let pairs = join.columns.iter().zip(&join.to_columns);
    let same: Vec<String> = pairs.map(|(from, to)| format!("p.{} = {}", sql::identifier(to), own(from))).collect();
    let mut wanted: Vec<String> = join.columns.iter().map(|column| format!("{} IS NOT NULL", own(column))).collect();
    if let Some(when) = &join.when {
        let values: Vec<String> = when.values.iter().map(|value| sql::literal(value)).collect();
        wanted.push(format!("{}::text IN ({})", own(&when.column), values.join(", ")));
    }
    format!(
        "SELECT count(*) AS rows FROM {} c WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {})",
        rows_of(schema, &join.from),
        wanted.join(" AND "),
        rows_of(schema, &join.to),
        same.join(" AND ")
    )
}

/// A partitioned table with its partitions; of others only their own rows, as references go by them.
fn rows_of(schema: &Schema, name: &TableName) -> String {
    let own = schema.tables.iter().any(|table| table.name == *name && table.holds_rows());
    format!("{}{}", if own { "ONLY " } else { "" }, sql::table(name))
}
