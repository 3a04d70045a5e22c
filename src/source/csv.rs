//! The `csv:DIR` source: a folder with one CSV file per table, as PostgreSQL's `COPY ... (FORMAT csv, HEADER)` writes
//! them: `customers.csv`, `schema.table.csv`, a header line, an unquoted empty field is NULL.
//!
//! Types come from a schema snapshot; columns come from the header. A column that the snapshot does not know is text,
//! and needs a rule like any other. The parser is our own because none of the libraries tells `""` from nothing.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc::Sender;

use super::{Counted, Part, Reader, Source, Unit};
use crate::batch::{Batch, Cell, Encoding, Sealed, Want};
use crate::failure::Failure;
use crate::key::RootKey;
use crate::plan::{Plan, Rows, TablePlan};
use crate::postgres::copy::{BATCH_BYTES, BATCH_ROWS, form};
use crate::report::Observer;
use crate::schema::{Column, DEFAULT_SCHEMA, Kind, Schema, Size, Table, TableName};

/// A folder of CSV files.
pub struct CsvSource {
    folder: PathBuf,
    schema: Schema,
}

impl CsvSource {
    /// Reads the headers of a folder's files; `snapshot` gives the types.
    ///
    /// # Errors
    /// The folder or a file cannot be read, or a file lacks a column that the snapshot has.
    pub fn open(folder: impl Into<PathBuf>, snapshot: Option<&Schema>) -> Result<Self, Failure> {
        let folder = folder.into();
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, &error))?;
        let mut tables = Vec::new();
        for entry in entries {
            let path = entry.map_err(|error| unreadable(&folder, &error))?.path();
            if path.extension().is_some_and(|extension| extension == "csv") {
                tables.push(table(&path, snapshot)?);
            }
        }
        if tables.is_empty() {
            return Err(Failure::world(format!("{} holds no .csv file", folder.display())));
        }
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { folder, schema: Schema { tables, sequences: Vec::new() } })
    }
}

#[async_trait]
impl Source for CsvSource {
    fn schema(&self) -> &Schema {
        &self.schema
    }

    fn encoding(&self, _: &TablePlan) -> Encoding {
        Encoding::Text
    }

    async fn choose(&mut self, plan: &Plan, _: &RootKey, _: &dyn Observer) -> Result<Vec<Option<Counted>>, Failure> {
        if let Some(table) = plan.tables.iter().find(|table| matches!(table.rows, Rows::Where(_))) {
            return Err(Failure::usage(format!("{}: `rows:` with a condition needs a database", table.table)));
        }
        if plan.selection.is_some() {
            return Err(Failure::usage("a subset, or `rows:` of tables that others refer to, needs a database")
                .remedy("leave out --env, or name a database as the source"));
        }
        if !plan.exempt.is_empty() {
            return Err(
                Failure::usage("`exempt:` needs a database").remedy("remove it, or name a database as the source")
            );
        }
        Ok(vec![None; plan.tables.len()])
    }

    fn units(&self, _: &Plan, tables: &[usize]) -> Vec<Unit> {
        tables.iter().map(|&table| Unit { table, blocks: None, part: Part::All }).collect()
    }

    async fn reader(&self) -> Result<Box<dyn Reader>, Failure> {
        Ok(Box::new(CsvReader { folder: self.folder.clone() }))
    }

    async fn close(self: Box<Self>) {}
}

/// A table's columns: names and order from the header, the rest from the snapshot.
fn table(path: &Path, snapshot: Option<&Schema>) -> Result<Table, Failure> {
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .ok_or_else(|| Failure::world(format!("{}: the file's name is not UTF-8", path.display())))?;
    let name = match stem.split_once('.') {
        Some((schema, table)) => TableName::new(schema, table),
        None => TableName::new(DEFAULT_SCHEMA, stem),
    };
    let mut rows = Records::open(path)?;
    let mut header = Record::default();
    if !rows.next(&mut header)? {
        return Err(Failure::world(format!("{} has no header line", path.display())));
    }
    let mut names = Vec::new();
    for cell in &header.cells {
        let text = cell.range().and_then(|range| std::str::from_utf8(&header.bytes[range]).ok());
        let text = text.ok_or_else(|| Failure::world(format!("{}: a column has no name", path.display())))?;
        names.push(text.to_owned());
    }
    let known = snapshot.and_then(|snapshot| snapshot.table(&name));
    if let Some(missing) = known.and_then(|known| known.stored_columns().find(|column| !names.contains(&column.name))) {
        return Err(Failure::world(format!("{} lacks the column {}", path.display(), missing.name))
            .remedy("export it again, or write a new snapshot"));
    }
    let column = |name: String| {
        known.and_then(|known| known.column(&name)).cloned().unwrap_or(Column {
            name,
            ty: Kind::Text.into(),
            not_null: false,
            generated: false,
        })
    };
    let bytes = fs::metadata(path).map(|file| file.len()).unwrap_or_default();
    let columns = names.into_iter().map(column).collect();
    let known = known.cloned();
    Ok(Table {
        name: name.clone(),
        columns,
        parents: Vec::new(),
        partition_key: None,
        partition: false,
        unlogged: false,
        unique: known.iter().flat_map(|known| known.unique.clone()).collect(),
        foreign_keys: known.iter().flat_map(|known| known.foreign_keys.clone()).collect(),
        checks: known.iter().flat_map(|known| known.checks.clone()).collect(),
        size: Size { rows: 0, bytes },
    })
}

struct CsvReader {
    folder: PathBuf,
}

#[async_trait]
impl Reader for CsvReader {
    async fn read(
        &mut self,
        table: &TablePlan,
        _: &Unit,
        wants: &[Want],
        queue: &Sender<Batch>,
    ) -> Result<u64, Failure> {
        let stem = match table.table.schema.as_str() {
            DEFAULT_SCHEMA => table.table.name.clone(),
            schema => format!("{schema}.{}", table.table.name),
        };
        let path = self.folder.join(format!("{stem}.csv"));
        let mut rows = Records::open(&path)?;
        rows.next(&mut Record::default())?;
        let mut total = 0;
        loop {
            let (batch, more) = gather(&mut rows, table, wants, total)?;
            total += batch.rows as u64;
            if batch.rows > 0 && queue.send(batch).await.is_err() {
                return Err(Failure::world("the writing side ended early"));
            }
            if !more {
                return Ok(total);
            }
        }
    }
}

/// Gathers the next batch; `false` when the file is at its end.
fn gather(rows: &mut Records, table: &TablePlan, wants: &[Want], before: u64) -> Result<(Batch, bool), Failure> {
    let mut record = Record::default();
    let mut cells = vec![Vec::new(); table.columns.len()];
    let (mut count, mut more) = (0, true);
    while count < BATCH_ROWS && record.bytes.len() < BATCH_BYTES {
        more = rows.next(&mut record)?;
        if !more {
            break;
        }
        count += 1;
        if record.cells.len() != cells.len() {
            return Err(Failure::data(format!(
                "{}: row {} has {} fields, its header {}",
                rows.path.display(),
                before + count as u64,
                record.cells.len(),
                cells.len()
            )));
        }
        for (column, cell) in cells.iter_mut().zip(record.cells.drain(..)) {
            column.push(cell);
        }
    }
    let bytes = Bytes::from(record.bytes);
    let mut columns = Vec::with_capacity(cells.len());
    for ((column, want), cells) in table.columns.iter().zip(wants).zip(cells) {
        let sealed = Sealed::new(bytes.clone(), cells, Encoding::Text);
        columns.push(form(&column.facts.column, &column.facts.ty, *want, before + 1, sealed)?);
    }
    Ok((Batch { rows: count, first_row: before + 1, columns }, more))
}

/// The first texts of one column of a file, `NULL` for NULL.
///
/// # Errors
/// The file cannot be read or has no such column.
pub fn first(path: &Path, column: &str, rows: usize) -> Result<Vec<String>, Failure> {
    let mut records = Records::open(path)?;
    let mut record = Record::default();
    records.next(&mut record)?;
    let text = |record: &Record, index: usize| {
        let range = record.cells.get(index)?.range()?;
        Some(String::from_utf8_lossy(&record.bytes[range]).into_owned())
    };
    let index = (0..record.cells.len()).find(|index| text(&record, *index).as_deref() == Some(column));
    let index = index.ok_or_else(|| Failure::world(format!("{} has no column {column}", path.display())))?;
    let mut texts = Vec::new();
    while texts.len() < rows && records.next(&mut record)? {
        texts.push(text(&record, index).unwrap_or_else(|| "NULL".to_owned()));
    }
    Ok(texts)
}

/// The records of one file (RFC 4180, as PostgreSQL writes it: `""` is empty text, nothing at all is NULL).
struct Records {
    path: PathBuf,
    file: BufReader<fs::File>,
}

/// Cells of one record, in a buffer that goes on growing until a batch is full.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
    cells: Vec<Cell>,
}

impl Records {
    fn open(path: &Path) -> Result<Self, Failure> {
        let file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
        Ok(Self { path: path.to_owned(), file: BufReader::new(file) })
    }

    /// Reads the next record; `false` at the end of the file.
    fn next(&mut self, record: &mut Record) -> Result<bool, Failure> {
        record.cells.clear();
        let mut line = Vec::new();
        let (mut start, mut quoted, mut was_quoted) = (record.bytes.len(), false, false);
        loop {
            line.clear();
            let read = self.file.read_until(b'\n', &mut line).map_err(|error| unreadable(&self.path, &error))?;
            if read == 0 {
                if quoted {
                    return Err(Failure::data(format!("{} ends inside a quoted field", self.path.display())));
                }
                return Ok(false);
            }
            let mut at = 0;
            let body = line.as_slice();
            while at < body.len() {
                match body[at] {
                    b'"' if quoted && body.get(at + 1) == Some(&b'"') => {
                        record.bytes.push(b'"');
                        at += 1;
                    }
                    b'"' => {
                        quoted = !quoted;
                        was_quoted = true;
                    }
                    b',' if !quoted => {
                        record.cells.push(cell(&record.bytes, start, was_quoted)?);
                        (start, was_quoted) = (record.bytes.len(), false);
                    }
                    b'\r' if !quoted && body[at + 1..] == *b"\n" => {}
                    b'\n' if !quoted => {}
                    c => record.bytes.push(c),
                }
                at += 1;
            }
            if !quoted {
                record.cells.push(cell(&record.bytes, start, was_quoted)?);
                return Ok(true);
            }
        }
    }
}

fn cell(bytes: &[u8], start: usize, quoted: bool) -> Result<Cell, Failure> {
    let len = bytes.len() - start;
    if len == 0 && !quoted {
        return Ok(Cell::NULL);
    }
    match (u32::try_from(start), i32::try_from(len)) {
        (Ok(start), Ok(len)) => Ok(Cell::new(start, len)),
        _ => Err(Failure::data("a field is larger than 2 GB")),
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::world(format!("{}: {}", path.display(), error.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<Vec<Option<String>>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let mut rows = Records::open(file.path()).unwrap();
        let mut all = Vec::new();
        let mut record = Record::default();
        while rows.next(&mut record).unwrap() {
            let text = |cell: &Cell| cell.range().map(|range| String::from_utf8(record.bytes[range].to_vec()).unwrap());
            all.push(record.cells.iter().map(text).collect());
        }
        all
    }

    #[test]
    fn null_is_told_from_empty_text() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            records("a,\"\",\n,\"b\"\"c\",\"d,e\"\n"),
            [vec![some("a"), some(""), None], vec![None, some("b\"c"), some("d,e")],]
        );
        assert_eq!(
            records("\"two\nlines\r\n\",x\r\nlast,"),
            [vec![some("two\nlines\r\n"), some("x")], vec![some("last"), None],]
        );
    }
}
