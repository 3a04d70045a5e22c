//! What a register of columns asks of the catalog besides the schema: texts that a mirror carries as they are, and how
//! many different values columns have. No row of a user's table is read.

use std::collections::BTreeMap;

use super::{get, query};
use crate::audit::Carrier;
use crate::failure::Failure;
use crate::postgres::connect::Session;
use crate::schema::{ColumnName, TableName};

const CARRIERS: &str = include_str!("carriers.sql");
const DISTINCT: &str = include_str!("distinct.sql");

/// Comments, defaults, views, functions and other texts of users' objects.
///
/// # Errors
/// The server failed.
pub async fn carriers(session: &Session) -> Result<Vec<Carrier>, Failure> {
    let rows = query(session, CARRIERS).await?;
    let carrier = |row| {
        Ok(Carrier {
            kind: get(row, "kind")?,
            object: get(row, "object")?,
            text: get(row, "text")?,
            whole: get(row, "whole")?,
        })
    };
    rows.iter().map(carrier).collect()
}

/// How many different values columns have, as the server estimates it.
///
/// # Errors
/// The server failed.
pub async fn distinct(session: &Session) -> Result<BTreeMap<ColumnName, u64>, Failure> {
    let rows = query(session, DISTINCT).await?;
    let count = |row| {
        let table = TableName::new(get::<String>(row, "schema")?, get::<String>(row, "name")?);
        let values = u64::try_from(get::<i64>(row, "values")?).unwrap_or(0);
        Ok((table.column(get::<String>(row, "column")?), values))
    };
    rows.iter().map(count).collect()
}
