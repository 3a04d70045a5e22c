//! The `null:` sink: a dry run. Rows are read, masked and encoded as for a database, then dropped; nothing is written
//! and nothing is published.

use async_trait::async_trait;

use super::{Generation, Published, Sink, Writer, unwritable};
use crate::batch::Encoding;
use crate::failure::Failure;
use crate::mask::MaskedBatch;
use crate::plan::{Plan, TablePlan};
use crate::postgres::copy::Encoder;
use crate::report::Observer;
use crate::verify::{Facts, Ledger, Passed};

/// Takes everything, keeps nothing.
pub struct NullSink;

#[async_trait]
impl Sink for NullSink {
    fn takes_sealed(&self, _: Encoding) -> bool {
        true
    }

    async fn begin(&self, _: &Plan, _: &dyn Observer) -> Result<Box<dyn Generation>, Failure> {
        Ok(Box::new(NullSink))
    }
}

#[async_trait]
impl Generation for NullSink {
    async fn writer(&self) -> Result<Box<dyn Writer>, Failure> {
        Ok(Box::new(NullWriter::default()))
    }

    async fn seal(&mut self, _: &Plan, _: &Ledger, _: &dyn Observer) -> Result<Facts, Failure> {
        Ok(Facts::default())
    }

    async fn publish(self: Box<Self>, _: Passed, _: &dyn Observer) -> Result<Published, Failure> {
        Ok(Published { name: "nothing (a dry run)".to_owned(), ..Published::default() })
    }

    async fn discard(self: Box<Self>) {}
}

/// Encodes into a buffer that is emptied at once, so that a value without a form in its type is found here too.
#[derive(Default)]
struct NullWriter {
    unit: Option<(TablePlan, Encoder)>,
    buffer: Vec<u8>,
    rows: u64,
}

#[async_trait]
impl Writer for NullWriter {
    async fn begin(&mut self, table: &TablePlan, encoding: Encoding, _: bool) -> Result<(), Failure> {
        let kinds = table.columns.iter().map(|column| column.facts.ty.kind.clone()).collect();
        self.unit = Some((table.clone(), Encoder::new(kinds, encoding)));
        self.rows = 0;
        Ok(())
    }

    async fn write(&mut self, batch: &MaskedBatch) -> Result<u64, Failure> {
        let Some((table, encoder)) = &mut self.unit else {
            return Err(Failure::bug("a batch came before its unit"));
        };
        self.buffer.clear();
        encoder.encode(batch, &mut self.buffer).map_err(|error| unwritable(table, self.rows, error))?;
        self.rows += batch.rows() as u64;
        Ok(self.buffer.len() as u64)
    }

    async fn finish(&mut self) -> Result<u64, Failure> {
        Ok(self.rows)
    }
}
