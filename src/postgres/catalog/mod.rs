//! A database's catalog as a [`Schema`], from PostgreSQL 14 to 18. The statements stand in `.sql` files that one can run in
//! psql; `types` resolves what a column's type is made of. No row of a user's table is read.

mod kinds;
pub mod telling;

use std::collections::BTreeMap;

use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use self::kinds::Types;
use super::connect::Session;
use crate::failure::Failure;
use crate::schema::{Check, Column, ForeignKey, Schema, Sequence, Size, Table, TableName, Unique, UniquePart};

const TABLES: &str = include_str!("tables.sql");
const SIZES: &str = include_str!("sizes.sql");
const COLUMNS: &str = include_str!("columns.sql");
const TYPES: &str = include_str!("types.sql");
const UNIQUE: &str = include_str!("unique.sql");
const FOREIGN_KEYS: &str = include_str!("foreign_keys.sql");
const CHECKS: &str = include_str!("checks.sql");
const SEQUENCES: &str = include_str!("sequences.sql");

/// Reads the schema. Inside a transaction with a snapshot, the statements see that moment. Where tables are not locked
/// already, give the session a `lock_timeout`: a size is not told while somebody changes its table.
///
/// # Errors
/// The server failed, or the catalog is not what it should be.
pub async fn read(session: &Session) -> Result<Schema, Failure> {
    let mut catalog = Catalog::default();
    catalog.tables(&query(session, TABLES).await?)?;
    for row in query(session, SIZES).await? {
        let Some(table) = catalog.table(&row)? else { continue };
        let estimate = |field| -> Result<u64, Failure> { Ok(u64::try_from(get::<i64>(&row, field)?).unwrap_or(0)) };
        table.size = Size { rows: estimate("rows")?, bytes: estimate("bytes")? };
    }
    let types = Types::read(&query(session, TYPES).await?)?;
    catalog.columns(&query(session, COLUMNS).await?, &types)?;
    catalog.unique(&query(session, UNIQUE).await?)?;
    let names = catalog.names.clone();
    for row in query(session, FOREIGN_KEYS).await? {
        // A table of an extension can be referred to; its rows are not ours.
        let Some(to) = names.get(&get(&row, "refers_to")?) else { continue };
        let Some(table) = catalog.table(&row)? else { continue };
        let (columns, to_columns) = (get(&row, "columns")?, get(&row, "to_columns")?);
        table.foreign_keys.push(ForeignKey { name: get(&row, "name")?, columns, to: to.clone(), to_columns });
    }
    for row in query(session, CHECKS).await? {
        let Some(table) = catalog.table(&row)? else { continue };
        table.checks.push(Check { name: get(&row, "name")?, sql: get(&row, "sql")? });
    }
    let sequences = catalog.sequences(&query(session, SEQUENCES).await?)?;
    Ok(Schema { tables: catalog.tables, sequences })
}

/// The tables' OIDs and names alone, sorted as in the schema. It waits for no lock.
///
/// # Errors
/// The server failed.
pub async fn table_names(session: &Session) -> Result<Vec<(u32, TableName)>, Failure> {
    let rows = query(session, TABLES).await?;
    rows.iter().map(|row| Ok((get(row, "oid")?, name(row)?))).collect()
}

async fn query(session: &Session, sql: &str) -> Result<Vec<Row>, Failure> {
    session.query(sql, &[]).await.map_err(|error| session.failure(&error, "reading the catalog"))
}

/// A field of a row; what its type is, the statement fixes.
pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, field: &str) -> Result<T, Failure> {
    row.try_get(field).map_err(|_| Failure::bug(format!("the catalog's {field} has not the type that it should have")))
}

fn name(row: &Row) -> Result<TableName, Failure> {
    Ok(TableName { schema: get(row, "schema")?, name: get(row, "name")? })
}

/// Tables in the making, found by their OIDs.
#[derive(Default)]
struct Catalog {
    tables: Vec<Table>,
    places: BTreeMap<u32, usize>,
    names: BTreeMap<u32, TableName>,
}

impl Catalog {
    /// The table that a row is about; `None` for one that is not ours to mirror.
    fn table(&mut self, row: &Row) -> Result<Option<&mut Table>, Failure> {
        let place = self.places.get(&get(row, "relation")?);
        Ok(place.and_then(|place| self.tables.get_mut(*place)))
    }

    fn tables(&mut self, rows: &[Row]) -> Result<(), Failure> {
        for row in rows {
            self.names.insert(get(row, "oid")?, name(row)?);
        }
        for row in rows {
            let parents: Vec<u32> = get(row, "parents")?;
            let partitioned: bool = get(row, "partitioned")?;
            let partition_key: Vec<String> = get(row, "partition_key")?;
            self.places.insert(get(row, "oid")?, self.tables.len());
            self.tables.push(Table {
                name: name(row)?,
                columns: Vec::new(),
                parents: parents.iter().filter_map(|parent| self.names.get(parent)).cloned().collect(),
                partition_key: partitioned.then_some(partition_key),
                partition: get(row, "partition")?,
                unlogged: get(row, "unlogged")?,
                unique: Vec::new(),
                foreign_keys: Vec::new(),
                checks: Vec::new(),
                size: Size::default(),
            });
        }
        Ok(())
    }

    fn columns(&mut self, rows: &[Row], types: &Types) -> Result<(), Failure> {
        for row in rows {
            let Some(table) = self.table(row)? else { continue };
            let (ty, not_null) = types.resolve(get(row, "type")?, get(row, "modifier")?, get(row, "sql")?);
            let not_null = not_null || get(row, "not_null")?;
            table.columns.push(Column { name: get(row, "name")?, ty, not_null, generated: get(row, "generated")? });
        }
        Ok(())
    }

    fn unique(&mut self, rows: &[Row]) -> Result<(), Failure> {
        for row in rows {
            let Some(table) = self.table(row)? else { continue };
            let mut columns: Vec<String> = get(row, "columns")?;
            let mut inside = Vec::new();
            for expression in get::<Vec<String>>(row, "expressions")? {
                columns.extend(named_in(table, &expression));
                inside.extend(named_in(table, &expression));
            }
            let condition: Option<String> = get(row, "condition")?;
            if let Some(condition) = &condition {
                inside.extend(named_in(table, condition));
            }
            inside.sort();
            inside.dedup();
            let mut seen = Vec::new();
            columns.retain(|column| {
                !seen.contains(column) && {
                    seen.push(column.clone());
                    true
                }
            });
            let (name, primary, nulls_equal) = (get(row, "name")?, get(row, "primary")?, get(row, "nulls_equal")?);
            let definition: Option<String> = get(row, "definition")?;
            let parts = if definition.is_some() { parts(row)? } else { Vec::new() };
            table.unique.push(Unique { name, columns, primary, inside, definition, parts, condition, nulls_equal });
        }
        Ok(())
    }

    fn sequences(&self, rows: &[Row]) -> Result<Vec<Sequence>, Failure> {
        rows.iter()
            .map(|row| {
                let relations: Vec<u32> = get(row, "relations")?;
                let columns: Vec<String> = get(row, "columns")?;
                let pairs = relations.iter().zip(columns);
                let feeds = pairs.filter_map(|(relation, column)| Some(self.names.get(relation)?.column(column)));
                let mut feeds: Vec<_> = feeds.collect();
                feeds.sort();
                Ok(Sequence { name: name(row)?, feeds })
            })
            .collect()
    }
}

/// What a key is made of.
fn parts(row: &Row) -> Result<Vec<UniquePart>, Failure> {
    let operators: Vec<String> = get(row, "operators")?;
    let folds: Vec<bool> = get(row, "folds")?;
    let parts: Vec<String> = get(row, "parts")?;
    let part = |(place, sql)| UniquePart {
        sql,
        operator: operators.get(place).filter(|operator| *operator != "=").cloned(),
        folds: folds.get(place).copied().unwrap_or_default(),
    };
    Ok(parts.into_iter().enumerate().map(part).collect())
}

/// The columns that an expression reads; all of them where it names none (it may read whole rows).
fn named_in(table: &Table, expression: &str) -> Vec<String> {
    let named = table.columns.iter().map(|column| &column.name);
    let inside: Vec<String> = named.clone().filter(|name| mentions(expression, name)).cloned().collect();
    if inside.is_empty() { named.cloned().collect() } else { inside }
}

/// Whether an expression, as the server prints it, mentions a column: by its bare name where that is a word of its own, or
/// in double quotes. A word in a text literal counts as well, which errs on the safe side.
fn mentions(expression: &str, column: &str) -> bool {
    if expression.contains(&super::sql::identifier(column)) {
        return true;
    }
    let part = |char: char| char.is_alphanumeric() || char == '_' || char == '$';
    expression.match_indices(column).any(|(start, found)| {
        let before = expression[..start].chars().next_back();
        let after = expression[start + found.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

#[cfg(test)]
mod tests;
