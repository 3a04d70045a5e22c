//! One worker: takes units until none is left, and moves each one's batches from its reader through the masks to its
//! writer.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::sync::{mpsc, watch};

use super::{Ledger, interrupted, stopped};
use crate::batch::{Batch, Encoding, Want};
use crate::failure::{Failure, Kind};
use crate::mask::{CellError, TableMask};
use crate::plan::{Plan, TablePlan};
use crate::report::{Event, Observer};
use crate::sink::{Generation, Writer};
use crate::source::{Part, Reader, Source, Unit};
use crate::verify::{ExemptUnit, Watch};

/// Batches that wait between a reader and its writer: what waits longer leaves the processor's cache, and sockets have
/// buffers of their own.
const QUEUE: usize = 1;

const HALTED: &str = "stopped because another worker failed";

/// What all workers look at.
pub(super) struct Shared<'a> {
    pub(super) plan: &'a Plan,
    pub(super) source: &'a dyn Source,
    pub(super) generation: &'a dyn Generation,
    pub(super) observer: &'a dyn Observer,
    pub(super) ledger: &'a Ledger,
    pub(super) watch: &'a Watch,
    pub(super) masks: Vec<TableMask>,
    pub(super) wants: Vec<Vec<Want>>,
    /// Both for exempt rows, per table.
    pub(super) exempt: Vec<Option<(TableMask, Vec<Want>)>>,
    pub(super) encodings: Vec<Encoding>,
    pub(super) units: Mutex<VecDeque<Unit>>,
}

/// Whether a worker ended only because another one failed.
pub(super) fn was_halted(failure: &Failure) -> bool {
    failure.message == HALTED
}

/// The body of a worker's thread.
pub(super) fn thread(
    shared: &Shared<'_>,
    mut stop: watch::Receiver<Option<Kind>>,
    mut halted: watch::Receiver<Option<Kind>>,
) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::world(format!("a worker could not start: {error}")))?;
    runtime.block_on(async {
        tokio::select! {
            done = work(shared) => done,
            kind = stopped(&mut stop) => Err(interrupted(kind)),
            _ = stopped(&mut halted) => Err(Failure::world(HALTED)),
        }
    })
}

async fn work(shared: &Shared<'_>) -> Result<(), Failure> {
    let mut ends = None;
    while let Some(unit) = next(shared) {
        let (reader, writer) = match &mut ends {
            Some(ends) => ends,
            None => ends.insert((shared.source.reader().await?, shared.generation.writer().await?)),
        };
        one(shared, &unit, reader.as_mut(), writer.as_mut()).await?;
    }
    Ok(())
}

fn next(shared: &Shared<'_>) -> Option<Unit> {
    shared.units.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop_front()
}

/// Moves one unit.
async fn one(
    shared: &Shared<'_>,
    unit: &Unit,
    reader: &mut dyn Reader,
    writer: &mut dyn Writer,
) -> Result<(), Failure> {
    let table = &shared.plan.tables[unit.table];
    shared.ledger.begin(unit.table);
    let alone = unit.blocks.is_none() && unit.part == Part::All && table.into == table.table;
    writer.begin(table, shared.encodings[unit.table], alone).await?;
    let exempt = match unit.part {
        Part::Exempt(_) => shared.exempt[unit.table].as_ref(),
        Part::All | Part::Others(_) => None,
    };
    let (queue, batches) = mpsc::channel(QUEUE);
    let read = async move {
        // The queue is dropped with this future, which ends the writing side.
        let queue = queue;
        let wants = exempt.map_or(&shared.wants[unit.table], |(_, wants)| wants);
        reader.read(table, unit, wants, &queue).await
    };
    let mask = exempt.map_or(&shared.masks[unit.table], |(mask, _)| mask);
    let (read, acknowledged) = tokio::try_join!(read, write(shared, unit, mask, batches, writer))?;
    if exempt.is_some() {
        shared.ledger.passed(unit.table, read);
        let most = shared.plan.exempt_of(&table.table).map_or(0, |exempt| exempt.most);
        if read > most {
            return Err(Failure::data(format!(
                "{}: {read} rows are exempt from masks, at most {most} may be",
                table.table
            ))
            .remedy("narrow `where:` of `exempt:`, or have a larger `most:` reviewed"));
        }
    }
    if shared.ledger.done(unit.table, read, acknowledged) {
        let (rows, seconds) = (shared.ledger.rows(unit.table), shared.ledger.seconds(unit.table));
        shared.observer.event(Event::TableDone { table: table.table.clone(), rows, seconds });
        // Behind the last table there is nothing left to do it beside.
        if !shared.units.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty() {
            shared.generation.loaded(table).await?;
        }
    }
    Ok(())
}

/// Masks and writes batches until the queue ends; returns the rows that the sink acknowledges.
async fn write(
    shared: &Shared<'_>,
    unit: &Unit,
    mask: &TableMask,
    mut batches: mpsc::Receiver<Batch>,
    writer: &mut dyn Writer,
) -> Result<u64, Failure> {
    let index = unit.table;
    let table = &shared.plan.tables[index];
    let mut seen = shared.watch.unit(index);
    let mut mask = mask.unit();
    let exempt = shared.plan.exempt_of(&table.table).filter(|_| matches!(unit.part, Part::Exempt(_)));
    while let Some(batch) = batches.recv().await {
        let first_row = batch.first_row;
        let masked = match exempt {
            None => mask.apply(batch, &mut seen),
            Some(exempt) => mask.apply(batch, &mut ExemptUnit::new(&mut seen, &exempt.passes)),
        };
        let masked = masked.map_err(|error| unmaskable(table, first_row, error))?;
        let bytes = writer.write(&masked).await?;
        shared.ledger.wrote(index, bytes);
        let rows = masked.rows() as u64;
        shared.observer.event(Event::Rows { table: table.table.clone(), rows, bytes });
    }
    shared.watch.done(index, seen);
    writer.finish().await
}

fn unmaskable(table: &TablePlan, first_row: u64, error: CellError) -> Failure {
    let column = &table.columns[error.column];
    let row = first_row + error.row as u64;
    Failure::data(format!(
        "{}, row {row}: `{}` cannot mask it: {}",
        column.facts.column, column.mask.name, error.reason
    ))
    .remedy("choose another mask for the column, or correct the value in production")
}
