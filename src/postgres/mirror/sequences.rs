//! States of sequences: read in production, set on the shadow. Sequences are not transactional, so a state read under a
//! snapshot is at or after that moment: never behind the rows that travel.

use std::collections::BTreeMap;

use crate::failure::Failure;
use crate::plan::{SequencePlan, SequenceState};
use crate::postgres::catalog::get;
use crate::postgres::connect::Session;
use crate::postgres::sql;
use crate::schema::{ColumnName, TableName};

/// Sequences that belong to no extension.
const SEQUENCES: &str = "\
    SELECT n.nspname::text AS schema, c.relname::text AS name \
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind = 'S' AND c.oid >= 16384 AND n.nspname !~ '^pg_' AND NOT EXISTS (SELECT FROM pg_depend d \
        WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
    ORDER BY 1, 2";

/// Sequences that count up and belong to an integer column, where an index makes it cheap to look for the highest value.
const OWNED: &str = "\
    SELECT sn.nspname::text AS schema, s.relname::text AS name, tn.nspname::text AS table_schema, \
        t.relname::text AS table_name, a.attname::text AS column_name \
    FROM pg_sequence q JOIN pg_class s ON s.oid = q.seqrelid JOIN pg_namespace sn ON sn.oid = s.relnamespace \
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i') \
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 \
    JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace tn ON tn.oid = t.relnamespace \
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid \
    WHERE q.seqincrement > 0 AND s.oid >= 16384 \
        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype) \
        AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisvalid AND i.indpred IS NULL \
            AND i.indkey[0] = a.attnum) \
    ORDER BY 1, 2";

/// How many sequences one statement reads or sets.
const AT_ONCE: usize = 100;

/// A sequence and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    name: TableName,
    last_value: i64,
    is_called: bool,
}

/// Reads where the database's sequences stand.
pub(super) async fn read(session: &Session) -> Result<Vec<State>, Failure> {
    let failed = |error| session.failure(&error, "reading sequences");
    let rows = session.query(SEQUENCES, &[]).await.map_err(failed)?;
    let names: Vec<TableName> = rows
        .iter()
        .map(|row| Ok(TableName { schema: get(row, "schema")?, name: get(row, "name")? }))
        .collect::<Result<_, Failure>>()?;
    let mut states = Vec::with_capacity(names.len());
    for names in names.chunks(AT_ONCE) {
        let select = |(place, name): (usize, &TableName)| {
            format!("SELECT {place} AS place, last_value, is_called FROM {}", sql::table(name))
        };
        let statement = names.iter().enumerate().map(select).collect::<Vec<_>>().join(" UNION ALL ");
        let rows = session.query(&format!("{statement} ORDER BY 1"), &[]).await.map_err(failed)?;
        for (row, name) in rows.iter().zip(names) {
            let (last_value, is_called) = (get(row, "last_value")?, get(row, "is_called")?);
            states.push(State { name: name.clone(), last_value, is_called });
        }
    }
    Ok(states)
}

/// Sets the shadow's sequences: as production's stand, or above what a mask gives.
///
/// # Errors
/// The server failed, or a value is beyond a sequence's end (exit 5).
pub(super) async fn set(session: &Session, states: &[State], plans: &[SequencePlan]) -> Result<(), Failure> {
    let above: BTreeMap<&TableName, i64> = plans
        .iter()
        .filter_map(|plan| match plan.state {
            SequenceState::Copy => None,
            SequenceState::Above { value, .. } => Some((&plan.sequence, value)),
        })
        .collect();
    let set = |state: &State| {
        let (value, called) = match above.get(&state.name) {
            // Never back: a sequence that is past that value already goes on where it is.
            Some(value) => ((*value).max(state.last_value), true),
            None => (state.last_value, state.is_called),
        };
        // The sequence's name is text inside a literal: quoted twice.
        format!("pg_catalog.setval({}, {value}, {called})", sql::literal(&sql::table(&state.name)))
    };
    for states in states.chunks(AT_ONCE) {
        let statement = format!("SELECT {}", states.iter().map(set).collect::<Vec<_>>().join(", "));
        session.batch_execute(&statement).await.map_err(|error| session.failure(&error, "setting sequences"))?;
    }
    Ok(())
}

/// Sequences that would give a value that is there already, as far as that is cheap to see: one line each. They are told, not
/// repaired: production's may be so too.
pub(super) async fn behind(session: &Session) -> Result<Vec<String>, Failure> {
    let failed = |error| session.failure(&error, "comparing sequences with their columns");
    let rows = session.query(OWNED, &[]).await.map_err(failed)?;
    let mut owned = Vec::with_capacity(rows.len());
    for row in &rows {
        let sequence = TableName { schema: get(row, "schema")?, name: get(row, "name")? };
        let table = TableName { schema: get(row, "table_schema")?, name: get(row, "table_name")? };
        owned.push((sequence, table.column(get::<String>(row, "column_name")?)));
    }
    let mut told = Vec::new();
    for owned in owned.chunks(AT_ONCE) {
        let select = |(place, (sequence, column)): (usize, &(TableName, ColumnName))| {
            format!(
                "SELECT {place} AS place FROM {}, (SELECT max({}) AS highest FROM {}) AS x \
                 WHERE highest > last_value OR highest = last_value AND NOT is_called",
                sql::table(sequence),
                sql::identifier(&column.column),
                sql::table(&column.table)
            )
        };
        let statement = owned.iter().enumerate().map(select).collect::<Vec<_>>().join(" UNION ALL ");
        for row in session.query(&statement, &[]).await.map_err(failed)? {
            let found = usize::try_from(get::<i32>(&row, "place")?).ok().and_then(|place| owned.get(place));
            if let Some((sequence, column)) = found {
                told.push(format!(
                    "the sequence {sequence} is behind {column}: inserts will meet values that are there"
                ));
            }
        }
    }
    Ok(told)
}
