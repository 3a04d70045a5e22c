//! The `parquet:DIR` sink: one Parquet file per table in a folder that is swapped in whole.
//!
//! A generation is made in `DIR.building`, then exchanged with `DIR` in one system call (`renameat2` with
//! `RENAME_EXCHANGE`), so that readers see the old folder or the new one; what was live becomes `DIR.previous`. A folder
//! that was not made by this program is never touched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef};
use async_trait::async_trait;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::{Generation, Published, Sink, Writer};
use crate::batch::{Encoding, arrow_type};
use crate::failure::Failure;
use crate::mask::MaskedBatch;
use crate::plan::{Plan, TablePlan};
use crate::report::{Event, Observer};
use crate::verify::{Facts, Ledger, Passed};

/// Marks a folder as made by this program.
const MARKER: &str = ".bauta";

/// A folder of Parquet files.
pub struct ParquetSink {
    folder: PathBuf,
}

impl ParquetSink {
    /// Publishes into this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.folder.clone().into_os_string();
        name.push(suffix);
        name.into()
    }
}

#[async_trait]
impl Sink for ParquetSink {
    fn takes_sealed(&self, _: Encoding) -> bool {
        false
    }

    async fn begin(&self, _: &Plan, observer: &dyn Observer) -> Result<Box<dyn Generation>, Failure> {
        let (building, previous) = (self.beside(".building"), self.beside(".previous"));
        for folder in [&self.folder, &building, &previous] {
            if folder.exists() && !folder.join(MARKER).exists() {
                return Err(Failure::refused(format!("{} exists and was not made by bauta", folder.display()))
                    .remedy("name a folder that does not exist yet"));
            }
        }
        observer.event(Event::Stage(format!("writing {}", building.display())));
        remove(&building).map_err(|error| failed(&building, &error))?;
        fs::create_dir_all(&building).map_err(|error| failed(&building, &error))?;
        let marker = building.join(MARKER);
        fs::write(&marker, "made by bauta: masked data\n").map_err(|error| failed(&marker, &error))?;
        Ok(Box::new(Folder { live: self.folder.clone(), building, previous }))
    }
}

/// A generation in the making.
struct Folder {
    live: PathBuf,
    building: PathBuf,
    previous: PathBuf,
}

impl Folder {
    fn swap(&self) -> io::Result<()> {
        if !self.live.exists() {
            return fs::rename(&self.building, &self.live);
        }
        renameat_with(CWD, &self.building, CWD, &self.live, RenameFlags::EXCHANGE)?;
        // From here on the new folder is live; what is left is tidying.
        remove(&self.previous)?;
        fs::rename(&self.building, &self.previous)
    }
}

#[async_trait]
impl Generation for Folder {
    async fn writer(&self) -> Result<Box<dyn Writer>, Failure> {
        Ok(Box::new(ParquetWriter { folder: self.building.clone(), unit: None }))
    }

    async fn seal(&mut self, plan: &Plan, _: &Ledger, observer: &dyn Observer) -> Result<Facts, Failure> {
        if !plan.after_load.is_empty() {
            let what = "`after_load` is SQL, which a folder of files cannot run: it was left out";
            observer.event(Event::Warning(what.to_owned()));
        }
        fs::File::open(&self.building)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| failed(&self.building, &error))?;
        Ok(Facts::default())
    }

    async fn publish(self: Box<Self>, _: Passed, _: &dyn Observer) -> Result<Published, Failure> {
        self.swap().map_err(|error| failed(&self.live, &error))?;
        Ok(Published { name: self.live.display().to_string(), ..Published::default() })
    }

    async fn discard(self: Box<Self>) {
        // What is left of it is removed by the next run.
        let _ = remove(&self.building);
    }
}

/// Removes a folder that bears our marker; one that does not exist is fine.
fn remove(folder: &Path) -> io::Result<()> {
    if folder.join(MARKER).exists() { fs::remove_dir_all(folder) } else { Ok(()) }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::world(format!("{}: {}", path.display(), error.kind()))
}

struct ParquetWriter {
    folder: PathBuf,
    unit: Option<Unit>,
}

struct Unit {
    path: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<fs::File>,
    rows: u64,
}

#[async_trait]
impl Writer for ParquetWriter {
    async fn begin(&mut self, table: &TablePlan, _: Encoding, _: bool) -> Result<(), Failure> {
        let path = unused(&self.folder, &table.table.to_string());
        let schema: SchemaRef = Arc::new(ArrowSchema::new(
            table
                .columns
                .iter()
                .map(|column| Field::new(&column.facts.column.column, parquet_type(&column.facts.ty.kind), true))
                .collect::<Vec<_>>(),
        ));
        let file = fs::File::create_new(&path).map_err(|error| failed(&path, &error))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer =
            ArrowWriter::try_new(file, schema.clone(), Some(properties)).map_err(|error| unwritten(&path, &error))?;
        self.unit = Some(Unit { path, schema, writer, rows: 0 });
        Ok(())
    }

    async fn write(&mut self, batch: &MaskedBatch) -> Result<u64, Failure> {
        let unit = self.unit.as_mut().ok_or_else(|| Failure::bug("a batch came before its unit"))?;
        let mut columns = Vec::with_capacity(batch.columns().len());
        for (cells, field) in batch.columns().iter().zip(unit.schema.fields()) {
            let array = cells.open.as_ref().ok_or_else(|| Failure::bug("a column was not decoded"))?;
            columns.push(fitted(array, field, batch.rows())?);
        }
        let before = unit.writer.bytes_written();
        RecordBatch::try_new(unit.schema.clone(), columns)
            .map_err(parquet::errors::ParquetError::from)
            .and_then(|batch| unit.writer.write(&batch))
            .map_err(|error| unwritten(&unit.path, &error))?;
        unit.rows += batch.rows() as u64;
        Ok((unit.writer.bytes_written() - before) as u64)
    }

    async fn finish(&mut self) -> Result<u64, Failure> {
        let unit = self.unit.take().ok_or_else(|| Failure::bug("a unit ended before it began"))?;
        let file = unit.writer.into_inner().map_err(|error| unwritten(&unit.path, &error))?;
        file.sync_all().map_err(|error| failed(&unit.path, &error))?;
        Ok(unit.rows)
    }
}

/// `TABLE.parquet`, or the next free number where a table is written in several parts.
fn unused(folder: &Path, table: &str) -> PathBuf {
    let name = table.replace(['/', '\0'], "_");
    let mut path = folder.join(format!("{name}.parquet"));
    let mut part = 2;
    while path.exists() {
        path = folder.join(format!("{name}.{part}.parquet"));
        part += 1;
    }
    path
}

/// How a kind stands in a file: as masks see it, intervals (which Parquet cannot hold) and types of their own as text.
fn parquet_type(kind: &crate::schema::Kind) -> DataType {
    match arrow_type(kind) {
        Some(DataType::Interval(_)) | None => DataType::Utf8,
        Some(other) => other,
    }
}

/// An array as its file's column has it.
fn fitted(array: &ArrayRef, field: &Field, rows: usize) -> Result<ArrayRef, Failure> {
    if array.data_type() == &DataType::Null {
        return Ok(new_null_array(field.data_type(), rows));
    }
    if array.data_type() == field.data_type() {
        return Ok(array.clone());
    }
    arrow::compute::cast(array, field.data_type()).map_err(|_| {
        Failure::data(format!("column {} holds arrays of several dimensions, which files cannot", field.name()))
            .remedy("nullify the column, or refresh into a database")
    })
}

/// The library's message may quote what it could not write: only the kind of error is shown.
fn unwritten(path: &Path, error: &parquet::errors::ParquetError) -> Failure {
    let kind = match error {
        parquet::errors::ParquetError::External(_) => "the file could not be written",
        parquet::errors::ParquetError::ArrowError(_) => "the batch does not fit the file's columns",
        _ => "the file could not be encoded",
    };
    Failure::world(format!("{}: {kind}", path.display()))
}
