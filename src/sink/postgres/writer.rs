//! One worker's way into the shadow: a session that runs one `COPY ... FROM STDIN` per unit.
//!
//! A table that one writer writes alone is truncated and loaded in one transaction with FREEZE: its rows are visible to
//! everybody at once and never need to be written again by a vacuum. Constraints, indexes and triggers come later.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::SinkExt as _;
use tokio_postgres::CopyInSink;

use super::super::{Writer, unwritable};
use crate::batch::Encoding;
use crate::failure::Failure;
use crate::mask::MaskedBatch;
use crate::plan::TablePlan;
use crate::postgres::connect::{Address, Session, connect};
use crate::postgres::copy::Encoder;
use crate::postgres::sql;

/// Bytes that gather before they are sent: small messages cost a system call each.
const MESSAGE: usize = 128 * 1024;

/// A session on the shadow.
pub(super) struct LoadWriter {
    session: Session,
    unit: Option<Unit>,
}

/// The unit that is being written.
struct Unit {
    table: TablePlan,
    encoder: Encoder,
    /// `None` where the table has no column to copy.
    copy: Option<Pin<Box<CopyInSink<Bytes>>>>,
    buffer: Vec<u8>,
    rows: u64,
    alone: bool,
}

impl LoadWriter {
    /// Opens a session on the shadow.
    ///
    /// # Errors
    /// The world failed.
    pub(super) async fn open(shadow: &Address) -> Result<Box<dyn Writer>, Failure> {
        Ok(Box::new(Self { session: connect(shadow, "load").await?, unit: None }))
    }

    async fn execute(&self, statement: &str, doing: &str) -> Result<(), Failure> {
        self.session.batch_execute(statement).await.map_err(|error| self.session.failure(&error, doing))
    }

    fn unit(&mut self) -> Result<&mut Unit, Failure> {
        self.unit.as_mut().ok_or_else(|| Failure::bug("a batch came before its unit"))
    }

    /// Sends what has gathered. The server's reason for refusing it shows only when the COPY is ended.
    async fn send(&mut self) -> Result<(), Failure> {
        let unit = self.unit()?;
        let Some(copy) = &mut unit.copy else {
            return Ok(());
        };
        // The next one will be about as long.
        let room = unit.buffer.len() + unit.buffer.len() / 8;
        let message = Bytes::from(std::mem::replace(&mut unit.buffer, Vec::with_capacity(room)));
        if copy.send(message).await.is_ok() {
            return Ok(());
        }
        let ended = copy.as_mut().finish().await;
        let doing = doing(&unit.table);
        Err(match ended {
            Err(error) => self.session.failure(&error, &doing),
            Ok(_) => Failure::world(format!("{doing} failed: the server ended the COPY early")),
        })
    }
}

#[async_trait]
impl Writer for LoadWriter {
    async fn begin(&mut self, table: &TablePlan, encoding: Encoding, alone: bool) -> Result<(), Failure> {
        let target = sql::table(&table.into);
        let doing = doing(table);
        if alone {
            self.execute(&format!("BEGIN; TRUNCATE ONLY {target}"), &doing).await?;
        }
        let columns = sql::identifiers(table.columns.iter().map(|column| column.facts.column.column.as_str()));
        let format = match encoding {
            Encoding::Binary => "binary",
            Encoding::Text => "text",
        };
        let freeze = if alone { ", FREEZE" } else { "" };
        let copy = if table.columns.is_empty() {
            None
        } else {
            let statement = format!("COPY {target} ({columns}) FROM STDIN (FORMAT {format}{freeze})");
            let copy = self.session.copy_in(&statement).await;
            Some(Box::pin(copy.map_err(|error| self.session.failure(&error, &doing))?))
        };
        let kinds = table.columns.iter().map(|column| column.facts.ty.kind.clone()).collect();
        let encoder = Encoder::new(kinds, encoding);
        let mut buffer = Vec::with_capacity(MESSAGE);
        encoder.begin(&mut buffer);
        self.unit = Some(Unit { table: table.clone(), encoder, copy, buffer, rows: 0, alone });
        Ok(())
    }

    async fn write(&mut self, batch: &MaskedBatch) -> Result<u64, Failure> {
        let unit = self.unit()?;
        let before = unit.buffer.len();
        let Unit { encoder, buffer, rows, table, .. } = unit;
        encoder.encode(batch, buffer).map_err(|error| unwritable(table, *rows, error))?;
        *rows += batch.rows() as u64;
        let written = (unit.buffer.len() - before) as u64;
        if unit.buffer.len() >= MESSAGE {
            self.send().await?;
        }
        Ok(written)
    }

    async fn finish(&mut self) -> Result<u64, Failure> {
        let unit = self.unit()?;
        let Unit { encoder, buffer, .. } = unit;
        encoder.finish(buffer);
        self.send().await?;
        let mut unit = self.unit.take().ok_or_else(|| Failure::bug("a unit ended before it began"))?;
        let doing = doing(&unit.table);
        let acknowledged = match &mut unit.copy {
            Some(copy) => copy.as_mut().finish().await.map_err(|error| self.session.failure(&error, &doing))?,
            // A row of a table without stored columns is nothing but its existence.
            None => {
                let target = sql::table(&unit.table.into);
                let statement = format!("INSERT INTO {target} SELECT FROM pg_catalog.generate_series(1, $1::bigint)");
                let rows = i64::try_from(unit.rows).unwrap_or(i64::MAX);
                let inserted = self.session.execute(&statement, &[&rows]).await;
                inserted.map_err(|error| self.session.failure(&error, &doing))?
            }
        };
        if unit.alone {
            self.execute("COMMIT", &doing).await?;
        }
        Ok(acknowledged)
    }
}

fn doing(table: &TablePlan) -> String {
    format!("loading {}", table.table)
}
