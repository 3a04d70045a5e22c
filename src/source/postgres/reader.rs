//! One worker's way to the rows: a session that has joined the moment, and one COPY per unit.

use std::pin::pin;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::StreamExt;
use tokio::sync::mpsc::Sender;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::closure::{self, Chosen, Sieve};
use super::pace::Pace;
use super::watcher::{Registered, Shared};
use super::{Part, Reader, Unit};
use crate::batch::{Batch, Encoding, Want};
use crate::failure::Failure;
use crate::plan::{Rows, TablePlan};
use crate::postgres::connect::Session;
use crate::postgres::copy::{BATCH_BYTES, Decoder};
use crate::postgres::{rows, sql};

/// A session inside the moment.
pub(super) struct PostgresReader {
    pub(super) session: Session,
    pub(super) shared: Arc<Shared>,
    pub(super) standby: bool,
    pub(super) pace: Option<Arc<Pace>>,
    pub(super) chosen: Arc<Chosen>,
    pub(super) _registered: Registered,
}

#[async_trait]
impl Reader for PostgresReader {
    async fn read(
        &mut self,
        table: &TablePlan,
        unit: &Unit,
        wants: &[Want],
        queue: &Sender<Batch>,
    ) -> Result<u64, Failure> {
        let read = tokio::select! {
            read = self.copy(table, unit, wants, queue) => read,
            failure = self.shared.given_way() => Err(failure),
        };
        match read {
            Ok(rows) => Ok(rows),
            Err(failure) => {
                // A COPY that nobody listens to any more would still run to its end.
                self.session.cancel_handle().cancel().await;
                // The sessions of a run that gave way end in ways that do not tell why.
                Err(self.shared.failure().unwrap_or(failure))
            }
        }
    }
}

impl PostgresReader {
    async fn copy(
        &self,
        table: &TablePlan,
        unit: &Unit,
        wants: &[Want],
        queue: &Sender<Batch>,
    ) -> Result<u64, Failure> {
        let encoding = rows::encoding(table);
        let failed = |error: Error| self.failure(&error, table);
        let mut sieve = Sieve::new(&self.chosen, unit.table, encoding);
        let statement = statement(table, unit, encoding, sieve.is_some().then_some(&self.chosen));
        let stream = self.session.copy_out(&statement).await.map_err(failed)?;
        let mut stream = pin!(stream);
        let mut decoder = Decoder::new(table, wants, encoding);
        let mut taken = 0;
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(failed)?;
            taken += bytes.len();
            let batch = match &mut sieve {
                None => decoder.push(&bytes)?,
                Some(sieve) => match sieve.push(&bytes).map_err(|reason| broken(table, reason))? {
                    [] => None,
                    bytes => decoder.push(bytes)?,
                },
            };
            // Rows that the sieve drops were read all the same.
            if (batch.is_some() || taken >= BATCH_BYTES)
                && let Some(pace) = &self.pace
            {
                pace.read(std::mem::take(&mut taken)).await;
            }
            if let Some(batch) = batch {
                hand_over(queue, batch).await?;
            }
        }
        if let Some(batch) = decoder.finish()? {
            hand_over(queue, batch).await?;
        }
        Ok(decoder.rows())
    }

    fn failure(&self, error: &Error, table: &TablePlan) -> Failure {
        let failure = self.session.failure(error, &format!("reading {}", table.table));
        if self.standby && error.code() == Some(&SqlState::T_R_SERIALIZATION_FAILURE) {
            return failure.remedy(
                "the standby had to apply a change of the primary; turn on hot_standby_feedback there, or raise \
                 max_standby_streaming_delay",
            );
        }
        failure
    }
}

fn broken(table: &TablePlan, reason: &'static str) -> Failure {
    Failure::world(format!("{}: the stream from the server broke: {reason}", table.table))
}

async fn hand_over(queue: &Sender<Batch>, batch: Batch) -> Result<(), Failure> {
    queue.send(batch).await.map_err(|_| Failure::world("the rows were not taken any more"))
}

/// Explicit columns and ONLY: `*` would bring generated columns, and a bare name in a query the rows of children (COPY of a
/// table by its name reads its own rows only). With a sieve, what it looks at stands before them.
fn statement(table: &TablePlan, unit: &Unit, encoding: Encoding, sieve: Option<&Arc<Chosen>>) -> String {
    let own = table.columns.iter().map(|column| sql::identifier(&column.facts.column.column));
    let hidden = sieve.map(|chosen| {
        let cuts = chosen.cuts.get(&unit.table).map_or(&[][..], Vec::as_slice);
        closure::hidden(&table.table, cuts, &chosen.folded)
    });
    let columns = hidden.into_iter().flatten().chain(own).collect::<Vec<_>>().join(", ");
    let marked = sieve.is_some_and(|chosen| chosen.marks.contains_key(&unit.table));
    let mut conditions = Vec::new();
    match &table.rows {
        Rows::All => {}
        // Asked already; `now()` may have gone on since.
        Rows::Where(_) if marked => {}
        Rows::None => conditions.push("false".to_owned()),
        // The line break keeps a comment from swallowing the parenthesis.
        Rows::Where(expression) => conditions.push(format!("({expression}\n)")),
    }
    // Whatever a condition says of a row, it is read in one of the two parts.
    match &unit.part {
        Part::All => {}
        Part::Others(exempt) => conditions.push(format!("({exempt}\n) IS NOT TRUE")),
        Part::Exempt(exempt) => conditions.push(format!("({exempt}\n) IS TRUE")),
    }
    if let Some((from, to)) = unit.blocks {
        conditions.push(format!("ctid >= '({from},0)'::tid"));
        conditions.extend(to.map(|to| format!("ctid < '({to},0)'::tid")));
    }
    let format = match encoding {
        Encoding::Binary => "binary",
        Encoding::Text => "text",
    };
    let name = sql::table(&table.table);
    // A whole table needs no query, which costs the server a twentieth of its time; a list of no columns is none.
    if conditions.is_empty() && !columns.is_empty() && sieve.is_none() {
        return format!("COPY {name} ({columns}) TO STDOUT (FORMAT {format})");
    }
    let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
    format!("COPY (SELECT {columns} FROM ONLY {name}{filter}) TO STDOUT (FORMAT {format})")
}
