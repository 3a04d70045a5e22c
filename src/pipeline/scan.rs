//! A scan of what is there: production's rows and staging's are read, and the watch is shown both. Nothing is masked and
//! nothing is written.

use tokio::sync::mpsc;

use super::units;
use crate::batch::Want;
use crate::failure::Failure;
use crate::plan::{Plan, Rows};
use crate::report::{Event, Observer};
use crate::sink::Loaded;
use crate::source::{Part, Source};
use crate::verify::{Findings, Look, Watch};

/// Batches that wait between a reader and the watch.
const QUEUE: usize = 4;

/// Looks for production's values in staging, by the masks that a plan has for production's columns. `seed` is another one
/// in every scan; `deep` looks at every value.
///
/// # Errors
/// The world failed. What is found is no error here.
pub async fn scan(
    plan: &Plan,
    source: &dyn Source,
    loaded: &dyn Loaded,
    seed: [u8; 32],
    deep: bool,
    observer: &dyn Observer,
) -> Result<Findings, Failure> {
    let watch = Watch::new(plan, seed, if deep { Look::Deep } else { Look::Usual });
    observer.event(Event::Stage("reading production".to_owned()));
    production(plan, source, &watch).await?;
    observer.event(Event::Stage("reading staging".to_owned()));
    staging(plan, loaded, &watch).await?;
    Ok(watch.findings(plan))
}

/// Shows the watch what is loaded.
pub(super) async fn staging(plan: &Plan, loaded: &dyn Loaded, watch: &Watch) -> Result<(), Failure> {
    let mut took = |table: usize, batch: crate::batch::Batch| {
        let mut unit = watch.unit(table);
        // Exempt rows cannot be told from others here: columns that pass in them are looked at while rows stream only.
        let passes = plan.exempt_of(&plan.tables[table].table).map_or(&[][..], |exempt| &exempt.passes);
        let columns = batch.columns.iter().enumerate().filter(|(column, _)| !passes.contains(column));
        columns.for_each(|(column, cells)| unit.staged(column, cells));
        watch.read_back(table, unit);
    };
    loaded.read(plan, &mut took).await
}

/// Shows the watch production's columns whose values are replaced.
async fn production(plan: &Plan, source: &dyn Source, watch: &Watch) -> Result<(), Failure> {
    let mut reader = source.reader().await?;
    for unit in units(plan, source) {
        let table = &plan.tables[unit.table];
        if table.rows == Rows::None || !table.columns.iter().any(|column| column.is_replaced()) {
            continue;
        }
        let exempt = plan.exempt_of(&table.table).filter(|_| matches!(unit.part, Part::Exempt(_)));
        let passes = exempt.map_or(&[][..], |exempt| &exempt.passes);
        let want = |replaced: bool| if replaced { Want::Sealed } else { Want::Nothing };
        let wants: Vec<Want> = {
            let columns = table.columns.iter().enumerate();
            columns.map(|(index, column)| want(column.is_replaced() && !passes.contains(&index))).collect()
        };
        let (queue, mut batches) = mpsc::channel(QUEUE);
        let read = async {
            // The queue is dropped with this future, which ends the other side.
            let queue = queue;
            reader.read(table, &unit, &wants, &queue).await
        };
        let look = async {
            let mut seen = watch.unit(unit.table);
            while let Some(batch) = batches.recv().await {
                let columns = batch.columns.iter().enumerate();
                columns.filter(|(column, _)| wants[*column] == Want::Sealed).for_each(|(column, cells)| {
                    seen.original(column, cells);
                });
            }
            watch.done(unit.table, seen);
            Ok(())
        };
        tokio::try_join!(read, look)?;
    }
    Ok(())
}
