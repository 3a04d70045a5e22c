//! A look at some rows of every table, for a first rule file: what values are like, and whether columns that look like
//! references are. Values are counted by shape as they arrive and dropped; none is kept, shown or written.

use std::collections::BTreeMap;

use tokio_postgres::error::SqlState;

use super::PostgresSource;
use crate::classify::{Facts, LONGEST, Profiler};
use crate::draft::{Candidate, Tested};
use crate::failure::Failure;
use crate::plan::lineage::Lineage;
use crate::postgres::connect::Session;
use crate::postgres::sql;
use crate::schema::{Column, ColumnName, Kind, Table, TableName};

const COMMENTS: &str = include_str!("comments.sql");

/// Most partitions of a table that are looked into.
const MOST_LEAVES: usize = 12;
/// Fewest rows that are asked of each.
const FEWEST_ROWS: usize = 25;
/// Blocks below which a table is read from its beginning: picking blocks would give too few.
const FEW_BLOCKS: u32 = 64;
/// How long a statement may take before its table is left out, in milliseconds.
const PATIENCE: u32 = 15_000;
/// Most joins that are looked into.
const MOST_JOINS: usize = 2_000;
/// Values that are looked for where only the type suggests a join.
const VALUES_BY_TYPE: usize = 20;

/// What was looked at.
#[derive(Debug, Default)]
pub struct Sample {
    /// What is known of the columns.
    pub facts: Facts,
    /// Rows that were looked at.
    pub rows: usize,
    /// Tables that took too long, and were left out.
    pub left_out: Vec<TableName>,
}

impl PostgresSource {
    /// Looks at up to `rows` rows of every table: blocks picked by the server where a table is large, its first ones where
    /// it is small.
    ///
    /// # Errors
    /// The world failed, or the run had to give way to others.
    pub async fn sample(&self, rows: usize) -> Result<Sample, Failure> {
        tokio::select! {
            sampled = self.look(rows) => sampled.map_err(|failure| self.given_way().unwrap_or(failure)),
            failure = self.shared.given_way() => Err(failure),
        }
    }

    /// Asks for each join that may be, how many of some values of the one column are in the other.
    ///
    /// # Errors
    /// The world failed, or the run had to give way to others.
    pub async fn test(&self, candidates: &[Candidate], rows: usize) -> Result<Vec<Tested>, Failure> {
        let test = async {
            let mut tested = Vec::new();
            for candidate in candidates.iter().take(MOST_JOINS) {
                let most = if candidate.named { rows } else { VALUES_BY_TYPE };
                let statement = join(candidate, most);
                let Some(found) = asked(self.session(), &statement, "looking for joins").await? else { continue };
                let Some(row) = found.first() else { continue };
                let count = |field| row.try_get::<_, i64>(field).ok().and_then(|count| u64::try_from(count).ok());
                let (values, found) = (count("values").unwrap_or(0), count("found").unwrap_or(0));
                tested.push(Tested { candidate: candidate.clone(), values, found });
            }
            Ok(tested)
        };
        tokio::select! {
            tested = test => tested.map_err(|failure: Failure| self.given_way().unwrap_or(failure)),
            failure = self.shared.given_way() => Err(failure),
        }
    }

    async fn look(&self, rows: usize) -> Result<Sample, Failure> {
        let session = self.session();
        let mut sample = Sample::default();
        let comments = session.query(COMMENTS, &[]).await;
        for row in comments.map_err(|error| session.failure(&error, "reading comments"))? {
            let table = TableName::new(row.get::<_, String>("schema"), row.get::<_, String>("name"));
            let column = table.column(row.get::<_, String>("column_name"));
            sample.facts.comments.insert(column, row.get("comment"));
        }
        let patience = format!("SET LOCAL statement_timeout = {PATIENCE}");
        session.batch_execute(&patience).await.map_err(|error| session.failure(&error, "setting up the session"))?;
        let lineage = Lineage::new(&self.schema);
        let mut leaves: BTreeMap<&TableName, Vec<&Table>> = BTreeMap::new();
        for table in self.schema.tables.iter().filter(|table| table.holds_rows()) {
            let top = lineage.of(&table.name).last().map_or(&table.name, |top| &top.name);
            leaves.entry(top).or_default().push(table);
        }
        let mut profilers: BTreeMap<ColumnName, (Kind, Profiler)> = BTreeMap::new();
        for (_, mut tables) in leaves {
            tables.sort_by_key(|table| std::cmp::Reverse(table.size.bytes));
            tables.truncate(MOST_LEAVES);
            let each = (rows / tables.len()).max(FEWEST_ROWS.min(rows));
            for table in tables {
                match self.read_some(table, each).await? {
                    Some(found) => {
                        sample.rows += found.len();
                        for row in found {
                            for (place, column) in table.stored_columns().enumerate() {
                                let home = lineage.home(&table.name.column(&column.name));
                                let value: Option<&str> = row.try_get(place).unwrap_or(None);
                                let profiler = profilers.entry(home);
                                let (kind, profiler) =
                                    profiler.or_insert_with(|| (column.ty.kind.clone(), Profiler::default()));
                                profiler.see(kind, value);
                            }
                        }
                    }
                    None => sample.left_out.push(table.name.clone()),
                }
            }
        }
        sample.facts.profiles = profilers.into_iter().map(|(name, (_, profiler))| (name, profiler.finish())).collect();
        Ok(sample)
    }

    /// Some rows of a table; `None` where that took too long.
    async fn read_some(&self, table: &Table, rows: usize) -> Result<Option<Vec<tokio_postgres::Row>>, Failure> {
        let values: Vec<String> = table.stored_columns().map(value).collect();
        if values.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let from = format!("SELECT {} FROM ONLY {}", values.join(", "), sql::table(&table.name));
        let doing = format!("looking at rows of {}", table.name);
        let blocks = self.blocks.get(&table.name).copied().unwrap_or(0);
        if blocks > FEW_BLOCKS {
            // Rows stand together in blocks: twice as many as needed from at least so many places.
            let wanted = if table.size.rows == 0 {
                f64::from(FEW_BLOCKS) / 2.0
            } else {
                let per_block = table.size.rows as f64 / f64::from(blocks);
                (2.0 * rows as f64 / per_block.max(0.1)).max(16.0)
            };
            let percent = (100.0 * wanted / f64::from(blocks)).min(100.0);
            let picked = format!("{from} TABLESAMPLE SYSTEM ({percent:.6}) REPEATABLE (0) LIMIT {rows}");
            match asked(self.session(), &picked, &doing).await? {
                Some(found) if found.len() * 2 >= rows => return Ok(Some(found)),
                Some(_) => {}
                None => return Ok(None),
            }
        }
        asked(self.session(), &format!("{from} LIMIT {rows}"), &doing).await
    }
}

/// A query; `None` where it took too long, or asks for what types cannot do. The session's transaction goes on unharmed.
async fn asked(session: &Session, statement: &str, doing: &str) -> Result<Option<Vec<tokio_postgres::Row>>, Failure> {
    let failed = |error: tokio_postgres::Error| session.failure(&error, doing);
    session.batch_execute("SAVEPOINT look").await.map_err(failed)?;
    let found = session.query(statement, &[]).await;
    match found {
        Ok(found) => {
            session.batch_execute("RELEASE SAVEPOINT look").await.map_err(failed)?;
            Ok(Some(found))
        }
        Err(error) => match error.code() {
            Some(code) if *code == SqlState::QUERY_CANCELED || *code == SqlState::UNDEFINED_FUNCTION => {
                session.batch_execute("ROLLBACK TO SAVEPOINT look; RELEASE SAVEPOINT look").await.map_err(failed)?;
                Ok(None)
            }
            _ => Err(failed(error)),
        },
    }
}

/// A column's value as a text of bounded length. What is the same for all values, or has no text, is not asked for.
fn value(column: &Column) -> String {
    let name = sql::identifier(&column.name);
    match &column.ty.kind {
        Kind::Bool | Kind::Other => "NULL::text".to_owned(),
        Kind::Bytea => format!("encode(substring({name} FROM 1 FOR 16), 'hex')"),
        Kind::Array(inner) if **inner == Kind::Bytea => "NULL::text".to_owned(),
        Kind::Array(_) => {
            format!(
                "(SELECT left(element::text, {LONGEST}) FROM unnest({name}) element WHERE element IS NOT NULL LIMIT 1)"
            )
        }
        Kind::Range(_) => format!("left(lower({name})::text, {LONGEST})"),
        _ => format!("left({name}::text, {LONGEST})"),
    }
}

/// Counts of values, and of those that are found where they may refer to.
fn join(candidate: &Candidate, most: usize) -> String {
    let (from, to) = (&candidate.from, &candidate.to);
    let (column, key) = (sql::identifier(&from.column), sql::identifier(&to.column));
    format!(
        "SELECT count(*) AS values, count(there.found) AS found FROM (SELECT DISTINCT value FROM (SELECT {column} AS value \
         FROM {} WHERE {column} IS NOT NULL LIMIT {most}) taken) own LEFT JOIN LATERAL (SELECT 1 AS found FROM {} target \
         WHERE target.{key} = own.value LIMIT 1) there ON true",
        sql::table(&from.table),
        sql::table(&to.table)
    )
}
