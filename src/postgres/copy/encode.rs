//! Masked batches to the bytes of `COPY ... FROM STDIN`.

use arrow::array::{Array as _, StringViewArray};

use super::cursor::Cursor;
use crate::batch::{Encoding, Sealed};
use crate::blocks::{put_block, put_part, put_sized_text};
use crate::mask::{CellError, MaskedBatch};
use crate::schema::Kind;

/// Signature, flags and an empty header extension of the binary format.
const BINARY_HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// A field count of -1.
const BINARY_TAIL: &[u8] = &[0xff, 0xff];

/// Writes the rows of one unit.
pub struct Encoder {
    encoding: Encoding,
    kinds: Vec<Kind>,
    scratch: Vec<u8>,
}

impl Encoder {
    /// For columns of these kinds, in the plan's order.
    pub fn new(kinds: Vec<Kind>, encoding: Encoding) -> Self {
        Self { encoding, kinds, scratch: Vec::new() }
    }

    /// Writes what stands before the first row.
    pub fn begin(&self, out: &mut Vec<u8>) {
        if self.encoding == Encoding::Binary {
            out.extend_from_slice(BINARY_HEAD);
        }
    }

    /// Writes what stands behind the last row.
    pub fn finish(&self, out: &mut Vec<u8>) {
        if self.encoding == Encoding::Binary {
            out.extend_from_slice(BINARY_TAIL);
        }
    }

    /// Writes a batch's rows.
    ///
    /// # Errors
    /// A masked value that has no form in its type; `out` then ends in the middle of a row.
    pub fn encode(&mut self, batch: &MaskedBatch, out: &mut Vec<u8>) -> Result<(), CellError> {
        let mut cursors = Vec::with_capacity(self.kinds.len());
        for (column, (kind, cells)) in self.kinds.iter().zip(batch.columns()).enumerate() {
            let cursor =
                Cursor::new(kind, cells, self.encoding).map_err(|reason| CellError { column, row: 0, reason })?;
            cursors.push(cursor);
        }
        match self.encoding {
            Encoding::Binary => binary_rows(&cursors, batch.rows(), out),
            Encoding::Text => self.text_rows(&cursors, batch.rows(), out),
        }
    }

    fn text_rows(&mut self, cursors: &[Cursor<'_>], rows: usize, out: &mut Vec<u8>) -> Result<(), CellError> {
        for row in 0..rows {
            for (column, cursor) in cursors.iter().enumerate() {
                if column > 0 {
                    out.push(b'\t');
                }
                text(cursor, row, &mut self.scratch, out).map_err(|reason| CellError { column, row, reason })?;
            }
            out.push(b'\n');
        }
        Ok(())
    }
}

/// What a binary row is written of.
enum Piece<'a> {
    /// Kept columns that came side by side, from the first to the last: one copy for all of them.
    Run(&'a Sealed, &'a Sealed),
    /// A column of texts without NULL.
    Texts(&'a StringViewArray),
    /// One column, with its index.
    Column(usize, &'a Cursor<'a>),
}

fn binary_rows(cursors: &[Cursor<'_>], rows: usize, out: &mut Vec<u8>) -> Result<(), CellError> {
    let mut pieces: Vec<Piece<'_>> = Vec::with_capacity(cursors.len());
    for (column, cursor) in cursors.iter().enumerate() {
        match (cursor, pieces.last_mut()) {
            (Cursor::Sealed(sealed), Some(Piece::Run(_, last))) if last.is_before(sealed) => *last = sealed,
            (Cursor::Sealed(sealed), _) if sealed.is_streamed() => pieces.push(Piece::Run(sealed, sealed)),
            (Cursor::Text(texts), _) if texts.null_count() == 0 => pieces.push(Piece::Texts(texts)),
            _ => pieces.push(Piece::Column(column, cursor)),
        }
    }
    // A table has at most 1600 columns.
    let count = u16::try_from(cursors.len()).unwrap_or(u16::MAX).to_be_bytes();
    for row in 0..rows {
        put_block(out, &count, 2);
        for piece in &pieces {
            match piece {
                Piece::Run(first, last) => {
                    let (bytes, run) = first.run(last, row);
                    put_part(out, bytes, run);
                }
                Piece::Texts(texts) => put_sized_text(out, texts, row),
                Piece::Column(column, cursor) => {
                    cursor.sized(row, out).map_err(|reason| CellError { column: *column, row, reason })?;
                }
            }
        }
    }
    Ok(())
}

/// Writes a cell of the text format, with its escapes.
fn text(cursor: &Cursor<'_>, row: usize, scratch: &mut Vec<u8>, out: &mut Vec<u8>) -> Result<(), super::Reason> {
    if cursor.is_null(row) {
        out.extend_from_slice(b"\\N");
        return Ok(());
    }
    scratch.clear();
    cursor.text(row, scratch)?;
    for &c in scratch.iter() {
        match c {
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.push(c),
        }
    }
    Ok(())
}
