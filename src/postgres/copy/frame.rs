//! The bytes of `COPY ... TO STDOUT` cut into rows, cells and batches: one buffer per batch and a range per cell.

use std::sync::Arc;

use arrow::array::{ArrayRef, NullArray};
use bytes::Bytes;

use super::{OpenError, Reason, open};
use crate::batch::{Batch, Cell, Cells, Encoding, Sealed, Want};
use crate::failure::Failure;
use crate::plan::TablePlan;
use crate::schema::{ColumnName, Type};

/// A batch is handed over when it has so many rows ...
pub(crate) const BATCH_ROWS: usize = 4096;
/// ... or so many bytes: large enough to amortise a hand-over, small enough for the processor's cache.
pub(crate) const BATCH_BYTES: usize = 256 * 1024;

/// The fixed part of the binary format's head: signature, flags, length of the extension.
const HEAD: usize = 19;

/// Cuts one unit's stream.
pub struct Decoder {
    encoding: Encoding,
    columns: Vec<(ColumnName, Type, Want)>,
    /// Bytes of the current batch; those from `at` on are not cut yet.
    buffer: Vec<u8>,
    at: usize,
    cells: Vec<Vec<Cell>>,
    rows: usize,
    total: u64,
    state: State,
}

#[derive(PartialEq)]
enum State {
    Head,
    Rows,
    End,
}

/// What the bytes at hand gave.
enum Step {
    Row,
    More,
    End,
}

impl Decoder {
    /// For the stored columns of a table, in the plan's order.
    pub fn new(table: &TablePlan, wants: &[Want], encoding: Encoding) -> Self {
        let columns: Vec<_> = table
            .columns
            .iter()
            .zip(wants)
            .map(|(column, want)| (column.facts.column.clone(), column.facts.ty.clone(), *want))
            .collect();
        let state = if encoding == Encoding::Binary { State::Head } else { State::Rows };
        let cells = vec![Vec::new(); columns.len()];
        Self { encoding, columns, buffer: Vec::new(), at: 0, cells, rows: 0, total: 0, state }
    }

    /// Rows cut so far.
    pub fn rows(&self) -> u64 {
        self.total
    }

    /// Takes the bytes of one COPY data message; gives a batch when enough rows have gathered.
    ///
    /// # Errors
    /// The stream is not what its format says, or a value is not what its type says.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<Batch>, Failure> {
        self.buffer.extend_from_slice(bytes);
        loop {
            let step = match self.encoding {
                Encoding::Binary => self.binary_row(),
                Encoding::Text => self.text_row(),
            };
            match step.map_err(|reason| self.broken(reason))? {
                Step::Row => {
                    self.rows += 1;
                    self.total += 1;
                }
                Step::More | Step::End => break,
            }
        }
        if self.rows >= BATCH_ROWS || (self.rows > 0 && self.at >= BATCH_BYTES) {
            self.batch().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Takes the stream's end; gives the last batch.
    ///
    /// # Errors
    /// The stream ended inside a row, or a value is not what its type says.
    pub fn finish(&mut self) -> Result<Option<Batch>, Failure> {
        let ended = match self.encoding {
            Encoding::Binary => self.state == State::End,
            Encoding::Text => true,
        };
        if !ended || self.at != self.buffer.len() {
            return Err(self.broken("it ended in the middle of a row"));
        }
        if self.rows == 0 { Ok(None) } else { self.batch().map(Some) }
    }

    fn broken(&self, reason: Reason) -> Failure {
        let table = self.columns.first().map(|(column, ..)| column.table.to_string()).unwrap_or_default();
        Failure::world(format!("{table}: the stream from the server broke after row {}: {reason}", self.total))
    }

    fn binary_row(&mut self) -> Result<Step, Reason> {
        let bytes = &self.buffer[self.at..];
        match self.state {
            State::End if bytes.is_empty() => return Ok(Step::End),
            State::End => return Err("it went on after its end"),
            State::Head => {
                if bytes.len() < HEAD {
                    return Ok(Step::More);
                }
                if !bytes.starts_with(b"PGCOPY\n\xff\r\n\0") {
                    return Err("it is not in COPY's binary format");
                }
                let extension = bytes[HEAD - 4..].first_chunk().map_or(0, |four| u32::from_be_bytes(*four)) as usize;
                if bytes.len() < HEAD + extension {
                    return Ok(Step::More);
                }
                self.at += HEAD + extension;
                self.state = State::Rows;
                return self.binary_row();
            }
            State::Rows => {}
        }
        let Some(count) = bytes.first_chunk::<2>().map(|two| i16::from_be_bytes(*two)) else {
            return Ok(Step::More);
        };
        if count == -1 {
            self.at += 2;
            self.state = State::End;
            return Ok(Step::End);
        }
        if usize::try_from(count) != Ok(self.columns.len()) {
            return Err("a row has another number of columns");
        }
        // Every place inside the buffer fits.
        start(self.buffer.len())?;
        let mut at = self.at + 2;
        for column in &mut self.cells {
            // NULL has the length -1 and no bytes.
            let len = self.buffer[at..].first_chunk().map_or(i32::MAX, |len| i32::from_be_bytes(*len).max(-1));
            let end = at + 4 + len.max(0) as usize;
            if end > self.buffer.len() {
                // The row goes on in the next message: its cells are cut again then.
                self.cells.iter_mut().for_each(|column| column.truncate(self.rows));
                return Ok(Step::More);
            }
            column.push(Cell::new((at + 4) as u32, len));
            at = end;
        }
        self.at = at;
        Ok(Step::Row)
    }

    /// Cuts a line and resolves its escapes in place: a value never grows by that.
    fn text_row(&mut self) -> Result<Step, Reason> {
        let Some(len) = self.buffer[self.at..].iter().position(|&c| c == b'\n') else {
            return Ok(Step::More);
        };
        let end = self.at + len;
        let (mut read, mut index) = (self.at, 0);
        loop {
            let from = read;
            let mut write = read;
            let null = self.buffer[read..end].starts_with(b"\\N") && matches!(self.buffer[read + 2], b'\t' | b'\n');
            while read < end && self.buffer[read] != b'\t' {
                let mut c = self.buffer[read];
                if c == b'\\' {
                    read += 1;
                    c = match self.buffer[read] {
                        b'b' => 0x08,
                        b'f' => 0x0c,
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        b'v' => 0x0b,
                        other => other,
                    };
                }
                self.buffer[write] = c;
                write += 1;
                read += 1;
            }
            let len = i32::try_from(write - from).map_err(|_| "a value is larger than 2 GB")?;
            let column = self.cells.get_mut(index).ok_or("a row has another number of columns")?;
            column.push(if null { Cell::NULL } else { Cell::new(start(from)?, len) });
            index += 1;
            if read >= end {
                break;
            }
            read += 1;
        }
        if index != self.columns.len() && !(self.columns.is_empty() && len == 0) {
            return Err("a row has another number of columns");
        }
        self.at = end + 1;
        Ok(Step::Row)
    }

    /// Hands the gathered rows over; what is not cut yet begins the next batch.
    fn batch(&mut self) -> Result<Batch, Failure> {
        // The message that fills a batch goes beyond it; only a long one makes the buffer grow.
        let next = Vec::with_capacity(BATCH_BYTES + BATCH_BYTES / 8);
        let mut buffer = std::mem::replace(&mut self.buffer, next);
        self.buffer.extend_from_slice(&buffer[self.at..]);
        buffer.truncate(self.at);
        self.at = 0;
        let rows = std::mem::take(&mut self.rows);
        let first_row = self.total - rows as u64 + 1;
        let bytes = Bytes::from(buffer);
        let mut columns = Vec::with_capacity(self.columns.len());
        for (place, ((name, ty, want), cells)) in self.columns.iter().zip(&mut self.cells).enumerate() {
            let cells = std::mem::replace(cells, Vec::with_capacity(rows + rows / 8));
            let sealed = match self.encoding {
                Encoding::Binary => Sealed::streamed(bytes.clone(), cells, place),
                Encoding::Text => Sealed::new(bytes.clone(), cells, self.encoding),
            };
            columns.push(form(name, ty, *want, first_row, sealed)?);
        }
        Ok(Batch { rows, first_row, columns })
    }
}

fn start(at: usize) -> Result<u32, Reason> {
    u32::try_from(at).map_err(|_| "a row is larger than 4 GB")
}

/// Puts a column of `first_row..` into the form that its table's masks want.
///
/// # Errors
/// A value is not what its type says; the failure names column and row.
pub fn form(column: &ColumnName, ty: &Type, want: Want, first_row: u64, sealed: Sealed) -> Result<Cells, Failure> {
    let opened = || open(ty, &sealed).map(Some).map_err(|error| unreadable(column, first_row, error));
    Ok(match want {
        Want::Nothing => Cells { sealed: None, open: Some(Arc::new(NullArray::new(sealed.len())) as ArrayRef) },
        Want::Sealed => Cells { sealed: Some(sealed), open: None },
        Want::Open => Cells { open: opened()?, sealed: None },
        Want::Both => Cells { open: opened()?, sealed: Some(sealed) },
    })
}

fn unreadable(column: &ColumnName, first_row: u64, error: OpenError) -> Failure {
    let row = first_row + error.row as u64;
    Failure::data(format!("{column}, row {row}: {}", error.reason))
        .remedy("keep the column, nullify it, or correct the value in production")
}
