//! A sink in memory, whose rows can be read back with something changed in them.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bauta::batch::{Batch, Cell, Encoding, Sealed};
use bauta::failure::Failure;
use bauta::mask::MaskedBatch;
use bauta::plan::{Plan, TablePlan};
use bauta::report::Observer;
use bauta::sink::{Generation, Loaded, Published, Sink, Writer};
use bauta::verify::{Facts, Ledger, Passed};

/// What becomes of a cell.
pub(super) type Change = fn(&mut Vec<u8>);

/// Keeps what it gets, and gives it back with something changed.
#[derive(Clone)]
pub(super) struct Memory {
    pub(super) batches: Arc<Mutex<Vec<(usize, Batch)>>>,
    /// What becomes of the bytes of the first cell of a column.
    pub(super) change: Option<(usize, Change)>,
    /// Rows that the count misses.
    pub(super) missed: u64,
}

struct MemoryWriter {
    batches: Arc<Mutex<Vec<(usize, Batch)>>>,
    rows: u64,
}

#[async_trait]
impl Sink for Memory {
    fn takes_sealed(&self, _: Encoding) -> bool {
        true
    }

    async fn begin(&self, _: &Plan, _: &dyn Observer) -> Result<Box<dyn Generation>, Failure> {
        Ok(Box::new(self.clone()))
    }
}

#[async_trait]
impl Generation for Memory {
    async fn writer(&self) -> Result<Box<dyn Writer>, Failure> {
        Ok(Box::new(MemoryWriter { batches: self.batches.clone(), rows: 0 }))
    }

    fn loaded_rows(&self) -> Option<Box<dyn Loaded>> {
        Some(Box::new(self.clone()))
    }

    async fn seal(&mut self, plan: &Plan, _: &Ledger, _: &dyn Observer) -> Result<Facts, Failure> {
        let rows: usize = self.batches.lock().unwrap().iter().map(|(_, batch)| batch.rows).sum();
        Ok(Facts { rows: vec![(plan.tables[0].into.clone(), rows as u64 - self.missed)], ..Facts::default() })
    }

    async fn publish(self: Box<Self>, _: Passed, _: &dyn Observer) -> Result<Published, Failure> {
        Ok(Published { name: "in memory".to_owned(), ..Published::default() })
    }

    async fn discard(self: Box<Self>) {}
}

#[async_trait]
impl Loaded for Memory {
    async fn read(&self, _: &Plan, took: &mut (dyn FnMut(usize, Batch) + Send)) -> Result<(), Failure> {
        for (table, mut batch) in self.batches.lock().unwrap().clone() {
            if let Some((column, change)) = self.change {
                let sealed = batch.columns[column].sealed.clone().unwrap();
                let (mut bytes, mut cells) = (Vec::new(), Vec::new());
                for row in 0..sealed.len() {
                    let mut cell = sealed.get(row).unwrap_or_default().to_vec();
                    if row == 0 {
                        change(&mut cell);
                    }
                    cells.push(Cell::new(bytes.len() as u32, cell.len() as i32));
                    bytes.extend(cell);
                }
                batch.columns[column].sealed = Some(Sealed::new(bytes.into(), cells, sealed.encoding()));
            }
            took(table, batch);
        }
        Ok(())
    }
}

#[async_trait]
impl Writer for MemoryWriter {
    async fn begin(&mut self, _: &TablePlan, _: Encoding, _: bool) -> Result<(), Failure> {
        Ok(())
    }

    async fn write(&mut self, batch: &MaskedBatch) -> Result<u64, Failure> {
        self.rows += batch.rows() as u64;
        let columns = batch.columns().to_vec();
        self.batches.lock().unwrap().push((0, Batch { rows: batch.rows(), first_row: 1, columns }));
        Ok(0)
    }

    async fn finish(&mut self) -> Result<u64, Failure> {
        Ok(std::mem::take(&mut self.rows))
    }
}
