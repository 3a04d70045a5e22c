//! The demo without PostgreSQL: the same rows from CSV files, the same rules, into a folder of Parquet files.

use std::fs::File;
use std::path::Path;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Stage, show};
use crate::cli::{Common, endpoint, output};
use crate::failure::Failure;
use crate::source::csv::first;

/// Columns that are shown: table, column, rows.
const SHOWN: &[(&str, &str, usize)] = &[
    ("customers", "full_name", 4),
    ("customers", "email", 3),
    ("customers", "phone", 3),
    ("customers", "country", 3),
    ("tickets", "body", 2),
    ("logins", "ip", 2),
];

/// Runs the demo.
pub(super) async fn run(stage: &Stage, common: &Common) -> Result<(), Failure> {
    output::result(
        "No PostgreSQL server program is on the PATH, so CSV files are masked into Parquet files.\n\
         To see the real thing: apt-get update && apt-get install postgresql, then run the demo again.",
    )?;
    let live = stage.results.join("staging");
    let from = endpoint::From::Csv(stage.data.clone());
    let report = stage.refresh(common, from, endpoint::To::Parquet(live.clone())).await?;

    show::heading("Production (CSV) and staging (Parquet) side by side")?;
    let mut lines = Vec::new();
    for (table, column, rows) in SHOWN {
        let masked = parquet(&live.join(format!("{table}.parquet")), column, *rows)?;
        let originals = first(&stage.data.join(format!("{table}.csv")), column, *rows)?;
        for (index, (original, masked)) in originals.into_iter().zip(masked).enumerate() {
            let what = if index == 0 { format!("{table}.{column}") } else { String::new() };
            lines.push([what, original, masked]);
        }
    }
    show::side_by_side(&lines)?;
    output::result(format_args!("\n  the files are in {}", live.display()))?;
    stage.told(&report)
}

/// The first texts of a column of a Parquet file.
fn parquet(path: &Path, column: &str, rows: usize) -> Result<Vec<String>, Failure> {
    let broken = || Failure::world(format!("{} cannot be read back", path.display()));
    let file = File::open(path).map_err(|_| broken())?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|_| broken())?;
    let mut reader = reader.with_batch_size(rows).build().map_err(|_| broken())?;
    let batch: RecordBatch = match reader.next() {
        Some(batch) => batch.map_err(|_| broken())?,
        None => return Ok(Vec::new()),
    };
    let array = batch.column_by_name(column).ok_or_else(broken)?;
    let texts = cast(array, &DataType::Utf8).map_err(|_| broken())?;
    let texts = texts.as_string::<i32>();
    Ok((0..texts.len())
        .map(|row| if texts.is_null(row) { "NULL".to_owned() } else { texts.value(row).to_owned() })
        .collect())
}
