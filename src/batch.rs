//! Rows that travel together, column by column: cells as the bytes they came in, or decoded as Arrow arrays where a
//! mask needs to look.

use std::sync::Arc;

use arrow::array::{ArrayRef, UInt32Array};
use arrow::datatypes::{DataType, Field, Fields, IntervalUnit, TimeUnit};
use bytes::Bytes;

use crate::schema::Kind;

/// How sealed cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// PostgreSQL's binary send/receive form of the column's type.
    Binary,
    /// The type's text output (`typoutput` with `DateStyle` ISO and `TimeZone` UTC), not escaped for COPY.
    Text,
}

/// In which forms a column of a table has to arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// As a null array of the right length, for masks that look at nothing.
    Nothing,
    /// As bytes.
    Sealed,
    /// Decoded.
    Open,
    /// Both: kept, and looked at by another column's mask.
    Both,
}

/// The cells of one column of a batch. At least one form is there.
///
/// There is deliberately no `Debug`: cells hold production values.
#[derive(Clone)]
pub struct Cells {
    /// As they came: written through, never decoded.
    pub sealed: Option<Sealed>,
    /// Decoded, in the form [`arrow_type`] gives.
    pub open: Option<ArrayRef>,
}

/// Cells as bytes: one shared buffer and a range per cell.
#[derive(Clone)]
pub struct Sealed {
    bytes: Bytes,
    cells: Vec<Cell>,
    encoding: Encoding,
    /// Place among the columns of a stream of binary rows that the buffer is a piece of.
    place: Option<usize>,
}

/// Where one cell stands in the buffer.
#[derive(Clone, Copy)]
pub struct Cell {
    start: u32,
    len: i32,
}

impl Cell {
    /// SQL NULL.
    pub const NULL: Cell = Cell { start: 0, len: -1 };

    /// A cell of `len` bytes from `start`, or NULL, whose length is -1. Batches are far below 2 GiB, so both fit.
    pub fn new(start: u32, len: i32) -> Self {
        Self { start, len }
    }

    /// First byte, or `None` for NULL.
    pub fn range(self) -> Option<std::ops::Range<usize>> {
        let len = usize::try_from(self.len).ok()?;
        let start = self.start as usize;
        Some(start..start + len)
    }
}

impl Sealed {
    /// Puts ranges over a buffer.
    ///
    /// # Panics
    /// If a range ends outside the buffer.
    pub fn new(bytes: Bytes, cells: Vec<Cell>, encoding: Encoding) -> Self {
        let inside = cells.iter().all(|cell| cell.range().is_none_or(|range| range.end <= bytes.len()));
        assert!(inside, "a cell ends outside its buffer");
        Self { bytes, cells, encoding, place: None }
    }

    /// The same over a piece of PostgreSQL's binary COPY stream, where every cell stands behind its length of four bytes,
    /// and directly behind the cell of the column before it. They were cut out of the buffer, and lie in it.
    pub fn streamed(bytes: Bytes, cells: Vec<Cell>, place: usize) -> Self {
        Self { bytes, cells, encoding: Encoding::Binary, place: Some(place) }
    }

    /// Whether it is a column of such a stream.
    pub fn is_streamed(&self) -> bool {
        self.place.is_some()
    }

    /// Whether every cell of `next` stands directly behind this column's in one stream.
    pub fn is_before(&self, next: &Sealed) -> bool {
        let follows = self.place.is_some_and(|place| next.place == Some(place + 1));
        follows && self.bytes.as_ptr() == next.bytes.as_ptr() && self.cells.len() == next.cells.len()
    }

    /// The buffer, and where a row stands in it from this column to `last`, each cell with its length: what a run of kept
    /// columns is written as. Both are columns of one stream ([`Sealed::is_before`]).
    pub fn run(&self, last: &Sealed, row: usize) -> (&[u8], std::ops::Range<usize>) {
        let (first, last) = (self.cells[row], last.cells[row]);
        // A NULL ends behind its length.
        let end = last.range().map_or(last.start as usize, |range| range.end);
        (&self.bytes, first.start as usize - 4..end)
    }

    /// How the cells are written.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The bytes of a cell; `None` for NULL.
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        self.cells[row].range().map(|range| &self.bytes[range])
    }

    /// The buffer, and where each cell stands in it.
    pub fn parts(&self) -> (&[u8], &[Cell]) {
        (&self.bytes, &self.cells)
    }

    /// Bytes of all cells together.
    pub fn size(&self) -> usize {
        // NULL has a length below 0.
        self.cells.iter().map(|cell| cell.len.max(0) as usize).sum()
    }
}

/// Rows of one table that travel together.
#[derive(Clone)]
pub struct Batch {
    /// Number of rows.
    pub rows: usize,
    /// Number of the first row inside its unit, counted from 1, for messages.
    pub first_row: u64,
    /// One entry per stored column, in the plan's order.
    pub columns: Vec<Cells>,
}

/// One column of a batch before and behind its mask.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    /// What went in: every row's value, or each value once where values repeat.
    pub value: &'a ArrayRef,
    /// What came out, value by value.
    pub output: &'a ArrayRef,
    /// Which value each row of the batch holds, where values repeat; otherwise every row has its own.
    pub places: Option<&'a UInt32Array>,
}

/// Looks on while batches of one table are masked: checks for leaks, measures of shape. It sees production's values, and
/// keeps none.
pub trait Witness {
    /// A column went through its mask.
    fn masked(&mut self, column: usize, seen: Seen<'_>);

    /// A column's mask did not look at its values, which are here as they came.
    fn unread(&mut self, column: usize, original: &Sealed, output: &ArrayRef);

    /// A column is kept: these cells are written.
    fn kept(&mut self, column: usize, cells: &Cells);

    /// A value came out as it went in, where chance may have it so: what tells the value (and its row's subject) from
    /// others, and the largest probability that it stays.
    fn stayed(&mut self, column: usize, value: u64, chance: f64);
}

/// Nobody looks on.
impl Witness for () {
    fn masked(&mut self, _: usize, _: Seen<'_>) {}
    fn unread(&mut self, _: usize, _: &Sealed, _: &ArrayRef) {}
    fn kept(&mut self, _: usize, _: &Cells) {}
    fn stayed(&mut self, _: usize, _: u64, _: f64) {}
}

/// The Arrow type that values of a kind are decoded to, `None` for kinds that are never decoded.
///
/// Text, numeric (any precision, `NaN` and infinities included), network addresses, JSON, XML and enum labels are
/// string views. Dates count days from 1970-01-01 and timestamps microseconds; the infinities are the type's extreme
/// values. An array is a list, or, where a cell of the batch has several dimensions or an odd lower bound, a struct
/// `{elements: List, shape: BinaryView}`. A range is a struct `{lower, upper, flags: UInt8}` with PostgreSQL's flags.
pub fn arrow_type(kind: &Kind) -> Option<DataType> {
    Some(match kind {
        Kind::Text
        | Kind::Numeric
        | Kind::Inet
        | Kind::Cidr
        | Kind::Macaddr
        | Kind::Json
        | Kind::Jsonb
        | Kind::Xml
        | Kind::Enum => DataType::Utf8View,
        Kind::Int2 => DataType::Int16,
        Kind::Int4 => DataType::Int32,
        Kind::Int8 => DataType::Int64,
        Kind::Float4 => DataType::Float32,
        Kind::Float8 => DataType::Float64,
        Kind::Bool => DataType::Boolean,
        Kind::Date => DataType::Date32,
        Kind::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        Kind::TimestampTz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        Kind::Time => DataType::Time64(TimeUnit::Microsecond),
        Kind::Interval => DataType::Interval(IntervalUnit::MonthDayNano),
        Kind::Uuid => DataType::FixedSizeBinary(16),
        Kind::Bytea => DataType::BinaryView,
        Kind::Array(inner) => DataType::List(Arc::new(Field::new("item", arrow_type(inner)?, true))),
        Kind::Range(inner) => {
            let bound = arrow_type(inner)?;
            DataType::Struct(Fields::from(vec![
                Field::new("lower", bound.clone(), true),
                Field::new("upper", bound, true),
                Field::new("flags", DataType::UInt8, false),
            ]))
        }
        Kind::Other => return None,
    })
}
